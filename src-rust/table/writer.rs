//! What the holder of a shard's lock may do: publish an entry, unpublish one, evict, empty the shard.
//!
//! The lock is held for as long as a `Writer` lives. The order of stores within `open` and `close` is what readers rely
//! on; everything between operations (lists, counts, free slots) is the holder's alone.

use super::Table;
use super::arena::Own;
use super::gate::count;
use super::index::tag;
use super::reader::{Slot, sum};
use super::record::Record;
use super::seqlock;
use super::shard::Shard;
use crate::shim::{AtomicU32, Guard, Ordering, fence};

/// The holder of a shard's lock.
#[derive(Debug)]
pub(super) struct Writer<'t> {
    pub(super) table: &'t Table,
    pub(super) shard: &'t Shard,
    /// The generation that the shard has had since this writer came.
    pub(super) wanted: u32,
    _guard: Guard<'t>,
}

/// What is to be stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item<'a> {
    pub(super) key: &'a [u8],
    pub(super) hash: u64,
    pub(super) value: &'a [u8],
    pub(super) flags: u8,
    pub(super) expires_at: u64,
}

impl<'t> Writer<'t> {
    /// Every holder begins here, also one that only looks something up.
    pub(super) fn enter(table: &'t Table, shard: &'t Shard, guard: Guard<'t>) -> Self {
        // Blocks that another holder freed may be refilled by relaxed stores. A reader who sees one of them must see
        // the slot that it was freed from changed: what this lock acquired goes before those stores.
        fence(Ordering::Release);
        let wanted = shard.gate.wanted().load(Ordering::Acquire);
        let writer = Self { table, shard, wanted, _guard: guard };
        if wanted != shard.gate.current().load(Ordering::Relaxed) {
            writer.empty();
            // The value that was read before, never a later one: a delete that came meanwhile is not done yet.
            shard.gate.current().store(wanted, Ordering::Release);
        }
        writer
    }

    /// Outdates fills that are under way.
    pub(super) fn count_change(&self) {
        let count = self.shard.gate.count();
        count.store(count.load(Ordering::Relaxed).wrapping_add(1), Ordering::Release);
    }

    /// The slot of a key, expired or not.
    pub(super) fn find(&self, key: &[u8], hash: u64) -> Option<(u32, Record)> {
        let shard = self.shard;
        shard.index.run(tag(hash)).find_map(|at| {
            let cell = shard.index.cell(at);
            if cell.tag() != tag(hash) {
                return None;
            }
            let slot = cell.slot(shard.records.len())?;
            match shard.examine(self.table.sight(), slot, key, hash, &mut [])? {
                Slot::Copied(record, _) | Slot::Larger(record) => Some((slot, record)),
                Slot::Other => None,
            }
        })
    }

    /// Blocks for an item, filled. The shard must have as many.
    pub(super) fn fill(&self, item: &Item<'_>, count: u32) -> Record {
        let first = self.table.arena.allocate(self.own(), count);
        let mut chain = self.table.arena.chain(first);
        chain.write(item.key);
        chain.write(item.value);
        let (key_len, value_len) = (item.key.len() as u32, item.value.len() as u32);
        let (hash, flags, expires_at) = (item.hash, item.flags, item.expires_at);
        let mut record = Record { hash, expires_at, key_len, value_len, first, flags, live: true, sum: 0 };
        if let Some(seed) = self.table.checked {
            record.sum = sum(seed, hash, &record, item.value);
        }
        record
    }

    /// Makes an entry of a filled record in a free slot, and says which and its version. Its cost must be reserved.
    pub(super) fn publish(&self, record: &Record) -> (u32, u32) {
        let shard = self.shard;
        let slot = self.take_slot();
        // Before anybody can find it: a reader's touch must not be lost.
        shard.list().insert(slot);
        let version = self.open(slot);
        shard.records.store(slot, record);
        shard.index.insert(tag(record.hash), slot);
        seqlock::close(shard.records.sequence(slot));
        self.enter_due(slot, record);
        bump(shard.state.len(), 1);
        count(shard.state.bytes(), record.cost());
        (slot, version)
    }

    /// Gives an entry another value, which only `old`'s blocks are freed for. Whichever costs more must be reserved.
    pub(super) fn replace(&self, slot: u32, old: &Record, record: &Record) -> u32 {
        let shard = self.shard;
        shard.due().remove(slot);
        let version = self.open(slot);
        shard.records.store(slot, record);
        seqlock::close(shard.records.sequence(slot));
        self.enter_due(slot, record);
        let (had, has) = (old.cost(), record.cost());
        count(shard.state.bytes(), has.wrapping_sub(had));
        if has < had {
            self.table.totals.release(0, had - has);
        }
        self.table.arena.free(self.own(), old.first, old.blocks());
        version
    }

