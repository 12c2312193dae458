//! The name of a table: what two handles must agree on to mean the same table.
//!
//! A `Name` has 1 to `MAX_BYTES` bytes of UTF-8 and no `#`, whitespace or control character, so whoever appends `#` and
//! more to it stays unambiguous. It is made from UTF-16, as JavaScript has it: two different strings never make
//! one name, as they would by way of Latin-1 or of lossy UTF-8.

use crate::error::Error;

/// The longest name, in bytes of UTF-8: a name and a version of 512 characters, each of them escaped, with room.
pub const MAX_BYTES: usize = 8192;
/// The longest name of what values are written by, in bytes of UTF-8, where a file has to hold it.
pub const MAX_CODEC_BYTES: usize = 1024;

/// A valid name.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Name(Box<str>);

impl Name {
    /// Checks a name that JavaScript gave.
    pub fn from_utf16(units: &[u16]) -> Result<Self, Error> {
        let text = String::from_utf16(units).map_err(|_| Error::NameSurrogate)?;
        if text.is_empty() {
            return Err(Error::NameEmpty);
        }
        if text.len() > MAX_BYTES {
            return Err(Error::NameTooLong(text.len()));
        }
        match text.chars().find(|&c| c == '#' || c.is_whitespace() || c.is_control()) {
            Some(character) => Err(Error::NameCharacter(character)),
            None => Ok(Self(text.into_boxed_str())),
        }
    }

    /// Checks a name that was read from a file.
    #[cfg(not(any(loom, shuttle)))]
    pub(crate) fn from_text(text: &str) -> Result<Self, Error> {
        Self::from_utf16(&text.encode_utf16().collect::<Vec<_>>())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Name, Error> {
        Name::from_utf16(&text.encode_utf16().collect::<Vec<_>>())
    }

    #[test]
    fn a_name_is_kept_as_it_was_given() {
        for text in ["price", ":app:src/index.js:3:14:price:0123456789abcdef+2", "Łódź", "🚀", "%00"] {
            assert_eq!(parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn names_that_differ_only_above_latin1_stay_different() {
        assert_ne!(parse("\u{141}").unwrap(), parse("\u{41}").unwrap());
    }

    #[test]
    fn an_empty_name_is_refused() {
        assert_eq!(parse(""), Err(Error::NameEmpty));
    }

    #[test]
    fn the_length_is_counted_in_bytes() {
        assert!(parse(&"a".repeat(MAX_BYTES)).is_ok());
        assert_eq!(parse(&"a".repeat(MAX_BYTES + 1)), Err(Error::NameTooLong(MAX_BYTES + 1)));
        assert_eq!(parse(&"Ł".repeat(MAX_BYTES / 2 + 1)), Err(Error::NameTooLong(MAX_BYTES + 2)));
    }

    #[test]
    fn separators_whitespace_and_control_characters_are_refused() {
        for character in ['#', ' ', '\n', '\0', '\u{7f}', '\u{85}', '\u{a0}', '\u{2028}'] {
            assert_eq!(parse(&format!("a{character}b")), Err(Error::NameCharacter(character)));
        }
    }

    #[test]
    fn half_of_a_surrogate_pair_is_refused_and_never_replaced() {
        assert_eq!(Name::from_utf16(&[0x61, 0xd800]), Err(Error::NameSurrogate));
        assert_eq!(Name::from_utf16(&[0xdc00, 0xd800]), Err(Error::NameSurrogate));
    }

    #[test]
    fn every_error_has_the_code_of_names_and_says_what_to_do() {
        let error = parse("a#b").unwrap_err();
        assert_eq!(error.code(), "ERR_WARP_CACHE_NAME");
        assert_eq!(error.to_string(), "the name of a table must not contain '#': escape it");
    }
}
