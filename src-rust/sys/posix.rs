//! What Linux and macOS do by the same calls (POSIX.1-2017).

use super::{Errno, Kind, Lock, Result, Status, os};
use std::ffi::CStr;
use std::mem::MaybeUninit;

/// The `errno`s that are told apart.
pub(crate) mod errno {
    use super::Errno;

    pub(crate) const AGAIN: Errno = Errno(libc::EAGAIN);
    pub(crate) const ACCESS: Errno = Errno(libc::EACCES);
    pub(crate) const BAD_FILE: Errno = Errno(libc::EBADF);
    pub(crate) const EXISTS: Errno = Errno(libc::EEXIST);
    pub(crate) const FILE_TOO_LARGE: Errno = Errno(libc::EFBIG);
    pub(crate) const INTERRUPTED: Errno = Errno(libc::EINTR);
    pub(crate) const INVALID: Errno = Errno(libc::EINVAL);
    pub(crate) const IS_DIRECTORY: Errno = Errno(libc::EISDIR);
    pub(crate) const LOOP: Errno = Errno(libc::ELOOP);
    pub(crate) const MISSING: Errno = Errno(libc::ENOENT);
    pub(crate) const NOT_DIRECTORY: Errno = Errno(libc::ENOTDIR);
    pub(crate) const NO_DEVICE: Errno = Errno(libc::ENXIO);
    pub(crate) const NO_MEMORY: Errno = Errno(libc::ENOMEM);
    pub(crate) const NO_SPACE: Errno = Errno(libc::ENOSPC);
    pub(crate) const PERMISSION: Errno = Errno(libc::EPERM);
    pub(crate) const PROCESS_FILES: Errno = Errno(libc::EMFILE);
    pub(crate) const QUOTA: Errno = Errno(libc::EDQUOT);
    pub(crate) const READ_ONLY: Errno = Errno(libc::EROFS);
    pub(crate) const SYSTEM_FILES: Errno = Errno(libc::ENFILE);
    pub(crate) const UNSUPPORTED: Errno = Errno(libc::EOPNOTSUPP);
}

/// How often a call is repeated because a signal interrupted it.
const INTERRUPTIONS: usize = 64;
/// A file that only its user may read and write.
pub(super) const PRIVATE: libc::mode_t = 0o600;

// The gate's byte lies beyond what an offset of 32 bits can say.
const _: () = assert!(size_of::<libc::off_t>() == 8);

/// A descriptor that is closed with its last holder.
#[derive(Debug)]
pub(crate) struct Fd(pub(super) i32);

impl Drop for Fd {
    fn drop(&mut self) {
        close(self.0);
    }
}

#[cfg(test)]
impl From<std::fs::File> for Fd {
    fn from(file: std::fs::File) -> Self {
        Self(std::os::fd::IntoRawFd::into_raw_fd(file))
    }
}

/// Closes a descriptor. Whatever it answers, the number is free again (close(2), "Dealing with error returns").
pub(super) fn close(fd: i32) {
    // SAFETY: closing a number touches no memory; the caller owns it.
    unsafe { libc::close(fd) };
}

/// What a call that answers -1 for failure gave.
pub(super) fn result(answer: i32) -> Result<i32> {
    if answer == -1 { Err(last()) } else { Ok(answer) }
}

pub(super) fn last() -> Errno {
    Errno(std::io::Error::last_os_error().raw_os_error().unwrap_or(0))
}

/// Repeats a call while signals interrupt it, up to a bound.
pub(super) fn call(mut once: impl FnMut() -> Result<i32>) -> Result<i32> {
    for _ in 0..INTERRUPTIONS {
        #[cfg(all(test, target_os = "linux"))]
        let answer = super::fault::before().map_or_else(&mut once, Err);
        #[cfg(not(all(test, target_os = "linux")))]
        let answer = once();
        if answer != Err(errno::INTERRUPTED) {
            return answer;
        }
    }
    Err(errno::INTERRUPTED)
}

fn opened(once: impl FnMut() -> Result<i32>) -> Result<Fd> {
    call(once).map(Fd)
}

/// Who the process runs as.
pub(crate) fn user_id() -> u32 {
    // SAFETY: touches no memory, and always succeeds (geteuid(2)).
    unsafe { libc::geteuid() }
}

