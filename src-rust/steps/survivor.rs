//! Whoever opens the cache after a death.

use super::world::{CAPACITY, May, Near, Writing, delete, file, find, near, open, put, served};
use std::sync::Arc;
use warp_cache::shared::Shared;

/// What nobody has written before.
const LATER: Writing = 200;

/// What may be found.
#[derive(Debug, Clone, Default)]
pub(crate) struct Allowed {
    pub(crate) found: May,
    /// How many keys that had one certain writing may have none.
    pub(crate) lost: usize,
    /// Whether the operation has come to its end: what it has changed is not served from nearby any more.
    pub(crate) is_over: bool,
}

impl Allowed {
    /// Of a key that this says nothing of there is no entry.
    fn of(&self, key: u8) -> &[Option<Writing>] {
        self.found.get(&key).map_or(&[None], Vec::as_slice)
    }
}

/// Opens the cache and goes on with it. `nearby`: what somebody kept from before.
pub(crate) fn survive(allowed: &Allowed, nearby: &Near) {
    let shared = open();
    assert!(shared.is_participant());
    assert!(file().is_some());
    // Before anybody has taken a lock, so before any repair.
    let first = look(&shared, allowed);
    check_nearby(&shared, allowed, nearby);
    verify(&shared);
    check_nearby(&shared, allowed, nearby);
    let second = look(&shared, allowed);
    for (key, found) in (0..).zip(&second) {
        assert!(
            found.is_none() || *found == first[key as usize],
            "key {key} goes back, {first:?}, {second:?}"
        );
    }
    let lost = (0..).zip(&second).filter(|&(key, found)| found.is_none() && !allowed.of(key).contains(&None));
    assert!(lost.count() <= allowed.lost, "too many are gone: {second:?}");
    go_on(&shared, nearby);
    assert!(!shared.is_gone(), "{:?}", shared.damage());
}

fn keys() -> std::ops::RangeInclusive<u8> {
    0..=CAPACITY + 1
}

fn look(shared: &Arc<Shared>, allowed: &Allowed) -> Vec<Option<Writing>> {
    let check = |key| {
        let found = find(shared, key).map(|(writing, _)| writing);
        // Whether too much was forgotten is asked of all keys together.
        let right = found.is_none() || allowed.of(key).contains(&found);
        assert!(right, "key {key}: {found:?} is none of {:?}", allowed.of(key));
        found
    };
    keys().map(check).collect()
}

fn verify(shared: &Arc<Shared>) {
    if let Err(corruption) = shared.table().verify() {
        panic!("{corruption:?}");
    }
}

/// What somebody keeps is served only while the table has it.
fn check_nearby(shared: &Arc<Shared>, allowed: &Allowed, nearby: &Near) {
    for (key, writing) in served(shared, nearby) {
        let may = allowed.of(key);
        assert!(may.contains(&Some(writing)), "key {key} is served from nearby, and may be {may:?}");
        if let Some((found, _)) = find(shared, key) {
            assert_eq!(found, writing, "key {key} is served from nearby, and has changed");
        }
        assert!(!allowed.is_over || find(shared, key).is_some(), "key {key} is served from nearby, and gone");
    }
}

/// Everything works, and nobody is waited for.
fn go_on(shared: &Arc<Shared>, nearby: &Near) {
    for key in keys() {
        assert!(put(shared, key, LATER + key), "key {key} is not stored");
        assert_eq!(find(shared, key).map(|(writing, _)| writing), Some(LATER + key));
    }
    assert_eq!(served(shared, nearby), [], "everything has changed");
    assert_eq!(shared.table().len(), u32::from(CAPACITY));
    verify(shared);
    let kept = near(shared, keys());
    for (key, ..) in &kept {
        assert!(delete(shared, *key) && find(shared, *key).is_none());
    }
    assert_eq!(served(shared, &kept), []);
    verify(shared);
    assert_eq!(shared.table().skipped_writes(), 0);
}
