//! Tables in files that every process of a user on the machine shares: where the files are, how they come and go, and who
//! is using them. What is in a table, and how processes keep out of each other's way there, is the table's business.

mod attachment;
mod bound;
mod counts;
mod directory;
mod failure;
mod file;
mod handle;
mod header;
mod identity;
mod keep;
mod layout;
mod list;
mod liveness;
mod participants;
mod patience;
mod registry;
mod remove;
#[cfg(all(test, target_os = "linux", not(miri)))]
mod test;

use crate::error::Error;
use crate::name::Name;
use crate::table::Options;
pub use counts::{Counts, counts};
pub use directory::path as directory;
pub use handle::Shared;
#[cfg(fuzzing)]
pub use header::{TABLE_AT, seal};
use identity::{Epoch, FileName, Identity};
pub use list::{Cache, Listed, find, list};
pub use remove::Removed;
use std::path::Path;
use std::sync::Arc;

/// The table of this name, options and codec that all processes of this user share: the one that this process has open,
/// or that is there, or a new one. `options.seed` is the file's own.
///
/// Errors: those of options and names; a directory or file that cannot be used, or that there is no room for. Some are
/// temporary (`Error::is_temporary`): the same may succeed later.
pub fn open(name: &Name, options: &Options, codec: &str) -> Result<Arc<Shared>, Error> {
    let (directory, keep) = (directory()?, keep::keep()?);
    let identity = Identity::new(name, options, codec)?;
    // It is created if it is not there.
    registry::open(&directory, &identity, true, keep)?.ok_or(Error::Busy)
}

/// The table in a file that `list` has found. Other files stay, however old. `None`: it is gone, of another version, boot or clock, or damaged.
pub fn open_listed(directory: &Path, listed: &Listed) -> Result<Option<Arc<Shared>>, Error> {
    let Some(cache) = listed.cache.as_ref().filter(|_| listed.is_current) else { return Ok(None) };
    let (name, epoch) = (Name::from_text(&cache.name)?, Epoch::current()?);
    let identity = Identity { name, options: cache.options.clone(), codec: cache.codec.clone(), epoch };
    registry::open(directory, &identity, false, keep::keep()?)
}

/// Removes a file that `list` has found, unless it is in use.
pub fn remove(directory: &Path, listed: &Listed) -> Result<Removed, Error> {
    FileName::parse(&listed.file).map_or(Ok(Removed::Missing), |name| remove::remove(directory, &name))
}
