//! The header of a file, as bytes and as what they say.
//!
//! Whoever wrote the bytes may have been another version of this package, or have died, or mean harm: everything is
//! checked on a copy, and nothing read here is believed unless all of it is right.

use super::identity::{Epoch, Identity};
use super::layout::{self as at, Field, HEADER_BYTES};
use crate::hash::hash;
use crate::name::Name;
use crate::sys::{self, Fd};
use crate::table::Options;

/// Of the checksum.
const SEED: u64 = 0x6368_6563_6b73_756d;
/// What changes while the file is in use, and the checksum itself: zeros when it is computed.
const UNCHECKED: [Field; 4] = [at::LAST_USED, at::RETIRED_AT, at::STATE, at::CHECKSUM];

/// What a file says of itself, apart from what changes.
#[derive(Debug, Clone)]
pub(super) struct Header {
    pub(super) identity: Identity,
    /// Bytes of the whole file.
    pub(super) bytes: u64,
    /// `maxBytes` as it holds: what was asked for, or less where there is less memory.
    pub(super) bound: u64,
    /// Of the hash of keys.
    pub(super) seed: u64,
    /// Of the checksums of entries.
    pub(super) checksum_seed: u64,
}

/// What every version of this package, past and to come, says at the beginning of a file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frozen {
    pub(super) version: u32,
    pub(super) epoch: Epoch,
    /// By the clock of the epoch, in milliseconds.
    pub(super) last_used: u64,
    /// Valid if it is retired.
    pub(super) retired_at: u64,
    pub(super) state: u32,
}

/// The bytes of a file before the table: header, participants and name.
#[derive(Debug, Clone)]
pub(super) struct Raw(Vec<u8>);

impl Raw {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// What a file begins with. What it has not is zero.
    pub(super) fn read(fd: &Fd) -> sys::Result<Self> {
        let mut raw = Self(vec![0; at::TABLE_AT]);
        sys::read_at(fd, &mut raw.0, 0)?;
        Ok(raw)
    }

    #[cfg(all(test, target_os = "linux"))]
    pub(super) fn read_path(path: &std::path::Path) -> Self {
        let mut bytes = std::fs::read(path).unwrap();
        bytes.resize(at::TABLE_AT, 0);
        Self(bytes)
    }

    fn put(&mut self, field: Field, bytes: &[u8]) {
        self.0[field.at..field.at + bytes.len()].copy_from_slice(bytes);
    }

    fn get(&self, field: Field) -> &[u8] {
        &self.0[field.at..field.at + field.bytes]
    }

    fn u32(&self, field: Field) -> u32 {
        u32::from_ne_bytes(std::array::from_fn(|byte| self.get(field)[byte]))
    }

    fn u64(&self, field: Field) -> u64 {
        u64::from_ne_bytes(std::array::from_fn(|byte| self.get(field)[byte]))
    }

    /// How often a participant was claimed, and by which process last.
    pub(super) fn participant(&self, number: u32) -> (u64, u64) {
        let record = at::PARTICIPANTS_AT + number as usize * at::PARTICIPANT_BYTES;
        let word = |offset| self.u64(Field { at: record + offset, bytes: 8 });
        (word(at::GENERATION), word(at::PROCESS))
    }

    /// Text of the given length. Its bound is the field's.
    fn text(&self, field: Field, len: u32) -> Option<&str> {
        std::str::from_utf8(self.get(field).get(..len as usize)?).ok()
    }

    fn checksum(&self) -> u64 {
        let mut bytes = self.0[..HEADER_BYTES].to_vec();
        for field in UNCHECKED {
            bytes[field.at..field.at + field.bytes].fill(0);
        }
        bytes.extend(&self.0[at::NAME_AT..]);
        hash(SEED, &bytes)
    }

