//! Two threads at one shard, every interleaving with few preemptions, every value that a relaxed load may return.
//! `make loom`.

use super::*;
use crate::shim::PATIENT;
use ::loom::model::Builder;
use ::loom::thread::spawn;

pub(super) const A: [u8; 8] = *b"key of a";

/// A value that shows if two were mixed.
fn value(number: u64) -> [u8; 16] {
    let mut value = [0; 16];
    value[..8].copy_from_slice(&number.to_le_bytes());
    value[8..].copy_from_slice(&number.to_le_bytes());
    value
}

fn number(value: &[u8; 16]) -> u64 {
    let [first, second] = [&value[..8], &value[8..]].map(|half| u64::from_le_bytes(half.try_into().unwrap()));
    assert_eq!(first, second, "a mixture of two values");
    first
}

pub(super) fn explore(model: impl Fn() + Sync + Send + 'static) {
    explore_within(2, model);
}

pub(super) fn explore_within(preemptions: usize, model: impl Fn() + Sync + Send + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(preemptions);
    builder.max_branches = 100_000;
    let explored = Arc::new(std::sync::atomic::AtomicU64::new(0));
    let counted = Arc::clone(&explored);
    builder.check(move || {
        counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        model();
    });
    println!("{explored:?} executions");
}

fn table(max_size: u32) -> Arc<Table> {
    Arc::new(Table::new(&options(max_size, 1)).unwrap())
}

pub(super) fn set(table: &Table, key: [u8; 8], number: u64) -> Put {
    table.put(&key, &value(number), 0, NEVER, 0, None)
}

pub(super) fn get(table: &Table, key: [u8; 8]) -> Result<(u64, Hit), Token> {
    let mut out = [0; 16];
    match table.get(&key, 0, &mut out, true) {
        Get::Hit(hit) => Ok((number(&out), hit)),
        Get::Miss(token) => Err(token),
        Get::Larger(_) => panic!("every value is of one size"),
    }
}

/// Both at once, each in a thread of its own: of what the model's own thread does in between loom tries few orders.
fn race<A: Send + 'static, B: Send + 'static>(
    table: &Arc<Table>,
    one: impl FnOnce(&Table) -> A + Send + 'static,
    other: impl FnOnce(&Table) -> B + Send + 'static,
) -> (A, B) {
    let [here, there] = [Arc::clone(table), Arc::clone(table)];
    let one = spawn(move || one(&here));
    let other = spawn(move || other(&there));
    (one.join().unwrap(), other.join().unwrap())
}

/// Whether a near entry made from this hit would be served: two plain loads, as JavaScript does them.
pub(super) fn near(table: &Table, hit: &Hit) -> bool {
    table.generation().load(Ordering::Relaxed) == hit.generation
        && table.shards[0].versions[hit.slot as usize].load(Ordering::Relaxed) == hit.version
}

/// Another key whose run of cells begins where `A`'s does.
fn neighbour(table: &Table) -> [u8; 8] {
    let home = |key: &[u8; 8]| table.shards[0].index.home(index::tag(hash(1, key)));
    (0_u64..).map(u64::to_le_bytes).find(|key| home(key) == home(&A)).unwrap()
}

#[test]
fn a_reader_sees_the_old_or_the_new_value_while_it_is_replaced() {
    explore(|| {
        let table = table(1);
        set(&table, A, 1);
        let (found, _) = race(&table, |table| get(table, A), |table| set(table, A, 2));
        let (number, _) = found.expect("a key that is there is never missed");
        assert!(number == 1 || number == 2);
        assert_eq!(get(&table, A).unwrap().0, 2);
    });
}

#[test]
fn a_reader_never_takes_the_value_of_the_key_that_its_slot_and_blocks_went_to() {
    explore(|| {
        let table = table(1);
        set(&table, A, 1);
        let change = |table: &Table| set(table, *b"key of b", 2);
        if let (Ok((number, _)), _) = race(&table, |table| get(table, A), change) {
            assert_eq!(number, 1);
        }
    });
}

/// Whoever fills the blocks has not freed them, and so has put no fence between that and this.
#[test]
fn a_reader_never_takes_what_another_writer_put_in_blocks_that_one_freed() {
    // The reader stops once, and all else happens.
    explore_within(1, || {
        let table = table(2);
        set(&table, A, 1);
        // So that the extent stays in use: whoever takes another puts a fence behind that.
        set(&table, *b"key of c", 3);
        let there = Arc::clone(&table);
        let change = move |table: &Table| {
            table.delete(&A, 0);
            spawn(move || _ = set(&there, *b"key of b", 2)).join().unwrap();
        };
        if let (Ok((number, _)), ()) = race(&table, |table| get(table, A), change) {
            assert_eq!(number, 1);
        }
    });
}

