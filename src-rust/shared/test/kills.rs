//! Processes that work on one table and are killed in the middle of it.

use super::process::{Process, say};
use super::tables::{find, open_apart};
use super::*;
use crate::hash::hash;
use crate::table::{NEVER, Put};

const WORKERS: usize = 4;
const KILLS: usize = 60;
const KEYS: u64 = 64;
/// Operations between two words of a worker.
const CHUNK: u64 = 400;

/// A value tells by every byte which key it is of, and who wrote it.
fn value(key: u64, writer: u64, nonce: u64) -> Vec<u8> {
    let seed = hash(key, &[writer.to_le_bytes(), nonce.to_le_bytes()].concat());
    let words = 4 + seed % 100;
    let mut bytes = [key, writer, nonce].map(u64::to_le_bytes).concat();
    bytes.extend((0..words).flat_map(|word| (seed ^ word).to_le_bytes()));
    bytes
}

fn is_right(key: u64, found: &[u8]) -> bool {
    let word = |index: usize| u64::from_le_bytes(std::array::from_fn(|byte| found[8 * index + byte]));
    word(0) == key && found == value(key, word(1), word(2))
}

/// Stores, deletes, clears and looks up for ever. Says how it is going now and then.
pub(super) fn work(directory: &Path, writer: u64) {
    let shared = open_apart(directory, &identity("it"));
    for nonce in 0.. {
        let random = hash(writer, &u64::to_le_bytes(nonce));
        let key = random % KEYS;
        match random >> 32 & 63 {
            0 => drop(shared.table().delete(&key.to_le_bytes(), 0)),
            1 if random >> 40 & 31 == 0 => shared.table().clear(),
            2..=31 => {
                let put =
                    shared.table().put(&key.to_le_bytes(), &value(key, writer, nonce), 0, NEVER, 0, None);
                assert_ne!(put, Put::Oversize);
            }
            _ => {
                if let Some(found) = find(&shared, &key.to_le_bytes()) {
                    assert!(is_right(key, &found), "a wrong value of {key}");
                }
            }
        }
        if nonce % CHUNK == 0 {
            assert!(!shared.is_gone(), "{:?}", shared.damage());
            say(nonce);
        }
    }
}

#[test]
fn deaths_in_the_middle_of_anything_leave_right_values_and_no_locks() {
    let scratch = Scratch::new();
    // Never dies.
    let watcher = open_apart(&scratch.caches(), &identity("it"));
    let start = |number: usize| Process::start(&format!("work {number}"), &scratch.caches());
    let mut workers: Vec<_> = (0..WORKERS).map(start).collect();
    for kill in 0..KILLS {
        // Those that live make progress, whatever the dead have left.
        for worker in &mut workers {
            assert!(worker.hear().is_some(), "a worker has failed");
        }
        let victim = hash(7, &kill.to_le_bytes()) as usize % WORKERS;
        std::mem::replace(&mut workers[victim], start(WORKERS + kill)).kill();
        for key in 0..KEYS {
            assert!(find(&watcher, &key.to_le_bytes()).is_none_or(|found| is_right(key, &found)));
        }
    }
    for worker in workers {
        worker.kill();
    }
    assert!(!watcher.is_gone(), "{:?}", watcher.damage());
    // Whatever is still locked is of the dead: every key can be stored at once.
    for key in 0..KEYS {
        let stored = watcher.table().put(&key.to_le_bytes(), &value(key, 0, 0), 0, NEVER, 0, None);
        assert!(matches!(stored, Put::Stored(_)), "{stored:?}");
    }
    watcher.table().verify().unwrap();
}
