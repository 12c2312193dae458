//! Two processes at one shard, and one that was killed there before, under loom.

use super::loom::{A, explore, explore_within, get, near, set};
use super::*;
use crate::shim::{PATIENT, live_for};
use crate::table::machine::{Machine, Process};
use crate::table::writer::Patience;
use ::loom::thread::spawn;

/// What a process is killed at: a replacement, a delete, an eviction.
const LAST_DEEDS: [fn(&Table); 3] =
    [|table| _ = set(table, A, 2), |table| _ = table.delete(&A, 0), |table| _ = set(table, *b"key of b", 2)];

/// A machine with one process, which has set `A` to 1, and was killed after so many steps of something else.
fn killed(steps: u64, last_deed: fn(&Table)) -> (Arc<Machine>, Arc<Process>) {
    let machine = Machine::of_a_model(&options(1, 1));
    let (table, process) = machine.start(0);
    set(&table, A, 1);
    live_for(steps, || {}, || last_deed(&table));
    process.die();
    (machine, process)
}

/// Each step of these, from taking the owner word to letting go of it.
fn deaths() -> impl Iterator<Item = (u64, fn(&Table))> {
    (1..50).flat_map(|steps| LAST_DEEDS.map(|deed| (steps, deed)))
}

/// Each at a table of its own, as two processes.
fn race_processes<A: Send + 'static, B: Send + 'static>(
    machine: &Arc<Machine>,
    places: [usize; 2],
    one: impl FnOnce(&Table) -> A + Send + 'static,
    other: impl FnOnce(&Table) -> B + Send + 'static,
) -> (A, B) {
    let [here, there] = places.map(|place| machine.start(place));
    let one = spawn(move || (one(&here.0), here.1));
    let other = spawn(move || (other(&there.0), there.1));
    let ((one, here), (other, there)) = (one.join().unwrap(), other.join().unwrap());
    for process in [here, there] {
        assert_eq!(*process.why.lock().unwrap(), None);
    }
    (one, other)
}

#[test]
fn a_reader_is_not_misled_by_a_repair() {
    for (steps, deed) in deaths() {
        explore_within(3, move || {
            let (machine, _) = killed(steps, deed);
            let repair = |table: &Table| drop(table.lock(&table.shards[0], Patience::Deadline));
            let (found, ()) = race_processes(&machine, [1, 2], |table| get(table, A), repair);
            let (table, _) = machine.start(3);
            let now = get(&table, A);
            if let Ok((number, hit)) = found {
                assert!(number == 1 || number == 2);
                if near(&table, &hit) {
                    assert_eq!(now.expect("what is near is there").0, number);
                }
            }
        });
    }
}

#[test]
fn of_two_who_find_the_owner_dead_one_repairs_and_both_write() {
    for (steps, deed) in deaths() {
        explore(move || {
            let (machine, _) = killed(steps, deed);
            race_processes(&machine, [1, 2], |table| _ = table.delete(&A, 0), |table| _ = set(table, A, 3));
            let (table, _) = machine.start(3);
            table.verify().unwrap();
            assert!(get(&table, A).map_or(3, |(number, _)| number) == 3);
        });
    }
}

#[test]
fn whoever_adopts_and_whoever_steals_do_not_get_into_each_others_way() {
    for (steps, deed) in deaths() {
        explore(move || {
            let (machine, _) = killed(steps, deed);
            race_processes(&machine, [0, 1], Table::adopt, |table| _ = set(table, A, 3));
            let (table, _) = machine.start(3);
            table.verify().unwrap();
            assert_eq!(get(&table, A).unwrap().0, 3);
        });
    }
}

#[test]
fn an_owner_who_lets_go_is_followed_and_never_robbed() {
    for patient in [true, false] {
        explore(move || {
            PATIENT.store(patient, std::sync::atomic::Ordering::Relaxed);
            let machine = Machine::of_a_model(&options(1, 1));
            let change = |number| move |table: &Table| set(table, A, number);
            race_processes(&machine, [0, 1], change(1), change(2));
            let (table, _) = machine.start(3);
            let found = get(&table, A);
            table.verify().unwrap();
            assert!(!patient || found.is_ok());
            PATIENT.store(true, std::sync::atomic::Ordering::Relaxed);
        });
    }
}
