//! Which process holds a shard: one word, 0 or the owner word of a participant. Threads of one process meet at the
//! shard's mutex before they come here, so a process finds its own word only where one of its threads panicked.
//!
//! A word is taken and released by exchange. Its owner may be killed at any time; whoever waits asks the host, and takes
//! the word over from the dead. Nobody takes one from the living, and nobody waits longer than the deadline.

use super::host::{Host, Owner};
use super::region::Area;
use crate::shim::{AtomicU64, Ordering, Wait, millis};
use std::sync::atomic;

/// How long a shard whose holder outlasted a deadline is not waited for again, in milliseconds.
const STALLED_FOR: u64 = 1_000;
/// How often a word is tried that changes each time, by whoever does not want to wait.
const TRIES: u32 = 4;

/// The owner of one shard.
#[derive(Debug)]
pub(super) struct Ownership {
    word: Area<AtomicU64>,
    /// The word at which a deadline expired, and until when it is not waited for.
    stalled: atomic::AtomicU64,
    until: atomic::AtomicU64,
}

/// How a shard was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// As its last holder left it.
    Sound,
    /// As it was when its last holder died.
    Abandoned,
}

impl Ownership {
    pub(super) fn new(word: Area<AtomicU64>) -> Self {
        let zero = || atomic::AtomicU64::new(0);
        Self { word, stalled: zero(), until: zero() }
    }

    /// Takes the word, if that is possible before the patience ends. `None` for `wait`: without waiting.
    pub(super) fn take(&self, host: &dyn Host, mut wait: Option<&mut Wait>) -> Option<Found> {
        let own = host.own_word();
        // No participant was free, or this process has left. It is asked again under the lock: whoever has drained the
        // table can be sure that nobody comes after.
        if own == 0 || host.is_detached() {
            return None;
        }
        let mut tries = 0;
        loop {
            let Err(seen) = self.exchange(0, own) else { return Some(Found::Sound) };
            if seen == own {
                return Some(Found::Abandoned);
            }
            tries += 1;
            if wait.is_none() && tries > TRIES {
                return None;
            }
            // An earlier claimant of this process's place: the place is ours, so that one is gone.
            if participant(seen) != participant(own) {
                while let Some(wait) = &mut wait
                    && wait.spin()
                    && self.load() == seen
                {}
                if self.load() != seen {
                    // Somebody else had it in the meantime: there may be more of them than there is time.
                    if wait.as_mut().is_some_and(|wait| wait.is_over()) {
                        return None;
                    }
                    continue;
                }
                match host.state_of(seen) {
                    Owner::Dead => {}
                    Owner::Unknown => {
                        host.detach("nobody can tell who holds a part of the table");
                        return None;
                    }
                    Owner::Alive => {
                        let wait = wait.as_mut()?;
                        if !wait.nap() {
                            self.stall(seen);
                            return None;
                        }
                        continue;
                    }
                }
            }
            if self.exchange(seen, own).is_ok() {
                return Some(Found::Abandoned);
            }
        }
    }

    /// Lets go. False: the word is not this process's any more, though it lives.
    pub(super) fn release(&self, host: &dyn Host) -> bool {
        // Release pairs with the Acquire of whoever takes it next.
        self.word[0].compare_exchange(host.own_word(), 0, Ordering::Release, Ordering::Relaxed).is_ok()
    }

    /// Whether an earlier claimant of this process's place holds the word.
    pub(super) fn is_inherited(&self, host: &dyn Host) -> bool {
        let (seen, own) = (self.load(), host.own_word());
        seen != own && participant(seen) == participant(own)
    }

    /// Whether the holder is the one that somebody waited for in vain lately, and still lives. Dying takes as long as
    /// there is memory to give back, so whoever was waited for may have been about to die.
    pub(super) fn is_stalled(&self, host: &dyn Host) -> bool {
        let stalled = self.stalled.load(Ordering::Relaxed);
        stalled != 0
            && self.load() == stalled
            && millis() < self.until.load(Ordering::Relaxed)
            && host.state_of(stalled) == Owner::Alive
    }

    fn stall(&self, word: u64) {
        self.until.store(millis() + STALLED_FOR, Ordering::Relaxed);
        self.stalled.store(word, Ordering::Relaxed);
    }

    fn load(&self) -> u64 {
        self.word[0].load(Ordering::Relaxed)
    }

    fn exchange(&self, from: u64, to: u64) -> Result<u64, u64> {
        // Acquire pairs with the Release of `release`. Of the dead it pairs with nothing: that their stores are seen is
        // what the host has made sure of.
        self.word[0].compare_exchange(from, to, Ordering::Acquire, Ordering::Relaxed)
    }
}

/// The place that an owner word names, whatever the generation.
fn participant(word: u64) -> u64 {
    word & 0xffff
}
