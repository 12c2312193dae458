//! Counters of calls, striped: each isolate has a stripe that nobody else writes, so counting costs no shared cache line.
//!
//! JavaScript sees a stripe as a `Float64Array` and adds to it with plain loads and stores; native code reads the bits
//! of the same words. `clear` is a baseline that is subtracted, so no stripe is ever written by two.
//!
//! A table of one process makes stripes as they are asked for, and keeps the counts of those that are given back. In a
//! file there are so many, each claimed by a process: whoever claims one that was given back, or whose owner has died,
//! goes on from the counts that he finds. An isolate that finds none counts for itself alone.

use super::Table;
use super::host::Owner;
use super::region::Area;
#[cfg(not(any(loom, shuttle)))]
use super::tally::Counted;
use crate::shim::{AtomicU64, Ordering};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// How many counters there are. What they count is their owner's business.
pub const COUNTERS: usize = 12;

/// How many stripes a file has.
pub(super) const STRIPES: usize = if cfg!(any(loom, shuttle, miri)) { 2 } else { 1_024 };
/// Words of a stripe: a pair of cache lines. Its owner comes first, then the counters.
pub(super) const STRIPE_WORDS: usize = 16;
const OWNER: usize = 0;
const FIRST_COUNTER: usize = 1;

/// Words of what is counted by nobody in particular, and of what there was at the last `clear`.
pub(super) const COUNT_WORDS: usize = 16;
const SKIPPED: usize = 0;
const BASE_SKIPPED: usize = 1;
const BASE_EVICTIONS: usize = 2;
const BASE_EXPIRATIONS: usize = 3;
const BASE_COUNTERS: usize = 4;

pub(super) const OFFSETS: [usize; 7] =
    [OWNER, FIRST_COUNTER, SKIPPED, BASE_SKIPPED, BASE_EVICTIONS, BASE_EXPIRATIONS, BASE_COUNTERS];

const _: () = assert!(FIRST_COUNTER + COUNTERS <= STRIPE_WORDS && BASE_COUNTERS + COUNTERS <= COUNT_WORDS);

/// One isolate's counters, alone in their cache lines.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Block([AtomicU64; COUNTERS]);

/// What a table of one process knows of its stripes.
#[derive(Debug, Default)]
struct Blocks {
    live: Vec<Arc<Block>>,
    /// Counts of stripes that were given back.
    folded: [f64; COUNTERS],
}

/// A table's counters.
#[derive(Debug)]
pub(super) struct Stats {
    blocks: Mutex<Blocks>,
    /// In a file.
    stripes: Area<AtomicU64>,
    counts: Area<AtomicU64>,
}

impl Stats {
    pub(super) fn new(stripes: Area<AtomicU64>, counts: Area<AtomicU64>) -> Self {
        Self { blocks: Mutex::default(), stripes, counts }
    }

    /// What was counted since the last `clear`.
    pub(super) fn sum(&self) -> [f64; COUNTERS] {
        let total = self.total();
        std::array::from_fn(|counter| total[counter] - number(&self.counts[BASE_COUNTERS + counter]))
    }

    pub(super) fn count_skipped(&self) {
        self.counts[SKIPPED].fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn skipped(&self) -> u64 {
        self.since(self.counts[SKIPPED].load(Ordering::Relaxed), BASE_SKIPPED)
    }

    pub(super) fn evictions(&self, ever: u64) -> u64 {
        self.since(ever, BASE_EVICTIONS)
    }

    pub(super) fn expirations(&self, ever: u64) -> u64 {
        self.since(ever, BASE_EXPIRATIONS)
    }

    /// Makes what there is now the baseline.
    pub(super) fn clear(&self, evictions: u64, expirations: u64) {
        let base = |at: usize, value: u64| self.counts[at].store(value, Ordering::Relaxed);
        for (counter, total) in self.total().into_iter().enumerate() {
            base(BASE_COUNTERS + counter, total.to_bits());
        }
        base(BASE_EVICTIONS, evictions);
        base(BASE_EXPIRATIONS, expirations);
        base(BASE_SKIPPED, self.counts[SKIPPED].load(Ordering::Relaxed));
    }

    /// How much was counted since a baseline. A clear at this moment may have made that the later of the two.
    fn since(&self, count: u64, baseline: usize) -> u64 {
        count.saturating_sub(self.counts[baseline].load(Ordering::Relaxed))
    }

    fn total(&self) -> [f64; COUNTERS] {
        let blocks = self.blocks.lock();
        let local = blocks.live.iter().fold(blocks.folded, |sum, block| plus(sum, &block.0));
        let stripes = self.stripes.chunks_exact(STRIPE_WORDS);
        stripes.fold(local, |sum, stripe| plus(sum, &stripe[FIRST_COUNTER..]))
    }
}

/// Where an isolate counts.
#[derive(Debug)]
enum Place {
    /// In a block of this process, which is part of the sum.
    Block(Arc<Block>),
    /// In the file.
    Stripe(usize),
    /// Where nobody looks: the file has no stripe left.
    Apart(Arc<Block>),
}

/// One isolate's counters. They keep the table.
#[derive(Debug)]
pub struct Stripe {
    table: Arc<Table>,
    place: Place,
    /// Whether it was given back: from then on its memory is not touched from here.
    is_free: AtomicBool,
}

impl Stripe {
    pub(super) fn new(table: &Arc<Table>) -> Self {
        let place = if table.sharing.is_none() {
            let block = Arc::new(Block::default());
            table.stats.blocks.lock().live.push(Arc::clone(&block));
            Place::Block(block)
        } else {
            claim(table).map_or_else(|| Place::Apart(Arc::default()), Place::Stripe)
        };
        Self { table: Arc::clone(table), place, is_free: AtomicBool::new(false) }
    }

