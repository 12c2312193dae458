use super::*;
use crate::sys::fault::{self, Fault};
use crate::sys::{Errno, errno};

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

#[test]
fn without_locks_of_descriptions_or_reservation_the_file_system_is_refused() {
    let errors: Vec<_> = each_call(errno::UNSUPPORTED, fresh).into_iter().filter_map(Result::err).collect();
    for what in ["lock bytes of files", "reserve room for a file", "give a new file its name in one step"] {
        assert!(errors.contains(&Error::FileSystem(what)), "{what}: {errors:?}");
    }
}
