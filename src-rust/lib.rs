//! The native part of warp-cache: what a cache needs when its values live outside of one V8 isolate.
//!
//! Only `binding` knows Node-API. Everything else is plain Rust, and builds and is tested without it
//! (`--no-default-features`).

#[cfg(feature = "binding")]
mod binding;
pub mod error;
pub mod hash;
pub mod name;
#[cfg(not(any(loom, shuttle)))]
pub mod shared;
mod shim;
#[cfg(not(any(loom, shuttle)))]
mod sys;
pub mod table;
