//! System calls: one function for each thing that the shared backend asks of the operating system, by the same name on
//! each. What a system cannot do answers `errno::UNSUPPORTED`.
//!
//! Functions give what the call gave or its `Errno`, interpret nothing, and try again when a signal interrupts them. All
//! descriptors are opened close-on-exec.

#[cfg(all(test, target_os = "linux"))]
pub(crate) mod fault;
#[cfg(any(target_os = "linux", target_os = "macos"))]
mod fork;
#[cfg(target_os = "linux")]
#[path = "linux.rs"]
mod os;
#[cfg(target_os = "macos")]
#[path = "macos.rs"]
mod os;
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
#[path = "windows.rs"]
mod os;
#[cfg(any(target_os = "linux", target_os = "macos"))]
mod posix;

#[cfg(any(target_os = "linux", target_os = "macos"))]
pub(crate) use fork::{File, Mapping};
pub(crate) use os::*;
#[cfg(any(target_os = "linux", target_os = "macos"))]
pub(crate) use posix::*;

/// Why a system call failed: its `errno`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Errno(pub(crate) i32);

/// What a system call gives.
pub(crate) type Result<T> = std::result::Result<T, Errno>;

/// How a byte of a file is to be locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lock {
    /// Together with other readers.
    Read,
    /// Alone.
    Write,
}

/// What an inode is.
#[cfg_attr(
    not(any(target_os = "linux", target_os = "macos")),
    expect(dead_code, reason = "nothing is looked at")
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// Anything else: a link, a pipe, a socket, a device.
    Other,
}

/// What `fstat` says of an inode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) kind: Kind,
    /// The device and the inode's number on it: which file this is, for as long as anybody has it open.
    pub(crate) id: (u64, u64),
    /// How many names it has.
    pub(crate) links: u64,
    /// Who owns it.
    pub(crate) user: u32,
    /// Permissions, and the bits for set-user-ID, set-group-ID and sticky.
    pub(crate) mode: u32,
    /// Bytes.
    pub(crate) size: u64,
    /// Bytes that it takes on the device.
    pub(crate) allocated: u64,
}

/// The bytes of a UUID as text.
#[cfg_attr(
    not(any(target_os = "linux", target_os = "macos")),
    expect(dead_code, reason = "no boot id is read")
)]
fn uuid(text: &str) -> Option<[u8; 16]> {
    let digits: String = text.trim().chars().filter(|&character| character != '-').collect();
    (digits.len() == 32).then(|| u128::from_str_radix(&digits, 16).ok().map(u128::to_be_bytes)).flatten()
}
