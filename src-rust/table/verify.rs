//! A full check of a table: every structure against every other, with all writers shut out.
//!
//! For tests, fuzzing and the command line. It walks nothing further than there can be, so it ends on any memory.

use super::Table;
use super::index::tag;
use super::reader::sum;
use super::record::Words;
use super::types::{Corruption, NEVER, Report};
use super::writer::{Patience, Writer};
use crate::hash::hash;
use crate::shim::Ordering;

/// What a block is used for, by block.
type Uses = Vec<bool>;

impl Table {
    /// Checks every structure against every other, with writers shut out for as long as it takes.
    pub fn verify(&self) -> Result<Report, Corruption> {
        let mut writers: Vec<Writer<'_>> = Vec::new();
        for shard in &self.shards {
            match self.lock(shard, Patience::Long) {
                Some(writer) => writers.push(writer),
                None => return wrong(shard.number, "its lock was not to be had".to_owned()),
            }
        }
        let mut uses = vec![false; self.arena.block_count() as usize];
        let mut report = Report { entries: 0, bytes: 0, blocks: 0, shards: writers.len() as u32 };
        for writer in &writers {
            let fault = |what: String| Corruption { shard: writer.shard.number, what };
            writer.check(&mut uses, &mut report).map_err(fault)?;
        }
        // Somebody has died lately, and nobody counted since.
        if self.totals.wants_recount() {
            return Ok(report);
        }
        if let Err(what) = self.check_pool() {
            return wrong(0, what);
        }
        if self.totals.load() != (report.entries, report.bytes) {
            return wrong(0, format!("the totals say {:?}, the shards {report:?}", self.totals.load()));
        }
        if report.entries > self.options.max_size || report.bytes > self.options.max_bytes {
            return wrong(0, format!("{report:?} is more than allowed"));
        }
        Ok(report)
    }

    /// Each extent that was ever taken is a shard's or in the pool.
    fn check_pool(&self) -> Result<(), String> {
        let mut pooled = vec![false; self.arena.taken() as usize];
        for extent in self.arena.pooled() {
            match pooled.get_mut(extent as usize) {
                Some(seen) if !*seen && self.arena.owner(extent).is_none() => *seen = true,
                _ => return Err(format!("extent {extent} is in the pool twice, or is a shard's")),
            }
        }
        match (0..).zip(pooled).find(|&(extent, pooled)| !pooled && self.arena.owner(extent).is_none()) {
            Some((extent, _)) => Err(format!("extent {extent} is lost")),
            None => Ok(()),
        }
    }
}

fn wrong(shard: u32, what: String) -> Result<Report, Corruption> {
    Err(Corruption { shard, what })
}

