//! Files and mappings that a child made by `fork` without `exec` must not keep: it would hold its parent's locks for as
//! long as it lives, and a parent that dies would never be seen to be dead.
//!
//! Each file has a record that the child's handler reads (pthread_atfork(3)). The handler puts memory of the child's own
//! in place of the mapping, so that pointers into it stay valid, closes the descriptor, and marks the file. It
//! never unlocks: the locks belong to the description, which is the parent's too. `vfork` and `posix_spawn` run no handlers,
//! and close the descriptor by their `exec`.

use super::posix::{self, Fd, last};
use super::{Errno, Result};
use parking_lot::RwLock;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

/// What the handler has to know of one file. Records are never freed, only used again, so the list of them can be read at
/// any moment.
#[derive(Debug)]
struct Record {
    used: AtomicBool,
    /// -1: none that is ours.
    fd: AtomicI32,
    /// 0: not mapped.
    base: AtomicUsize,
    len: AtomicUsize,
    /// This process is a child, and the file is its parent's.
    orphaned: AtomicBool,
    next: OnceLock<&'static Record>,
}

static FIRST: Record = Record::new();
/// Held from opening a descriptor until its record says so, and by `fork`.
static OPENING: AtomicBool = AtomicBool::new(false);
static HANDLERS: OnceLock<i32> = OnceLock::new();

impl Record {
    const fn new() -> Self {
        Self {
            used: AtomicBool::new(false),
            fd: AtomicI32::new(-1),
            base: AtomicUsize::new(0),
            len: AtomicUsize::new(0),
            orphaned: AtomicBool::new(false),
            next: OnceLock::new(),
        }
    }

    /// A record that is nobody's.
    fn take() -> Arc<Taken> {
        let mut record = &FIRST;
        while record.used.swap(true, Ordering::Acquire) {
            record = record.next.get_or_init(|| Box::leak(Box::new(Self::new())));
        }
        record.orphaned.store(false, Ordering::Relaxed);
        Arc::new(Taken(record))
    }
}

