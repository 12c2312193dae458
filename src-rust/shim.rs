//! What concurrent code is made of: atomics, fences, a lock with a deadline. A model checker puts its own in their
//! place (`--cfg loom`, `--cfg shuttle`), and no other file knows.

#[cfg(any(test, loom, shuttle))]
mod mortal;
#[cfg(miri)]
mod spinning;

mod plain {
    #[cfg(loom)]
    pub(crate) use loom::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering, fence};
    #[cfg(shuttle)]
    pub(crate) use shuttle::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering, fence};
    #[cfg(not(any(loom, shuttle)))]
    pub(crate) use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering, fence};
}

#[cfg(all(test, shuttle))]
pub(crate) use mortal::OVER;
#[cfg(test)]
pub(crate) use mortal::live_for;
#[cfg(all(test, not(any(loom, shuttle))))]
pub(crate) use mortal::trail;
#[cfg(any(test, loom, shuttle))]
pub(crate) use mortal::{AtomicU8, AtomicU32, AtomicU64};
#[cfg(not(any(test, loom, shuttle)))]
pub(crate) use plain::{AtomicU8, AtomicU32, AtomicU64};
pub(crate) use plain::{Ordering, fence};

/// A thread that was killed leaves its stack when the model is over.
#[cfg(shuttle)]
pub(crate) use mortal::is_dead as panicking;
/// Whether this thread is on its way out of a panic.
#[cfg(not(shuttle))]
pub(crate) use std::thread::panicking;

#[cfg(loom)]
pub(crate) use loom::thread::yield_now as pause;
#[cfg(shuttle)]
pub(crate) use shuttle::thread::yield_now as pause;
#[cfg(not(any(loom, shuttle)))]
pub(crate) use std::hint::spin_loop as pause;

#[cfg(not(any(loom, shuttle)))]
mod lock {
    use std::sync::LazyLock;
    use std::time::{Duration, Instant};

    #[cfg(miri)]
    use super::spinning::Mutex;
    #[cfg(not(miri))]
    type Mutex = parking_lot::Mutex<()>;

    /// How long a writer waits for a lock.
    const DEADLINE: Duration = Duration::from_millis(5);
    /// How much of it a writer spends without giving up its time.
    const SPINNING: Duration = Duration::from_micros(50);
    const NAPS: [Duration; 2] = [Duration::from_micros(50), Duration::from_micros(500)];

    /// A lock that protects words which live elsewhere. It has its cache lines to itself: what its owner is made of is read
    /// by those who take no lock.
    #[derive(Debug, Default)]
    #[repr(align(128))]
    pub(crate) struct Lock(Mutex);
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

        /// Waits until the deadline of somebody who may have to wait for something else as well.
        pub(crate) fn lock_within(&self, wait: &mut Wait) -> Option<Guard<'_>> {
            self.0.try_lock().or_else(|| self.0.try_lock_for(DEADLINE.saturating_sub(wait.elapsed())))
        }
    }

    /// Somebody's patience, from the first time that there is something to wait for.
    #[derive(Debug, Default)]
    pub(crate) struct Wait(Option<Instant>);

    impl Wait {
        fn elapsed(&mut self) -> Duration {
            self.0.get_or_insert_with(Instant::now).elapsed()
        }

        /// Whether it is too early to sleep.
        pub(crate) fn spin(&mut self) -> bool {
            std::hint::spin_loop();
            self.elapsed() < SPINNING
        }

        pub(crate) fn is_over(&mut self) -> bool {
            self.elapsed() >= DEADLINE
        }

        /// Sleeps, the longer the more was waited already. False: the deadline has come.
        pub(crate) fn nap(&mut self) -> bool {
            let left = DEADLINE.saturating_sub(self.elapsed());
            if left.is_zero() {
                return false;
            }
            let [shortest, longest] = NAPS;
            std::thread::sleep((self.elapsed() / 4).clamp(shortest, longest).min(left));
            true
        }
    }

    static START: LazyLock<Instant> = LazyLock::new(Instant::now);

    /// Milliseconds since some moment of this process, 1 or more.
    pub(crate) fn millis() -> u64 {
        START.elapsed().as_millis() as u64 + 1
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
            if super::is_patient() { Some(self.lock()) } else { self.try_lock() }
        }

        pub(crate) fn lock_within(&self, _wait: &mut Wait) -> Option<Guard<'_>> {
            self.lock_in_time()
        }
    }

    #[derive(Debug, Default)]
    pub(crate) struct Wait;

    impl Wait {
        pub(crate) fn spin(&mut self) -> bool {
            false
        }

        pub(crate) fn is_over(&mut self) -> bool {
            !super::is_patient()
        }

        pub(crate) fn nap(&mut self) -> bool {
            super::pause();
            super::is_patient()
        }
    }

    pub(crate) fn millis() -> u64 {
        1
    }
}

/// Of a model: whether writers wait for ever.
#[cfg(any(loom, shuttle))]
pub(crate) static PATIENT: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(true);

#[cfg(any(loom, shuttle))]
fn is_patient() -> bool {
    PATIENT.load(std::sync::atomic::Ordering::Relaxed)
}

pub(crate) use lock::{Guard, Lock, Wait, millis};
