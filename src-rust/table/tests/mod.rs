//! What the table promises, by way of its public operations. Every table here lies on the heap, with checksums, so that
//! Miri can run the same tests.

mod behaviour;
#[cfg(not(miri))]
mod deaths;
mod equality;
#[cfg(not(miri))]
mod format;
#[cfg(not(miri))]
mod hostile;
#[cfg(not(miri))]
mod kill_points;
mod model;
mod sharing;
mod stress;
mod traces;

use super::*;
use crate::hash::random_seed;
use proptest::prelude::ProptestConfig;

/// How often a property is tried; ten times as often with SOAK=1.
fn tried(cases: u32) -> ProptestConfig {
    let often = std::env::var("SOAK").is_ok_and(|soak| soak == "1");
    let cases = if often { 10 * cases } else { cases };
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Room for everything, one shard, no window.
fn options(max_size: u32) -> Options {
    Options {
        max_size,
        max_bytes: u64::from(max_size) * 1_000,
        max_key_size: 64,
        max_value_size: 2_000,
        grace_window: 0.0,
        shards: Some(1),
        seed: 7,
    }
}

fn table(options: &Options) -> Table {
    let plan = Geometry::new(options, 0, 0);
    let region = Region::heap(plan.bytes).unwrap();
    Table::over(&region, &plan, options, Some(random_seed()), None)
}

/// A look-up that counts as a use.
fn find(table: &Table, key: &[u8]) -> Option<Vec<u8>> {
    let mut out = [0; 2_000];
    match table.get(key, 0, &mut out, true) {
        Get::Hit(hit) => Some(out[..hit.len as usize].to_vec()),
        Get::Larger(_) | Get::Miss(_) => None,
    }
}

fn set(table: &Table, key: &[u8], value: &[u8]) -> Put {
    table.put(key, value, 0, NEVER, 0, None)
}

fn miss(table: &Table, key: &[u8]) -> Token {
    match table.get(key, 0, &mut [], false) {
        Get::Miss(token) => token,
        found => panic!("{key:?} is there: {found:?}"),
    }
}

fn sound(table: &Table) -> Report {
    table.verify().unwrap_or_else(|corruption| panic!("{corruption:?}"))
}
