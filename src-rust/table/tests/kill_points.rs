//! Deaths at named points. A point is where a process goes on to another of the words that docs/table-protocol.md names:
//! the order of these is the protocol's, and processes die there one after the other, each while it mends what the last
//! one left.

use super::deaths::{CHANGES, Change, KEYS, May, change, filled, inherit, look, small};
use super::*;
use crate::shim::{live_for, trail};
use crate::table::machine::Machine;
use crate::table::{gate, record};
use std::collections::BTreeSet;

/// When a third of what was stored has expired.
const LATER: u64 = 55;

/// What the words of a table are called, by address.
struct Names {
    base: usize,
    bytes: usize,
    /// Where each array begins.
    arrays: Vec<(usize, &'static str)>,
}

impl Names {
    fn of(machine: &Machine, options: &Options) -> Self {
        let plan = Geometry::new(options, 0, stats::STRIPES);
        let base = machine.region().area(plan.totals).address().addr() - plan.totals.offset();
        // Lists, heap, free slots and blocks, sums: what a repair makes anew from the index.
        let mut arrays: Vec<_> = plan.offsets().into_iter().map(|start| (start, "rest")).collect();
        arrays.extend([
            // Of two names for one place the second counts.
            (plan.totals.offset(), "totals"),
            (plan.pool.offset(), "pool"),
            (plan.owners.offset(), "owner"),
            (plan.gates.offset(), "gate"),
            (plan.index.offset(), "cell"),
            (plan.generation.offset(), "generation"),
            (plan.versions.offset(), "version"),
            (plan.records.offset(), "record"),
            (plan.blocks.offset(), "block"),
        ]);
        arrays.sort_by_key(|&(start, _)| start);
        Self { base, bytes: plan.bytes, arrays }
    }

    /// `None`: a word of the process's own.
    fn name(&self, address: usize) -> Option<&'static str> {
        let offset = address.checked_sub(self.base).filter(|&offset| offset < self.bytes)?;
        let (start, array) = self.arrays[self.arrays.partition_point(|&(start, _)| start <= offset) - 1];
        Some(match array {
            "gate" => {
                let word = (offset - start) / size_of::<u32>() % gate::WORDS;
                ["wanted", "current", "epoch", "count"][gate::OFFSETS.partition_point(|&at| at <= word) - 1]
            }
            "record" if (offset - start) / size_of::<u64>() % record::WORDS == record::OFFSETS[0] => {
                "sequence"
            }
            other => other,
        })
    }

    /// What was written, in order, with the first step of each.
    fn runs(&self, trail: &[usize]) -> Vec<(u64, &'static str)> {
        let mut runs: Vec<(u64, &str)> = Vec::new();
        for (step, &word) in (0..).zip(trail) {
            if let Some(name) = self.name(word)
                && runs.last().is_none_or(|&(_, last)| last != name)
            {
                runs.push((step, name));
            }
        }
        runs
    }

    /// Before the first step of each run and in the middle of it.
    fn points(&self, trail: &[usize]) -> BTreeSet<u64> {
        let mut starts: Vec<u64> = self.runs(trail).into_iter().map(|(step, _)| step).collect();
        starts.push(trail.len() as u64);
        starts.windows(2).flat_map(|run| [run[0], run[0].midpoint(run[1])]).collect()
    }
}

/// What a process does, and in which place.
#[derive(Debug, Clone, Copy)]
enum Deed {
    Change(Change),
    /// It finds the lock of somebody who has died.
    Repair(usize),
    /// It has claimed the place of somebody who has died.
    Adopt(usize),
}

/// A table, what it has been through, and what may be found in it.
struct Scene {
    options: Options,
    machine: Arc<Machine>,
    allowed: May,
    near: Vec<(u8, u32, Hit)>,
    now: u64,
}

impl Scene {
    /// Those who did these things have each died before the given step.
    fn after(options: &Options, now: u64, cleared: bool, deaths: &[(Deed, u64)]) -> Self {
        let (machine, mut allowed) = (Machine::on_the_heap(options), May::default());
        let (table, process) = filled(&machine, &mut allowed);
        let near = (0..KEYS).filter_map(|number| {
            look(&table, &mut allowed, number, 0).map(|(writing, hit)| (number, writing, hit))
        });
        let near = near.collect();
        if cleared {
            change(&table, &mut allowed, Change::Clear, 0, 0, None);
        }
        process.die();
        let mut scene = Self { options: options.clone(), machine, allowed, near, now };
        for &(deed, step) in deaths {
            scene.run(deed, Some(step));
        }
        scene
    }

    /// Somebody does it, or is killed before a step of it. What was written.
    fn run(&mut self, deed: Deed, step: Option<u64>) -> Vec<usize> {
        let (place, what) = match deed {
            Deed::Change(what) => (0, what),
            Deed::Repair(place) | Deed::Adopt(place) => (place, Change::Locked),
        };
        let (table, process) = self.machine.start(place);
        let trail = trail(|| match (deed, step) {
            (Deed::Adopt(_), Some(step)) => _ = live_for(step, || {}, || table.adopt()),
            (Deed::Adopt(_), None) => table.adopt(),
            _ => _ = change(&table, &mut self.allowed, what, 33, self.now, step),
        });
        process.die();
        trail
    }

    fn trail(mut self, deed: Deed) -> (Names, Vec<usize>) {
        let names = Names::of(&self.machine, &self.options);
        let trail = self.run(deed, None);
        (names, trail)
    }

    fn points(self, deed: Deed) -> BTreeSet<u64> {
        let (names, trail) = self.trail(deed);
        names.points(&trail)
    }

