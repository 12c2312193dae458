//! Storing and dropping, from the caller's side: bounds, tokens, deadlines, and what happens where one of them is not
//! met.
//!
//! A fill may be dropped for lack of time or room. A set, delete or clear is never lost: what cannot be done in time
//! makes its whole shard count as empty.

use super::Table;
use super::shard::Shard;
use super::types::{Key, NEVER, Put, Stored, Token, blocks, cost};
use super::writer::{Item, Patience, Writer};
use crate::shim::Ordering;

/// How many expired entries an insertion drops, so that they do not wait for the table to be full.
const PURGE_PER_INSERT: u32 = 2;
/// How many entries of other shards are dropped for one that has no room in its own, before it is given up.
const FOREIGN_EVICTIONS: u32 = 64;

impl Table {
    /// Stores a value under a key, in place of the one that it has or as a new entry, after evicting what has to go.
    ///
    /// With a token this is a fill: dropped if its key may have been set, deleted or cleared since the miss that gave
    /// the token. Without one it is a set, and outdates fills that are under way.
    pub fn put(
        &self,
        key: &[u8],
        value: &[u8],
        flags: u8,
        expires_at: u64,
        now: u64,
        fill: Option<Token>,
    ) -> Put {
        self.put_by(&self.key(key), value, flags, expires_at, now, fill)
    }

    /// The same by a key that was hashed before.
    pub fn put_by(
        &self,
        key: &Key<'_>,
        value: &[u8],
        flags: u8,
        expires_at: u64,
        now: u64,
        fill: Option<Token>,
    ) -> Put {
        let &Key { bytes: key, hash } = key;
        self.write(&Item { key, hash, value, flags, expires_at }, now, fill, fill.is_none())
    }

    /// Replaces a key's value by one that was computed anew, with the token from before the computation began. As a set
    /// it outdates fills that began before it. Where a fill would be dropped, so is what it was to replace: that may be
    /// as old as before, since changes of other keys share the count.
    pub fn refresh(
        &self,
        key: &Key<'_>,
        value: &[u8],
        flags: u8,
        expires_at: u64,
        now: u64,
        token: Token,
    ) -> Put {
        let &Key { bytes: key, hash } = key;
        self.write(&Item { key, hash, value, flags, expires_at }, now, Some(token), true)
    }

    /// Stores an item. `replaces`: this is a change, which must not be lost, and outdates fills that are under way.
    fn write(&self, item: &Item<'_>, now: u64, fill: Option<Token>, replaces: bool) -> Put {
        let &Item { key, hash, value, .. } = item;
        // First of all, as in a look-up: a near entry made from this must not outlive a clear that comes now.
        let generation =
            fill.map_or_else(|| self.generation().load(Ordering::Acquire), |token| token.generation);
        let fits = key.len() <= self.options.max_key_size as usize
            && value.len() <= self.options.max_value_size as usize
            && cost(key.len() as u32, value.len() as u32) <= self.options.max_bytes;
        if !fits && !replaces {
            return Put::Oversize;
        }
        let Some(writer) = self.writer(hash) else {
            if replaces {
                self.forget(self.shard(hash));
            }
            self.count_skipped();
            return if fits { Put::Skipped } else { Put::Oversize };
        };
        let is_outdated = fill.is_some_and(|token| !writer.honours(token, hash));
        if replaces {
            writer.count_change(hash);
        }
        if is_outdated {
            if replaces {
                writer.drop_key(key, hash);
            }
            return Put::Outdated;
        }
        if item.expires_at != NEVER && !self.is_timed() {
            self.timed[0].store(1, Ordering::Relaxed);
        }
        if !fits {
            writer.drop_key(key, hash);
            return Put::Oversize;
        }
        match writer.store(item, now, !replaces) {
            Some((slot, version)) => {
                Put::Stored(Stored { slot: writer.shard.global(slot), version, generation })
            }
            None => {
                if replaces {
                    writer.make_sure();
                }
                self.count_skipped();
                Put::Skipped
            }
        }
    }

    /// Drops a key's entry, and outdates fills that are under way. Whether there was a live one; where other writers
    /// took too long to tell, its whole shard counts as empty and the answer is `true`.
    pub fn delete(&self, key: &[u8], now: u64) -> bool {
        let hash = self.key(key).hash;
        let Some(writer) = self.writer(hash) else {
            self.forget(self.shard(hash));
            return true;
        };
        writer.count_change(hash);
        writer.drop_key(key, hash).is_some_and(|expires_at| expires_at > now)
    }

