//! What `region.rs` is to the model checkers, whose atomics have no place in plain memory: each area is a slice of its
//! own. An area must be asked for once.

use crate::error::Error;
use crate::shim::{AtomicU8, AtomicU32, AtomicU64};
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;

pub(super) trait Word: Sized {
    fn zero() -> Self;
}
impl Word for AtomicU8 {
    fn zero() -> Self {
        Self::new(0)
    }
}
impl Word for AtomicU32 {
    fn zero() -> Self {
        Self::new(0)
    }
}
impl Word for AtomicU64 {
    fn zero() -> Self {
        Self::new(0)
    }
}

#[derive(Debug)]
pub(super) struct Place<T> {
    len: usize,
    word: PhantomData<fn() -> T>,
}

impl<T> Clone for Place<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Place<T> {}

impl<T: Word> Place<T> {
    pub(super) fn part(self, index: usize, len: usize) -> Self {
        assert!((index + 1) * len <= self.len);
        Self { len, word: PhantomData }
    }
}

#[derive(Debug, Default)]
pub(super) struct Planner;

impl Planner {
    pub(super) fn place<T: Word>(&mut self, len: usize) -> Place<T> {
        Place { len, word: PhantomData }
    }

    pub(super) fn bytes(&self) -> usize {
        0
    }
}

#[derive(Debug)]
pub(super) struct Region;

impl Region {
    pub(super) fn anonymous(_len: usize) -> Result<Arc<Self>, Error> {
        Ok(Arc::new(Self))
    }

    pub(super) fn area<T: Word>(&self, place: Place<T>) -> Area<T> {
        Area((0..place.len).map(|_| T::zero()).collect())
    }
}

#[derive(Debug)]
pub(super) struct Area<T>(Box<[T]>);

impl<T> Deref for Area<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}
