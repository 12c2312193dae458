//! Everything that can go wrong in this crate, as one enum. The messages say what was wrong and what to do; `code` is
//! the stable part that a program may test, the same codes as those of the TypeScript part.

use std::fmt;

/// An error of this crate.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// This system has no shared caches.
    Platform,
    /// What values are written by has a name of this many bytes, which is too many for a file.
    CodecTooLong(usize),
    /// `WARP_CACHE_KEEP` is this, which is not a time.
    Keep(Box<str>),
    /// The directory of shared caches cannot be used.
    Directory {
        /// Where it is.
        path: Box<str>,
        /// What is wrong with it, after "it".
        fault: &'static str,
    },
    /// The file of a shared cache cannot be used, and was not made by this package.
    File {
        /// Where it is.
        path: Box<str>,
        /// What is wrong with it, after "it".
        fault: &'static str,
    },
    /// The file system or the kernel cannot do this.
    FileSystem(&'static str),
    /// Another process is removing the file of a shared cache, or making it, and took too long.
    Busy,
    /// There is no room for the file of a shared cache.
    NoSpace,
    /// The process may not make files as large as that of a shared cache.
    FileSize,
    /// The process, or the machine, has too many open files.
    OpenFiles,
    /// A system call failed.
    System {
        /// What it was for, after "cannot".
        what: &'static str,
        /// Its `errno`.
        errno: i32,
    },
}

impl Error {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NameEmpty | Self::NameTooLong(_) | Self::NameCharacter(_) | Self::NameSurrogate => {
                "ERR_WARP_CACHE_NAME"
            }
            Self::MaxSize(_)
            | Self::MaxBytes(_)
            | Self::GraceWindow
            | Self::Shards
            | Self::OtherOptions
            | Self::CodecTooLong(_)
            | Self::Keep(_) => "ERR_WARP_CACHE_OPTION",
            Self::Memory => "ERR_WARP_CACHE_MEMORY",
            Self::Platform => "ERR_WARP_CACHE_PLATFORM",
            Self::Directory { .. } => "ERR_WARP_CACHE_DIRECTORY",
            Self::File { .. } | Self::FileSystem(_) | Self::System { .. } => "ERR_WARP_CACHE_FILE",
            Self::Busy => "ERR_WARP_CACHE_BUSY",
            Self::NoSpace | Self::FileSize | Self::OpenFiles => "ERR_WARP_CACHE_FULL",
        }
    }

    /// Whether the same may succeed later with nothing changed by hand. A cache that cannot be had for such a reason
    /// lets its function compute, and tries again.
    pub const fn is_temporary(&self) -> bool {
        matches!(self, Self::Memory | Self::Busy | Self::NoSpace | Self::FileSize | Self::OpenFiles)
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
            Self::Platform => write!(f, "backend 'shared' needs Linux or macOS: use 'threads' here"),
            Self::CodecTooLong(bytes) => write!(
                f,
                "the name of the codec of a shared cache must have at most {} bytes of UTF-8, not {bytes}",
                crate::name::MAX_CODEC_BYTES
            ),
            Self::Keep(text) => {
                write!(
                    f,
                    "WARP_CACHE_KEEP must be seconds, or a number and s, m, h or d such as 2h, not {text:?}"
                )
            }
            Self::Directory { path, fault } => write!(
                f,
                "the directory of shared caches, {path}, cannot be used: it {fault}. Mend or remove it, or set \
                 WARP_CACHE_DIR"
            ),
            Self::File { path, fault } => {
                write!(f, "the file of a shared cache, {path}, cannot be used: it {fault}. Remove it")
            }
            Self::FileSystem(what) => {
                write!(
                    f,
                    "the kernel or the file system of WARP_CACHE_DIR cannot {what}: choose another directory"
                )
            }
            Self::Busy => write!(f, "another process has held the file of a shared cache for too long"),
            Self::NoSpace => {
                write!(
                    f,
                    "there is no room for the file of a shared cache: make some, or lower maxBytes or maxSize"
                )
            }
            Self::FileSize => write!(
                f,
                "the process may not make a file as large as a shared cache: raise its limit (ulimit -f), or lower \
                 maxBytes"
            ),
            Self::OpenFiles => write!(f, "there are too many open files for a shared cache: raise the limit"),
            Self::System { what, errno } => {
                write!(f, "cannot {what}: {}", std::io::Error::from_raw_os_error(*errno))
            }
        }
    }
}

impl std::error::Error for Error {}
