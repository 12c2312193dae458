//! Everything that can go wrong in this crate, as one enum. The messages say what was wrong and what to do; `code` is
//! the stable part that a program may test, the same codes as those of the TypeScript part.

use std::fmt;

/// An error of this crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// The name of a table is empty.
    NameEmpty,
    /// The name of a table has this many bytes, which is too many.
    NameTooLong(usize),
    /// The name of a table contains this character.
    NameCharacter(char),
    /// The name of a table contains half of a surrogate pair.
    NameSurrogate,
}

impl Error {
    /// The stable code of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NameEmpty | Self::NameTooLong(_) | Self::NameCharacter(_) | Self::NameSurrogate => {
                "ERR_WARP_CACHE_NAME"
            }
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NameEmpty => write!(f, "the name of a table must not be empty"),
            Self::NameTooLong(bytes) => write!(
                f,
                "the name of a table must have at most {} bytes of UTF-8, not {bytes}",
                crate::name::MAX_BYTES
            ),
            Self::NameCharacter(character) => {
                write!(f, "the name of a table must not contain {character:?}: escape it")
            }
            Self::NameSurrogate => {
                write!(f, "the name of a table must not contain half of a surrogate pair: escape it")
            }
        }
    }
}

impl std::error::Error for Error {}
