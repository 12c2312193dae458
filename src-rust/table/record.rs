//! The record of a slot: everything about an entry but its key and value, which the arena has.
//!
//! It is six words. A reader may copy any mixture of two entries; the sequence word tells, so nothing here judges
//! what it read.

use super::region::Area;
use crate::shim::{AtomicU64, Ordering};

pub(super) const WORDS: usize = 6;

const SEQUENCE: usize = 0;
const HASH: usize = 1;
const EXPIRES_AT: usize = 2;
/// The key's length above, the value's below.
const LENGTHS: usize = 3;
/// The first block above, the flags in the second byte, `LIVE` below.
const PLACE: usize = 4;
const SUM: usize = 5;

const LIVE: u64 = 1;

/// What a record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) hash: u64,
    pub(super) expires_at: u64,
    pub(super) key_len: u32,
    pub(super) value_len: u32,
    /// Of its chain in the arena.
    pub(super) first: u32,
    pub(super) flags: u8,
    /// Whether there is an entry at all.
    pub(super) live: bool,
    pub(super) sum: u64,
}

/// The records of a shard, by slot from 1 on.
#[derive(Debug)]
pub(super) struct Records(Area<AtomicU64>);

impl Records {
    pub(super) fn new(words: Area<AtomicU64>) -> Self {
        Self(words)
    }

    pub(super) fn len(&self) -> u32 {
        (self.0.len() / WORDS) as u32
    }

    #[inline]
    fn words(&self, slot: u32) -> &[AtomicU64; WORDS] {
        let first = (slot as usize - 1) * WORDS;
        self.0[first..].first_chunk().unwrap()
    }

    #[inline]
    pub(super) fn sequence(&self, slot: u32) -> &AtomicU64 {
        &self.words(slot)[SEQUENCE]
    }

    #[inline]
    pub(super) fn load(&self, slot: u32) -> Record {
        let words = self.words(slot);
        let word = |at: usize| words[at].load(Ordering::Relaxed);
        let (lengths, place) = (word(LENGTHS), word(PLACE));
        Record {
            hash: word(HASH),
            expires_at: word(EXPIRES_AT),
            key_len: (lengths >> 32) as u32,
            value_len: lengths as u32,
            first: (place >> 32) as u32,
            flags: (place >> 8) as u8,
            live: place & LIVE != 0,
            sum: word(SUM),
        }
    }

    /// The slot must be open.
    pub(super) fn store(&self, slot: u32, record: &Record) {
        let words = self.words(slot);
        let place = u64::from(record.first) << 32 | u64::from(record.flags) << 8 | u64::from(record.live);
        words[HASH].store(record.hash, Ordering::Relaxed);
        words[EXPIRES_AT].store(record.expires_at, Ordering::Relaxed);
        let lengths = u64::from(record.key_len) << 32 | u64::from(record.value_len);
        words[LENGTHS].store(lengths, Ordering::Relaxed);
        words[PLACE].store(place, Ordering::Relaxed);
        words[SUM].store(record.sum, Ordering::Relaxed);
    }

    /// The slot must be open.
    pub(super) fn kill(&self, slot: u32) {
        self.words(slot)[PLACE].store(0, Ordering::Relaxed);
    }

    pub(super) fn expires_at(&self, slot: u32) -> u64 {
        self.words(slot)[EXPIRES_AT].load(Ordering::Relaxed)
    }
}
