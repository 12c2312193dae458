//! The promises that a caller relies on, one test each.

use super::*;
use std::collections::HashSet;

#[test]
fn a_value_comes_back_as_it_was_put() {
    let table = table(&options(10));
    for len in [0, 1, 7, 8, 9, 127, 128, 129, 256, 1_999, 2_000] {
        let value: Vec<u8> = (0..len).map(|n| (n * 31 + len) as u8).collect();
        set(&table, b"key", &value);
        assert_eq!(find(&table, b"key"), Some(value));
    }
    sound(&table);
}

#[test]
fn a_hit_says_what_was_stored_with_the_value() {
    let table = table(&options(10));
    let Put::Stored(stored) = table.put(b"key", b"value", 200, 50, 0, None) else { panic!() };
    let mut out = [0; 5];
    let Get::Hit(hit) = table.get(b"key", 49, &mut out, false) else { panic!() };
    assert_eq!((hit.flags, hit.expires_at, hit.len), (200, 50, 5));
    assert_eq!((hit.slot, hit.version, hit.generation), (stored.slot, stored.version, stored.generation));
    assert!(matches!(table.get(b"key", 50, &mut out, false), Get::Miss(_)));
}

#[test]
fn a_buffer_that_is_too_small_is_told_how_much_it_takes() {
    let table = table(&options(10));
    set(&table, b"key", &[1; 100]);
    assert_eq!(table.get(b"key", 0, &mut [0; 99], true), Get::Larger(100));
}

#[test]
fn keys_that_share_their_beginning_or_length_are_different() {
    let table = table(&options(100));
    let keys: Vec<Vec<u8>> = (0..if cfg!(miri) { 10 } else { 40 }).map(|len| vec![0; len]).collect();
    for key in &keys {
        set(&table, key, key);
    }
    for key in &keys {
        assert_eq!(find(&table, key).as_ref(), Some(key));
    }
}

#[test]
fn a_fill_is_dropped_after_a_set_a_delete_or_a_clear() {
    let changes: [fn(&Table); 4] = [
        |table| _ = set(table, b"key", b"set"),
        |table| _ = table.delete(b"key", 0),
        |table| table.clear(),
        |table| _ = table.delete(&akin(table, b"key", true), 0),
    ];
    for change in changes {
        let table = table(&options(10));
        let token = miss(&table, b"key");
        change(&table);
        assert_eq!(table.put(b"key", b"late", 0, NEVER, 0, Some(token)), Put::Outdated);
        assert_ne!(find(&table, b"key"), Some(b"late".to_vec()));
    }
}

/// A key that shares its count of changes with another one, or does not.
fn akin(table: &Table, key: &[u8], wanted: bool) -> Vec<u8> {
    let group = |key: &[u8]| gate::group(crate::hash::hash(table.options.seed, key));
    let mut numbers = (0..10_000_u32).map(|number| number.to_le_bytes().to_vec());
    numbers.find(|other| (group(other) == group(key)) == wanted).unwrap()
}

#[test]
fn a_fill_survives_changes_of_nearly_all_other_keys() {
    let table = table(&options(10));
    let token = miss(&table, b"key");
    let other = akin(&table, b"key", false);
    set(&table, &other, b"set");
    table.delete(&other, 0);
    assert!(matches!(table.put(b"key", b"value", 0, NEVER, 0, Some(token)), Put::Stored(_)));
}

#[test]
fn a_refresh_outdates_fills_as_a_set() {
    let table = table(&options(10));
    let (older, token) = (miss(&table, b"key"), miss(&table, b"key"));
    assert!(matches!(table.refresh(&table.key(b"key"), b"new", 0, NEVER, 0, token), Put::Stored(_)));
    assert_eq!(table.put(b"key", b"late", 0, NEVER, 0, Some(older)), Put::Outdated);
    assert_eq!(find(&table, b"key"), Some(b"new".to_vec()));
    sound(&table);
}

#[test]
fn a_refresh_that_is_outdated_leaves_nothing_that_is_older() {
    let changes: [fn(&Table); 3] = [
        |table| _ = set(table, b"key", b"of somebody else"),
        |table| _ = set(table, &akin(table, b"key", true), b"another"),
        |table| _ = table.delete(&akin(table, b"key", true), 0),
    ];
    for change in changes {
        let table = table(&options(10));
        let (older, token) = (miss(&table, b"key"), miss(&table, b"key"));
        assert!(matches!(table.put(b"key", b"old", 0, NEVER, 0, Some(token)), Put::Stored(_)));
        change(&table);
        let outcome = table.refresh(&table.key(b"key"), b"new", 0, NEVER, 0, token);
        assert_eq!((outcome, find(&table, b"key")), (Put::Outdated, None));
        // Nor may what began earlier come back.
        assert_eq!(table.put(b"key", b"older", 0, NEVER, 0, Some(older)), Put::Outdated);
        sound(&table);
    }
}

