//! The operations of every call: a key in, a code out, everything else through the scratch.
//!
//! A key is a string, a number, or bytes that JavaScript has written. The three make one key: a string and a number
//! become the bytes that docs/key-format.md has for them, so it does not matter which way an entry was stored.

use super::held::Held;
use super::raw::{self, Answer, Argument, Operation, Reply};
use super::scratch::{Head, Memory, Parts};
use crate::table::{Get, Key, NEVER, Put, Stripe, Table, Token};
use napi::sys;
use std::cell::{Cell, RefCell};
use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::rc::Rc;
use std::sync::Arc;

/// What a key of one string begins with.
const STRING: u8 = 0x01;
/// What a key of one number begins with.
const NUMBER: u8 = 0x02;
/// What a value begins with that is a string of single bytes, or of UTF-16 code units, which go to its end: see
/// docs/value-format.md.
const ALL_NARROW: u8 = 0x30;
const ALL_WIDE: u8 = 0x31;
/// What begins a value that is a number: see there.
const SMALL_INT: u8 = 0x80;
const INT8: u8 = 0x05;
const INT32: u8 = 0x06;
const DOUBLE: u8 = 0x07;

// What an operation answers. A hit answers with the length of the value.
const MISS: i32 = -1;
const LARGER: i32 = -2;
const OVERSIZE: i32 = -3;
const CLOSED: i32 = -4;
/// The time matters, and JavaScript has not said it: nothing was done.
const UNTIMED: i32 = -5;
/// The file is not the one to use any more: open the table anew.
const GONE: i32 = -6;
const STORED: i32 = 0;
const OUTDATED: i32 = 1;
const SKIPPED: i32 = 2;

// How a value is stored.
const FILL: u32 = 1;
const REFRESH: u32 = 2;

/// The length of a value that is not in the scratch: it is the string that is the operation's second argument, or the
/// number.
const STRING_IN_ARGUMENT: u32 = u32::MAX;
const NUMBER_IN_ARGUMENT: u32 = u32::MAX - 1;

/// A call in so many reads a clock to see whether it is time to ask the kernel about the file.
const CALLS_PER_LOOK: u32 = 64;

/// UTF-16 units of a key that are read without asking for memory.
const UNITS_ON_STACK: usize = 256;
/// A value that is an argument has fewer UTF-16 units: `src/backends/native-exchange.ts` has the same limit.
const TEXT_UNITS: usize = 1025;

const NO_SCRATCH: &CStr = c"the scratch memory is not bound";
const NO_STRING: &CStr = c"the key must be a string";
const NO_NUMBER: &CStr = c"the key must be a number";
const NO_LENGTH: &CStr = c"the key's length must be a number that the scratch has room for";
const NO_VALUE: &CStr = c"the scratch holds no value of that length";
const NO_TEXT: &CStr = c"the value must be a string of at most 1,023 units";
const NO_NUMBER_VALUE: &CStr = c"the value must be a number";

/// A function's handle on its table, in one isolate.
pub(super) struct Handle {
    /// `None` once it is closed.
    pub(super) table: RefCell<Option<Held>>,
    /// The counters of this isolate; `None` once it is closed.
    pub(super) stripe: RefCell<Option<Arc<Stripe>>>,
    pub(super) memory: Rc<RefCell<Memory>>,
    /// The longest key, in bytes.
    pub(super) max_key_size: usize,
    /// How many operations there were.
    pub(super) calls: Cell<u32>,
}

impl Handle {
    /// The table, unless it is closed.
    pub(super) fn table(&self) -> Option<Arc<Table>> {
        self.table.borrow().as_ref().map(|held| Arc::clone(held.table()))
    }

    /// Whether the table is still the one to use, as far as this process knows. JavaScript has a timer that asks the kernel;
    /// for as long as it keeps that from running, some calls do.
    fn glance(&self, held: &Held) -> bool {
        let Some(shared) = held.shared() else { return true };
        let calls = self.calls.get().wrapping_add(1);
        self.calls.set(calls);
        if calls.is_multiple_of(CALLS_PER_LOOK) { shared.look() } else { !shared.is_gone() }
    }

    /// Runs `act` with the table and the scratch.
    fn run(&self, act: impl FnOnce(&Table, Parts<'_>) -> Answer) -> Answer {
        let held = self.table.borrow();
        let Some(held) = held.as_ref() else { return Ok(Reply::Code(CLOSED)) };
        if !self.glance(held) {
            return Ok(Reply::Code(GONE));
        }
        let mut memory = self.memory.borrow_mut();
        act(held.table(), memory.parts().ok_or(NO_SCRATCH)?)
    }

    /// After a panic. Whoever else writes to a file can make us stumble, and must not stop the process: what we have seen
    /// of it is not used any more.
    fn broken(&self) -> Option<i32> {
        let held = self.table.try_borrow().ok()?;
        held.as_ref()?.shared()?.table().detach("it made this process stumble");
        Some(GONE)
    }

    fn get<'k>(&self, caller: Argument, key: impl FnOnce(&Table) -> Key<'k>) -> Answer {
        self.run(|table, Parts { head, incoming, .. }| {
            Ok(reply_get(caller, table, &key(table), head, incoming))
        })
    }

