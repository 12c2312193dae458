//! The files that this process uses. Handles of one file share one attachment: locks of one open file description do not
//! exclude each other, so two of them in one process would be two owners that cannot tell themselves apart.

use super::attachment::Attachment;
use super::file::{self, Request};
use super::identity::FileName;
use super::remove;
use crate::error::Error;
use crate::table::Host;
use hashbrown::HashMap;
use parking_lot::Mutex;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock, Weak};
use std::time::Duration;

type Files = HashMap<(PathBuf, FileName), Weak<Attachment>, ahash::RandomState>;

static FILES: LazyLock<Mutex<Files>> = LazyLock::new(Mutex::default);

/// The attachment of this process to a file: the living one, or a new one. Whoever makes a new one also removes what
/// nobody has used for as long as `keep`.
pub(super) fn open(request: &Request<'_>, keep: Duration) -> Result<Arc<Attachment>, Error> {
    let key = (request.directory.to_owned(), request.identity.file_name());
    let mut files = FILES.lock();
    if let Some(attachment) = files.get(&key).and_then(Weak::upgrade).filter(|found| !found.is_detached()) {
        return Ok(attachment);
    }
    files.retain(|_, attachment| attachment.strong_count() > 0);
    let attachment = Arc::new(file::attach(request)?);
    files.insert(key, Arc::downgrade(&attachment));
    drop(files);
    // What cannot be swept now can be later.
    let _ = remove::sweep(request.directory, keep);
    Ok(attachment)
}
