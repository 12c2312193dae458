//! How large everything in a table is, and where in its region. All of it follows from the options, before there is
//! any memory.

use super::arena;
use super::gate;
use super::record;
use super::region::{Place, Planner};
use super::stats;
use super::types::{ENTRY_BYTES, Options, blocks, cost};
use crate::shim::{AtomicU8, AtomicU32, AtomicU64};

/// Below this many entries a table has one shard, and evicts exactly as the policy of one list does.
const SHARDED_FROM: u32 = 4_096;
/// A shard has at least so many entries, so that shards differ little in how full they are.
const ENTRIES_PER_SHARD: u32 = 1_024;
/// A shard holds at least so many values of the largest size, for the same reason.
const VALUES_PER_SHARD: u64 = 16;
const MAX_SHARDS: u64 = 64;
/// A shard is emptied under its lock: with more entries that would take longer than a writer waits.
const MAX_ENTRIES_PER_SHARD: u32 = 1 << 16;
/// Index cells for two slots: three. A miss then probes five cells on average where every slot is in use.
const CELLS: u32 = 3;

/// Blocks are known by numbers of 32 bits.
const MAX_EXTENTS: u64 = (u32::MAX / arena::EXTENT_BLOCKS) as u64;

/// Slots whose arrays are allocated at once: 64 KiB of records.
pub(super) const SLOT_STEP: u32 = (1 << 16) / (8 * record::WORDS as u32);
/// Extents whose words are allocated at once: 64 KiB of them.
pub(super) const EXTENT_STEP: u32 = (1 << 16) / (4 * arena::EXTENT_WORDS as u32);

/// The places of a table's arrays.
///
/// First comes what is needed from the beginning, and must be there before a table is made of the memory. The rest is
/// by slot or by extent, and needed as these are used for the first time.
#[derive(Debug)]
pub(super) struct Geometry {
    /// Entries that fit both bounds.
    pub(super) capacity: u32,
    pub(super) shards: u32,
    /// Of one shard.
    pub(super) slots: u32,
    /// Of one shard.
    pub(super) cells: u32,
    /// Of the table, all shards together.
    pub(super) extents: u32,
    /// Bytes before the table, which are not its own.
    pub(super) start: usize,
    /// Where what is needed from the beginning ends.
    pub(super) fixed_end: usize,
    /// Of the region.
    pub(super) bytes: usize,
    pub(super) totals: Place<AtomicU64>,
    pub(super) timed: Place<AtomicU32>,
    pub(super) pool: Place<AtomicU64>,
    pub(super) counts: Place<AtomicU64>,
    pub(super) owners: Place<AtomicU64>,
    pub(super) sums: Place<AtomicU64>,
    pub(super) stripes: Place<AtomicU64>,
    pub(super) gates: Place<AtomicU32>,
    pub(super) states: Place<AtomicU32>,
    pub(super) index: Place<AtomicU64>,
    pub(super) generation: Place<AtomicU32>,
    pub(super) versions: Place<AtomicU32>,
    pub(super) visited: Place<AtomicU8>,
    pub(super) records: Place<AtomicU64>,
    pub(super) newer: Place<AtomicU32>,
    pub(super) older: Place<AtomicU32>,
    pub(super) young: Place<AtomicU8>,
    pub(super) due: Place<AtomicU32>,
    pub(super) due_places: Place<AtomicU32>,
    pub(super) extent_words: Place<AtomicU32>,
    pub(super) blocks: Place<AtomicU64>,
    pub(super) links: Place<AtomicU32>,
}

