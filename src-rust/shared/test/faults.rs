use super::process::Process;
use super::*;
use crate::shared::attachment::Look;
use crate::shared::list;
use crate::shared::remove::{Removed, remove, sweep};
use crate::sys::fault::{self, Fault};
use crate::sys::{Errno, errno};
use crate::table::{Host, Owner};
use std::time::Duration;

/// Some of these each call can give; all must be survived.
const ERRNOS: [Errno; 14] = [
    errno::NO_SPACE,
    errno::NO_MEMORY,
    errno::PROCESS_FILES,
    errno::FILE_TOO_LARGE,
    errno::ACCESS,
    errno::PERMISSION,
    errno::UNSUPPORTED,
    errno::INVALID,
    errno::AGAIN,
    errno::MISSING,
    errno::EXISTS,
    errno::BAD_FILE,
    errno::READ_ONLY,
    Errno(5),
];

/// What becomes of an attachment whose nth call fails so, for every n.
fn each_call(number: Errno, before: impl Fn(&Path)) -> Vec<Result<Attachment, Error>> {
    let mut results = Vec::new();
    for call in 0.. {
        let scratch = Scratch::new();
        before(&scratch.caches());
        fault::plan(&[(call, Fault::Fail(number))]);
        let result = attach_as(&scratch.caches(), &identity("it"));
        if fault::calls() <= call {
            assert!(result.is_ok());
            return results;
        }
        if let Err(error) = &result {
            assert!(!error.to_string().is_empty());
        }
        assert!(!names(&scratch.caches()).iter().any(FileName::is_temporary), "{number:?} at {call}");
        // Nothing is left of the attempt that would be in the way of the next.
        let attached = result.is_ok();
        results.push(result);
        let again = attach(&scratch.caches(), "it");
        assert!(again.is_participant());
        let shared = results.last().unwrap().as_ref().is_ok_and(|first| first.id() == again.id());
        assert_eq!(attached, shared, "{number:?} at {call}");
    }
    unreachable!()
}

fn fresh(_: &Path) {}

fn existing(directory: &Path) {
    drop(attach(directory, "it"));
}

#[test]
fn a_call_that_fails_is_an_error_or_is_made_up_for_and_leaves_nothing() {
    for number in ERRNOS {
        for before in [fresh, existing] {
            let results = each_call(number, before);
            assert!(results.iter().any(Result::is_err), "{number:?} was never seen");
        }
    }
}

#[test]
fn errors_tell_what_can_be_tried_again() {
    for (number, expected) in [
        (errno::NO_SPACE, Error::NoSpace),
        (errno::QUOTA, Error::NoSpace),
        (errno::NO_MEMORY, Error::Memory),
        (errno::FILE_TOO_LARGE, Error::FileSize),
        (errno::PROCESS_FILES, Error::OpenFiles),
        (errno::SYSTEM_FILES, Error::OpenFiles),
    ] {
        let errors: Vec<_> = each_call(number, fresh).into_iter().filter_map(Result::err).collect();
        assert!(errors.len() > 5 && errors.iter().all(|error| *error == expected), "{errors:?}");
        assert!(expected.is_temporary());
    }
}

#[test]
fn signals_are_no_errors_unless_there_is_no_end_of_them() {
    for before in [fresh, existing] {
        assert!(each_call(errno::INTERRUPTED, before).iter().all(Result::is_ok));
    }
    let storm: Vec<_> = (3..200).map(|call| (call, Fault::Fail(errno::INTERRUPTED))).collect();
    let scratch = Scratch::new();
    fault::plan(&storm);
    assert!(attach_as(&scratch.caches(), &identity("it")).is_err());
    fault::calls();
}

/// Whether somebody else uses the file, and what is done with it.
type Deed = (bool, fn(&Path));

const DEEDS: [Deed; 5] = [
    (false, |directory| assert_eq!(sweep(directory, Duration::ZERO).unwrap(), 1)),
    (true, |directory| assert_eq!(sweep(directory, Duration::ZERO).unwrap(), 0)),
    (false, |directory| assert_eq!(remove(directory, &identity("it").file_name()).unwrap(), Removed::Yes)),
    (true, |directory| assert_eq!(list(directory).unwrap()[0].processes.len(), 1)),
    (true, |directory| {
        let here = attach_as(directory, &identity("it")).unwrap();
        let other = if here.own_word() & 0xffff == 1 { 2 } else { 1 };
        assert_eq!(here.state_of(here.own_word()), Owner::Alive);
        assert_ne!(here.state_of(1 << 16 | other), Owner::Unknown);
        assert!(here.allocate(at::TABLE_AT, 1 << 17));
        assert_eq!(here.look_now(crate::sys::uptime() + 2_000), Look::Same);
        here.close();
        assert!(here.damage().is_none());
    }),
];

#[test]
fn signals_disturb_nothing_that_is_done_with_a_file() {
    for (is_used, deed) in DEEDS {
        for call in 0.. {
            let scratch = Scratch::new();
            let user = attach(&scratch.caches(), "it");
            let user = is_used.then_some(user);
            fault::plan(&[(call, Fault::Fail(errno::INTERRUPTED))]);
            deed(&scratch.caches());
            let calls = fault::calls();
            drop(user);
            if calls <= call {
                assert!(call > 3);
                break;
            }
        }
    }
}

#[test]
fn real_signals_disturb_nothing_either() {
    let scratch = Scratch::new();
    assert!(Process::start("interrupted", &scratch.caches()).end().success());
}

/// Its calls are interrupted at every moment.
pub(super) fn interrupted(directory: &Path) {
    fault::alarm_every(Duration::from_micros(50));
    for _ in 0..100 {
        for (is_used, deed) in DEEDS {
            let user = attach(directory, "it");
            let user = is_used.then_some(user);
            deed(directory);
            drop(user);
        }
    }
    assert!(fault::alarms() > 100);
}

#[test]
fn without_locks_of_descriptions_or_reservation_the_file_system_is_refused() {
    let errors: Vec<_> = each_call(errno::UNSUPPORTED, fresh).into_iter().filter_map(Result::err).collect();
    for what in ["lock bytes of files", "reserve room for a file", "give a new file its name in one step"] {
        assert!(errors.contains(&Error::FileSystem(what)), "{what}: {errors:?}");
    }
}
