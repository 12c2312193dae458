//! The files that this process uses. Handles of one file share one attachment: locks of one open file description do not
//! exclude each other, so two of them in one process would be two owners that cannot tell themselves apart.

use super::bound::bound;
use super::file::{self, Request, Shape};
use super::handle::Shared;
use super::identity::{FileName, Identity};
use super::layout::TABLE_AT;
use super::remove;
use crate::error::Error;
use crate::table::{Options, Table};
use hashbrown::HashMap;
use parking_lot::Mutex;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Weak};
use std::time::Duration;

type Files = HashMap<(PathBuf, FileName), Weak<Shared>, ahash::RandomState>;

static FILES: LazyLock<Mutex<Files>> = LazyLock::new(Mutex::default);

/// The table in a file: the one that this process has, or a new one. Whoever would also create it
/// removes what nobody has used for as long as `keep`. `None`: there is no file, and it is not to be created.
pub(super) fn open(
    directory: &Path,
    identity: &Identity,
    create: bool,
    keep: Duration,
) -> Result<Option<Arc<Shared>>, Error> {
    let key = (directory.to_owned(), identity.file_name());
    let mut files = FILES.lock();
    if let Some(shared) = files.get(&key).and_then(Weak::upgrade) {
        if !shared.is_gone() {
            return Ok(Some(shared));
        }
        // What is left of it would be in its own way.
        shared.close();
    }
    files.retain(|_, shared| shared.strong_count() > 0);
    let bound = bound(identity.options.max_bytes);
    let shape = |bound| {
        let plan = Table::plan(&Options { max_bytes: bound, ..identity.options.clone() }, TABLE_AT);
        Shape { bytes: plan.bytes as u64, fixed: plan.fixed.end as u64 }
    };
    let request = Request { directory, identity, create, bound, shape: &shape };
    let Some(attachment) = file::attach(&request)? else { return Ok(None) };
    let shared = Arc::new(Shared::new(attachment)?);
    files.insert(key, Arc::downgrade(&shared));
    drop(files);
    if create {
        // What cannot be swept now can be later.
        let _ = remove::sweep(directory, keep);
    }
    Ok(Some(shared))
}
