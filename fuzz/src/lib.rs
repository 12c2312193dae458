//! What the fuzz targets have in common: a small shared cache, everything that can be done with it, and the fuzzer's bytes
//! as numbers.

use std::fs::{File, OpenOptions};
use std::ops::Range;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use warp_cache::name::Name;
use warp_cache::shared::{self, Shared, TABLE_AT};
use warp_cache::table::{Arrays, Cursor, Get, NEVER, Next, Options, Table};

const KEYS: u8 = 24;
const OPERATIONS: u64 = 40;
/// An owner word of a participant that was never claimed.
const DEAD: u64 = 99 << 16 | 200;

/// The fuzzer's bytes as numbers; zeros behind the end.
#[derive(Debug)]
pub struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub fn take<const N: usize>(&mut self) -> [u8; N] {
        let (taken, rest) = self.0.split_at(N.min(self.0.len()));
        self.0 = rest;
        std::array::from_fn(|at| taken.get(at).copied().unwrap_or(0))
    }

    pub fn byte(&mut self) -> u8 {
        let [byte] = self.take();
        byte
    }

    pub fn u16(&mut self) -> u16 {
        u16::from_le_bytes(self.take())
    }

    pub fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }
}

/// The directory that `WARP_CACHE_DIR` says.
pub fn directory() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| shared::directory().expect("there is a directory"))
}

/// The file of the cache, which must have been made.
pub fn file() -> &'static str {
    static FILE: OnceLock<String> = OnceLock::new();
    FILE.get_or_init(|| {
        let listed = shared::list(directory()).expect("it can be listed");
        let mut files = listed.into_iter().filter(|each| each.cache.is_some()).map(|each| each.file);
        files.next().expect("there is a file")
    })
}

pub fn path() -> PathBuf {
    directory().join(file())
}

/// The file, to be read and written behind everybody's back.
pub fn behind(empty: bool) -> File {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(empty).truncate(empty).mode(0o600);
    options.open(path()).expect("it can be opened")
}

fn options() -> Options {
    Options {
        max_size: 14,
        max_bytes: 12_000,
        max_key_size: 64,
        max_value_size: 2_000,
        grace_window: 0.25,
        shards: None,
        seed: 0,
    }
}

/// Opens the cache; `None`: it cannot be had just now.
pub fn open() -> Option<Arc<Shared>> {
    let units: Vec<u16> = format!("fuzz-{}", std::process::id()).encode_utf16().collect();
    let name = Name::from_utf16(&units).expect("it is a name");
    shared::open(&name, &options(), "fuzz 1").ok()
}

fn key(number: u8) -> Vec<u8> {
    vec![number; 1 + usize::from(number) % 20]
}

fn value(number: u8, len: usize) -> Vec<u8> {
    (0..len).map(|at| (usize::from(number) * 31 + at * 7 + len) as u8).collect()
}

pub fn fill(table: &Table) {
    for number in 0..12 {
        let expires_at = if number % 4 == 0 { 5 } else { NEVER };
        table.put(&key(number), &value(number, usize::from(number) * 40), 0, expires_at, 0, None);
    }
    table.delete(&key(9), 0);
}

/// A walk gives what was stored, and comes to an end.
fn walk(table: &Table, now: u64) {
    let (mut cursor, mut name, mut out) = (Cursor::default(), [0; 64], [0; 2_000]);
    for _ in 0..=options().max_size {
        match table.next(&mut cursor, now, &mut name, &mut out) {
            Next::Entry(entry) => {
                let len = entry.value_len as usize;
                assert_eq!(name[..entry.key_len as usize], key(name[0]));
                assert_eq!(out[..len], value(name[0], len));
            }
            Next::Larger { .. } => panic!("no entry is as large"),
            Next::End => return,
        }
    }
    panic!("there are not as many entries");
}

/// One operation. What is found is what was stored.
pub fn operate(table: &Table, input: &mut Input<'_>, now: u64) {
    let (what, number) = (input.byte(), input.byte() % KEYS);
    let (name, mut out) = (key(number), [0; 2_000]);
    let stored = || value(number, usize::from(what) * 7);
    match what % 8 {
        0 | 1 => match table.get(&name, now, &mut out, true) {
            Get::Hit(hit) => {
                let len = hit.len as usize;
                assert_eq!(out[..len], value(number, len));
            }
            Get::Larger(_) => panic!("no value is as large"),
            Get::Miss(token) => _ = table.put(&name, &stored(), 0, now + 3, now, Some(token)),
        },
        2 | 3 => _ = table.put(&name, &stored(), 0, NEVER, now, None),
        4 => _ = table.delete(&name, now),
        5 => walk(table, now),
        6 if number == 0 => table.clear(),
        6 => _ = (table.len(), table.bytes(), table.evictions(), table.expirations()),
        _ => _ = (table.skipped_writes(), table.counters(), table.verify()),
    }
}

/// Words of a table that is in use are written over, within what `choose` chooses: then everything is done with it.
pub fn spoil<const N: usize>(data: &[u8], choose: impl Fn(Arrays) -> [Range<usize>; N]) {
    let mut input = Input::new(data);
    let shared = open().expect("it can be made");
    file();
    let table = shared.table();
    fill(table);
    let arrays = Arrays::new(&options(), TABLE_AT);
    let (under, owner) = (behind(false), arrays.owner);
    let offsets: Vec<u64> =
        choose(arrays).into_iter().flat_map(|range| range.step_by(8)).map(|at| at as u64).collect();
    let how = input.byte();
    for _ in 0..=how % 8 {
        spoil_word(&under, &offsets, &mut input);
    }
    if how & 8 != 0 {
        // So everything is made anew from these words.
        under.write_all_at(&DEAD.to_ne_bytes(), owner as u64).expect("it can be written");
    }
    for now in 0..OPERATIONS {
        operate(table, &mut input, now);
    }
    drop(shared);
    // Unless it was found damaged, and is gone.
    let _ = std::fs::remove_file(path());
}

fn spoil_word(under: &File, offsets: &[u64], input: &mut Input<'_>) {
    let mut any = || offsets[usize::from(input.u16()) % offsets.len()];
    let (at, from) = (any(), any());
    let load = |at| {
        let mut word = [0; 8];
        under.read_exact_at(&mut word, at).map_or(0, |()| u64::from_ne_bytes(word))
    };
    let (how, was, small) = (input.byte(), load(at), u64::from(input.byte()));
    let word = match how % 6 {
        0 => input.u64(),
        1 => load(from),
        2 => was ^ 1 << (small % 64),
        3 => was.wrapping_add(small).wrapping_sub(128),
        4 => was & !0xffff_ffff | small,
        _ => was & 0xffff_ffff | small << 32,
    };
    under.write_all_at(&word.to_ne_bytes(), at).expect("it can be written");
}
