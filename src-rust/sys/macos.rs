//! What macOS does in its own way. **Compiled, and not yet run by anybody.**

use super::posix::{Fd, call, clock_millis, errno, last, result};
use super::{Errno, Result};
use std::ffi::CStr;

/// `fcntl` commands for locks that belong to an open file description, from <sys/fcntl.h>; the libc crate has none.
pub(super) const SET_LOCK: i32 = 90;
pub(super) const GET_LOCK: i32 = 92;

/// There are no files without a name.
pub(crate) fn create_unnamed(_: &Fd) -> Result<Fd> {
    Err(errno::UNSUPPORTED)
}

/// There are no files without a name.
pub(crate) fn link_unnamed(_: &Fd, _: &Fd, _: &CStr) -> Result<()> {
    Err(errno::UNSUPPORTED)
}

/// Renames a file, unless the new name is taken.
pub(crate) fn rename_exclusive(directory: &Fd, from: &CStr, to: &CStr) -> Result<()> {
    let flags = libc::RENAME_EXCL;
    let rename = || {
        // SAFETY: both names are C strings that outlive the call.
        result(unsafe { libc::renameatx_np(directory.0, from.as_ptr(), directory.0, to.as_ptr(), flags) })
    };
    call(rename).map(drop)
}

/// Sees to it that these bytes have disk behind them. APFS can do that at a file's end only, so whoever asks first gets
/// the whole file, and later calls find it done.
pub(crate) fn allocate(fd: &Fd, _: u64, _: u64) -> Result<()> {
    let status = super::posix::status(fd)?;
    if status.allocated >= status.size {
        return Ok(());
    }
    let mut store = libc::fstore_t {
        fst_flags: libc::F_ALLOCATEALL,
        fst_posmode: libc::F_PEOFPOSMODE,
        fst_offset: 0,
        fst_length: (status.size - status.allocated) as libc::off_t,
        fst_bytesalloc: 0,
    };
    // SAFETY: the store is what this command takes, and outlives the call.
    call(|| result(unsafe { libc::fcntl(fd.0, libc::F_PREALLOCATE, &raw mut store) })).map(drop)
}

/// Milliseconds of a clock that is never set back.
pub(crate) fn tick() -> u64 {
    clock_millis(libc::CLOCK_MONOTONIC_RAW_APPROX)
}

/// How long the machine has been up, sleep included. Milliseconds.
pub(crate) fn uptime() -> u64 {
    clock_millis(libc::CLOCK_MONOTONIC)
}

/// Which run of the kernel this is: the 16 bytes of a UUID.
pub(crate) fn boot_id() -> Result<[u8; 16]> {
    let mut text = [0_u8; 64];
    let mut len = text.len();
    let (name, out) = (c"kern.bootsessionuuid".as_ptr(), text.as_mut_ptr().cast());
    // SAFETY: the name is a C string, and the buffer has as many bytes as the length says.
    if unsafe { libc::sysctlbyname(name, out, &raw mut len, std::ptr::null_mut(), 0) } == -1 {
        return Err(last());
    }
    let text = String::from_utf8_lossy(&text[..len.min(64)]);
    super::uuid(text.trim_end_matches('\0')).ok_or(Errno(libc::EINVAL))
}

/// There is one for all.
pub(crate) fn time_namespace() -> u64 {
    0
}

/// There are no control groups.
pub(crate) fn memory_limit() -> Option<u64> {
    None
}
