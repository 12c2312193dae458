use super::process::Process;
use super::*;
use crate::shared::list;
use crate::shared::remove::{Removed, remove, sweep};
use crate::table::{Host, Owner};
use std::time::Duration;

/// In a directory that is not there yet, the call that makes a file without a name.
const UNNAMED: usize = 6;

/// The owner word and the inode that a process said.
fn told(process: &mut Process) -> (u64, u64) {
    let said = process.hear().unwrap();
    let (word, inode) = said.split_once(' ').unwrap();
    (word.parse().unwrap(), inode.parse().unwrap())
}

/// Runs `role n` for each n until it is not killed any more. `before` prepares a directory; `after` looks at what is left.
/// How many calls there are.
fn each_call(role: &str, more: &str, before: impl Fn(&Path), after: impl Fn(&Path, usize)) -> usize {
    for call in 0.. {
        let scratch = Scratch::new();
        before(&scratch.caches());
        let mut process = Process::start(&format!("{role} {call}{more}"), &scratch.caches());
        let calls = process.hear();
        assert_eq!(process.end().success(), calls.is_some(), "{role} {call}");
        after(&scratch.caches(), call);
        if let Some(calls) = calls {
            assert_eq!(calls, call.to_string());
            return call;
        }
    }
    unreachable!()
}

/// Whatever the dead left behind, the cache can be had, nobody is taken for alive, and nothing stays.
fn recovers(directory: &Path) {
    for listed in list(directory).unwrap() {
        assert!(listed.cache.is_some(), "a file is not whole: {listed:?}");
        assert!(!listed.is_used && listed.processes.is_empty(), "the dead live: {listed:?}");
    }
    let attachment = attach(directory, "it");
    assert!(attachment.is_participant());
    // Generation 1 is that of whoever came first.
    let dead = |number| attachment.state_of(1 << 16 | u64::from(number + 1_u32)) == Owner::Dead;
    assert!(
        (0..at::PARTICIPANTS)
            .all(|number| dead(number) || attachment.own_word() == 1 << 16 | u64::from(number + 1))
    );
    sweep(directory, Duration::MAX).unwrap();
    assert_eq!(names(directory), [identity("it").file_name()]);
}

#[test]
fn the_dead_are_known_to_be_dead_and_the_living_to_live() {
    let scratch = Scratch::new();
    let here = attach(&scratch.caches(), "it");
    let mut others: Vec<_> = (0..4).map(|_| Process::start("hold", &scratch.caches())).collect();
    let words: Vec<_> = others.iter_mut().map(|process| told(process).0).collect();
    assert!(words.iter().all(|&word| here.state_of(word) == Owner::Alive));
    assert_eq!(list(&scratch.caches()).unwrap()[0].processes.len(), 5);
    for (process, word) in others.into_iter().zip(words) {
        assert!(list(&scratch.caches()).unwrap()[0].processes.contains(&process.id()));
        process.kill();
        assert_eq!(here.state_of(word), Owner::Dead);
    }
}

#[test]
fn a_creator_that_dies_leaves_a_file_that_others_go_on_with() {
    let scratch = Scratch::new();
    let mut creator = Process::start("hold", &scratch.caches());
    let (word, inode) = told(&mut creator);
    let here = attach(&scratch.caches(), "it");
    assert_eq!((here.id().1, word), (inode, 1 << 16 | 1));
    creator.kill();
    assert_eq!(here.state_of(word), Owner::Dead);
    let mut next = Process::start("hold", &scratch.caches());
    assert_eq!(told(&mut next).1, inode);
    assert!(next.end().success());
}

#[test]
fn a_death_at_any_step_of_making_a_file_leaves_none_or_a_whole_one() {
    let calls = each_call(
        "attach",
        "",
        |_| {},
        |directory, _| {
            assert!(!names(directory).iter().any(FileName::is_temporary));
            if directory.is_dir() {
                recovers(directory);
            }
        },
    );
    assert!(calls > UNNAMED);
}

#[test]
fn and_so_it_is_where_files_must_have_names() {
    let seen = std::cell::Cell::new(0);
    each_call(
        "attach",
        &format!(" {UNNAMED}"),
        |_| {},
        |directory, _| {
            seen.set(seen.get() + usize::from(names(directory).iter().any(FileName::is_temporary)));
            if directory.is_dir() {
                recovers(directory);
            }
        },
    );
    assert!(seen.get() > 3, "names were used");
}

#[test]
fn a_death_at_any_step_of_opening_leaves_the_file_as_it_was() {
    each_call("attach", "", |directory| drop(attach(directory, "it")), |directory, _| recovers(directory));
}

#[test]
fn a_death_at_any_step_of_a_sweep_or_a_removal_leaves_the_file_or_none() {
    let gone = std::cell::Cell::new(0);
    for role in ["sweep", "remove"] {
        let calls = each_call(
            role,
            "",
            |directory| drop(attach(directory, "it")),
            |directory, _| {
                gone.set(gone.get() + usize::from(names(directory).is_empty()));
                recovers(directory);
                assert_eq!(remove(directory, &identity("it").file_name()).unwrap(), Removed::Yes);
            },
        );
        assert!(calls > 5 && gone.take() > 0);
    }
}

/// Of the first: whoever makes a file, with a name from the beginning or none. Of the second: whoever comes next.
#[test]
fn two_deaths_one_after_the_other_leave_no_file_or_a_whole_one() {
    for (more, role) in [(String::new(), "attach"), (format!(" {UNNAMED}"), "sweep")] {
        for first in 0.. {
            let lived = std::cell::Cell::new(false);
            let before = |directory: &Path| {
                let mut process = Process::start(&format!("attach {first}{more}"), directory);
                lived.set(process.hear().is_some());
                process.end();
            };
            let after = |directory: &Path, _| {
                if directory.is_dir() {
                    recovers(directory);
                }
            };
            each_call(role, "", before, after);
            if lived.get() {
                assert!(first > UNNAMED);
                break;
            }
        }
    }
}
