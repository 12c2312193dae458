//! The whole table, with several shards that take each other's room, under shuttle's PCT scheduler: random
//! interleavings with few but well-placed preemptions. `make shuttle`.

use super::*;
use crate::shim::{OVER, PATIENT, live_for};
use crate::table::machine::Machine;
use crate::table::oracle::{Client, Source};
use ::shuttle::rand::Rng;
use ::shuttle::scheduler::PctScheduler;
use ::shuttle::sync::mpsc::{Sender, channel};
use ::shuttle::{Config, Runner, thread};
use std::sync::atomic::AtomicU64;

const SCHEDULES: usize = 20_000;
const DEPTH: usize = 4;
const THREADS: usize = 3;
const STEPS: usize = 12;

/// With deaths, which are so many more things to happen.
const SCHEDULES_OF_PROCESSES: usize = 12_000;
const STEPS_OF_PROCESSES: usize = 8;
/// How many claimants a place has, one after the other.
const CLAIMANTS: u32 = 2;
/// A process takes some 200 to 300 steps.
const LIFE: usize = 400;

fn runner(schedules: usize, patient: bool) -> Runner<PctScheduler> {
    PATIENT.store(patient, std::sync::atomic::Ordering::Relaxed);
    let mut config = Config::new();
    config.stack_size = 1 << 18;
    Runner::new(PctScheduler::new(DEPTH, schedules), config)
}

fn explore(options: Options, patient: bool) {
    runner(SCHEDULES, patient).run(move || {
        let table = Arc::new(Table::new(&options).unwrap());
        let source = Arc::new(Source::new(THREADS, 2));
        let threads: Vec<_> = (0..THREADS)
            .map(|number| {
                let (table, source) = (Arc::clone(&table), Arc::clone(&source));
                thread::spawn(move || {
                    let random = |bound| ::shuttle::rand::thread_rng().gen_range(0..bound);
                    let mut client = Client::new(&table, &source, number, random);
                    (0..STEPS).for_each(|_| client.step());
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        table.verify().unwrap();
    });
}

fn random(bound: usize) -> usize {
    ::shuttle::rand::thread_rng().gen_range(0..bound)
}

/// A process in a thread of its own, which is killed after a random number of steps or not at all. It tells which.
fn begin(
    machine: &Arc<Machine>,
    source: &Arc<Source>,
    place: usize,
    tell: &Sender<(usize, bool)>,
) -> thread::JoinHandle<()> {
    let (machine, source, tell) = (Arc::clone(machine), Arc::clone(source), tell.clone());
    thread::spawn(move || {
        let (table, process) = machine.start(place);
        let (killed, tell_so) = (Arc::clone(&process), tell.clone());
        let last_words = move || {
            killed.die();
            tell_so.send((place, true)).unwrap();
        };
        let lived = live_for(random(LIFE) as u64, last_words, || {
            table.adopt();
            let mut client = Client::new(&table, &source, place, random);
            (0..STEPS_OF_PROCESSES).for_each(|_| client.step());
        });
        if lived.is_some() {
            assert_eq!(*process.why.lock().unwrap(), None);
            process.die();
            tell.send((place, false)).unwrap();
        }
    })
}

fn explore_processes(options: Options, patient: bool) {
    let (deaths, repairs) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let (died, repaired) = (Arc::clone(&deaths), Arc::clone(&repairs));
    runner(SCHEDULES_OF_PROCESSES, patient).run(move || {
        OVER.store(false, std::sync::atomic::Ordering::Relaxed);
        let machine = Machine::of_a_model(&options);
        let source = Arc::new(Source::new(THREADS, 2));
        let (tell, told) = channel();
        let mut threads: Vec<_> = (0..THREADS).map(|place| begin(&machine, &source, place, &tell)).collect();
        let mut claimants = [1; THREADS];
        let mut running = THREADS;
        while running > 0 {
            let (place, was_killed) = told.recv().unwrap();
            running -= 1;
            died.fetch_add(u64::from(was_killed), std::sync::atomic::Ordering::Relaxed);
            if was_killed && claimants[place] < CLAIMANTS {
                claimants[place] += 1;
                running += 1;
                threads.push(begin(&machine, &source, place, &tell));
            }
        }
        let (table, process) = machine.start(THREADS);
        table.verify().unwrap();
        let counts_anew = table.totals.wants_recount();
        repaired.fetch_add(u64::from(counts_anew), std::sync::atomic::Ordering::Relaxed);
        assert!(matches!(table.put(&[9; 8], &[9; 16], 0, NEVER, 0, None), Put::Stored(_)));
        assert!(!table.totals.wants_recount());
        table.verify().unwrap();
        assert_eq!(*process.why.lock().unwrap(), None);
        // The dead may go now.
        OVER.store(true, std::sync::atomic::Ordering::Relaxed);
        for thread in threads {
            thread.thread().unpark();
            thread.join().unwrap();
        }
    });
    println!("{deaths:?} deaths, {repairs:?} schedules that ended with something to repair or to count");
}

#[test]
fn processes_that_die_at_one_shard() {
    explore_processes(options(3, 1), true);
}

#[test]
fn processes_that_die_at_one_shard_and_give_up() {
    explore_processes(options(3, 1), false);
}

#[test]
fn processes_that_die_at_several_shards() {
    explore_processes(options(3, 4), true);
}

#[test]
fn one_shard_of_writers_who_wait() {
    explore(options(3, 1), true);
}

#[test]
fn one_shard_of_writers_who_give_up() {
    explore(options(3, 1), false);
}

#[test]
fn shards_that_take_each_others_room() {
    explore(options(3, 4), true);
}

#[test]
fn shards_of_writers_who_give_up() {
    explore(options(3, 4), false);
}
