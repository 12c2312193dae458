//! What a table asks of the file that its memory belongs to.

use std::fmt::Debug;

/// What can be told of the process that an owner word names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// It is gone, and what it was doing may be half done.
    Dead,
    /// It may be doing it still.
    Alive,
    /// Nobody can tell: the descriptor is not ours any more. Detach.
    Unknown,
}

/// The file that a table's memory belongs to. A table of one process has none.
pub trait Host: Send + Sync + Debug {
    /// Sees to it that these bytes of the region can be touched. False: there is no room. Called under a shard's lock.
    fn allocate(&self, offset: usize, len: usize) -> bool;

    /// This process's owner word: participant generation << 16 | participant + 1. 0: no participant was free, so this
    /// process only reads.
    fn own_word(&self) -> u64;

    /// What can be told of the process that another owner word names.
    fn state_of(&self, word: u64) -> Owner;

    /// This process has seen bytes that nobody of ours wrote: from now on it does not use the memory any more.
    fn detach(&self, why: &'static str);

    /// Whether it has stopped using the memory.
    fn is_detached(&self) -> bool;
}
