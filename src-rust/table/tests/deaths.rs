//! Processes that are killed between any two steps. Whoever comes next finds a table in order, in which every key has
//! one of the values that it may have.

use super::*;
use crate::shim::live_for;
use crate::table::machine::{Machine, Process};
use proptest::prelude::*;
use std::collections::HashMap;

pub(super) const KEYS: u8 = 12;

pub(super) fn small() -> Options {
    Options { grace_window: 0.25, max_bytes: 6_000, ..options(6) }
}

fn key(number: u8) -> Vec<u8> {
    vec![number; 1 + number as usize]
}

fn value(key: u8, writing: u32) -> Vec<u8> {
    let len = 1 + writing as usize * 97 % 400;
    (0..len).map(|at| (at as u32).wrapping_mul(31).wrapping_add(writing * 7 + u32::from(key)) as u8).collect()
}

/// Which writings of each key may be served.
#[derive(Debug, Default)]
pub(super) struct May {
    /// By the table; `None` among them: no entry.
    found: HashMap<u8, Vec<Option<u32>>>,
    /// From a near entry: all since the last change that was not cut short. One that was may have come to the shard and
    /// not to near entries.
    near: HashMap<u8, Vec<u32>>,
}

fn may(of: &May, key: u8) -> &[Option<u32>] {
    of.found.get(&key).map_or(&[None], Vec::as_slice)
}

