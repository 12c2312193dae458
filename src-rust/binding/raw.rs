//! Node-API without the conveniences: functions that cost nanoseconds, and buffers over memory that is ours.
//!
//! A callback here takes one argument or two, has a value of ours bound to it, and gives an integer or a string. It makes
//! nothing else in V8, keeps no reference, and never unwinds into it: a panic becomes a JavaScript error.
//! It does not know what the functions do.

use super::error::Result;
use napi::sys;
use std::any::Any;
use std::ffi::{CStr, c_char, c_void};
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::rc::Rc;

/// What a callback does with its arguments.
pub(super) trait Operation {
    /// What is bound to the function.
    type Bound: 'static;
    /// The name of the function.
    const NAME: &'static CStr;
    /// What is answered after a panic, if that is no error.
    fn broken(bound: &Self::Bound) -> Option<i32>;
    /// Runs it. An argument that the caller has not given is `undefined`.
    fn run(bound: &Self::Bound, first: Argument, second: Argument) -> Answer;
}

/// What an operation answers, or what is wrong with its argument.
pub(super) type Answer = std::result::Result<Reply, &'static CStr>;

/// What a call gives.
pub(super) enum Reply {
    /// A number.
    Code(i32),
    /// A value that was made during the call.
    Made(sys::napi_value),
}

/// An argument of a call, valid while the call lasts.
#[derive(Clone, Copy)]
pub(super) struct Argument {
    env: sys::napi_env,
    value: sys::napi_value,
}

impl Argument {
    /// The number that it is.
    pub(super) fn double(self) -> Option<f64> {
        let mut number = 0.0;
        // SAFETY: both are of the running call.
        let status = unsafe { sys::napi_get_value_double(self.env, self.value, &raw mut number) };
        (status == sys::Status::napi_ok).then_some(number)
    }

    /// The whole number that it is; numbers out of range wrap.
    pub(super) fn uint32(self) -> Option<u32> {
        let mut number = 0;
        // SAFETY: both are of the running call.
        let status = unsafe { sys::napi_get_value_uint32(self.env, self.value, &raw mut number) };
        (status == sys::Status::napi_ok).then_some(number)
    }

    /// Copies the UTF-16 units of a string into `units`, as far as they and a terminating zero fit, and says how many
    /// they were. If these are all but one of the buffer's, the string may be longer.
    pub(super) fn utf16(self, units: &mut [MaybeUninit<u16>]) -> Option<usize> {
        let mut copied = 0;
        let place = units.as_mut_ptr().cast();
        // SAFETY: both are of the running call, and V8 writes no more than `units.len()` units.
        let status = unsafe {
            sys::napi_get_value_string_utf16(self.env, self.value, place, units.len(), &raw mut copied)
        };
        (status == sys::Status::napi_ok).then_some(copied)
    }

    /// Replies with a string of these code units, one byte each. `None` if V8 does not make it.
    pub(super) fn narrow_string(self, units: &[u8]) -> Option<Reply> {
        let mut made = null_mut();
        let length = units.len().cast_signed();
        // SAFETY: `env` is that of the running call, and V8 copies the units.
        let status =
            unsafe { sys::napi_create_string_latin1(self.env, units.as_ptr().cast(), length, &raw mut made) };
        (status == sys::Status::napi_ok).then_some(Reply::Made(made))
    }

    /// How many UTF-16 units a string has.
    pub(super) fn utf16_length(self) -> Option<usize> {
        let mut length = 0;
        // SAFETY: both are of the running call; without a buffer nothing is written but the length.
        let status =
            unsafe { sys::napi_get_value_string_utf16(self.env, self.value, null_mut(), 0, &raw mut length) };
        (status == sys::Status::napi_ok).then_some(length)
    }
}

