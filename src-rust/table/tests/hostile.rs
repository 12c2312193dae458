//! Memory that somebody else writes into: any word may be anything at any time. Nothing panics, nothing loops, nothing
//! outside of the memory is touched, and what is served is what was stored under that key.

use super::stress::Random;
use super::*;
use crate::shim::AtomicU64;
use crate::table::machine::{Machine, Process};
use crate::table::record::Record;
use crate::table::region::Planner;
use std::ops::Range;
use std::sync::atomic::AtomicBool;

const KEYS: u32 = 24;
/// Words of a page.
const PAGE: usize = 512;

/// How many tables each test spoils.
fn runs() -> u32 {
    std::env::var("HOSTILE_RUNS").map_or(30_000, |runs| runs.parse().expect("HOSTILE_RUNS is a number"))
}

fn small(shards: u32) -> Options {
    Options { grace_window: 0.25, max_bytes: 12_000, shards: Some(shards), ..options(14) }
}

fn key(number: u32) -> Vec<u8> {
    vec![number as u8; 1 + number as usize % 20]
}

fn stored(number: u32, len: usize) -> Vec<u8> {
    (0..len).map(|at| (number as usize * 31 + at * 7 + len) as u8).collect()
}

/// The words of a region, and the arrays that they belong to.
struct Words {
    all: Area<AtomicU64>,
    /// The first word of each array, and how many of its words are of interest.
    arrays: Vec<(usize, usize)>,
}

impl Words {
    fn new(region: &Arc<Region>, options: &Options) -> Self {
        let plan = Geometry::new(options, 0, stats::STRIPES);
        let all = region.area(Planner::behind(0).place(plan.bytes / 8));
        let mut starts: Vec<usize> = plan.offsets().map(|offset| offset / 8).to_vec();
        starts.sort_unstable();
        starts.push(plan.bytes / 8);
        let arrays = starts.windows(2).map(|pair| (pair[0], (pair[1] - pair[0]).min(120))).collect();
        Self { all, arrays }
    }

    fn load(&self) -> Vec<u64> {
        self.all.iter().map(|word| word.load(Ordering::Relaxed)).collect()
    }

    fn restore(&self, words: &[u64]) {
        self.all.iter().zip(words).for_each(|(word, &value)| word.store(value, Ordering::Relaxed));
    }

    fn fill(&self, span: Range<usize>, mut word: impl FnMut() -> u64) {
        self.all
            .iter()
            .take(span.end)
            .skip(span.start)
            .for_each(|each| each.store(word(), Ordering::Relaxed));
    }

    fn swap(&self, one: usize, other: usize) {
        let word = self.all[one].load(Ordering::Relaxed);
        self.all[one].store(self.all[other].load(Ordering::Relaxed), Ordering::Relaxed);
        self.all[other].store(word, Ordering::Relaxed);
    }

    fn spoil(&self, random: &mut Random) {
        let (start, len) = self.arrays[random.below(self.arrays.len() as u32) as usize];
        if len == 0 {
            return;
        }
        let at = start + random.below(len as u32) as usize;
        match random.below(20) {
            0 => return self.fill(at..at + PAGE, || 0),
            1 => {
                let span = at..at + 1 + random.below(40) as usize;
                return self.fill(span, || {
                    u64::from(random.below(u32::MAX)) << 32 | u64::from(random.below(u32::MAX))
                });
            }
            2 => return self.swap(at, start + random.below(len as u32) as usize),
            _ => {}
        }
        let word = &self.all[at];
        let was = word.load(Ordering::Relaxed);
        let odd =
            [0, 1, 2, 7, 14, 15, 16, 511, 512, 1 << 16, u64::from(u32::MAX), 1 << 32, 1 << 37, u64::MAX];
        let value = match random.below(6) {
            0 => was ^ 1 << random.below(64),
            1 => odd[random.below(odd.len() as u32) as usize],
            2 => odd[random.below(odd.len() as u32) as usize] << 32 | was & 0xffff_ffff,
            3 => was & !0xffff_ffff | odd[random.below(odd.len() as u32) as usize] & 0xffff_ffff,
            4 => self.all[start + random.below(len as u32) as usize].load(Ordering::Relaxed),
            _ => was.wrapping_add(u64::from(random.below(5))).wrapping_sub(2),
        };
        word.store(value, Ordering::Relaxed);
    }
}

/// A hit is of what was stored: the right length of the right bytes.
fn look(table: &Table, number: u32, now: u64) {
    let mut out = [0; 2_000];
    match table.get(&key(number), now, &mut out, true) {
        Get::Hit(hit) => assert_eq!(out[..hit.len as usize], stored(number, hit.len as usize)),
        Get::Larger(_) => panic!("no value is as large"),
        Get::Miss(_) => {}
    }
}

/// A walk gives what was stored, never asks for more room than an entry can need, and comes to an end.
fn walk(table: &Table, now: u64) {
    let (mut cursor, mut name, mut out) = (Cursor::default(), [0; 64], [0; 2_000]);
    for _ in 0..=table.slots() * table.shards.len() as u32 {
        match table.next(&mut cursor, now, &mut name, &mut out) {
            Next::Entry(entry) => {
                let (number, len) = (u32::from(name[0]), entry.value_len as usize);
                assert_eq!(name[..entry.key_len as usize], key(number));
                assert_eq!(out[..len], stored(number, len));
            }
            Next::Larger { .. } => panic!("no entry is as large"),
            Next::End => return,
        }
    }
    panic!("there are not as many entries");
}

