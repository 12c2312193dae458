//! Real access traces, in the folder that the environment variable TRACES names: the misses that libCacheSim publishes
//! for SIEVE, and a table of one shard beside the slow model, request by request. Without the folder the made trace
//! remains.

use super::model::{By, Model};
use super::{find, options, set, table};
use crate::shim::{AtomicU8, AtomicU32};
use crate::table::region::{Area, Planner, Region};
use crate::table::sieve::Sieve;
use crate::table::{Get, NEVER, Options, Table};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

/// Misses of 113,872 requests with objects as large as recorded, at 128, 256, … 1,024 MiB.
const PUBLISHED: [u32; 8] = [91_699, 86_720, 78_578, 76_707, 69_945, 66_221, 64_445, 64_376];

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("TRACES").filter(|folder| !folder.is_empty());
    if folder.is_none() {
        println!("skipped: TRACES is not set, it names the folder of access traces");
    }
    folder.map(PathBuf::from)
}

/// Object and size of each request.
fn cloud_physics(folder: &Path) -> Vec<(u64, u32)> {
    let bytes = std::fs::read(folder.join("cloudPhysicsIO.oracleGeneral.bin")).unwrap();
    let (requests, rest) = bytes.as_chunks::<24>();
    assert!(rest.is_empty());
    let object = |request: &[u8; 24]| u64::from_le_bytes(request[4..12].try_into().unwrap());
    let size = |request: &[u8; 24]| u32::from_le_bytes(request[12..16].try_into().unwrap());
    requests.iter().map(|request| (object(request), size(request))).collect()
}

/// A list of the table's policy, with nothing around it.
struct List {
    sieve: Sieve,
    words: Area<AtomicU32>,
}

impl List {
    fn new(slots: usize, grace_window: f64) -> Self {
        let mut plan = Planner::behind(0);
        let [newer, older] = [0; 2].map(|_| plan.place::<AtomicU32>(slots + 1));
        let [young, visited] = [0; 2].map(|_| plan.place::<AtomicU8>(slots));
        let words = plan.place(4);
        let region: Arc<Region> = Region::heap(plan.bytes()).unwrap();
        let sieve = Sieve {
            newer: region.growing(newer, slots + 1),
            older: region.growing(older, slots + 1),
            young: region.growing(young, slots),
            visited: region.area(visited),
            grace: 0,
            grace_window,
            flaw: Arc::default(),
        };
        Self { sieve, words: region.area(words) }
    }

    fn list(&self) -> crate::table::sieve::List<'_> {
        self.sieve.list(self.words.first_chunk().unwrap())
    }
}

fn misses_by_bytes(requests: &[(u64, u32)], capacity: u64) -> u32 {
    let list = List::new(requests.len(), 0.0);
    let mut slots: HashMap<u64, u32> = HashMap::new();
    let mut entries = vec![(0, 0)];
    let (mut free, mut bytes, mut misses) = (Vec::new(), 0, 0);
    for &(object, size) in requests {
        if let Some(&slot) = slots.get(&object) {
            list.sieve.touch(slot);
            continue;
        }
        misses += 1;
        if u64::from(size) > capacity {
            continue;
        }
        while bytes + u64::from(size) > capacity {
            let victim = list.list().victim(slots.len() as u32);
            list.list().remove(victim);
            let (object, size) = entries[victim as usize];
            slots.remove(&object);
            bytes -= u64::from(size);
            free.push(victim);
        }
        let slot = free.pop().unwrap_or_else(|| {
            entries.push((0, 0));
            entries.len() as u32 - 1
        });
        list.list().insert(slot);
        slots.insert(object, slot);
        entries[slot as usize] = (object, size);
        bytes += u64::from(size);
    }
    misses
}

#[test]
#[cfg_attr(miri, ignore = "too long")]
fn misses_are_those_that_were_published() {
    let Some(folder) = folder() else { return };
    let requests = cloud_physics(&folder);
    let capacities = (1..=8_u64).map(|step| step * (128 << 20));
    let misses: Vec<u32> = capacities.map(|capacity| misses_by_bytes(&requests, capacity)).collect();
    assert_eq!(misses, PUBLISHED);
}

/// The keys of a text trace, packed or not; `*` marks a place and is no request.
fn keys(file: &Path) -> Option<Vec<u64>> {
    let name = file.file_name()?.to_str()?;
    if name.ends_with("bin") {
        return Some(cloud_physics(file.parent()?).into_iter().map(|(object, _)| object).collect());
    }
    if !name.ends_with(".gz") {
        return None;
    }
    let unpacked = Command::new("gzip").args(["-dc".as_ref(), file.as_os_str()]).output();
    let Ok(output) = unpacked else {
        println!("skipped: {name} needs the gzip command");
        return None;
    };
    assert!(output.status.success(), "gzip could not unpack {name}");
    if name.starts_with("corda") {
        let (keys, _) = output.stdout.as_chunks::<8>();
        return Some(keys.iter().map(|key| u64::from_be_bytes(*key)).collect());
    }
    let lines = String::from_utf8(output.stdout).unwrap();
    let requests = lines.lines().map(str::trim).filter(|line| !line.is_empty() && *line != "*");
    Some(requests.map(|line| line.parse().unwrap()).collect())
}

/// Both serve the same requests from the same entries all along.
fn same_decisions(keys: &[u64], options: &Options) {
    let table: Table = table(options);
    let mut model = Model::new(options);
    for (request, key) in keys.iter().enumerate() {
        let key = key.to_le_bytes();
        let hit = matches!(model.get(&key, 0, &mut [], true), Get::Hit(_));
        assert_eq!(find(&table, &key).is_some(), hit, "request {request}");
        if !hit {
            set(&table, &key, b"");
            model.put(&key, b"", 0, NEVER, 0, By::Set);
        }
    }
    assert_eq!((table.evictions(), table.len()), (model.evictions, model.len()));
    super::sound(&table);
}

#[test]
fn decisions_on_a_made_trace_are_the_models() {
    let requests = if cfg!(miri) { 40 } else { 30_000 };
    let mut random = 1_u64;
    let keys: Vec<u64> = (0..requests)
        .map(|_| {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            // Few keys often, many seldom.
            let spread = 4_u64 << (random >> 60);
            random >> 33 & (spread - 1)
        })
        .collect();
    for grace_window in [0.0, 0.05, 0.5] {
        same_decisions(&keys, &Options { grace_window, ..options(if cfg!(miri) { 10 } else { 100 }) });
    }
}

#[test]
#[cfg_attr(miri, ignore = "too long")]
fn decisions_on_every_trace_are_the_models() {
    let Some(folder) = folder() else { return };
    let mut files: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let traces: Vec<_> = files.iter().filter_map(|file| keys(file)).collect();
    assert!(traces.len() >= 10, "TRACES has only {} traces that can be read", traces.len());
    for keys in traces {
        for (max_size, grace_window) in [(64, 0.0), (300, 0.05)] {
            same_decisions(&keys, &Options { grace_window, ..options(max_size) });
        }
    }
}
