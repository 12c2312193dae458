//! The bytes of one key and value, read and written along their chain of blocks.
//!
//! Readers follow chains at any time and may be led anywhere: every block is checked before it is touched, and the walk is
//! as long as its caller says.

use super::arena::{Arena, BLOCK_WORDS, EXTENT_BLOCKS};
use crate::shim::{AtomicU64, Ordering};

/// A walk along a chain, word by word.
#[derive(Debug)]
pub(super) struct Chain<'a> {
    arena: &'a Arena,
    block: u32,
    at: usize,
}

impl<'a> Chain<'a> {
    #[inline]
    pub(super) fn new(arena: &'a Arena, first: u32) -> Self {
        Self { arena, block: if arena.reaches(first) { first } else { u32::MAX }, at: 0 }
    }

    /// The next words, at least one and at most `most`, as far as they lie side by side. `None`: the chain leads out of
    /// the arena.
    #[inline]
    fn run(&mut self, most: usize) -> Option<&'a [AtomicU64]> {
        if self.at == BLOCK_WORDS {
            self.block = self.next()?;
            self.at = 0;
        }
        let first = self.block as usize * BLOCK_WORDS + self.at;
        let mut len = most.min(BLOCK_WORDS - self.at);
        self.at += len;
        while len < most && self.next_is_neighbour()? {
            self.block += 1;
            self.at = BLOCK_WORDS.min(most - len);
            len += self.at;
        }
        self.arena.blocks.get(first..first + len)
    }

    #[inline]
    fn next(&self) -> Option<u32> {
        let link = self.arena.links.get(self.block as usize)?;
        let next = self.block.wrapping_add(1).wrapping_add(link.load(Ordering::Relaxed));
        self.arena.reaches(next).then_some(next)
    }

    /// Whether the next block lies behind this one. Within an extent that is reached, it is reached too.
    #[inline]
    fn next_is_neighbour(&self) -> Option<bool> {
        let is_neighbour = self.arena.links.get(self.block as usize)?.load(Ordering::Relaxed) == 0;
        let next = self.block.wrapping_add(1);
        Some(is_neighbour && (!next.is_multiple_of(EXTENT_BLOCKS) || self.arena.reaches(next)))
    }

    /// Whether the next bytes are these. The walk goes on behind them only if they are.
    #[inline]
    pub(super) fn is(&mut self, bytes: &[u8]) -> bool {
        let mut rest = bytes;
        while !rest.is_empty() {
            let Some(run) = self.run(rest.len().div_ceil(8)) else { return false };
            let (here, later) = rest.split_at(rest.len().min(8 * run.len()));
            let (whole, part) = here.as_chunks();
            let (words, last) = run.split_at(whole.len());
            if !words.iter().zip(whole).all(|(word, bytes)| load(word) == u64::from_ne_bytes(*bytes)) {
                return false;
            }
            if let Some(word) = last.first()
                && load(word) != padded(part)
            {
                return false;
            }
            rest = later;
        }
        true
    }

    /// Copies the next bytes. False: the chain leads out of the arena.
    #[inline]
    pub(super) fn copy(&mut self, out: &mut [u8]) -> bool {
        let mut rest = out;
        while !rest.is_empty() {
            let Some(run) = self.run(rest.len().div_ceil(8)) else { return false };
            let (here, later) = rest.split_at_mut(rest.len().min(8 * run.len()));
            let (whole, part) = here.as_chunks_mut();
            let (words, last) = run.split_at(whole.len());
            for (word, out) in words.iter().zip(whole) {
                *out = load(word).to_ne_bytes();
            }
            if let Some(word) = last.first() {
                unpad(load(word), part);
            }
            rest = later;
        }
        true
    }

    /// Writes the next bytes, and zeroes up to a whole word.
    #[inline]
    pub(super) fn write(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let Some(run) = self.run(rest.len().div_ceil(8)) else { return };
            let (here, later) = rest.split_at(rest.len().min(8 * run.len()));
            let (whole, part) = here.as_chunks();
            let (words, last) = run.split_at(whole.len());
            for (word, bytes) in words.iter().zip(whole) {
                word.store(u64::from_ne_bytes(*bytes), Ordering::Relaxed);
            }
            if let Some(word) = last.first() {
                word.store(padded(part), Ordering::Relaxed);
            }
            rest = later;
        }
    }
}

/// Less than eight bytes as a word, with zeroes behind them. By halves: for so few bytes a call would take longer.
#[inline]
fn padded(bytes: &[u8]) -> u64 {
    let (mut word, mut shift, mut rest) = (0, 0, bytes);
    if let Some((half, behind)) = rest.split_first_chunk() {
        (word, shift, rest) = (u64::from(u32::from_le_bytes(*half)), 32, behind);
    }
    if let Some((pair, behind)) = rest.split_first_chunk() {
        word |= u64::from(u16::from_le_bytes(*pair)) << shift;
        (shift, rest) = (shift + 16, behind);
    }
    if let Some(byte) = rest.first() {
        word |= u64::from(*byte) << shift;
    }
    u64::from_le(word)
}

/// The first bytes of a word, less than eight.
#[inline]
fn unpad(word: u64, out: &mut [u8]) {
    let (mut word, mut rest) = (u64::from_le(word), out);
    if rest.len() >= 4 {
        let (half, behind) = rest.split_at_mut(4);
        half.copy_from_slice(&(word as u32).to_le_bytes());
        (word, rest) = (word >> 32, behind);
    }
    if rest.len() >= 2 {
        let (pair, behind) = rest.split_at_mut(2);
        pair.copy_from_slice(&(word as u16).to_le_bytes());
        (word, rest) = (word >> 16, behind);
    }
    if let Some(byte) = rest.first_mut() {
        *byte = word as u8;
    }
}

fn load(word: &AtomicU64) -> u64 {
    word.load(Ordering::Relaxed)
}
