//! A look-up without a lock: probe, copy, and believe the copy only if nothing changed meanwhile.
//!
//! It never waits, never writes but for the visited byte, and ends after a bounded number of steps whatever the
//! memory says. A hit is a value that the key had at some moment of the call. A miss is reported only if the index
//! stood still while it was probed.

use super::arena::Arena;
use super::index::tag;
use super::record::{Record, Words};
use super::seqlock;
use super::shard::Shard;
use super::types::{Get, Hit, Token, blocks};
use crate::hash::hash;
use crate::shim::{AtomicU32, Ordering, fence, pause};

/// How often a look-up that was disturbed begins again, before it is repeated under the lock.
const TRIES: u32 = if cfg!(any(loom, shuttle)) { 2 } else { 16 };

/// What a look-up is for.
#[derive(Debug)]
pub(super) struct Ask<'a> {
    pub(super) key: &'a [u8],
    pub(super) hash: u64,
    pub(super) now: u64,
    /// Whether a hit counts as a use.
    pub(super) touch: bool,
}

/// What was read of one slot, once it is known to belong together.
pub(super) enum Slot {
    /// Another key's, or nobody's.
    Other,
    /// The key's, and the value was copied.
    Copied(Record, u64),
    /// The key's, and `out` is too small.
    Larger(Record),
}

/// What a table gives to its readers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sight<'a> {
    pub(super) arena: &'a Arena,
    pub(super) generation: &'a AtomicU32,
    /// The largest key and value that are ever stored.
    pub(super) max_key_size: u32,
    pub(super) max_value_size: u32,
    /// If checksums are compared: with this seed.
    pub(super) checked: Option<u64>,
}

impl Shard {
    /// Looks a key up. Without an answer after some tries: the token of the last.
    pub(super) fn get(&self, sight: Sight<'_>, ask: &Ask<'_>, out: &mut [u8]) -> Result<Get, Token> {
        let mut token = self.token(sight.generation, ask.hash).0;
        for _ in 0..TRIES {
            let current;
            (token, current) = self.token(sight.generation, ask.hash);
            if current != token.wanted {
                return Ok(Get::Miss(token));
            }
            if let Some(found) = self.probe(sight, ask, token, out) {
                return Ok(found);
            }
            pause();
        }
        Err(token)
    }

    /// What a miss is at, and the generation of the entries. The order is part of the protocol. The table's
    /// generation is first: a near entry that takes it later would outlive a clear in between. The entries'
    /// generation is before any copy: read after it, a value that was copied before a late delete would pass.
    fn token(&self, generation: &AtomicU32, hash: u64) -> (Token, u32) {
        let generation = generation.load(Ordering::Acquire);
        let current = self.gate.current().load(Ordering::Acquire);
        let wanted = self.gate.wanted().load(Ordering::Acquire);
        let count = self.gate.count(hash).load(Ordering::Acquire);
        (Token { generation, wanted, count }, current)
    }

    /// One try. `None`: a writer was in the way.
    #[inline]
    fn probe(&self, sight: Sight<'_>, ask: &Ask<'_>, token: Token, out: &mut [u8]) -> Option<Get> {
        let epoch = self.gate.epoch().load(Ordering::Acquire);
        if epoch & 1 != 0 {
            return None;
        }
        let tag = tag(ask.hash);
        let mut at = self.index.home(tag);
        for _ in 0..self.index.len() {
            let cell = self.index.cell(at);
            if cell.is_empty() {
                break;
            }
            if cell.tag() == tag
                && let Some(slot) = cell.slot(self.visible())
            {
                match self.examine(sight, slot, ask.key, ask.hash, out)? {
                    Slot::Other if self.index.cell(at) != cell => return None,
                    Slot::Other => {}
                    Slot::Copied(record, _) | Slot::Larger(record) if record.expires_at <= ask.now => {
                        return Some(Get::Miss(token));
                    }
                    Slot::Larger(record) => return Some(Get::Larger(record.value_len)),
                    Slot::Copied(record, seen) => {
                        return Some(Get::Hit(self.hit(ask, slot, &record, seen, token.generation)));
                    }
                }
            }
            at = self.index.after(at);
        }
        // Acquire, then the same epoch: no cell moved past this walk.
        fence(Ordering::Acquire);
        (self.gate.epoch().load(Ordering::Relaxed) == epoch).then_some(Get::Miss(token))
    }

