//! Turns an error of this crate into a JavaScript `Error` whose `code` is ours.

use crate::error::Error;

/// What a function of the binding returns.
pub(super) type Result<T> = napi::Result<T, &'static str>;

impl From<Error> for napi::Error<&'static str> {
    fn from(error: Error) -> Self {
        Self::new(error.code(), error.to_string())
    }
}
