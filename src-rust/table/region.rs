//! The memory of a table: one range that is reserved at once and committed as it is used, zero where nothing was
//! written yet. It is this process's alone, or a file's that others map too.
//!
//! It is only ever seen as slices of atomics, so whoever else writes to it can make a table forget, and never make it
//! undefined. The pointers of the table are all in this file.

use super::host::Host;
use crate::error::Error;
use crate::shim::{AtomicU8, AtomicU32, AtomicU64};
use crate::sys;
use memmap2::{MmapMut, MmapOptions, MmapRaw};
use std::alloc;
use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Of every area, and of the region: two cache lines, which is what CPUs fetch together.
const ALIGN: usize = 128;

/// What memory is allocated in, at least.
const PAGE: usize = 4096;

/// A word that the table is made of.
pub(super) trait Word: sealed::Sealed + Sync {}
impl Word for AtomicU8 {}
impl Word for AtomicU32 {}
impl Word for AtomicU64 {}

mod sealed {
    /// Implemented for atomics alone: every bit pattern is one of their values, and shared access is all they need.
    pub(in crate::table) trait Sealed {}
    impl Sealed for super::AtomicU8 {}
    impl Sealed for super::AtomicU32 {}
    impl Sealed for super::AtomicU64 {}
}

/// Where in a region an area lies.
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
    /// Bytes from the beginning of the region.
    pub(super) fn offset(self) -> usize {
        self.offset
    }

    /// The `index`th of parts of `len` words.
    pub(super) fn part(self, index: usize, len: usize) -> Self {
        assert!((index + 1) * len <= self.len);
        Self { offset: self.offset + index * len * size_of::<T>(), len, word: PhantomData }
    }
}

/// Lays areas out one after the other.
#[derive(Debug)]
pub(super) struct Planner {
    end: usize,
}

impl Planner {
    /// Behind the first `start` bytes, which are somebody else's.
    pub(super) fn behind(start: usize) -> Self {
        Self { end: start }
    }

    /// What comes next begins with a page. Where that is, in bytes.
    pub(super) fn turn_page(&mut self) -> usize {
        self.end = self.end.next_multiple_of(PAGE);
        self.end
    }

    /// A place for `len` words.
    pub(super) fn place<T: Word>(&mut self, len: usize) -> Place<T> {
        let offset = self.end.next_multiple_of(ALIGN);
        self.end = offset + len * size_of::<T>();
        Place { offset, len, word: PhantomData }
    }

    /// Bytes of a region that has everything that was placed.
    pub(super) fn bytes(&self) -> usize {
        self.end.next_multiple_of(PAGE)
    }
}