impl Geometry {
    /// `stripes`: how many isolates of other processes may count in the same memory.
    pub(super) fn new(options: &Options, start: usize, stripes: usize) -> Self {
        let capacity = u64::from(options.max_size).min(options.max_bytes / cost(0, 0)) as u32;
        let largest = largest_blocks(options);
        let shards = options.shards.unwrap_or_else(|| shard_count(options, capacity, largest));
        let slots = slots_per_shard(capacity, shards);
        let cells = slots * CELLS / 2 + 1;
        let extents = extent_count(options, shards, largest);
        let [all_slots, all_cells] = [slots, cells].map(|each| (each * shards) as usize);
        let every = |words: usize| words * shards as usize;
        let mut plan = Planner::behind(start);
        let totals = plan.place(16);
        let timed = plan.place(32);
        let pool = plan.place(16);
        let counts = plan.place(stats::COUNT_WORDS);
        let owners = plan.place(every(gate::OWNER_WORDS));
        let gates = plan.place(every(gate::WORDS));
        let states = plan.place(every(gate::STATE_WORDS));
        let sums = plan.place(every(gate::SUM_WORDS));
        let stripes = plan.place(stripes * stats::STRIPE_WORDS);
        let index = plan.place(all_cells);
        let generation = plan.place(32);
        let versions = plan.place(all_slots);
        let visited = plan.place(all_slots);
        let fixed_end = plan.turn_page();
        let records = plan.place(all_slots * record::WORDS);
        // One more for each shard: slot 0, which closes a list into a ring.
        let newer = plan.place(all_slots + shards as usize);
        let older = plan.place(all_slots + shards as usize);
        let young = plan.place(all_slots);
        let due = plan.place(all_slots);
        let due_places = plan.place(all_slots);
        let extent_words = plan.place(extents as usize * arena::EXTENT_WORDS);
        let block_count = (extents * arena::EXTENT_BLOCKS) as usize;
        let links = plan.place(block_count);
        plan.turn_page();
        let blocks = plan.place(block_count * arena::BLOCK_WORDS);
        let bytes = plan.bytes();
        Self {
            capacity,
            shards,
            slots,
            cells,
            extents,
            start,
            fixed_end,
            bytes,
            totals,
            timed,
            pool,
            counts,
            owners,
            sums,
            stripes,
            gates,
            states,
            index,
            generation,
            versions,
            visited,
            records,
            newer,
            older,
            young,
            due,
            due_places,
            extent_words,
            blocks,
            links,
        }
    }

    /// Where each array is, for a fingerprint of the layout.
    pub(super) fn offsets(&self) -> [usize; 20] {
        [
            self.totals.offset(),
            self.timed.offset(),
            self.pool.offset(),
            self.counts.offset(),
            self.owners.offset(),
            self.sums.offset(),
            self.stripes.offset(),
            self.gates.offset(),
            self.states.offset(),
            self.index.offset(),
            self.generation.offset(),
            self.versions.offset(),
            self.visited.offset(),
            self.records.offset(),
            self.newer.offset(),
            self.older.offset(),
            self.due.offset(),
            self.extent_words.offset(),
            self.blocks.offset(),
            self.links.offset(),
        ]
    }

    /// The control words as seen from the generation. They are placed one after the other, so nothing else is in between.
    #[cfg(not(any(loom, shuttle)))]
    pub(super) fn control(&self) -> ControlPlan {
        let start = self.generation.offset();
        let slots = self.slots * self.shards;
        ControlPlan {
            len: self.visited.offset() + slots as usize - start,
            versions: self.versions.offset() - start,
            visited: self.visited.offset() - start,
            slots,
        }
    }
}

/// Where the control words are, from the first of them on.
#[cfg(not(any(loom, shuttle)))]
#[derive(Debug)]
pub(super) struct ControlPlan {
    pub(super) len: usize,
    pub(super) versions: usize,
    pub(super) visited: usize,
    pub(super) slots: u32,
}

/// Blocks of the largest entry that is ever stored.
fn largest_blocks(options: &Options) -> u32 {
    let bounded = |bytes: u32| u64::from(bytes).min(options.max_bytes) as u32;
    let wanted = blocks(bounded(options.max_key_size), bounded(options.max_value_size));
    let room = (options.max_bytes - u64::from(ENTRY_BYTES)) / arena::BLOCK_BYTES;
    u64::from(wanted).min(room) as u32
}

fn shard_count(options: &Options, capacity: u32, largest: u32) -> u32 {
    if capacity < SHARDED_FROM {
        return 1;
    }
    let by_bytes = options.max_bytes / (VALUES_PER_SHARD * u64::from(largest) * arena::BLOCK_BYTES);
    let by_size = u64::from(capacity / ENTRIES_PER_SHARD);
    let most = by_size.min(by_bytes).clamp(1, MAX_SHARDS) as u32;
    let shards = 1 << most.ilog2();
    shards.max(capacity.div_ceil(MAX_ENTRIES_PER_SHARD).next_power_of_two())
}

