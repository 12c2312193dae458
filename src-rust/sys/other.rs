//! Systems without a coarse monotonic clock.

use std::sync::LazyLock;
use std::time::Instant;

/// Milliseconds since the first reading.
pub(crate) fn monotonic_ms() -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_millis() as u64
}
