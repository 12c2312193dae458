//! Shared caches as the command line sees and handles them: by the names of their files, without a cached function.
//!
//! Looking at them (`caches`, `counts`) locks, maps and writes nothing. Handling one opens it for as long as
//! that takes.

use super::error::Result;
use crate::shared::{self, Listed, Removed};
use napi_derive::napi;
use std::sync::Arc;

/// A file in the directory of shared caches.
#[napi(object, object_from_js = false)]
pub struct SharedCache {
    /// Its name in the directory.
    pub file: String,
    /// What it says of itself. Undefined: another version made it, or it is damaged.
    pub identity: Option<SharedIdentity>,
    /// Undefined: it is no file of this package.
    pub layout_version: Option<u32>,
    /// Whether it was made since the machine was started, by the same clock.
    pub is_current: bool,
    /// Whether it was found damaged, and waits for its users to leave.
    pub is_retired: bool,
    /// Whether any process uses it.
    pub is_used: bool,
    /// Bytes, most of them not there until they are used.
    pub file_bytes: f64,
    /// Bytes that it takes.
    pub allocated: f64,
    /// Milliseconds since somebody was seen to use it.
    pub idle: f64,
    /// The processes that can write to it, as they call themselves.
    pub processes: Vec<u32>,
}

/// What makes a shared cache this one.
#[napi(object, object_from_js = false)]
pub struct SharedIdentity {
    /// The full name of its table.
    pub name: String,
    /// What writes and reads the values.
    pub codec: String,
    pub max_size: u32,
    /// As it was asked for.
    pub max_bytes: f64,
    /// As it holds.
    pub bound: f64,
    pub max_key_size: u32,
    pub max_value_size: u32,
    pub grace_window: f64,
}

/// What there is in a shared cache, and what has happened to it since it was last cleared.
#[napi(object, object_from_js = false)]
pub struct SharedCounts {
    /// Entries. Expired ones count until they are dropped.
    pub entries: u32,
    /// What they cost.
    pub bytes: f64,
    pub evictions: f64,
    pub expirations: f64,
    pub skipped_writes: f64,
    /// The sums of the counters of all isolates.
    pub counters: Vec<f64>,
    /// Those of each isolate.
    pub stripes: Vec<SharedStripe>,
}

/// What was counted at one place, by whoever has it and by whoever had it before, since the file was made.
#[napi(object, object_from_js = false)]
pub struct SharedStripe {
    pub stripe: u32,
    /// The process that has it, as it calls itself. Undefined: it is gone.
    pub process: Option<u32>,
    pub counters: Vec<f64>,
}

/// What a full check of a shared cache came to.
#[napi(object, object_from_js = false)]
pub struct SharedReport {
    /// What is wrong. Undefined: nothing, or nobody could look.
    pub damage: Option<String>,
    /// Whether nobody could look, since others held it for too long.
    pub is_busy: bool,
    /// Entries that were checked.
    pub entries: u32,
    /// Their cost.
    pub bytes: f64,
}

/// The directory of shared caches, and what can be done there without a cached function.
#[napi]
#[derive(Debug)]
pub struct SharedFiles;

#[napi]
impl SharedFiles {
    /// The directory of shared caches. It need not exist. Throws `ERR_WARP_CACHE_PLATFORM` where there are none.
    #[napi(catch_unwind)]
    pub fn directory() -> Result<String> {
        Ok(shared::directory()?.to_string_lossy().into_owned())
    }

    /// Every file in it. Throws `ERR_WARP_CACHE_DIRECTORY` if it cannot be used.
    #[napi(catch_unwind)]
    pub fn caches() -> Result<Vec<SharedCache>> {
        Ok(shared::list(&shared::directory()?)?.into_iter().map(told).collect())
    }

    /// What a file counts. Null: it is gone, damaged, or of another version.
    #[napi(catch_unwind)]
    pub fn counts(file: String) -> Result<Option<SharedCounts>> {
        let Some(counts) = shared::counts(&shared::directory()?, &file)? else { return Ok(None) };
        let tally = counts.tally;
        let stripes = tally.stripes.into_iter().zip(counts.processes);
        Ok(Some(SharedCounts {
            entries: tally.entries,
            bytes: tally.bytes as f64,
            evictions: tally.evictions as f64,
            expirations: tally.expirations as f64,
            skipped_writes: tally.skipped_writes as f64,
            counters: tally.counters.to_vec(),
            stripes: stripes
                .map(|(counted, process)| SharedStripe {
                    stripe: counted.stripe,
                    process,
                    counters: counted.counters.to_vec(),
                })
                .collect(),
        }))
    }

    /// Drops every entry of a file, for every process, and zeroes the counters. False: it is gone, or cannot be opened by
    /// this version.
    #[napi(catch_unwind)]
    pub fn clear(file: String) -> Result<bool> {
        let Some(shared) = open(&file)? else { return Ok(false) };
        shared.table().clear();
        Ok(true)
    }

    /// Checks every structure of a file against every other, with writers shut out. Null: it is gone, or cannot be
    /// opened by this version.
    #[napi(catch_unwind)]
    pub fn verify(file: String) -> Result<Option<SharedReport>> {
        let Some(shared) = open(&file)? else { return Ok(None) };
        let found = shared.table().verify();
        let (damage, is_busy) = match (&found, shared.damage()) {
            // What was noticed on the way to a lock is why there was none.
            (_, Some(damage)) => (Some(damage.to_owned()), false),
            (Err(corruption), None) if corruption.is_busy => (None, true),
            (Err(corruption), None) => {
                (Some(format!("shard {}: {}", corruption.shard, corruption.what)), false)
            }
            (Ok(_), None) => (None, false),
        };
        let (entries, bytes) = found.map_or((0, 0), |report| (report.entries, report.bytes));
        Ok(Some(SharedReport { damage, is_busy, entries, bytes: bytes as f64 }))
    }

    /// Removes a file that nobody uses.
    #[napi(catch_unwind, ts_return_type = "'removed' | 'missing' | 'used'")]
    pub fn remove(file: String) -> Result<&'static str> {
        let directory = shared::directory()?;
        let Some(listed) = shared::find(&directory, &file)? else { return Ok("missing") };
        Ok(match shared::remove(&directory, &listed)? {
            Removed::Yes => "removed",
            Removed::Missing => "missing",
            Removed::InUse => "used",
        })
    }
}

fn open(file: &str) -> Result<Option<Arc<shared::Shared>>> {
    let directory = shared::directory()?;
    let Some(listed) = shared::find(&directory, file)?.filter(|listed| !listed.is_retired) else {
        return Ok(None);
    };
    Ok(shared::open_listed(&directory, &listed)?)
}

fn told(listed: Listed) -> SharedCache {
    SharedCache {
        file: listed.file,
        identity: listed.cache.map(|cache| SharedIdentity {
            name: cache.name,
            codec: cache.codec,
            max_size: cache.options.max_size,
            max_bytes: cache.options.max_bytes as f64,
            bound: cache.bound as f64,
            max_key_size: cache.options.max_key_size,
            max_value_size: cache.options.max_value_size,
            grace_window: cache.options.grace_window,
        }),
        layout_version: listed.layout_version,
        is_current: listed.is_current,
        is_retired: listed.is_retired,
        is_used: listed.is_used,
        file_bytes: listed.bytes as f64,
        allocated: listed.allocated as f64,
        idle: listed.idle as f64,
        processes: listed.processes,
    }
}