#[test]
fn a_fill_after_another_fill_is_stored() {
    let table = table(&options(10));
    let token = miss(&table, b"key");
    assert!(matches!(table.put(b"key", b"one", 0, NEVER, 0, Some(token)), Put::Stored(_)));
    assert!(matches!(table.put(b"key", b"two", 0, NEVER, 0, Some(token)), Put::Stored(_)));
    assert_eq!(find(&table, b"key"), Some(b"two".to_vec()));
}

#[test]
fn a_value_that_is_too_large_does_not_leave_the_one_that_it_was_to_replace() {
    let table = table(&options(10));
    set(&table, b"key", b"old");
    assert_eq!(set(&table, b"key", &[0; 2_001]), Put::Oversize);
    assert_eq!(find(&table, b"key"), None);
    sound(&table);
}

#[test]
fn a_change_that_finds_no_time_makes_its_shard_forget() {
    let changes: [fn(&Table) -> bool; 2] =
        [|table| set(table, b"key", b"new") == Put::Skipped, |table| table.delete(b"other", 0)];
    for change in changes {
        let table = table(&options(10));
        set(&table, b"key", b"old");
        let generation = miss(&table, b"absent").generation;
        let guard = table.shards[0].lock.lock();
        std::thread::scope(|scope| assert!(scope.spawn(|| change(&table)).join().unwrap()));
        assert_eq!(find(&table, b"key"), None);
        drop(guard);
        assert_eq!(find(&table, b"key"), None);
        assert_ne!(miss(&table, b"absent").generation, generation);
        assert_eq!(table.len(), 0);
        sound(&table);
    }
}

#[test]
fn a_fill_that_finds_no_time_changes_nothing() {
    let table = table(&options(10));
    set(&table, b"key", b"old");
    let token = miss(&table, b"absent");
    let guard = table.shards[0].lock.lock();
    let fill = || table.put(b"absent", b"late", 0, NEVER, 0, Some(token));
    let put = std::thread::scope(|scope| scope.spawn(fill).join().unwrap());
    drop(guard);
    assert_eq!((put, table.skipped_writes()), (Put::Skipped, 1));
    assert_eq!(find(&table, b"key"), Some(b"old".to_vec()));
}

#[test]
fn the_version_word_changes_with_every_change_of_the_slot() {
    let table = table(&options(1));
    let word = || table.shards[0].versions[0].load(Ordering::Relaxed);
    let mut seen = HashSet::from([word()]);
    set(&table, b"a", b"1");
    assert!(seen.insert(word()));
    set(&table, b"a", b"2");
    assert!(seen.insert(word()));
    table.delete(b"a", 0);
    assert!(seen.insert(word()));
    set(&table, b"b", b"3");
    assert!(seen.insert(word()));
    set(&table, b"c", b"4");
    assert!(seen.insert(word()));
    table.clear();
    sound(&table);
    assert!(seen.insert(word()));
}

#[test]
fn the_control_words_are_where_the_layout_says() {
    let table = table(&options(100));
    let control = table.control();
    assert_eq!(control.base.align_offset(128), 0);
    assert_eq!((control.generation, control.versions % 4), (0, 0));
    assert!(control.versions >= 4 && control.visited >= control.versions + 4 * control.slots as usize);
    assert!(control.len >= control.visited + control.slots as usize);
    assert_eq!(table.shards[0].versions.address().addr() - control.base.addr(), control.versions);
    assert_eq!(table.shards[0].sieve.visited.address().addr() - control.base.addr(), control.visited);
}

#[test]
fn scribbled_control_words_cost_hits_and_nothing_else() {
    let table = table(&Options { grace_window: 0.2, ..options(20) });
    for round in 0..if cfg!(miri) { 25 } else { 2_000_u32 } {
        let shard = &table.shards[0];
        shard.versions.iter().for_each(|word| word.store(round * 7, Ordering::Relaxed));
        shard.sieve.visited.iter().for_each(|byte| byte.store(255, Ordering::Relaxed));
        let key = (round % 30).to_le_bytes();
        set(&table, &key, &key);
        assert_eq!(find(&table, &key), Some(key.to_vec()));
    }
    sound(&table);
}

#[test]
fn expired_entries_go_before_live_ones_and_do_not_pile_up() {
    let table = table(&options(10));
    for key in 0..10_u8 {
        table.put(&[key], b"", 0, if key < 5 { 10 } else { NEVER }, 0, None);
    }
    for key in 10..13_u8 {
        table.put(&[key], b"", 0, NEVER, 20, None);
    }
    assert_eq!((table.len(), table.expirations(), table.evictions()), (8, 5, 0));
    assert!((5..13_u8).all(|key| find(&table, &[key]).is_some()));
}

