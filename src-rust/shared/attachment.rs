//! One file that this process uses: its descriptor, its mapping, and who this process is in it. All threads share it,
//! because locks of one open file description do not exclude each other.

use super::header::Header;
use super::layout as at;
use super::liveness::{self, Asker, is_ours};
use super::participants;
use crate::sys::{self, File, Mapping};
use crate::table::{Host, Owner};
use parking_lot::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// How often to look whether the file is still the one to use. Milliseconds.
const LOOK_EVERY: u64 = 1_000;
/// How often a process that could not become a participant tries again. Milliseconds.
const CLAIM_EVERY: u64 = 10_000;

/// What a look at the file found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Nothing new.
    Same,
    /// This process has become a participant, and may write. The table has to adopt what its predecessor left.
    Claimed,
    /// Use it no more: open the cache anew.
    Gone,
}

/// An open and mapped file.
#[derive(Debug)]
pub(super) struct Attachment {
    file: File,
    mapping: Arc<Mapping>,
    header: Header,
    id: (u64, u64),
    process: u32,
    /// The owner word; 0: not a participant.
    word: AtomicU64,
    detached: AtomicBool,
    /// Why the table does not trust its memory.
    damage: OnceLock<&'static str>,
    /// When it was last looked at, and when a participant was last sought.
    looked: AtomicU64,
    sought: Mutex<u64>,
}

impl Attachment {
    /// `id` is the inode of `file`, whose gate is held and whose participant is `word`'s.
    pub(super) fn new(file: File, mapping: Mapping, header: Header, id: (u64, u64), word: u64) -> Self {
        let now = sys::uptime();
        let attachment = Self {
            file,
            mapping: Arc::new(mapping),
            header,
            id,
            process: std::process::id(),
            word: AtomicU64::new(word),
            detached: AtomicBool::new(false),
            damage: OnceLock::new(),
            looked: AtomicU64::new(sys::tick()),
            sought: Mutex::new(now),
        };
        attachment.used(now);
        attachment
    }

    /// Its bytes.
    pub(super) fn mapping(&self) -> &Arc<Mapping> {
        &self.mapping
    }

    /// Device and inode.
    #[cfg(test)]
    pub(super) fn id(&self) -> (u64, u64) {
        self.id
    }

    #[cfg(test)]
    pub(super) fn file(&self) -> &File {
        &self.file
    }

    pub(super) fn header(&self) -> &Header {
        &self.header
    }

    /// Whether this process may write.
    pub(super) fn is_participant(&self) -> bool {
        self.word.load(Ordering::Relaxed) != 0
    }

    /// Why the memory was given up, if bytes in it were wrong.
    pub(super) fn damage(&self) -> Option<&'static str> {
        self.damage.get().copied()
    }

    /// Looks whether the file is still the one to use, at most once a second. To be called by every operation whose clock
    /// says that it has been so long, hits included.
    pub(super) fn look(&self) -> Look {
        if self.is_detached() {
            return Look::Gone;
        }
        let tick = sys::tick();
        let looked = self.looked.load(Ordering::Relaxed);
        if tick.saturating_sub(looked) < LOOK_EVERY {
            return Look::Same;
        }
        self.looked.store(tick, Ordering::Relaxed);
        self.look_now(sys::uptime())
    }

    pub(super) fn look_now(&self, now: u64) -> Look {
        // A child by a bare `clone` ran no handler of `fork`.
        if std::process::id() != self.process {
            return self.leave();
        }
        let linked = match self.file.with(sys::status) {
            Some(Ok(status)) if status.id == self.id => status.links > 0,
            _ => {
                self.file.abandon();
                false
            }
        };
        if !linked || self.state() != at::LIVE {
            return self.leave();
        }
        self.used(now);
        if self.is_participant() { Look::Same } else { self.seek(now) }
    }

    /// Tries to become a participant, if it is time to.
    fn seek(&self, now: u64) -> Look {
        // One thread at a time: they share their locks, and would each raise the generation under the other.
        let Some(mut sought) = self.sought.try_lock() else { return Look::Same };
        if self.is_participant() || now.saturating_sub(*sought) < CLAIM_EVERY {
            return Look::Same;
        }
        *sought = now;
        let claimed = self.file.with(|fd| participants::claim(fd, &self.mapping, self.process));
        let Some(Ok(Some(participant))) = claimed else { return Look::Same };
        self.word.store(participant.word(), Ordering::Relaxed);
        Look::Claimed
    }

    fn leave(&self) -> Look {
        self.stop();
        Look::Gone
    }

    fn state(&self) -> u32 {
        self.mapping.u32(at::STATE.at).map_or(0, |word| word.load(Ordering::Relaxed))
    }

    /// Notes that the file is in use: how long it has been idle decides when it is swept.
    fn used(&self, now: u64) {
        if let Some(word) = self.mapping.u64(at::LAST_USED.at) {
            word.store(now, Ordering::Relaxed);
        }
    }

    /// Whether this process is a child by `fork`, and the file its parent's.
    pub(super) fn is_orphaned(&self) -> bool {
        self.file.is_orphaned()
    }

    /// From now on nothing of this process begins to use the file.
    pub(super) fn stop(&self) {
        self.detached.store(true, Ordering::Relaxed);
    }

    /// Stops using the file, and gives up its locks. No thread of this process may be within the table: whoever it is
    /// could be robbed of a shard that it holds. The bytes stay mapped for as long as anybody holds the mapping. A file in
    /// which bytes were wrong is retired: everybody leaves it, and the next to open it makes a new one.
    pub(super) fn close(&self) {
        self.stop();
        self.word.store(0, Ordering::Relaxed);
        if self.is_orphaned() {
            return;
        }
        if !is_ours(&self.file, self.id) {
            return self.file.abandon();
        }
        let now = sys::uptime();
        self.used(now);
        if self.damage.get().is_some() {
            self.retire(now);
        }
        // A mapping would keep them.
        let _ = self.file.with(sys::unlock_all);
        self.file.close();
    }

    fn retire(&self, now: u64) {
        if let (Some(since), Some(state)) =
            (self.mapping.u64(at::RETIRED_AT.at), self.mapping.u32(at::STATE.at))
        {
            since.store(now, Ordering::Relaxed);
            state.store(at::RETIRED, Ordering::Release);
        }
    }
}

impl Drop for Attachment {
    fn drop(&mut self) {
        self.close();
    }
}

impl Host for Attachment {
    fn allocate(&self, offset: usize, len: usize) -> bool {
        // The file must not grow, nor another that got our number.
        if offset.checked_add(len).is_none_or(|end| end > self.mapping.len()) {
            return false;
        }
        if !is_ours(&self.file, self.id) {
            self.detach("its descriptor was closed by somebody else");
            return false;
        }
        matches!(self.file.with(|fd| sys::allocate(fd, offset as u64, len as u64)), Some(Ok(())))
    }

    fn own_word(&self) -> u64 {
        self.word.load(Ordering::Relaxed)
    }

    fn state_of(&self, word: u64) -> Owner {
        let Self { file, mapping, id, .. } = self;
        liveness::state_of(Asker { file, mapping, id: *id, own: self.own_word() }, word)
    }

    fn detach(&self, why: &'static str) {
        // Whoever has left already has not found anything wrong.
        if !self.detached.swap(true, Ordering::Relaxed) {
            let _ = self.damage.set(why);
        }
    }

    fn is_detached(&self) -> bool {
        self.detached.load(Ordering::Relaxed) || self.is_orphaned()
    }
}
