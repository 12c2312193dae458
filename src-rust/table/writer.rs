//! What the holder of a shard's lock may do: publish an entry, unpublish one, evict, empty the shard.
//!
//! The lock is held for as long as a `Writer` lives. The order of stores within `open` and `close` is what readers rely
//! on; everything between operations (lists, counts, free slots) is the holder's alone.

use super::Table;
use super::arena::Own;
use super::gate::count;
use super::index::tag;
use super::owner::Found;
use super::reader::{Slot, sum};
use super::record::{Record, Words};
use super::seqlock;
use super::shard::Shard;
use super::sharing::Sharing;
use crate::shim::{AtomicU32, Guard, Ordering, Wait, fence, panicking};

/// How long somebody waits for a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    /// Not at all.
    None,
    /// Until the deadline.
    Deadline,
    /// As long as it takes; where another process may hold the lock, until the deadline.
    Long,
}

/// The holder of a shard's lock.
#[derive(Debug)]
pub(super) struct Writer<'t> {
    pub(super) table: &'t Table,
    pub(super) shard: &'t Shard,
    /// The generation that the shard has had since this writer came.
    pub(super) wanted: u32,
    /// Whether whoever comes next finds the shard in order.
    sound: bool,
    guard: Option<Guard<'t>>,
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

impl Table {
    /// Every holder of a shard's lock begins here, also one that only looks something up. `None`: it was not to be had in
    /// time, or the table is detached.
    #[inline]
    pub(super) fn lock<'t>(&'t self, shard: &'t Shard, patience: Patience) -> Option<Writer<'t>> {
        let guard = match (&self.sharing, patience) {
            (Some(sharing), _) => self.lock_shared(sharing, shard, patience),
            (None, Patience::None) => shard.lock.try_lock(),
            (None, Patience::Deadline) => shard.lock.lock_in_time(),
            (None, Patience::Long) => Some(shard.lock.lock()),
        };
        let mut writer = Writer::new(self, shard, guard?);
        writer.enter();
        Some(writer)
    }

    /// First the lock, among the threads of this process, then the owner word, among processes.
    #[inline(never)]
    fn lock_shared<'t>(
        &'t self,
        sharing: &Sharing,
        shard: &'t Shard,
        patience: Patience,
    ) -> Option<Guard<'t>> {
        let host = &*sharing.host;
        let locked = if host.is_detached() || shard.owner.is_stalled(host) {
            None
        } else if patience == Patience::None {
            shard.lock.try_lock().and_then(|guard| Some((guard, shard.owner.take(host, None)?)))
        } else {
            let mut wait = Wait::default();
            let guard = shard.lock.lock_within(&mut wait);
            guard.and_then(|guard| Some((guard, shard.owner.take(host, Some(&mut wait))?)))
        };
        let Some((guard, found)) = locked else {
            if host.is_detached() {
                self.shards.iter().for_each(Shard::hide);
            }
            return None;
        };
        let mut writer = Writer::new(self, shard, guard);
        if found == Found::Abandoned || shard.gate.epoch().load(Ordering::Relaxed) & 1 != 0 {
            writer.sound = false;
            writer.sound = writer.repair();
        }
        if !writer.sound || !writer.reaches(shard.issued()) {
            self.detach("the file has no pages where it leads");
            return None;
        }
        // Whoever counts takes the other locks without waiting, and so does not come here again.
        if patience == Patience::Deadline && self.totals.wants_recount() {
            writer.recount();
        }
        writer.guard.take()
    }
}

impl Drop for Writer<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(sharing) = &self.table.sharing {
            self.let_go(sharing);
        }
    }
}

impl Writer<'_> {
    #[inline(never)]
    fn let_go(&self, sharing: &Sharing) {
        // Nothing is held any more by whoever has given the guard away.
        if self.guard.is_none() {
            return;
        }
        // What a panic has left is for the next holder to repair: one of this process finds its own word, others find
        // this process dead some day.
        if !self.sound || panicking() {
            return;
        }
        if self.is_flawed() {
            self.table.detach("the table has words in it that cannot be");
        }
        if !self.shard.owner.release(&*sharing.host) {
            self.table.detach("somebody else took the lock of a part of the table");
        }
    }
}