fn work(table: &Arc<Table>, random: &mut Random, operations: u32) {
    for now in 0..u64::from(operations) {
        let number = random.below(KEYS);
        let (name, value) = (key(number), stored(number, random.below(600) as usize));
        let expires_at = if random.below(3) == 0 { now + 3 } else { NEVER };
        match random.below(12) {
            0..4 => look(table, number, now),
            4..7 => _ = table.put(&name, &value, 0, expires_at, now, None),
            7 => _ = table.delete(&name, now),
            8 => {
                if let Get::Miss(token) = table.get(&name, now, &mut [0; 2_000], true) {
                    table.put(&name, &value, 0, expires_at, now, Some(token));
                }
            }
            9 => walk(table, now),
            10 if random.below(8) == 0 => table.clear(),
            10 => {
                let stripe = table.stripe();
                stripe.add(0, 1.0);
                assert!(table.counters().iter().all(|count| count.is_finite()));
            }
            _ => {
                let _ = (table.len(), table.bytes(), table.evictions(), table.expirations());
                let _ = (table.skipped_writes(), table.verify());
            }
        }
    }
}

fn filled(machine: &Arc<Machine>, random: &mut Random) -> (Arc<Table>, Arc<Process>) {
    let (table, process) = machine.start(0);
    for number in 0..KEYS {
        let ttl = if number % 4 == 0 { 5 } else { NEVER };
        table.put(&key(number), &stored(number, random.below(500) as usize), 0, ttl, 0, None);
    }
    table.delete(&key(KEYS - 3), 0);
    (table, process)
}

fn spoil_and_work(options: &Options, seed: u64) {
    let mut random = Random(seed);
    let machine = Machine::on_the_heap(options);
    let words = Words::new(machine.region(), options);
    let (_, process) = filled(&machine, &mut random);
    let before = words.load();
    let (runs, mut detached) = (runs(), 0);
    for run in 0..runs {
        words.restore(&before);
        let (table, process) = machine.start(1);
        for _ in 0..1 + random.below(4) {
            words.spoil(&mut random);
        }
        if run % 3 == 0 {
            // Somebody has died as well, so everything is rebuilt from these words.
            machine.abandon(&words.all, options);
        }
        let operations = 4 + random.below(20);
        work(&table, &mut random, operations);
        words.spoil(&mut random);
        work(&table, &mut random, 10);
        detached += u32::from(process.why.lock().unwrap().is_some());
        process.die();
    }
    println!("{detached} of {runs} spoilt tables were detached");
    assert!(detached > 0 && detached < runs);
    process.die();
}

#[test]
fn a_spoilt_table_of_one_shard_forgets_or_detaches() {
    spoil_and_work(&small(1), 1);
}

#[test]
fn a_spoilt_table_of_several_shards_forgets_or_detaches() {
    spoil_and_work(&small(4), 2);
}

/// Else whatever is stored in these blocks next would be in both.
#[test]
fn of_two_entries_that_claim_the_same_blocks_a_repair_keeps_one() {
    let machine = Machine::on_the_heap(&options(10));
    let [(one, dead), (other, process)] = [0, 1].map(|place| machine.start(place));
    [b"one", b"two"].iter().for_each(|name| _ = set(&one, *name, b"value"));
    let [first, second] = [1, 2].map(|slot| one.shards[0].records.at(slot).unwrap());
    // The one whose cell comes later.
    first.store(&Record { first: second.load().first, ..first.load() });
    std::mem::forget(one.lock(&one.shards[0], Patience::None).unwrap());
    dead.die();
    set(&other, b"three", b"value");
    assert_eq!(sound(&other).entries, 2);
    assert_eq!(*process.why.lock().unwrap(), None);
}

/// Somebody scribbles all the time, at readers and writers of two processes.
#[test]
fn a_scribbler_harms_nobody() {
    let options = small(2);
    let machine = Machine::on_the_heap(&options);
    let words = Words::new(machine.region(), &options);
    let rounds = if cfg!(miri) { 2 } else { 60 };
    for seed in 1..rounds {
        words.restore(&vec![0; words.all.len()]);
        let mut random = Random(seed);
        let (first, one) = filled(&machine, &mut random);
        let (second, other) = machine.start(1);
        let done = AtomicBool::new(false);
        let (words, done) = (&words, &done);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                let mut random = Random(seed + 1_000);
                while !done.load(Ordering::Relaxed) {
                    words.spoil(&mut random);
                    for _ in 0..random.below(3_000) {
                        std::hint::spin_loop();
                    }
                }
            });
            let workers: Vec<_> = [(&first, 2_000), (&first, 3_000), (&second, 4_000)]
                .into_iter()
                .map(|(table, salt)| scope.spawn(move || work(table, &mut Random(seed + salt), 400)))
                .collect();
            let results: Vec<_> = workers.into_iter().map(std::thread::ScopedJoinHandle::join).collect();
            done.store(true, Ordering::Relaxed);
            results.into_iter().for_each(|result| result.unwrap());
        });
        one.die();
        other.die();
    }
}