    fn put<'k>(&self, key: impl FnOnce(&Table) -> Key<'k>, value: Argument) -> Answer {
        self.run(|table, Parts { head, outgoing, .. }| answer_put(table, &key(table), head, outgoing, value))
    }

    /// Runs `act` with a key that JavaScript has written: its argument says how long it is.
    fn with_written(
        &self,
        length: Argument,
        act: impl FnOnce(&Table, &[u8], &mut Head, &mut [u8], &[u8]) -> Answer,
    ) -> Answer {
        self.run(|table, Parts { head, key, incoming, outgoing }| {
            let length = length.uint32().ok_or(NO_LENGTH)? as usize;
            let key = key.get(..length).ok_or(NO_LENGTH)?;
            if length > self.max_key_size {
                Ok(Reply::Code(OVERSIZE))
            } else {
                act(table, key, head, incoming, outgoing)
            }
        })
    }

    /// Runs `act` with the bytes of a key that is one string.
    fn with_string(&self, argument: Argument, act: impl FnOnce(&[u8]) -> Answer) -> Answer {
        // The first unit's second byte is the tag, so that the units behind it are aligned.
        let mut buffer = [const { MaybeUninit::<u16>::uninit() }; 1 + UNITS_ON_STACK];
        let copied = argument.utf16(&mut buffer[1..]).ok_or(NO_STRING)?;
        if copied < UNITS_ON_STACK - 1 {
            return self.with_units(&mut buffer, copied, act);
        }
        // The buffer is full, so there may be more.
        let length = argument.utf16_length().ok_or(NO_STRING)?;
        if 1 + 2 * length > self.max_key_size {
            return Ok(Reply::Code(OVERSIZE));
        }
        let mut buffer = vec![MaybeUninit::<u16>::uninit(); length + 2];
        let copied = argument.utf16(&mut buffer[1..]).ok_or(NO_STRING)?;
        self.with_units(&mut buffer, copied, act)
    }

    fn with_units(
        &self,
        buffer: &mut [MaybeUninit<u16>],
        copied: usize,
        act: impl FnOnce(&[u8]) -> Answer,
    ) -> Answer {
        buffer[0].write(u16::from_ne_bytes([0, STRING]));
        if 1 + 2 * copied > self.max_key_size {
            return Ok(Reply::Code(OVERSIZE));
        }
        let written = &mut buffer[..=copied];
        // SAFETY: the first was written above, and V8 has written as many as it said.
        let written =
            unsafe { std::slice::from_raw_parts_mut(written.as_mut_ptr().cast::<u16>(), written.len()) };
        if cfg!(target_endian = "big") {
            for unit in &mut written[1..] {
                *unit = unit.to_le();
            }
        }
        // SAFETY: these are the bytes of initialised numbers.
        let bytes = unsafe { std::slice::from_raw_parts(written.as_ptr().cast::<u8>(), 2 * written.len()) };
        act(&bytes[1..])
    }

    /// Runs `act` with the bytes of a key that is one number, and with the word that the number is there.
    fn with_number(&self, argument: Argument, act: impl FnOnce(&[u8; 9], u64) -> Answer) -> Answer {
        let number = argument.double().ok_or(NO_NUMBER)?;
        let word = if number.is_nan() { f64::NAN } else { number }.to_bits();
        let mut bytes = [NUMBER; 9];
        bytes[1..].copy_from_slice(&word.to_le_bytes());
        if bytes.len() > self.max_key_size { Ok(Reply::Code(OVERSIZE)) } else { act(&bytes, word) }
    }
}

/// Whether JavaScript has left out a time that matters.
fn lacks_time(table: &Table, head: &Head) -> bool {
    head.now.is_nan() && table.is_timed()
}

/// Looks a key up as a use. A value that is a string of single bytes, and has no flags, is given as that: making it here
/// takes less time than another call would.
// Called, these two would copy keys and answers from where they were written a moment before, and wait for that.
#[inline(always)]
fn reply_get(caller: Argument, table: &Table, key: &Key<'_>, head: &mut Head, value: &mut [u8]) -> Reply {
    let code = answer_get(table, key, head, value, true);
    let found = usize::try_from(code).ok().and_then(|length| value.get(..length));
    let string = match found {
        Some([ALL_NARROW, units @ ..]) if head.flags == 0 => caller.narrow_string(units),
        _ => None,
    };
    string.unwrap_or(Reply::Code(code))
}

