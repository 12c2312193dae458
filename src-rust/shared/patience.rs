//! How long an opener waits for others that are in the middle of something.

use std::time::{Duration, Instant};

/// In all, from the first time that there is something to wait for: what an opener does itself may take longer, such as to
/// make a file on a slow disk, while another one was faster.
const DEADLINE: Duration = Duration::from_millis(20);
const SHORTEST_NAP: Duration = Duration::from_micros(20);
const LONGEST_NAP: Duration = Duration::from_micros(500);

#[cfg(test)]
thread_local! {
    /// Tests run on machines that are busy with others of them.
    pub(super) static PATIENCE: std::cell::Cell<Duration> = const { std::cell::Cell::new(Duration::from_secs(30)) };
}

fn deadline() -> Duration {
    #[cfg(test)]
    return PATIENCE.get().max(DEADLINE);
    #[cfg(not(test))]
    DEADLINE
}

/// Naps that grow, until a deadline.
#[derive(Debug)]
pub(super) struct Patience {
    since: Option<Instant>,
    nap: Duration,
}

impl Patience {
    pub(super) fn new() -> Self {
        Self { since: None, nap: SHORTEST_NAP }
    }

    /// Naps. False: the deadline has passed.
    pub(super) fn nap(&mut self) -> bool {
        if self.since.get_or_insert_with(Instant::now).elapsed() >= deadline() {
            return false;
        }
        // Two that wait for each other must not do so in step.
        let jitter = crate::hash::random_seed() % 1_000;
        std::thread::sleep(self.nap / 2 + self.nap * jitter as u32 / 2_000);
        self.nap = (self.nap * 2).min(LONGEST_NAP);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_waited_for_tries_somebody_s_patience() {
        PATIENCE.set(Duration::ZERO);
        let mut patience = Patience::new();
        std::thread::sleep(2 * DEADLINE);
        assert!(patience.nap());
        std::thread::sleep(2 * DEADLINE);
        assert!(!patience.nap());
    }
}