impl<'t> Writer<'t> {
    fn new(table: &'t Table, shard: &'t Shard, guard: Guard<'t>) -> Self {
        // Blocks that another holder freed may be refilled by relaxed stores. A reader who sees one of them must see
        // the slot that it was freed from changed: what this lock acquired goes before those stores.
        fence(Ordering::Release);
        Self { table, shard, wanted: 0, sound: true, guard: Some(guard) }
    }

    #[inline]
    fn enter(&mut self) {
        self.wanted = self.shard.gate.wanted().load(Ordering::Acquire);
        if self.wanted != self.shard.gate.current().load(Ordering::Relaxed) {
            self.empty();
            // The value that was read before, never a later one: a delete that came meanwhile is not done yet.
            self.shard.gate.current().store(self.wanted, Ordering::Release);
        }
    }

    /// Whether there were words that cannot be, here or in the totals.
    pub(super) fn is_flawed(&self) -> bool {
        self.shard.flaw.is_found() || self.table.totals.are_flawed()
    }

    /// Makes sure of everything that is kept for the slots up to this one.
    pub(super) fn reaches(&self, slot: u32) -> bool {
        slot == 0 || self.shard.records.at(slot).is_some() || self.shard.reach(slot)
    }

    /// Whether a record can be of an entry.
    pub(super) fn is_sane(&self, record: &Record) -> bool {
        let options = &self.table.options;
        record.live && record.key_len <= options.max_key_size && record.value_len <= options.max_value_size
    }

    /// Whether a slot still holds what it did.
    pub(super) fn is_still(&self, slot: u32, record: &Record) -> bool {
        self.shard.records.at(slot).is_some_and(|words| words.load() == *record)
    }

    /// The other shards, beginning with the next one.
    pub(super) fn others(&self) -> impl Iterator<Item = &'t Shard> + use<'t> {
        let shards = &self.table.shards;
        shards.iter().cycle().skip(self.shard.number as usize + 1).take(shards.len() - 1)
    }

