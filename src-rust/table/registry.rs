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

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;
    use crate::table::{NEVER, Put};

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
        let here = open(&name("one"), &options()).unwrap();
        let there = std::thread::spawn(|| open(&name("one"), &options()).unwrap()).join().unwrap();
        assert!(Arc::ptr_eq(&here, &there));
        assert!(!Arc::ptr_eq(&here, &open(&name("two"), &options()).unwrap()));
    }

    #[test]
    fn a_table_dies_with_its_last_handle() {
        let table = open(&name("mortal"), &options()).unwrap();
        assert!(matches!(table.put(b"key", b"", 0, NEVER, 0, None), Put::Stored(_)));
        let stripe = table.stripe();
        drop(table);
        assert_eq!(open(&name("mortal"), &options()).unwrap().len(), 1);
        drop(stripe);
        assert_eq!(open(&name("mortal"), &options()).unwrap().len(), 0);
    }

    #[test]
    fn other_options_are_an_error_while_the_table_lives_and_no_longer() {
        let other = Options { max_size: 11, ..options() };
        let table = open(&name("options"), &options()).unwrap();
        assert_eq!(open(&name("options"), &other).unwrap_err(), Error::OtherOptions);
        drop(table);
        assert!(open(&name("options"), &other).is_ok());
    }
}
