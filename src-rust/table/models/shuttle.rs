//! The whole table, with several shards that take each other's room, under shuttle's PCT scheduler: random
//! interleavings with few but well-placed preemptions. `make shuttle`.

use super::*;
use crate::shim::PATIENT;
use crate::table::oracle::{Client, Source};
use ::shuttle::rand::Rng;
use ::shuttle::scheduler::PctScheduler;
use ::shuttle::{Config, Runner, thread};

const SCHEDULES: usize = 20_000;
const DEPTH: usize = 4;
const THREADS: usize = 3;
const STEPS: usize = 12;

fn explore(options: Options, patient: bool) {
    PATIENT.store(patient, std::sync::atomic::Ordering::Relaxed);
    let mut config = Config::new();
    config.stack_size = 1 << 18;
    let runner = Runner::new(PctScheduler::new(DEPTH, SCHEDULES), config);
    runner.run(move || {
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
