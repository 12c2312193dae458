//! What several threads at once may see of a table that caches a *source*: numbers that only go up.
//!
//! The owner of a key changes its number and then tells the table: by a set, a delete or a clear. From then on nobody
//! may be served an older number, neither by the table nor by an entry of a near table, whatever fills were under way.

use super::{Get, NEVER, Put, Stored, Table};
use crate::shim::Ordering::Relaxed;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

/// The numbers by key, and which of them the table has been told of.
pub(super) struct Source {
    numbers: Vec<AtomicU64>,
    told: Vec<AtomicU64>,
    threads: usize,
}

/// Something that was served: by a hit, or to be served again as long as its words are the same.
#[derive(Clone, Copy)]
struct Near {
    number: u64,
    slot: u32,
    version: u32,
    generation: u32,
}

/// One thread's part.
pub(super) struct Client<'a, R> {
    pub(super) table: &'a Table,
    pub(super) source: &'a Source,
    pub(super) thread: usize,
    /// A random number below a bound.
    pub(super) random: R,
    near: Vec<Option<Near>>,
}

impl Source {
    /// Each of `threads` owns `keys` of the numbers.
    pub(super) fn new(threads: usize, keys: usize) -> Self {
        let zeros = || (0..threads * keys).map(|_| AtomicU64::new(0)).collect();
        Self { numbers: zeros(), told: zeros(), threads }
    }
}

impl<'a, R: FnMut(usize) -> usize> Client<'a, R> {
    pub(super) fn new(table: &'a Table, source: &'a Source, thread: usize, random: R) -> Self {
        Self { table, source, thread, random, near: vec![None; source.numbers.len()] }
    }

    pub(super) fn step(&mut self) {
        let key = (self.random)(self.source.numbers.len());
        match (self.random)(8) {
            0 => self.change(key),
            1 => self.ask_near(key),
            _ => self.ask(key),
        }
        let (entries, bytes) = self.table.totals.load();
        assert!(entries <= self.table.options.max_size && bytes <= self.table.options.max_bytes);
    }

    fn change(&mut self, key: usize) {
        let key = key - key % self.source.threads + self.thread;
        let number = self.source.numbers[key].fetch_add(1, SeqCst) + 1;
        match (self.random)(8) {
            0 => self.table.clear(),
            1..4 => _ = self.table.delete(&name(key), 0),
            _ => {
                let put = self.table.put(&name(key), &value(key, number), 0, NEVER, 0, None);
                self.remember(key, number, put);
            }
        }
        self.source.told[key].store(number, SeqCst);
    }

    fn ask(&mut self, key: usize) {
        let told = self.source.told[key].load(SeqCst);
        let mut out = [0; 16];
        match self.table.get(&name(key), 0, &mut out, true) {
            Get::Hit(hit) => {
                let number = read(key, &out);
                assert!(number >= told, "key {key} is {number}, which was {told} before it was asked for");
                let (slot, version, generation) = (hit.slot, hit.version, hit.generation);
                self.near[key] = Some(Near { number, slot, version, generation });
            }
            Get::Miss(token) => {
                let number = self.source.numbers[key].load(SeqCst);
                let (name, value) = (name(key), value(key, number));
                let put = match (self.random)(4) {
                    0 => {
                        let put = self.table.refresh(&self.table.key(&name), &value, 0, NEVER, 0, token);
                        // Whether or not it was stored, nothing that is older may be found from now on.
                        self.source.told[key].fetch_max(number, SeqCst);
                        put
                    }
                    _ => self.table.put(&name, &value, 0, NEVER, 0, Some(token)),
                };
                self.remember(key, number, put);
            }
            Get::Larger(_) => panic!("every value is of one size"),
        }
    }

    /// What JavaScript does, by plain loads.
    fn ask_near(&mut self, key: usize) {
        let Some(near) = self.near[key] else { return };
        let told = self.source.told[key].load(SeqCst);
        let slots = self.table.slots();
        let version = &self.table.shards[(near.slot / slots) as usize].versions[(near.slot % slots) as usize];
        if self.table.generation().load(Relaxed) == near.generation && version.load(Relaxed) == near.version {
            assert!(near.number >= told, "key {key} is near {}, which was {told} before", near.number);
        }
    }

    fn remember(&mut self, key: usize, number: u64, put: Put) {
        if let Put::Stored(Stored { slot, version, generation }) = put {
            self.near[key] = Some(Near { number, slot, version, generation });
        }
    }
}

fn name(key: usize) -> [u8; 8] {
    (key as u64).to_le_bytes()
}

fn value(key: usize, number: u64) -> [u8; 16] {
    let mut value = [0; 16];
    value[..8].copy_from_slice(&(number ^ (key as u64) << 48).to_le_bytes());
    value[8..].copy_from_slice(&number.to_le_bytes());
    value
}

fn read(key: usize, value: &[u8; 16]) -> u64 {
    let [first, number] = [&value[..8], &value[8..]].map(|half| u64::from_le_bytes(half.try_into().unwrap()));
    assert_eq!(first, number ^ (key as u64) << 48, "another key's value, or a mixture");
    number
}