#[inline(always)]
fn answer_get(table: &Table, key: &Key<'_>, head: &mut Head, value: &mut [u8], touch: bool) -> i32 {
    if lacks_time(table, head) {
        return UNTIMED;
    }
    match table.get_by(key, ticks(head.now), value, touch) {
        Get::Hit(hit) => {
            head.slot = hit.slot;
            head.version = hit.version;
            head.generation = hit.generation;
            head.length = hit.len;
            head.flags = u32::from(hit.flags);
            head.expires_at = milliseconds(hit.expires_at);
            // The word that says whether any entry expires may have been written over.
            if hit.expires_at != NEVER && head.now.is_nan() { UNTIMED } else { hit.len.cast_signed() }
        }
        Get::Larger(length) => {
            head.length = length;
            LARGER
        }
        Get::Miss(token) => {
            head.generation = token.generation;
            head.wanted = token.wanted;
            head.count = token.count;
            MISS
        }
    }
}

/// Stores what lies in the scratch, or the string or number that `value` is.
fn answer_put(table: &Table, key: &Key<'_>, head: &mut Head, outgoing: &[u8], value: Argument) -> Answer {
    match head.length {
        STRING_IN_ARGUMENT => put_string(table, key, head, value),
        NUMBER_IN_ARGUMENT => {
            let (bytes, length) = encode_number(value.double().ok_or(NO_NUMBER_VALUE)?);
            head.length = length as u32;
            store(table, key, head, &bytes[..length])
        }
        length => store(table, key, head, outgoing.get(..length as usize).ok_or(NO_VALUE)?),
    }
}

fn put_string(table: &Table, key: &Key<'_>, head: &mut Head, value: Argument) -> Answer {
    let mut units = [const { MaybeUninit::<u16>::uninit() }; TEXT_UNITS];
    let copied = value.utf16(&mut units).filter(|&copied| copied < TEXT_UNITS - 1).ok_or(NO_TEXT)?;
    // SAFETY: V8 has written as many as it said.
    let units = unsafe { std::slice::from_raw_parts(units.as_ptr().cast::<u16>(), copied) };
    let mut bytes = [const { MaybeUninit::uninit() }; 2 * TEXT_UNITS];
    let length = encode_text(units, &mut bytes);
    head.length = length as u32;
    // SAFETY: `encode_text` has written as many as it said.
    let bytes = unsafe { std::slice::from_raw_parts(bytes.as_ptr().cast(), length) };
    store(table, key, head, bytes)
}

/// A number as a value, and how many bytes that is.
fn encode_number(number: f64) -> ([u8; 9], usize) {
    let whole = number as i32;
    let mut bytes = [DOUBLE; 9];
    // -0 is no whole number.
    if f64::from(whole).to_bits() != number.to_bits() {
        let number = if number.is_nan() { f64::NAN } else { number };
        bytes[1..].copy_from_slice(&number.to_le_bytes());
        return (bytes, 9);
    }
    if let Ok(small) = i8::try_from(whole) {
        return match small {
            0.. => ([SMALL_INT | small.cast_unsigned(); 9], 1),
            _ => {
                bytes[..2].copy_from_slice(&[INT8, small.cast_unsigned()]);
                (bytes, 2)
            }
        };
    }
    bytes[0] = INT32;
    bytes[1..5].copy_from_slice(&whole.to_le_bytes());
    (bytes, 5)
}

/// Writes a string as a value, and says how many bytes that are: the first ones of `bytes`.
fn encode_text(units: &[u16], bytes: &mut [MaybeUninit<u8>; 2 * TEXT_UNITS]) -> usize {
    let (tag, text) = bytes.split_at_mut(1);
    if units.iter().fold(0, |all, unit| all | unit) < 0x100 {
        tag[0].write(ALL_NARROW);
        for (byte, unit) in text[..units.len()].iter_mut().zip(units) {
            byte.write(*unit as u8);
        }
        1 + units.len()
    } else {
        tag[0].write(ALL_WIDE);
        for (bytes, unit) in text[..2 * units.len()].as_chunks_mut::<2>().0.iter_mut().zip(units) {
            *bytes = unit.to_le_bytes().map(MaybeUninit::new);
        }
        1 + 2 * units.len()
    }
}

