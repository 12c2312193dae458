//! One bounded table of byte strings, for every thread of the process, or for every process that maps one file: keys to
//! values, with expiry and eviction.
//!
//! It never holds more than `max_size` entries or `max_bytes` bytes. A value that was computed before its key was
//! set, deleted or cleared is never stored after it. A set, delete or clear is never lost. Look-ups take no lock. What
//! it does not know: JavaScript, functions, and what keys and values mean.

mod arena;
mod chain;
mod due;
mod flaw;
mod gate;
mod geometry;
mod host;
mod index;
mod layout;
#[cfg(test)]
mod machine;
#[cfg(all(test, any(loom, shuttle)))]
mod models;
#[cfg(all(test, not(loom)))]
mod oracle;
mod owner;
mod reach;
mod reader;
mod record;
#[cfg(not(any(loom, shuttle)))]
mod region;
#[cfg(any(loom, shuttle))]
#[path = "region_model.rs"]
mod region;
pub mod registry;
mod repair;
mod seqlock;
mod shard;
mod sharing;
mod sieve;
mod stats;
mod store;
#[cfg(not(any(loom, shuttle)))]
mod tally;
#[cfg(all(test, not(any(loom, shuttle))))]
mod tests;
mod totals;
mod types;
mod verify;
mod writer;

use crate::error::Error;
use crate::hash::{hash, hash_nine};
use crate::shim::{AtomicU32, Ordering};
use arena::Arena;
use geometry::Geometry;
pub use host::{Host, Owner};
#[cfg(fuzzing)]
pub use layout::Arrays;
pub use layout::{Plan, layout_hash};
use reader::{Ask, Sight};
use region::Area;
pub use region::Region;
use shard::Shard;
use sharing::Sharing;
use stats::Stats;
pub use stats::{COUNTERS, Stripe};
use std::sync::Arc;
#[cfg(not(any(loom, shuttle)))]
pub use tally::{Counted, Tally};
use totals::Totals;
pub use types::*;
use writer::Patience;

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
    stats: Stats,
    /// Where others may write the memory too. Look-ups never ask.
    sharing: Option<Arc<Sharing>>,
    /// The seed of checksums, in that case.
    checked: Option<u64>,
    #[cfg(not(any(loom, shuttle)))]
    control: geometry::ControlPlan,
}

impl Table {
    /// An empty table in memory that belongs to this process alone.
    pub fn new(options: &Options) -> Result<Self, Error> {
        options.check()?;
        let plan = Geometry::new(options, 0, 0);
        let region = Region::anonymous(plan.bytes)?;
        Ok(Self::over(&region, &plan, options, None, None))
    }

    /// What a table of these options needs of a region of which `start` bytes are not the table's, a multiple of 4,096.
    pub fn plan(options: &Options, start: usize) -> Plan {
        Plan::new(options, start)
    }

    /// The table in a region that other processes map too: an empty one where its part of the region is zero. Everybody
    /// must agree on options, `start` and the seed of checksums, and this process must have its place among the others.
    ///
    /// Errors: options that no table can be made with; a region that is too small.
    pub fn shared(
        region: &Arc<Region>,
        options: &Options,
        start: usize,
        host: Arc<dyn Host>,
        checksum_seed: u64,
    ) -> Result<Self, Error> {
        options.check()?;
        let plan = Geometry::new(options, start, stats::STRIPES);
        if plan.bytes > region.len() {
            return Err(Error::Memory);
        }
        Ok(Self::over(region, &plan, options, Some(checksum_seed), Some(host)))
    }

    /// A table over a region.
    fn over(
        region: &Arc<Region>,
        plan: &Geometry,
        options: &Options,
        checked: Option<u64>,
        host: Option<Arc<dyn Host>>,
    ) -> Self {
        let sharing = host.map(|host| Arc::new(Sharing::new(host)));
        let flaw = Arc::default();
        let shard = |number| Shard::new(region, plan, options, sharing.as_ref(), &flaw, number);
        Self {
            options: options.clone(),
            shards: (0..plan.shards).map(shard).collect(),
            arena: Arena::new(region, plan, sharing.as_ref(), &flaw),
            totals: Totals::new(region.area(plan.totals), options),
            timed: region.area(plan.timed),
            generation: region.area(plan.generation),
            stats: Stats::new(region.area(plan.stripes), region.area(plan.counts)),
            sharing,
            checked,
            #[cfg(not(any(loom, shuttle)))]
            control: plan.control(),
        }
    }

    /// Takes over what an earlier claimant of this process's place has left locked, and repairs it. To be called once the
    /// place is claimed, before anything else.
    pub fn adopt(&self) {
        let Some(sharing) = &self.sharing else { return };
        for shard in self.shards.iter().filter(|shard| shard.owner.is_inherited(&*sharing.host)) {
            // Taken, repaired, and let go.
            drop(self.lock(shard, Patience::Deadline));
        }
    }

