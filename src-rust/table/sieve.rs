//! SIEVE with a grace window: one list in order of insertion, a visited byte per entry, a hand that moves from the
//! oldest entry towards the newest, clears the bytes it meets and takes the first entry whose byte was clear.
//!
//! The newest `grace` entries are spared. A list shorter than the table's capacity, because its bytes ran out first,
//! has a window that is as much shorter. Decides exactly as `src/policies/sieve.ts` does. Invariant: the hand is 0 (at
//! the oldest entry) or an entry outside the window. It knows slots; neither keys nor values nor time.

use super::flaw::Flaw;
use super::region::{Area, Growing};
use super::types::grace_entries;
use crate::shim::{AtomicU8, AtomicU32, Ordering};
use std::sync::Arc;

const HAND: usize = 0;
/// The oldest entry of the window; 0 when the window is empty.
const BOUNDARY: usize = 1;
const YOUNG_COUNT: usize = 2;
const GRACE: usize = 3;

/// The arrays of a shard's list. Slot 0 closes it into a ring: `newer[0]` is the oldest entry, `older[0]` the newest.
#[derive(Debug)]
pub(super) struct Sieve {
    pub(super) newer: Growing<AtomicU32>,
    pub(super) older: Growing<AtomicU32>,
    /// From slot 1 on: is the entry in the window?
    pub(super) young: Growing<AtomicU8>,
    /// From slot 1 on. JavaScript writes here too, and may write anything.
    pub(super) visited: Area<AtomicU8>,
    /// The window of a shard that is full of entries.
    pub(super) grace: u32,
    pub(super) grace_window: f64,
    pub(super) flaw: Arc<Flaw>,
}

/// One use of a list, under the shard's lock.
#[derive(Debug, Clone, Copy)]
pub(super) struct List<'a> {
    sieve: &'a Sieve,
    words: &'a [AtomicU32; 4],
}

impl Sieve {
    pub(super) fn list<'a>(&'a self, words: &'a [AtomicU32; 4]) -> List<'a> {
        List { sieve: self, words }
    }

    /// An entry was used. A byte that is set already is not written: that would take its cache line from every other
    /// reader.
    #[inline]
    pub(super) fn touch(&self, slot: u32) {
        if let Some(visited) = self.visited.get(before(slot))
            && visited.load(Ordering::Relaxed) == 0
        {
            visited.store(1, Ordering::Relaxed);
        }
    }
}

