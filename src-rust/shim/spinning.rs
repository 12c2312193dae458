//! The lock under Miri: nobody parks. Miri checks the types of variadic arguments since rust-lang/rust#161734 (September
//! 2026), and refuses the `&AtomicI32` with which parking_lot 0.12.5 calls futex(2).

use super::Guard;
use std::time::{Duration, Instant};

#[derive(Debug, Default)]
pub(super) struct Mutex(parking_lot::Mutex<()>);

impl Mutex {
    pub(super) fn lock(&self) -> Guard<'_> {
        self.try_lock_for(Duration::MAX).unwrap()
    }

    pub(super) fn try_lock(&self) -> Option<Guard<'_>> {
        self.0.try_lock()
    }

    pub(super) fn try_lock_for(&self, patience: Duration) -> Option<Guard<'_>> {
        let since = Instant::now();
        loop {
            let guard = self.try_lock();
            if guard.is_some() || since.elapsed() >= patience {
                return guard;
            }
            std::thread::yield_now();
        }
    }
}
