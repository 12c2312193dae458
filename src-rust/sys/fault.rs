//! Of tests: makes one system call fail, or kills the process before it, so that every step of a sequence is the last
//! one once.

use super::Errno;
use std::cell::Cell;

/// What happens instead of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The call fails.
    Fail(Errno),
    /// The process dies by SIGKILL.
    Kill,
}

thread_local! {
    static PLAN: Cell<Option<(usize, Fault)>> = const { Cell::new(None) };
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

/// Has it happen once in this thread, at the `nth` call from now, the first of which is 0.
pub(crate) fn plan(nth: usize, fault: Fault) {
    CALLS.set(0);
    PLAN.set(Some((nth, fault)));
}

/// Ends the plan. How many calls there were since it was made.
pub(crate) fn calls() -> usize {
    PLAN.set(None);
    CALLS.get()
}

/// Before each call: how it fails, if it is to fail.
pub(super) fn before() -> Option<Errno> {
    let (nth, fault) = PLAN.get()?;
    let call = CALLS.get();
    CALLS.set(call + 1);
    if call != nth {
        return None;
    }
    match fault {
        Fault::Fail(errno) => Some(errno),
        Fault::Kill => {
            // SAFETY: a signal to this process, which does not return.
            unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
            unreachable!("SIGKILL returned")
        }
    }
}
