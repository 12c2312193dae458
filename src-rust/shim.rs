//! What concurrent code is made of: atomics, fences, a lock with a deadline. A model checker puts its own in their
//! place (`--cfg loom`, `--cfg shuttle`), and no other file knows.

#[cfg(loom)]
pub(crate) use loom::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering, fence};
#[cfg(shuttle)]
pub(crate) use shuttle::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering, fence};
#[cfg(not(any(loom, shuttle)))]
pub(crate) use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering, fence};

#[cfg(loom)]
pub(crate) use loom::thread::yield_now as pause;
#[cfg(shuttle)]
pub(crate) use shuttle::thread::yield_now as pause;
#[cfg(not(any(loom, shuttle)))]
pub(crate) use std::hint::spin_loop as pause;

#[cfg(not(any(loom, shuttle)))]
mod lock {
    use std::time::Duration;

    /// How long a writer waits for a lock.
    const DEADLINE: Duration = Duration::from_millis(5);

    /// A lock that protects words which live elsewhere. It has its cache lines to itself: what its owner is made of is read
    /// by those who take no lock.
    #[derive(Debug, Default)]
    #[repr(align(128))]
    pub(crate) struct Lock(parking_lot::Mutex<()>);
    pub(crate) type Guard<'a> = parking_lot::MutexGuard<'a, ()>;

    impl Lock {
        /// Waits as long as it takes.
        pub(crate) fn lock(&self) -> Guard<'_> {
            self.0.lock()
        }

        pub(crate) fn try_lock(&self) -> Option<Guard<'_>> {
            self.0.try_lock()
        }

        /// Waits until the deadline.
        pub(crate) fn lock_in_time(&self) -> Option<Guard<'_>> {
            self.0.try_lock_for(DEADLINE)
        }
    }
}

#[cfg(any(loom, shuttle))]
mod lock {
    #[cfg(loom)]
    use loom::sync::{Mutex, MutexGuard};
    #[cfg(shuttle)]
    use shuttle::sync::{Mutex, MutexGuard};

    #[derive(Debug, Default)]
    pub(crate) struct Lock(Mutex<()>);
    pub(crate) type Guard<'a> = MutexGuard<'a, ()>;

    impl Lock {
        pub(crate) fn lock(&self) -> Guard<'_> {
            self.0.lock().unwrap()
        }

        pub(crate) fn try_lock(&self) -> Option<Guard<'_>> {
            self.0.try_lock().ok()
        }

        /// The deadline expires whenever another thread holds the lock, unless the model says that it never does.
        pub(crate) fn lock_in_time(&self) -> Option<Guard<'_>> {
            if super::PATIENT.load(std::sync::atomic::Ordering::Relaxed) {
                Some(self.lock())
            } else {
                self.try_lock()
            }
        }
    }
}

/// Of a model: whether writers wait for ever.
#[cfg(any(loom, shuttle))]
pub(crate) static PATIENT: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(true);

pub(crate) use lock::{Guard, Lock};