/// Hashes spread entries evenly but not equally: six standard deviations more than the mean, and the shard that
/// exceeds even that evicts early.
fn slots_per_shard(capacity: u32, shards: u32) -> u32 {
    if shards == 1 {
        return capacity;
    }
    let mean = capacity.div_ceil(shards);
    capacity.min(mean + (6.0 * f64::from(mean).sqrt()) as u32 + 16)
}

/// Blocks for `max_bytes`; for each shard one entry more, since a value is replaced by writing the new one first, and
/// two extents that are used in part. Many shards and huge values can ask for more of these than there are numbers for
/// blocks: a table of such does with fewer, and where they run out a value is not stored.
fn extent_count(options: &Options, shards: u32, largest: u32) -> u32 {
    let held = options.max_bytes / arena::BLOCK_BYTES;
    let spare = u64::from(shards) * (u64::from(largest) + 2 * u64::from(arena::EXTENT_BLOCKS));
    (held + spare).div_ceil(u64::from(arena::EXTENT_BLOCKS)).min(MAX_EXTENTS) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(max_size: u32, max_bytes: u64, max_value_size: u32) -> Options {
        let (max_key_size, grace_window, shards, seed) = (512, 0.05, None, 0);
        Options { max_size, max_bytes, max_key_size, max_value_size, grace_window, shards, seed }
    }

    fn shards(max_size: u32, max_bytes: u64, max_value_size: u32) -> u32 {
        Geometry::new(&options(max_size, max_bytes, max_value_size), 0, 0).shards
    }

    #[test]
    fn small_tables_have_one_shard() {
        assert_eq!(shards(128, 64 << 20, 65_536), 1);
        assert_eq!(shards(4_095, 1 << 30, 65_536), 1);
        assert_eq!(shards(1 << 20, 4_095 * 224, 64), 1);
    }

    #[test]
    fn larger_tables_have_more_until_entries_or_values_would_be_few() {
        assert_eq!(shards(4_096, 1 << 30, 65_536), 4);
        assert_eq!(shards(100_000, 1 << 30, 65_536), 64);
        assert_eq!(shards(100_000, 64 << 20, 1 << 20), 2);
    }

    #[test]
    fn no_shard_is_so_large_that_emptying_it_takes_long() {
        assert_eq!(shards(1 << 26, 1 << 38, 64), 1_024);
    }

    #[test]
    fn however_many_shards_and_large_values_every_block_has_a_number() {
        for max_value_size in [64, 1 << 20, 1 << 30] {
            let options = options(1 << 26, 1 << 38, max_value_size);
            let extents = u64::from(Geometry::new(&options, 0, 0).extents);
            let blocks = extents * u64::from(arena::EXTENT_BLOCKS);
            assert!(blocks <= u64::from(u32::MAX), "{blocks} blocks");
            assert!(blocks * arena::BLOCK_BYTES >= options.max_bytes);
        }
    }

    #[test]
    fn an_empty_table_of_100_000_entries_needs_less_than_4_mib() {
        for max_bytes in [64 << 20, 1 << 30, 1 << 38] {
            let geometry = Geometry::new(&options(100_000, max_bytes, 65_536), 1 << 16, stats::STRIPES);
            assert!(geometry.fixed_end < 4 << 20, "{} bytes", geometry.fixed_end);
        }
    }

    #[test]
    fn an_entry_costs_at_most_96_bytes_besides_its_blocks() {
        for max_size in [4_000, 5_000, 100_000, 1_000_000] {
            let options = options(max_size, 1 << 36, 64);
            let geometry = Geometry::new(&options, 0, 0);
            let extents = u64::from(extent_count(&options, geometry.shards, largest_blocks(&options)));
            let blocks = extents * u64::from(arena::EXTENT_BLOCKS) * arena::BLOCK_BYTES;
            let besides = geometry.bytes as u64 - blocks;
            // Slots beyond the capacity are never touched; cells are.
            let slots = u64::from(geometry.slots * geometry.shards);
            let cells = u64::from(geometry.cells * geometry.shards) * 8;
            let extent_words = extents * 4 * arena::EXTENT_WORDS as u64;
            let per_slot = (besides - cells - extent_words).div_ceil(slots);
            let per_entry = per_slot + cells.div_ceil(u64::from(max_size));
            assert!(per_entry <= 96, "{per_entry} bytes at {max_size}");
        }
    }
}