    /// Where the `COUNTERS` numbers are, as f64. Valid as long as the stripe is.
    pub fn as_ptr(&self) -> *mut f64 {
        std::ptr::from_ref(self.words()).cast_mut().cast()
    }

    /// Adds to one counter. For whoever owns the stripe: two threads that add at once lose counts.
    pub fn add(&self, counter: usize, count: f64) {
        let word = &self.words()[counter];
        word.store((number(word) + count).to_bits(), Ordering::Relaxed);
    }

    /// Whether nobody but this isolate is told what is counted here, since the file has no stripe left.
    pub fn is_apart(&self) -> bool {
        matches!(self.place, Place::Apart(_))
    }

    /// The table that it counts for.
    pub fn table(&self) -> &Arc<Table> {
        &self.table
    }

    fn words(&self) -> &[AtomicU64] {
        match &self.place {
            Place::Block(block) | Place::Apart(block) => &block.0,
            Place::Stripe(at) => {
                let first = at * STRIPE_WORDS + FIRST_COUNTER;
                &self.table.stats.stripes[first..first + COUNTERS]
            }
        }
    }
}

impl Stripe {
    /// Gives the counters back, which keep their counts, once. JavaScript may hold their memory for longer than the file is
    /// in use, and touch it no more.
    pub fn release(&self) {
        if self.is_free.swap(true, Ordering::Relaxed) {
            return;
        }
        match &self.place {
            Place::Apart(_) => {}
            Place::Block(block) => {
                let mut blocks = self.table.stats.blocks.lock();
                blocks.folded = plus(blocks.folded, &block.0);
                blocks.live.retain(|live| !Arc::ptr_eq(live, block));
            }
            Place::Stripe(at) => {
                if let Some(sharing) = &self.table.sharing {
                    let owner = &self.table.stats.stripes[at * STRIPE_WORDS + OWNER];
                    // Of a detached process somebody else may have taken it already.
                    let own = sharing.host.own_word();
                    let _ = owner.compare_exchange(own, 0, Ordering::Release, Ordering::Relaxed);
                }
            }
        }
    }
}

impl Drop for Stripe {
    fn drop(&mut self) {
        self.release();
    }
}

/// A stripe of the file that is nobody's, or else one whose owner has died. None without a place among the processes.
fn claim(table: &Table) -> Option<usize> {
    let host = &table.sharing.as_ref()?.host;
    // Who has no place among the processes cannot say whose a stripe is.
    if host.own_word() == 0 {
        return None;
    }
    let owners = || table.stats.stripes.iter().step_by(STRIPE_WORDS).enumerate();
    let claim = |(at, owner): (usize, &AtomicU64), from: u64| {
        // Acquire: what was counted before is seen, and added to.
        let claimed = owner.compare_exchange(from, host.own_word(), Ordering::Acquire, Ordering::Relaxed);
        claimed.is_ok().then_some(at)
    };
    owners().find_map(|stripe| claim(stripe, 0)).or_else(|| {
        owners().find_map(|stripe| {
            let owner = stripe.1.load(Ordering::Relaxed);
            let is_gone = owner != host.own_word() && host.state_of(owner) == Owner::Dead;
            if is_gone { claim(stripe, owner) } else { None }
        })
    })
}

/// Every stripe that somebody has, or has counted in.
#[cfg(not(any(loom, shuttle)))]
pub(super) fn counted(stripes: &[AtomicU64]) -> Vec<Counted> {
    let read = |(at, words): (u32, &[AtomicU64])| Counted {
        stripe: at,
        owner: words[OWNER].load(Ordering::Relaxed),
        counters: plus([0.0; COUNTERS], &words[FIRST_COUNTER..]),
    };
    let all = (0..).zip(stripes.chunks_exact(STRIPE_WORDS)).map(read);
    all.filter(|each| each.owner != 0 || each.counters.iter().any(|&count| count != 0.0)).collect()
}

fn plus(sum: [f64; COUNTERS], words: &[AtomicU64]) -> [f64; COUNTERS] {
    std::array::from_fn(|counter| sum[counter] + words.get(counter).map_or(0.0, number))
}

/// A count. Whatever else is in the word counts for nothing.
fn number(word: &AtomicU64) -> f64 {
    let number = f64::from_bits(word.load(Ordering::Relaxed));
    if number.is_finite() { number } else { 0.0 }
}
