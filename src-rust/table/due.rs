//! Which entry expires first? A binary heap over the slots whose entries expire at all, ordered by time and then by
//! slot, so that the answer depends on nothing else.
//!
//! All under the shard's lock. Where entries share one time to live, the newest is the latest and goes in by one
//! comparison.

use super::record::Records;
use super::region::Area;
use crate::shim::{AtomicU32, Ordering};

/// The heap of a shard.
#[derive(Debug)]
pub(super) struct Due {
    /// Slots: the parent of position i is at (i - 1) / 2.
    pub(super) heap: Area<AtomicU32>,
    /// By slot: its position in the heap plus one, 0 for none.
    pub(super) places: Area<AtomicU32>,
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
    pub(super) fn len(self) -> u32 {
        get(self.len)
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
        let Some(hole) = get(&self.due.places[slot as usize - 1]).checked_sub(1) else { return };
        set(&self.due.places[slot as usize - 1], 0);
        let end = self.len() - 1;
        set(self.len, end);
        if hole != end {
            let last = self.at(end);
            self.sink(hole, last);
        }
    }

    /// Forgets every slot.
    pub(super) fn clear(self) {
        for at in 0..self.len() {
            set(&self.due.places[self.at(at) as usize - 1], 0);
        }
        set(self.len, 0);
    }

    /// The position of a slot, for a check.
    pub(super) fn place(self, slot: u32) -> Option<u32> {
        get(&self.due.places[slot as usize - 1]).checked_sub(1)
    }

    /// Whether the parent of a position comes before it, for a check.
    pub(super) fn ordered(self, at: u32) -> bool {
        at == 0 || self.key(self.at((at - 1) / 2)) < self.key(self.at(at))
    }

    fn at(self, at: u32) -> u32 {
        get(&self.due.heap[at as usize])
    }

    fn key(self, slot: u32) -> (u64, u32) {
        (self.records.expires_at(slot), slot)
    }

    fn put(self, at: u32, slot: u32) {
        set(&self.due.heap[at as usize], slot);
        set(&self.due.places[slot as usize - 1], at + 1);
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
        loop {
            let left = 2 * hole + 1;
            if left >= self.len() {
                break;
            }
            let right = left + 1;
            let right_is_sooner = right < self.len() && self.key(self.at(right)) < self.key(self.at(left));
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

fn get(word: &AtomicU32) -> u32 {
    word.load(Ordering::Relaxed)
}

fn set(word: &AtomicU32, value: u32) {
    word.store(value, Ordering::Relaxed);
}
