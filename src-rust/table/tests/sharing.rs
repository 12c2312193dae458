//! Several processes at one table: who holds a shard, who takes it over, what is allocated, and whose counts are whose.

use super::*;
use crate::shim::{AtomicU64, live_for};
use crate::sys;
use crate::table::machine::Machine;
use std::collections::BTreeSet;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::sync::Mutex;
use std::time::{Duration, Instant};

const PAGE: usize = 4_096;
/// Less than anybody waits, by a clock that goes with the machine. Miri's counts what is done, not how long that took.
const SOON: Duration = Duration::from_millis(if cfg!(miri) { 10_000 } else { 5 });

fn held(table: &Table) -> Option<writer::Writer<'_>> {
    table.lock(&table.shards[0], writer::Patience::None)
}

#[test]
fn what_one_process_stores_deletes_and_clears_the_others_see() {
    let machine = Machine::on_the_heap(&options(10));
    let [(one, _), (other, _)] = [0, 1].map(|place| machine.start(place));
    set(&one, b"key", b"value");
    assert_eq!(find(&other, b"key").unwrap(), b"value");
    let token = miss(&one, b"computed");
    other.delete(b"computed", 0);
    assert_eq!(one.put(b"computed", b"before", 0, NEVER, 0, Some(token)), Put::Outdated);
    other.clear();
    assert_eq!(find(&one, b"key"), None);
    sound(&one);
}

/// Whoever meets such words detaches; those who have not yet must not go on with what was to be replaced.
#[test]
fn a_change_that_meets_words_that_cannot_be_leaves_nothing_old_to_others() {
    let machine = Machine::on_the_heap(&options(10));
    let [(one, process), (other, _)] = [0, 1].map(|place| machine.start(place));
    set(&one, b"key", b"old");
    one.shards[0].state.own()[0].store(u32::MAX, Ordering::Relaxed);
    assert_eq!(set(&one, b"key", b"new"), Put::Skipped);
    assert!(process.why.lock().unwrap().is_some());
    assert_eq!(find(&other, b"key"), None);
}

/// A living owner is waited for until the deadline, and never robbed; afterwards nobody waits for a second.
#[test]
fn a_living_owner_is_waited_for_once() {
    let machine = Machine::on_the_heap(&options(10));
    let [(one, _), (other, process)] = [0, 1].map(|place| machine.start(place));
    set(&one, b"key", b"old");
    let writer = held(&one).unwrap();
    let start = Instant::now();
    let token = miss(&other, b"absent");
    assert_eq!(other.put(b"absent", b"", 0, NEVER, 0, Some(token)), Put::Skipped);
    assert!(start.elapsed() >= Duration::from_millis(5));
    let start = Instant::now();
    for _ in 0..100 {
        assert_eq!(other.put(b"absent", b"", 0, NEVER, 0, Some(token)), Put::Skipped);
    }
    assert!(start.elapsed() < 20 * SOON, "each of them has waited");
    assert_eq!(other.skipped_writes(), 101);
    // A change is never lost: the shard counts as empty.
    assert!(other.delete(b"key", 0));
    assert_eq!(find(&other, b"key"), None);
    drop(writer);
    assert_eq!(find(&one, b"key"), None);
    assert!(matches!(set(&other, b"key", b"new"), Put::Stored(_)));
    assert_eq!(*process.why.lock().unwrap(), None);
    sound(&other);
}

#[test]
fn whoever_was_waited_for_in_vain_is_robbed_once_he_is_dead() {
    let machine = Machine::on_the_heap(&options(10));
    let [(one, dying), (other, _)] = [0, 1].map(|place| machine.start(place));
    std::mem::forget(held(&one).unwrap());
    let token = miss(&other, b"key");
    assert_eq!(other.put(b"key", b"value", 0, NEVER, 0, Some(token)), Put::Skipped);
    dying.die();
    assert!(matches!(other.put(b"key", b"value", 0, NEVER, 0, Some(token)), Put::Stored(_)));
    sound(&other);
}

#[test]
fn the_dead_are_robbed_at_once_and_what_they_left_is_repaired() {
    let machine = Machine::on_the_heap(&options(10));
    let [(one, dead), (other, _)] = [0, 1].map(|place| machine.start(place));
    set(&one, b"key", b"value");
    std::mem::forget(held(&one).unwrap());
    dead.die();
    let start = Instant::now();
    assert!(matches!(set(&other, b"other", b"value"), Put::Stored(_)));
    assert!(start.elapsed() < SOON);
    assert_eq!(find(&other, b"key").unwrap(), b"value");
    sound(&other);
}

