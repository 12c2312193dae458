//! Where a table lies in a region, for whoever provides one, and a fingerprint of it: two builds that agree on the
//! fingerprint read each other's bytes.

use super::geometry::Geometry;
use super::types::{BLOCK_BYTES, BLOCK_PAYLOAD, ENTRY_BYTES, Options};
use super::{arena, gate, record, stats, totals};
use crate::hash::hash;
use std::ops::Range;

/// What a table of some options needs of a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Bytes of the region, with those before the table.
    pub bytes: usize,
    /// What must be there, and zero, before a table is made of it. Everything else is asked for when it is needed.
    pub fixed: Range<usize>,
}

impl Plan {
    /// `start`: bytes of the region before the table.
    pub(super) fn new(options: &Options, start: usize) -> Self {
        let geometry = Geometry::new(options, start, stats::STRIPES);
        Self { bytes: geometry.bytes, fixed: geometry.start..geometry.fixed_end }
    }
}

/// Where the structures are that a fuzzer spoils.
#[cfg(fuzzing)]
#[derive(Debug)]
pub struct Arrays {
    /// The owner word of the first shard.
    pub owner: usize,
    /// What is there from the beginning, but for the counters of isolates.
    pub index: [Range<usize>; 2],
    /// By slot: records, lists, the heap of what is due.
    pub records: [Range<usize>; 1],
    /// By extent: their words, links, blocks.
    pub chains: [Range<usize>; 1],
}

#[cfg(fuzzing)]
impl Arrays {
    /// As `Plan::new`.
    pub fn new(options: &Options, start: usize) -> Self {
        let geometry = Geometry::new(options, start, stats::STRIPES);
        let [stripes, index] = [geometry.stripes.offset(), geometry.index.offset()];
        let [records, extents] = [geometry.records.offset(), geometry.extent_words.offset()];
        Self {
            owner: geometry.owners.offset(),
            index: [start..stripes, index..geometry.fixed_end],
            records: [records..extents],
            chains: [extents..geometry.bytes],
        }
    }
}

// What files have been written with. Whoever changes one of these changes the fingerprint, and so the names of files.
const _: () = assert!(cfg!(any(loom, shuttle, miri)) || arena::EXTENT_BLOCKS == 512);
const _: () = assert!(cfg!(any(loom, shuttle)) || (BLOCK_PAYLOAD == 128 && arena::BLOCK_WORDS == 16));
const _: () = assert!(arena::EXTENT_WORDS == 8 && arena::EXTENT_OFFSETS[4] == 4);
const _: () = assert!(record::WORDS == 6 && record::OFFSETS[4] == 4 && record::OFFSETS[5] == 5);
const _: () = assert!(cfg!(any(loom, shuttle, miri)) || stats::STRIPES == 1_024);
const _: () = assert!(stats::STRIPE_WORDS == 16 && stats::COUNTERS == 12);
const _: () = assert!(totals::OFFSETS[0] == 0 && totals::OFFSETS[1] == 1);
const _: () = assert!(cfg!(any(loom, shuttle)) || (4 * gate::WORDS == 384 && 8 * gate::OWNER_WORDS == 128));
const _: () =
    assert!(cfg!(any(loom, shuttle)) || (4 * gate::STATE_WORDS == 128 && 8 * gate::SUM_WORDS == 128));
const _: () = assert!(
    (cfg!(any(loom, shuttle)) || gate::OFFSETS[3] == 32)
        && gate::STATE_OFFSETS[5] == 9
        && gate::SUM_OFFSETS[2] == 2
);

/// Sizes from which every branch of the geometry follows.
const SAMPLES: [(u32, u64, u32); 3] =
    [(100, 1 << 20, 1_000), (10_000, 1 << 26, 65_536), (1 << 20, 1 << 32, 64)];

/// A fingerprint of the offset and size of everything in a table.
pub fn layout_hash() -> u64 {
    let sizes = [
        record::WORDS,
        gate::WORDS,
        gate::STATE_WORDS,
        gate::SUM_WORDS,
        gate::OWNER_WORDS,
        arena::EXTENT_WORDS,
        arena::EXTENT_BLOCKS as usize,
        arena::BLOCK_WORDS,
        BLOCK_BYTES as usize,
        ENTRY_BYTES as usize,
        totals::BYTES_BITS as usize,
        stats::STRIPES,
        stats::STRIPE_WORDS,
        stats::COUNTERS,
    ];
    let places = SAMPLES.into_iter().flat_map(|(max_size, max_bytes, max_value_size)| {
        let (max_key_size, grace_window, shards, seed) = (512, 0.05, None, 0);
        let options =
            Options { max_size, max_bytes, max_key_size, max_value_size, grace_window, shards, seed };
        let geometry = Geometry::new(&options, 1 << 16, stats::STRIPES);
        let counts = [geometry.capacity, geometry.shards, geometry.slots, geometry.cells, geometry.extents];
        let mut numbers = geometry.offsets().to_vec();
        numbers.extend(counts.map(|count| count as usize));
        numbers.push(geometry.bytes);
        numbers
    });
    let offsets = [
        &record::OFFSETS[..],
        &gate::OFFSETS,
        &gate::STATE_OFFSETS,
        &gate::SUM_OFFSETS,
        &arena::EXTENT_OFFSETS,
        &arena::POOL_OFFSETS,
        &totals::OFFSETS,
        &stats::OFFSETS,
    ];
    let numbers = sizes.into_iter().chain(offsets.concat()).chain(places);
    let bytes: Vec<u8> = numbers.flat_map(|number| (number as u64).to_le_bytes()).collect();
    hash(0, &bytes)
}

#[cfg(all(test, not(any(loom, shuttle, miri))))]
mod tests {
    use super::*;

    #[test]
    fn the_fingerprint_changes_with_the_layout_alone() {
        assert_eq!(
            layout_hash(),
            11_523_596_503_540_689_979,
            "the layout has changed: files of other builds are not found any more"
        );
    }

    #[test]
    fn what_is_fixed_begins_behind_what_is_not_the_tables() {
        let options = Options {
            max_size: 100_000,
            max_bytes: 1 << 30,
            max_key_size: 512,
            max_value_size: 65_536,
            grace_window: 0.05,
            shards: None,
            seed: 0,
        };
        let plan = Plan::new(&options, 8_192);
        assert_eq!(plan.fixed.start, 8_192);
        assert!(plan.fixed.len() < 4 << 20, "{} bytes for an empty table", plan.fixed.len());
        assert!(plan.fixed.end.is_multiple_of(4_096) && plan.bytes.is_multiple_of(4_096));
        assert_eq!(Plan::new(&options, 0).bytes + 8_192, plan.bytes);
    }
}
