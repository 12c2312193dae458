//! Words of a table that is in use are written over, wherever the fuzzer wants: then everything is done with it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::os::unix::fs::FileExt;
use warp_cache_fuzz::{Input, file, fill, open, operate, path, writable};

/// Where the stripes of counters are, of which nothing depends: from docs/file-format.md.
const STRIPES: std::ops::Range<u64> = 29_952..161_024;
const TABLE_AT: u64 = 28_672;
const OPERATIONS: u64 = 40;

fuzz_target!(|data: &[u8]| {
    let mut input = Input::new(data);
    let shared = open().expect("it can be made");
    file();
    let table = shared.table();
    fill(table);
    let under = writable(false);
    let bytes = under.metadata().expect("it is there").len();
    for _ in 0..=input.byte() % 8 {
        let at = TABLE_AT + u64::from(input.u16()) * 8;
        let at = if at < STRIPES.start { at } else { at + STRIPES.end - STRIPES.start };
        let word = input.u64();
        if at < bytes {
            under.write_all_at(&word.to_ne_bytes(), at).expect("it can be written");
        }
    }
    for now in 0..OPERATIONS {
        operate(table, &mut input, now);
    }
    drop(shared);
    // Unless it was found damaged, and is gone.
    let _ = std::fs::remove_file(path());
});