/// Makes the function of an operation. It holds `bound` for as long as JavaScript holds the function.
pub(super) fn function<O: Operation>(env: sys::napi_env, bound: &Rc<O::Bound>) -> Result<sys::napi_value> {
    let mut made = null_mut();
    let data = Rc::into_raw(Rc::clone(bound)).cast_mut().cast::<c_void>();
    let name = O::NAME;
    let length = name.count_bytes().cast_signed();
    // SAFETY: `env` is that of the running call, the name is a C string, and `enter` takes `data` for what it is.
    let status = unsafe {
        sys::napi_create_function(env, name.as_ptr(), length, Some(enter::<O>), data, &raw mut made)
    };
    let status = if status == sys::Status::napi_ok {
        // SAFETY: `made` is the function made above; `release` takes `data` for what it is, once.
        unsafe { sys::napi_add_finalizer(env, made, data, Some(release::<O::Bound>), null_mut(), null_mut()) }
    } else {
        status
    };
    if status != sys::Status::napi_ok {
        // A function that could not be given its finalizer is never handed out, so nobody can call it.
        // SAFETY: the count that `into_raw` left is nobody's.
        drop(unsafe { Rc::from_raw(data.cast::<O::Bound>()) });
        return Err(failed("napi_create_function"));
    }
    Ok(made)
}

/// What a function bound to a value of ours does when it is called.
unsafe extern "C" fn enter<O: Operation>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    let mut values = [null_mut(); 2];
    let mut count = values.len();
    let mut data = null_mut();
    let place = values.as_mut_ptr();
    // SAFETY: V8 gives both for this call; it writes two arguments, `undefined` for those that there are not.
    let status =
        unsafe { sys::napi_get_cb_info(env, info, &raw mut count, place, null_mut(), &raw mut data) };
    if status != sys::Status::napi_ok {
        return null_mut();
    }
    // SAFETY: `function` bound this very type, and its finalizer runs only once nobody can call the function.
    let bound = unsafe { &*data.cast::<O::Bound>() };
    let [first, second] = values.map(|value| Argument { env, value });
    match guarded(|| O::run(bound, first, second)) {
        Ok(Ok(Reply::Code(code))) => integer(env, code),
        Ok(Ok(Reply::Made(value))) => value,
        Ok(Err(message)) => throw(env, message),
        Err(_) => match guarded(|| O::broken(bound)) {
            Ok(Some(code)) => integer(env, code),
            _ => throw(env, c"warp-cache has a bug in its native part: it panicked"),
        },
    }
}

/// Drops what a function held.
unsafe extern "C" fn release<B>(_env: sys::napi_env, data: *mut c_void, _hint: *mut c_void) {
    // SAFETY: `function` left one count for this, and a finalizer runs once.
    let bound = unsafe { Rc::from_raw(data.cast::<B>()) };
    let _ = guarded(|| drop(bound));
}

/// Runs `act`; a panic ends here.
fn guarded<T>(act: impl FnOnce() -> T) -> std::result::Result<T, Box<dyn Any + Send>> {
    // What a panic leaves behind is a table, which holds its own rules under panics, and bytes of a scratch that
    // nobody reads before they are written.
    catch_unwind(AssertUnwindSafe(act))
}

fn integer(env: sys::napi_env, value: i32) -> sys::napi_value {
    let mut made = null_mut();
    // SAFETY: `env` is that of the running call. On failure `made` stays null, which is `undefined`.
    unsafe { sys::napi_create_int32(env, value, &raw mut made) };
    made
}

fn throw(env: sys::napi_env, message: &CStr) -> sys::napi_value {
    let code: *const c_char = c"ERR_WARP_CACHE_NATIVE".as_ptr();
    // SAFETY: `env` is that of the running call, and both texts are C strings.
    unsafe { sys::napi_throw_error(env, code, message.as_ptr()) };
    null_mut()
}

