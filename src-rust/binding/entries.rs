//! A walk over the entries of a table, one at a time and without a copy of them all.

use super::hot::{milliseconds, ticks};
use super::scratch::{Memory, Parts};
use crate::table::{Cursor, Next, Table};
use napi_derive::napi;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// Where a walk is. Entries that come or go meanwhile may be seen or not.
#[napi]
pub struct Entries {
    table: Arc<Table>,
    memory: Rc<RefCell<Memory>>,
    cursor: Cursor,
}

impl Entries {
    pub(super) fn new(table: Arc<Table>, memory: Rc<RefCell<Memory>>) -> Self {
        Self { table, memory, cursor: Cursor::default() }
    }
}

#[napi]
impl Entries {
    /// Copies the next entry into the scratch. `true`: it is there, or the scratch is too small for it, and its lengths
    /// say so. `false`: there are no more.
    #[napi(catch_unwind)]
    pub fn next(&mut self) -> bool {
        let mut memory = self.memory.borrow_mut();
        let Some(Parts { head, key, incoming, .. }) = memory.parts() else { return false };
        match self.table.next(&mut self.cursor, ticks(head.now), key, incoming) {
            Next::Entry(entry) => {
                head.mode = entry.key_len;
                head.length = entry.value_len;
                head.flags = u32::from(entry.flags);
                head.expires_at = milliseconds(entry.expires_at);
                true
            }
            Next::Larger { key_len, value_len } => {
                head.mode = key_len;
                head.length = value_len;
                true
            }
            Next::End => false,
        }
    }
}
