//! Which entry expires first? A binary heap over the slots whose entries expire at all, ordered by time and then by
//! slot, so that the answer depends on nothing else.
//!
//! All under the shard's lock. Where entries share one time to live, the newest is the latest and goes in by one
//! comparison.

use super::flaw::Flaw;
use super::record::Records;
use super::region::Growing;
use crate::shim::{AtomicU32, Ordering};
use std::sync::Arc;

/// The heap of a shard.
#[derive(Debug)]
pub(super) struct Due {
    /// Slots: the parent of position i is at (i - 1) / 2.
    pub(super) heap: Growing<AtomicU32>,
    /// By slot: its position in the heap plus one, 0 for none.
    pub(super) places: Growing<AtomicU32>,
    pub(super) flaw: Arc<Flaw>,
}

/// One use of a heap.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heap<'a> {
    due: &'a Due,
    len: &'a AtomicU32,
    records: &'a Records,
}

impl Due {
    pub(super) fn heap<'a>(&'a self, len: &'a AtomicU32, records: &'a Records) -> Heap<'a> {
        Heap { due: self, len, records }
    }
}

impl Heap<'_> {
    /// Never more than there are slots, whatever the word says.
    pub(super) fn len(self) -> u32 {
        let len = get(self.len);
        let most = self.due.heap.len() as u32;
        if len > most { self.due.flaw.found(most) } else { len }
    }

    /// The slot that expires first.
    pub(super) fn first(self) -> Option<u32> {
        (self.len() > 0).then(|| self.at(0))
    }

    /// Enters a slot whose record says when it expires.
    pub(super) fn insert(self, slot: u32) {
        let end = self.len();
        set(self.len, end + 1);
        self.rise(end, slot);
    }

    /// Takes a slot out, if it is in.
    pub(super) fn remove(self, slot: u32) {
        let Some(hole) = self.place(slot) else { return };
        let len = self.len();
        if hole >= len {
            return self.due.flaw.found(());
        }
        let end = len - 1;
        self.set_place(slot, 0);
        set(self.len, end);
        if hole != end {
            let last = self.at(end);
            self.sink(hole, last);
        }
    }

    /// Forgets every slot.
    pub(super) fn clear(self) {
        for at in 0..self.len() {
            self.set_place(self.at(at), 0);
        }
        set(self.len, 0);
    }

    /// Forgets every slot, whatever the words say, and enters these.
    pub(super) fn rebuild(self, slots: impl Iterator<Item = u32>) {
        for place in self.due.places.iter() {
            set(place, 0);
        }
        set(self.len, 0);
        slots.for_each(|slot| self.insert(slot));
    }

    /// The position of a slot.
    pub(super) fn place(self, slot: u32) -> Option<u32> {
        self.due.places.word(before(slot)).and_then(|place| get(place).checked_sub(1))
    }

    /// Whether the parent of a position comes before it, for a check.
    pub(super) fn ordered(self, at: u32) -> bool {
        at == 0 || self.key(self.at((at - 1) / 2)) < self.key(self.at(at))
    }

    fn at(self, at: u32) -> u32 {
        self.due.heap.word(at as usize).map_or_else(|| self.due.flaw.found(0), get)
    }

    fn key(self, slot: u32) -> (u64, u32) {
        (self.records.expires_at(slot), slot)
    }

    fn put(self, at: u32, slot: u32) {
        match self.due.heap.word(at as usize) {
            Some(word) => set(word, slot),
            None => self.due.flaw.found(()),
        }
        self.set_place(slot, at + 1);
    }

    fn set_place(self, slot: u32, place: u32) {
        match self.due.places.word(before(slot)) {
            Some(word) => set(word, place),
            None => self.due.flaw.found(()),
        }
    }

    fn rise(self, from: u32, slot: u32) {
        let mut hole = from;
        while hole > 0 {
            let parent = (hole - 1) / 2;
            let above = self.at(parent);
            if self.key(above) < self.key(slot) {
                break;
            }
            self.put(hole, above);
            hole = parent;
        }
        self.put(hole, slot);
    }

    /// Puts a slot into a hole, below its sooner children or above its later parents.
    fn sink(self, from: u32, slot: u32) {
        let mut hole = from;
        let len = self.len();
        loop {
            let left = 2 * hole + 1;
            if left >= len {
                break;
            }
            let right = left + 1;
            let right_is_sooner = right < len && self.key(self.at(right)) < self.key(self.at(left));
            let sooner = if right_is_sooner { right } else { left };
            if self.key(slot) < self.key(self.at(sooner)) {
                break;
            }
            self.put(hole, self.at(sooner));
            hole = sooner;
        }
        self.rise(hole, slot);
    }
}

/// Where a slot's word is in an array that has none for slot 0. Nowhere, for slot 0.
fn before(slot: u32) -> usize {
    slot.wrapping_sub(1) as usize
}

fn get(word: &AtomicU32) -> u32 {
    word.load(Ordering::Relaxed)
}

fn set(word: &AtomicU32, value: u32) {
    word.store(value, Ordering::Relaxed);
}
