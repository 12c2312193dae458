//! The file layer against real files, real processes and real deaths. Each test has a directory of its own.

mod attaching;
mod death;
mod directories;
mod faults;
mod forking;
mod full;
mod hostile;
mod kills;
mod meddling;
mod process;
mod stolen;
mod sweeping;
mod tables;

use super::attachment::Attachment;
use super::file::{self, Request, Shape};
use super::identity::{FileName, Identity};
use super::layout as at;
use super::patience::PATIENCE;
use crate::error::Error;
use crate::name::Name;
use crate::table::Options;
use std::path::{Path, PathBuf};

/// A directory that goes with its test.
#[derive(Debug)]
struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        let name = format!("warp-cache-test-{:016x}", crate::hash::random_seed());
        let base = Path::new("/dev/shm");
        let base = if base.is_dir() { base.to_owned() } else { std::env::temp_dir() };
        let path = base.join(name);
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Where the files of a test are.
    fn caches(&self) -> PathBuf {
        self.0.join("caches")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const TABLE_BYTES: u64 = 1 << 20;
const FIXED_BYTES: u64 = 1 << 16;

/// Of a table of which the beginning is always there.
fn shape(bound: u64) -> Shape {
    let start = at::TABLE_AT as u64;
    Shape { bytes: start + TABLE_BYTES + bound.next_multiple_of(4096), fixed: start + FIXED_BYTES }
}

fn identity(name: &str) -> Identity {
    let options = Options {
        max_size: 100,
        max_bytes: 100_000,
        max_key_size: 100,
        max_value_size: 1_000,
        grace_window: 0.05,
        shards: None,
        seed: 0,
    };
    Identity::new(&Name::from_text(name).unwrap(), &options, "json 1").unwrap()
}

fn attach_as(directory: &Path, identity: &Identity) -> Result<Attachment, Error> {
    let bound = identity.options.max_bytes;
    let request = Request { directory, identity, create: true, bound, shape: &shape };
    file::attach(&request).map(|attached| attached.expect("it was to be made"))
}

/// Does something with as little patience as there is outside of tests.
fn hastily<T>(act: impl FnOnce() -> T) -> T {
    let patience = PATIENCE.replace(std::time::Duration::ZERO);
    let done = act();
    PATIENCE.set(patience);
    done
}

/// Attaches to the file of a name, whoever is in the middle of something.
fn attach(directory: &Path, name: &str) -> Attachment {
    let identity = identity(name);
    loop {
        match attach_as(directory, &identity) {
            Err(Error::Busy) => {}
            other => return other.unwrap(),
        }
    }
}

fn path_of(directory: &Path, name: &str) -> PathBuf {
    directory.join(identity(name).file_name().as_str())
}

/// What there is in a directory.
fn names(directory: &Path) -> Vec<FileName> {
    super::remove::names(directory).collect()
}
