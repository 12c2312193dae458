//! The memory through which one isolate and this crate hand each other keys, values and what is known of an entry: three
//! ArrayBuffers that JavaScript owns, bound once, and anew when they have grown.
//!
//! Nothing in them is believed for longer than one call: code of the user's runs between calls, and reuses them.

use super::error::Result;
use super::raw;
use napi::bindgen_prelude::{ArrayBuffer, Env, JsValue};
use napi::sys;
use napi_derive::napi;
use std::cell::RefCell;
use std::ptr::{NonNull, null_mut};
use std::rc::Rc;

/// What stands before the key. `src/backends/native-scratch.ts` names the same places.
#[repr(C)]
#[derive(Default)]
pub(super) struct Head {
    /// Where the entry is, and which version of it.
    pub(super) slot: u32,
    pub(super) version: u32,
    /// With the next two: the token of a miss, and of the fill that follows it. Of a hit: what a near entry takes.
    pub(super) generation: u32,
    pub(super) wanted: u32,
    pub(super) count: u32,
    /// Bytes of the value; where it did not fit: how many would.
    pub(super) length: u32,
    pub(super) flags: u32,
    /// How to store: see `Mode`. Of an entry that is walked: bytes of the key.
    pub(super) mode: u32,
    /// Milliseconds on the clock of `now`; infinite: never.
    pub(super) expires_at: f64,
    pub(super) now: f64,
    spare: [f64; 2],
}

const HEAD_BYTES: usize = 64;
const _: () = assert!(size_of::<Head>() == HEAD_BYTES && align_of::<Head>() == 8);

/// One buffer of JavaScript's, which a reference keeps from being collected.
struct Area {
    start: NonNull<u8>,
    length: usize,
    held: sys::napi_ref,
}

impl Area {
    const NONE: Self = Self { start: NonNull::<Head>::dangling().cast(), length: 0, held: null_mut() };

    fn of(env: sys::napi_env, buffer: sys::napi_value) -> Result<Self> {
        let (start, length) =
            raw::buffer_memory(env, buffer).ok_or_else(|| raw::failed("napi_get_arraybuffer_info"))?;
        let start = NonNull::new(start).filter(|start| start.cast::<Head>().is_aligned());
        let start = start.ok_or_else(|| raw::failed("binding a buffer without memory"))?;
        Ok(Self { start, length, held: raw::hold(env, buffer)? })
    }

    fn release(&self, env: sys::napi_env) {
        if !self.held.is_null() {
            // SAFETY: it came from `hold` in `of`, and the area is dropped after this.
            unsafe { raw::let_go(env, self.held) };
        }
    }
}

/// The bound memory.
pub(super) struct Memory {
    env: sys::napi_env,
    areas: [Area; 3],
}

// The places in `areas`.
const KEYS: usize = 0;
const INCOMING: usize = 1;
const OUTGOING: usize = 2;

/// The parts of it, while no JavaScript runs.
pub(super) struct Parts<'a> {
    pub(super) head: &'a mut Head,
    pub(super) key: &'a mut [u8],
    /// Where a value that was found is copied to.
    pub(super) incoming: &'a mut [u8],
    /// Where a value that is to be stored lies.
    pub(super) outgoing: &'a [u8],
}

impl Memory {
    /// `None` until all buffers are bound.
    pub(super) fn parts(&mut self) -> Option<Parts<'_>> {
        let [keys, incoming, outgoing] = &self.areas;
        let key_length = keys.length.checked_sub(HEAD_BYTES)?;
        if incoming.length == 0 || outgoing.length == 0 {
            return None;
        }
        let start = keys.start;
        // SAFETY: a bound buffer has these bytes, which are aligned, mean something whatever they are, and are touched
        // by nobody else while no JavaScript runs: the borrow ends with the call.
        let head = unsafe { start.cast::<Head>().as_mut() };
        // SAFETY: the buffer is longer than the head, as was just seen.
        let key_start = unsafe { start.add(HEAD_BYTES) };
        // SAFETY: as for the head; these are the bytes behind it.
        let key = unsafe { std::slice::from_raw_parts_mut(key_start.as_ptr(), key_length) };
        // SAFETY: as for the head; `bind` has made sure that this is another buffer.
        let incoming = unsafe { std::slice::from_raw_parts_mut(incoming.start.as_ptr(), incoming.length) };
        // SAFETY: as for the head; `bind` has made sure that this is another buffer.
        let outgoing = unsafe { std::slice::from_raw_parts(outgoing.start.as_ptr(), outgoing.length) };
        Some(Parts { head, key, incoming, outgoing })
    }

    fn bind(&mut self, place: usize, env: sys::napi_env, buffer: sys::napi_value) -> Result<()> {
        let area = Area::of(env, buffer)?;
        let mut others = self.areas.iter().enumerate().filter(|(other, _)| *other != place);
        if others.any(|(_, other)| other.length != 0 && other.start == area.start) {
            area.release(env);
            return Err(raw::failed("binding one buffer twice"));
        }
        std::mem::replace(&mut self.areas[place], area).release(env);
        Ok(())
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        for area in &self.areas {
            area.release(self.env);
        }
    }
}

/// The scratch memory of one isolate, for all its tables.
#[napi]
pub struct Scratch {
    pub(super) memory: Rc<RefCell<Memory>>,
}

#[napi]
impl Scratch {
    /// Without memory: bind all three buffers before the first use.
    #[napi(constructor, catch_unwind)]
    pub fn new(env: Env) -> Self {
        let memory = Memory { env: env.raw(), areas: [Area::NONE; 3] };
        Self { memory: Rc::new(RefCell::new(memory)) }
    }

    /// Binds the buffer of 64 bytes about the entry, followed by room for a key. It is kept until another one is bound,
    /// and must not be transferred meanwhile.
    #[napi(catch_unwind)]
    pub fn bind_keys(&self, env: Env, buffer: ArrayBuffer<'_>) -> Result<()> {
        self.memory.borrow_mut().bind(KEYS, env.raw(), buffer.raw())
    }

    /// Binds the buffer for values that are found.
    #[napi(catch_unwind)]
    pub fn bind_incoming(&self, env: Env, buffer: ArrayBuffer<'_>) -> Result<()> {
        self.memory.borrow_mut().bind(INCOMING, env.raw(), buffer.raw())
    }

    /// Binds the buffer for values that are to be stored.
    #[napi(catch_unwind)]
    pub fn bind_outgoing(&self, env: Env, buffer: ArrayBuffer<'_>) -> Result<()> {
        self.memory.borrow_mut().bind(OUTGOING, env.raw(), buffer.raw())
    }
}