fn store(table: &Table, key: &Key<'_>, head: &mut Head, value: &[u8]) -> Answer {
    if lacks_time(table, head) {
        return Ok(Reply::Code(UNTIMED));
    }
    let token = Token { generation: head.generation, wanted: head.wanted, count: head.count };
    let expires_at = if head.expires_at < MAX_TIME { ticks(head.expires_at) } else { NEVER };
    let (flags, now) = (head.flags as u8, ticks(head.now));
    let put = match head.mode {
        FILL => table.put_by(key, value, flags, expires_at, now, Some(token)),
        REFRESH => table.refresh(key, value, flags, expires_at, now, token),
        _ => table.put_by(key, value, flags, expires_at, now, None),
    };
    Ok(Reply::Code(match put {
        Put::Stored(stored) => {
            head.slot = stored.slot;
            head.version = stored.version;
            head.generation = stored.generation;
            STORED
        }
        Put::Outdated => OUTDATED,
        Put::Skipped => SKIPPED,
        Put::Oversize => OVERSIZE,
    }))
}

/// The table's times are microseconds: whole milliseconds would cut the shortest lives to nothing.
const TICKS_PER_MS: f64 = 1_000.0;
/// From here on a double no longer has every tick. As the end of an entry's life it is never.
const MAX_TIME: f64 = 9_007_199_254_740_992.0 / TICKS_PER_MS;

/// A time of JavaScript's, in milliseconds, as the table has it. What is negative or NaN becomes 0.
pub(super) fn ticks(ms: f64) -> u64 {
    (ms * TICKS_PER_MS) as u64
}

/// A time of the table's as JavaScript has it.
pub(super) fn milliseconds(ticks: u64) -> f64 {
    if ticks == NEVER { f64::INFINITY } else { ticks as f64 / TICKS_PER_MS }
}

macro_rules! operation {
    ($(#[$doc:meta])* $type:ident, $name:literal, |$handle:ident, $first:ident, $second:pat_param| $body:expr) => {
        $(#[$doc])*
        struct $type;
        impl Operation for $type {
            type Bound = Handle;
            const NAME: &'static CStr = $name;
            fn broken(handle: &Handle) -> Option<i32> {
                handle.broken()
            }
            fn run($handle: &Handle, $first: Argument, $second: Argument) -> Answer {
                $body
            }
        }
    };
}

operation!(GetString, c"getString", |handle, key, _| handle
    .with_string(key, |bytes| handle.get(key, |table| table.key(bytes))));
operation!(GetNumber, c"getNumber", |handle, key, _| handle
    .with_number(key, |bytes, word| handle.get(key, |table| table.key_of_nine(bytes, word))));
operation!(GetKey, c"getKey", |handle, length, _| {
    handle.with_written(length, |table, key, head, value, _| {
        Ok(reply_get(length, table, &table.key(key), head, value))
    })
});
operation!(PeekKey, c"peekKey", |handle, length, _| {
    handle.with_written(length, |table, key, head, value, _| {
        Ok(Reply::Code(answer_get(table, &table.key(key), head, value, false)))
    })
});
operation!(
    /// Only the token: as if there were no entry.
    TokenOfKey,
    c"tokenOfKey",
    |handle, length, _| {
        handle.with_written(length, |table, key, head, value, _| {
            // At the end of time every entry is expired.
            head.now = f64::INFINITY;
            Ok(Reply::Code(answer_get(table, &table.key(key), head, value, false)))
        })
    }
);
operation!(PutString, c"putString", |handle, key, value| {
    handle.with_string(key, |bytes| handle.put(|table| table.key(bytes), value))
});
operation!(PutNumber, c"putNumber", |handle, key, value| {
    handle.with_number(key, |bytes, word| handle.put(|table| table.key_of_nine(bytes, word), value))
});
operation!(PutKey, c"putKey", |handle, length, value| {
    handle.with_written(length, |table, key, head, _, outgoing| {
        answer_put(table, &table.key(key), head, outgoing, value)
    })
});
operation!(DeleteKey, c"deleteKey", |handle, length, _| {
    handle.with_written(length, |table, key, head, _, _| {
        Ok(Reply::Code(i32::from(table.delete(key, ticks(head.now)))))
    })
});

/// The functions of a handle, as an object.
pub(super) fn functions(env: sys::napi_env, handle: &Rc<Handle>) -> super::error::Result<sys::napi_value> {
    raw::object(
        env,
        &[
            (GetString::NAME, raw::function::<GetString>(env, handle)?),
            (GetNumber::NAME, raw::function::<GetNumber>(env, handle)?),
            (GetKey::NAME, raw::function::<GetKey>(env, handle)?),
            (PeekKey::NAME, raw::function::<PeekKey>(env, handle)?),
            (TokenOfKey::NAME, raw::function::<TokenOfKey>(env, handle)?),
            (PutString::NAME, raw::function::<PutString>(env, handle)?),
            (PutNumber::NAME, raw::function::<PutNumber>(env, handle)?),
            (PutKey::NAME, raw::function::<PutKey>(env, handle)?),
            (DeleteKey::NAME, raw::function::<DeleteKey>(env, handle)?),
        ],
    )
}
