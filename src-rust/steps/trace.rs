//! One process that runs instruction by instruction (ptrace(2)), and what only unsafe code can do for its tests.

use std::io::Error;
use std::mem::offset_of;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::atomic::AtomicU32;
use warp_cache::table::{Control, Hit};

/// What a child ends with that may not be traced.
const REFUSED: i32 = 77;
/// What a child ends with that has panicked.
const PANICKED: i32 = 101;
/// The instruction `int3`.
const BREAKPOINT: i64 = 0xcc;

/// Where a process has stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    /// After one more instruction, or where it was to run to.
    Here,
    /// At a mark.
    Mark,
}

/// A child that stands still until it is told to go on. To drop it is to kill it, and to wait until it is gone. It dies
/// with its tracer.
#[derive(Debug)]
pub(crate) struct Tracee {
    process: libc::pid_t,
    /// Whether its number may be another's by now.
    is_gone: bool,
}

impl Tracee {
    /// Splits this process in two, of which the other does something, up to its first mark. `None`: the system does not
    /// let processes trace others.
    pub(crate) fn start(act: impl FnOnce()) -> Option<Self> {
        // SAFETY: this process has one thread, so its child may do whatever it could do itself.
        let process = unsafe { libc::fork() };
        assert!(process >= 0, "fork: {}", Error::last_os_error());
        if process == 0 {
            be_traced(act);
        }
        let mut tracee = Self { process, is_gone: false };
        match tracee.wait() {
            Ok(stop) => assert_eq!(stop, Stop::Mark),
            Err(REFUSED) => return None,
            Err(code) => panic!("a child has ended with {code} before its first mark"),
        }
        let options = libc::PTRACE_O_EXITKILL;
        // SAFETY: the child is stopped; the call touches no memory of ours.
        unsafe { libc::ptrace(libc::PTRACE_SETOPTIONS, process, 0, options) };
        Some(tracee)
    }

    pub(crate) fn id(&self) -> u32 {
        self.process as u32
    }

    /// The address of the instruction that comes next.
    pub(crate) fn address(&self) -> u64 {
        // SAFETY: the child is stopped; the call touches no memory of ours.
        unsafe { libc::ptrace(libc::PTRACE_PEEKUSER, self.process, register(), 0) as u64 }
    }

    /// Runs one instruction, with all its repetitions.
    pub(crate) fn step(&mut self) -> Stop {
        let before = self.address();
        loop {
            // SAFETY: the child is stopped; the call touches no memory of ours.
            let answer = unsafe { libc::ptrace(libc::PTRACE_SINGLESTEP, self.process, 0, 0) };
            let stop = self.stopped(answer);
            if stop == Stop::Mark || self.address() != before {
                return stop;
            }
        }
    }

    /// Runs until the instruction at an address comes next. It must not be the one that does already.
    pub(crate) fn run_to(&mut self, address: u64) -> Stop {
        let word = self.peek(address);
        self.poke(address, (word & !0xff) | BREAKPOINT);
        // SAFETY: the child is stopped; the call touches no memory of ours.
        let answer = unsafe { libc::ptrace(libc::PTRACE_CONT, self.process, 0, 0) };
        let stop = self.stopped(answer);
        self.poke(address, word);
        if stop == Stop::Here {
            assert_eq!(self.address(), address + 1, "it has stopped elsewhere");
            // SAFETY: the child is stopped; the call touches no memory of ours.
            unsafe { libc::ptrace(libc::PTRACE_POKEUSER, self.process, register(), address) };
        }
        stop
    }

    /// Waits until it has stopped again, if it was let go.
    fn stopped(&mut self, answer: i64) -> Stop {
        assert_eq!(answer, 0, "ptrace: {}", Error::last_os_error());
        self.wait().unwrap_or_else(|code| panic!("a child has ended with {code}"))
    }

    fn wait(&mut self) -> Result<Stop, i32> {
        let mut status = 0;
        // SAFETY: the number is written to a variable of its type.
        let waited = unsafe { libc::waitpid(self.process, &raw mut status, 0) };
        assert_eq!(waited, self.process, "waitpid: {}", Error::last_os_error());
        self.is_gone = !libc::WIFSTOPPED(status);
        if libc::WIFEXITED(status) {
            return Err(libc::WEXITSTATUS(status));
        }
        assert!(!self.is_gone, "a child was killed by signal {}", libc::WTERMSIG(status));
        match libc::WSTOPSIG(status) {
            libc::SIGTRAP => Ok(Stop::Here),
            libc::SIGSTOP => Ok(Stop::Mark),
            signal => panic!("a child got signal {signal} at {:#x}", self.address()),
        }
    }

    fn peek(&self, address: u64) -> i64 {
        // SAFETY: the child is stopped; the call touches no memory of ours.
        unsafe { libc::ptrace(libc::PTRACE_PEEKTEXT, self.process, address, 0) }
    }

    fn poke(&self, address: u64, word: i64) {
        // SAFETY: the child is stopped; it has its code to itself, so what is written there is nobody else's.
        let answer = unsafe { libc::ptrace(libc::PTRACE_POKETEXT, self.process, address, word) };
        assert_eq!(answer, 0, "ptrace: {}", Error::last_os_error());
    }
}

impl Drop for Tracee {
    fn drop(&mut self) {
        if self.is_gone {
            return;
        }
        // SAFETY: a signal touches no memory of ours. The child has not been waited for, so its number is its own.
        unsafe { libc::kill(self.process, libc::SIGKILL) };
        // SAFETY: nothing is written.
        while unsafe { libc::waitpid(self.process, ptr::null_mut(), 0) } == self.process {}
    }
}

/// Stops this process where its tracer counts from, or up to.
pub(crate) fn mark() {
    // SAFETY: a signal touches no memory.
    unsafe { libc::raise(libc::SIGSTOP) };
}

/// Ends this process by SIGALRM, unless it is given more time before.
pub(crate) fn limit(seconds: u32) {
    // SAFETY: touches no memory.
    unsafe { libc::alarm(seconds) };
}

fn be_traced(act: impl FnOnce()) -> ! {
    // SAFETY: touches no memory.
    let traced = unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0) };
    let code = match traced {
        0 => catch_unwind(AssertUnwindSafe(act)).map_or(PANICKED, |()| 0),
        _ => REFUSED,
    };
    // SAFETY: ends the process at once; what its parent has prepared for its own end is not run twice.
    unsafe { libc::_exit(code) }
}

/// Where the address of the next instruction is among what ptrace tells of a process.
fn register() -> usize {
    offset_of!(libc::user, regs) + offset_of!(libc::user_regs_struct, rip)
}

/// Whether somebody who keeps what a look-up found would still serve it, as JavaScript decides it. The table that the
/// words belong to must be held.
pub(crate) fn is_served(control: &Control, hit: &Hit) -> bool {
    let word = |offset: usize| {
        assert!(offset.is_multiple_of(4) && offset + 4 <= control.len);
        // SAFETY: within the block of words, which is mapped for as long as the table is held.
        let at = unsafe { control.base.add(offset) };
        // SAFETY: aligned, and every process sees these words as atomics only.
        unsafe { AtomicU32::from_ptr(at.cast()) }.load(std::sync::atomic::Ordering::Acquire)
    };
    word(control.generation) == hit.generation
        && word(control.versions + 4 * hit.slot as usize) == hit.version
}