impl Writer<'_> {
    fn check(&self, uses: &mut Uses, report: &mut Report) -> Result<(), String> {
        let state = &self.shard.state;
        let len = self.shard.held();
        if len == 0 {
            // Nothing else of an empty shard may be there.
        } else if let Some(flaw) = self.shard.list().flaw(len) {
            return Err(flaw.to_owned());
        }
        let mut bytes = 0;
        let mut expiring = 0;
        for slot in self.shard.list().slots(len) {
            let cost = self.check_entry(slot, uses, report)?;
            bytes += cost;
            expiring += u32::from(self.shard.records.expires_at(slot) != NEVER);
        }
        if bytes != state.bytes().load(Ordering::Relaxed) {
            return Err(format!("the entries cost {bytes}"));
        }
        let due = self.shard.due();
        if due.len() != expiring || !(0..expiring).all(|at| due.ordered(at)) {
            return Err("the heap of what expires is not one".to_owned());
        }
        let cells = (0..self.shard.index.len()).filter(|&at| !self.shard.index.cell(at).is_empty()).count();
        if cells != len as usize || self.shard.gate.epoch().load(Ordering::Relaxed) & 1 != 0 {
            return Err(format!("{cells} cells for {len} entries, or an odd epoch"));
        }
        self.check_slots(len)?;
        self.check_extents(uses)?;
        report.entries += len;
        report.bytes += bytes;
        Ok(())
    }

    fn check_entry(&self, slot: u32, uses: &mut Uses, report: &mut Report) -> Result<u64, String> {
        let Some(words) = self.shard.records.at(slot) else { return Err(format!("slot {slot} is nowhere")) };
        let record = words.load();
        if !self.is_sane(&record) || words.sequence().load(Ordering::Relaxed) & 1 != 0 {
            return Err(format!("slot {slot} is linked and not live, or its sequence is odd"));
        }
        let mut blocks = 0;
        for block in self.table.arena.blocks_of(record.first, record.blocks()) {
            let extent = block / super::arena::EXTENT_BLOCKS;
            if self.table.arena.owner(extent) != Some(self.shard.number) {
                return Err(format!("block {block} of slot {slot} is another shard's"));
            }
            if uses.get_mut(block as usize).is_none_or(|used| std::mem::replace(used, true)) {
                return Err(format!("block {block} of slot {slot} has another use"));
            }
            blocks += 1;
        }
        if blocks != record.blocks() {
            return Err(format!("the chain of slot {slot} leads out of the arena"));
        }
        report.blocks += blocks;
        let (mut key, mut value) = (vec![0; record.key_len as usize], vec![0; record.value_len as usize]);
        self.shard.copy(self.table.sight(), slot, &mut key, &mut value);
        if hash(self.table.options.seed, &key) != record.hash {
            return Err(format!("the key of slot {slot} has another hash"));
        }
        if let Some(seed) = self.table.checked
            && sum(seed, record.hash, &record, &value) != record.sum
        {
            return Err(format!("the value of slot {slot} has another checksum"));
        }
        if self.find(&key, record.hash).map(|(found, _)| found) != Some(slot)
            || self.shard.index.position(tag(record.hash), slot).is_none()
        {
            return Err(format!("the key of slot {slot} leads elsewhere"));
        }
        let in_heap = self.shard.due().place(slot).is_some();
        if in_heap != (record.expires_at != NEVER) {
            return Err(format!("slot {slot} expires and is not in the heap, or the other way round"));
        }
        Ok(record.cost())
    }

    /// Each slot that was issued is linked or free.
    fn check_slots(&self, len: u32) -> Result<(), String> {
        let issued = self.shard.state.issued().load(Ordering::Relaxed);
        let mut free = 0;
        let mut slot = self.shard.state.free_slot().load(Ordering::Relaxed);
        while slot != 0 && slot <= issued && free <= issued {
            let is_free =
                |words: Words<'_>| !words.load().live && words.sequence().load(Ordering::Relaxed) & 1 == 0;
            if !self.shard.records.at(slot).is_some_and(is_free) {
                return Err(format!("slot {slot} is free and live, or its sequence is odd"));
            }
            free += 1;
            slot = self.shard.list().newer(slot);
        }
        if slot != 0 || free + len != issued {
            return Err(format!("{len} linked and {free} free slots of {issued}"));
        }
        Ok(())
    }

    /// Each block of an extent of this shard is used or free.
    fn check_extents(&self, uses: &mut Uses) -> Result<(), String> {
        let arena = &self.table.arena;
        let mut blocks = 0;
        for (extent, first, free) in arena.free_of(self.own()) {
            if arena.owner(extent) != Some(self.shard.number) || free == 0 {
                return Err(format!("extent {extent} is listed and has nothing free, or is another shard's"));
            }
            for block in arena.blocks_of(first, free) {
                let here = block / super::arena::EXTENT_BLOCKS == extent;
                if !here || uses.get_mut(block as usize).is_none_or(|used| std::mem::replace(used, true)) {
                    return Err(format!("block {block} is free in extent {extent}, and has another use"));
                }
            }
            blocks += free;
        }
        if blocks != self.own().blocks() {
            return Err(format!("{blocks} blocks are free, not {}", self.own().blocks()));
        }
        for extent in arena.owned_by(self.shard.number) {
            let range = extent * super::arena::EXTENT_BLOCKS..(extent + 1) * super::arena::EXTENT_BLOCKS;
            if range.into_iter().any(|block| !uses.get(block as usize).is_some_and(|&used| used)) {
                return Err(format!("a block of extent {extent} is lost"));
            }
        }
        Ok(())
    }
}
