//! A table of one shard decides as the slow model does: every answer of every operation is compared, slots, versions
//! and tokens included, over random sequences of operations.

use super::model::{By, Model};
use super::{options, sound, table, tried};
use crate::table::machine::Machine;
use crate::table::{Cursor, Get, NEVER, Next, Options, Put, Table, Token, cost};
use proptest::prelude::*;

/// Of each of the four properties: 100,000 in all.
const SEQUENCES: u32 = if cfg!(miri) { 2 } else { 25_000 };
const OPERATIONS: usize = if cfg!(miri) { 20 } else { 60 };

#[derive(Debug, Clone)]
enum Operation {
    Get {
        key: u8,
        room: usize,
        touch: bool,
    },
    Set {
        key: u8,
        len: usize,
        ttl: u64,
    },
    /// With the token of the last miss, whichever key that was of.
    Fill {
        key: u8,
        len: usize,
        ttl: u64,
    },
    /// The same, of a computation that was asked for anew.
    Refresh {
        key: u8,
        len: usize,
        ttl: u64,
    },
    Delete {
        key: u8,
    },
    Clear,
    Wait {
        ms: u64,
    },
    Walk {
        room: usize,
    },
}

fn operation(longest: usize) -> impl Strategy<Value = Operation> {
    use Operation::{Clear, Delete, Fill, Get, Refresh, Set, Wait, Walk};
    let key = 0..16_u8;
    let room = prop_oneof![4 => Just(longest), 1 => 0..longest];
    let ttl = prop_oneof![3 => Just(NEVER), 1 => 1..40_u64];
    let item = (key.clone(), 0..longest, ttl);
    prop_oneof![
        10 => (key.clone(), room.clone(), any::<bool>()).prop_map(|(key, room, touch)| Get { key, room, touch }),
        8 => item.clone().prop_map(|(key, len, ttl)| Set { key, len, ttl }),
        4 => item.clone().prop_map(|(key, len, ttl)| Fill { key, len, ttl }),
        3 => item.prop_map(|(key, len, ttl)| Refresh { key, len, ttl }),
        2 => key.prop_map(|key| Delete { key }),
        1 => Just(Clear),
        2 => (0..30_u64).prop_map(|ms| Wait { ms }),
        1 => room.prop_map(|room| Walk { room }),
    ]
}

/// Keys of several lengths, the empty one among them.
fn key(number: u8) -> Vec<u8> {
    (0..number).map(|byte| byte ^ number).collect()
}

/// In memory of this process, and in such as others might use too.
fn compare(options: &Options, operations: &[Operation]) {
    compare_in(&table(options), options, operations);
    let (table, process) = Machine::on_the_heap(options).start(0);
    compare_in(&table, options, operations);
    assert_eq!(*process.why.lock().unwrap(), None);
}

fn compare_in(table: &Table, options: &Options, operations: &[Operation]) {
    let mut model = Model::new(options);
    let mut now = 1_000;
    let mut token = Token { generation: 0, wanted: 0, count: 0 };
    let mut written = 0_u8;
    for operation in operations {
        match *operation {
            Operation::Get { key: number, room, touch } => {
                let (mut out, mut expected) = (vec![0; room], vec![0; room]);
                let got = table.get(&key(number), now, &mut out, touch);
                assert_eq!(got, model.get(&key(number), now, &mut expected, touch));
                match got {
                    Get::Hit(hit) => assert_eq!(out[..hit.len as usize], expected[..hit.len as usize]),
                    Get::Miss(fresh) => token = fresh,
                    Get::Larger(_) => {}
                }
            }
            Operation::Set { key: number, len, ttl }
            | Operation::Fill { key: number, len, ttl }
            | Operation::Refresh { key: number, len, ttl } => {
                written = written.wrapping_add(1);
                let by = match operation {
                    Operation::Set { .. } => By::Set,
                    Operation::Fill { .. } => By::Fill(token),
                    _ => By::Refresh(token),
                };
                let value = vec![written; len];
                let expires_at = now.saturating_add(ttl);
                let key = key(number);
                let put = match by {
                    By::Set => table.put(&key, &value, written, expires_at, now, None),
                    By::Fill(token) => table.put(&key, &value, written, expires_at, now, Some(token)),
                    By::Refresh(token) => {
                        table.refresh(&table.key(&key), &value, written, expires_at, now, token)
                    }
                };
                assert_eq!(put, model.put(&key, &value, written, expires_at, now, by));
                if let Put::Stored(stored) = put {
                    let control =
                        table.shards[0].versions[stored.slot as usize].load(super::Ordering::Relaxed);
                    assert_eq!(control, stored.version);
                }
            }
            Operation::Delete { key: number } => {
                assert_eq!(table.delete(&key(number), now), model.delete(&key(number), now));
            }
            Operation::Clear => {
                table.clear();
                model.clear();
            }
            Operation::Wait { ms } => now += ms,
            Operation::Walk { room } => walk(table, &model, now, room),
        }
        assert_eq!((table.len(), table.bytes()), (model.len(), model.bytes()));
        assert_eq!((table.evictions(), table.expirations()), (model.evictions, model.expirations));
    }
    let report = sound(table);
    assert_eq!((report.entries, report.bytes), (model.len(), model.bytes()));
}

fn walk(table: &Table, model: &Model, now: u64, room: usize) {
    let mut cursor = Cursor::default();
    let mut slot = 0;
    loop {
        let (mut key, mut value) = ([0; 64], vec![0; room]);
        let (mut expected_key, mut expected_value) = ([0; 64], vec![0; room]);
        let next = table.next(&mut cursor, now, &mut key, &mut value);
        let (at, expected) = model.next(slot, now, &mut expected_key, &mut expected_value);
        assert_eq!(next, expected);
        let Next::Entry(entry) = next else { return };
        let (key_len, value_len) = (entry.key_len as usize, entry.value_len as usize);
        assert_eq!(key[..key_len], expected_key[..key_len]);
        assert_eq!(value[..value_len], expected_value[..value_len]);
        slot = at + 1;
    }
}

fn sequences(longest: usize) -> impl Strategy<Value = Vec<Operation>> {
    prop::collection::vec(operation(longest), 1..OPERATIONS)
}

proptest! {
    #![proptest_config(tried(SEQUENCES))]

    #[test]
    fn with_room_for_a_few_entries(max_size in 1..12_u32, operations in sequences(40)) {
        compare(&options(max_size), &operations);
    }

    #[test]
    fn with_a_grace_window(max_size in 1..12_u32, window in 0..9_u32, operations in sequences(40)) {
        let grace_window = f64::from(window) / 10.0;
        compare(&Options { grace_window, ..options(max_size) }, &operations);
    }

    #[test]
    fn with_room_for_a_few_bytes(most in 0..1_500_u32, window in 0..9_u32, operations in sequences(500)) {
        let grace_window = f64::from(window) / 10.0;
        let max_bytes = cost(0, 0) + u64::from(most);
        compare(&Options { max_bytes, grace_window, ..options(12) }, &operations);
    }

    #[test]
    fn with_limits_on_keys_and_values(max_size in 1..12_u32, operations in sequences(300)) {
        let options = Options { max_key_size: 12, max_value_size: 200, ..options(max_size) };
        compare(&options, &operations);
    }
}
