//! Counters of calls, striped: each isolate has a block that nobody else writes, so counting costs no shared cache line.
//!
//! JavaScript sees a block as a `Float64Array` and adds to it with plain loads and stores; native code reads the bits
//! of the same words. A block that is dropped leaves its counts behind, and `clear` is a baseline that is subtracted,
//! so no block is ever written by two.

use super::Table;
use crate::shim::{AtomicU64, Ordering};
use parking_lot::Mutex;
use std::sync::Arc;

/// How many counters there are. What they count is their owner's business.
pub const COUNTERS: usize = 12;

/// One isolate's counters, alone in their cache lines.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Block([AtomicU64; COUNTERS]);

impl Block {
    fn read(&self) -> [f64; COUNTERS] {
        std::array::from_fn(|counter| f64::from_bits(self.0[counter].load(Ordering::Relaxed)))
    }
}

/// What `Stats` knows under its lock.
#[derive(Debug, Default)]
struct Inner {
    live: Vec<Arc<Block>>,
    /// Counts of blocks that were dropped.
    folded: [f64; COUNTERS],
    /// What there was at the last `clear`.
    baseline: [f64; COUNTERS],
}

impl Inner {
    fn total(&self) -> [f64; COUNTERS] {
        self.live.iter().fold(self.folded, |sum, block| plus(sum, block.read()))
    }
}

/// A table's counters.
#[derive(Debug, Default)]
pub(super) struct Stats(Mutex<Inner>);

impl Stats {
    pub(super) fn sum(&self) -> [f64; COUNTERS] {
        let inner = self.0.lock();
        let (total, baseline) = (inner.total(), inner.baseline);
        std::array::from_fn(|counter| total[counter] - baseline[counter])
    }

    pub(super) fn clear(&self) {
        let mut inner = self.0.lock();
        inner.baseline = inner.total();
    }
}

/// One isolate's block of counters. It keeps the table.
#[derive(Debug)]
pub struct Stripe {
    table: Arc<Table>,
    block: Arc<Block>,
}

impl Stripe {
    pub(super) fn new(table: &Arc<Table>) -> Self {
        let block = Arc::new(Block::default());
        table.stats.0.lock().live.push(Arc::clone(&block));
        Self { table: Arc::clone(table), block }
    }

    /// Where the `COUNTERS` numbers are, as f64, aligned to 128. Valid as long as the stripe is.
    pub fn as_ptr(&self) -> *mut f64 {
        std::ptr::from_ref(&*self.block).cast_mut().cast()
    }

    /// Adds to one counter. For whoever owns the stripe: two threads that add at once lose counts.
    pub fn add(&self, counter: usize, count: f64) {
        let word = &self.block.0[counter];
        let sum = f64::from_bits(word.load(Ordering::Relaxed)) + count;
        word.store(sum.to_bits(), Ordering::Relaxed);
    }

    /// The table that it counts for.
    pub fn table(&self) -> &Arc<Table> {
        &self.table
    }
}

impl Drop for Stripe {
    fn drop(&mut self) {
        let mut inner = self.table.stats.0.lock();
        inner.folded = plus(inner.folded, self.block.read());
        inner.live.retain(|block| !Arc::ptr_eq(block, &self.block));
    }
}

fn plus(a: [f64; COUNTERS], b: [f64; COUNTERS]) -> [f64; COUNTERS] {
    std::array::from_fn(|counter| a[counter] + b[counter])
}
