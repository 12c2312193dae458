//! The atomics that everything uses, so that a model checker can put its own in their place.

pub(crate) use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
