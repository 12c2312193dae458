//! A machine of imagined processes, for tests: each is a table of its own over one region, and a host that knows which
//! of the others are dead.

use super::geometry::Geometry;
use super::{Host, Options, Owner, Region, Table, stats};
use crate::shim::{AtomicU64, Ordering};
use std::sync::atomic::{self, AtomicBool};
use std::sync::{Arc, Mutex};

/// Places for processes.
const PLACES: usize = 4;

/// What is to become of each page that somebody needs.
type Pages = Box<dyn Fn(usize, usize) -> bool + Send + Sync>;

/// What the processes have in common.
pub(super) struct Machine {
    region: Arc<Region>,
    options: Options,
    start: usize,
    /// By place: generation << 1, and 1 if its claimant lives.
    places: [AtomicU64; PLACES],
    pages: Pages,
}

impl std::fmt::Debug for Machine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.places.fmt(f)
    }
}

/// One process's side of it.
#[derive(Debug)]
pub(super) struct Process {
    machine: Arc<Machine>,
    place: usize,
    word: u64,
    detached: AtomicBool,
    pub(super) why: Mutex<Option<&'static str>>,
}

impl Machine {
    pub(super) fn new(region: Arc<Region>, options: &Options, start: usize) -> Arc<Self> {
        Self::with_pages(region, options, start, Box::new(|_, _| true))
    }

    /// `pages` is asked for memory, and says whether there is room.
    pub(super) fn with_pages(
        region: Arc<Region>,
        options: &Options,
        start: usize,
        pages: Pages,
    ) -> Arc<Self> {
        let places = std::array::from_fn(|_| AtomicU64::new(0));
        Arc::new(Self { region, options: options.clone(), start, places, pages })
    }

    #[cfg(not(any(loom, shuttle)))]
    pub(super) fn on_the_heap(options: &Options) -> Arc<Self> {
        let plan = Geometry::new(options, 0, stats::STRIPES);
        Self::new(Region::heap(plan.bytes).unwrap(), options, 0)
    }

    #[cfg(any(loom, shuttle))]
    pub(super) fn of_a_model(options: &Options) -> Arc<Self> {
        let plan = Geometry::new(options, 0, stats::STRIPES);
        Self::new(Region::anonymous(plan.bytes).unwrap(), options, 0)
    }

    #[cfg(not(any(loom, shuttle)))]
    pub(super) fn region(&self) -> &Arc<Region> {
        &self.region
    }

    /// Makes the owner of every shard somebody who has died.
    #[cfg(not(any(loom, shuttle)))]
    pub(super) fn abandon(&self, words: &[AtomicU64], options: &Options) {
        let plan = Geometry::new(options, 0, stats::STRIPES);
        for shard in 0..plan.shards as usize {
            let word = (plan.owners.offset() / 8) + shard * super::gate::OWNER_WORDS;
            words[word].store(99 << 16 | 3, Ordering::Relaxed);
        }
    }

    /// A new process in a place whose last claimant is dead. It has not adopted what that one left.
    pub(super) fn start(self: &Arc<Self>, place: usize) -> (Arc<Table>, Arc<Process>) {
        let generation = (self.places[place].load(Ordering::Relaxed) >> 1) + 1;
        self.places[place].store(generation << 1 | 1, Ordering::Release);
        self.run(place, generation << 16 | (place as u64 + 1))
    }

    /// A process that came when every place was taken.
    #[cfg(not(any(loom, shuttle)))]
    pub(super) fn start_without_a_place(self: &Arc<Self>) -> (Arc<Table>, Arc<Process>) {
        self.run(self.places.len(), 0)
    }

    fn run(self: &Arc<Self>, place: usize, word: u64) -> (Arc<Table>, Arc<Process>) {
        let (machine, detached, why) = (Arc::clone(self), AtomicBool::new(false), Mutex::default());
        let process = Arc::new(Process { machine, place, word, detached, why });
        let host: Arc<dyn Host> = Arc::clone(&process) as _;
        let table = Table::shared(&self.region, &self.options, self.start, host, 5).unwrap();
        (Arc::new(table), process)
    }
}

impl Process {
    /// It dies, and everything that it wrote can be seen by whoever asks.
    pub(super) fn die(&self) {
        let generation = self.word >> 16;
        self.machine.places[self.place].store(generation << 1, Ordering::Release);
    }
}

impl Host for Process {
    fn allocate(&self, offset: usize, len: usize) -> bool {
        (self.machine.pages)(offset, len)
    }

    fn own_word(&self) -> u64 {
        self.word
    }

    fn state_of(&self, word: u64) -> Owner {
        let place = (word & 0xffff).checked_sub(1).and_then(|place| self.machine.places.get(place as usize));
        let Some(place) = place else { return Owner::Unknown };
        match place.load(Ordering::Acquire) {
            state if state >> 1 != word >> 16 || state & 1 == 0 => Owner::Dead,
            _ => Owner::Alive,
        }
    }

    fn detach(&self, why: &'static str) {
        self.detached.store(true, atomic::Ordering::Relaxed);
        self.why.lock().unwrap().get_or_insert(why);
    }

    fn is_detached(&self) -> bool {
        self.detached.load(atomic::Ordering::Relaxed)
    }
}
