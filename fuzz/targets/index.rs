//! What is there of a table from the beginning, the index above all, as the fuzzer wants it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use warp_cache_fuzz::spoil;

fuzz_target!(|data: &[u8]| spoil(data, |arrays| arrays.index));
