//! The table as it would be if memory and time cost nothing: entries in a vector in order of insertion, looked through
//! from one end to the other. It makes the decisions that a table of one shard must make, each in the obvious way.
//!
//! It knows nothing of threads.

use crate::hash::hash;
use crate::table::gate;
use crate::table::{Entry, Get, Hit, Next, Options, Put, Stored, Token, cost, grace_entries};

/// How many expired entries an insertion drops.
const PURGE_PER_INSERT: usize = 2;

#[derive(Debug, Clone)]
struct Item {
    key: Vec<u8>,
    value: Vec<u8>,
    flags: u8,
    expires_at: u64,
    slot: u32,
    visited: bool,
}

impl Item {
    fn cost(&self) -> u64 {
        cost(self.key.len() as u32, self.value.len() as u32)
    }
}

/// What a value is put by.
#[derive(Debug, Clone, Copy)]
pub(super) enum By {
    Set,
    Fill(Token),
    Refresh(Token),
}

/// The slow table.
#[derive(Debug)]
pub(super) struct Model {
    options: Options,
    /// Oldest first.
    items: Vec<Item>,
    /// The slot at which the next search for a victim begins; `None`: at the oldest.
    hand: Option<u32>,
    /// How many of the newest entries the hand spares.
    grace: usize,
    /// Slots that were used, the last freed last.
    free: Vec<u32>,
    /// How many slots were ever used.
    issued: u32,
    pub(super) versions: Vec<u32>,
    pub(super) generation: u32,
    wanted: u32,
    /// By group of keys: how many sets and deletes there were.
    counts: [u32; gate::COUNTS],
    pub(super) evictions: u64,
    pub(super) expirations: u64,
}

