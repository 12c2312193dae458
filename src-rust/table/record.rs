//! The record of a slot: everything about an entry but its key and value, which the arena has.
//!
//! It is six words. A reader may copy any mixture of two entries; the sequence word tells, so nothing here judges
//! what it read.

use super::region::Growing;
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

pub(super) const OFFSETS: [usize; WORDS] = [SEQUENCE, HASH, EXPIRES_AT, LENGTHS, PLACE, SUM];

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
pub(super) struct Records(pub(super) Growing<AtomicU64>);

/// The record of one slot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words<'a>(&'a [AtomicU64; WORDS]);

impl Records {
    /// A slot's record, if it is within reach.
    #[inline]
    pub(super) fn at(&self, slot: u32) -> Option<Words<'_>> {
        self.0.part(slot.wrapping_sub(1) as usize).map(Words)
    }

    /// When a slot's entry expires; `NEVER` of a slot that is out of reach.
    pub(super) fn expires_at(&self, slot: u32) -> u64 {
        self.at(slot).map_or(super::types::NEVER, |words| words.0[EXPIRES_AT].load(Ordering::Relaxed))
    }
}

impl<'a> Words<'a> {
    #[inline]
    pub(super) fn sequence(self) -> &'a AtomicU64 {
        &self.0[SEQUENCE]
    }

    #[inline]
    pub(super) fn load(self) -> Record {
        let word = |at: usize| self.0[at].load(Ordering::Relaxed);
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
    pub(super) fn store(self, record: &Record) {
        let place = u64::from(record.first) << 32 | u64::from(record.flags) << 8 | u64::from(record.live);
        self.0[HASH].store(record.hash, Ordering::Relaxed);
        self.0[EXPIRES_AT].store(record.expires_at, Ordering::Relaxed);
        let lengths = u64::from(record.key_len) << 32 | u64::from(record.value_len);
        self.0[LENGTHS].store(lengths, Ordering::Relaxed);
        self.0[PLACE].store(place, Ordering::Relaxed);
        self.0[SUM].store(record.sum, Ordering::Relaxed);
    }

    /// The slot must be open.
    pub(super) fn kill(self) {
        self.0[PLACE].store(0, Ordering::Relaxed);
    }
}
