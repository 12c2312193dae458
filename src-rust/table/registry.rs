//! The tables of this process by name: every handle of one name has the same table, whichever thread it is in.
//!
//! A table dies with its last handle. Options that disagree with the living table's are an error, since one of the two
//! would not get what it asked for. No thread owns anything here, so a worker may come, go or be terminated.

use super::{Options, Table};
use crate::error::Error;
use crate::name::Name;
use hashbrown::HashMap;
use parking_lot::Mutex;
use std::sync::{Arc, LazyLock, Weak};

type Tables = HashMap<Name, Weak<Table>, ahash::RandomState>;

static TABLES: LazyLock<Mutex<Tables>> = LazyLock::new(Mutex::default);

/// The table of this name: the living one, or a new one.
pub fn open(name: &Name, options: &Options) -> Result<Arc<Table>, Error> {
    let mut tables = TABLES.lock();
    if let Some(table) = tables.get(name).and_then(Weak::upgrade) {
        return if table.options().agrees(options) { Ok(table) } else { Err(Error::OtherOptions) };
    }
    tables.retain(|_, table| table.strong_count() > 0);
    let table = Arc::new(Table::new(options)?);
    tables.insert(name.clone(), Arc::downgrade(&table));
    Ok(table)
}