#[test]
fn whoever_claims_the_place_of_a_dead_process_adopts_what_it_left() {
    let machine = Machine::on_the_heap(&Options { shards: Some(4), ..options(40) });
    let (one, dead) = machine.start(0);
    for number in 0..20_u8 {
        set(&one, &[number], &[number; 50]);
    }
    for shard in &one.shards {
        std::mem::forget(one.lock(shard, writer::Patience::None).unwrap());
    }
    dead.die();
    let (two, _) = machine.start(0);
    assert!(two.shards.iter().all(|shard| shard.owner.is_inherited(&*two.sharing.as_ref().unwrap().host)));
    two.adopt();
    assert!(!two.shards.iter().any(|shard| shard.owner.is_inherited(&*two.sharing.as_ref().unwrap().host)));
    assert_eq!(sound(&two).entries, 20);
    assert!((0..20_u8).all(|number| find(&two, &[number]).unwrap() == [number; 50]));
}

/// Its own word under the lock is the residue of a panic.
#[test]
fn what_a_panic_left_is_repaired_by_the_same_process() {
    let machine = Machine::on_the_heap(&options(10));
    let (table, process) = machine.start(0);
    set(&table, b"key", b"value");
    // In mid-bracket, which is an unwinding stack with the lock on it.
    assert!(live_for(12, || {}, || set(&table, b"other", b"value")).is_none());
    let start = Instant::now();
    set(&table, b"third", b"value");
    assert!(start.elapsed() < SOON);
    assert_eq!(find(&table, b"key").unwrap(), b"value");
    assert_eq!(*process.why.lock().unwrap(), None);
    sound(&table);
}

#[test]
fn a_process_that_was_robbed_or_cannot_tell_detaches() {
    for word in [77 << 16 | 9, 1 << 16 | 200] {
        let machine = Machine::on_the_heap(&options(10));
        let (table, process) = machine.start(0);
        set(&table, b"key", b"value");
        let words = Words::of(&machine, &options(10));
        let writer = held(&table).unwrap();
        words.owner().store(word, Ordering::Relaxed);
        drop(writer);
        assert!(process.why.lock().unwrap().is_some());
        assert_eq!(find(&table, b"key"), None);
        assert_eq!(set(&table, b"key", b"value"), Put::Skipped);
        assert_eq!(table.next(&mut Cursor::default(), 0, &mut [0; 64], &mut [0; 64]), Next::End);
        assert!(table.verify().is_err());
        let (table, process) = machine.start(1);
        assert_eq!(set(&table, b"key", b"value"), Put::Skipped);
        assert!(process.why.lock().unwrap().is_some());
    }
}

/// The owner word of the first shard.
struct Words(Area<AtomicU64>);

impl Words {
    fn of(machine: &Arc<Machine>, options: &Options) -> Self {
        Self(machine.region().area(Geometry::new(options, 0, stats::STRIPES).owners))
    }

    fn owner(&self) -> &AtomicU64 {
        &self.0[0]
    }
}

#[test]
fn counts_of_the_dead_are_inherited_and_the_baseline_is_everybodys() {
    let machine = Machine::on_the_heap(&options(10));
    let [(one, dead), (other, _)] = [0, 1].map(|place| machine.start(place));
    let [first, second] = [&one, &other].map(Table::stripe);
    first.add(3, 5.0);
    second.add(3, 2.0);
    assert_eq!((one.counters()[3], other.counters()[3]), (7.0, 7.0));
    drop(second);
    let second = other.stripe();
    second.add(3, 1.0);
    assert_eq!(other.counters()[3], 8.0);
    other.clear();
    assert_eq!((one.counters()[3], other.counters()[3]), (0.0, 0.0));
    first.add(3, 1.0);
    // It keeps its stripe: whoever is killed gives nothing back.
    dead.die();
    // Every stripe, that of the dead one among them.
    let all: Vec<Stripe> = (0..stats::STRIPES).map(|_| other.stripe()).collect();
    assert_eq!(all.iter().filter(|stripe| stripe.is_apart()).count(), 1);
    all.iter().for_each(|stripe| stripe.add(3, 1.0));
    assert_eq!(other.counters()[3], 1.0 + stats::STRIPES as f64 - 1.0);
}

