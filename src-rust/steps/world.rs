//! The file that everything here happens to, and what it may hold.

use super::trace::is_served;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::PathBuf;
use std::sync::Arc;
use warp_cache::name::Name;
use warp_cache::shared::{self, Shared};
use warp_cache::table::{Get, Hit, NEVER, Options, Put};

/// Entries that there is room for. One key more, and one has to go.
pub(crate) const CAPACITY: u8 = 6;
/// Where participants are in a file, and how large they are (docs/file-format.md): generation, then process.
const PARTICIPANTS: std::ops::Range<usize> = 4_096..20_480;
const PARTICIPANT_BYTES: usize = 64;

/// Which writing of a key; its bytes follow from both.
pub(crate) type Writing = u8;
/// By key, which writings may be found; `None` among them: no entry.
pub(crate) type May = BTreeMap<u8, Vec<Option<Writing>>>;
/// What somebody keeps who has looked keys up.
pub(crate) type Near = Vec<(u8, Writing, Hit)>;

/// The cache, as the child and the survivor open it.
pub(crate) fn open() -> Arc<Shared> {
    let options = Options {
        max_size: u32::from(CAPACITY),
        max_bytes: 20_000,
        max_key_size: 32,
        max_value_size: 1_000,
        grace_window: 0.25,
        shards: None,
        seed: 0,
    };
    let name = Name::from_utf16(&"steps".encode_utf16().collect::<Vec<_>>()).unwrap();
    shared::open(&name, &options, "bytes 1").unwrap()
}

fn key(number: u8) -> Vec<u8> {
    vec![number; 1 + number as usize]
}

/// One to seven blocks of the table.
fn value(number: u8, writing: Writing) -> Vec<u8> {
    let len = 40 + (usize::from(number) * 83 + usize::from(writing) * 211) % 760;
    (0..len).map(|at| byte(number, writing, at)).collect()
}

/// Each writing of a key begins with another byte.
fn byte(number: u8, writing: Writing, at: usize) -> u8 {
    (at * 31 + usize::from(number) * 7 + usize::from(writing) * 101) as u8
}

/// Stores a writing. Whether it is there.
pub(crate) fn put(shared: &Shared, number: u8, writing: Writing) -> bool {
    matches!(shared.table().put(&key(number), &value(number, writing), 0, NEVER, 0, None), Put::Stored(_))
}

pub(crate) fn delete(shared: &Shared, number: u8) -> bool {
    shared.table().delete(&key(number), 0)
}

/// Which writing is found. Panics if it is none that there ever was.
pub(crate) fn find(shared: &Shared, number: u8) -> Option<(Writing, Hit)> {
    let mut out = [0; 1_000];
    match shared.table().get(&key(number), 0, &mut out, true) {
        Get::Hit(hit) => {
            let found = &out[..hit.len as usize];
            let begins = |&writing: &Writing| found.first() == Some(&byte(number, writing, 0));
            let writing = (0..=Writing::MAX).find(begins).filter(|&writing| value(number, writing) == found);
            Some((writing.unwrap_or_else(|| panic!("key {number} has a value that nobody wrote")), hit))
        }
        Get::Larger(_) => panic!("no value is as large"),
        Get::Miss(_) => None,
    }
}

/// What is found of these keys, to be kept.
pub(crate) fn near(shared: &Shared, keys: impl Iterator<Item = u8>) -> Near {
    keys.filter_map(|key| find(shared, key).map(|(writing, hit)| (key, writing, hit))).collect()
}

/// What of it would still be served.
pub(crate) fn served(shared: &Shared, near: &Near) -> Vec<(u8, Writing)> {
    let control = shared.table().control();
    near.iter()
        .filter(|(.., hit)| is_served(&control, hit))
        .map(|&(key, writing, _)| (key, writing))
        .collect()
}

/// The bytes of the file at some moment when nobody had it open; none: there was no directory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Image(Option<Vec<u8>>);

/// The only file of the directory.
pub(crate) fn file() -> Option<PathBuf> {
    let mut files = fs::read_dir(shared::directory().unwrap()).ok()?;
    let file = files.next()?.unwrap().path();
    assert!(files.next().is_none(), "there is another file");
    Some(file)
}

impl Image {
    /// What there is now.
    pub(crate) fn take() -> Self {
        Self(Some(fs::read(file().unwrap()).unwrap()))
    }

    /// Makes the file that again.
    pub(crate) fn restore(&self, path: &std::path::Path) {
        let Some(bytes) = &self.0 else {
            let _ = fs::remove_dir_all(shared::directory().unwrap());
            return;
        };
        let open = |path| {
            OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path).unwrap()
        };
        let file: File = open(path);
        file.write_all_at(bytes, 0).unwrap();
    }

    /// The owner word of a process that is, or was, a participant.
    pub(crate) fn owner_word(&self, process: u32) -> Option<u64> {
        let bytes = self.0.as_ref()?;
        let word = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
        let number =
            PARTICIPANTS.step_by(PARTICIPANT_BYTES).position(|at| word(at + 8) == u64::from(process))?;
        Some(word(PARTICIPANTS.start + number * PARTICIPANT_BYTES) << 16 | (number as u64 + 1))
    }

    /// Where a word is in the table.
    pub(crate) fn places_of(&self, word: u64) -> Vec<usize> {
        let bytes = self.0.as_deref().unwrap_or_default();
        let word = word.to_le_bytes();
        (PARTICIPANTS.end..bytes.len()).step_by(8).filter(|&at| bytes[at..].starts_with(&word)).collect()
    }
}

/// Writes a word into the file.
pub(crate) fn write_word(place: usize, word: u64) {
    let file = OpenOptions::new().write(true).open(file().unwrap()).unwrap();
    file.write_all_at(&word.to_le_bytes(), place as u64).unwrap();
}
