//! What a failed system call means to whoever wants a cache.

use crate::error::Error;
use crate::sys::{Errno, errno};

/// The error of a call that was for `what`, a verb and its object.
pub(super) fn failed(what: &'static str, number: Errno) -> Error {
    match number {
        errno::NO_SPACE | errno::QUOTA => Error::NoSpace,
        errno::NO_MEMORY => Error::Memory,
        errno::FILE_TOO_LARGE => Error::FileSize,
        errno::PROCESS_FILES | errno::SYSTEM_FILES => Error::OpenFiles,
        Errno(errno) => Error::System { what, errno },
    }
}

/// The error of a call that not every kernel and file system has.
pub(super) fn unable(what: &'static str, number: Errno) -> Error {
    match failed(what, number) {
        // A filter of system calls (seccomp) answers as it likes; usually so.
        Error::System { .. } => Error::FileSystem(what),
        other => other,
    }
}