/// A file of holes that are filled as the table asks for them, in one place of all for which that can be told exactly.
fn sparse(options: &Options, most: usize) -> (std::fs::File, Arc<Machine>, Arc<Mutex<BTreeSet<usize>>>) {
    let path = format!("/dev/shm/warp-cache-test-{}-{}", std::process::id(), crate::hash::random_seed());
    let file = std::fs::File::options().read(true).write(true).create_new(true).open(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let plan = Table::plan(options, PAGE);
    file.set_len(plan.bytes as u64).unwrap();
    let pages = Arc::new(Mutex::new(BTreeSet::new()));
    let (writable, allocated) = (file.try_clone().unwrap(), Arc::clone(&pages));
    let allocate = move |offset: usize, len: usize| {
        let mut pages = allocated.lock().unwrap();
        let wanted: Vec<usize> =
            (offset / PAGE..(offset + len).div_ceil(PAGE)).filter(|page| !pages.contains(page)).collect();
        if pages.len() + wanted.len() > most {
            return false;
        }
        for page in wanted {
            writable.write_all_at(&[0], (page * PAGE) as u64).unwrap();
            pages.insert(page);
        }
        true
    };
    assert!(allocate(plan.fixed.start, plan.fixed.len()));
    let held = sys::File::new(|| Ok(file.try_clone().unwrap().into())).unwrap();
    let region = Region::mapped(Arc::new(held.map(plan.bytes).unwrap()));
    let machine = Machine::with_pages(region, options, PAGE, Box::new(allocate));
    (file, machine, pages)
}

/// Whoever touches a page that nobody asked for makes the file larger than it should be.
fn check_pages(file: &std::fs::File, pages: &Mutex<BTreeSet<usize>>) {
    let resident = file.metadata().unwrap().blocks() as usize * 512 / PAGE;
    assert_eq!(resident, pages.lock().unwrap().len(), "pages were touched that are not allocated");
}

fn key(number: u32) -> Vec<u8> {
    number.to_le_bytes().to_vec()
}

#[test]
#[cfg(target_os = "linux")]
#[cfg_attr(miri, ignore = "needs a mapping")]
fn no_page_is_touched_that_was_not_allocated() {
    let options = Options {
        max_size: 20_000,
        max_bytes: 8 << 20,
        max_key_size: 512,
        max_value_size: 65_536,
        grace_window: 0.05,
        shards: None,
        seed: 7,
    };
    let (file, machine, pages) = sparse(&options, usize::MAX);
    let (one, dead) = machine.start(0);
    let (other, process) = machine.start(1);
    let fixed = pages.lock().unwrap().len();
    // An empty table is looked at, changed and cleared for nothing.
    assert_eq!(find(&one, b"absent"), None);
    one.delete(b"absent", 0);
    one.clear();
    sound(&one);
    assert_eq!(one.next(&mut Cursor::default(), 0, &mut [], &mut []), Next::End);
    check_pages(&file, &pages);
    assert_eq!(pages.lock().unwrap().len(), fixed);
    for number in 0..6_000 {
        set(&one, &key(number), &vec![number as u8; number as usize % 3_000]);
        if number % 500 == 0 {
            check_pages(&file, &pages);
        }
    }
    for number in 0..6_000 {
        if let Some(found) = find(&other, &key(number)) {
            assert_eq!(found, vec![number as u8; number as usize % 3_000]);
        }
    }
    check_pages(&file, &pages);
    other.delete(&key(5_999), 0);
    for shard in &one.shards {
        std::mem::forget(one.lock(shard, writer::Patience::Deadline).unwrap());
    }
    dead.die();
    sound(&other);
    other.clear();
    set(&other, b"key", b"value");
    sound(&other);
    check_pages(&file, &pages);
    assert_eq!(*process.why.lock().unwrap(), None);
}

/// What is allocated is the bound: entries are evicted for others.
#[test]
#[cfg(target_os = "linux")]
#[cfg_attr(miri, ignore = "needs a mapping")]
fn a_full_disk_makes_the_table_smaller_and_nothing_else() {
    let options = Options { max_bytes: 4 << 20, ..options(2_000) };
    let fixed = Table::plan(&options, PAGE).fixed.len() / PAGE;
    for room in [0, 5, 40, 70, 100, 300] {
        let (file, machine, pages) = sparse(&options, fixed + room);
        let (table, process) = machine.start(0);
        let stored = (0..3_000)
            .filter(|&number| matches!(set(&table, &key(number), &[number as u8; 700]), Put::Stored(_)))
            .count();
        check_pages(&file, &pages);
        sound(&table);
        assert_eq!(*process.why.lock().unwrap(), None);
        let expected = if room < 70 { 0 } else { 3_000 };
        assert!(stored <= expected || room >= 40, "{stored} of {room} pages");
        if room >= 70 {
            assert_eq!(stored, 3_000, "{room} pages");
            assert_eq!(find(&table, &key(2_999)).unwrap(), [(2_999 % 256) as u8; 700]);
        }
    }
}

#[test]
fn to_drain_is_to_wait_for_whoever_is_within() {
    let machine = Machine::on_the_heap(&options(10));
    let (table, _) = machine.start(0);
    let order = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        let writer = held(&table).unwrap();
        scope.spawn(|| {
            table.drain();
            order.lock().unwrap().push("drained");
        });
        table.detach("it is over");
        order.lock().unwrap().push("left");
        drop(writer);
    });
    assert_eq!(*order.lock().unwrap(), ["left", "drained"]);
    assert!(held(&table).is_none());
}

#[test]
fn who_has_no_place_among_the_processes_counts_apart() {
    let machine = Machine::on_the_heap(&options(10));
    let [(one, _), (other, _)] = [0, 1].map(|_| machine.start_without_a_place());
    let stripes = [&one, &other, &machine.start(0).0].map(Table::stripe);
    assert_eq!(stripes.each_ref().map(Stripe::is_apart), [true, true, false]);
}
