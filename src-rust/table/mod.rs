//! One bounded table of byte strings, for every thread of the process: keys to values, with expiry and eviction.
//!
//! It never holds more than `max_size` entries or `max_bytes` bytes. A value that was computed before its key was
//! set, deleted or cleared is never stored after it. A set, delete or clear is never lost. Look-ups take no lock. What
//! it does not know: JavaScript, functions, and what keys and values mean.

mod arena;
mod due;
mod gate;
mod geometry;
mod index;
#[cfg(all(test, any(loom, shuttle)))]
mod models;
#[cfg(all(test, not(loom)))]
mod oracle;
mod reader;
mod record;
#[cfg(not(any(loom, shuttle)))]
mod region;
#[cfg(any(loom, shuttle))]
#[path = "region_model.rs"]
mod region;
pub mod registry;
mod seqlock;
mod shard;
mod sieve;
mod stats;
mod store;
#[cfg(all(test, not(any(loom, shuttle))))]
mod tests;
mod totals;
mod types;
mod verify;
mod writer;

use crate::error::Error;
use crate::hash::hash;
use crate::shim::{AtomicU32, AtomicU64, Ordering};
use arena::Arena;
use geometry::Geometry;
use reader::{Ask, Sight};
use region::{Area, Region};
use shard::Shard;
pub use stats::{COUNTERS, Stripe};
use std::sync::Arc;
use totals::Totals;
pub use types::*;
use writer::Writer;

/// How often an iteration tries to copy an entry that is being changed, before it takes the lock.
const COPY_TRIES: u32 = 16;

/// A table. Whoever has it in an `Arc` may use it from any thread.
#[derive(Debug)]
pub struct Table {
    options: Options,
    shards: Box<[Shard]>,
    arena: Arena,
    totals: Totals,
    /// One word: 1 since an entry was stored that expires.
    timed: Area<AtomicU32>,
    /// One word, in the memory that JavaScript sees.
    generation: Area<AtomicU32>,
    stats: stats::Stats,
    skipped: AtomicU64,
    baseline: Baseline,
    /// The seed of checksums, where others may write the memory too.
    checked: Option<u64>,
    #[cfg(not(any(loom, shuttle)))]
    control: geometry::ControlPlan,
}

/// What the shards' counters were at the last `clear`.
#[derive(Debug, Default)]
struct Baseline {
    evictions: AtomicU64,
    expirations: AtomicU64,
    skipped: AtomicU64,
}

impl Table {
    /// An empty table in memory that belongs to this process alone.
    pub fn new(options: &Options) -> Result<Self, Error> {
        options.check()?;
        let plan = Geometry::new(options);
        let region = Region::anonymous(plan.bytes)?;
        Ok(Self::over(&region, &plan, options, None))
    }

    /// A table over a region of zeros.
    fn over(region: &Arc<Region>, plan: &Geometry, options: &Options, checked: Option<u64>) -> Self {
        Self {
            options: options.clone(),
            shards: (0..plan.shards).map(|number| Shard::new(region, plan, options, number)).collect(),
            arena: Arena::new(region, plan),
            totals: Totals::new(region.area(plan.totals), options),
            timed: region.area(plan.timed),
            generation: region.area(plan.generation),
            stats: stats::Stats::default(),
            skipped: AtomicU64::new(0),
            baseline: Baseline::default(),
            checked,
            #[cfg(not(any(loom, shuttle)))]
            control: plan.control(),
        }
    }

    /// What it was made with.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Looks a key up, and copies its value to the beginning of `out`. `touch`: this is a use, which keeps the entry
    /// from being evicted for a while. An entry whose time has come at `now` is a miss. Takes no lock, unless writers
    /// got in the way again and again. What is behind the value in `out` is undefined.
    #[inline]
    pub fn get(&self, key: &[u8], now: u64, out: &mut [u8], touch: bool) -> Get {
        let hash = hash(self.options.seed, key);
        let ask = Ask { key, hash, now, touch };
        self.shard(hash)
            .get(self.sight(), &ask, out)
            .unwrap_or_else(|token| self.get_locked(&ask, token, out))
    }

    /// The look-up of a reader that was disturbed too often.
    #[cold]
    fn get_locked(&self, ask: &Ask<'_>, token: Token, out: &mut [u8]) -> Get {
        let shard = self.shard(ask.hash);
        let Some(guard) = shard.lock.lock_in_time() else { return Get::Miss(token) };
        let _writer = Writer::enter(self, shard, guard);
        shard.get(self.sight(), ask, out).unwrap_or_else(Get::Miss)
    }

