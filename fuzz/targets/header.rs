//! What a file begins with, as the fuzzer wants it: it is listed, counted, opened, and used if it can be.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::Write;
use std::sync::OnceLock;
use warp_cache::shared;
use warp_cache_fuzz::{Input, behind, directory, file, fill, open, operate, path};

const OPERATIONS: u64 = 10;

/// The bytes of a file that is right.
fn whole() -> Vec<u8> {
    let shared = open().expect("it can be made");
    file();
    fill(shared.table());
    drop(shared);
    std::fs::read(path()).expect("it is there")
}

fuzz_target!(|data: &[u8]| {
    static WHOLE: OnceLock<Vec<u8>> = OnceLock::new();
    let mut bytes = WHOLE.get_or_init(whole).clone();
    let mut input = Input::new(data);
    let is_sealed = input.byte() % 2 == 0;
    for _ in 0..=input.byte() % 16 {
        let (at, word) = (usize::from(input.u16() % 28_672), input.u64().to_ne_bytes());
        let len = 1 + usize::from(input.byte() % 8);
        bytes[at..at + len].copy_from_slice(&word[..len]);
    }
    if is_sealed {
        shared::seal(&mut bytes);
    }
    behind(true).write_all(&bytes).expect("it can be written");
    let _ = shared::list(directory());
    let _ = shared::counts(directory(), file());
    if let Some(shared) = open() {
        for now in 0..OPERATIONS {
            operate(shared.table(), &mut input, now);
        }
    }
});
