//! The tables of this process by name: every handle of one name has the same table, whichever thread it is in.
//!
//! A table can be found until its last handle is given back, even where something else still holds its memory. Handles
//! that disagree with the living ones are refused, since one of the two would not get what it asked for. No thread owns
//! anything here, so a worker may come, go or be terminated.

use super::{Options, Table};
use crate::error::Error;
use crate::name::Name;
use hashbrown::HashMap;
use parking_lot::Mutex;
use std::ops::Deref;
use std::sync::{Arc, LazyLock, Weak};

type Tables = HashMap<Name, Weak<Handle>, ahash::RandomState>;

static TABLES: LazyLock<Mutex<Tables>> = LazyLock::new(Mutex::default);

/// What all holders of a name share.
#[derive(Debug)]
pub struct Handle {
    table: Arc<Table>,
    codec: String,
}

impl Handle {
    /// The table itself, for whoever needs its memory for longer than its name.
    pub fn table(&self) -> &Arc<Table> {
        &self.table
    }
}

impl Deref for Handle {
    type Target = Table;

    fn deref(&self) -> &Table {
        &self.table
    }
}

/// The table of this name: the living one, or a new one.
///
/// `codec` is what the values are written by. The table does not care, but its holders could not read each other's.
pub fn open(name: &Name, options: &Options, codec: &str) -> Result<Arc<Handle>, Error> {
    let mut tables = TABLES.lock();
    if let Some(handle) = tables.get(name).and_then(Weak::upgrade) {
        let agrees = handle.options().agrees(options) && handle.codec == codec;
        return if agrees { Ok(handle) } else { Err(Error::OtherOptions) };
    }
    tables.retain(|_, handle| handle.strong_count() > 0);
    let handle = Arc::new(Handle { table: Arc::new(Table::new(options)?), codec: codec.to_owned() });
    tables.insert(name.clone(), Arc::downgrade(&handle));
    Ok(handle)
}