/// What holds the memory until the region is dropped.
#[derive(Debug)]
enum Memory {
    /// Pages of this process alone.
    Mapping(#[expect(dead_code, reason = "held for its Drop, which unmaps")] MmapRaw),
    /// Pages of a file.
    File(#[expect(dead_code, reason = "held for its Drop, which unmaps")] Arc<sys::Mapping>),
    /// For tests, and for Miri, which has no mappings.
    Heap(alloc::Layout),
}

/// The memory of one table.
#[derive(Debug)]
pub struct Region {
    base: NonNull<u8>,
    len: usize,
    memory: Memory,
}

// SAFETY: a region is a range of memory that it owns; nothing in it belongs to a thread.
unsafe impl Send for Region {}
// SAFETY: the memory is reached by way of `Area` only, which gives out shared atomics.
unsafe impl Sync for Region {}

impl Region {
    /// Memory of this process alone. Pages are committed when they are first written.
    pub(super) fn anonymous(len: usize) -> Result<Arc<Self>, Error> {
        if cfg!(miri) {
            return Self::heap(len);
        }
        let mapping = MmapOptions::new().len(len).no_reserve_swap().map_anon().map_err(|_| Error::Memory)?;
        keep_small_pages(&mapping);
        let mapping = MmapRaw::from(mapping);
        let base = NonNull::new(mapping.as_mut_ptr()).ok_or(Error::Memory)?;
        Ok(Arc::new(Self { base, len, memory: Memory::Mapping(mapping) }))
    }

    /// A mapping of a file that others write too. A page of it may only be touched once the file has it.
    pub(crate) fn mapped(mapping: Arc<sys::Mapping>) -> Arc<Self> {
        Arc::new(Self { base: mapping.base(), len: mapping.len(), memory: Memory::File(mapping) })
    }

    /// Bytes.
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// Memory of the allocator.
    pub(super) fn heap(len: usize) -> Result<Arc<Self>, Error> {
        let layout = alloc::Layout::from_size_align(len.max(ALIGN), ALIGN).map_err(|_| Error::Memory)?;
        // SAFETY: the layout's size is not zero.
        let base = unsafe { alloc::alloc_zeroed(layout) };
        let base = NonNull::new(base).ok_or(Error::Memory)?;
        Ok(Arc::new(Self { base, len, memory: Memory::Heap(layout) }))
    }

    /// The words at a place.
    pub(super) fn area<T: Word>(self: &Arc<Self>, place: Place<T>) -> Area<T> {
        let end = place.offset + place.len * size_of::<T>();
        assert!(end <= self.len && place.offset.is_multiple_of(align_of::<T>()));
        // SAFETY: the offset is within the region, as was just checked.
        let first = unsafe { self.base.add(place.offset) }.cast();
        Area { first, len: place.len, _region: Arc::clone(self) }
    }

    /// The words at a place, of which the first `reach` can be touched by now.
    pub(super) fn growing<T: Word>(self: &Arc<Self>, place: Place<T>, reach: usize) -> Growing<T> {
        Growing { area: self.area(place), offset: place.offset, reach: AtomicUsize::new(reach) }
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        if let Memory::Heap(layout) = self.memory {
            // SAFETY: `heap` allocated `base` with this layout, and no area is left: each holds the region.
            unsafe { alloc::dealloc(self.base.as_ptr(), layout) };
        }
    }
}

/// A table is written here and there: with huge pages each first write would commit 2 MiB.
fn keep_small_pages(mapping: &MmapMut) {
    #[cfg(target_os = "linux")]
    // A kernel without huge pages refuses, and has none.
    let _ = mapping.advise(memmap2::Advice::NoHugePage);
    #[cfg(not(target_os = "linux"))]
    let _ = mapping;
}

/// A slice of words in a region, which it keeps alive.
#[derive(Debug)]
pub(super) struct Area<T> {
    first: NonNull<T>,
    len: usize,
    _region: Arc<Region>,
}

impl<T: Word> Area<T> {
    /// Where it begins. Whoever is given this may go on to the end of the region.
    pub(super) fn address(&self) -> *mut u8 {
        self.first.as_ptr().cast()
    }
}

// SAFETY: an area is a shared slice of `T`, and `T` may be shared between threads.
unsafe impl<T: Word> Send for Area<T> {}
// SAFETY: as for `Send`.
unsafe impl<T: Word> Sync for Area<T> {}

impl<T: Word> Deref for Area<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        // SAFETY: `Region::area` checked bounds and alignment; the memory is initialised (zero at first), has only
        // atomics in it, and lives as long as `region`. Nobody makes an exclusive reference to it.
        unsafe { std::slice::from_raw_parts(self.first.as_ptr(), self.len) }
    }
}

/// A slice of words whose pages come as they are needed. It dereferences to those that are there.
#[derive(Debug)]
pub(super) struct Growing<T> {
    area: Area<T>,
    offset: usize,
    /// Of this process: it never goes back, so what was reached stays within reach.
    reach: AtomicUsize,
}

impl<T: Word> Growing<T> {
    /// Has pages for the first `len` words. False: there is no room, or there are not as many.
    pub(super) fn grow(&self, host: &dyn Host, len: usize) -> bool {
        let reach = self.reach.load(Ordering::Relaxed);
        if len <= reach {
            return true;
        }
        let size = size_of::<T>();
        let allocated =
            len <= self.area.len && host.allocate(self.offset + reach * size, (len - reach) * size);
        if allocated {
            self.reach.fetch_max(len, Ordering::Relaxed);
        }
        allocated
    }
}

impl<T: Word> Growing<T> {
    /// The `index`th of parts of `N` words, if it is there.
    #[inline]
    pub(super) fn part<const N: usize>(&self, index: usize) -> Option<&[T; N]> {
        // Far from overflowing: slots are counted by 32 bits.
        if (index + 1) * N > self.reach.load(Ordering::Relaxed) {
            return None;
        }
        // SAFETY: the part ends within reach, which is within the area.
        let first = unsafe { self.area.first.add(index * N) };
        // SAFETY: as in `Area::deref`, of a part of what that gives.
        Some(unsafe { first.cast().as_ref() })
    }

    /// A word, if it is there.
    #[inline]
    pub(super) fn word(&self, index: usize) -> Option<&T> {
        self.part::<1>(index).map(|[word]| word)
    }
}

impl<T: Word> Deref for Growing<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        self.area.get(..self.reach.load(Ordering::Relaxed)).unwrap_or_default()
    }
}