    /// Copies one entry after the other, in no particular order and without touching them. Entries that come or go
    /// during the iteration may be seen or not; none that stays is left out.
    pub fn next(&self, cursor: &mut Cursor, now: u64, key: &mut [u8], value: &mut [u8]) -> Next {
        let slots = self.shards[0].records.len();
        while let Some(shard) = self.shards.get((cursor.slot / slots) as usize) {
            let local = cursor.slot % slots + 1;
            if local > shard.state.issued().load(Ordering::Relaxed) || shard.is_outdated() {
                cursor.slot = (shard.number + 1) * slots;
                continue;
            }
            match self.copy(shard, local, key, value) {
                Some((record, copied)) if record.expires_at > now => {
                    let (key_len, value_len) = (record.key_len, record.value_len);
                    if !copied {
                        return Next::Larger { key_len, value_len };
                    }
                    cursor.slot += 1;
                    let (flags, expires_at) = (record.flags, record.expires_at);
                    return Next::Entry(Entry { key_len, value_len, flags, expires_at });
                }
                _ => cursor.slot += 1,
            }
        }
        Next::End
    }

    fn copy(
        &self,
        shard: &Shard,
        slot: u32,
        key: &mut [u8],
        value: &mut [u8],
    ) -> Option<(record::Record, bool)> {
        for _ in 0..COPY_TRIES {
            if let Some(copied) = shard.copy(self.sight(), slot, key, value) {
                return copied;
            }
        }
        let _writer = Writer::enter(self, shard, shard.lock.lock());
        shard.copy(self.sight(), slot, key, value).flatten()
    }

    /// How many entries there are. Expired ones count until they are dropped.
    pub fn len(&self) -> u32 {
        self.shards.iter().map(Shard::len).sum()
    }

    /// Whether there are no entries.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the entries cost.
    pub fn bytes(&self) -> u64 {
        self.shards.iter().map(Shard::bytes).sum()
    }

    /// Entries that had to go for others, since the last `clear`.
    pub fn evictions(&self) -> u64 {
        since(self.all_evictions(), &self.baseline.evictions)
    }

    /// Entries that were dropped because their time had come, since the last `clear`.
    pub fn expirations(&self) -> u64 {
        since(self.all_expirations(), &self.baseline.expirations)
    }

    /// Values that were not stored because other writers took too long or left no room, since the last `clear`.
    pub fn skipped_writes(&self) -> u64 {
        since(self.skipped.load(Ordering::Relaxed), &self.baseline.skipped)
    }

    /// Whether an entry that expires was ever stored. As long as none was, it does not matter what time callers say.
    pub fn is_timed(&self) -> bool {
        self.timed[0].load(Ordering::Relaxed) != 0
    }

    /// Where the control words are.
    #[cfg(not(any(loom, shuttle)))]
    pub fn control(&self) -> Control {
        let geometry::ControlPlan { len, versions, visited, slots } = self.control;
        Control { base: self.generation.address(), len, generation: 0, versions, visited, slots }
    }

    /// A block of counters for one isolate.
    pub fn stripe(self: &Arc<Self>) -> Stripe {
        Stripe::new(self)
    }

    /// The counters of all isolates that there are and were, since the last `clear`.
    pub fn counters(&self) -> [f64; COUNTERS] {
        self.stats.sum()
    }

    fn zero_counters(&self) {
        self.stats.clear();
        self.baseline.evictions.store(self.all_evictions(), Ordering::Relaxed);
        self.baseline.expirations.store(self.all_expirations(), Ordering::Relaxed);
        self.baseline.skipped.store(self.skipped.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    fn all_evictions(&self) -> u64 {
        self.shards.iter().map(|shard| shard.state.evictions().load(Ordering::Relaxed)).sum()
    }

    fn all_expirations(&self) -> u64 {
        self.shards.iter().map(|shard| shard.state.expirations().load(Ordering::Relaxed)).sum()
    }

    fn count_skipped(&self) {
        self.skipped.fetch_add(1, Ordering::Relaxed);
    }

    fn generation(&self) -> &AtomicU32 {
        &self.generation[0]
    }

    fn shard(&self, hash: u64) -> &Shard {
        // The other half of the hash is the tag.
        &self.shards[hash as usize & (self.shards.len() - 1)]
    }

    fn sight(&self) -> Sight<'_> {
        let (generation, max_value_size) = (self.generation(), self.options.max_value_size);
        Sight { arena: &self.arena, generation, max_value_size, checked: self.checked }
    }
}

/// How much was counted since a baseline. A clear at this moment may have made that the later of the two.
fn since(count: u64, baseline: &AtomicU64) -> u64 {
    count.saturating_sub(baseline.load(Ordering::Relaxed))
}