    /// Outdates fills that are under way.
    pub(super) fn count_change(&self, hash: u64) {
        let count = self.shard.gate.count(hash);
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
            let slot = cell.slot(shard.slots)?;
            match shard.examine(self.table.sight(), slot, key, hash, &mut []) {
                Some(Slot::Copied(record, _) | Slot::Larger(record)) => Some((slot, record)),
                Some(Slot::Other) => None,
                // Only the holder of the lock opens slots.
                None => shard.flaw.found(None),
            }
        })
    }

    /// Blocks for an item, filled. The shard must have as many.
    pub(super) fn fill(&self, item: &Item<'_>, count: u32) -> Option<Record> {
        let first = self.table.arena.allocate(self.own(), count)?;
        let mut chain = self.table.arena.chain(first);
        chain.write(item.key);
        chain.write(item.value);
        let (key_len, value_len) = (item.key.len() as u32, item.value.len() as u32);
        let (hash, flags, expires_at) = (item.hash, item.flags, item.expires_at);
        let mut record = Record { hash, expires_at, key_len, value_len, first, flags, live: true, sum: 0 };
        if let Some(seed) = self.table.checked {
            record.sum = sum(seed, hash, &record, item.value);
        }
        Some(record)
    }

    /// Makes an entry of a filled record in a free slot, and says which and its version. Its cost must be reserved.
    /// `None`: the words of the shard are wrong.
    pub(super) fn publish(&self, record: &Record) -> Option<(u32, u32)> {
        let shard = self.shard;
        let slot = self.take_slot();
        let Some(words) = shard.records.at(slot).filter(|words| self.is_free(*words)) else {
            return shard.flaw.found(None);
        };
        // Before anybody can find it: a reader's touch must not be lost.
        shard.list().insert(slot);
        let version = self.open(slot, words);
        words.store(record);
        let entered = shard.index.insert(tag(record.hash), slot);
        seqlock::close(words.sequence());
        self.enter_due(slot, record);
        bump(shard.state.len(), 1);
        count(shard.state.bytes(), record.cost());
        if entered { Some((slot, version)) } else { shard.flaw.found(None) }
    }

    /// Gives an entry another value, which only `old`'s blocks are freed for. Whichever costs more must be reserved.
    pub(super) fn replace(&self, slot: u32, old: &Record, record: &Record) -> Option<u32> {
        let shard = self.shard;
        let words = shard.records.at(slot)?;
        shard.due().remove(slot);
        let version = self.open(slot, words);
        words.store(record);
        seqlock::close(words.sequence());
        self.enter_due(slot, record);
        let (had, has) = (old.cost(), record.cost());
        count(shard.state.bytes(), has.wrapping_sub(had));
        if has < had {
            self.table.totals.release(0, had - has);
        }
        self.table.arena.free(self.own(), old.first, old.blocks());
        Some(version)
    }

    /// Takes an entry out, so that nobody finds it, and frees what it held.
    pub(super) fn unpublish(&self, slot: u32) {
        let shard = self.shard;
        let Some(words) = shard.records.at(slot) else { return shard.flaw.found(()) };
        let record = words.load();
        if !self.is_sane(&record) {
            return shard.flaw.found(());
        }
        let epoch = shard.gate.epoch();
        let even = epoch.load(Ordering::Relaxed);
        // Cells will move. The fence in `open` goes before that.
        epoch.store(even | 1, Ordering::Relaxed);
        self.open(slot, words);
        // In the bracket, or a reader that has the cell already would take the old value with the new version.
        words.kill();
        if let Some(at) = shard.index.position(tag(record.hash), slot) {
            shard.index.remove(at);
        }
        epoch.store((even | 1).wrapping_add(1), Ordering::Release);
        seqlock::close(words.sequence());
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
                !self.shard.flaw.is_found()
            }
            _ => false,
        }
    }

    /// Drops an entry that has expired, or else the policy's victim. False: there are no entries.
    pub(super) fn evict(&self, now: u64) -> bool {
        if self.expire(now) {
            return true;
        }
        let len = self.shard.held();
        if len == 0 || self.shard.flaw.is_found() {
            return false;
        }
        count(self.shard.state.evictions(), 1);
        self.unpublish(self.shard.list().victim(len));
        !self.shard.flaw.is_found()
    }

    /// Whether there is a slot for one more entry.
    pub(super) fn has_slot(&self) -> bool {
        self.shard.state.free_slot().load(Ordering::Relaxed) != 0
            || self.shard.enlarge(self.shard.issued() + 1)
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
        for slot in 1..=shard.issued() {
            let Some(words) = shard.records.at(slot) else { break };
            let record = words.load();
            if record.live {
                self.open(slot, words);
                words.kill();
                seqlock::close(words.sequence());
                if self.is_sane(&record) {
                    self.table.totals.release(1, record.cost());
                    self.table.arena.free(self.own(), record.first, record.blocks());
                } else {
                    shard.flaw.found(());
                }
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
    pub(super) fn open(&self, slot: u32, words: Words<'_>) -> u32 {
        seqlock::open(words.sequence());
        // Nothing that follows is seen by whoever has not seen the odd sequence (and epoch).
        fence(Ordering::Release);
        let coming = seqlock::coming_version(words.sequence());
        if let Some(version) = self.shard.version(slot) {
            version.store(coming, Ordering::Relaxed);
        }
        coming
    }

    fn enter_due(&self, slot: u32, record: &Record) {
        if record.expires_at != super::types::NEVER {
            self.shard.due().insert(slot);
        }
    }

    /// Whether a slot that is said to be free is. In memory of this process it is.
    fn is_free(&self, words: Words<'_>) -> bool {
        self.table.sharing.is_none() || !words.load().live
    }

    /// The slot that was freed last, or one that was never used. Free slots are linked by their list links.
    fn take_slot(&self) -> u32 {
        let state = &self.shard.state;
        let free = state.free_slot().load(Ordering::Relaxed);
        if free == 0 {
            let issued = self.shard.issued() + 1;
            state.issued().store(issued, Ordering::Relaxed);
            return issued;
        }
        state.free_slot().store(self.shard.list().newer(free), Ordering::Relaxed);
        free
    }

    pub(super) fn give_slot(&self, slot: u32) {
        let free = self.shard.state.free_slot();
        match self.shard.sieve.newer.word(slot as usize) {
            Some(next) => next.store(free.load(Ordering::Relaxed), Ordering::Relaxed),
            None => return self.shard.flaw.found(()),
        }
        free.store(slot, Ordering::Relaxed);
    }
}

/// Adds to a word that has one writer at a time.
fn bump(word: &AtomicU32, by: u32) {
    word.store(word.load(Ordering::Relaxed).wrapping_add(by), Ordering::Relaxed);
}
