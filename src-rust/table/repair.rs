//! What the next holder of a shard does when the last one died: it makes everything anew from the index.
//!
//! The index is the truth. An entry is kept if its cell names a slot that is whole (not open, live, of this tag and this
//! shard), and its blocks are this shard's and nobody else's. Whatever else was going on is dropped: a cache may always
//! forget. Lists, free slots, the heap of what expires, free blocks and counts follow from what is kept.
//!
//! Whoever dies here leaves a shard that is repaired again, with the same outcome: kept slots are only read until the
//! lists, and what was dropped stays dropped. Checksums are left to look-ups.

use super::arena::EXTENT_BLOCKS;
use super::index::tag;
use super::record::Record;
use super::seqlock;
use super::types::NEVER;
use super::writer::{Patience, Writer};
use crate::shim::{Ordering, fence};

/// Blocks of a shard's extents, and which of them are in use.
struct Uses {
    /// In ascending order.
    extents: Vec<u32>,
    used: Vec<bool>,
}

impl Uses {
    fn place(&self, block: u32) -> Option<usize> {
        let extent = self.extents.binary_search(&(block / EXTENT_BLOCKS)).ok()?;
        Some(extent * EXTENT_BLOCKS as usize + (block % EXTENT_BLOCKS) as usize)
    }

    fn is_used(&self, block: u32) -> bool {
        self.place(block).and_then(|place| self.used.get(place)).is_some_and(|&used| used)
    }

    /// Notes that a chain is in use. False: a block of it is not this shard's, or in use already.
    fn claim(&mut self, chain: impl Iterator<Item = u32>, count: u32) -> bool {
        let mut claimed = 0;
        let mut places = Vec::new();
        for block in chain {
            let Some(place) = self.place(block) else { break };
            match self.used.get_mut(place) {
                Some(used) if !*used => *used = true,
                _ => break,
            }
            places.push(place);
            claimed += 1;
        }
        let whole = claimed == count;
        if !whole {
            places.into_iter().filter_map(|place| self.used.get_mut(place).map(|used| *used = false)).count();
        }
        whole
    }
}

/// A slot that is kept.
type Kept = (u32, Record);

