//! What shared caches there are, seen from outside: nothing is locked, mapped or written.

use super::directory::Directory;
use super::header::Raw;
use super::identity::{Epoch, FileName};
use super::layout as at;
use super::remove::names;
use crate::error::Error;
use crate::sys::{self, Fd};
use crate::table::Options;
use std::path::Path;

/// A file of the directory.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its name in the directory.
    pub file: String,
    /// What it says of itself. `None`: another version made it, or it is damaged.
    pub cache: Option<Cache>,
    /// Which layout it has, if it is a file of this package at all.
    pub layout_version: Option<u32>,
    /// Whether it was made since the machine was started, by the same clock.
    pub is_current: bool,
    /// Whether it was found damaged, and waits for its users to leave.
    pub is_retired: bool,
    /// Bytes, most of them not there until they are used.
    pub bytes: u64,
    /// Bytes that it takes.
    pub allocated: u64,
    /// Whether any process uses it, this one included.
    pub is_used: bool,
    /// Milliseconds since somebody was seen to use it.
    pub idle: u64,
    /// The processes that can write to it, as they call themselves.
    pub processes: Vec<u32>,
}

/// What a file says of itself.
#[derive(Debug, Clone)]
pub struct Cache {
    /// The name of the table.
    pub name: String,
    /// What writes and reads the values.
    pub codec: String,
    /// What it was asked for.
    pub options: Options,
    /// `maxBytes` as it holds.
    pub bound: u64,
}

/// Every file of a directory. There are none where there is no directory.
pub fn list(path: &Path) -> Result<Vec<Listed>, Error> {
    let Some(directory) = Directory::existing(path)? else { return Ok(Vec::new()) };
    let epoch = Epoch::current()?;
    let look = |name: FileName| look(&directory, epoch, &name);
    Ok(names(path).filter(|name| !name.is_temporary()).filter_map(look).collect())
}

/// One file of a directory, by its name. `None`: there is none, or it is not one of this package's.
pub fn find(path: &Path, file: &str) -> Result<Option<Listed>, Error> {
    let Some(name) = FileName::parse(file).filter(|name| !name.is_temporary()) else { return Ok(None) };
    let Some(directory) = Directory::existing(path)? else { return Ok(None) };
    Ok(look(&directory, Epoch::current()?, &name))
}

fn look(directory: &Directory, epoch: Epoch, name: &FileName) -> Option<Listed> {
    let fd = sys::open_file(&directory.fd, name.as_c_str(), false).ok()?;
    let (status, raw) = (sys::status(&fd).ok()?, Raw::read(&fd).ok()?);
    let frozen = raw.frozen();
    let header = raw.header();
    Some(Listed {
        file: name.as_str().to_owned(),
        processes: header.as_ref().map_or_else(Vec::new, |_| processes(&fd, &raw)),
        cache: header.map(|header| Cache {
            name: header.identity.name.as_str().to_owned(),
            codec: header.identity.codec,
            options: header.identity.options,
            bound: header.bound,
        }),
        layout_version: frozen.map(|frozen| frozen.version),
        is_current: frozen.is_some_and(|frozen| frozen.epoch == epoch),
        is_retired: frozen.is_some_and(|frozen| frozen.state == at::RETIRED),
        bytes: status.size,
        allocated: status.allocated,
        is_used: sys::is_locked(&fd, at::GATE).unwrap_or(true),
        idle: frozen.map_or(0, |frozen| sys::uptime().saturating_sub(frozen.last_used)),
    })
}

fn processes(fd: &Fd, raw: &Raw) -> Vec<u32> {
    let alive = |&number: &u32| sys::is_locked(fd, u64::from(number)).unwrap_or(false);
    // Whoever was never claimed is nobody.
    let claimed = (0..at::PARTICIPANTS).filter(|&number| raw.participant(number).0 != 0);
    claimed.filter(alive).map(|number| raw.participant(number).1 as u32).collect()
}
