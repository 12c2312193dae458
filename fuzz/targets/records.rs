//! Records of slots, their lists and the heap of what is due, as the fuzzer wants them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use warp_cache_fuzz::spoil;

fuzz_target!(|data: &[u8]| spoil(data, |arrays| arrays.records));
