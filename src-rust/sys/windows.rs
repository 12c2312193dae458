//! Systems without what the shared backend stands on: every call answers `UNSUPPORTED`, and nothing can be opened.

use super::{Errno, Lock, Result, Status};
use std::convert::Infallible;
use std::ffi::CStr;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, AtomicU64};

/// The `errno`s that are told apart elsewhere. Only the last is ever seen.
pub(crate) mod errno {
    use super::Errno;

    pub(crate) const AGAIN: Errno = Errno(1);
    pub(crate) const ACCESS: Errno = Errno(2);
    pub(crate) const EXISTS: Errno = Errno(4);
    pub(crate) const FILE_TOO_LARGE: Errno = Errno(5);
    pub(crate) const INVALID: Errno = Errno(7);
    pub(crate) const IS_DIRECTORY: Errno = Errno(8);
    pub(crate) const LOOP: Errno = Errno(9);
    pub(crate) const MISSING: Errno = Errno(10);
    pub(crate) const NOT_DIRECTORY: Errno = Errno(11);
    pub(crate) const NO_DEVICE: Errno = Errno(12);
    pub(crate) const NO_MEMORY: Errno = Errno(13);
    pub(crate) const NO_SPACE: Errno = Errno(14);
    pub(crate) const PERMISSION: Errno = Errno(15);
    pub(crate) const PROCESS_FILES: Errno = Errno(16);
    pub(crate) const QUOTA: Errno = Errno(17);
    pub(crate) const READ_ONLY: Errno = Errno(18);
    pub(crate) const SYSTEM_FILES: Errno = Errno(19);
    pub(crate) const UNSUPPORTED: Errno = Errno(20);
}

/// There is none.
#[derive(Debug)]
pub(crate) struct Fd(Infallible);

/// There is none.
#[derive(Debug)]
pub(crate) struct File(Infallible);

/// There is none.
#[derive(Debug)]
pub(crate) struct Mapping(Infallible);

impl File {
    pub(crate) fn new(_: impl FnOnce() -> Result<Fd>) -> Result<Self> {
        Err(errno::UNSUPPORTED)
    }

    pub(crate) fn with<T>(&self, _: impl FnOnce(&Fd) -> T) -> Option<T> {
        match self.0 {}
    }

    pub(crate) fn is_orphaned(&self) -> bool {
        match self.0 {}
    }

    pub(crate) fn map(&self, _: usize) -> Result<Mapping> {
        match self.0 {}
    }

    pub(crate) fn abandon(&self) {
        match self.0 {}
    }

    pub(crate) fn close(&self) {
        match self.0 {}
    }
}

impl Mapping {
    pub(crate) fn base(&self) -> NonNull<u8> {
        match self.0 {}
    }

    pub(crate) fn len(&self) -> usize {
        match self.0 {}
    }

    pub(crate) fn u32(&self, _: usize) -> Option<&AtomicU32> {
        match self.0 {}
    }

    pub(crate) fn u64(&self, _: usize) -> Option<&AtomicU64> {
        match self.0 {}
    }
}

macro_rules! unsupported {
    ($($name:ident($($argument:ty),*) -> $answer:ty;)*) => {
        $(pub(crate) fn $name($(_: $argument),*) -> Result<$answer> {
            Err(errno::UNSUPPORTED)
        })*
    };
}

unsupported! {
    make_directory(&CStr) -> ();
    open_directory(&CStr) -> Fd;
    open_file(&Fd, &CStr, bool) -> Fd;
    create_file(&Fd, &CStr) -> Fd;
    create_unnamed(&Fd) -> Fd;
    link_unnamed(&Fd, &Fd, &CStr) -> ();
    rename_exclusive(&Fd, &CStr, &CStr) -> ();
    set_mode(&Fd, u32) -> ();
    unlink(&Fd, &CStr) -> ();
    status(&Fd) -> Status;
    status_at(&Fd, &CStr) -> Status;
    set_size(&Fd, u64) -> ();
    allocate(&Fd, u64, u64) -> ();
    read_at(&Fd, &mut [u8], u64) -> usize;
    write_at(&Fd, &[u8], u64) -> ();
    lock(&Fd, u64, Lock) -> ();
    unlock_all(&Fd) -> ();
    is_locked(&Fd, u64) -> bool;
    lock_directory(&Fd) -> ();
    boot_id() -> [u8; 16];
}

pub(crate) fn user_id() -> u32 {
    0
}

pub(crate) fn tick() -> u64 {
    0
}

pub(crate) fn uptime() -> u64 {
    0
}

pub(crate) fn time_namespace() -> u64 {
    0
}

pub(crate) fn memory_limit() -> Option<u64> {
    None
}