#[test]
fn a_key_is_found_while_its_cell_moves() {
    explore(|| {
        let table = table(2);
        let neighbour = neighbour(&table);
        set(&table, neighbour, 1);
        set(&table, A, 2);
        let change = move |table: &Table| table.delete(&neighbour, 0);
        let (found, deleted) = race(&table, |table| get(table, A), change);
        assert_eq!((found.expect("it is there all along").0, deleted), (2, true));
        assert_eq!(get(&table, A).unwrap().0, 2);
    });
}

#[test]
fn a_near_entry_is_not_served_after_its_key_was_replaced_deleted_evicted_or_cleared() {
    let changes: [fn(&Table); 4] = [
        |table| _ = set(table, A, 2),
        |table| _ = table.delete(&A, 0),
        |table| _ = set(table, *b"key of b", 2),
        |table| table.clear(),
    ];
    for change in changes {
        explore(move || {
            let table = table(1);
            set(&table, A, 1);
            if let (Ok((1, hit)), ()) = race(&table, |table| get(table, A), change) {
                assert!(!near(&table, &hit));
            }
        });
    }
}

#[test]
fn a_near_entry_of_a_value_just_stored_is_not_served_after_a_delete_or_a_clear() {
    let changes: [fn(&Table); 2] = [|table| _ = table.delete(&A, 0), |table| table.clear()];
    for change in changes {
        explore(move || {
            let table = table(1);
            let token = get(&table, A).unwrap_err();
            let fill = move |table: &Table| table.put(&A, &value(1), 0, NEVER, 0, Some(token));
            let (filled, ()) = race(&table, fill, change);
            if let Put::Stored(Stored { slot, version, generation }) = filled {
                let hit = Hit { slot, version, generation, len: 16, flags: 0, expires_at: NEVER };
                assert!(!near(&table, &hit));
            }
            assert!(get(&table, A).is_err(), "computed before the change, and stored after it");
        });
    }
}

#[test]
fn a_fill_does_not_overwrite_a_set() {
    explore(|| {
        let table = table(1);
        let token = get(&table, A).unwrap_err();
        let fill = move |table: &Table| table.put(&A, &value(1), 0, NEVER, 0, Some(token));
        race(&table, fill, |table| set(table, A, 2));
        assert_eq!(get(&table, A).unwrap().0, 2);
    });
}

#[test]
fn a_delete_or_set_that_finds_no_time_is_not_lost() {
    let changes: [fn(&Table); 2] = [|table| _ = table.delete(&A, 0), |table| _ = set(table, A, 2)];
    for change in changes {
        explore(move || {
            PATIENT.store(false, std::sync::atomic::Ordering::Relaxed);
            let table = table(2);
            set(&table, A, 1);
            let other = |table: &Table| {
                set(table, *b"key of b", 3);
                get(table, A)
            };
            let change = move |table: &Table| {
                change(table);
                assert_ne!(get(table, A).map_or(0, |(number, _)| number), 1);
            };
            if let (Ok((1, hit)), ()) = race(&table, other, change) {
                assert!(!near(&table, &hit));
            }
            PATIENT.store(true, std::sync::atomic::Ordering::Relaxed);
        });
    }
}

/// The delete may find no time because the fill is emptying the shard.
#[test]
fn a_fill_that_empties_its_shard_is_not_served_after_a_delete_that_found_no_time() {
    explore(|| {
        PATIENT.store(false, std::sync::atomic::Ordering::Relaxed);
        let table = table(1);
        table.clear();
        let token = get(&table, A).unwrap_err();
        let fill = move |table: &Table| _ = table.put(&A, &value(1), 0, NEVER, 0, Some(token));
        let change = |table: &Table| {
            table.delete(&A, 0);
            assert!(get(table, A).is_err());
        };
        race(&table, fill, change);
        PATIENT.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

#[test]
fn a_near_entry_is_not_served_after_a_delete_that_found_no_time() {
    // What such a delete does, and the next lock holder, which empties the shard.
    let changes: [fn(&Table); 2] = [
        |table| table.forget(&table.shards[0]),
        |table| {
            table.forget(&table.shards[0]);
            set(table, *b"key of b", 2);
        },
    ];
    for change in changes {
        explore(move || {
            let table = table(2);
            set(&table, A, 1);
            if let (Ok((_, hit)), ()) = race(&table, |table| get(table, A), change) {
                assert!(!near(&table, &hit));
            }
            assert!(get(&table, A).is_err());
        });
    }
}

#[test]
fn a_cleared_value_is_gone_while_the_next_writer_empties_the_shard() {
    explore(|| {
        let table = table(2);
        set(&table, A, 1);
        table.clear();
        let (found, _) = race(&table, |table| get(table, A), |table| set(table, *b"key of b", 2));
        assert!(found.is_err());
        assert!(get(&table, A).is_err());
        assert_eq!(get(&table, *b"key of b").unwrap().0, 2);
    });
}
