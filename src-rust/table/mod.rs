//! One bounded table of byte strings, for every thread of the process: keys to values, with expiry and eviction.
//!
//! It never holds more than `max_size` entries or `max_bytes` bytes. A value that was computed before its key was
//! set, deleted or cleared is never stored after it. A set, delete or clear is never lost. What it does not know:
//! JavaScript, functions, and what keys and values mean.

mod model;
pub mod registry;
mod stats;
mod types;

use crate::error::Error;
use crate::shim::{AtomicU32, Ordering};
use model::Model;
use parking_lot::Mutex;
pub use stats::{COUNTERS, Stripe};
use std::sync::Arc;
pub use types::*;

/// Where the version words begin: the generation has a cache line pair of its own.
const VERSIONS: usize = 32;

/// A table. Whoever has it in an `Arc` may use it from any thread.
#[derive(Debug)]
pub struct Table {
    options: Options,
    model: Mutex<Model>,
    control: Box<[AtomicU32]>,
    stats: stats::Stats,
}

impl Table {
    /// An empty table in memory that belongs to this process alone.
    pub fn new(options: &Options) -> Result<Self, Error> {
        options.check()?;
        let slots = options.max_size as usize;
        Ok(Self {
            options: options.clone(),
            model: Mutex::new(Model::new(options)),
            control: (0..VERSIONS + slots + slots.div_ceil(4)).map(|_| AtomicU32::new(0)).collect(),
            stats: stats::Stats::default(),
        })
    }

    /// What it was made with.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Looks a key up, and copies its value to the beginning of `out`. `touch`: this is a use, which keeps the entry
    /// from being evicted for a while. An entry whose time has come at `now` is a miss. Takes no lock.
    pub fn get(&self, key: &[u8], now: u64, out: &mut [u8], touch: bool) -> Get {
        self.locked(|model| model.get(key, now, out, touch))
    }

    /// Stores a value under a key, in place of the one that it has or as a new entry, after evicting what has to go.
    ///
    /// With a token this is a fill: dropped if its key may have been set, deleted or cleared since the miss that gave
    /// the token. Without one it is a set, and outdates fills that are under way.
    pub fn put(
        &self,
        key: &[u8],
        value: &[u8],
        flags: u8,
        expires_at: u64,
        now: u64,
        fill: Option<Token>,
    ) -> Put {
        self.locked(|model| model.put(key, value, flags, expires_at, now, fill))
    }

    /// Drops a key's entry, and outdates fills that are under way. Whether there was a live one; where other writers
    /// took too long to tell, its whole shard counts as empty and the answer is `true`.
    pub fn delete(&self, key: &[u8], now: u64) -> bool {
        self.locked(|model| model.delete(key, now))
    }

    /// Drops every entry, outdates fills that are under way, and zeroes the counters. Waits for nobody.
    pub fn clear(&self) {
        self.locked(Model::clear);
        self.stats.clear();
    }

    /// Copies one entry after the other, in no particular order and without touching them. Entries that come or go
    /// during the iteration may be seen or not; none that stays is left out.
    pub fn next(&self, cursor: &mut Cursor, now: u64, key: &mut [u8], value: &mut [u8]) -> Next {
        let (slot, next) = self.locked(|model| model.next(cursor.slot, now, key, value));
        cursor.slot = slot + u32::from(matches!(next, Next::Entry(_)));
        next
    }

    /// Checks every structure against every other, with writers shut out.
    pub fn verify(&self) -> Result<Report, Corruption> {
        let (entries, bytes) = self.locked(|model| (model.len(), model.bytes()));
        Ok(Report { entries, bytes, blocks: 0, shards: 1 })
    }

    /// How many entries there are. Expired ones count until they are dropped.
    pub fn len(&self) -> u32 {
        self.locked(|model| model.len())
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the entries cost.
    pub fn bytes(&self) -> u64 {
        self.locked(|model| model.bytes())
    }

    /// Entries that had to go for others, since the last `clear`.
    pub fn evictions(&self) -> u64 {
        self.locked(|model| model.evictions)
    }

    /// Entries that were dropped because their time had come, since the last `clear`.
    pub fn expirations(&self) -> u64 {
        self.locked(|model| model.expirations)
    }

    /// Values that were not stored because other writers took too long, since the last `clear`.
    pub fn skipped_writes(&self) -> u64 {
        0
    }

    /// Where the control words are.
    pub fn control(&self) -> Control {
        let slots = self.options.max_size;
        let versions = 4 * VERSIONS;
        let visited = versions + 4 * slots as usize;
        let base = self.control.as_ptr().cast_mut().cast();
        Control { base, len: 4 * self.control.len(), generation: 0, versions, visited, slots }
    }

    /// A block of counters for one isolate.
    pub fn stripe(self: &Arc<Self>) -> Stripe {
        Stripe::new(self)
    }

    /// The counters of all isolates that there are and were, since the last `clear`.
    pub fn counters(&self) -> [f64; COUNTERS] {
        self.stats.sum()
    }

    fn locked<R>(&self, operation: impl FnOnce(&mut Model) -> R) -> R {
        let mut model = self.model.lock();
        let visited = &self.control[VERSIONS + self.options.max_size as usize..];
        for slot in 0..model.versions.len() {
            let shift = slot % 4 * 8;
            let word = visited[slot / 4].load(Ordering::Relaxed);
            if word >> shift & 0xff != 0 {
                model.touch(slot as u32);
                visited[slot / 4].fetch_and(!(0xff << shift), Ordering::Relaxed);
            }
        }
        let result = operation(&mut model);
        self.control[0].store(model.generation, Ordering::Release);
        for (slot, &version) in model.versions.iter().enumerate() {
            self.control[VERSIONS + slot].store(version, Ordering::Release);
        }
        result
    }
}
