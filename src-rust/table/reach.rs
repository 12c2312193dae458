//! Which extents of the arena may this process touch? In memory of its own: all. In a file: those of which it has made
//! sure itself that the file has their pages, since the words that lead to an extent are anybody's, and a page that is
//! not there kills whoever reads it.
//!
//! An extent that was taken was allocated before, so making sure of it costs one call and no room.

use super::arena::{Arena, BLOCK_WORDS, EXTENT_BLOCKS, EXTENT_WORDS};
use super::geometry::{EXTENT_STEP, Geometry};
use super::host::Host;
use super::sharing::Sharing;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const WORDS_STEP_BYTES: usize = EXTENT_STEP as usize * EXTENT_WORDS * 4;
const BLOCKS_BYTES: usize = EXTENT_BLOCKS as usize * BLOCK_WORDS * 8;
const LINKS_BYTES: usize = EXTENT_BLOCKS as usize * 4;

/// What is known of the extents of a file.
#[derive(Debug)]
pub(super) struct Reach {
    pub(super) sharing: Arc<Sharing>,
    extents: usize,
    /// By extent: whether its blocks and links are there.
    blocks: Box<[AtomicBool]>,
    /// By so many extents as are allocated at once: whether their words are there.
    words: Box<[AtomicBool]>,
    blocks_at: usize,
    links_at: usize,
    words_at: usize,
}

impl Reach {
    pub(super) fn new(sharing: &Arc<Sharing>, plan: &Geometry) -> Self {
        let flags = |count: u32| (0..count).map(|_| AtomicBool::new(false)).collect();
        Self {
            sharing: Arc::clone(sharing),
            extents: plan.extents as usize,
            blocks: flags(plan.extents),
            words: flags(plan.extents.div_ceil(EXTENT_STEP)),
            blocks_at: plan.blocks.offset(),
            links_at: plan.links.offset(),
            words_at: plan.extent_words.offset(),
        }
    }

    /// Whether it is known that an extent's blocks are there.
    #[inline]
    pub(super) fn has_blocks(&self, extent: u32) -> bool {
        self.blocks.get(extent as usize).is_some_and(|known| known.load(Ordering::Relaxed))
    }

    /// The first extent from `from` on that is not known to be there.
    pub(super) fn known_from(&self, from: u32) -> u32 {
        let extents = self.blocks.len() as u32;
        (from..extents).find(|&extent| !self.has_blocks(extent)).unwrap_or(extents)
    }

    /// Whether an extent's words are there, after making sure.
    pub(super) fn has_words(&self, extent: u32) -> bool {
        let step = (extent / EXTENT_STEP) as usize;
        let Some(known) = self.words.get(step) else { return false };
        known.load(Ordering::Relaxed) || self.ask_for_words(step)
    }

    /// Makes sure of an extent: its words, links and blocks.
    #[cold]
    pub(super) fn ask(&self, host: &dyn Host, extent: u32) -> bool {
        let at = extent as usize;
        let Some(known) = self.blocks.get(at) else { return false };
        let there = self.has_words(extent)
            && host.allocate(self.links_at + at * LINKS_BYTES, LINKS_BYTES)
            && host.allocate(self.blocks_at + at * BLOCKS_BYTES, BLOCKS_BYTES);
        if there {
            known.store(true, Ordering::Relaxed);
        }
        there
    }

    #[cold]
    fn ask_for_words(&self, step: usize) -> bool {
        let host = &self.sharing.host;
        let from = step * WORDS_STEP_BYTES;
        let to = (from + WORDS_STEP_BYTES).min(self.extents * EXTENT_WORDS * 4);
        let there = from < to && host.allocate(self.words_at + from, to - from);
        if let Some(known) = self.words.get(step).filter(|_| there) {
            known.store(true, Ordering::Relaxed);
        }
        there
    }
}

impl Arena {
    /// Whether a block may be touched. A number that is too high may, in memory of this process: it is found out later.
    #[inline]
    pub(super) fn reaches(&self, block: u32) -> bool {
        block < self.sure() || self.reaches_in_file(block / EXTENT_BLOCKS)
    }

    /// So many blocks, the first ones, may be touched without asking.
    #[inline]
    pub(super) fn sure(&self) -> u32 {
        self.sure.load(Ordering::Relaxed)
    }

    #[inline(never)]
    fn reaches_in_file(&self, extent: u32) -> bool {
        self.reach.as_ref().is_some_and(|reach| {
            reach.has_blocks(extent)
                || (extent < self.taken() && self.makes_sure(reach, &*reach.sharing.host, extent))
        })
    }

    /// Makes sure of an extent, of which it may be the first time that anybody wants it.
    #[cold]
    pub(super) fn makes_sure(&self, reach: &Reach, host: &dyn Host, extent: u32) -> bool {
        let there = reach.ask(host, extent);
        let known = reach.known_from(self.sure() / EXTENT_BLOCKS);
        self.sure.fetch_max(known * EXTENT_BLOCKS, Ordering::Relaxed);
        there
    }

    #[inline(never)]
    pub(super) fn has_words_in_file(&self, extent: u32) -> bool {
        self.reach.as_ref().is_some_and(|reach| reach.has_words(extent))
    }
}
