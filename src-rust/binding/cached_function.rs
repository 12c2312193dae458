//! `CachedFunction`: the native side of one cached function whose values live outside of V8's heap.
//!
//! It is a handle on a table that the whole process shares by name, and belongs to the isolate that made it. Used after
//! `close` it answers that it is closed; it goes with its last holder in JavaScript, or with the isolate.

use super::entries::Entries;
use super::error::Result;
use super::held::Held;
use super::hot::{self, Handle};
use super::raw;
use super::scratch::Scratch;
use crate::hash::random_seed;
use crate::name::Name;
use crate::shared;
use crate::table::{COUNTERS, Options, registry};
use napi::bindgen_prelude::{Env, Object, Utf16String};
use napi_derive::napi;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

/// The counter that `probe` adds to.
const PROBE: usize = COUNTERS - 1;

/// What a table is made with. Two handles of one name must agree on everything.
#[napi(object, object_to_js = false)]
pub struct CachedFunctionOptions {
    /// Whose table it is: 1 to 8,192 bytes of UTF-8 without `#`, whitespace or control characters.
    pub name: Utf16String,
    /// The most entries, from 1 to 67,108,864.
    pub max_size: u32,
    /// The most bytes.
    pub max_bytes: f64,
    /// The longest key in bytes.
    pub max_key_size: u32,
    /// The longest value in bytes.
    pub max_value_size: u32,
    /// The share of the capacity that is too new to be evicted.
    pub grace_window: f64,
    /// What writes and reads the values.
    pub codec: String,
    /// Whether it is in a file, for all processes of the user, or else for all threads of this one.
    pub shared: bool,
}

/// What there is in a table, and what has happened to it since it was last cleared.
#[napi(object, object_from_js = false)]
pub struct TableInfo {
    /// Entries. Expired ones count until they are dropped.
    pub current_size: u32,
    /// What they cost.
    pub bytes: f64,
    /// What they may cost.
    pub max_bytes: f64,
    /// Entries that had to go for others.
    pub evictions: f64,
    /// Entries that were dropped because their time had come.
    pub expirations: f64,
    /// Values that were not stored because other writers took too long.
    pub skipped_writes: f64,
    /// The sums of the counters of all isolates.
    pub counters: Vec<f64>,
}

/// The native side of one cached function. It belongs to the isolate that made it.
#[napi]
pub struct CachedFunction {
    name: Name,
    handle: Rc<Handle>,
}

#[napi]
impl CachedFunction {
    /// The version of what this addon and the TypeScript that loads it must agree on.
    #[napi(catch_unwind)]
    pub fn interface_version() -> u32 {
        5
    }

    /// Opens the table of this name. Throws an error with the code `ERR_WARP_CACHE_NAME` if the name is empty, too
    /// long, or not escaped, `ERR_WARP_CACHE_OPTION` if an option is out of range or differs from those of the living
    /// table, `ERR_WARP_CACHE_MEMORY` if there is no memory for a table. Of a shared one also
    /// `ERR_WARP_CACHE_PLATFORM` where there are none, `ERR_WARP_CACHE_DIRECTORY` and `ERR_WARP_CACHE_FILE` if these
    /// cannot be used, `ERR_WARP_CACHE_FULL` and `ERR_WARP_CACHE_BUSY` if that may change by itself.
    #[napi(constructor, catch_unwind)]
    pub fn new(scratch: &Scratch, options: CachedFunctionOptions) -> Result<Self> {
        let name = Name::from_utf16(&options.name)?;
        let wanted = Options {
            max_size: options.max_size,
            max_bytes: options.max_bytes as u64,
            max_key_size: options.max_key_size,
            max_value_size: options.max_value_size,
            grace_window: options.grace_window,
            shards: None,
            seed: random_seed(),
        };
        let held = if options.shared {
            Held::Shared(shared::open(&name, &wanted, &options.codec)?)
        } else {
            Held::Threads(registry::open(&name, &wanted, &options.codec)?)
        };
        let stripe = Arc::new(held.table().stripe());
        let handle = Handle {
            table: RefCell::new(Some(held)),
            stripe: RefCell::new(Some(stripe)),
            memory: Rc::clone(&scratch.memory),
            max_key_size: options.max_key_size as usize,
            calls: Cell::new(0),
        };
        Ok(Self { name, handle: Rc::new(handle) })
    }

    /// The name of the table that holds this function's values.
    #[napi(getter, catch_unwind)]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }

