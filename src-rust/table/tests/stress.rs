//! Several threads at one table: no value is ever another key's or a mixture, no bound is exceeded at any moment, and
//! every structure is sound in the end.

use super::*;
use crate::table::oracle::{Client, Source};
use std::sync::atomic::AtomicBool;

const OPERATIONS: u32 = if cfg!(miri) { 25 } else { 60_000 };
const KEYS: u32 = if cfg!(miri) { 12 } else { 600 };

/// A pseudo-random sequence.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (((self.0 >> 32) * u64::from(bound)) >> 32) as u32
    }
}

/// A value that says whose it is, and in each of its words which writing it came from.
fn value(key: u32, writing: u32, len: usize) -> Vec<u8> {
    let word = u64::from(key) << 32 | u64::from(writing);
    word.to_le_bytes().repeat(len)
}

fn check(key: u32, found: &[u8]) {
    let mut words = found.chunks(8).map(|word| u64::from_le_bytes(word.try_into().unwrap()));
    let first = words.next().unwrap();
    assert_eq!((first >> 32) as u32, key);
    assert!(words.all(|word| word == first), "a mixture");
}

fn work(table: &Table, seed: u64) {
    let mut random = Random(seed);
    let mut out = vec![0; 2_000];
    for writing in 0..OPERATIONS {
        let key = random.below(KEYS);
        let name = key.to_le_bytes();
        let now = u64::from(writing);
        match random.below(100) {
            0..70 => match table.get(&name, now, &mut out, true) {
                Get::Hit(hit) => check(key, &out[..hit.len as usize]),
                Get::Larger(_) => panic!("no value is as large"),
                Get::Miss(token) => {
                    let value = value(key, writing, 1 + random.below(200) as usize);
                    table.put(&name, &value, 0, now + u64::from(random.below(500)), now, Some(token));
                }
            },
            70..90 => {
                table.put(&name, &value(key, writing, 1 + random.below(40) as usize), 0, NEVER, now, None);
            }
            90..99 => _ = table.delete(&name, now),
            _ if random.below(20) == 0 => table.clear(),
            _ => {
                let (mut cursor, mut key) = (Cursor::default(), [0; 4]);
                for _ in 0..20 {
                    let Next::Entry(entry) = table.next(&mut cursor, now, &mut key, &mut out) else { break };
                    check(u32::from_le_bytes(key), &out[..entry.value_len as usize]);
                }
            }
        }
    }
}

fn stress(options: &Options) {
    let table = table(options);
    let done = AtomicBool::new(false);
    let (table, done) = (&table, &done);
    std::thread::scope(|scope| {
        let workers: Vec<_> =
            (1..4).map(|seed| scope.spawn(move || work(table, seed * 0x9e37_79b9))).collect();
        scope.spawn(move || {
            while !done.load(Ordering::Relaxed) {
                let (entries, bytes) = table.totals.load();
                assert!(entries <= table.options.max_size && bytes <= table.options.max_bytes);
                std::thread::yield_now();
            }
        });
        let results: Vec<_> = workers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
        done.store(true, Ordering::Relaxed);
        results.into_iter().for_each(|result| result.unwrap());
    });
    sound(table);
}

#[test]
fn one_shard_bounded_by_entries() {
    stress(&Options { grace_window: 0.05, ..options(KEYS / 3) });
}

#[test]
fn one_shard_bounded_by_bytes() {
    stress(&Options { max_bytes: u64::from(KEYS) * 150, ..options(KEYS) });
}

#[test]
fn shards_that_take_each_others_room() {
    stress(&Options { shards: Some(8), max_bytes: 16 * 2_200, ..options(KEYS) });
}

#[test]
fn more_shards_than_entries() {
    stress(&Options { shards: Some(16), ..options(4) });
}

/// Nobody is served what was replaced, deleted or cleared before he asked.
#[test]
fn nothing_stale_is_served() {
    const THREADS: usize = 4;
    for (max_size, shards) in [(40, 1), (40, 4), (200, 2)] {
        let table = table(&Options { shards: Some(shards), ..options(max_size) });
        let source = Source::new(THREADS, if cfg!(miri) { 4 } else { 16 });
        let (table, source) = (&table, &source);
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                scope.spawn(move || {
                    let mut random = Random(thread as u64 + 1);
                    let mut client =
                        Client::new(table, source, thread, |bound| random.below(bound as u32) as usize);
                    (0..OPERATIONS).for_each(|_| client.step());
                });
            }
        });
        sound(table);
    }
}
