//! Whether an operation has met a number that cannot be: a link that leads nowhere, a length beyond the capacity.
//!
//! Nobody of this package writes such a number, so somebody else has written to the memory. Whoever meets one goes on
//! with a harmless answer, and whoever holds the lock looks here before it lets go.

use std::sync::atomic::{AtomicBool, Ordering};

/// Of one table, in this process.
#[derive(Debug, Default)]
pub(super) struct Flaw(AtomicBool);

impl Flaw {
    /// Notes it. `answer`: what to go on with.
    #[cold]
    pub(super) fn found<T>(&self, answer: T) -> T {
        self.0.store(true, Ordering::Relaxed);
        answer
    }

    pub(super) fn is_found(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
