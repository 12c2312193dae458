//! Whether the process that an owner word names still lives, as the kernel says.

use super::participants::{Participant, generation_of};
use crate::sys::{self, File, Mapping};
use crate::table::Owner;
use std::sync::atomic::Ordering;

/// Who asks, and by which file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asker<'a> {
    pub(super) file: &'a File,
    pub(super) mapping: &'a Mapping,
    /// The inode that `file` was when it was opened.
    pub(super) id: (u64, u64),
    /// The asker's own owner word.
    pub(super) own: u64,
}

/// Whether `file` still is what was opened. Somebody in the process may have closed our number, and opened another file
/// that got it.
pub(super) fn is_ours(file: &File, id: (u64, u64)) -> bool {
    file.with(|fd| sys::status(fd).is_ok_and(|status| status.id == id)).unwrap_or(false)
}

pub(super) fn state_of(asker: Asker<'_>, word: u64) -> Owner {
    if word == asker.own {
        return Owner::Alive;
    }
    // Nobody wrote such a word.
    let Some(named) = Participant::of(word) else { return Owner::Unknown };
    let Some(generation) = generation_of(asker.mapping, named.number) else { return Owner::Unknown };
    // Claimed anew, so whoever it was before is dead; even if the claimant has not come to adopt what was left.
    if generation.load(Ordering::Acquire) != named.generation {
        return Owner::Dead;
    }
    // One's own locks are no obstacle to oneself: of one's own byte the kernel would say that it is free.
    if Participant::of(asker.own).is_some_and(|own| own.number == named.number) {
        return Owner::Alive;
    }
    match asker.file.with(|fd| sys::is_locked(fd, u64::from(named.number))) {
        Some(Ok(true)) => Owner::Alive,
        // Another file's byte is free, too.
        Some(Ok(false)) if is_ours(asker.file, asker.id) => Owner::Dead,
        _ => Owner::Unknown,
    }
}
