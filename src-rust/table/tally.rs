//! What the counting words of a table say to somebody who has a copy of them, and neither maps nor uses the table.

use super::gate::{self, Gate, State};
use super::geometry::Geometry;
use super::region::{Planner, Region};
use super::stats::{self, COUNTERS, STRIPES, Stats};
use super::types::Options;
use crate::error::Error;
use crate::shim::{AtomicU64, Ordering};
use std::ops::Range;

/// What there is in a table, and what has happened to it since it was last cleared, as of about one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    /// Entries. Expired ones count until they are dropped.
    pub entries: u32,
    /// What they cost.
    pub bytes: u64,
    /// Entries that had to go for others.
    pub evictions: u64,
    /// Entries that were dropped because their time had come.
    pub expirations: u64,
    /// Values that were not stored because other writers took too long or left no room.
    pub skipped_writes: u64,
    /// The sums of the counters of all isolates.
    pub counters: [f64; COUNTERS],
    /// What each stripe has counted since the file was made: whoever claims one goes on from what is there.
    pub stripes: Vec<Counted>,
}

/// One stripe of counters, of an isolate that is or was.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    /// Which.
    pub stripe: u32,
    /// The owner word of the process that has it; 0: nobody has.
    pub owner: u64,
    /// The counters.
    pub counters: [f64; COUNTERS],
}

impl Tally {
    /// Which bytes of a region hold what is counted, for a table that begins at `start`.
    pub fn place(options: &Options, start: usize) -> Range<usize> {
        start..Geometry::new(options, start, STRIPES).index.offset()
    }

    /// Counts by a copy of those bytes. What it lacks is zero.
    pub fn new(options: &Options, start: usize, copy: &[u8]) -> Result<Self, Error> {
        let plan = Geometry::new(options, start, STRIPES);
        let region = Region::anonymous(plan.index.offset())?;
        let words = region.area::<AtomicU64>(Planner::behind(start).place((plan.index.offset() - start) / 8));
        for (word, bytes) in words.iter().zip(copy.as_chunks().0) {
            word.store(u64::from_ne_bytes(*bytes), Ordering::Relaxed);
        }
        let stats = Stats::new(region.area(plan.stripes), region.area(plan.counts));
        let [mut entries, mut bytes, mut evictions, mut expirations] = [0_u64; 4];
        for shard in 0..plan.shards as usize {
            let gate = Gate(region.area(plan.gates.part(shard, gate::WORDS)));
            let state = State {
                words: region.area(plan.states.part(shard, gate::STATE_WORDS)),
                sums: region.area(plan.sums.part(shard, gate::SUM_WORDS)),
            };
            let load = |word: &AtomicU64| word.load(Ordering::Relaxed);
            evictions = evictions.wrapping_add(load(state.evictions()));
            expirations = expirations.wrapping_add(load(state.expirations()));
            // One that waits to be emptied counts as empty.
            if gate.wanted().load(Ordering::Relaxed) == gate.current().load(Ordering::Relaxed) {
                entries += u64::from(state.len().load(Ordering::Relaxed).min(plan.slots));
                bytes = bytes.wrapping_add(load(state.bytes()));
            }
        }
        Ok(Self {
            entries: entries as u32,
            bytes,
            evictions: stats.evictions(evictions),
            expirations: stats.expirations(expirations),
            skipped_writes: stats.skipped(),
            counters: stats.sum(),
            stripes: stats::counted(&region.area(plan.stripes)),
        })
    }
}
