//! The sequence lock of one slot: a word that is odd while the slot is being changed, and never goes back.
//!
//! A reader brackets relaxed copies between `begin` and `unchanged`, and believes nothing that it copied before
//! `unchanged` has said yes. It waits for nobody: odd means "try again", and how often is the caller's bound. The
//! version that near entries compare is half of the sequence, so it changes whenever the slot does.

use crate::shim::{AtomicU64, Ordering, fence};

/// The sequence before a copy; `None` while a writer is at it.
#[inline]
pub(super) fn begin(sequence: &AtomicU64) -> Option<u64> {
    // Acquire pairs with the Release of `close`: whoever sees a slot closed sees all that was written in it.
    let seen = sequence.load(Ordering::Acquire);
    (seen & 1 == 0).then_some(seen)
}

/// Whether everything that was copied since `begin` belongs together.
#[inline]
pub(super) fn unchanged(sequence: &AtomicU64, seen: u64) -> bool {
    // Pairs with the Release fence that writers put after `open`: if one of the copies was of a later bracket, then
    // this load sees that bracket's odd sequence, or a later one.
    fence(Ordering::Acquire);
    sequence.load(Ordering::Relaxed) == seen
}

/// Makes the sequence odd. A Release fence must follow before anything in the slot is written.
pub(super) fn open(sequence: &AtomicU64) {
    sequence.store(sequence.load(Ordering::Relaxed) | 1, Ordering::Relaxed);
}

/// Makes the sequence even, and publishes what was written since `open`.
pub(super) fn close(sequence: &AtomicU64) {
    sequence.store((sequence.load(Ordering::Relaxed) | 1).wrapping_add(1), Ordering::Release);
}

/// What near entries compare of a slot that was `seen` closed.
pub(super) fn version(seen: u64) -> u32 {
    (seen >> 1) as u32
}

/// The version that an open slot will have.
pub(super) fn coming_version(sequence: &AtomicU64) -> u32 {
    version((sequence.load(Ordering::Relaxed) | 1).wrapping_add(1))
}
