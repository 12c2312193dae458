//! What `region.rs` is to the model checkers, whose atomics have no place in plain memory: each area is a slice of its
//! own, which every table over the region is given.

use super::host::Host;
use crate::error::Error;
use crate::shim::{AtomicU8, AtomicU32, AtomicU64};
use std::any::Any;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::{Arc, Mutex};

pub(super) trait Word: Sized + Send + Sync + 'static {
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
    offset: usize,
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
    pub(super) fn offset(self) -> usize {
        self.offset
    }

    pub(super) fn part(self, index: usize, len: usize) -> Self {
        assert!((index + 1) * len <= self.len);
        Self { offset: self.offset + index * len, len, word: PhantomData }
    }
}

/// Counts words, whatever their size.
#[derive(Debug)]
pub(super) struct Planner {
    end: usize,
}

impl Planner {
    pub(super) fn behind(start: usize) -> Self {
        Self { end: start }
    }

    pub(super) fn turn_page(&mut self) -> usize {
        self.end
    }

    pub(super) fn place<T: Word>(&mut self, len: usize) -> Place<T> {
        let offset = self.end;
        // An offset is a name, also of nothing.
        self.end += len.max(1);
        Place { offset, len, word: PhantomData }
    }

    pub(super) fn bytes(&self) -> usize {
        self.end
    }
}

/// The areas by offset.
#[derive(Debug, Default)]
pub struct Region(Mutex<HashMap<usize, Arc<dyn Any + Send + Sync>>>);

impl Region {
    pub(super) fn anonymous(_len: usize) -> Result<Arc<Self>, Error> {
        Ok(Arc::default())
    }

    pub(super) fn len(&self) -> usize {
        usize::MAX
    }

    pub(super) fn area<T: Word>(&self, place: Place<T>) -> Area<T> {
        let mut areas = self.0.lock().unwrap();
        let area = areas.entry(place.offset).or_insert_with(|| {
            let words: Box<[T]> = (0..place.len).map(|_| T::zero()).collect();
            Arc::new(words)
        });
        let words: Arc<Box<[T]>> = Arc::clone(area).downcast().unwrap();
        assert_eq!(words.len(), place.len);
        Area(words)
    }

    pub(super) fn growing<T: Word>(&self, place: Place<T>, _reach: usize) -> Growing<T> {
        self.area(place)
    }
}

#[derive(Debug)]
pub(super) struct Area<T>(Arc<Box<[T]>>);

/// All of it is there from the beginning.
pub(super) type Growing<T> = Area<T>;

impl<T> Area<T> {
    pub(super) fn part<const N: usize>(&self, index: usize) -> Option<&[T; N]> {
        self.0.get(index * N..)?.first_chunk()
    }

    pub(super) fn word(&self, index: usize) -> Option<&T> {
        self.0.get(index)
    }

    pub(super) fn grow(&self, _host: &dyn Host, len: usize) -> bool {
        len <= self.0.len()
    }
}

impl<T> Deref for Area<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}
