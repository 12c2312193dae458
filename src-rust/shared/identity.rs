//! What two processes must agree on to mean the same file. Whatever differs, and could make one misread what the other
//! wrote, makes two files side by side: options, the codec and its wire version, the layout, the boot (times are of a
//! clock that begins with it), and the namespace of that clock.

use super::failure::unable;
use super::layout;
use crate::error::Error;
use crate::hash::hash;
use crate::name::{MAX_CODEC_BYTES, Name};
use crate::sys;
use crate::table::Options;
use std::ffi::CString;

/// Of the two halves of a file's name: any numbers will do, and no others ever.
const SEEDS: [u64; 2] = [0x7761_7270_2d63_6163, 0x6865_2066_696c_6573];
const SUFFIX: &str = ".warp";
const TEMPORARY: &str = ".tmp-";
const DIGITS: usize = 32;

/// Which run of the machine a file belongs to, and whose clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Epoch {
    pub(super) boot: [u8; 16],
    pub(super) time_namespace: u64,
}

impl Epoch {
    /// That of this process.
    pub(super) fn current() -> Result<Self, Error> {
        let boot = sys::boot_id().map_err(|number| unable("tell which boot this is", number))?;
        Ok(Self { boot, time_namespace: sys::time_namespace() })
    }
}

/// What makes a file this file.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub(super) name: Name,
    /// As they were asked for; `seed` is not among them.
    pub(super) options: Options,
    pub(super) codec: String,
    pub(super) epoch: Epoch,
}

impl Identity {
    pub(super) fn new(name: &Name, options: &Options, codec: &str) -> Result<Self, Error> {
        options.check()?;
        if codec.len() > MAX_CODEC_BYTES {
            return Err(Error::CodecTooLong(codec.len()));
        }
        let epoch = Epoch::current()?;
        Ok(Self { name: name.clone(), options: options.clone(), codec: codec.to_owned(), epoch })
    }

    /// Whether it is the same in every part: a hash alone decides nothing.
    pub(super) fn agrees(&self, other: &Self) -> bool {
        self.name == other.name
            && self.codec == other.codec
            && self.epoch == other.epoch
            && self.options.agrees(&other.options)
    }

    /// A hash of everything, with lengths, so that no two lists of parts are one text.
    pub(super) fn hash(&self) -> [u8; 16] {
        let options = &self.options;
        let mut text = Vec::new();
        text.extend(layout::VERSION.to_le_bytes());
        text.extend(layout::layout_hash().to_le_bytes());
        text.extend(self.epoch.boot);
        text.extend(self.epoch.time_namespace.to_le_bytes());
        for number in [options.max_bytes, options.grace_window.to_bits()] {
            text.extend(number.to_le_bytes());
        }
        let shards = options.shards.unwrap_or(0);
        for number in [options.max_size, options.max_key_size, options.max_value_size, shards] {
            text.extend(number.to_le_bytes());
        }
        for part in [self.codec.as_str(), self.name.as_str()] {
            text.extend((part.len() as u64).to_le_bytes());
            text.extend(part.as_bytes());
        }
        let [first, second] = SEEDS.map(|seed| hash(seed, &text).to_be_bytes());
        std::array::from_fn(|byte| if byte < 8 { first[byte] } else { second[byte - 8] })
    }

    /// The name of the file.
    pub(super) fn file_name(&self) -> FileName {
        let digits = u128::from_be_bytes(self.hash());
        FileName::of(format!("{digits:032x}{SUFFIX}"))
    }
}

/// The name of a file within its directory.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct FileName(CString);

impl FileName {
    fn of(text: String) -> Self {
        // Digits and the constants above: no NUL among them.
        Self(CString::new(text).unwrap_or_default())
    }

    /// A name for a file that is still being made.
    pub(super) fn temporary() -> Self {
        Self::of(format!("{TEMPORARY}{:016x}", crate::hash::random_seed()))
    }

    /// A name that was found in the directory, if it is one that this package gives.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_suffix(SUFFIX).filter(|digits| digits.len() == DIGITS);
        let digits =
            digits.or_else(|| text.strip_prefix(TEMPORARY).filter(|digits| digits.len() == DIGITS / 2))?;
        let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        digits.bytes().all(hexadecimal).then(|| Self::of(text.to_owned()))
    }

    /// Whether the file is still being made, by somebody who holds its gate.
    pub(super) fn is_temporary(&self) -> bool {
        self.0.as_bytes().starts_with(TEMPORARY.as_bytes())
    }

    pub(super) fn as_c_str(&self) -> &std::ffi::CStr {
        &self.0
    }

    pub(super) fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity() -> Identity {
        let options = Options {
            max_size: 10,
            max_bytes: 10_000,
            max_key_size: 10,
            max_value_size: 10,
            grace_window: 0.05,
            shards: None,
            seed: 1,
        };
        let epoch = Epoch { boot: [1; 16], time_namespace: 2 };
        Identity { name: Name::from_text("price").unwrap(), options, codec: "json 1".into(), epoch }
    }

    fn changed(change: impl FnOnce(&mut Identity)) -> Identity {
        let mut changed = identity();
        change(&mut changed);
        changed
    }

    #[test]
    fn whatever_differs_makes_another_file() {
        let others = [
            changed(|it| it.name = Name::from_text("prices").unwrap()),
            changed(|it| it.options.max_size = 11),
            changed(|it| it.options.max_bytes = 10_001),
            changed(|it| it.options.max_key_size = 11),
            changed(|it| it.options.max_value_size = 11),
            changed(|it| it.options.grace_window = 0.0),
            changed(|it| it.options.shards = Some(1)),
            changed(|it| it.codec = "json 2".into()),
            changed(|it| it.codec = "json 1p".into()),
            changed(|it| it.epoch.boot[15] = 2),
            changed(|it| it.epoch.time_namespace = 3),
        ];
        let mut names: Vec<_> =
            others.iter().map(Identity::file_name).chain([identity().file_name()]).collect();
        names.sort_by(|a, b| a.as_str().cmp(b.as_str()));
        names.dedup();
        assert_eq!(names.len(), others.len() + 1);
    }

    #[test]
    fn the_seed_does_not_and_parts_do_not_run_together() {
        assert_eq!(changed(|it| it.options.seed = 2).file_name(), identity().file_name());
        let split = |codec: &str, name: &str| {
            let name = Name::from_text(name).unwrap();
            changed(|it| (it.codec, it.name) = (codec.to_owned(), name)).file_name()
        };
        assert_ne!(split("ab", "c"), split("a", "bc"));
    }

    #[test]
    fn only_names_that_this_package_gives_are_taken_for_its_files() {
        for name in [identity().file_name(), FileName::temporary()] {
            assert_eq!(FileName::parse(name.as_str()), Some(name));
        }
        let digits = "0123456789abcdef".repeat(2);
        for text in [
            "",
            ".warp",
            "..",
            &digits,
            &format!("{}.warp", digits.to_uppercase()),
            &format!("{digits}0.warp"),
            ".tmp-",
            ".tmp-1",
        ] {
            assert_eq!(FileName::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_codec_that_the_header_has_no_room_for_is_refused() {
        let (it, long) = (identity(), "c".repeat(MAX_CODEC_BYTES + 1));
        assert_eq!(Identity::new(&it.name, &it.options, &long).unwrap_err(), Error::CodecTooLong(1025));
        assert!(Identity::new(&it.name, &it.options, &long[1..]).is_ok());
    }
}