    /// From now on this process neither finds nor stores anything here. For memory that others write too: what they have
    /// written cannot be, or the file is not theirs any more. Idempotent.
    pub fn detach(&self, why: &'static str) {
        let Some(sharing) = &self.sharing else { return };
        sharing.host.detach(why);
        self.shards.iter().for_each(Shard::hide);
    }

    /// Waits until no thread of this process holds a shard. After `detach` none comes any more.
    pub fn drain(&self) {
        self.shards.iter().for_each(|shard| drop(shard.lock.lock()));
    }

    /// A key of these bytes.
    #[inline]
    pub fn key<'k>(&self, bytes: &'k [u8]) -> Key<'k> {
        Key { bytes, hash: hash(self.options.seed, bytes) }
    }

    /// A key of these bytes, of which the caller has the last eight as a little-endian word.
    #[inline]
    pub fn key_of_nine<'k>(&self, bytes: &'k [u8; 9], word: u64) -> Key<'k> {
        debug_assert_eq!(bytes[1..], word.to_le_bytes());
        Key { bytes, hash: hash_nine(self.options.seed, bytes[0], word) }
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
        self.get_by(&self.key(key), now, out, touch)
    }

    /// The same by a key that was hashed before.
    #[inline]
    pub fn get_by(&self, key: &Key<'_>, now: u64, out: &mut [u8], touch: bool) -> Get {
        let &Key { bytes: key, hash } = key;
        let ask = Ask { key, hash, now, touch };
        self.shard(hash)
            .get(self.sight(), &ask, out)
            .unwrap_or_else(|token| self.get_locked(&ask, token, out))
    }

    /// The look-up of a reader that was disturbed too often.
    #[cold]
    fn get_locked(&self, ask: &Ask<'_>, token: Token, out: &mut [u8]) -> Get {
        let shard = self.shard(ask.hash);
        let Some(_writer) = self.lock(shard, Patience::Deadline) else { return Get::Miss(token) };
        shard.get(self.sight(), ask, out).unwrap_or_else(Get::Miss)
    }

    /// Copies one entry after the other, in no particular order and without touching them. Entries that come or go
    /// during the iteration may be seen or not; none that stays is left out.
    pub fn next(&self, cursor: &mut Cursor, now: u64, key: &mut [u8], value: &mut [u8]) -> Next {
        let slots = self.slots();
        while let Some(shard) = self.shards.get((cursor.slot / slots) as usize) {
            let local = cursor.slot % slots + 1;
            if local > shard.issued().min(shard.visible()) || shard.is_outdated() {
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
                return copied.filter(|entry| self.is_whole(entry, key, value));
            }
        }
        let _writer = self.lock(shard, Patience::Long)?;
        let copied = shard.copy(self.sight(), slot, key, value).flatten();
        copied.filter(|entry| self.is_whole(entry, key, value))
    }

    /// Whether what was copied is what was stored, where others may write the memory too.
    fn is_whole(&self, &(ref record, copied): &(record::Record, bool), key: &[u8], value: &[u8]) -> bool {
        let Some(seed) = self.checked.filter(|_| copied) else { return true };
        let (key, value) = (&key[..record.key_len as usize], &value[..record.value_len as usize]);
        hash(self.options.seed, key) == record.hash
            && reader::sum(seed, record.hash, record, value) == record.sum
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
        self.shards.iter().map(Shard::bytes).fold(0, u64::wrapping_add)
    }

    /// Entries that had to go for others, since the last `clear`.
    pub fn evictions(&self) -> u64 {
        self.stats.evictions(self.all_evictions())
    }

    /// Entries that were dropped because their time had come, since the last `clear`.
    pub fn expirations(&self) -> u64 {
        self.stats.expirations(self.all_expirations())
    }

    /// Values that were not stored because other writers took too long or left no room, since the last `clear`.
    pub fn skipped_writes(&self) -> u64 {
        self.stats.skipped()
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
        self.stats.clear(self.all_evictions(), self.all_expirations());
    }

    fn all_evictions(&self) -> u64 {
        let evictions = self.shards.iter().map(|shard| shard.state.evictions().load(Ordering::Relaxed));
        evictions.fold(0, u64::wrapping_add)
    }

    fn all_expirations(&self) -> u64 {
        let expirations = self.shards.iter().map(|shard| shard.state.expirations().load(Ordering::Relaxed));
        expirations.fold(0, u64::wrapping_add)
    }

    fn count_skipped(&self) {
        self.stats.count_skipped();
    }

    fn generation(&self) -> &AtomicU32 {
        &self.generation[0]
    }

    fn shard(&self, hash: u64) -> &Shard {
        // The other half of the hash is the tag.
        &self.shards[hash as usize & (self.shards.len() - 1)]
    }

    /// Of one shard.
    fn slots(&self) -> u32 {
        self.shards[0].slots
    }

    fn sight(&self) -> Sight<'_> {
        let Options { max_key_size, max_value_size, .. } = self.options;
        let (arena, generation, checked) = (&self.arena, self.generation(), self.checked);
        Sight { arena, generation, max_key_size, max_value_size, checked }
    }
}
