//! Who writes to a file: one participant for each process. Participant *p* is whoever has byte *p* of the file locked, and
//! the kernel lets go of that lock at any death. A generation tells claimants of the same number apart.

use super::failure::unable;
use super::layout::{GENERATION, PARTICIPANT_BYTES, PARTICIPANTS, PARTICIPANTS_AT, PROCESS};
use crate::error::Error;
use crate::hash::hash;
use crate::sys::{self, Fd, Lock, Mapping, errno};
use std::sync::atomic::{AtomicU64, Ordering};

/// Bits of a generation. What is above has no place in an owner word.
const GENERATION_MASK: u64 = (1 << 48) - 1;
/// Bits of a participant's number in an owner word.
const NUMBER_BITS: u32 = 16;

const _: () = assert!(PARTICIPANTS < 1 << NUMBER_BITS);

/// A participant's number and generation, as they stand in an owner word: generation << 16 | number + 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Participant {
    pub(super) number: u32,
    pub(super) generation: u64,
}

impl Participant {
    pub(super) fn word(self) -> u64 {
        self.generation << NUMBER_BITS | u64::from(self.number + 1)
    }

    /// `None`: nobody can have such a word.
    pub(super) fn of(word: u64) -> Option<Self> {
        let number = (word as u32 & ((1 << NUMBER_BITS) - 1)).checked_sub(1)?;
        (number < PARTICIPANTS).then_some(Self { number, generation: word >> NUMBER_BITS })
    }
}

/// Claims a participant that nobody is. `None`: there is none.
pub(super) fn claim(fd: &Fd, mapping: &Mapping, process: u32) -> Result<Option<Participant>, Error> {
    // Most processes find theirs at once: a full scan costs half a millisecond.
    let start = hash(0, &process.to_le_bytes()) as u32 % PARTICIPANTS;
    for step in 0..PARTICIPANTS {
        let number = (start + step) % PARTICIPANTS;
        match sys::lock(fd, u64::from(number), Lock::Write) {
            Ok(()) => {}
            Err(errno::AGAIN) => continue,
            Err(number) => return Err(unable("lock bytes of files", number)),
        }
        let Some(record) = generation_of(mapping, number) else { return Ok(None) };
        let generation = record.load(Ordering::Relaxed).wrapping_add(1) & GENERATION_MASK;
        // From now on words of whoever was this participant before are known to be of the dead.
        record.store(generation, Ordering::Release);
        if let Some(word) = mapping.u64(record_at(number) + PROCESS) {
            word.store(u64::from(process), Ordering::Relaxed);
        }
        return Ok(Some(Participant { number, generation }));
    }
    Ok(None)
}

/// How often a participant was claimed.
pub(super) fn generation_of(mapping: &Mapping, number: u32) -> Option<&AtomicU64> {
    mapping.u64(record_at(number) + GENERATION)
}

fn record_at(number: u32) -> usize {
    PARTICIPANTS_AT + number as usize * PARTICIPANT_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_says_who_and_when_and_is_never_0() {
        for (number, generation) in [(0, 0), (0, 1), (255, GENERATION_MASK), (17, 4)] {
            let participant = Participant { number, generation };
            assert_ne!(participant.word(), 0);
            assert_eq!(Participant::of(participant.word()), Some(participant));
        }
    }

    #[test]
    fn words_that_nobody_can_have_name_nobody() {
        for word in [0, 1 << NUMBER_BITS, u64::from(PARTICIPANTS) + 1, u64::MAX] {
            assert_eq!(Participant::of(word), None, "{word:x}");
        }
    }
}
