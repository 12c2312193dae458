//! Of tests: makes one system call fail, or kills the process before it, so that every step of a sequence is the last
//! one once.

use super::{Errno, File};
use std::cell::{Cell, RefCell};
use std::sync::atomic::{AtomicUsize, Ordering};

/// What happens instead of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The call fails.
    Fail(Errno),
    /// The process dies by SIGKILL.
    Kill,
}

/// What ends whoever touches a page of a file that the file has not.
pub(crate) const BUS_ERROR: i32 = libc::SIGBUS;

thread_local! {
    static PLAN: RefCell<Vec<(usize, Fault)>> = const { RefCell::new(Vec::new()) };
    static MEDDLING: Cell<Option<Meddling>> = const { Cell::new(None) };
    static CALLS: Cell<usize> = const { Cell::new(0) };
}

/// What somebody else does before a call, and which.
type Meddling = (usize, Box<dyn FnOnce()>);

/// Has somebody else do something just before the nth call from now of this thread.
pub(crate) fn meddle(nth: usize, act: impl FnOnce() + 'static) {
    plan(&[]);
    MEDDLING.set(Some((nth, Box::new(act))));
}

/// Has faults happen in this thread, each at the nth call from now, the first of which is 0.
pub(crate) fn plan(faults: &[(usize, Fault)]) {
    CALLS.set(0);
    PLAN.replace(faults.to_vec());
}

/// Ends the plan. How many calls there were since it was made.
pub(crate) fn calls() -> usize {
    PLAN.take();
    CALLS.get()
}

/// Whether somebody has done it, or there were fewer calls.
pub(crate) fn meddled() -> bool {
    MEDDLING.take().is_none()
}

/// If it is time, lets somebody else do what he has planned.
pub(super) fn let_meddle() {
    match MEDDLING.take() {
        Some((nth, act)) if nth == CALLS.get() => {
            act();
            // His own calls do not count.
            CALLS.set(nth);
        }
        other => MEDDLING.set(other),
    }
}

/// Before each call: how it fails, if it is to fail.
pub(super) fn before() -> Option<Errno> {
    let_meddle();
    let call = CALLS.get();
    CALLS.set(call + 1);
    let fault =
        PLAN.with_borrow(|plan| plan.iter().find(|(nth, _)| *nth == call).map(|(_, fault)| *fault))?;
    match fault {
        Fault::Fail(errno) => Some(errno),
        Fault::Kill => {
            kill(std::process::id());
            unreachable!("SIGKILL returned")
        }
    }
}

/// Ends a process by SIGKILL.
pub(crate) fn kill(process: u32) {
    // SAFETY: a signal touches no memory of ours.
    unsafe { libc::kill(process as libc::pid_t, libc::SIGKILL) };
}

/// Splits the process in two, without `exec`. The child's number; `None` in the child.
pub(crate) fn fork() -> Option<u32> {
    // SAFETY: the child of these tests calls what is safe in a signal handler, and `std` of one thread.
    let child = unsafe { libc::fork() };
    assert!(child >= 0, "fork failed");
    u32::try_from(child).ok().filter(|&child| child != 0)
}

/// Waits for ever.
pub(crate) fn pause() -> ! {
    loop {
        // SAFETY: touches no memory.
        unsafe { libc::pause() };
    }
}

/// Closes a file's number as a stranger would, or has another file take it.
pub(crate) fn steal(file: &File, reuse: bool) {
    let number = file.with(|fd| fd.0).unwrap_or(-1);
    if !reuse {
        return super::posix::close(number);
    }
    // SAFETY: the path is a C string; the descriptor is closed with the process.
    let other = unsafe { libc::open(c"/dev/null".as_ptr(), libc::O_RDWR | libc::O_CLOEXEC) };
    // SAFETY: touches no memory of ours.
    assert_eq!(unsafe { libc::dup2(other, number) }, number);
}

/// Whether a number is that of an open file.
pub(crate) fn is_open(number: i32) -> bool {
    // SAFETY: touches no memory of ours.
    (unsafe { libc::fcntl(number, libc::F_GETFD) }) != -1
}

/// Makes a pipe with a name.
pub(crate) fn make_pipe(path: &std::ffi::CStr) {
    // SAFETY: the path is a C string that outlives the call.
    assert_eq!(unsafe { libc::mkfifo(path.as_ptr(), 0o600) }, 0);
}

/// The number of a descriptor.
pub(crate) fn number(fd: &super::Fd) -> i32 {
    fd.0
}

static ALARMS: AtomicUsize = AtomicUsize::new(0);

/// Has a signal come to this thread again and again, of a kind that interrupts system calls, until the process ends.
pub(crate) fn alarm_every(period: std::time::Duration) {
    extern "C" fn count(_: libc::c_int) {
        ALARMS.fetch_add(1, Ordering::Relaxed);
    }
    // SAFETY: all zeros is an action without flags: calls are not resumed after it.
    let mut action: libc::sigaction = unsafe { std::mem::zeroed() };
    action.sa_sigaction = count as extern "C" fn(libc::c_int) as libc::sighandler_t;
    // SAFETY: the handler only adds to a number.
    assert_eq!(unsafe { libc::sigaction(libc::SIGALRM, &raw const action, std::ptr::null_mut()) }, 0);
    // SAFETY: touches no memory of ours.
    let thread = unsafe { libc::pthread_self() };
    std::thread::spawn(move || {
        loop {
            // SAFETY: the thread is the only one that runs tests, and so as old as the process.
            unsafe { libc::pthread_kill(thread, libc::SIGALRM) };
            std::thread::sleep(period);
        }
    });
}

/// How often it has come.
pub(crate) fn alarms() -> usize {
    ALARMS.load(Ordering::Relaxed)
}