impl Model {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            options: options.clone(),
            items: Vec::new(),
            hand: None,
            grace: 0,
            free: Vec::new(),
            issued: 0,
            versions: Vec::new(),
            generation: 0,
            wanted: 0,
            counts: [0; gate::COUNTS],
            evictions: 0,
            expirations: 0,
        }
    }

    /// Which keys share a count is the one thing that is not obvious: the table says it.
    fn group(&self, key: &[u8]) -> usize {
        gate::group(hash(self.options.seed, key))
    }

    pub(super) fn len(&self) -> u32 {
        self.items.len() as u32
    }

    pub(super) fn bytes(&self) -> u64 {
        self.items.iter().map(Item::cost).sum()
    }

    /// The slot of a live entry. It is not touched.
    pub(super) fn slot(&self, key: &[u8], now: u64) -> Option<u32> {
        self.items.iter().find(|item| item.key == key && item.expires_at > now).map(|item| item.slot)
    }

    pub(super) fn touch(&mut self, slot: u32) {
        if let Some(item) = self.items.iter_mut().find(|item| item.slot == slot) {
            item.visited = true;
        }
    }

    pub(super) fn get(&mut self, key: &[u8], now: u64, out: &mut [u8], touch: bool) -> Get {
        let generation = self.generation;
        let Some(item) = self.items.iter_mut().find(|item| item.key == key && item.expires_at > now) else {
            return Get::Miss(Token { generation, wanted: self.wanted, count: self.counts[self.group(key)] });
        };
        let Some(room) = out.get_mut(..item.value.len()) else {
            return Get::Larger(item.value.len() as u32);
        };
        room.copy_from_slice(&item.value);
        item.visited |= touch;
        let version = self.versions[item.slot as usize];
        let (slot, flags, expires_at) = (item.slot, item.flags, item.expires_at);
        Get::Hit(Hit { slot, version, generation, len: item.value.len() as u32, flags, expires_at })
    }

    pub(super) fn put(
        &mut self,
        key: &[u8],
        value: &[u8],
        flags: u8,
        expires_at: u64,
        now: u64,
        by: By,
    ) -> Put {
        let (fill, replaces) = match by {
            By::Set => (None, true),
            By::Fill(token) => (Some(token), false),
            By::Refresh(token) => (Some(token), true),
        };
        let group = self.group(key);
        let outdated = |token: Token| token.wanted != self.wanted || token.count != self.counts[group];
        let price = cost(key.len() as u32, value.len() as u32);
        let oversize = key.len() > self.options.max_key_size as usize
            || value.len() > self.options.max_value_size as usize
            || price > self.options.max_bytes;
        if oversize && !replaces {
            return Put::Oversize;
        }
        let is_outdated = fill.is_some_and(outdated);
        self.counts[group] = self.counts[group].wrapping_add(u32::from(replaces));
        if is_outdated {
            if replaces {
                self.drop_key(key);
            }
            return Put::Outdated;
        }
        if oversize {
            self.drop_key(key);
            return Put::Oversize;
        }
        for _ in 0..PURGE_PER_INSERT {
            self.drop_due(now);
        }
        if let Some(at) = self.items.iter().position(|item| item.key == key && item.expires_at <= now) {
            self.expirations += 1;
            self.remove(at);
        }
        if let Some(slot) = self.slot(key, now) {
            self.touch(slot);
            let old = self.at(slot).map_or(0, |at| self.items[at].cost());
            while self.at(slot).is_some() && self.bytes() - old + price > self.options.max_bytes {
                self.evict(now);
            }
        }
        if let Some(at) = self.items.iter().position(|item| item.key == key) {
            let item = &mut self.items[at];
            (item.value, item.flags, item.expires_at) = (value.to_vec(), flags, expires_at);
            return Put::Stored(self.bump(self.items[at].slot, fill));
        }
        while self.len() == self.options.max_size || self.bytes() + price > self.options.max_bytes {
            self.evict(now);
        }
        let slot = self.free.pop().unwrap_or_else(|| {
            self.issued += 1;
            let versions = self.versions.len().max(self.issued as usize);
            self.versions.resize(versions, 0);
            self.issued - 1
        });
        let (key, value) = (key.to_vec(), value.to_vec());
        self.items.push(Item { key, value, flags, expires_at, slot, visited: false });
        Put::Stored(self.bump(slot, fill))
    }

    pub(super) fn delete(&mut self, key: &[u8], now: u64) -> bool {
        let group = self.group(key);
        self.counts[group] = self.counts[group].wrapping_add(1);
        let live = self.slot(key, now).is_some();
        self.drop_key(key);
        live
    }

    pub(super) fn clear(&mut self) {
        while !self.items.is_empty() {
            self.remove(0);
        }
        // Slots are issued anew, from the first on.
        (self.free, self.issued, self.hand, self.grace) = (Vec::new(), 0, None, 0);
        self.wanted = self.wanted.wrapping_add(1);
        self.generation = self.generation.wrapping_add(1);
        (self.evictions, self.expirations) = (0, 0);
    }

    /// The entry in the first slot from `slot` on that has a live one, and that slot.
    pub(super) fn next(&self, slot: u32, now: u64, key: &mut [u8], value: &mut [u8]) -> (u32, Next) {
        let live = self.items.iter().filter(|item| item.slot >= slot && item.expires_at > now);
        let Some(item) = live.min_by_key(|item| item.slot) else { return (slot, Next::End) };
        let (key_len, value_len) = (item.key.len() as u32, item.value.len() as u32);
        let next = match (key.get_mut(..item.key.len()), value.get_mut(..item.value.len())) {
            (Some(key), Some(value)) => {
                key.copy_from_slice(&item.key);
                value.copy_from_slice(&item.value);
                let (flags, expires_at) = (item.flags, item.expires_at);
                Next::Entry(Entry { key_len, value_len, flags, expires_at })
            }
            _ => Next::Larger { key_len, value_len },
        };
        (item.slot, next)
    }

    fn at(&self, slot: u32) -> Option<usize> {
        self.items.iter().position(|item| item.slot == slot)
    }

    fn bump(&mut self, slot: u32, fill: Option<Token>) -> Stored {
        let version = self.versions[slot as usize].wrapping_add(1);
        self.versions[slot as usize] = version;
        let generation = fill.map_or(self.generation, |token| token.generation);
        Stored { slot, version, generation }
    }

    fn drop_key(&mut self, key: &[u8]) {
        if let Some(at) = self.items.iter().position(|item| item.key == key) {
            self.remove(at);
        }
    }

    /// Drops the entry that expired first, of several the one in the lowest slot.
    fn drop_due(&mut self, now: u64) -> bool {
        let due = (0..self.items.len()).filter(|&at| self.items[at].expires_at <= now);
        let Some(at) = due.min_by_key(|&at| (self.items[at].expires_at, self.items[at].slot)) else {
            return false;
        };
        self.expirations += 1;
        self.remove(at);
        true
    }

    fn evict(&mut self, now: u64) {
        if self.drop_due(now) {
            return;
        }
        // As many as of a full table, or of one that is full as it is.
        let len = self.items.len();
        let capacity = u64::from(self.options.max_size).min(self.options.max_bytes / cost(0, 0)) as u32;
        let [of_capacity, of_len] =
            [capacity, len as u32].map(|entries| grace_entries(entries, self.options.grace_window));
        self.grace = of_capacity.min(of_len) as usize;
        self.turn_back();
        let stop = len - self.spared();
        let mut at = self.hand.and_then(|slot| self.at(slot)).unwrap_or(0);
        while self.items[at].visited {
            self.items[at].visited = false;
            at = if at + 1 == stop { 0 } else { at + 1 };
        }
        self.hand = self.items.get(at + 1).map(|item| item.slot);
        self.evictions += 1;
        self.remove(at);
    }

    fn spared(&self) -> usize {
        self.grace.min(self.items.len())
    }

    /// The hand never stands in the window.
    fn turn_back(&mut self) {
        let outside = self.items.len() - self.spared();
        if self.hand.and_then(|slot| self.at(slot)).is_some_and(|at| at >= outside) {
            self.hand = None;
        }
    }

    fn remove(&mut self, at: usize) {
        let slot = self.items[at].slot;
        if self.hand == Some(slot) {
            self.hand = self.items.get(at + 1).map(|item| item.slot);
        }
        let item = self.items.remove(at);
        self.versions[item.slot as usize] = self.versions[item.slot as usize].wrapping_add(1);
        self.free.push(item.slot);
        self.turn_back();
    }
}