    /// Takes an entry out, so that nobody finds it, and frees what it held.
    pub(super) fn unpublish(&self, slot: u32) {
        let shard = self.shard;
        let record = shard.records.load(slot);
        let epoch = shard.gate.epoch();
        let even = epoch.load(Ordering::Relaxed);
        // Cells will move. The fence in `open` goes before that.
        epoch.store(even | 1, Ordering::Relaxed);
        self.open(slot);
        // In the bracket, or a reader that has the cell already would take the old value with the new version.
        shard.records.kill(slot);
        if let Some(at) = shard.index.position(tag(record.hash), slot) {
            shard.index.remove(at);
        }
        epoch.store((even | 1).wrapping_add(1), Ordering::Release);
        seqlock::close(shard.records.sequence(slot));
        bump(shard.state.len(), u32::MAX);
        count(shard.state.bytes(), record.cost().wrapping_neg());
        self.table.totals.release(1, record.cost());
        shard.list().remove(slot);
        shard.due().remove(slot);
        self.table.arena.free(self.own(), record.first, record.blocks());
        self.give_slot(slot);
    }

    /// Drops an entry whose time has come. False if there is none.
    pub(super) fn expire(&self, now: u64) -> bool {
        match self.shard.due().first() {
            Some(slot) if self.shard.records.expires_at(slot) <= now => {
                count(self.shard.state.expirations(), 1);
                self.unpublish(slot);
                true
            }
            _ => false,
        }
    }

    /// Drops an entry that has expired, or else the policy's victim. False: there are no entries.
    pub(super) fn evict(&self, now: u64) -> bool {
        if self.expire(now) {
            return true;
        }
        let len = self.shard.state.len().load(Ordering::Relaxed);
        if len == 0 {
            return false;
        }
        count(self.shard.state.evictions(), 1);
        self.unpublish(self.shard.list().victim(len));
        true
    }

    /// Whether there is a slot for one more entry.
    pub(super) fn has_slot(&self) -> bool {
        let state = &self.shard.state;
        state.free_slot().load(Ordering::Relaxed) != 0
            || state.issued().load(Ordering::Relaxed) < self.shard.records.len()
    }

    pub(super) fn own(&self) -> Own<'t> {
        Own { words: self.shard.state.own(), shard: self.shard.number }
    }

    /// Drops every entry. Each slot changes in a bracket of its own, as when it is unpublished; the cells go all at
    /// once, under one odd epoch, which makes it some 20 ns for an entry.
    fn empty(&self) {
        let shard = self.shard;
        let epoch = shard.gate.epoch();
        let even = epoch.load(Ordering::Relaxed);
        epoch.store(even | 1, Ordering::Relaxed);
        fence(Ordering::Release);
        for slot in 1..=shard.state.issued().load(Ordering::Relaxed) {
            let record = shard.records.load(slot);
            if record.live {
                self.open(slot);
                shard.records.kill(slot);
                seqlock::close(shard.records.sequence(slot));
                self.table.totals.release(1, record.cost());
                self.table.arena.free(self.own(), record.first, record.blocks());
            }
        }
        shard.index.wipe();
        epoch.store((even | 1).wrapping_add(1), Ordering::Release);
        shard.list().clear();
        shard.due().clear();
        for word in [shard.state.len(), shard.state.issued(), shard.state.free_slot()] {
            word.store(0, Ordering::Relaxed);
        }
        shard.state.bytes().store(0, Ordering::Relaxed);
    }

    /// Begins to change a slot, and says which version it will have.
    fn open(&self, slot: u32) -> u32 {
        let sequence = self.shard.records.sequence(slot);
        seqlock::open(sequence);
        // Nothing that follows is seen by whoever has not seen the odd sequence (and epoch).
        fence(Ordering::Release);
        let version = seqlock::coming_version(sequence);
        self.shard.versions[slot as usize - 1].store(version, Ordering::Relaxed);
        version
    }

    fn enter_due(&self, slot: u32, record: &Record) {
        if record.expires_at != super::types::NEVER {
            self.shard.due().insert(slot);
        }
    }

    /// The slot that was freed last, or one that was never used. Free slots are linked by their list links.
    fn take_slot(&self) -> u32 {
        let state = &self.shard.state;
        let free = state.free_slot().load(Ordering::Relaxed);
        if free == 0 {
            bump(state.issued(), 1);
            return state.issued().load(Ordering::Relaxed);
        }
        let next = self.shard.sieve.newer[free as usize].load(Ordering::Relaxed);
        state.free_slot().store(next, Ordering::Relaxed);
        free
    }

    fn give_slot(&self, slot: u32) {
        let free = self.shard.state.free_slot();
        self.shard.sieve.newer[slot as usize].store(free.load(Ordering::Relaxed), Ordering::Relaxed);
        free.store(slot, Ordering::Relaxed);
    }
}

/// Adds to a word that has one writer at a time.
fn bump(word: &AtomicU32, by: u32) {
    word.store(word.load(Ordering::Relaxed).wrapping_add(by), Ordering::Relaxed);
}
