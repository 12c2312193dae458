//! What JavaScript sees. The only part of the crate that knows Node-API; it holds no logic of its own.

mod cached_function;
mod entries;
mod error;
mod held;
mod hot;
mod inspect;
mod raw;
mod scratch;
