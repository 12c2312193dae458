//! Where everything is in a file: a header of one page, the participants, the name, and then the table.
//!
//! Numbers are in the byte order of the machine, which the header states. What is `FROZEN` keeps its place in every
//! version to come: by it, files of other versions are told from rubbish, swept, and left alone while in use.

use crate::hash::hash;
use crate::name;
use crate::table;
use std::sync::atomic::{AtomicU64, Ordering};

/// Goes up when the meaning of anything in a file changes without its place.
pub(super) const VERSION: u32 = 1;
pub(super) const MAGIC: [u8; 8] = *b"WARPCACH";
/// What `ENDIANNESS` reads as in the byte order that wrote it.
pub(super) const BYTE_ORDER: u32 = 0x0102_0304;
pub(super) const HEADER_BYTES: usize = 4096;

/// The byte whose lock says that somebody uses the file. It is never part of the file. **Frozen.**
pub(super) const GATE: u64 = 1 << 32;

/// A field of the header: offset and bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) at: usize,
    pub(super) bytes: usize,
}

macro_rules! fields {
    ($($name:ident: $at:literal, $bytes:literal;)*) => {
        $(pub(super) const $name: Field = Field { at: $at, bytes: $bytes };)*
        /// All of them in order, by name.
        pub(super) const FIELDS: &[(&str, Field)] = &[$((stringify!($name), $name)),*];
        const HASHED: &[u64] = &[$($at, $bytes),*];
    };
}

fields! {
    MAGIC_TEXT: 0, 8;
    LAYOUT_VERSION: 8, 4;
    ENDIANNESS: 12, 4;
    BOOT_ID: 16, 16;
    TIME_NAMESPACE: 32, 8;
    LAST_USED: 40, 8;
    RETIRED_AT: 48, 8;
    STATE: 56, 4;
    LAYOUT_HASH: 64, 8;
    CHECKSUM: 72, 8;
    IDENTITY: 80, 16;
    BYTES: 96, 8;
    HASH_SEED: 104, 8;
    CHECKSUM_SEED: 112, 8;
    MAX_BYTES: 120, 8;
    BOUND_BYTES: 128, 8;
    GRACE_WINDOW: 136, 8;
    MAX_SIZE: 144, 4;
    MAX_KEY_SIZE: 148, 4;
    MAX_VALUE_SIZE: 152, 4;
    SHARDS: 156, 4;
    NAME_LENGTH: 160, 4;
    CODEC_LENGTH: 164, 4;
    CODEC: 1024, 1024;
}

/// The end of what keeps its place in every version.
pub(super) const FROZEN: usize = 64;

/// The states of a file.
pub(super) const LIVE: u32 = 1;
/// Somebody found it damaged: nobody may attach, and whoever is attached leaves.
pub(super) const RETIRED: u32 = 2;

/// How many processes can write to one file.
pub(super) const PARTICIPANTS: u32 = 256;
pub(super) const PARTICIPANTS_AT: usize = HEADER_BYTES;
/// Of one participant: a cache line.
pub(super) const PARTICIPANT_BYTES: usize = 64;
/// In a participant: u64, how often it was claimed.
pub(super) const GENERATION: usize = 0;
/// In a participant: u64, the process that claimed it last, as it calls itself. For people.
pub(super) const PROCESS: usize = 8;

pub(super) const NAME_AT: usize = PARTICIPANTS_AT + PARTICIPANTS as usize * PARTICIPANT_BYTES;
/// Where the table begins.
pub(super) const TABLE_AT: usize = NAME_AT + name::MAX_BYTES;

const _: () = {
    assert!(MAGIC_TEXT.at == 0 && MAGIC_TEXT.bytes == MAGIC.len());
    assert!(STATE.at + STATE.bytes <= FROZEN && LAYOUT_HASH.at == FROZEN);
    assert!(CODEC.bytes == name::MAX_CODEC_BYTES && CODEC.at + CODEC.bytes <= HEADER_BYTES);
    assert!(PARTICIPANTS_AT == 4096 && NAME_AT == 20_480 && TABLE_AT == 28_672);
    assert!(PROCESS + 8 <= PARTICIPANT_BYTES);
    // Every word lies in one cache line, and no two fields in one place.
    let mut field = 0;
    while field < FIELDS.len() {
        let (_, Field { at, bytes }) = FIELDS[field];
        assert!(at % (if bytes % 8 == 0 { 8 } else { 4 }) == 0);
        assert!(field == 0 || FIELDS[field - 1].1.at + FIELDS[field - 1].1.bytes <= at);
        field += 1;
    }
};

/// A number that changes with every place in a file, those in the table included. To open a file it is needed five times,
/// and to compute it costs as much as all else. No `OnceLock`: a child by `fork` could wait for it for ever.
pub(super) fn layout_hash() -> u64 {
    static KNOWN: AtomicU64 = AtomicU64::new(0);
    match KNOWN.load(Ordering::Relaxed) {
        0 => {
            let hash = compute_layout_hash();
            KNOWN.store(hash, Ordering::Relaxed);
            hash
        }
        known => known,
    }
}

fn compute_layout_hash() -> u64 {
    let own = [
        u64::from(PARTICIPANTS),
        PARTICIPANT_BYTES as u64,
        GENERATION as u64,
        PROCESS as u64,
        NAME_AT as u64,
        TABLE_AT as u64,
        table::layout_hash(),
    ];
    let bytes: Vec<u8> = HASHED.iter().chain(&own).flat_map(|number| number.to_le_bytes()).collect();
    hash(u64::from(VERSION), &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: &str = include_str!("../../docs/file-format.md");

    #[test]
    fn every_field_is_documented_where_it_is() {
        let header =
            DOCUMENT.split("## The header").nth(1).and_then(|rest| rest.split("## ").next()).unwrap();
        let lines: Vec<_> =
            header.lines().filter(|line| line.starts_with("| ") && line.contains('`')).collect();
        assert_eq!(lines.len(), FIELDS.len());
        for (line, (name, Field { at, bytes })) in lines.iter().zip(FIELDS) {
            assert!(line.starts_with(&format!("| {at} | {bytes} | `{name}` |")), "{line}");
        }
    }

    #[test]
    fn and_so_is_everything_else_before_the_table() {
        for line in [
            format!("| 0 | {HEADER_BYTES} | header |"),
            format!(
                "| {PARTICIPANTS_AT} | {NAME_AT} | participants: {PARTICIPANTS} records of {PARTICIPANT_BYTES} bytes |"
            ),
            format!("| {NAME_AT} | {TABLE_AT} | name of the table, UTF-8, then zeros |"),
            format!("| {TABLE_AT} | | table |"),
            format!("| {GATE} (the *gate*) | whoever uses the file, or is making it | whoever removes it |"),
            format!("| 0 to {} | | participant of that number |", PARTICIPANTS - 1),
            format!("| {GENERATION} | 8 | generation: how often it was claimed, 48 bits |"),
            format!("| {PROCESS} | 8 | the process that claimed it last, by its own number; for people |"),
        ] {
            assert!(DOCUMENT.lines().any(|each| each == line), "docs/file-format.md lacks:\n{line}");
        }
        for text in [
            format!("layout version {VERSION} "),
            format!("{BYTE_ORDER:#010x}"),
            format!("The first {FROZEN} bytes keep their places"),
            format!("{LIVE} live, {RETIRED} retired"),
        ] {
            assert!(DOCUMENT.contains(&text), "docs/file-format.md lacks: {text}");
        }
    }
}
