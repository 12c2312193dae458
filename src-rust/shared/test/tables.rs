//! Whole tables in files.

use super::*;
use crate::shared::{Counts, Removed, Shared, counts, list, open_listed, registry, remove};
use crate::table::{Get, NEVER, Put};
use std::sync::Arc;
use std::time::Duration;

fn open(directory: &Path, name: &str) -> Arc<Shared> {
    registry::open(directory, &identity(name), true, Duration::MAX).unwrap().unwrap()
}

/// As another process would.
pub(super) fn open_apart(directory: &Path, identity: &Identity) -> Shared {
    try_open_apart(directory, identity).unwrap()
}

pub(super) fn try_open_apart(directory: &Path, identity: &Identity) -> Result<Shared, Error> {
    let bound = identity.options.max_bytes;
    let shape = |bound| {
        let options = Options { max_bytes: bound, ..identity.options.clone() };
        let plan = crate::table::Table::plan(&options, at::TABLE_AT);
        Shape { bytes: plan.bytes as u64, fixed: plan.fixed.end as u64 }
    };
    let request = Request { directory, identity, create: true, bound, shape: &shape };
    Shared::new(file::attach(&request)?.expect("it was to be made"))
}

pub(super) fn find(shared: &Shared, key: &[u8]) -> Option<Vec<u8>> {
    let mut out = [0; 1_000];
    match shared.table().get(key, 0, &mut out, true) {
        Get::Hit(hit) => Some(out[..hit.len as usize].to_vec()),
        _ => None,
    }
}

fn set(shared: &Shared, key: &[u8], value: &[u8]) -> bool {
    matches!(shared.table().put(key, value, 0, NEVER, 0, None), Put::Stored(_))
}

#[test]
fn what_one_stores_the_other_finds_and_it_outlives_both() {
    let scratch = Scratch::new();
    let one = open_apart(&scratch.caches(), &identity("it"));
    assert!(set(&one, b"key", b"value"));
    let other = open_apart(&scratch.caches(), &identity("it"));
    assert_eq!(find(&other, b"key").unwrap(), b"value");
    assert!(set(&other, b"key", b"changed"));
    assert_eq!(find(&one, b"key").unwrap(), b"changed");
    drop((one, other));
    let later = open_apart(&scratch.caches(), &identity("it"));
    assert_eq!(find(&later, b"key").unwrap(), b"changed");
    assert!(later.table().verify().is_ok());
}

#[test]
fn handles_of_one_process_share_a_table_until_it_is_given_up() {
    let scratch = Scratch::new();
    let first = open(&scratch.caches(), "it");
    assert!(Arc::ptr_eq(&first, &open(&scratch.caches(), "it")));
    assert!(set(&first, b"key", b"value"));
    assert!(first.look());
    first.close();
    assert!(!first.look() && first.is_gone() && first.damage().is_none());
    let Get::Miss(token) = first.table().get(b"key", 0, &mut [0; 1_000], true) else {
        panic!("it is closed")
    };
    assert_eq!(first.table().put(b"key", b"late", 0, NEVER, 0, Some(token)), Put::Skipped);
    let second = open(&scratch.caches(), "it");
    assert!(!Arc::ptr_eq(&first, &second));
    assert_eq!(find(&second, b"key").unwrap(), b"value");
    // A change is not lost, even where there is nothing to store it in: all forget.
    assert!(!set(&first, b"key", b"new"));
    assert_eq!(find(&second, b"key"), None);
}

#[test]
fn a_damaged_table_is_given_up_and_the_next_is_fresh() {
    let scratch = Scratch::new();
    let first = open(&scratch.caches(), "it");
    assert!(set(&first, b"key", b"value"));
    first.table().detach("something is wrong");
    assert_eq!(first.damage(), Some("something is wrong"));
    assert!(!first.look());
    // While the damaged one is still held.
    let second = open(&scratch.caches(), "it");
    assert_eq!(find(&second, b"key"), None);
    assert!(set(&second, b"key", b"value"));
    assert_eq!(list(&scratch.caches()).unwrap().len(), 1);
}

