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
    /// A table cannot have this many entries.
    MaxSize(u32),
    /// A table cannot have this many bytes.
    MaxBytes(u64),
    /// The grace window is not from 0 up to 1.
    GraceWindow,
    /// The number of shards is not a power of two, or too high.
    Shards,
    /// A table of this name lives, and was made with other options.
    OtherOptions,
    /// The operating system has no memory for a table.
    Memory,
}

impl Error {
    /// The stable code of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NameEmpty | Self::NameTooLong(_) | Self::NameCharacter(_) | Self::NameSurrogate => {
                "ERR_WARP_CACHE_NAME"
            }
            Self::MaxSize(_) | Self::MaxBytes(_) | Self::GraceWindow | Self::Shards | Self::OtherOptions => {
                "ERR_WARP_CACHE_OPTION"
            }
            Self::Memory => "ERR_WARP_CACHE_MEMORY",
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
            Self::MaxSize(entries) => write!(
                f,
                "maxSize of a native table must be from 1 to {}, not {entries}",
                crate::table::MAX_ENTRIES
            ),
            Self::MaxBytes(bytes) => write!(
                f,
                "maxBytes of a native table must be from {}, what one empty entry takes, to {}, not {bytes}",
                crate::table::cost(0, 0),
                crate::table::MAX_BYTES
            ),
            Self::GraceWindow => write!(f, "graceWindow must be at least 0 and less than 1"),
            Self::Shards => write!(f, "the number of shards must be a power of two, and at most 64"),
            Self::OtherOptions => write!(
                f,
                "a table of this name is in use with other options: give both the same, or another name"
            ),
            Self::Memory => {
                write!(f, "the operating system has no memory for a table: lower maxBytes or maxSize")
            }
        }
    }
}

impl std::error::Error for Error {}
