//! What a table has besides where other processes share its memory: its host, and the patience not to ask it in vain.

use super::host::Host;
use crate::shim::millis;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How long no more room is asked for after there was none, in milliseconds.
const REFUSED_FOR: u64 = 1_000;

#[derive(Debug)]
pub(super) struct Sharing {
    pub(super) host: Arc<dyn Host>,
    /// Until when there is no more room.
    refused: AtomicU64,
}

impl Sharing {
    pub(super) fn new(host: Arc<dyn Host>) -> Self {
        Self { host, refused: AtomicU64::new(0) }
    }

    /// Asks for memory that nobody has used yet. Without room the entries that there are make do with less, and ask
    /// again later.
    pub(super) fn enlarge(&self, ask: impl FnOnce(&dyn Host) -> bool) -> bool {
        let refused = self.refused.load(Ordering::Relaxed);
        if refused != 0 && millis() < refused {
            return false;
        }
        let granted = ask(&*self.host);
        let until = if granted { 0 } else { millis() + REFUSED_FOR };
        if until != refused {
            self.refused.store(until, Ordering::Relaxed);
        }
        granted
    }
}