/// A record in use.
#[derive(Debug)]
struct Taken(&'static Record);

impl Drop for Taken {
    fn drop(&mut self) {
        self.0.used.store(false, Ordering::Release);
    }
}

/// Has the handlers of this process in place.
fn install() -> Result<()> {
    let answer = *HANDLERS.get_or_init(|| {
        // SAFETY: the three are functions that take and give nothing, and stay loaded (the addon is linked `nodelete`).
        unsafe { libc::pthread_atfork(Some(hold), Some(release), Some(orphan)) }
    });
    if answer == 0 { Ok(()) } else { Err(Errno(answer)) }
}

extern "C" fn hold() {
    while OPENING.swap(true, Ordering::Acquire) {
        std::thread::yield_now();
    }
}

extern "C" fn release() {
    OPENING.store(false, Ordering::Release);
}

/// In the child: only calls that are safe in a signal handler.
extern "C" fn orphan() {
    let mut next = Some(&FIRST);
    while let Some(record) = next {
        if record.used.load(Ordering::Acquire) {
            record.orphaned.store(true, Ordering::Relaxed);
            let base = record.base.load(Ordering::Acquire);
            if base != 0 {
                cover(base, record.len.load(Ordering::Relaxed), libc::PROT_READ | libc::PROT_WRITE);
            }
            let fd = record.fd.swap(-1, Ordering::Relaxed);
            if fd >= 0 {
                posix::close(fd);
            }
        }
        next = record.next.get().copied();
    }
    release();
}

/// Puts memory of this process alone in place of a mapping.
fn cover(base: usize, len: usize, protection: i32) -> bool {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_NORESERVE | libc::MAP_FIXED;
    // SAFETY: the range is one that `File::map` reserved and that is not unmapped; what is seen through it are atomics,
    // for which any bytes will do.
    let at = unsafe { libc::mmap(base as *mut _, len, protection, flags, -1, 0) };
    at != libc::MAP_FAILED
}

/// An open file that a forked child does not keep.
#[derive(Debug)]
pub(crate) struct File {
    record: Arc<Taken>,
    fd: RwLock<Option<Fd>>,
}

impl File {
    /// Keeps what `open` opens.
    pub(crate) fn new(open: impl FnOnce() -> Result<Fd>) -> Result<Self> {
        install()?;
        let record = Record::take();
        // Whoever meddles may open files himself.
        #[cfg(all(test, target_os = "linux"))]
        super::fault::let_meddle();
        hold();
        let fd = open();
        if let Ok(fd) = &fd {
            record.0.fd.store(fd.0, Ordering::Relaxed);
        }
        release();
        Ok(Self { record, fd: RwLock::new(Some(fd?)) })
    }

    /// Does something with the descriptor, unless there is none any more.
    pub(crate) fn with<T>(&self, use_it: impl FnOnce(&Fd) -> T) -> Option<T> {
        // A child may have inherited the lock while somebody held it.
        if self.is_orphaned() {
            return None;
        }
        self.fd.read().as_ref().map(use_it)
    }

    /// Whether this process is a child that has inherited, and lost, the file.
    pub(crate) fn is_orphaned(&self) -> bool {
        self.record.0.orphaned.load(Ordering::Relaxed)
    }

    /// Forgets a descriptor that somebody else has closed: its number may be another file's by now.
    pub(crate) fn abandon(&self) {
        if !self.is_orphaned() {
            self.record.0.fd.store(-1, Ordering::Relaxed);
            std::mem::forget(self.fd.write().take());
        }
    }

    /// Closes the descriptor.
    pub(crate) fn close(&self) {
        if self.is_orphaned() {
            return;
        }
        let fd = self.fd.write().take();
        hold();
        self.record.0.fd.store(-1, Ordering::Relaxed);
        drop(fd);
        release();
    }

    /// Maps so many bytes from the beginning, shared, and leaves them out of core dumps. Once for each file.
    pub(crate) fn map(&self, len: usize) -> Result<Mapping> {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        // A place is reserved first, and known before the file is there: at no moment is the mapping unknown to a child.
        let flags = libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_NORESERVE;
        // SAFETY: a new mapping, at a place that the kernel chooses.
        let reserved = unsafe { libc::mmap(ptr::null_mut(), len, libc::PROT_NONE, flags, -1, 0) };
        if reserved == libc::MAP_FAILED {
            return Err(last());
        }
        let base = NonNull::new(reserved.cast::<u8>()).ok_or(posix::errno::NO_MEMORY)?;
        self.record.0.len.store(len, Ordering::Relaxed);
        self.record.0.base.store(base.addr().get(), Ordering::Release);
        let mapping = Mapping { base, len, record: Arc::clone(&self.record) };
        let map = |fd: &Fd| {
            let flags = libc::MAP_SHARED | libc::MAP_FIXED;
            // SAFETY: the range was reserved above, and nothing knows of it yet.
            let at = unsafe { libc::mmap(reserved, len, protection, flags, fd.0, 0) };
            if at == libc::MAP_FAILED { Err(last()) } else { Ok(()) }
        };
        self.with(map).unwrap_or(Err(posix::errno::BAD_FILE))?;
        #[cfg(target_os = "linux")]
        // SAFETY: advice about a range that is mapped. A kernel that does not take it dumps more.
        let _ = unsafe { libc::madvise(reserved, len, libc::MADV_DONTDUMP) };
        Ok(mapping)
    }
}

impl Drop for File {
    fn drop(&mut self) {
        if self.is_orphaned() {
            // The child's handler has closed it.
            std::mem::forget(self.fd.get_mut().take());
        } else {
            self.close();
        }
    }
}

/// A file's bytes in memory, seen as atomics only.
#[derive(Debug)]
pub(crate) struct Mapping {
    base: NonNull<u8>,
    len: usize,
    record: Arc<Taken>,
}

// SAFETY: a range of memory that it owns; nothing in it belongs to a thread.
unsafe impl Send for Mapping {}
// SAFETY: it gives out shared atomics only.
unsafe impl Sync for Mapping {}

impl Mapping {
    /// The first byte, aligned to a page. Valid until the mapping is dropped.
    pub(crate) fn base(&self) -> NonNull<u8> {
        self.base
    }

    /// Bytes.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The aligned word at an offset in bytes.
    pub(crate) fn u32(&self, offset: usize) -> Option<&AtomicU32> {
        let word = self.at::<AtomicU32>(offset)?;
        // SAFETY: in bounds and aligned; every bit pattern is a number, nobody makes an exclusive reference to it, and it
        // is mapped for as long as `self` is.
        Some(unsafe { word.as_ref() })
    }

    /// The aligned word at an offset in bytes.
    pub(crate) fn u64(&self, offset: usize) -> Option<&AtomicU64> {
        let word = self.at::<AtomicU64>(offset)?;
        // SAFETY: as for `u32`.
        Some(unsafe { word.as_ref() })
    }

    fn at<T>(&self, offset: usize) -> Option<NonNull<T>> {
        let end = offset.checked_add(size_of::<T>())?;
        let fits = end <= self.len && offset.is_multiple_of(align_of::<T>());
        // SAFETY: the offset is within the mapping.
        fits.then(|| unsafe { self.base.add(offset) }.cast())
    }
}

impl Drop for Mapping {
    fn drop(&mut self) {
        // First the file goes, then a child need not know, then the place goes.
        cover(self.base.addr().get(), self.len, libc::PROT_NONE);
        self.record.0.base.store(0, Ordering::Release);
        // SAFETY: the range is this mapping's own, and whoever looked into it held the mapping.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.len) };
    }
}
