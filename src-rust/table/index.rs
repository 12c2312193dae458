//! Which slot has a key of this hash? Open addressing with linear probing in one array of words, each a tag (half of
//! the hash) and a slot; 0 is an empty cell.
//!
//! A removal shifts later cells of the run back, so there are no tombstones and no rehashing. Cells are written under
//! the shard's lock, a removal under an odd epoch as well; readers walk at any time, and go by the epoch. What the
//! index does not know: keys. Several cells may have one tag.

use super::region::Area;
use crate::shim::{AtomicU64, Ordering};

/// The part of a hash that a cell keeps, and that says where its run begins. The other half chooses the shard.
pub(super) fn tag(hash: u64) -> u32 {
    (hash >> 32) as u32
}

/// What a cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Cell(u64);

impl Cell {
    fn new(tag: u32, slot: u32) -> Self {
        Self(u64::from(tag) << 32 | u64::from(slot))
    }

    #[inline]
    pub(super) fn is_empty(self) -> bool {
        self.0 == 0
    }

    #[inline]
    pub(super) fn tag(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// The slot, if it is one of `slots`.
    #[inline]
    pub(super) fn slot(self, slots: u32) -> Option<u32> {
        let slot = self.0 as u32;
        (slot != 0 && slot <= slots).then_some(slot)
    }
}

/// The cells of a shard: more than it has slots.
#[derive(Debug)]
pub(super) struct Index(Area<AtomicU64>);

impl Index {
    pub(super) fn new(cells: Area<AtomicU64>) -> Self {
        Self(cells)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Where the run of a tag begins. Tags are spread evenly over the cells without a division.
    #[inline]
    pub(super) fn home(&self, tag: u32) -> usize {
        ((u64::from(tag) * self.0.len() as u64) >> 32) as usize
    }

    #[inline]
    pub(super) fn after(&self, at: usize) -> usize {
        if at + 1 == self.0.len() { 0 } else { at + 1 }
    }

    #[inline]
    pub(super) fn cell(&self, at: usize) -> Cell {
        Cell(self.0[at].load(Ordering::Relaxed))
    }

    /// Enters a slot that is not in the index. False: no cell is empty, though there are more than slots.
    pub(super) fn insert(&self, tag: u32, slot: u32) -> bool {
        let mut at = self.home(tag);
        for _ in 0..self.len() {
            if self.cell(at).is_empty() {
                self.set(at, Cell::new(tag, slot));
                return true;
            }
            at = self.after(at);
        }
        false
    }

    /// Where the cell of a slot is.
    pub(super) fn position(&self, tag: u32, slot: u32) -> Option<usize> {
        let wanted = Cell::new(tag, slot);
        self.run(tag).find(|&at| self.cell(at) == wanted)
    }

    /// The cells from a tag's home to the end of the run.
    pub(super) fn run(&self, tag: u32) -> impl Iterator<Item = usize> {
        let mut at = self.home(tag);
        (0..self.len()).map_while(move |_| {
            let here = at;
            at = self.after(at);
            (!self.cell(here).is_empty()).then_some(here)
        })
    }

    /// Empties a cell, and moves the later cells of its run so that none is cut off from its home: each is copied
    /// before it is overwritten, so a reader may meet one twice and never not at all, unless it moved past the reader,
    /// which the epoch tells.
    pub(super) fn remove(&self, at: usize) {
        let mut hole = at;
        let mut next = self.after(at);
        for _ in 0..self.len() {
            let cell = self.cell(next);
            if cell.is_empty() {
                break;
            }
            if self.distance(self.home(cell.tag()), next) >= self.distance(hole, next) {
                self.set(hole, cell);
                hole = next;
            }
            next = self.after(next);
        }
        self.set(hole, Cell(0));
    }

    /// Enters these pairs of tag and slot, and no others. Cells that are right already are not written.
    pub(super) fn rebuild(&self, entries: &[(u32, u32)]) {
        let mut cells = vec![Cell(0); self.len()];
        for &(tag, slot) in entries {
            let mut at = self.home(tag);
            while cells.get(at).is_some_and(|cell| !cell.is_empty()) {
                at = self.after(at);
            }
            if let Some(cell) = cells.get_mut(at) {
                *cell = Cell::new(tag, slot);
            }
        }
        for (at, &cell) in cells.iter().enumerate() {
            if self.cell(at) != cell {
                self.set(at, cell);
            }
        }
    }

    /// Empties every cell.
    pub(super) fn wipe(&self) {
        for cell in self.0.iter() {
            cell.store(0, Ordering::Relaxed);
        }
    }

    /// How many steps forward it is from one cell to another.
    fn distance(&self, from: usize, to: usize) -> usize {
        if to >= from { to - from } else { to + self.len() - from }
    }

    fn set(&self, at: usize, cell: Cell) {
        self.0[at].store(cell.0, Ordering::Relaxed);
    }
}
