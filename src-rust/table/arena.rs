//! The bytes of keys and values, in chains of blocks. Values of every size share one pool and nothing fragments: any
//! free block serves any chain. Links have an array of their own, so a chain is followed without touching its bytes.
//!
//! Blocks come in extents. An extent belongs to one shard while any of its blocks is in use, and only that shard's
//! lock holder touches its lists; a wholly free one goes back to the pool of all shards. Readers follow chains at any
//! time and may be led anywhere: every index is checked, and the caller bounds how far they go. So do writers, where
//! others may write the memory too: what cannot be is noted as a flaw, and nothing is done to the extent.
//!
//! Killed at any step: an extent belongs to a shard as soon as its owner says so, and its shard's repair finds it by
//! that. One that was taken out of the pool by somebody who died before is nobody's, and is put back by the recount.

use super::chain::Chain;
use super::flaw::Flaw;
use super::geometry::Geometry;
use super::reach::Reach;
use super::region::{Area, Region};
use super::sharing::Sharing;
use crate::shim::{AtomicU32, AtomicU64, Ordering, fence};
use std::sync::{Arc, atomic};

/// Words of one block.
pub(super) const BLOCK_WORDS: usize = super::types::BLOCK_PAYLOAD as usize / 8;
pub(super) const BLOCK_BYTES: u64 = super::types::BLOCK_BYTES as u64;
/// Blocks of one extent: 64 KiB, and few where each costs a checker time.
pub(super) const EXTENT_BLOCKS: u32 = if cfg!(any(loom, shuttle, miri)) { 4 } else { 512 };

/// Words of one extent's record.
pub(super) const EXTENT_WORDS: usize = 8;
/// The next extent of its list, plus one.
const NEXT: usize = 0;
/// The one before it in its shard's list, plus one.
const PREVIOUS: usize = 1;
/// Its first free block.
const HEAD: usize = 2;
/// How many blocks are free.
const FREE: usize = 3;
/// The shard that it belongs to, plus one.
const OWNER: usize = 4;

pub(super) const EXTENT_OFFSETS: [usize; 5] = [NEXT, PREVIOUS, HEAD, FREE, OWNER];

/// Words of a shard's state that `Own` uses.
const OWN_HEAD: usize = 0;
const OWN_BLOCKS: usize = 1;

/// The top of the stack of free extents: a count of changes above, so that a stale top is never taken for the
/// current one, and an extent plus one below.
const POOL_TOP: usize = 0;
/// How many extents were ever taken.
const POOL_TAKEN: usize = 1;
pub(super) const POOL_OFFSETS: [usize; 2] = [POOL_TOP, POOL_TAKEN];

/// What a shard has of the arena: a list of its extents that have free blocks, and how many blocks those are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Own<'a> {
    pub(super) words: &'a [AtomicU32; 2],
    pub(super) shard: u32,
}

impl Own<'_> {
    pub(super) fn blocks(&self) -> u32 {
        get(&self.words[OWN_BLOCKS])
    }
}

#[derive(Debug)]
pub(super) struct Arena {
    pub(super) blocks: Area<AtomicU64>,
    /// By block: how far the next one of its chain is from its neighbour. So memory that was never written links each
    /// block to its neighbour, and an extent needs no preparation.
    pub(super) links: Area<AtomicU32>,
    extents: Area<AtomicU32>,
    pool: Area<AtomicU64>,
    /// So many blocks, the first ones, may be touched without asking, and so may the words of their extents: all, or in a
    /// file those of which this process has made sure.
    pub(super) sure: atomic::AtomicU32,
    /// Of a file.
    pub(super) reach: Option<Reach>,
    flaw: Arc<Flaw>,
}

impl Arena {
    pub(super) fn new(
        region: &Arc<Region>,
        plan: &Geometry,
        sharing: Option<&Arc<Sharing>>,
        flaw: &Arc<Flaw>,
    ) -> Self {
        Self {
            blocks: region.area(plan.blocks),
            links: region.area(plan.links),
            extents: region.area(plan.extent_words),
            pool: region.area(plan.pool),
            sure: atomic::AtomicU32::new(if sharing.is_some() { 0 } else { u32::MAX }),
            reach: sharing.map(|sharing| Reach::new(sharing, plan)),
            flaw: Arc::clone(flaw),
        }
    }

