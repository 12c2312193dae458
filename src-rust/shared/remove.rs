//! Taking files away: those that nobody has used for long, those of another boot, those that are damaged, and those that
//! somebody asks to remove. Never one that is in use: who uses a file holds its gate.

use super::directory::Directory;
use super::failure::{failed, unable};
use super::header::Raw;
use super::identity::{Epoch, FileName};
use super::layout as at;
use crate::error::Error;
use crate::sys::{self, Fd, Kind, Lock, errno};
use std::path::Path;
use std::time::Duration;

/// Everybody who uses a retired file looks within a second. Who was stopped for that time looks by the timer or by one call
/// in 64 afterwards, and until then uses it alone. Milliseconds.
const LEFT_AFTER: u64 = 2_000;
/// How many files one sweep looks at.
const SWEPT: usize = 4_096;

/// What became of a file that was to be removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removed {
    /// It is gone.
    Yes,
    /// There was none.
    Missing,
    /// Somebody uses it, or another process is removing it.
    InUse,
}

/// Removes files that nobody uses, and that nobody has used for so long, or can ever use. How many.
pub(super) fn sweep(path: &Path, keep: Duration) -> Result<usize, Error> {
    let Some(directory) = Directory::existing(path)? else { return Ok(0) };
    let epoch = Epoch::current()?;
    let mut removed = 0;
    for name in names(path).take(SWEPT) {
        let fd = match sys::open_file(&directory.fd, name.as_c_str(), true) {
            Ok(fd) => fd,
            Err(errno::PROCESS_FILES | errno::SYSTEM_FILES) => break,
            Err(_) => continue,
        };
        // The second time, while nobody can use it, is the one that counts.
        let due = || is_due(&fd, &name, epoch, keep);
        if due() && remove_if(path, &name, &fd, due)? {
            removed += 1;
        }
    }
    Ok(removed)
}

fn is_due(fd: &Fd, name: &FileName, epoch: Epoch, keep: Duration) -> bool {
    let ours = |status: sys::Status| status.kind == Kind::File && status.user == sys::user_id();
    if !sys::status(fd).is_ok_and(ours) {
        return false;
    }
    // Whoever is making it holds its gate.
    if name.is_temporary() {
        return true;
    }
    let Ok(raw) = Raw::read(fd) else { return false };
    let Some(frozen) = raw.frozen() else { return true };
    if frozen.state == at::RETIRED || frozen.epoch.boot != epoch.boot {
        return true;
    }
    // The clock of another namespace is not ours to compare with.
    let idle = sys::uptime().saturating_sub(frozen.last_used);
    frozen.epoch == epoch && u128::from(idle) >= keep.as_millis()
}

/// Removes a file by its name in the directory.
pub(super) fn remove(path: &Path, name: &FileName) -> Result<Removed, Error> {
    let Some(directory) = Directory::existing(path)? else { return Ok(Removed::Missing) };
    let fd = match sys::open_file(&directory.fd, name.as_c_str(), true) {
        Ok(fd) => fd,
        Err(errno::MISSING) => return Ok(Removed::Missing),
        Err(number) => return Err(failed("open the file of a shared cache", number)),
    };
    let removed = remove_if(path, name, &fd, || true)?;
    Ok(if removed { Removed::Yes } else { Removed::InUse })
}

/// Removes a file that an opener found to be unfit, and whose gate it holds together with others, if there are any.
pub(super) fn remove_held(path: &Path, name: &FileName, fd: &Fd) -> Result<bool, Error> {
    if remove_if(path, name, fd, || true)? {
        return Ok(true);
    }
    // Of a retired file some may hold the gate who are idle. They look before they use it.
    let Ok(raw) = Raw::read(fd) else { return Ok(false) };
    let now = sys::uptime();
    let left = raw.frozen().is_some_and(|frozen| {
        let since = now.checked_sub(frozen.retired_at);
        frozen.state == at::RETIRED && since.is_none_or(|since| since >= LEFT_AFTER)
    });
    if left { unlink(path, name, fd) } else { Ok(false) }
}

/// Removes a file that nobody else uses, if `still` holds then.
fn remove_if(path: &Path, name: &FileName, fd: &Fd, still: impl FnOnce() -> bool) -> Result<bool, Error> {
    match sys::lock(fd, at::GATE, Lock::Write) {
        Ok(()) => {}
        Err(errno::AGAIN) => return Ok(false),
        Err(number) => return Err(unable("lock bytes of files", number)),
    }
    if still() { unlink(path, name, fd) } else { Ok(false) }
}

/// Takes the name away, if it still is that of the open file.
fn unlink(path: &Path, name: &FileName, fd: &Fd) -> Result<bool, Error> {
    // Opened for this alone: closing it unlocks.
    let Some(directory) = Directory::existing(path)? else { return Ok(false) };
    // Between the comparison and the removal nobody else may remove, so that no new file gets the name.
    match sys::lock_directory(&directory.fd) {
        Ok(()) => {}
        Err(errno::AGAIN) => return Ok(false),
        Err(number) => return Err(unable("lock a directory", number)),
    }
    let named = sys::status_at(&directory.fd, name.as_c_str());
    let same = sys::status(fd).is_ok_and(|status| named.is_ok_and(|named| named.id == status.id));
    Ok(same && sys::unlink(&directory.fd, name.as_c_str()).is_ok())
}

/// The names of this package's files in a directory.
pub(super) fn names(path: &Path) -> impl Iterator<Item = FileName> {
    let entries = std::fs::read_dir(path).into_iter().flatten();
    entries.filter_map(|entry| FileName::parse(entry.ok()?.file_name().to_str()?))
}