/// Makes a directory for its user alone.
pub(crate) fn make_directory(path: &CStr) -> Result<()> {
    // SAFETY: the path is a C string that outlives the call.
    call(|| result(unsafe { libc::mkdir(path.as_ptr(), 0o700) })).map(drop)
}

/// Opens a directory that is not a symbolic link.
pub(crate) fn open_directory(path: &CStr) -> Result<Fd> {
    let flags = libc::O_RDONLY | libc::O_DIRECTORY | libc::O_NOFOLLOW | libc::O_CLOEXEC;
    // SAFETY: the path is a C string that outlives the call.
    opened(|| result(unsafe { libc::open(path.as_ptr(), flags) }))
}

/// Opens a file of a directory. Neither waits for whoever is at the other end of a pipe, nor follows a link.
pub(crate) fn open_file(directory: &Fd, name: &CStr, write: bool) -> Result<Fd> {
    let access = if write { libc::O_RDWR } else { libc::O_RDONLY };
    let flags = access | libc::O_NOFOLLOW | libc::O_CLOEXEC | libc::O_NONBLOCK | libc::O_NOCTTY;
    // SAFETY: the name is a C string that outlives the call.
    opened(|| result(unsafe { libc::openat(directory.0, name.as_ptr(), flags) }))
}

/// Makes a file that was not there.
pub(crate) fn create_file(directory: &Fd, name: &CStr) -> Result<Fd> {
    let flags = libc::O_RDWR | libc::O_CREAT | libc::O_EXCL | libc::O_NOFOLLOW | libc::O_CLOEXEC;
    // SAFETY: the name is a C string that outlives the call.
    opened(|| result(unsafe { libc::openat(directory.0, name.as_ptr(), flags, libc::c_uint::from(PRIVATE)) }))
}

/// Sets the permissions, whatever the umask said.
pub(crate) fn set_mode(fd: &Fd, mode: u32) -> Result<()> {
    // SAFETY: touches no memory of ours.
    call(|| result(unsafe { libc::fchmod(fd.0, mode as libc::mode_t) })).map(drop)
}

/// Takes a name away.
pub(crate) fn unlink(directory: &Fd, name: &CStr) -> Result<()> {
    // SAFETY: the name is a C string that outlives the call.
    call(|| result(unsafe { libc::unlinkat(directory.0, name.as_ptr(), 0) })).map(drop)
}

/// What an open file is.
pub(crate) fn status(fd: &Fd) -> Result<Status> {
    let mut raw = MaybeUninit::uninit();
    // SAFETY: the buffer has the size of what is written.
    call(|| result(unsafe { libc::fstat(fd.0, raw.as_mut_ptr()) }))?;
    // SAFETY: the call succeeded, so it has filled the buffer.
    Ok(told(&unsafe { raw.assume_init() }))
}

/// What a name of a directory stands for; a link is not followed.
pub(crate) fn status_at(directory: &Fd, name: &CStr) -> Result<Status> {
    let mut raw = MaybeUninit::uninit();
    let flags = libc::AT_SYMLINK_NOFOLLOW;
    // SAFETY: the name is a C string that outlives the call, and the buffer has the size of what is written.
    call(|| result(unsafe { libc::fstatat(directory.0, name.as_ptr(), raw.as_mut_ptr(), flags) }))?;
    // SAFETY: the call succeeded, so it has filled the buffer.
    Ok(told(&unsafe { raw.assume_init() }))
}

#[allow(
    clippy::unnecessary_cast,
    clippy::useless_conversion,
    reason = "the types of fields differ by platform"
)]
fn told(raw: &libc::stat) -> Status {
    Status {
        kind: match raw.st_mode & libc::S_IFMT {
            libc::S_IFREG => Kind::File,
            libc::S_IFDIR => Kind::Directory,
            _ => Kind::Other,
        },
        id: (raw.st_dev as u64, raw.st_ino as u64),
        links: raw.st_nlink as u64,
        user: raw.st_uid,
        mode: u32::from(raw.st_mode) & 0o7777,
        size: raw.st_size as u64,
        // The unit is 512 bytes everywhere, whatever st_blksize says (stat(3type)).
        allocated: raw.st_blocks as u64 * 512,
    }
}

/// Gives a file so many bytes, which are holes.
pub(crate) fn set_size(fd: &Fd, bytes: u64) -> Result<()> {
    // SAFETY: touches no memory of ours.
    call(|| result(unsafe { libc::ftruncate(fd.0, bytes as libc::off_t) })).map(drop)
}