    /// The operations of every call, which give codes and leave everything else in the scratch; look-ups also give a
    /// value that is a string. A key is a string, a number, or so many bytes in the scratch. A value that is stored lies
    /// in the scratch, or is the second argument: a string of up to 1,023 units where its length is 2³² - 1, a number where
    /// that is 2³² - 2.
    #[napi(
        catch_unwind,
        ts_return_type = "{ getString(key: string): number | string; getNumber(key: number): number | string; getKey(length: number): number | string; peekKey(length: number): number; tokenOfKey(length: number): number; putString(key: string, value?: number | string): number; putNumber(key: number, value?: number | string): number; putKey(length: number, value?: number | string): number; deleteKey(length: number): number }"
    )]
    pub fn hot_functions(&self, env: Env) -> Result<Object<'_>> {
        let functions = hot::functions(env.raw(), &self.handle)?;
        Ok(Object::from_raw(env.raw(), functions))
    }

    /// The words that tell whether an entry is still what it was: one generation for all (u32), then for each slot a
    /// version (u32) and whether it was hit (u8). Null if closed, or where the host has no external buffers.
    #[napi(
        catch_unwind,
        ts_return_type = "{ buffer: ArrayBuffer; generation: number; versions: number; visited: number; slots: number } | null"
    )]
    pub fn control_words(&self, env: Env) -> Result<Option<Object<'_>>> {
        let Some(table) = self.handle.table() else { return Ok(None) };
        let control = table.control();
        // SAFETY: the words live as long as the table, which the buffer holds.
        let buffer = unsafe { raw::external_buffer(env.raw(), control.base, control.len, table) };
        let Some(buffer) = buffer else { return Ok(None) };
        let words = raw::object(env.raw(), &[(c"buffer", buffer)])?;
        let mut words = Object::from_raw(env.raw(), words);
        for (name, value) in [
            ("generation", control.generation as f64),
            ("versions", control.versions as f64),
            ("visited", control.visited as f64),
            ("slots", f64::from(control.slots)),
        ] {
            words.set(name, value).map_err(|_| raw::failed("setting a property"))?;
        }
        Ok(Some(words))
    }

    /// The counters that this isolate alone writes, as a buffer of 12 doubles. The last one is `probe`'s. Undefined if
    /// closed, or where the host has no external buffers.
    #[napi(catch_unwind, ts_return_type = "ArrayBuffer | null")]
    pub fn counters(&self, env: Env) -> Option<Object<'_>> {
        let stripe = self.handle.stripe.borrow().clone()?;
        let memory = stripe.as_ptr().cast();
        // SAFETY: the counters live as long as the stripe, which the buffer holds.
        let buffer = unsafe { raw::external_buffer(env.raw(), memory, COUNTERS * size_of::<f64>(), stripe) };
        buffer.map(|buffer| Object::from_raw(env.raw(), buffer))
    }

    /// Adds 1 to the last counter, so that JavaScript can see whether it sees that.
    #[napi(catch_unwind)]
    pub fn probe(&self) {
        if let Some(stripe) = self.handle.stripe.borrow().as_ref() {
            stripe.add(PROBE, 1.0);
        }
    }

    /// What there is now. Null if closed.
    #[napi(catch_unwind)]
    pub fn info(&self) -> Option<TableInfo> {
        let table = self.handle.table()?;
        Some(TableInfo {
            current_size: table.len(),
            bytes: table.bytes() as f64,
            max_bytes: table.options().max_bytes as f64,
            evictions: table.evictions() as f64,
            expirations: table.expirations() as f64,
            skipped_writes: table.skipped_writes() as f64,
            counters: table.counters().to_vec(),
        })
    }

    /// Whether the table is still the one to use; that of a file may not be, which is asked of the kernel once a second.
    /// If not, close this and open it anew.
    #[napi(catch_unwind)]
    pub fn look(&self) -> bool {
        self.handle.table.borrow().as_ref().is_none_or(Held::look)
    }

    /// Why a shared table is not to be used any more, if bytes in its file were wrong.
    #[napi(catch_unwind)]
    pub fn damage(&self) -> Option<&'static str> {
        self.handle.table.borrow().as_ref()?.shared()?.damage()
    }

    /// What this isolate cannot do with a shared table that is in use by too many: "write", or only "count" what it
    /// does for all to see. Null if nothing.
    #[napi(catch_unwind, ts_return_type = "'write' | 'count' | null")]
    pub fn lacks(&self) -> Option<&'static str> {
        let held = self.handle.table.borrow();
        let shared = held.as_ref()?.shared()?;
        if !shared.is_participant() {
            return Some("write");
        }
        self.handle.stripe.borrow().as_ref()?.is_apart().then_some("count")
    }

    /// Drops every entry, for every isolate, and zeroes the counters.
    #[napi(catch_unwind)]
    pub fn clear(&self) {
        if let Some(table) = self.handle.table() {
            table.clear();
        }
    }

    /// Walks the entries from the beginning. Null if closed.
    #[napi(catch_unwind)]
    pub fn entries(&self) -> Option<Entries> {
        Some(Entries::new(self.handle.table()?, Rc::clone(&self.handle.memory)))
    }

    /// Checks every structure of the table against every other. Says what is wrong; null if nothing is. For tests.
    #[napi(catch_unwind)]
    pub fn verify(&self) -> Option<String> {
        let corruption = self.handle.table()?.verify().err()?;
        Some(format!("shard {}: {}", corruption.shard, corruption.what))
    }

    /// Lets go of the table, which dies with its last handle. From now on everything answers that it is closed.
    #[napi(catch_unwind)]
    pub fn close(&self) {
        // While the table is still open: nobody may touch its memory afterwards.
        if let Some(stripe) = self.handle.stripe.take() {
            stripe.release();
        }
        self.handle.table.take();
    }
}