    fn hit(&self, ask: &Ask<'_>, slot: u32, record: &Record, seen: u64, generation: u32) -> Hit {
        if ask.touch {
            self.sieve.touch(slot);
        }
        Hit {
            slot: self.global(slot),
            version: seqlock::version(seen),
            generation,
            len: record.value_len,
            flags: record.flags,
            expires_at: record.expires_at,
        }
    }

    /// Compares a slot's key, and copies its value if it is this one. `None`: a writer was in the way.
    #[inline]
    pub(super) fn examine(
        &self,
        sight: Sight<'_>,
        slot: u32,
        key: &[u8],
        hash: u64,
        out: &mut [u8],
    ) -> Option<Slot> {
        let Some(words) = self.words(slot) else { return Some(Slot::Other) };
        let seen = seqlock::begin(words.sequence())?;
        let record = words.load();
        let mut found = Slot::Other;
        // Lengths of two entries may have been mixed up. They bound the copy all the same.
        if record.live
            && record.hash == hash
            && record.key_len as usize == key.len()
            && record.value_len <= sight.max_value_size
        {
            let mut chain = sight.arena.chain(record.first);
            if chain.is(key) {
                match out.get_mut(..record.value_len as usize) {
                    Some(room) => {
                        if chain.copy(room) {
                            found = Slot::Copied(record, seen);
                        }
                    }
                    None => found = Slot::Larger(record),
                }
            }
        }
        if !seqlock::unchanged(words.sequence(), seen) {
            return None;
        }
        if let (Some(seed), Slot::Copied(record, _)) = (sight.checked, &found)
            && out
                .get(..record.value_len as usize)
                .is_none_or(|value| record.sum != sum(seed, hash, record, value))
        {
            found = Slot::Other;
        }
        Some(found)
    }

    /// A slot's record, after making sure that it is there.
    #[inline]
    fn words(&self, slot: u32) -> Option<Words<'_>> {
        match self.records.at(slot) {
            Some(words) => Some(words),
            None if self.reach(slot) => self.records.at(slot),
            None => None,
        }
    }

    /// Copies an entry, whatever its key, and says whether there was room for it. `None`: a writer was in the way.
    /// `Some(None)`: there is no entry.
    pub(super) fn copy(
        &self,
        sight: Sight<'_>,
        slot: u32,
        key: &mut [u8],
        value: &mut [u8],
    ) -> Option<Option<(Record, bool)>> {
        let Some(words) = self.words(slot) else { return Some(None) };
        let seen = seqlock::begin(words.sequence())?;
        let record = words.load();
        let mut found = None;
        if record.live && record.key_len <= sight.max_key_size && record.value_len <= sight.max_value_size {
            let (key_len, value_len) = (record.key_len as usize, record.value_len as usize);
            if let (Some(key), Some(value)) = (key.get_mut(..key_len), value.get_mut(..value_len)) {
                let mut chain = sight.arena.chain(record.first);
                found = (chain.copy(key) && chain.copy(value)).then_some((record, true));
            } else {
                found = Some((record, false));
            }
        }
        seqlock::unchanged(words.sequence(), seen).then_some(found)
    }
}

impl Record {
    /// How many blocks its key and value are in.
    pub(super) fn blocks(&self) -> u32 {
        blocks(self.key_len, self.value_len)
    }

    /// What it counts for.
    pub(super) fn cost(&self) -> u64 {
        super::types::cost(self.key_len, self.value_len)
    }
}

/// The checksum of an entry: whoever can write the memory by accident would have to get this right too. The hash
/// stands for the key, which is compared in full anyway.
pub(super) fn sum(seed: u64, key_hash: u64, record: &Record, value: &[u8]) -> u64 {
    let of_value = hash(seed ^ key_hash, value);
    of_value ^ record.expires_at.rotate_left(17) ^ u64::from(record.flags).rotate_left(40)
}