#[test]
fn who_only_reads_finds_everything_and_stores_nothing() {
    let scratch = Scratch::new();
    let owner = open_apart(&scratch.caches(), &identity("it"));
    assert!(set(&owner, b"key", b"value"));
    let all: Vec<_> = (1..at::PARTICIPANTS).map(|_| open_apart(&scratch.caches(), &identity("it"))).collect();
    let late = open_apart(&scratch.caches(), &identity("it"));
    assert!(all.iter().all(Shared::is_participant) && !late.is_participant());
    assert_eq!(find(&late, b"key").unwrap(), b"value");
    assert!(!set(&late, b"other", b"value"));
    assert!(!late.is_gone());
    // A set that cannot be done makes everybody forget: nobody is left with the old value.
    assert!(!set(&late, b"key", b"new"));
    assert_eq!(find(&owner, b"key"), None);
}

#[test]
fn a_listed_file_is_opened_as_it_is_and_removed_when_nobody_uses_it() {
    let scratch = Scratch::new();
    let one = open_apart(&scratch.caches(), &identity("it"));
    assert!(set(&one, b"key", b"value"));
    let listed = list(&scratch.caches()).unwrap().remove(0);
    assert!(listed.allocated < 1 << 20, "{listed:?}");
    let seen = open_listed(&scratch.caches(), &listed).unwrap().unwrap();
    assert_eq!((find(&seen, b"key").unwrap().as_slice(), seen.codec()), (b"value".as_slice(), "json 1"));
    assert_eq!(seen.options().max_size, 100);
    drop(seen);
    assert_eq!(remove(&scratch.caches(), &listed).unwrap(), Removed::InUse);
    drop(one);
    assert_eq!(remove(&scratch.caches(), &listed).unwrap(), Removed::Yes);
    assert!(open_listed(&scratch.caches(), &listed).unwrap().is_none());
    assert!(list(&scratch.caches()).unwrap().is_empty());
}

/// What a table says of itself, and what its file says to somebody who only reads it.
fn assert_told(directory: &Path, shared: &Shared) -> Counts {
    let file = identity("it").file_name();
    let told = counts(directory, file.as_str()).unwrap().unwrap();
    let (table, tally) = (shared.table(), &told.tally);
    assert_eq!((tally.entries, tally.bytes), (table.len(), table.bytes()));
    assert_eq!((tally.evictions, tally.expirations), (table.evictions(), table.expirations()));
    assert_eq!((tally.skipped_writes, tally.counters), (table.skipped_writes(), table.counters()));
    told
}

#[test]
fn what_is_counted_can_be_read_from_outside_without_a_trace() {
    let scratch = Scratch::new();
    let shared = open_apart(&scratch.caches(), &identity("it"));
    let stripe = shared.table().stripe();
    assert!((0..150_u32).all(|key| set(&shared, &key.to_le_bytes(), b"value")));
    assert!(shared.table().evictions() >= 50);
    stripe.add(3, 7.0);
    let path = scratch.caches().join(identity("it").file_name().as_str());
    let before = std::fs::read(&path).unwrap();
    let told = assert_told(&scratch.caches(), &shared);
    assert!(before == std::fs::read(&path).unwrap());
    assert_eq!(told.processes, [Some(std::process::id())]);
    assert_eq!(told.tally.stripes[0].counters[3], 7.0);

    // A baseline, not what each has counted.
    shared.table().clear();
    let told = assert_told(&scratch.caches(), &shared);
    assert_eq!((told.tally.entries, told.tally.counters[3], told.tally.evictions), (0, 0.0, 0));
    assert_eq!(told.tally.stripes[0].counters[3], 7.0);
    drop(stripe);
    assert_eq!(assert_told(&scratch.caches(), &shared).processes, [None]);
    drop(shared);
    assert_eq!(counts(&scratch.caches(), "0123.warp").unwrap().map(|counts| counts.processes), None);
}
