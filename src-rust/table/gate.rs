//! The words of a shard that are neither its arrays nor its lock: those that readers look at, alone in their cache
//! lines, and those of the lock holder.

use super::region::Area;
use crate::shim::{AtomicU32, AtomicU64, Ordering};

/// How many counts of changes a shard has. A key's hash says which is its: a change of another key outdates fills of
/// this one only if they share it.
pub(super) const COUNTS: usize = if cfg!(any(loom, shuttle)) { 1 } else { 64 };
/// Of one shard's gate: a pair of cache lines, and the counts in others, since readers look at those alone.
pub(super) const WORDS: usize = COUNT + COUNTS;
const WANTED: usize = 0;
const CURRENT: usize = 1;
const EPOCH: usize = 2;
const COUNT: usize = if cfg!(any(loom, shuttle)) { 3 } else { 32 };
pub(super) const OFFSETS: [usize; 4] = [WANTED, CURRENT, EPOCH, COUNT];

/// Of one shard's state.
pub(super) const STATE_WORDS: usize = if cfg!(any(loom, shuttle)) { 12 } else { 32 };
pub(super) const SUM_WORDS: usize = if cfg!(any(loom, shuttle)) { 3 } else { 16 };
/// Of one shard's owner: a pair of cache lines for one word.
pub(super) const OWNER_WORDS: usize = if cfg!(any(loom, shuttle)) { 1 } else { 16 };

/// Which of a shard's counts is that of a key. The lowest bits of the hash choose the shard, the upper half is the tag.
pub(super) fn group(hash: u64) -> usize {
    (hash >> 16) as usize % COUNTS
}

/// What a reader asks of a shard before it looks at an entry.
#[derive(Debug)]
pub(super) struct Gate(pub(super) Area<AtomicU32>);

impl Gate {
    /// The generation that the shard should have. Ahead of `current`, the shard counts as empty.
    pub(super) fn wanted(&self) -> &AtomicU32 {
        &self.0[WANTED]
    }

    /// The generation of its entries.
    pub(super) fn current(&self) -> &AtomicU32 {
        &self.0[CURRENT]
    }

    /// How many sets and deletes there were of keys that share a count with this hash.
    pub(super) fn count(&self, hash: u64) -> &AtomicU32 {
        &self.0[COUNT + group(hash)]
    }

    /// Odd while cells of the index move.
    pub(super) fn epoch(&self) -> &AtomicU32 {
        &self.0[EPOCH]
    }
}

/// What only the lock holder writes. Others may read `len` and the sums, which then are of some moment.
#[derive(Debug)]
pub(super) struct State {
    pub(super) words: Area<AtomicU32>,
    pub(super) sums: Area<AtomicU64>,
}

const OWN: usize = 0;
const SIEVE: usize = 2;
const DUE: usize = 6;
const ISSUED: usize = 7;
const FREE_SLOT: usize = 8;
const LEN: usize = 9;

const BYTES: usize = 0;
const EVICTIONS: usize = 1;
const EXPIRATIONS: usize = 2;

pub(super) const STATE_OFFSETS: [usize; 6] = [OWN, SIEVE, DUE, ISSUED, FREE_SLOT, LEN];
pub(super) const SUM_OFFSETS: [usize; 3] = [BYTES, EVICTIONS, EXPIRATIONS];

impl State {
    /// The arena's words.
    pub(super) fn own(&self) -> &[AtomicU32; 2] {
        self.words[OWN..].first_chunk().unwrap()
    }

    /// The policy's words.
    pub(super) fn sieve(&self) -> &[AtomicU32; 4] {
        self.words[SIEVE..].first_chunk().unwrap()
    }

    /// How many entries can expire.
    pub(super) fn due(&self) -> &AtomicU32 {
        &self.words[DUE]
    }

    /// The highest slot that was ever used.
    pub(super) fn issued(&self) -> &AtomicU32 {
        &self.words[ISSUED]
    }

    /// The slot that was freed last.
    pub(super) fn free_slot(&self) -> &AtomicU32 {
        &self.words[FREE_SLOT]
    }

    pub(super) fn len(&self) -> &AtomicU32 {
        &self.words[LEN]
    }

    pub(super) fn bytes(&self) -> &AtomicU64 {
        &self.sums[BYTES]
    }

    pub(super) fn evictions(&self) -> &AtomicU64 {
        &self.sums[EVICTIONS]
    }

    pub(super) fn expirations(&self) -> &AtomicU64 {
        &self.sums[EXPIRATIONS]
    }
}

/// Adds to a word that has one writer at a time.
pub(super) fn count(word: &AtomicU64, by: u64) {
    word.store(word.load(Ordering::Relaxed).wrapping_add(by), Ordering::Relaxed);
}
