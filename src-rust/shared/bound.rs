//! How large a file may grow where the memory that it takes is that of a control group: there, no room means that a
//! process is killed, and not that a call fails.

use crate::sys;
use crate::table::cost;

/// `maxBytes` for a new file: at most half of what the group may use, since the processes need some themselves.
pub(super) fn bound(max_bytes: u64) -> u64 {
    bound_by(max_bytes, sys::memory_limit())
}

fn bound_by(max_bytes: u64, limit: Option<u64>) -> u64 {
    limit.map_or(max_bytes, |limit| max_bytes.min((limit / 2).max(cost(0, 0))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_takes_at_most_half_of_the_memory_that_there_is() {
        assert_eq!(bound_by(1_000_000, None), 1_000_000);
        assert_eq!(bound_by(1_000_000, Some(1 << 30)), 1_000_000);
        assert_eq!(bound_by(1_000_000, Some(500_000)), 250_000);
        assert_eq!(bound_by(1_000_000, Some(0)), cost(0, 0));
    }
}
