//! Where there is no more room. Each in a mount namespace with a small file system, if this user may have one.

use super::process::{Process, say};
use super::tables::{find, open_apart, try_open_apart};
use super::*;
use crate::table::{Host, NEVER, Put};
use std::sync::atomic::Ordering;

/// Of 64 KiB: as many as a table takes for its fixed part, and some more.
const EXTENTS: usize = 18;

/// False: this user may have no mount namespace.
fn within(kibibytes: usize, role: &str) -> bool {
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.caches()).unwrap();
    let Some(process) = Process::start_within(kibibytes, role, &scratch.caches()) else {
        eprintln!("no mount namespace: {role} is not tested");
        return false;
    };
    assert!(process.end().success(), "{role} of {kibibytes} KiB");
    true
}

#[test]
fn a_full_file_system_is_no_room_and_never_a_signal() {
    within(512, "full");
}

#[test]
fn a_table_on_a_full_file_system_makes_do_with_what_it_has() {
    within(1_024, "full-table");
}

#[test]
fn a_file_system_that_is_full_after_any_extent_has_a_smaller_table_or_none() {
    let _all = (1..=EXTENTS).all(|extents| within(64 * extents, "full-extent"));
}

pub(super) fn extent(base: &Path) {
    say("runs");
    let directory = base.join("caches");
    let mut large = identity("it");
    (large.options.max_size, large.options.max_bytes) = (2_000, 8 << 20);
    let one = match try_open_apart(&directory, &large) {
        Ok(one) => one,
        Err(error) => {
            assert_eq!(error, Error::NoSpace);
            return assert!(names(&directory).is_empty());
        }
    };
    let other = open_apart(&directory, &large);
    for round in 0..1_500_u64 {
        let table = if round % 3 == 0 { other.table() } else { one.table() };
        let value = vec![round as u8; round as usize * 37 % 1_000];
        table.put(&round.to_le_bytes(), &value, 0, NEVER, 0, None);
        let asked = round / 2;
        if let Some(found) = find(&other, &asked.to_le_bytes()) {
            assert_eq!(found, vec![asked as u8; asked as usize * 37 % 1_000]);
        }
    }
    other.table().clear();
    assert!(!one.is_gone() && !other.is_gone(), "{:?} {:?}", one.damage(), other.damage());
    one.table().verify().unwrap();
}

pub(super) fn layer(base: &Path) {
    say("runs");
    let directory = base.join("caches");
    let attachment = attach(&directory, "it");
    let step = 1 << 16;
    let mut end = at::TABLE_AT + FIXED_BYTES as usize;
    while attachment.allocate(end, step) {
        end += step;
    }
    assert!(end > at::TABLE_AT + FIXED_BYTES as usize && end < 512 << 10);
    for offset in (0..end).step_by(4096) {
        let word = attachment.mapping().u64(offset).unwrap();
        word.store(word.load(Ordering::Relaxed), Ordering::Relaxed);
    }
    assert!(attachment.allocate(at::TABLE_AT, end - at::TABLE_AT), "what is there, is");
    assert!(!attachment.is_detached());
    // To open takes no room; to make does, and leaves nothing if there is none.
    assert!(attach_as(&directory, &identity("it")).unwrap().is_participant());
    let _rest = std::fs::write(base.join("rest"), vec![1; 512 << 10]);
    for _ in 0..3 {
        assert_eq!(attach_as(&directory, &identity("other")).unwrap_err(), Error::NoSpace);
    }
    assert_eq!(std::fs::read_dir(&directory).unwrap().count(), 1);
    std::fs::remove_file(base.join("rest")).unwrap();
    drop(attachment);
    std::fs::remove_file(path_of(&directory, "it")).unwrap();
    attach_as(&directory, &identity("other")).unwrap();
}

pub(super) fn table(base: &Path) {
    say("runs");
    let directory = base.join("caches");
    let mut large = identity("it");
    large.options.max_size = 20_000;
    large.options.max_bytes = 64 << 20;
    let (one, other) = (open_apart(&directory, &large), open_apart(&directory, &large));
    let mut stored = 0;
    for round in 0..20_000_u64 {
        let table = if round % 3 == 0 { other.table() } else { one.table() };
        let value = vec![round as u8; 900];
        stored +=
            u32::from(matches!(table.put(&round.to_le_bytes(), &value, 0, NEVER, 0, None), Put::Stored(_)));
    }
    assert!(stored > 500, "{stored}");
    assert!(!one.is_gone() && !other.is_gone(), "{:?} {:?}", one.damage(), other.damage());
    let found: Vec<_> =
        (0..20_000_u64).filter_map(|key| Some((key, find(&other, &key.to_le_bytes())?))).collect();
    assert!(found.len() > 100, "{}", found.len());
    assert!(found.iter().all(|(key, value)| *value == vec![*key as u8; 900]));
    assert!(one.table().verify().is_ok());
}