    fn written(self, deed: Deed) -> Vec<&'static str> {
        let (names, trail) = self.trail(deed);
        names.runs(&trail).into_iter().map(|(_, name)| name).collect()
    }

    fn inherit(mut self, place: usize) {
        inherit(&self.machine, &mut self.allowed, &self.near, place, self.now);
    }
}

/// What is written where there is room for everything, and nothing has expired.
fn written(cleared: bool, deaths: &[(Deed, u64)], deed: Deed) -> String {
    in_peace(cleared, deaths).written(deed).join(" ")
}

fn in_peace(cleared: bool, deaths: &[(Deed, u64)]) -> Scene {
    let options = Options { max_size: 40, max_bytes: 40_000, ..small() };
    Scene::after(&options, 1, cleared, deaths)
}

/// Just before it first writes to a word of this name.
fn before(deed: Deed, word: &str) -> (Deed, u64) {
    let (names, trail) = in_peace(false, &[]).trail(deed);
    let run = names.runs(&trail).into_iter().find(|&(_, name)| name == word);
    (deed, run.expect("it writes to such a word").0)
}

#[test]
fn words_are_written_in_the_order_of_the_protocol() {
    let replace = Deed::Change(Change::Set { key: 1, ttl: NEVER });
    let publish = Deed::Change(Change::Set { key: 11, ttl: NEVER });
    let fill = Deed::Change(Change::Fill { key: 11 });
    let delete = Deed::Change(Change::Delete { key: 7 });
    for (deed, order) in [
        (replace, "owner count rest block sequence version record sequence rest owner"),
        (publish, "owner count totals rest block rest sequence version record cell sequence rest owner"),
        (fill, "owner totals rest block rest sequence version record cell sequence rest owner"),
        (delete, "owner count epoch sequence version record cell epoch sequence rest totals rest owner"),
        (Deed::Change(Change::Clear), "wanted generation rest"),
    ] {
        assert_eq!(written(false, &[], deed), order, "{deed:?}");
    }
    let each = "sequence version record sequence totals rest ".repeat(8);
    let empties = format!("owner epoch {each}pool cell epoch rest current owner");
    assert_eq!(written(true, &[], Deed::Change(Change::Locked)), empties);

    let keeps = "owner totals epoch rest pool totals owner";
    let drops = "owner totals epoch sequence version record sequence epoch rest pool totals owner";
    let unlists = "owner totals epoch sequence version record sequence cell epoch rest pool totals owner";
    for mends in [Deed::Repair(1), Deed::Adopt(0)] {
        for (dead, order) in [
            (before(publish, "block"), keeps),
            (before(publish, "record"), drops),
            (before(replace, "sequence"), keeps),
            (before(replace, "record"), unlists),
            (before(delete, "sequence"), keeps),
            (before(delete, "record"), unlists),
        ] {
            assert_eq!(written(false, &[dead], mends), order, "{mends:?} after {dead:?}");
        }
    }
    // Nobody has held anything.
    assert_eq!(written(false, &[before(delete, "owner")], Deed::Adopt(0)), "");
}

/// Who mends what a process has left, one after the other: in his own place, in the place of the one before, or in
/// another one.
const SUCCESSIONS: [[Deed; 2]; 4] = [
    [Deed::Adopt(0), Deed::Adopt(0)],
    [Deed::Repair(1), Deed::Adopt(1)],
    [Deed::Adopt(0), Deed::Repair(1)],
    [Deed::Repair(1), Deed::Repair(2)],
];

/// Deaths in the middle of a change: one of each kind that there is, by what has to be mended afterwards; with
/// KILL_POINTS=all, at every point of every change.
fn first_deaths() -> Vec<(bool, (Deed, u64))> {
    let all = std::env::var("KILL_POINTS").is_ok_and(|which| which == "all");
    let mut kinds = BTreeSet::new();
    let mut deaths = Vec::new();
    for (what, cleared) in CHANGES.into_iter().flat_map(|what| [(what, false), (what, true)]) {
        for step in Scene::after(&small(), LATER, cleared, &[]).points(Deed::Change(what)) {
            let death = (Deed::Change(what), step);
            let kind = Scene::after(&small(), LATER, cleared, &[death]).written(Deed::Adopt(0));
            if all || kinds.insert(kind) {
                deaths.push((cleared, death));
            }
        }
    }
    deaths
}

#[test]
fn three_die_one_after_the_other_at_every_point_of_what_each_does() {
    let mut count = 0;
    for (cleared, first) in first_deaths() {
        let after = |deaths: &[(Deed, u64)]| Scene::after(&small(), LATER, cleared, deaths);
        for [mends, mends_again] in SUCCESSIONS {
            for second in after(&[first]).points(mends) {
                for third in after(&[first, (mends, second)]).points(mends_again) {
                    after(&[first, (mends, second), (mends_again, third)]).inherit(count % 3);
                    count += 1;
                }
            }
        }
    }
    println!("{count} times three deaths");
    assert!(count > 1_000);
}

#[test]
fn whoever_adopts_is_killed_at_every_step() {
    let mut count = 0;
    for (cleared, first) in first_deaths() {
        let after = |deaths: &[(Deed, u64)]| Scene::after(&small(), LATER, cleared, deaths);
        let steps = after(&[first]).trail(Deed::Adopt(0)).1.len() as u64;
        for step in 0..steps {
            after(&[first, (Deed::Adopt(0), step)]).inherit(step as usize % 2);
            count += 1;
        }
    }
    println!("{count} adoptions");
    assert!(count > 1_000);
}
