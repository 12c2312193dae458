//! The table under the model checkers: the same code, over atomics whose interleavings (and with loom, whose weak
//! orderings) are searched. A table here has few slots, blocks of two words and extents of four blocks.

#[cfg(loom)]
mod loom;
#[cfg(loom)]
mod processes;
#[cfg(shuttle)]
mod shuttle;

use super::*;

/// Entries of an 8-byte key and a 16-byte value, two blocks each.
fn options(max_size: u32, shards: u32) -> Options {
    Options {
        max_size,
        max_bytes: u64::from(max_size) * cost(8, 16),
        max_key_size: 8,
        max_value_size: 16,
        grace_window: 0.0,
        shards: Some(shards),
        seed: 1,
    }
}
