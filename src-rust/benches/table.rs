//! What the table costs without JavaScript: nanoseconds for a look-up and for a put, what a second thread adds, how
//! long a shard takes to be emptied, and what an empty and a full table occupy. The fastest of several rounds counts,
//! since nothing but other work makes one slower.
//!
//! `cargo bench --no-default-features`

use std::hint::black_box;
use std::sync::Barrier;
use std::time::{Duration, Instant};
use warp_cache::table::{Get, NEVER, Options, Put, Table};

const ROUNDS: usize = 150;
const OPERATIONS: u32 = 10_000;

fn options(max_size: u32) -> Options {
    Options {
        max_size,
        max_bytes: 1 << 30,
        max_key_size: 512,
        max_value_size: 65_536,
        grace_window: 0.05,
        shards: None,
        seed: 1,
    }
}

fn key(number: u32) -> [u8; 16] {
    u128::from(number).to_le_bytes()
}

/// Visits numbers below `bound`, a power of two, in an order that no prefetcher guesses.
fn scattered(step: u32, bound: u32) -> u32 {
    step.wrapping_mul(2_654_435_761) >> 7 & (bound - 1)
}

fn fastest(mut round: impl FnMut() -> Duration) -> f64 {
    (0..ROUNDS).map(|_| round()).min().unwrap_or_default().as_nanos() as f64 / f64::from(OPERATIONS)
}

fn filled(entries: u32, value: &[u8]) -> Table {
    let table = Table::new(&options(2 * entries)).unwrap();
    for number in 0..entries {
        assert!(matches!(table.put(&key(number), value, 0, NEVER, 0, None), Put::Stored(_)));
    }
    table
}

fn read(table: &Table, number: u32, out: &mut [u8]) {
    let found = table.get(&key(number), 0, out, true);
    assert!(matches!(black_box(found), Get::Hit(_)));
}

fn gets(entries: u32, size: usize) -> f64 {
    let table = filled(entries, &vec![1; size]);
    let mut out = vec![0; size];
    fastest(|| {
        let start = Instant::now();
        (0..OPERATIONS).for_each(|step| read(&table, scattered(step, entries), &mut out));
        start.elapsed()
    })
}

/// Each put evicts.
fn puts(entries: u32, size: usize) -> f64 {
    let table = Table::new(&options(entries)).unwrap();
    let value = vec![1; size];
    let mut number = 0;
    fastest(|| {
        let start = Instant::now();
        for _ in 0..OPERATIONS {
            black_box(table.put(&key(number), &value, 0, NEVER, 0, None));
            number += 1;
        }
        start.elapsed()
    })
}

fn replaces(entries: u32, size: usize) -> f64 {
    let value = vec![1; size];
    let table = filled(entries, &value);
    fastest(|| {
        let start = Instant::now();
        for step in 0..OPERATIONS {
            black_box(table.put(&key(scattered(step, entries)), &value, 0, NEVER, 0, None));
        }
        start.elapsed()
    })
}

/// Operations per nanosecond of so many threads together.
fn throughput(threads: u32, operation: &(impl Fn(u32, &mut [u8]) + Sync)) -> f64 {
    let rounds = (0..ROUNDS).map(|_| {
        let barrier = Barrier::new(threads as usize);
        let work = |thread: u32| {
            let mut out = [0; 1_024];
            barrier.wait();
            let start = Instant::now();
            (0..OPERATIONS).for_each(|step| operation(step.wrapping_add(thread * 77_777), &mut out));
            start.elapsed()
        };
        let slowest = std::thread::scope(|scope| {
            let handles: Vec<_> = (0..threads).map(|thread| scope.spawn(move || work(thread))).collect();
            handles.into_iter().map(|handle| handle.join().unwrap()).max()
        });
        f64::from(threads * OPERATIONS) / slowest.unwrap_or_default().as_nanos() as f64
    });
    rounds.fold(0.0, f64::max)
}

fn gain(operation: impl Fn(u32, &mut [u8]) + Sync) -> f64 {
    throughput(2, &operation) / throughput(1, &operation)
}

/// Resident bytes of this process.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or(0) * 4_096
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

fn memory() {
    let before = resident();
    let table = Table::new(&options(100_000)).unwrap();
    println!("empty table of 100,000      {:6.2} MiB", mebibytes(resident() - before));
    let before = resident();
    for number in 0..100_000 {
        table.put(&key(number), &[1; 100], 0, NEVER, 0, None);
    }
    let entries = u64::from(table.len());
    println!(
        "besides its block, an entry {:6.1} bytes",
        (resident() - before) as f64 / entries as f64 - 128.0
    );
    drop(table);
    let max_bytes = 64 << 20;
    let table = Table::new(&Options { max_bytes, max_value_size: 1 << 21, ..options(1_000) }).unwrap();
    let before = resident();
    let value = vec![1; 1 << 20];
    for number in 0..20_000 {
        table.put(&key(scattered(number, 1 << 12)), &value, 0, NEVER, 0, None);
    }
    println!("64 MiB of 1 MiB values      {:6.1} MiB resident", mebibytes(resident() - before));
}

fn emptying() {
    let entries = 65_536;
    let table = Table::new(&Options { shards: Some(1), ..options(entries) }).unwrap();
    let fastest = (0..9).map(|_| {
        for number in 0..entries {
            table.put(&key(number), &[1; 64], 0, NEVER, 0, None);
        }
        table.clear();
        let start = Instant::now();
        table.delete(&key(0), 0);
        start.elapsed()
    });
    println!("emptying 65,536 entries     {:6.2} ms", fastest.min().unwrap_or_default().as_secs_f64() * 1e3);
}

fn main() {
    for (entries, size) in [(1 << 10, 64), (1 << 13, 64), (1 << 18, 64), (1 << 10, 1_024), (1 << 13, 1_024)] {
        println!("get {size:6} B of {entries:7}     {:6.1} ns", gets(entries, size));
    }
    for size in [64, 1_024, 16_384] {
        println!("put {size:6} B, evicting        {:6.1} ns", puts(4_000, size));
        println!("put {size:6} B, replacing       {:6.1} ns", replaces(1 << 11, size));
    }
    let table = filled(1 << 13, &[1; 64]);
    let spread = |step, out: &mut [u8]| read(&table, scattered(step, 1 << 13), out);
    println!("2 threads, reads            {:6.2} x", gain(spread));
    println!("2 threads, one hot key      {:6.2} x", gain(|_, out: &mut [u8]| read(&table, 7, out)));
    let mixed = |step: u32, out: &mut [u8]| match step % 10 {
        0 => _ = black_box(table.put(&key(scattered(step, 1 << 13)), &[2; 64], 0, NEVER, 0, None)),
        _ => spread(step, out),
    };
    println!("2 threads, 90/10            {:6.2} x", gain(mixed));
    emptying();
    memory();
}
