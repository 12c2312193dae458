//! A shard: a table of its own in all but the arena and the totals, with one lock. A key's hash says which shard it is
//! in.

use super::due::{Due, Heap};
use super::flaw::Flaw;
use super::gate::{self, Gate, State};
use super::geometry::{Geometry, SLOT_STEP};
use super::host::Host;
use super::index::Index;
use super::owner::Ownership;
use super::record::{self, Records};
use super::region::{Area, Region};
use super::sharing::Sharing;
use super::sieve::{List, Sieve};
use super::types::{Options, grace_entries};
use crate::shim::{AtomicU32, Lock, Ordering};
use std::sync::Arc;
use std::sync::atomic;

/// One shard. Readers use `gate`, `index`, `records` and `sieve.touch`; everything else is the lock holder's.
#[derive(Debug)]
#[repr(align(128))]
pub(super) struct Shard {
    pub(super) number: u32,
    /// The number of its first slot among all slots of the table.
    pub(super) first_slot: u32,
    /// How many slots there can be.
    pub(super) slots: u32,
    /// How many of them readers believe in: none once the table is detached.
    visible: atomic::AtomicU32,
    pub(super) lock: Lock,
    pub(super) owner: Ownership,
    pub(super) flaw: Arc<Flaw>,
    pub(super) gate: Gate,
    pub(super) index: Index,
    pub(super) records: Records,
    pub(super) sieve: Sieve,
    pub(super) state: State,
    /// From slot 1 on, for JavaScript: written here, and never read.
    pub(super) versions: Area<AtomicU32>,
    due: Due,
    sharing: Option<Arc<Sharing>>,
}

impl Shard {
    pub(super) fn new(
        region: &Arc<Region>,
        plan: &Geometry,
        options: &Options,
        sharing: Option<&Arc<Sharing>>,
        flaw: &Arc<Flaw>,
        number: u32,
    ) -> Self {
        let (slots, at) = (plan.slots as usize, number as usize);
        // Memory of this process is all there; of a file this process is sure of nothing yet.
        let reach = |len: usize| if sharing.is_some() { 0 } else { len };
        Self {
            number,
            first_slot: number * plan.slots,
            slots: plan.slots,
            visible: atomic::AtomicU32::new(plan.slots),
            lock: Lock::default(),
            owner: Ownership::new(region.area(plan.owners.part(at, gate::OWNER_WORDS))),
            flaw: Arc::clone(flaw),
            gate: Gate(region.area(plan.gates.part(at, gate::WORDS))),
            index: Index::new(region.area(plan.index.part(at, plan.cells as usize))),
            records: Records(
                region.growing(plan.records.part(at, slots * record::WORDS), reach(slots * record::WORDS)),
            ),
            sieve: Sieve {
                newer: region.growing(plan.newer.part(at, slots + 1), reach(slots + 1)),
                older: region.growing(plan.older.part(at, slots + 1), reach(slots + 1)),
                young: region.growing(plan.young.part(at, slots), reach(slots)),
                visited: region.area(plan.visited.part(at, slots)),
                grace: grace_entries(plan.capacity.div_ceil(plan.shards), options.grace_window),
                grace_window: options.grace_window,
                flaw: Arc::clone(flaw),
            },
            state: State {
                words: region.area(plan.states.part(at, gate::STATE_WORDS)),
                sums: region.area(plan.sums.part(at, gate::SUM_WORDS)),
            },
            versions: region.area(plan.versions.part(at, slots)),
            due: Due {
                heap: region.growing(plan.due.part(at, slots), reach(slots)),
                places: region.growing(plan.due_places.part(at, slots), reach(slots)),
                flaw: Arc::clone(flaw),
            },
            sharing: sharing.cloned(),
        }
    }

    /// Slots that a look-up may be led to.
    #[inline]
    pub(super) fn visible(&self) -> u32 {
        self.visible.load(Ordering::Relaxed)
    }

    /// From now on look-ups find nothing.
    pub(super) fn hide(&self) {
        self.visible.store(0, Ordering::Relaxed);
    }

    /// Makes sure of a slot that another process has issued.
    #[cold]
    pub(super) fn reach(&self, slot: u32) -> bool {
        match &self.sharing {
            Some(sharing) => slot <= self.visible() && self.grow(&*sharing.host, slot),
            None => false,
        }
    }

    /// Whether a slot can be issued: the file has room for what belongs to it.
    pub(super) fn enlarge(&self, slot: u32) -> bool {
        match &self.sharing {
            Some(sharing) if self.records.at(slot).is_none() => {
                slot <= self.slots && sharing.enlarge(|host| self.grow(host, slot))
            }
            _ => slot <= self.slots,
        }
    }

    /// Everything that is kept for each slot, up to this one and some more.
    fn grow(&self, host: &dyn Host, slot: u32) -> bool {
        let slots = slot.next_multiple_of(SLOT_STEP).min(self.slots) as usize;
        self.sieve.newer.grow(host, slots + 1)
            && self.sieve.older.grow(host, slots + 1)
            && self.sieve.young.grow(host, slots)
            && self.due.heap.grow(host, slots)
            && self.due.places.grow(host, slots)
            // Last: whoever reaches a record reaches the rest.
            && self.records.0.grow(host, slots * record::WORDS)
    }

    /// The number of a slot among all slots of the table.
    pub(super) fn global(&self, slot: u32) -> u32 {
        self.first_slot + slot - 1
    }

    /// JavaScript's word of a slot.
    pub(super) fn version(&self, slot: u32) -> Option<&AtomicU32> {
        self.versions.get((slot as usize).wrapping_sub(1))
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

    /// Entries that there are. Never more than slots, whatever the word says.
    pub(super) fn held(&self) -> u32 {
        self.state.len().load(Ordering::Relaxed).min(self.slots)
    }

    /// The highest slot that was ever used. Never more than there are, whatever the word says.
    pub(super) fn issued(&self) -> u32 {
        self.state.issued().load(Ordering::Relaxed).min(self.slots)
    }

    /// Entries that can be found, as of some moment.
    pub(super) fn len(&self) -> u32 {
        if self.is_outdated() { 0 } else { self.held() }
    }

    /// What they cost.
    pub(super) fn bytes(&self) -> u64 {
        if self.is_outdated() { 0 } else { self.state.bytes().load(Ordering::Relaxed) }
    }
}