/// What a look-up finds, and whether that may be. What was found is what there is: it does not go back.
pub(super) fn look(table: &Table, allowed: &mut May, number: u8, now: u64) -> Option<(u32, Hit)> {
    let mut out = [0; 2_000];
    match table.get(&key(number), now, &mut out, true) {
        Get::Hit(hit) => {
            let found = &out[..hit.len as usize];
            let writing = may(allowed, number)
                .iter()
                .copied()
                .flatten()
                .find(|&writing| value(number, writing) == found)
                .unwrap_or_else(|| panic!("key {number}: {found:?} is none of {:?}", may(allowed, number)));
            allowed.found.insert(number, vec![Some(writing), None]);
            Some((writing, hit))
        }
        Get::Miss(_) => {
            // Evicted, never stored, or dropped by a repair: whichever it was, it is over.
            allowed.found.insert(number, vec![None]);
            None
        }
        Get::Larger(_) => panic!("no value is as large"),
    }
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Change {
    Set { key: u8, ttl: u64 },
    Fill { key: u8 },
    Refresh { key: u8 },
    Delete { key: u8 },
    Clear,
    Locked,
    Purge,
}

/// Does it, and says in `allowed` what may be found then: if it was killed, also what might be found before.
pub(super) fn change(
    table: &Table,
    allowed: &mut May,
    change: Change,
    writing: u32,
    now: u64,
    steps: Option<u64>,
) -> bool {
    let run = |work: &dyn Fn()| match steps {
        Some(steps) => live_for(steps, || {}, work).is_some(),
        None => {
            work();
            true
        }
    };
    match change {
        Change::Set { key: number, ttl } => {
            let lives = run(&|| {
                table.put(&key(number), &value(number, writing), 0, now.saturating_add(ttl), now, None);
            });
            store(allowed, number, writing, lives);
            lives
        }
        Change::Fill { key: number } | Change::Refresh { key: number } => {
            let Get::Miss(token) = table.get(&key(number), now, &mut [0; 2_000], false) else { return true };
            let refreshes = matches!(change, Change::Refresh { .. });
            let lives = run(&|| {
                let (key, value) = (key(number), value(number, writing));
                if refreshes {
                    table.refresh(&table.key(&key), &value, 0, NEVER, now, token);
                } else {
                    table.put(&key, &value, 0, NEVER, now, Some(token));
                }
            });
            store(allowed, number, writing, false);
            lives
        }
        Change::Delete { key: number } => {
            let lives = run(&|| _ = table.delete(&key(number), now));
            if lives {
                allowed.found.insert(number, vec![None]);
                allowed.near.remove(&number);
            }
            lives
        }
        Change::Clear => {
            let lives = run(&|| table.clear());
            if lives {
                *allowed = May::default();
            }
            lives
        }
        Change::Locked => {
            run(&|| table.shards.iter().for_each(|shard| drop(table.lock(shard, Patience::Deadline))))
        }
        Change::Purge => run(&|| {
            for shard in &table.shards {
                if let Some(writer) = table.lock(shard, Patience::Deadline) {
                    writer.evict(now);
                }
            }
        }),
    }
}

fn store(allowed: &mut May, key: u8, writing: u32, certainly: bool) {
    let (found, near) =
        (allowed.found.entry(key).or_insert_with(|| vec![None]), allowed.near.entry(key).or_default());
    if certainly {
        *found = vec![None];
        near.clear();
    }
    found.push(Some(writing));
    near.push(writing);
}

/// A near entry of before is not served if the table has something else.
fn check_near(table: &Table, allowed: &mut May, near: &[(u8, u32, Hit)], now: u64) {
    for &(number, writing, hit) in near {
        let version =
            &table.shards[(hit.slot / table.slots()) as usize].versions[(hit.slot % table.slots()) as usize];
        let served = table.generation().load(Ordering::Relaxed) == hit.generation
            && version.load(Ordering::Relaxed) == hit.version;
        if served && hit.expires_at > now {
            let may = allowed.near.get(&number).is_some_and(|near| near.contains(&writing));
            assert!(may, "key {number} is near, and was changed");
            if let Some((found, _)) = look(table, allowed, number, now) {
                assert_eq!(found, writing);
            }
        }
    }
}

/// JavaScript's words say what the sequences do: whoever died in between has ended no near entry by himself.
fn check_versions(table: &Table) {
    for shard in &table.shards {
        for slot in 1..=shard.issued() {
            let sequence = shard.records.at(slot).unwrap().sequence().load(Ordering::Relaxed);
            assert_eq!(shard.version(slot).unwrap().load(Ordering::Relaxed), seqlock::version(sequence));
        }
    }
}

pub(super) fn filled(machine: &Arc<Machine>, allowed: &mut May) -> (Arc<Table>, Arc<Process>) {
    let (table, process) = machine.start(0);
    for number in 0..8 {
        let ttl = if number % 3 == 0 { 50 } else { NEVER };
        change(&table, allowed, Change::Set { key: number, ttl }, u32::from(number) + 20, 0, None);
    }
    (table, process)
}

/// The process is dead: everybody else finds the table in order.
pub(super) fn inherit(
    machine: &Arc<Machine>,
    allowed: &mut May,
    near: &[(u8, u32, Hit)],
    place: usize,
    now: u64,
) {
    let (table, process) = machine.start(place);
    table.adopt();
    sound(&table);
    check_versions(&table);
    check_near(&table, allowed, near, now);
    for number in 0..KEYS {
        look(&table, allowed, number, now);
    }
    // A writer comes, so that everything is counted.
    change(&table, allowed, Change::Set { key: 0, ttl: NEVER }, 99, now, None);
    assert!(!table.totals.wants_recount());
    sound(&table);
    assert!(look(&table, allowed, 0, now).is_some());
    // Changes of everything that somebody may have near reach him, whatever became of the slots in between.
    for (writing, &(number, ..)) in (100..).zip(near) {
        change(&table, allowed, Change::Set { key: number, ttl: NEVER }, writing, now, None);
        check_near(&table, allowed, near, now);
    }
    assert_eq!(*process.why.lock().unwrap(), None);
    process.die();
}

pub(super) const CHANGES: [Change; 9] = [
    Change::Set { key: 1, ttl: NEVER },
    Change::Set { key: 3, ttl: 60 },
    Change::Set { key: 11, ttl: 60 },
    Change::Fill { key: 10 },
    Change::Refresh { key: 9 },
    Change::Delete { key: 7 },
    Change::Clear,
    Change::Locked,
    Change::Purge,
];

/// Every change, killed at every step; then by the same place and by another one; and the repair killed as well.
fn every_step(options: &Options, repairs: impl Fn(u64) -> Option<u64>) {
    for (what, cleared) in CHANGES.into_iter().flat_map(|what| [(what, false), (what, true)]) {
        for (steps, place) in (0..).flat_map(|steps| [(steps, 0), (steps, 1)]) {
            let (machine, mut allowed) = (Machine::on_the_heap(options), May::default());
            let (table, process) = filled(&machine, &mut allowed);
            let near: Vec<(u8, u32, Hit)> = (0..KEYS)
                .filter_map(|number| {
                    look(&table, &mut allowed, number, 0).map(|(writing, hit)| (number, writing, hit))
                })
                .collect();
            if cleared {
                change(&table, &mut allowed, Change::Clear, 0, 0, None);
            }
            let lived = change(&table, &mut allowed, what, 33, 55, Some(steps));
            process.die();
            if let Some(steps) = repairs(steps) {
                let (table, process) = machine.start(2);
                change(&table, &mut allowed, Change::Locked, 0, 55, Some(steps));
                process.die();
            }
            inherit(&machine, &mut allowed, &near, place, 55);
            if lived {
                break;
            }
        }
    }
}

#[test]
fn a_process_is_killed_at_every_step_of_every_change() {
    every_step(&small(), |_| None);
}

#[test]
fn a_process_is_killed_at_every_step_in_a_table_of_several_shards() {
    every_step(&Options { shards: Some(4), ..small() }, |_| None);
}

#[test]
fn whoever_repairs_is_killed_too() {
    every_step(&small(), |steps| Some(steps * 37 % 1_300));
}

#[derive(Debug, Clone)]
struct Deed {
    place: usize,
    change: Change,
    wait: u64,
    steps: Option<u64>,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let key = || 0..KEYS;
    let change = prop_oneof![
        6 => (key(), prop_oneof![Just(NEVER), 1..30_u64]).prop_map(|(key, ttl)| Change::Set { key, ttl }),
        3 => key().prop_map(|key| Change::Fill { key }),
        2 => key().prop_map(|key| Change::Refresh { key }),
        3 => key().prop_map(|key| Change::Delete { key }),
        1 => Just(Change::Clear),
        1 => Just(Change::Locked),
        1 => Just(Change::Purge),
    ];
    let steps =
        prop_oneof![2 => Just(None), 1 => (0..80_u64).prop_map(Some), 1 => (0..2_000_u64).prop_map(Some)];
    let deed = (0..3_usize, change, 0..4_u64, steps).prop_map(|(place, change, wait, steps)| Deed {
        place,
        change,
        wait,
        steps,
    });
    prop::collection::vec(deed, 1..60)
}

fn live_and_die(options: &Options, deeds: &[Deed]) {
    let (machine, mut allowed) = (Machine::on_the_heap(options), May::default());
    let mut processes = [0, 1, 2].map(|place| machine.start(place));
    let mut near = Vec::new();
    let mut now = 1;
    for (writing, deed) in (1..).zip(deeds) {
        now += deed.wait;
        let (table, process) = &processes[deed.place];
        if !change(table, &mut allowed, deed.change, writing, now, deed.steps) {
            process.die();
            processes[deed.place] = machine.start(deed.place);
            processes[deed.place].0.adopt();
        }
        let (table, process) = &processes[(deed.place + 1) % 3];
        check_near(table, &mut allowed, &near, now);
        near = (0..KEYS)
            .filter_map(|number| {
                look(table, &mut allowed, number, now).map(|(writing, hit)| (number, writing, hit))
            })
            .collect();
        assert_eq!(*process.why.lock().unwrap(), None);
        sound(table);
    }
    processes.iter().for_each(|(_, process)| process.die());
    inherit(&machine, &mut allowed, &near, 3, now);
}

proptest! {
    #![proptest_config(tried(10_000))]

    #[test]
    fn processes_of_one_shard_come_and_go(deeds in deeds()) {
        live_and_die(&small(), &deeds);
    }

    #[test]
    fn processes_of_several_shards_come_and_go(deeds in deeds()) {
        live_and_die(&Options { shards: Some(4), ..small() }, &deeds);
    }
}