    /// A walk along a chain.
    #[inline]
    pub(super) fn chain(&self, first: u32) -> Chain<'_> {
        Chain::new(self, first)
    }

    pub(super) fn block_count(&self) -> u32 {
        self.links.len() as u32
    }

    pub(super) fn extent_count(&self) -> u32 {
        (self.extents.len() / EXTENT_WORDS) as u32
    }

    /// How many extents were ever taken, the first ones.
    pub(super) fn taken(&self) -> u32 {
        self.pool[POOL_TAKEN].load(Ordering::Acquire).min(u64::from(self.extent_count())) as u32
    }

    /// Sees to it that the shard has `blocks` free ones. False: the pool is empty.
    pub(super) fn secure(&self, own: Own<'_>, blocks: u32) -> bool {
        while own.blocks() < blocks {
            let Some(extent) = self.take_extent() else { return false };
            let Some(words) = self.extent(extent).filter(|words| get(&words[OWNER]) == 0) else {
                return self.flaw.found(false);
            };
            set(&words[OWNER], own.shard + 1);
            self.enlist(own, extent);
            add(&own.words[OWN_BLOCKS], EXTENT_BLOCKS);
        }
        true
    }

    /// A chain of `count` blocks, which the shard must have. What is in them is undefined. `None`: the shard's words or
    /// lists are wrong.
    pub(super) fn allocate(&self, own: Own<'_>, count: u32) -> Option<u32> {
        let chain = self.chain_of_free(own, count);
        if chain.is_none() {
            self.flaw.found(());
        }
        add(&own.words[OWN_BLOCKS], count.wrapping_neg());
        chain
    }

    fn chain_of_free(&self, own: Own<'_>, count: u32) -> Option<u32> {
        let mut first = None;
        let mut last = 0;
        let mut missing = count;
        while missing > 0 {
            let extent = get(&own.words[OWN_HEAD]).checked_sub(1)?;
            let words = self.extent_of(own, extent)?;
            let (head, free) = (get(&words[HEAD]), get(&words[FREE]));
            let taken = missing.min(free);
            let is_here = head / EXTENT_BLOCKS == extent && self.reaches(head);
            if free == 0 || free > EXTENT_BLOCKS || !is_here {
                return None;
            }
            match first {
                None => first = Some(head),
                Some(_) => self.link(last, head),
            }
            last = head;
            for _ in 1..taken {
                last = self.behind(last)?;
                if last / EXTENT_BLOCKS != extent {
                    return None;
                }
            }
            if taken == free {
                self.delist(own, extent);
            } else {
                set(&words[HEAD], self.behind(last)?);
            }
            set(&words[FREE], free - taken);
            missing -= taken;
        }
        Some(first.unwrap_or(0))
    }

    /// Takes a chain of `count` blocks back. Runs of blocks of one extent are linked already, and move as a whole.
    pub(super) fn free(&self, own: Own<'_>, first: u32, count: u32) {
        if self.free_runs(own, first, count).is_none() {
            self.flaw.found(());
        }
    }

    fn free_runs(&self, own: Own<'_>, first: u32, count: u32) -> Option<()> {
        let mut block = first;
        let mut left = count;
        while left > 0 {
            let extent = block / EXTENT_BLOCKS;
            let head = block;
            let mut run = 1;
            let mut last = block;
            block = self.follow(last)?;
            while run < left && block / EXTENT_BLOCKS == extent {
                last = block;
                block = self.behind(last)?;
                run += 1;
            }
            left -= run;
            self.give_back(own, extent, head, last, run)?;
        }
        Some(())
    }

    fn give_back(&self, own: Own<'_>, extent: u32, head: u32, last: u32, run: u32) -> Option<()> {
        let words = self.extent_of(own, extent)?;
        let free = get(&words[FREE]);
        if free.checked_add(run)? > EXTENT_BLOCKS {
            return None;
        }
        if free > 0 {
            self.link(last, get(&words[HEAD]));
        }
        set(&words[HEAD], head);
        set(&words[FREE], free + run);
        add(&own.words[OWN_BLOCKS], run);
        if free + run == EXTENT_BLOCKS {
            if free > 0 {
                self.delist(own, extent);
            }
            add(&own.words[OWN_BLOCKS], EXTENT_BLOCKS.wrapping_neg());
            set(&words[OWNER], 0);
            self.give_extent(extent);
        } else if free == 0 {
            self.enlist(own, extent);
        }
        Some(())
    }

    /// The block that is linked behind one. It may be out of reach, or not be at all.
    #[inline]
    fn follow(&self, block: u32) -> Option<u32> {
        if self.reaches(block) { self.behind(block) } else { None }
    }

    /// The same of a block in an extent that is reached.
    #[inline]
    fn behind(&self, block: u32) -> Option<u32> {
        let link = self.links.get(block as usize)?;
        Some(block.wrapping_add(1).wrapping_add(get(link)))
    }

    /// Links a block that was reached before.
    fn link(&self, block: u32, next: u32) {
        if let Some(link) = self.links.get(block as usize).filter(|_| self.reaches(block)) {
            set(link, next.wrapping_sub(block).wrapping_sub(1));
        }
    }

    #[inline]
    fn extent(&self, extent: u32) -> Option<&[AtomicU32; EXTENT_WORDS]> {
        let is_sure = u64::from(extent) * u64::from(EXTENT_BLOCKS) < u64::from(self.sure());
        if !is_sure && !self.has_words_in_file(extent) {
            return None;
        }
        self.extents.get(extent as usize * EXTENT_WORDS..)?.first_chunk()
    }

    /// An extent that belongs to the shard.
    fn extent_of(&self, own: Own<'_>, extent: u32) -> Option<&[AtomicU32; EXTENT_WORDS]> {
        self.extent(extent).filter(|words| get(&words[OWNER]) == own.shard + 1)
    }

    fn enlist(&self, own: Own<'_>, extent: u32) {
        let Some(words) = self.extent(extent) else { return self.flaw.found(()) };
        let next = get(&own.words[OWN_HEAD]);
        set(&words[NEXT], next);
        set(&words[PREVIOUS], 0);
        if next != 0 {
            match self.extent_of(own, next - 1) {
                Some(words) => set(&words[PREVIOUS], extent + 1),
                None => self.flaw.found(()),
            }
        }
        set(&own.words[OWN_HEAD], extent + 1);
    }

    fn delist(&self, own: Own<'_>, extent: u32) {
        let Some(words) = self.extent(extent) else { return self.flaw.found(()) };
        let (next, previous) = (get(&words[NEXT]), get(&words[PREVIOUS]));
        match previous {
            0 => set(&own.words[OWN_HEAD], next),
            _ => match self.extent_of(own, previous - 1) {
                Some(words) => set(&words[NEXT], next),
                None => self.flaw.found(()),
            },
        }
        if next != 0 {
            match self.extent_of(own, next - 1) {
                Some(words) => set(&words[PREVIOUS], previous),
                None => self.flaw.found(()),
            }
        }
    }

    /// Takes an extent out of the pool: one that was given back before, or one that was never used.
    fn take_extent(&self) -> Option<u32> {
        let extent = self.pop().or_else(|| self.take_fresh());
        // The extent's blocks may have been another shard's. A reader of that shard who sees one refilled must see
        // that shard's slot changed too: Acquire on the pool has shown it to us, and this fence passes it on with
        // every relaxed store to the blocks.
        fence(Ordering::Release);
        extent
    }

    fn pop(&self) -> Option<u32> {
        let mut top = self.pool[POOL_TOP].load(Ordering::Acquire);
        loop {
            let extent = (top as u32).checked_sub(1)?;
            // The extent may be gone, and its link be another's. Then the count has changed and the exchange fails.
            let Some(words) = self.extent(extent).filter(|_| extent < self.taken()) else {
                return self.flaw.found(None);
            };
            match self.exchange_top(top, get(&words[NEXT])) {
                Ok(()) => return Some(extent),
                Err(current) => top = current,
            }
        }
    }

    fn give_extent(&self, extent: u32) {
        let Some(words) = self.extent(extent) else { return self.flaw.found(()) };
        let mut top = self.pool[POOL_TOP].load(Ordering::Acquire);
        loop {
            set(&words[NEXT], top as u32);
            match self.exchange_top(top, extent + 1) {
                Ok(()) => return,
                Err(current) => top = current,
            }
        }
    }

    fn exchange_top(&self, old: u64, extent: u32) -> Result<(), u64> {
        let new = ((old >> 32).wrapping_add(1)) << 32 | u64::from(extent);
        // Release with what was done to the extent's blocks; Acquire of what others did to those below it.
        self.pool[POOL_TOP].compare_exchange(old, new, Ordering::AcqRel, Ordering::Acquire).map(drop)
    }

    /// Extents are taken in ascending order, each after the file has its pages: so it has those of all that were taken.
    fn take_fresh(&self) -> Option<u32> {
        let word = &self.pool[POOL_TAKEN];
        let mut taken = word.load(Ordering::Acquire);
        loop {
            let extent = u32::try_from(taken).ok().filter(|&extent| extent < self.extent_count())?;
            if let Some(reach) = &self.reach
                && !reach.has_blocks(extent)
                && !reach.sharing.enlarge(|host| self.makes_sure(reach, host, extent))
            {
                return None;
            }
            match word.compare_exchange(taken, taken + 1, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => {
                    self.refresh(extent);
                    return Some(extent);
                }
                Err(now) => taken = now,
            }
        }
    }

    /// Gives an extent that was never used its free blocks: all of them, in order.
    fn refresh(&self, extent: u32) {
        if let Some(words) = self.extent(extent) {
            set(&words[HEAD], extent * EXTENT_BLOCKS);
            set(&words[FREE], EXTENT_BLOCKS);
        }
    }

    /// Every block of a chain, for a check.
    pub(super) fn blocks_of(&self, first: u32, count: u32) -> impl Iterator<Item = u32> {
        let mut block = first;
        (0..count).map_while(move |_| {
            let here = block;
            block = self.follow(here)?;
            Some(here)
        })
    }

    /// The extents of a shard that have free blocks, each with its first free block and how many there are.
    pub(super) fn free_of(&self, own: Own<'_>) -> impl Iterator<Item = (u32, u32, u32)> {
        let mut extent = get(&own.words[OWN_HEAD]);
        (0..self.extent_count()).map_while(move |_| {
            let here = extent.checked_sub(1)?;
            let words = self.extent(here)?;
            extent = get(&words[NEXT]);
            Some((here, get(&words[HEAD]), get(&words[FREE])))
        })
    }

    /// The extents in the pool, for a check.
    pub(super) fn pooled(&self) -> impl Iterator<Item = u32> {
        let mut extent = self.pool[POOL_TOP].load(Ordering::Acquire) as u32;
        (0..self.extent_count()).map_while(move |_| {
            let here = extent.checked_sub(1)?;
            extent = get(&self.extent(here)?[NEXT]);
            Some(here)
        })
    }

    /// The shard that an extent belongs to.
    pub(super) fn owner(&self, extent: u32) -> Option<u32> {
        get(&self.extent(extent)?[OWNER]).checked_sub(1)
    }

    /// The extents that belong to a shard, in ascending order, whether it lists them or not.
    pub(super) fn owned_by(&self, shard: u32) -> Vec<u32> {
        (0..self.taken()).filter(|&extent| self.owner(extent) == Some(shard)).collect()
    }

    /// Makes a shard's lists anew from what is in use, of the extents that belong to it. The words of an extent in use
    /// throughout, and the links of blocks in use, are left alone.
    pub(super) fn rebuild(&self, own: Own<'_>, extents: &[u32], is_used: impl Fn(u32) -> bool) {
        own.words.iter().for_each(|word| set(word, 0));
        for &extent in extents {
            let Some(words) = self.extent(extent) else { return self.flaw.found(()) };
            let blocks = extent * EXTENT_BLOCKS..(extent + 1) * EXTENT_BLOCKS;
            let mut free = 0;
            let mut last = None;
            for block in blocks.filter(|&block| !is_used(block)) {
                match last {
                    None => set(&words[HEAD], block),
                    Some(last) => self.link(last, block),
                }
                last = Some(block);
                free += 1;
            }
            set(&words[FREE], free);
            if free == EXTENT_BLOCKS {
                set(&words[OWNER], 0);
                self.give_extent(extent);
            } else if free > 0 {
                self.enlist(own, extent);
                add(&own.words[OWN_BLOCKS], free);
            }
        }
    }

    /// Makes the pool anew from the extents that belong to nobody. The caller must hold the locks of all shards.
    pub(super) fn rebuild_pool(&self) {
        // Empty first: whoever finds it so after this was cut short takes a fresh extent, and counts anew.
        let empty = |top| self.exchange_top(top, 0).err();
        let mut top = Some(self.pool[POOL_TOP].load(Ordering::Acquire));
        while let Some(stale) = top {
            top = empty(stale);
        }
        for extent in 0..self.taken() {
            let Some(words) = self.extent(extent) else { return self.flaw.found(()) };
            if get(&words[OWNER]) != 0 {
                continue;
            }
            if get(&words[FREE]) != EXTENT_BLOCKS {
                // Whoever took it for the first time died before it said so.
                (extent * EXTENT_BLOCKS..(extent + 1) * EXTENT_BLOCKS)
                    .for_each(|block| self.link(block, block.wrapping_add(1)));
                self.refresh(extent);
            }
            self.give_extent(extent);
        }
    }
}

fn get(word: &AtomicU32) -> u32 {
    word.load(Ordering::Relaxed)
}

fn set(word: &AtomicU32, value: u32) {
    word.store(value, Ordering::Relaxed);
}

/// Under a lock, or a word that has one owner: no read-modify-write.
fn add(word: &AtomicU32, value: u32) {
    set(word, get(word).wrapping_add(value));
}
