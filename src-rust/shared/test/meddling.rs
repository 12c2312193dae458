//! What others do between any two calls of somebody who attaches.

use super::process::{Process, say};
use super::*;
use crate::shared::attachment::Look;
use crate::shared::layout::Field;
use crate::shared::remove::{remove, sweep};
use crate::sys::fault::{self, Fault};
use crate::sys::{self, errno};
use std::cell::{Cell, RefCell};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::ExitStatusExt;
use std::rc::Rc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// In a directory with the file: the calls up to the last look at its name.
const CALLS_TO_NAME: usize = 7;

/// Attaches while somebody does `act` before the nth call, for each n. `look` sees n and what came of it.
fn each_call(
    exists: bool,
    act: impl Fn(&Path) + Copy + 'static,
    look: impl Fn(usize, &Path, Result<Attachment, Error>),
) -> usize {
    for call in 0.. {
        let scratch = Scratch::new();
        let caches = scratch.caches();
        drop(attach(&caches, if exists { "it" } else { "other" }));
        let directory = caches.clone();
        fault::meddle(call, move || act(&directory));
        let result = attach_as(&caches, &identity("it"));
        if !fault::meddled() {
            return call;
        }
        look(call, &caches, result);
    }
    unreachable!()
}

fn has_its_name(directory: &Path, attachment: &Attachment) -> bool {
    fs::metadata(path_of(directory, "it")).is_ok_and(|named| named.ino() == attachment.id().1)
}

#[test]
fn sweeps_removals_and_other_users_at_any_moment_change_nothing() {
    let acts: [fn(&Path); 4] = [
        |directory| assert!(sweep(directory, Duration::ZERO).unwrap_or(0) < 2),
        |directory| {
            let _ = remove(directory, &identity("it").file_name());
        },
        |directory| drop(attach(directory, "it")),
        |directory| {
            drop(attach(directory, "it"));
            let _ = remove(directory, &identity("it").file_name());
            drop(attach(directory, "it"));
        },
    ];
    for act in acts {
        for exists in [true, false] {
            let calls = each_call(exists, act, |call, directory, result| {
                let attachment = result.unwrap_or_else(|error| panic!("{error:?} at {call}"));
                assert!(has_its_name(directory, &attachment), "attached to what was removed, at {call}");
                assert!(attachment.is_participant());
            });
            assert!(calls >= CALLS_TO_NAME);
        }
    }
}

#[test]
fn a_stranger_who_takes_the_name_away_is_noticed_then_or_at_the_next_look() {
    for exists in [true, false] {
        let unlink = |directory: &Path| drop(fs::remove_file(path_of(directory, "it")));
        each_call(exists, unlink, |call, directory, result| {
            let attachment = result.unwrap_or_else(|error| panic!("{error:?} at {call}"));
            assert!(
                has_its_name(directory, &attachment) || attachment.look_now(1_000) == Look::Gone,
                "{call}"
            );
        });
    }
}

#[test]
fn a_stranger_who_puts_another_file_in_its_place_is_noticed_until_the_last_check() {
    let replace = |directory: &Path| {
        let path = path_of(directory, "it");
        let _ = fs::rename(&path, directory.join("moved"));
        drop(attach(directory, "it"));
    };
    each_call(true, replace, |call, directory, result| {
        let attachment = result.unwrap_or_else(|error| panic!("{error:?} at {call}"));
        assert!(call >= CALLS_TO_NAME || has_its_name(directory, &attachment), "{call}");
    });
}

/// Afterwards it is a file in use, of which docs/crash-safety.md promises nothing to whoever truncates it.
#[test]
fn a_stranger_who_truncates_the_file_is_noticed_until_its_size_or_header_was_read() {
    for (len, size_or_header) in [(at::TABLE_AT, CALLS_TO_NAME - 2), (0, CALLS_TO_NAME)] {
        for call in 0.. {
            let scratch = Scratch::new();
            drop(attach(&scratch.caches(), "it"));
            let mut process = Process::start(&format!("truncated {call} {len}"), &scratch.caches());
            let said = process.hear();
            let status = process.end();
            if said.as_deref() == Some("was not") {
                assert!(call > size_or_header);
                break;
            }
            let whole = status.success() && said.as_deref() == Some("is whole");
            let bus_error = status.signal() == Some(fault::BUS_ERROR);
            assert!(whole || call > size_or_header && bus_error, "{call}, {len} bytes: {status} {said:?}");
        }
    }
}

/// Attaches, and has the file truncated before that call.
pub(super) fn truncated(directory: &Path, call: usize, len: usize) {
    let path = path_of(directory, "it");
    let truncate = move || fs::File::options().write(true).open(path).unwrap().set_len(len as u64).unwrap();
    fault::meddle(call, truncate);
    let attachment = attach_as(directory, &identity("it")).unwrap();
    if !fault::meddled() {
        return say("was not");
    }
    for offset in (0..at::TABLE_AT + FIXED_BYTES as usize).step_by(4096) {
        attachment.mapping().u64(offset).unwrap().load(Ordering::Relaxed);
    }
    say("is whole");
}

