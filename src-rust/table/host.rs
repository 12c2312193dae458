//! What a table asks of the file that its memory belongs to. A table of one process has none, and never asks.
//!
//! The table knows words and ranges of bytes. Files, processes and the kernel are the host's business.

use std::fmt::Debug;

/// What can be told of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// It is gone, and whatever it was about to write will never be written.
    Dead,
    /// It lives, stopped or not.
    Alive,
    /// This process has lost the means to tell.
    Unknown,
}

/// The file behind a table's memory, and this process's place in it.
pub trait Host: Send + Sync + Debug {
    /// Sees to it that these bytes of the region can be touched, as often as it is asked. `offset` and `len` are in
    /// bytes from the beginning of the region. False: there is no room. May be called by readers too, for bytes that
    /// another process has made room for.
    fn allocate(&self, offset: usize, len: usize) -> bool;

    /// This process's owner word: its participant's generation << 16 | the participant's number + 1. 0: it has no
    /// place and may not write, which may change.
    fn own_word(&self) -> u64;

    /// What can be told of the process that another owner word names, which may be any number. `Dead` means that all
    /// it wrote can be seen by this thread.
    fn state_of(&self, word: u64) -> Owner;

    /// This process has seen bytes that no process of this package wrote: from now on it does not use the memory any
    /// more. Idempotent; called under locks of the table, so it must not call back.
    fn detach(&self, why: &'static str);

    /// Whether `detach` was called, or the host has come to the same conclusion by itself.
    fn is_detached(&self) -> bool;
}