#[test]
fn an_iteration_sees_every_entry_once() {
    let entries = if cfg!(miri) { 20 } else { 500 };
    let table = table(&Options { shards: Some(4), ..options(2 * entries) });
    let keys: HashSet<Vec<u8>> = (0..entries).map(|key| key.to_le_bytes().to_vec()).collect();
    for key in &keys {
        set(&table, key, key);
    }
    let mut cursor = Cursor::default();
    let (mut key, mut value) = ([0; 64], [0; 64]);
    let mut seen = HashSet::new();
    while let Next::Entry(entry) = table.next(&mut cursor, 0, &mut key, &mut value) {
        assert!(seen.insert(key[..entry.key_len as usize].to_vec()));
        assert_eq!(key[..4], value[..4]);
    }
    assert_eq!(seen, keys);
}

#[test]
fn counters_of_living_and_dropped_stripes_are_summed_and_cleared() {
    let table = Arc::new(table(&options(10)));
    let (one, two) = (table.stripe(), table.stripe());
    assert_eq!(one.as_ptr().align_offset(128), 0);
    one.add(0, 2.0);
    two.add(0, 3.0);
    two.add(11, 1.0);
    drop(two);
    assert_eq!((table.counters()[0], table.counters()[11]), (5.0, 1.0));
    table.clear();
    assert_eq!(table.counters(), [0.0; COUNTERS]);
    one.add(0, 1.0);
    assert_eq!(table.counters()[0], 1.0);
}

#[test]
fn options_that_no_table_can_have_are_refused() {
    let good = options(10);
    for (bad, code) in [
        (Options { max_size: 0, ..good.clone() }, Error::MaxSize(0)),
        (Options { max_size: u32::MAX, ..good.clone() }, Error::MaxSize(u32::MAX)),
        (Options { max_bytes: 223, ..good.clone() }, Error::MaxBytes(223)),
        (Options { grace_window: 1.0, ..good.clone() }, Error::GraceWindow),
        (Options { grace_window: f64::NAN, ..good.clone() }, Error::GraceWindow),
        (Options { shards: Some(3), ..good.clone() }, Error::Shards),
    ] {
        assert_eq!(Table::new(&bad).unwrap_err(), code);
        assert_eq!(code.code(), "ERR_WARP_CACHE_OPTION");
    }
}

#[test]
#[cfg_attr(miri, ignore = "needs a mapping")]
fn an_entry_may_take_the_whole_table() {
    let options = Options { max_bytes: 1 << 20, max_value_size: u32::MAX, ..options(100) };
    let table = Table::new(&options).unwrap();
    let largest = vec![9; (1 << 20) / 132 * 128 - 256];
    for _ in 0..3 {
        assert!(matches!(set(&table, b"a", &largest), Put::Stored(_)));
        assert!(matches!(set(&table, b"b", &largest), Put::Stored(_)));
        assert_eq!(sound(&table).entries, 1);
    }
    assert_eq!(set(&table, b"a", &vec![9; 1 << 20]), Put::Oversize);
}

#[test]
#[cfg_attr(miri, ignore = "too long")]
fn a_sharded_table_is_nearly_full_before_it_evicts() {
    for (max_size, max_bytes, value_size) in [(50_000, 1 << 30, 10), (1 << 20, 32 << 20, 1_000)] {
        let max_value_size = 2_000;
        let options = Options { max_size, max_bytes, max_value_size, shards: None, ..options(1) };
        let table = Table::new(&options).unwrap();
        let mut key = 0_u32;
        while table.evictions() == 0 {
            set(&table, &key.to_le_bytes(), &vec![1; value_size]);
            key += 1;
        }
        let report = sound(&table);
        assert!(report.shards > 1);
        let fill =
            (f64::from(report.entries) / f64::from(max_size)).max(report.bytes as f64 / max_bytes as f64);
        assert!(fill >= 0.97, "{report:?}");
    }
}

#[test]
#[cfg_attr(miri, ignore = "too long")]
fn a_sharded_table_stays_nearly_full_of_values_of_all_sizes() {
    let options = Options {
        max_size: 100_000,
        max_bytes: 16 << 20,
        max_value_size: 16_384,
        shards: None,
        ..options(1)
    };
    let table = Table::new(&options).unwrap();
    let mut random = 1_u64;
    for _ in 0..60_000 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let key = (random >> 40) as u32 % 40_000;
        let len = 16_384 >> (random >> 33 & 7);
        set(&table, &key.to_le_bytes(), &vec![1; len]);
        if random >> 60 == 0 {
            table.delete(&(key ^ 1).to_le_bytes(), 0);
        }
    }
    let report = sound(&table);
    assert!(report.shards > 1 && table.evictions() > 0);
    assert!(report.bytes as f64 >= 0.97 * options.max_bytes as f64, "{report:?}");
    assert_eq!(table.skipped_writes(), 0);
}
