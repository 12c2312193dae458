//! Which codec wrote the values of each living table: a handle with another one could not read them.

use crate::error::Error;
use crate::table::Table;
use parking_lot::Mutex;
use std::sync::{Arc, Weak};

static CODECS: Mutex<Vec<(Weak<Table>, String)>> = Mutex::new(Vec::new());

/// Refuses a codec that is not that of the table's first handle.
pub(super) fn agree(table: &Arc<Table>, codec: String) -> Result<(), Error> {
    let mut codecs = CODECS.lock();
    codecs.retain(|(table, _)| table.strong_count() > 0);
    match codecs.iter().find(|(known, _)| std::ptr::eq(known.as_ptr(), Arc::as_ptr(table))) {
        Some((_, known)) if *known != codec => Err(Error::OtherOptions),
        Some(_) => Ok(()),
        None => {
            codecs.push((Arc::downgrade(table), codec));
            Ok(())
        }
    }
}