/// An object with these properties.
pub(super) fn object(
    env: sys::napi_env,
    properties: &[(&'static CStr, sys::napi_value)],
) -> Result<sys::napi_value> {
    let mut made = null_mut();
    // SAFETY: `env` is that of the running call.
    let status = unsafe { sys::napi_create_object(env, &raw mut made) };
    if status != sys::Status::napi_ok {
        return Err(failed("napi_create_object"));
    }
    for (name, value) in properties {
        // SAFETY: all three were made in this call.
        let status = unsafe { sys::napi_set_named_property(env, made, name.as_ptr(), *value) };
        if status != sys::Status::napi_ok {
            return Err(failed("napi_set_named_property"));
        }
    }
    Ok(made)
}

/// An ArrayBuffer over memory that is ours, which holds `owner` until V8 is done with it. `None` where the host
/// refuses such buffers, or gives a copy in its place.
///
/// # Safety
/// The memory must stay valid, and of this length, for as long as `owner` lives.
pub(super) unsafe fn external_buffer<T: Send + 'static>(
    env: sys::napi_env,
    memory: *mut u8,
    length: usize,
    owner: T,
) -> Option<sys::napi_value> {
    let mut made = null_mut();
    let hint = Box::into_raw(Box::new(owner)).cast::<c_void>();
    // SAFETY: `env` is that of the running call, the caller vouches for the memory, and `release_owner` takes the
    // hint for what it is.
    let status = unsafe {
        sys::napi_create_external_arraybuffer(
            env,
            memory.cast(),
            length,
            Some(release_owner::<T>),
            hint,
            &raw mut made,
        )
    };
    if status == sys::Status::napi_no_external_buffers_allowed {
        // SAFETY: the host took nothing over, so the box is still ours.
        drop(unsafe { Box::from_raw(hint.cast::<T>()) });
    }
    if status != sys::Status::napi_ok {
        // Elsewhere than above Node may have run the finalizer before it failed: then the owner is gone, else it stays.
        return None;
    }
    buffer_memory(env, made).filter(|(start, _)| *start == memory).map(|_| made)
}

/// Drops what a buffer held. It may run on any thread.
unsafe extern "C" fn release_owner<T>(_env: sys::napi_env, _data: *mut c_void, hint: *mut c_void) {
    // SAFETY: `external_buffer` left this box for a finalizer, which runs once.
    let owner = unsafe { Box::from_raw(hint.cast::<T>()) };
    let _ = guarded(|| drop(owner));
}

/// Where the bytes of an ArrayBuffer are, and how many.
pub(super) fn buffer_memory(env: sys::napi_env, buffer: sys::napi_value) -> Option<(*mut u8, usize)> {
    let mut start = null_mut();
    let mut length = 0;
    // SAFETY: both are of the running call; anything but an ArrayBuffer is refused by a status.
    let status = unsafe { sys::napi_get_arraybuffer_info(env, buffer, &raw mut start, &raw mut length) };
    (status == sys::Status::napi_ok).then_some((start.cast(), length))
}

/// A strong reference.
pub(super) fn hold(env: sys::napi_env, value: sys::napi_value) -> Result<sys::napi_ref> {
    let mut held = null_mut();
    // SAFETY: both are of the running call.
    let status = unsafe { sys::napi_create_reference(env, value, 1, &raw mut held) };
    if status == sys::Status::napi_ok { Ok(held) } else { Err(failed("napi_create_reference")) }
}

/// Gives a reference back.
///
/// # Safety
/// It must have come from `hold` in this environment, and not have been given back.
pub(super) unsafe fn let_go(env: sys::napi_env, held: sys::napi_ref) {
    // SAFETY: the caller vouches for it. A failure leaves the reference, which goes with the environment.
    unsafe { sys::napi_delete_reference(env, held) };
}

/// The error of a call that never fails in a host that is in order.
pub(super) fn failed(call: &str) -> napi::Error<&'static str> {
    napi::Error::new("ERR_WARP_CACHE_NATIVE", format!("{call} failed"))
}
