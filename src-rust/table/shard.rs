//! A shard: a table of its own in all but the arena and the totals, with one lock. A key's hash says which shard it is
//! in.

use super::due::{Due, Heap};
use super::gate::{self, Gate, State};
use super::geometry::Geometry;
use super::index::Index;
use super::record::{self, Records};
use super::region::{Area, Region};
use super::sieve::{List, Sieve};
use super::types::{Options, grace_entries};
use crate::shim::{AtomicU32, Lock, Ordering};
use std::sync::Arc;

/// One shard. Readers use `gate`, `index`, `records` and `sieve.touch`; everything else is the lock holder's.
#[derive(Debug)]
#[repr(align(128))]
pub(super) struct Shard {
    pub(super) number: u32,
    /// The number of its first slot among all slots of the table.
    pub(super) first_slot: u32,
    pub(super) lock: Lock,
    pub(super) gate: Gate,
    pub(super) index: Index,
    pub(super) records: Records,
    pub(super) sieve: Sieve,
    pub(super) state: State,
    /// From slot 1 on, for JavaScript: written here, and never read.
    pub(super) versions: Area<AtomicU32>,
    due: Due,
}

impl Shard {
    pub(super) fn new(region: &Arc<Region>, plan: &Geometry, options: &Options, number: u32) -> Self {
        let (slots, at) = (plan.slots as usize, number as usize);
        Self {
            number,
            first_slot: number * plan.slots,
            lock: Lock::default(),
            gate: Gate(region.area(plan.gates.part(at, gate::WORDS))),
            index: Index::new(region.area(plan.index.part(at, plan.cells as usize))),
            records: Records::new(region.area(plan.records.part(at, slots * record::WORDS))),
            sieve: Sieve {
                newer: region.area(plan.newer.part(at, slots + 1)),
                older: region.area(plan.older.part(at, slots + 1)),
                young: region.area(plan.young.part(at, slots)),
                visited: region.area(plan.visited.part(at, slots)),
                grace: grace_entries(plan.capacity.div_ceil(plan.shards), options.grace_window),
                grace_window: options.grace_window,
            },
            state: State {
                words: region.area(plan.states.part(at, gate::STATE_WORDS)),
                sums: region.area(plan.sums.part(at, gate::SUM_WORDS)),
            },
            versions: region.area(plan.versions.part(at, slots)),
            due: Due {
                heap: region.area(plan.due.part(at, slots)),
                places: region.area(plan.due_places.part(at, slots)),
            },
        }
    }

    /// The number of a slot among all slots of the table.
    pub(super) fn global(&self, slot: u32) -> u32 {
        self.first_slot + slot - 1
    }

    pub(super) fn list(&self) -> List<'_> {
        self.sieve.list(self.state.sieve())
    }

    pub(super) fn due(&self) -> Heap<'_> {
        self.due.heap(self.state.due(), &self.records)
    }

    /// Whether a clear, or a delete that came too late, waits for the next lock holder: the shard counts as empty.
    pub(super) fn is_outdated(&self) -> bool {
        self.gate.wanted().load(Ordering::Acquire) != self.gate.current().load(Ordering::Acquire)
    }

    /// From now on the shard counts as empty, and every fill that is under way is outdated. Takes no lock. The table's
    /// generation must go up afterwards.
    pub(super) fn outdate(&self) {
        // Release pairs with the Acquire of readers: who sees it also sees what its caller did before.
        self.gate.wanted().fetch_add(1, Ordering::Release);
    }

    /// Entries that can be found, as of some moment.
    pub(super) fn len(&self) -> u32 {
        if self.is_outdated() { 0 } else { self.state.len().load(Ordering::Relaxed) }
    }

    /// What they cost.
    pub(super) fn bytes(&self) -> u64 {
        if self.is_outdated() { 0 } else { self.state.bytes().load(Ordering::Relaxed) }
    }
}