impl List<'_> {
    /// Links a slot as the newest.
    pub(super) fn insert(self, slot: u32) {
        if let Some(visited) = self.sieve.visited.get(before(slot)) {
            visited.store(0, Ordering::Relaxed);
        }
        self.append(slot);
    }

    fn append(self, slot: u32) {
        let newest = self.older(0);
        self.join(newest, slot);
        self.join(slot, 0);
        if self.word(GRACE) != 0 {
            self.enter_window(slot);
        }
    }

    /// Takes a linked slot out.
    pub(super) fn remove(self, slot: u32) {
        if self.word(HAND) == slot {
            self.set_hand(self.newer(slot));
        }
        if self.is_young(slot) {
            self.leave_window(slot);
        }
        self.join(self.older(slot), self.newer(slot));
    }

    /// The slot that has to go, of a list of `len`. It stays linked; the hand moves on.
    pub(super) fn victim(self, len: u32) -> u32 {
        self.resize_window(self.sieve.grace.min(grace_entries(len, self.sieve.grace_window)));
        let slot = self.search(self.stop(), len);
        self.set_hand(self.newer(slot));
        slot
    }

    /// Links these slots and no others, from the oldest to the newest. Who was visited stays so; the window is empty
    /// until somebody has to go.
    pub(super) fn rebuild(self, slots: &[u32]) {
        self.clear();
        slots.iter().for_each(|&slot| self.append(slot));
    }

    /// Forgets every slot.
    pub(super) fn clear(self) {
        for young in self.sieve.young.iter() {
            if young.load(Ordering::Relaxed) != 0 {
                young.store(0, Ordering::Relaxed);
            }
        }
        if !self.sieve.newer.is_empty() {
            self.join(0, 0);
        }
        for word in self.words {
            word.store(0, Ordering::Relaxed);
        }
    }

    /// Every linked slot from the oldest to the newest, for a check: at most `most`.
    pub(super) fn slots(self, most: u32) -> impl Iterator<Item = u32> {
        let mut slot = 0;
        (0..most).map_while(move |_| {
            slot = self.newer(slot);
            (slot != 0 && slot as usize <= self.sieve.young.len()).then_some(slot)
        })
    }

    /// What is wrong with the links and the window of a list of `len`, for a check.
    pub(super) fn flaw(self, len: u32) -> Option<&'static str> {
        let slots: Vec<u32> = self.slots(len + 1).collect();
        let outside = slots.iter().take_while(|&&slot| !self.is_young(slot)).count();
        let hand = self.word(HAND);
        let mut before = 0;
        for &slot in &slots {
            if self.older(slot) != before {
                return Some("a link of the list is not answered");
            }
            before = slot;
        }
        if slots.len() != len as usize || self.older(0) != before {
            return Some("the list has another length than the shard");
        }
        if slots[outside..].iter().any(|&slot| !self.is_young(slot)) {
            return Some("the window is not the newest entries");
        }
        if slots.len() - outside != self.word(YOUNG_COUNT) as usize
            || slots.get(outside).copied().unwrap_or(0) != self.word(BOUNDARY)
        {
            return Some("the window is not where the words say");
        }
        if hand != 0 && !slots[..outside].contains(&hand) {
            return Some("the hand is in the window, or nowhere");
        }
        None
    }

    /// The entry at which the hand turns back to the oldest, or 0: the end of the list.
    fn stop(self) -> u32 {
        let boundary = self.word(BOUNDARY);
        // A list that lies in the window as a whole has nobody to evict instead: no entry of it is spared.
        if boundary == self.newer(0) { 0 } else { boundary }
    }

    /// Moves from the hand to the first entry that was not visited. After two rounds without one somebody keeps
    /// setting the bytes, and any entry will do.
    fn search(self, stop: u32, len: u32) -> u32 {
        let oldest = self.newer(0);
        let hand = self.word(HAND);
        let mut slot = if hand == 0 { oldest } else { hand };
        for _ in 0..2 * len {
            let Some(visited) = self.sieve.visited.get(before(slot)) else { return self.sieve.flaw.found(0) };
            if visited.load(Ordering::Relaxed) == 0 {
                break;
            }
            visited.store(0, Ordering::Relaxed);
            slot = self.newer(slot);
            if slot == 0 || slot == stop {
                slot = oldest;
            }
        }
        slot
    }

    fn enter_window(self, slot: u32) {
        self.set_young(slot, true);
        if self.word(YOUNG_COUNT) == self.word(GRACE) {
            let leaving = self.word(BOUNDARY);
            self.set_young(leaving, false);
            self.set(BOUNDARY, self.newer(leaving));
        } else {
            if self.word(YOUNG_COUNT) == 0 {
                self.set(BOUNDARY, slot);
            }
            self.set(YOUNG_COUNT, self.word(YOUNG_COUNT).wrapping_add(1));
        }
    }

    /// Called while `slot` is still linked: the newest entry outside the window takes the place that it leaves.
    fn leave_window(self, slot: u32) {
        self.set_young(slot, false);
        if !self.pull() {
            self.set(YOUNG_COUNT, self.word(YOUNG_COUNT).wrapping_sub(1));
            if self.word(BOUNDARY) == slot {
                self.set(BOUNDARY, self.newer(slot));
            }
        }
    }

    /// Takes the newest entry outside the window into it, without counting. False if there is none.
    fn pull(self) -> bool {
        let entering = self.older(self.word(BOUNDARY));
        if entering == 0 {
            return false;
        }
        self.set_young(entering, true);
        self.set(BOUNDARY, entering);
        if self.word(HAND) == entering {
            self.set(HAND, 0);
        }
        true
    }

    fn resize_window(self, grace: u32) {
        self.set(GRACE, grace);
        // Each step moves the boundary, so that there are at most as many as slots.
        for _ in 0..=self.sieve.young.len() {
            let young = self.word(YOUNG_COUNT);
            if young > grace {
                let leaving = self.word(BOUNDARY);
                self.set_young(leaving, false);
                self.set(BOUNDARY, self.newer(leaving));
                self.set(YOUNG_COUNT, young - 1);
            } else if young < grace && self.pull() {
                self.set(YOUNG_COUNT, young + 1);
            } else {
                return;
            }
        }
        self.sieve.flaw.found(());
    }

    /// The hand goes on at `slot`, or at the oldest entry if that is 0 or in the window.
    fn set_hand(self, slot: u32) {
        self.set(HAND, if slot != 0 && self.is_young(slot) { 0 } else { slot });
    }

    fn join(self, before: u32, after: u32) {
        let (newer, older) = (self.sieve.newer.word(before as usize), self.sieve.older.word(after as usize));
        let (Some(newer), Some(older)) = (newer, older) else { return self.sieve.flaw.found(()) };
        newer.store(after, Ordering::Relaxed);
        older.store(before, Ordering::Relaxed);
    }

    pub(super) fn newer(self, slot: u32) -> u32 {
        let word = self.sieve.newer.word(slot as usize);
        word.map_or_else(|| self.sieve.flaw.found(0), |word| word.load(Ordering::Relaxed))
    }

    fn older(self, slot: u32) -> u32 {
        let word = self.sieve.older.word(slot as usize);
        word.map_or_else(|| self.sieve.flaw.found(0), |word| word.load(Ordering::Relaxed))
    }

    fn is_young(self, slot: u32) -> bool {
        self.sieve.young.word(before(slot)).is_some_and(|young| young.load(Ordering::Relaxed) != 0)
    }

    fn set_young(self, slot: u32, young: bool) {
        match self.sieve.young.word(before(slot)) {
            Some(word) => word.store(u8::from(young), Ordering::Relaxed),
            None => self.sieve.flaw.found(()),
        }
    }

    fn word(self, word: usize) -> u32 {
        self.words[word].load(Ordering::Relaxed)
    }

    fn set(self, word: usize, value: u32) {
        self.words[word].store(value, Ordering::Relaxed);
    }
}

/// Where a slot's byte is in an array that has none for slot 0. Nowhere, for slot 0.
#[inline]
fn before(slot: u32) -> usize {
    slot.wrapping_sub(1) as usize
}