impl Writer<'_> {
    /// Repairs the shard. False: the file has no pages where the index leads. Then nothing has changed.
    pub(super) fn repair(&self) -> bool {
        let shard = self.shard;
        // Whatever comes of this: what the dead one had reserved is not known.
        self.table.totals.want_recount();
        let cells = || (0..shard.index.len()).map(|at| shard.index.cell(at));
        let highest = cells().filter_map(|cell| cell.slot(shard.slots)).max().unwrap_or(0);
        let issued = shard.issued().max(highest);
        if !self.reaches(issued) {
            return false;
        }
        let epoch = shard.gate.epoch();
        let even = epoch.load(Ordering::Relaxed);
        epoch.store(even | 1, Ordering::Relaxed);
        fence(Ordering::Release);
        let extents = self.table.arena.owned_by(shard.number);
        let used = vec![false; extents.len() * EXTENT_BLOCKS as usize];
        let mut uses = Uses { extents, used };
        let mut kept: Vec<Option<Record>> = vec![None; issued as usize + 1];
        for cell in cells() {
            if let Some(slot) = cell.slot(issued)
                && let Some(place) = kept.get_mut(slot as usize).filter(|place| place.is_none())
            {
                *place = self.survivor(slot, cell.tag(), &mut uses);
            }
        }
        for slot in 1..=issued {
            if kept.get(slot as usize).is_none_or(Option::is_none) {
                self.drop_slot(slot);
            }
        }
        let kept: Vec<Kept> =
            (0..).zip(&kept).filter_map(|(slot, record)| record.map(|record| (slot, record))).collect();
        let cells: Vec<(u32, u32)> = kept.iter().map(|(slot, record)| (tag(record.hash), *slot)).collect();
        shard.index.rebuild(&cells);
        epoch.store((even | 1).wrapping_add(1), Ordering::Release);
        // Blocks of dropped slots are linked anew. Who sees one of these links must see that its slot has changed.
        fence(Ordering::Release);
        self.restore_lists(&kept, issued);
        self.table.arena.rebuild(self.own(), &uses.extents, |block| uses.is_used(block));
        true
    }

    /// What a slot holds, if that is an entry which can be kept.
    fn survivor(&self, slot: u32, tag_of_cell: u32, uses: &mut Uses) -> Option<Record> {
        let words = self.shard.records.at(slot)?;
        if words.sequence().load(Ordering::Relaxed) & 1 != 0 {
            return None;
        }
        let record = words.load();
        let is_here =
            tag(record.hash) == tag_of_cell && std::ptr::eq(self.table.shard(record.hash), self.shard);
        let chain = self.table.arena.blocks_of(record.first, record.blocks());
        (is_here && self.is_sane(&record) && uses.claim(chain, record.blocks())).then_some(record)
    }

    /// Changes a slot to nothing, if it is not that already: in a bracket, also where the dead one had opened it.
    fn drop_slot(&self, slot: u32) {
        let Some(words) = self.shard.records.at(slot) else { return };
        if words.load().live || words.sequence().load(Ordering::Relaxed) & 1 != 0 {
            self.open(slot, words);
            words.kill();
            seqlock::close(words.sequence());
        }
    }

    /// The order of eviction is as far as possible what it was: entries that the old list led to in its order, then the
    /// others.
    fn restore_lists(&self, kept: &[Kept], issued: u32) {
        let (shard, state) = (self.shard, &self.shard.state);
        if issued > 0 {
            let is_kept = |slot: u32| kept.binary_search_by_key(&slot, |(slot, _)| *slot).is_ok();
            let mut linked = vec![false; issued as usize + 1];
            let once = |linked: &mut Vec<bool>, slot: u32| {
                linked.get_mut(slot as usize).is_some_and(|linked| !std::mem::replace(linked, true))
            };
            let listed: Vec<u32> = shard.list().slots(issued).collect();
            let order: Vec<u32> = listed
                .into_iter()
                .filter(|&slot| is_kept(slot))
                .chain(kept.iter().map(|(slot, _)| *slot))
                .filter(|&slot| once(&mut linked, slot))
                .collect();
            shard.list().rebuild(&order);
            let expiring = kept.iter().filter(|(_, record)| record.expires_at != NEVER);
            shard.due().rebuild(expiring.map(|(slot, _)| *slot));
            state.free_slot().store(0, Ordering::Relaxed);
            (1..=issued).rev().filter(|&slot| !is_kept(slot)).for_each(|slot| self.give_slot(slot));
        }
        let bytes = kept.iter().map(|(_, record)| record.cost()).sum();
        state.issued().store(issued, Ordering::Relaxed);
        state.len().store(kept.len() as u32, Ordering::Relaxed);
        state.bytes().store(bytes, Ordering::Relaxed);
    }

    /// Counts what all shards hold, and puts back extents that are nobody's, if the locks of all can be had at once.
    pub(super) fn recount(&self) {
        let mut writers = Vec::new();
        for shard in self.others() {
            // Never waiting while holding a lock, so never in a circle.
            let Some(writer) = self.table.lock(shard, Patience::None) else { return };
            writers.push(writer);
        }
        let shards = || writers.iter().map(|writer| writer.shard).chain([self.shard]);
        let entries = shards().map(|shard| u64::from(shard.held())).sum::<u64>();
        let bytes =
            shards().map(|shard| shard.state.bytes().load(Ordering::Relaxed)).fold(0, u64::wrapping_add);
        let options = &self.table.options;
        if entries > u64::from(options.max_size) || bytes > options.max_bytes {
            return self.shard.flaw.found(());
        }
        self.table.arena.rebuild_pool();
        self.table.totals.recounted(entries as u32, bytes);
    }
}
