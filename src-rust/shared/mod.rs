//! Tables in files that every process of a user on the machine shares: where the files are, how they come and go, and who
//! is using them.

mod attachment;
mod bound;
pub mod directory;
mod failure;
mod file;
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
pub(crate) mod test;

pub use attachment::{Attachment, Look};
pub use list::{Cache, Listed, list};
pub use remove::Removed;
