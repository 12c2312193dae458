//! What is killed: each operation, over a file that it was prepared for.

use super::survivor::{Allowed, survive};
use super::trace::{Tracee, mark};
use super::world::{self, CAPACITY, Image, May, Near, Writing, delete, find, near, open, put, write_word};
use std::path::PathBuf;
use warp_cache::shared::Shared;

/// The writing that an operation stores.
const NEW: Writing = 40;
/// The key that is stored by whoever repairs, and is no other operation's.
const REPAIRED: u8 = CAPACITY + 1;

/// What the process does between its marks.
#[derive(Debug, Clone, Copy)]
enum Act {
    /// Something with a cache that it has opened.
    Use(fn(&Shared)),
    /// It opens the cache.
    Open,
    /// It opens the cache as a participant who has died with a lock: this word is the lock, until it is known whom the
    /// process will be.
    Adopt(u64),
}

/// One operation.
#[derive(Debug, Clone)]
pub(crate) struct Operation {
    pub(crate) name: String,
    path: PathBuf,
    before: Image,
    nearby: Near,
    act: Act,
    /// What may be found if it was killed in the middle.
    cut_short: Allowed,
    /// What may be found if it was not.
    over: Allowed,
}

impl Operation {
    /// Starts the process, up to its first mark. `None`: the system does not let processes trace others.
    pub(crate) fn start(&self) -> Option<Tracee> {
        loop {
            self.before.restore(&self.path);
            let tracee = match self.act {
                Act::Use(act) => Tracee::start(|| {
                    let shared = open();
                    mark();
                    act(&shared);
                    mark();
                }),
                Act::Open => Tracee::start(|| {
                    mark();
                    let _shared = open();
                    mark();
                }),
                Act::Adopt(_) => Tracee::start(|| {
                    drop(open());
                    mark();
                    let _shared = open();
                    mark();
                }),
            }?;
            if self.give_lock(tracee.id()) {
                return Some(tracee);
            }
        }
    }

    /// Has the process find a lock that its predecessor held. False: it has been the participant that held it, and has
    /// adopted it.
    fn give_lock(&self, process: u32) -> bool {
        let Act::Adopt(lock) = self.act else { return true };
        let image = Image::take();
        let places = image.places_of(lock);
        let own = image.owner_word(process).expect("it was a participant");
        places.iter().for_each(|&place| write_word(place, own));
        places.len() == 1
    }

    /// It was killed: the others go on.
    pub(crate) fn survive(&self, is_over: bool) {
        survive(if is_over { &self.over } else { &self.cut_short }, &self.nearby);
    }

    /// If the process was killed while it held the lock: the word of it, and the file.
    pub(crate) fn wound(&self, process: u32) -> Option<(u64, Image)> {
        let image = Image::take();
        let word = image.owner_word(process)?;
        (image.places_of(word).len() == 1).then_some((word, image))
    }

    /// Somebody comes after this one was killed with the lock, and repairs.
    pub(crate) fn repair(&self, wounded: &Image) -> Self {
        let mut cut_short = self.cut_short.clone();
        cut_short.lost *= 2;
        let mut over = cut_short.clone();
        cut_short.found.insert(REPAIRED, vec![None, Some(NEW)]);
        over.found.insert(REPAIRED, vec![Some(NEW)]);
        let act = Act::Use(|shared| assert!(put(shared, REPAIRED, NEW)));
        let (name, before) = (format!("repair of {}", self.name), wounded.clone());
        Self { name, before, act, cut_short, over, ..self.clone() }
    }

    /// The next claimant of the same participant comes, and repairs.
    pub(crate) fn adoption(&self, wounded: &Image, lock: u64) -> Self {
        let over = self.cut_short.clone();
        let (name, before) = (format!("adoption of {}", self.name), wounded.clone());
        Self { name, before, act: Act::Adopt(lock), over, ..self.clone() }
    }
}

/// A cache of so many entries, and who has looked at all of them.
fn filled(entries: u8) -> (Image, Near, May) {
    let shared = open();
    shared.table().clear();
    assert!((0..entries).all(|key| put(&shared, key, key)));
    let nearby = near(&shared, 0..entries);
    let found = nearby.iter().map(|&(key, writing, _)| (key, vec![Some(writing)])).collect();
    drop(shared);
    (Image::take(), nearby, found)
}

/// An operation over so many entries. `changes`: keys, and what they have afterwards.
fn change(
    name: &str,
    entries: u8,
    lost: usize,
    changes: &[(u8, Option<Writing>)],
    act: fn(&Shared),
) -> Operation {
    let (before, nearby, found) = filled(entries);
    let (mut cut_short, mut over) = (found.clone(), found);
    for &(key, becomes) in changes {
        over.insert(key, vec![becomes]);
        cut_short.entry(key).or_insert_with(|| vec![None]).extend([None, becomes]);
    }
    let path = world::file().unwrap();
    let cut_short = Allowed { found: cut_short, lost, is_over: false };
    let over = Allowed { found: over, lost, is_over: true };
    Operation { name: name.to_owned(), path, before, nearby, act: Act::Use(act), cut_short, over }
}

/// Those that change entries.
pub(crate) fn changes() -> Vec<Operation> {
    let all: Vec<_> = (0..4).map(|key| (key, (key == 0).then_some(NEW))).collect();
    vec![
        change("a put", 4, 0, &[(4, Some(NEW))], |shared| assert!(put(shared, 4, NEW))),
        change("an overwrite", 4, 0, &[(1, Some(NEW))], |shared| assert!(put(shared, 1, NEW))),
        change("a delete", 4, 0, &[(2, None)], |shared| assert!(delete(shared, 2))),
        change("an eviction", CAPACITY, 1, &[(CAPACITY, Some(NEW))], |shared| {
            assert!(put(shared, CAPACITY, NEW));
        }),
        change("a clear", 4, 0, &all, |shared| {
            shared.table().clear();
            // The first to come empties the table.
            assert!(put(shared, 0, NEW));
        }),
    ]
}

/// Those that change none.
pub(crate) fn others() -> Vec<Operation> {
    let look_up = change("a look-up", 4, 0, &[], |shared| assert!(find(shared, 1).is_some()));
    let claim = Operation { name: "a participant's claim".to_owned(), act: Act::Open, ..look_up.clone() };
    let creation = Operation {
        name: "a file's creation".to_owned(),
        before: Image::default(),
        nearby: Near::default(),
        act: Act::Open,
        cut_short: Allowed::default(),
        over: Allowed::default(),
        path: look_up.path.clone(),
    };
    vec![look_up, claim, creation]
}