#[test]
fn a_directory_that_goes_is_made_again() {
    for exists in [true, false] {
        let remove_all = |directory: &Path| drop(fs::remove_dir_all(directory));
        each_call(exists, remove_all, |call, directory, result| {
            let attachment = result.unwrap_or_else(|error| panic!("{error:?} at {call}"));
            assert!(
                has_its_name(directory, &attachment) || attachment.look_now(1_000) == Look::Gone,
                "{call}"
            );
        });
    }
}

/// ext4 says that nobody may make files in a directory that is gone, others that it is not there.
#[test]
fn a_directory_that_has_gone_is_made_again_whatever_the_file_system_says() {
    const CREATES: usize = 3;
    for number in [errno::MISSING, errno::ACCESS, errno::PERMISSION] {
        let scratch = Scratch::new();
        let caches = scratch.caches();
        drop(attach(&caches, "other"));
        let directory = caches.clone();
        fault::meddle(CREATES, move || {
            fs::remove_dir_all(directory).unwrap();
            fault::plan(&[(CREATES, Fault::Fail(number))]);
        });
        let attachment = attach_as(&caches, &identity("it")).unwrap();
        assert!(fault::meddled() && fault::calls() > CREATES);
        assert!(has_its_name(&caches, &attachment));
    }
}

/// Sweeps, or removes, while somebody does `act` before the nth call, for each n. For each, whether the file that was
/// made meanwhile, if any, still has its name.
fn each_call_of_a_removal(slow: fn(&Path), act: fn(&Path) -> Option<Attachment>) -> Vec<bool> {
    let mut kept = Vec::new();
    for call in 0.. {
        let scratch = Scratch::new();
        let caches = scratch.caches();
        drop(attach(&caches, "it"));
        let made = Rc::new(RefCell::new(None));
        let (directory, making) = (caches.clone(), Rc::clone(&made));
        fault::meddle(call, move || drop(making.replace(act(&directory))));
        slow(&caches);
        if !fault::meddled() {
            break;
        }
        kept.push(made.borrow().as_ref().is_none_or(|attachment| has_its_name(&caches, attachment)));
    }
    assert!(kept.len() > 5);
    kept
}

const REMOVERS: [fn(&Path); 2] = [
    |directory| assert!(sweep(directory, Duration::ZERO).unwrap() < 2),
    |directory| {
        let _ = remove(directory, &identity("it").file_name()).unwrap();
    },
];

#[test]
fn a_slow_remover_takes_no_file_that_was_made_meanwhile() {
    for slow in REMOVERS {
        let kept = each_call_of_a_removal(slow, |directory| {
            let _ = remove(directory, &identity("it").file_name());
            hastily(|| attach_as(directory, &identity("it"))).ok()
        });
        assert!(kept.iter().all(|&kept| kept), "{kept:?}");
        // A stranger heeds no lock, and can come between the comparison, which takes two calls, and what follows.
        let kept = each_call_of_a_removal(slow, |directory| {
            fs::remove_file(path_of(directory, "it")).unwrap();
            Some(attach(directory, "it"))
        });
        assert!(kept[..kept.len() - 2].iter().all(|&kept| kept), "{kept:?}");
    }
}

#[test]
fn a_file_that_is_used_while_it_is_looked_at_is_not_old() {
    const KEEP: Duration = Duration::from_secs(10);
    for call in 0.. {
        let scratch = Scratch::new();
        let caches = scratch.caches();
        let user = attach(&caches, "it");
        let mapping = user.mapping().clone();
        drop(user);
        let last_used = mapping.u64(at::LAST_USED.at).unwrap();
        last_used.store(sys::uptime() - 10_000, Ordering::Relaxed);
        let used = Rc::new(Cell::new(false));
        let (directory, using) = (caches.clone(), Rc::clone(&used));
        // Comes, and is gone again before the sweep goes on.
        fault::meddle(call, move || using.set(hastily(|| attach_as(&directory, &identity("it"))).is_ok()));
        let swept = sweep(&caches, KEEP).unwrap();
        if !fault::meddled() {
            assert!(call > 5 && swept == 1);
            break;
        }
        // Once the gate is held nobody can come, and once the file is gone there is another.
        assert!(path_of(&caches, "it").exists() || !used.get(), "{call}");
    }
}

#[test]
fn openers_who_replace_a_retired_file_take_nothing_from_each_other() {
    for call in 0.. {
        let scratch = Scratch::new();
        let caches = scratch.caches();
        let idle = attach(&caches, "it");
        let word = |field: Field| idle.mapping().u64(field.at).unwrap();
        word(at::RETIRED_AT).store(sys::uptime() - 2_000, Ordering::Relaxed);
        idle.mapping().u32(at::STATE.at).unwrap().store(at::RETIRED, Ordering::Relaxed);
        let made = Rc::new(RefCell::new(None));
        let (directory, making) = (caches.clone(), Rc::clone(&made));
        fault::meddle(call, move || {
            drop(making.replace(hastily(|| attach_as(&directory, &identity("it"))).ok()))
        });
        let attachment = attach_as(&caches, &identity("it")).unwrap();
        if !fault::meddled() {
            assert!(call > 10);
            break;
        }
        assert!(has_its_name(&caches, &attachment), "{call}");
        assert!(made.borrow().as_ref().is_none_or(|made| has_its_name(&caches, made)), "{call}");
    }
}