    /// What every version understands. `None`: this is no file of this package, or was written by a machine of the other
    /// byte order.
    pub(super) fn frozen(&self) -> Option<Frozen> {
        if self.get(at::MAGIC_TEXT) != at::MAGIC || self.u32(at::ENDIANNESS) != at::BYTE_ORDER {
            return None;
        }
        let boot = std::array::from_fn(|byte| self.get(at::BOOT_ID)[byte]);
        Some(Frozen {
            version: self.u32(at::LAYOUT_VERSION),
            epoch: Epoch { boot, time_namespace: self.u64(at::TIME_NAMESPACE) },
            last_used: self.u64(at::LAST_USED),
            retired_at: self.u64(at::RETIRED_AT),
            state: self.u32(at::STATE),
        })
    }

    /// What the header says, if this version wrote it and all of it is right.
    pub(super) fn header(&self) -> Option<Header> {
        let frozen = self.frozen()?;
        let right = frozen.version == at::VERSION
            && self.u64(at::LAYOUT_HASH) == at::layout_hash()
            && self.u64(at::CHECKSUM) == self.checksum();
        if !right {
            return None;
        }
        let name_field = Field { at: at::NAME_AT, bytes: at::TABLE_AT - at::NAME_AT };
        let name = Name::from_text(self.text(name_field, self.u32(at::NAME_LENGTH))?).ok()?;
        let codec = self.text(at::CODEC, self.u32(at::CODEC_LENGTH))?.to_owned();
        let options = Options {
            max_size: self.u32(at::MAX_SIZE),
            max_bytes: self.u64(at::MAX_BYTES),
            max_key_size: self.u32(at::MAX_KEY_SIZE),
            max_value_size: self.u32(at::MAX_VALUE_SIZE),
            grace_window: f64::from_bits(self.u64(at::GRACE_WINDOW)),
            shards: Some(self.u32(at::SHARDS)).filter(|&shards| shards != 0),
            seed: self.u64(at::HASH_SEED),
        };
        let bound = self.u64(at::BOUND_BYTES);
        options.check().ok()?;
        Options { max_bytes: bound, ..options.clone() }.check().ok()?;
        let identity = Identity { name, options, codec, epoch: frozen.epoch };
        let same = self.get(at::IDENTITY) == identity.hash() && bound <= identity.options.max_bytes;
        same.then_some(Header {
            bytes: self.u64(at::BYTES),
            bound,
            seed: self.u64(at::HASH_SEED),
            checksum_seed: self.u64(at::CHECKSUM_SEED),
            identity,
        })
    }
}

/// Where the table begins in a file.
#[cfg(fuzzing)]
pub const TABLE_AT: usize = at::TABLE_AT;

/// Makes the checksum of what a file begins with right, whatever it is: a fuzzer would never find it.
#[cfg(fuzzing)]
pub fn seal(file: &mut [u8]) {
    let mut raw = Raw(file[..at::TABLE_AT].to_vec());
    let checksum = raw.checksum();
    raw.put(at::CHECKSUM, &checksum.to_ne_bytes());
    file[..at::TABLE_AT].copy_from_slice(raw.bytes());
}