/// Reads until the buffer is full or the file ends. Holes read as zeros, and stay holes. How much was read.
pub(crate) fn read_at(fd: &Fd, buffer: &mut [u8], offset: u64) -> Result<usize> {
    let mut done = 0;
    while done < buffer.len() {
        let rest = &mut buffer[done..];
        // SAFETY: the buffer has room for as many bytes as are asked for.
        let read = || unsafe {
            libc::pread(fd.0, rest.as_mut_ptr().cast(), rest.len(), (offset + done as u64) as libc::off_t)
        };
        match counted(read)? {
            0 => break,
            more => done += more,
        }
    }
    Ok(done)
}

/// Writes all of it.
pub(crate) fn write_at(fd: &Fd, bytes: &[u8], offset: u64) -> Result<()> {
    let mut done = 0;
    while done < bytes.len() {
        let rest = &bytes[done..];
        // SAFETY: there are as many bytes as are written.
        let write = || unsafe {
            libc::pwrite(fd.0, rest.as_ptr().cast(), rest.len(), (offset + done as u64) as libc::off_t)
        };
        match counted(write)? {
            0 => return Err(errno::NO_SPACE),
            more => done += more,
        }
    }
    Ok(())
}

/// Reads and writes here are of less than 2 GiB.
fn counted(mut once: impl FnMut() -> isize) -> Result<usize> {
    call(|| match once() {
        -1 => Err(last()),
        count => Ok(count as i32),
    })
    .map(|count| count as usize)
}

/// Locks one byte of a file for this open file description, or answers `AGAIN`. Never waits.
pub(crate) fn lock(fd: &Fd, byte: u64, lock: Lock) -> Result<()> {
    let kind = if lock == Lock::Read { libc::F_RDLCK } else { libc::F_WRLCK };
    match set_lock(fd, kind, byte, 1) {
        // POSIX allows both.
        Err(errno::ACCESS) => Err(errno::AGAIN),
        other => other,
    }
}

/// Lets go of every byte. To close is not enough: a mapping keeps the description, and so its locks.
pub(crate) fn unlock_all(fd: &Fd) -> Result<()> {
    set_lock(fd, libc::F_UNLCK, 0, 0)
}

/// Whether another open file description has the byte locked, for reading or writing.
pub(crate) fn is_locked(fd: &Fd, byte: u64) -> Result<bool> {
    let mut range = range(libc::F_WRLCK, byte, 1);
    // SAFETY: the range is a `flock` that outlives the call.
    call(|| result(unsafe { libc::fcntl(fd.0, os::GET_LOCK, &raw mut range) }))?;
    Ok(range.l_type != libc::F_UNLCK as _)
}

#[allow(clippy::useless_conversion, reason = "the type of the constants differs by platform")]
fn set_lock(fd: &Fd, kind: impl Into<i32>, start: u64, len: u64) -> Result<()> {
    let range = range(kind, start, len);
    // SAFETY: the range is a `flock` that outlives the call.
    call(|| result(unsafe { libc::fcntl(fd.0, os::SET_LOCK, &raw const range) })).map(drop)
}

/// A range of bytes; none is all that follow.
fn range(kind: impl Into<i32>, start: u64, len: u64) -> libc::flock {
    // SAFETY: a `flock` is made of integers, of which 0 is one. `l_pid` has to be 0 (fcntl(2)).
    let mut range: libc::flock = unsafe { std::mem::zeroed() };
    range.l_type = kind.into() as _;
    range.l_whence = libc::SEEK_SET as _;
    range.l_start = start as libc::off_t;
    range.l_len = len as libc::off_t;
    range
}

/// Locks a directory against others that lock it so, or answers `AGAIN`. Never waits. Closing unlocks.
pub(crate) fn lock_directory(directory: &Fd) -> Result<()> {
    // SAFETY: touches no memory of ours.
    call(|| result(unsafe { libc::flock(directory.0, libc::LOCK_EX | libc::LOCK_NB) })).map(drop)
}

/// Milliseconds of a clock.
pub(super) fn clock_millis(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the buffer has the size of what is written. A clock that does not exist leaves zeros.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    time.tv_sec as u64 * 1_000 + time.tv_nsec as u64 / 1_000_000
}
