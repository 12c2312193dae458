//! What has happened in a shared cache, seen from outside: the file is read, and nothing is locked, mapped or written.
//! Whoever reads is no participant, and counts nothing.

use super::directory::Directory;
use super::header::Raw;
use super::identity::FileName;
use super::layout as at;
use super::participants::Participant;
use crate::error::Error;
use crate::sys::{self, Fd, errno};
use crate::table::{Options, Tally};
use std::path::Path;

/// What a file counts.
#[derive(Debug, Clone)]
pub struct Counts {
    /// What the table counts.
    pub tally: Tally,
    /// For each stripe of it, the process that has it, as it calls itself; `None`: it is gone.
    pub processes: Vec<Option<u32>>,
}

/// The counts of a file, by its name in the directory. `None`: it is gone, damaged, or of another version.
pub fn counts(path: &Path, file: &str) -> Result<Option<Counts>, Error> {
    let Some(name) = FileName::parse(file).filter(|name| !name.is_temporary()) else { return Ok(None) };
    let Some(directory) = Directory::existing(path)? else { return Ok(None) };
    let fd = match sys::open_file(&directory.fd, name.as_c_str(), false) {
        Ok(fd) => fd,
        Err(errno::MISSING) => return Ok(None),
        Err(number) => return Err(super::failure::failed("open the file of a shared cache", number)),
    };
    let reading = |number| super::failure::failed("read the file of a shared cache", number);
    let raw = Raw::read(&fd).map_err(reading)?;
    let Some(header) = raw.header() else { return Ok(None) };
    let options = Options { max_bytes: header.bound, ..header.identity.options };
    let place = Tally::place(&options, at::TABLE_AT);
    let mut copy = vec![0; place.len()];
    sys::read_at(&fd, &mut copy, place.start as u64).map_err(reading)?;
    let tally = Tally::new(&options, at::TABLE_AT, &copy)?;
    let processes = tally.stripes.iter().map(|stripe| process(&fd, &raw, stripe.owner)).collect();
    Ok(Some(Counts { tally, processes }))
}

/// The living process of an owner word.
fn process(fd: &Fd, raw: &Raw, owner: u64) -> Option<u32> {
    let Participant { number, generation } = Participant::of(owner)?;
    let (claimed, process) = raw.participant(number);
    let lives = claimed == generation && sys::is_locked(fd, u64::from(number)).unwrap_or(false);
    lives.then_some(process as u32)
}
