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

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;
    use crate::table::{NEVER, Put};

    const CODEC: &str = "codec";

    fn options() -> Options {
        Options {
            max_size: 10,
            max_bytes: 10_000,
            max_key_size: 10,
            max_value_size: 10,
            grace_window: 0.0,
            shards: None,
            seed: crate::hash::random_seed(),
        }
    }

    fn name(text: &str) -> Name {
        Name::from_utf16(&text.encode_utf16().collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn handles_of_one_name_have_one_table_in_every_thread() {
        let here = open(&name("one"), &options(), CODEC).unwrap();
        let there = std::thread::spawn(|| open(&name("one"), &options(), CODEC).unwrap()).join().unwrap();
        assert!(Arc::ptr_eq(&here, &there));
        assert!(!Arc::ptr_eq(&here, &open(&name("two"), &options(), CODEC).unwrap()));
    }

    #[test]
    fn a_table_dies_with_its_last_handle() {
        let table = open(&name("mortal"), &options(), CODEC).unwrap();
        assert!(matches!(table.put(b"key", b"", 0, NEVER, 0, None), Put::Stored(_)));
        let second = open(&name("mortal"), &options(), CODEC).unwrap();
        drop(table);
        assert_eq!(open(&name("mortal"), &options(), CODEC).unwrap().len(), 1);
        // What keeps the memory does not keep the name.
        let stripe = second.table().stripe();
        drop(second);
        assert_eq!(open(&name("mortal"), &options(), CODEC).unwrap().len(), 0);
        assert_eq!(stripe.table().len(), 1);
    }

    #[test]
    fn other_options_are_an_error_while_the_table_lives_and_no_longer() {
        let other = Options { max_size: 11, ..options() };
        let table = open(&name("options"), &options(), CODEC).unwrap();
        assert_eq!(open(&name("options"), &other, CODEC).unwrap_err(), Error::OtherOptions);
        assert_eq!(open(&name("options"), &options(), "other").unwrap_err(), Error::OtherOptions);
        drop(table);
        assert!(open(&name("options"), &other, CODEC).is_ok());
    }
}