impl Header {
    /// The bytes of a new file up to the table, with participant 0 claimed once by `process`.
    pub(super) fn encode(&self, now: u64, process: u32) -> Raw {
        let Identity { name, options, codec, epoch } = &self.identity;
        let mut raw = Raw(vec![0; at::TABLE_AT]);
        for (field, value) in [
            (at::TIME_NAMESPACE, epoch.time_namespace),
            (at::LAST_USED, now),
            (at::LAYOUT_HASH, at::layout_hash()),
            (at::BYTES, self.bytes),
            (at::HASH_SEED, self.seed),
            (at::CHECKSUM_SEED, self.checksum_seed),
            (at::MAX_BYTES, options.max_bytes),
            (at::BOUND_BYTES, self.bound),
            (at::GRACE_WINDOW, options.grace_window.to_bits()),
        ] {
            raw.put(field, &value.to_ne_bytes());
        }
        for (field, value) in [
            (at::LAYOUT_VERSION, at::VERSION),
            (at::ENDIANNESS, at::BYTE_ORDER),
            (at::STATE, at::LIVE),
            (at::MAX_SIZE, options.max_size),
            (at::MAX_KEY_SIZE, options.max_key_size),
            (at::MAX_VALUE_SIZE, options.max_value_size),
            (at::SHARDS, options.shards.unwrap_or(0)),
            (at::NAME_LENGTH, name.as_str().len() as u32),
            (at::CODEC_LENGTH, codec.len() as u32),
        ] {
            raw.put(field, &value.to_ne_bytes());
        }
        raw.put(at::MAGIC_TEXT, &at::MAGIC);
        raw.put(at::BOOT_ID, &epoch.boot);
        raw.put(at::IDENTITY, &self.identity.hash());
        raw.put(at::CODEC, codec.as_bytes());
        raw.0[at::NAME_AT..][..name.as_str().len()].copy_from_slice(name.as_str().as_bytes());
        raw.put(at::CHECKSUM, &raw.checksum().to_ne_bytes());
        let first = Field { at: at::PARTICIPANTS_AT + at::GENERATION, bytes: 8 };
        raw.put(first, &1_u64.to_ne_bytes());
        let first = Field { at: at::PARTICIPANTS_AT + at::PROCESS, bytes: 8 };
        raw.put(first, &u64::from(process).to_ne_bytes());
        raw
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &str) -> Header {
        let options = Options {
            max_size: 10,
            max_bytes: 10_000,
            max_key_size: 20,
            max_value_size: 30,
            grace_window: 0.25,
            shards: Some(2),
            seed: 5,
        };
        let name = Name::from_text(name).unwrap();
        let identity = Identity::new(&name, &options, "json 1").unwrap();
        Header { identity, bytes: 123_456, bound: 9_000, seed: 5, checksum_seed: 6 }
    }

    #[test]
    fn what_was_written_is_read() {
        for name in ["n", "Łódź", &"x".repeat(crate::name::MAX_BYTES)] {
            let written = header(name);
            let raw = written.encode(77, 4_242);
            let read = raw.header().unwrap();
            assert_eq!(read.identity.name, written.identity.name);
            assert_eq!(read.identity.hash(), written.identity.hash());
            assert!(read.identity.options.agrees(&written.identity.options));
            assert_eq!(
                (read.bytes, read.bound, read.seed, read.checksum_seed, read.identity.codec.as_str()),
                (123_456, 9_000, 5, 6, "json 1")
            );
            let frozen = raw.frozen().unwrap();
            assert_eq!((frozen.last_used, frozen.state, frozen.version), (77, at::LIVE, at::VERSION));
            assert_eq!((raw.participant(0), raw.participant(1)), ((1, 4_242), (0, 0)));
        }
    }

    #[test]
    fn no_bit_of_it_can_change_unseen() {
        let whole = header("name").encode(77, 1);
        let changing = |byte: usize| {
            let words = [at::LAST_USED, at::RETIRED_AT, at::STATE];
            let participants = (at::PARTICIPANTS_AT..at::NAME_AT).contains(&byte);
            participants || words.iter().any(|field| (field.at..field.at + field.bytes).contains(&byte))
        };
        for byte in (0..at::TABLE_AT).step_by(7).chain(0..200) {
            let mut damaged = whole.clone();
            damaged.0[byte] ^= 1 << (byte % 8);
            assert_eq!(damaged.header().is_some(), changing(byte), "byte {byte}");
        }
    }

    #[test]
    fn forged_lengths_and_options_are_refused_whatever_the_checksum_says() {
        let forged = |field: Field, value: u32| {
            let mut raw = header("name").encode(77, 1);
            raw.put(field, &value.to_ne_bytes());
            raw.put(at::CHECKSUM, &raw.checksum().to_ne_bytes());
            raw.header().is_some()
        };
        assert!(forged(at::SHARDS, 2));
        for field in [at::NAME_LENGTH, at::CODEC_LENGTH, at::MAX_SIZE, at::MAX_KEY_SIZE, at::SHARDS] {
            for value in [0, 3, 4_000, u32::MAX] {
                assert!(!forged(field, value), "{field:?} = {value}");
            }
        }
    }
}
