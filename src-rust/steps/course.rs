//! One operation, instruction by instruction.

use super::operations::Operation;
use super::trace::{Stop, Tracee, limit};
use super::world::Image;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// After so many failures of an operation its rest is not tried.
const MAX_FAILURES: usize = 5;
/// At how many places it is looked whether the process holds the lock.
const LOOKS: usize = 32;
/// After so long it counts as a failure of the whole, in seconds: somebody waits for ever.
const TOO_LONG: u32 = 120;

/// The instructions that an operation runs, from mark to mark.
pub(crate) struct Course<'a> {
    operation: &'a Operation,
    /// Where each is, and how often it was run before.
    instructions: Vec<(u64, usize)>,
}

impl<'a> Course<'a> {
    /// Runs it once. `None`: nothing may be traced.
    pub(crate) fn of(operation: &'a Operation) -> Option<Self> {
        limit(TOO_LONG);
        let mut tracee = operation.start()?;
        let (mut times, mut instructions) = (HashMap::new(), Vec::new());
        loop {
            let address = tracee.address();
            let before = times.entry(address).or_insert(0);
            instructions.push((address, *before));
            *before += 1;
            if tracee.step() == Stop::Mark {
                return Some(Self { operation, instructions });
            }
        }
    }

    /// Before the first instruction, and after each.
    pub(crate) fn boundaries(&self) -> usize {
        self.instructions.len() + 1
    }

    /// Kills it after each of these numbers of instructions. How often that was done, and how often it went wrong.
    pub(crate) fn kill_after(&self, boundaries: impl Iterator<Item = usize>) -> (usize, usize) {
        let (mut tried, mut failed) = (0, 0);
        for after in boundaries {
            limit(TOO_LONG);
            let (tracee, is_over) = self.reach(after);
            drop(tracee);
            let survived = catch_unwind(AssertUnwindSafe(|| self.operation.survive(is_over)));
            tried += 1;
            if survived.is_err() {
                let (name, all) = (&self.operation.name, self.instructions.len());
                eprintln!("^ {name}, killed after {after} of {all} instructions");
                failed += 1;
                if failed == MAX_FAILURES {
                    break;
                }
            }
        }
        (tried, failed)
    }

    /// Kills it while it holds the lock, in the middle of that time: the word of the lock, and the file that is left.
    pub(crate) fn wound(&self) -> (u64, Image) {
        let places = (1..LOOKS).map(|look| self.instructions.len() * look / LOOKS);
        let mut wounds: Vec<_> = places
            .filter_map(|after| {
                let (tracee, _) = self.reach(after);
                let process = tracee.id();
                drop(tracee);
                self.operation.wound(process)
            })
            .collect();
        assert!(!wounds.is_empty(), "{} takes no lock", self.operation.name);
        wounds.swap_remove(wounds.len() / 2)
    }

    /// The process, once it has run so many instructions, and whether that was all.
    fn reach(&self, after: usize) -> (Tracee, bool) {
        // Where it waits or reads a clock it may take another way than it did. Seldom to what is run just once.
        let ways = [usize::MAX, 0].into_iter().find_map(|times| {
            let mut tracee = self.start();
            self.jump(&mut tracee, after, times).map(|done| (tracee, done))
        });
        let (mut tracee, done) = ways.unwrap_or_else(|| (self.start(), 0));
        let is_over = (done..after).any(|_| tracee.step() == Stop::Mark);
        (tracee, is_over)
    }

    fn start(&self) -> Tracee {
        self.operation.start().expect("it could be traced before")
    }

    /// Goes near an instruction by way of a breakpoint, which is as good as single steps and much faster. It stands where
    /// nothing was run before more than so many times. How many instructions that is; `None`: it came to its mark.
    fn jump(&self, tracee: &mut Tracee, after: usize, times: usize) -> Option<usize> {
        let Some((place, passes)) = self.place(after, times) else { return Some(0) };
        let address = self.instructions[place].0;
        for pass in 0..=passes {
            // Off the breakpoint, to come to it again.
            if pass > 0 && tracee.step() == Stop::Mark {
                return None;
            }
            if tracee.address() != address && tracee.run_to(address) == Stop::Mark {
                return None;
            }
        }
        Some(place)
    }

    /// From which instruction on the way is shortest, and how often it is passed before.
    fn place(&self, after: usize, most: usize) -> Option<(usize, usize)> {
        let (mut best, mut cost) = (None, after);
        let last = after.min(self.instructions.len() - 1);
        for place in (1..=last).rev() {
            if after - place >= cost {
                break;
            }
            let passes = self.instructions[place].1;
            // A pass is one step, and one run that takes a little more.
            let way = after - place + 3 * passes;
            if passes <= most && way < cost {
                (best, cost) = (Some((place, passes)), way);
            }
        }
        best
    }
}
