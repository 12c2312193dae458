//! The words in which the table is spoken to: what it is made with, and what its operations answer.
//!
//! All of it is plain data. Nothing here is a reference into the table, so an answer stays valid whatever happens to
//! the entry that it was about.

use crate::error::Error;

/// `expires_at` of an entry that never expires.
pub const NEVER: u64 = u64::MAX;
/// The largest `max_size`.
pub const MAX_ENTRIES: u32 = 1 << 26;
/// The largest `max_bytes`.
pub const MAX_BYTES: u64 = 1 << 38;
/// The smallest capacity at which a grace window that is not 0 spares at least one entry.
const SMALLEST_WINDOWED_CAPACITY: u32 = 20;

/// What a table is made with. Two handles of one name must agree on everything but `seed`.
#[derive(Debug, Clone)]
pub struct Options {
    /// The most entries, 1 to `MAX_ENTRIES`. There is never one more.
    pub max_size: u32,
    /// The most bytes, as `cost` counts them. There is never one more.
    pub max_bytes: u64,
    /// The longest key, in bytes.
    pub max_key_size: u32,
    /// The longest value, in bytes.
    pub max_value_size: u32,
    /// The share of the capacity that is too new to be evicted, from 0 up to but not including 1.
    pub grace_window: f64,
    /// How many shards, a power of two; `None`: by capacity. For tests.
    pub shards: Option<u32>,
    /// Of the hash. Whoever can guess it can make keys collide.
    pub seed: u64,
}

impl Options {
    /// Whether another handle may share the table: everything but the seed agrees.
    pub fn agrees(&self, other: &Self) -> bool {
        self.max_size == other.max_size
            && self.max_bytes == other.max_bytes
            && self.max_key_size == other.max_key_size
            && self.max_value_size == other.max_value_size
            && self.grace_window.to_bits() == other.grace_window.to_bits()
            && self.shards == other.shards
    }

    /// Refuses what no table can be made with.
    pub fn check(&self) -> Result<(), Error> {
        if self.max_size == 0 || self.max_size > MAX_ENTRIES {
            return Err(Error::MaxSize(self.max_size));
        }
        if !(0.0..1.0).contains(&self.grace_window) {
            return Err(Error::GraceWindow);
        }
        if self.shards.is_some_and(|shards| !shards.is_power_of_two() || shards > 64) {
            return Err(Error::Shards);
        }
        if self.max_bytes < cost(0, 0) || self.max_bytes > MAX_BYTES {
            return Err(Error::MaxBytes(self.max_bytes));
        }
        Ok(())
    }
}

/// Bytes of keys and values that one block of the arena holds.
pub const BLOCK_PAYLOAD: u32 = if cfg!(any(loom, shuttle)) { 16 } else { 128 };
/// What a block is counted for: the payload, and the link to the next block.
pub const BLOCK_BYTES: u32 = 132;
/// What an entry is counted for besides its blocks: its slot record, links, index cells and control words.
pub const ENTRY_BYTES: u32 = 92;

/// How many blocks hold a key and a value. The value begins at the next multiple of eight after the key.
pub const fn blocks(key: u32, value: u32) -> u32 {
    let bytes = (key as u64).next_multiple_of(8) + value as u64;
    let blocks = bytes.div_ceil(BLOCK_PAYLOAD as u64) as u32;
    if blocks == 0 { 1 } else { blocks }
}

/// What an entry with a key and a value of so many bytes counts against `max_bytes`.
pub const fn cost(key: u32, value: u32) -> u64 {
    blocks(key, value) as u64 * BLOCK_BYTES as u64 + ENTRY_BYTES as u64
}

/// How many of `capacity` entries the hand spares: the same number as in `src/policies/make.ts`.
pub fn grace_entries(capacity: u32, grace_window: f64) -> u32 {
    let entries = (grace_window * f64::from(capacity)) as u32;
    u32::from(entries == 0 && grace_window > 0.0 && capacity >= SMALLEST_WINDOWED_CAPACITY).max(entries)
}

/// A key, and its hash in the table that it is for.
#[derive(Debug, Clone, Copy)]
pub struct Key<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) hash: u64,
}

/// What a miss was at, as three numbers that JavaScript can hold. A fill that brings it is dropped if its key may
/// have been set, deleted or cleared since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// The table's generation, which near entries made from the fill compare.
    pub generation: u32,
    /// The shard's generation.
    pub wanted: u32,
    /// The count of sets and deletes that the key shares with a few others of its shard.
    pub count: u32,
}

/// What `get` found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Get {
    /// The value is in `out`.
    Hit(Hit),
    /// The value needs this many bytes, which `out` has not. The entry was not touched. Ask again with more room.
    Larger(u32),
    /// There is no such entry.
    Miss(Token),
}

/// An entry that was found, and what a near entry needs to know of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// Where its control words are.
    pub slot: u32,
    /// Its version word when the value was copied. While the word is the same, so is the value.
    pub version: u32,
    /// The table's generation before the value was copied.
    pub generation: u32,
    /// Bytes of the value.
    pub len: u32,
    /// The byte that it was stored with.
    pub flags: u8,
    /// From when on it is expired, or `NEVER`.
    pub expires_at: u64,
}

/// What became of a value that was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// It is stored.
    Stored(Stored),
    /// A fill whose token is outdated: it was dropped.
    Outdated,
    /// Its shard's writers took too long. A fill was dropped. After a set its shard counts as empty.
    Skipped,
    /// Key or value are larger than allowed, or than `max_bytes`. After a set the key has no entry.
    Oversize,
}

/// What a near entry needs to know of a value that was just stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// Where its control words are.
    pub slot: u32,
    /// Its version word since it was stored.
    pub version: u32,
    /// The table's generation: the token's, or for a set the one before it began.
    pub generation: u32,
}

/// Where an iteration is. A new one begins with `Cursor::default()`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The slot to look at next.
    pub(super) slot: u32,
}

/// What an iteration came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// An entry: its key and value are in the buffers.
    Entry(Entry),
    /// An entry that needs more room. The cursor stays before it.
    Larger {
        /// Bytes of the key.
        key_len: u32,
        /// Bytes of the value.
        value_len: u32,
    },
    /// There are no more.
    End,
}

/// An entry that an iteration copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Bytes of the key.
    pub key_len: u32,
    /// Bytes of the value.
    pub value_len: u32,
    /// The byte that it was stored with.
    pub flags: u8,
    /// From when on it is expired, or `NEVER`.
    pub expires_at: u64,
}

/// Where JavaScript finds the control words, valid as long as the table is: one block of memory that holds nothing else.
/// Native code reads them, and believes nothing that they say.
#[derive(Debug, Clone, Copy)]
pub struct Control {
    /// The first byte, aligned to 128.
    pub base: *mut u8,
    /// Bytes.
    pub len: usize,
    /// Offset of the table's generation, a u32.
    pub generation: usize,
    /// Offset of the version words, a u32 for each slot.
    pub versions: usize,
    /// Offset of the visited bytes, one for each slot: 1 once the entry was hit.
    pub visited: usize,
    /// How many slots there are.
    pub slots: u32,
}

/// What a full check counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Report {
    /// Entries, expired ones included.
    pub entries: u32,
    /// Their cost.
    pub bytes: u64,
    /// Blocks of the arena that hold them.
    pub blocks: u32,
    /// Shards.
    pub shards: u32,
}

/// What a full check found to be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corruption {
    /// The shard.
    pub shard: u32,
    /// What is wrong in it.
    pub what: String,
    /// Nothing was found to be wrong: it could not be looked at, since somebody holds it.
    pub is_busy: bool,
}