    /// Drops every entry, outdates fills that are under way, and zeroes the counters. Takes no lock: each shard counts
    /// as empty at once, and is emptied by its next writer.
    pub fn clear(&self) {
        for shard in &self.shards {
            shard.outdate();
        }
        // After all shards: a near entry of this generation was read from a shard that was outdated before.
        self.generation().fetch_add(1, Ordering::Release);
        self.zero_counters();
    }

    /// The fallback of a change that found no time: the shard forgets everything, near entries included.
    pub(super) fn forget(&self, shard: &Shard) {
        shard.outdate();
        self.generation().fetch_add(1, Ordering::Release);
    }

    #[inline]
    fn writer(&self, hash: u64) -> Option<Writer<'_>> {
        self.lock(self.shard(hash), Patience::Deadline)
    }
}

impl Writer<'_> {
    fn honours(&self, token: Token, hash: u64) -> bool {
        token.wanted == self.wanted && token.count == self.shard.gate.count(hash).load(Ordering::Relaxed)
    }

    /// Drops a key's entry, and says when it would have expired.
    fn drop_key(&self, key: &[u8], hash: u64) -> Option<u64> {
        let found = self.find(key, hash);
        if let Some((slot, _)) = found {
            self.unpublish(slot);
        }
        self.make_sure();
        found.map(|(_, record)| record.expires_at)
    }

    /// Last of a change that may have missed its entry, since words were met that cannot be: this process detaches, but
    /// others go on until they meet them too. To them the shard is empty from now on.
    fn make_sure(&self) {
        if self.is_flawed() {
            self.table.forget(self.shard);
        }
    }

    /// Slot and version of the entry that the item became. `None`: there is no room. Then a set's key has no entry.
    fn store(&self, item: &Item<'_>, now: u64, fill: bool) -> Option<(u32, u32)> {
        for _ in 0..PURGE_PER_INSERT {
            self.expire(now);
        }
        let found = self.find(item.key, item.hash);
        let mut old = found.as_ref();
        if let Some((slot, record)) = old {
            if record.expires_at <= now {
                super::gate::count(self.shard.state.expirations(), 1);
                self.unpublish(*slot);
                old = None;
            } else {
                self.shard.sieve.touch(*slot);
            }
        }
        let count = blocks(item.key.len() as u32, item.value.len() as u32);
        let mut foreign = FOREIGN_EVICTIONS;
        while !self.reserve(item, count, old.map(|(_, record)| record.cost())) {
            if self.is_flawed() || !self.make_room(now, &mut foreign) {
                if let Some((slot, _)) = old.filter(|_| !fill) {
                    self.unpublish(*slot);
                }
                return None;
            }
            // The entry that was to be replaced may have been the one to go.
            old = old.filter(|(slot, record)| self.is_still(*slot, record));
        }
        let record = self.fill(item, count)?;
        match old {
            Some((slot, old)) => self.replace(*slot, old, &record).map(|version| (*slot, version)),
            None => self.publish(&record),
        }
    }

    /// Blocks, a slot and the totals for an item, or nothing of it.
    fn reserve(&self, item: &Item<'_>, count: u32, replaced: Option<u64>) -> bool {
        let cost = cost(item.key.len() as u32, item.value.len() as u32);
        let (entries, bytes) = replaced.map_or((1, cost), |old| (0, cost.saturating_sub(old)));
        self.table.arena.secure(self.own(), count)
            && (replaced.is_some() || self.has_slot())
            // A value of the same size changes nothing; the word belongs to all shards.
            && ((entries, bytes) == (0, 0) || self.table.totals.reserve(entries, bytes))
    }

    /// Drops one entry: of this shard, or if it has none, of another whose lock is free.
    fn make_room(&self, now: u64, foreign: &mut u32) -> bool {
        if self.evict(now) {
            return true;
        }
        // Entries of others make room for bytes, not for slots.
        if *foreign == 0 || !self.has_slot() {
            return false;
        }
        *foreign -= 1;
        self.others().any(|shard| {
            // Never waiting while holding a lock, so never in a circle.
            let before = self.table.totals.load();
            let Some(other) = self.table.lock(shard, Patience::None) else { return false };
            // Entering may have emptied it already.
            self.table.totals.load() != before || other.evict(now)
        })
    }
}
