//! How many entries and bytes a table has, in one word, so that both bounds are kept by one exchange.
//!
//! An insertion reserves before anything is written, and a removal releases after the entry can no longer be found. So
//! what the table holds is never more than the word says, and the word never more than the bounds. It changes only
//! under the lock of the shard whose entry it is.
//!
//! Whoever dies between the two leaves it too high, and too low never. A second word says so, and the next writer who
//! can hold all shards at once counts anew.

use super::region::Area;
use super::types::{MAX_BYTES, MAX_ENTRIES, Options};
use crate::shim::{AtomicU64, Ordering};

/// Bits of the bytes, below those of the entries.
pub(super) const BYTES_BITS: u32 = 37;
/// Costs are multiples of this.
const UNIT: u64 = 4;

const _: () = assert!((MAX_ENTRIES as u64) < 1 << (64 - BYTES_BITS) && MAX_BYTES / UNIT < 1 << BYTES_BITS);

const TOTALS: usize = 0;
const RECOUNT: usize = 1;
pub(super) const OFFSETS: [usize; 2] = [TOTALS, RECOUNT];

/// The words, and their bounds.
#[derive(Debug)]
pub(super) struct Totals {
    words: Area<AtomicU64>,
    max_entries: u64,
    max_units: u64,
}

impl Totals {
    pub(super) fn new(words: Area<AtomicU64>, options: &Options) -> Self {
        let (max_entries, max_units) = (u64::from(options.max_size), options.max_bytes / UNIT);
        Self { words, max_entries, max_units }
    }

    /// Counts entries and bytes that are to come, unless there would be too many.
    pub(super) fn reserve(&self, entries: u32, bytes: u64) -> bool {
        let reserve = |word| {
            let (had_entries, had_units) = split(word);
            let fits = had_entries + u64::from(entries) <= self.max_entries
                && had_units + bytes / UNIT <= self.max_units;
            fits.then(|| word + joined(entries, bytes))
        };
        // Acquire pairs with the Release of `release`: what was released is gone before anything takes its place.
        self.words[TOTALS].fetch_update(Ordering::Acquire, Ordering::Relaxed, reserve).is_ok()
    }

    /// Takes back what was reserved for entries that are gone.
    pub(super) fn release(&self, entries: u32, bytes: u64) {
        self.words[TOTALS].fetch_sub(joined(entries, bytes), Ordering::Release);
    }

    /// Whether the word is more than anybody ever reserves.
    pub(super) fn are_flawed(&self) -> bool {
        let (entries, units) = split(self.words[TOTALS].load(Ordering::Relaxed));
        entries > self.max_entries || units > self.max_units
    }

    /// Somebody has died, and what he had reserved or not yet released is not known.
    pub(super) fn want_recount(&self) {
        self.words[RECOUNT].store(1, Ordering::Relaxed);
    }

    pub(super) fn wants_recount(&self) -> bool {
        self.words[RECOUNT].load(Ordering::Relaxed) != 0
    }

    /// What was counted, by the holder of all shards. A shard that he repaired after this was cut short says it again,
    /// so the wish goes last.
    pub(super) fn recounted(&self, entries: u32, bytes: u64) {
        self.words[TOTALS].store(joined(entries, bytes), Ordering::Release);
        self.words[RECOUNT].store(0, Ordering::Release);
    }

    /// Entries and bytes.
    pub(super) fn load(&self) -> (u32, u64) {
        let (entries, units) = split(self.words[TOTALS].load(Ordering::Relaxed));
        (entries as u32, units * UNIT)
    }
}

fn joined(entries: u32, bytes: u64) -> u64 {
    (u64::from(entries) << BYTES_BITS) | (bytes / UNIT)
}

fn split(word: u64) -> (u64, u64) {
    (word >> BYTES_BITS, word & ((1 << BYTES_BITS) - 1))
}
