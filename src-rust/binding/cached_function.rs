//! `CachedFunction`: the native side of one cached function whose values live outside of V8's heap.

use super::error::Result;
use crate::name::Name;
use napi::bindgen_prelude::Utf16String;
use napi_derive::napi;

/// The native side of one cached function. It belongs to the isolate that made it.
#[napi]
pub struct CachedFunction {
    name: Name,
}

#[napi]
impl CachedFunction {
    /// Throws an error with the code `ERR_WARP_CACHE_NAME` if the name is empty, too long, or not escaped.
    #[napi(constructor)]
    pub fn new(name: Utf16String) -> Result<Self> {
        Ok(Self { name: Name::from_utf16(&name)? })
    }

    /// The name of the table that holds this function's values.
    #[napi(getter)]
    pub fn name(&self) -> &str {
        self.name.as_str()
    }
}
