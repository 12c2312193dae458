//! Atomics for tests, whose user may be killed between one step and the next. A step is whatever changes a word, so
//! what is found afterwards is what a process leaves that was killed there.

use super::plain;
use super::plain::Ordering;

macro_rules! mortal {
    ($name:ident, $value:ty) => {
        #[derive(Debug, Default)]
        #[repr(transparent)]
        pub(crate) struct $name(plain::$name);

        #[allow(dead_code, reason = "not every word has every use")]
        impl $name {
            pub(crate) fn new(value: $value) -> Self {
                Self(plain::$name::new(value))
            }

            #[inline]
            pub(crate) fn load(&self, order: Ordering) -> $value {
                self.0.load(order)
            }

            pub(crate) fn store(&self, value: $value, order: Ordering) {
                step(std::ptr::from_ref(self).addr());
                self.0.store(value, order);
            }

            pub(crate) fn fetch_add(&self, value: $value, order: Ordering) -> $value {
                step(std::ptr::from_ref(self).addr());
                self.0.fetch_add(value, order)
            }

            pub(crate) fn fetch_sub(&self, value: $value, order: Ordering) -> $value {
                step(std::ptr::from_ref(self).addr());
                self.0.fetch_sub(value, order)
            }

            pub(crate) fn fetch_update(
                &self,
                set: Ordering,
                fetch: Ordering,
                update: impl FnMut($value) -> Option<$value>,
            ) -> Result<$value, $value> {
                step(std::ptr::from_ref(self).addr());
                self.0.fetch_update(set, fetch, update)
            }

            pub(crate) fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                step(std::ptr::from_ref(self).addr());
                self.0.compare_exchange(current, new, success, failure)
            }
        }
    };
}

mortal!(AtomicU8, u8);
mortal!(AtomicU32, u32);
mortal!(AtomicU64, u64);

/// How many steps this thread has left, one more than that; 0: it does not die.
#[derive(Default)]
struct Life {
    left: std::cell::Cell<u64>,
    is_over: std::cell::Cell<bool>,
    last_words: std::cell::RefCell<Option<Box<dyn FnOnce()>>>,
    /// The addresses of the words that were changed, if somebody wants to know.
    trail: std::cell::RefCell<Option<Vec<usize>>>,
}

#[cfg(shuttle)]
shuttle::thread_local! {
    static LIFE: Life = Life::default();
}
#[cfg(not(shuttle))]
std::thread_local! {
    static LIFE: Life = Life::default();
}

/// Whether this thread is dead: what it runs now is only the end of its stack.
#[cfg(shuttle)]
pub(crate) fn is_dead() -> bool {
    LIFE.try_with(|life| life.is_over.get()).unwrap_or(true)
}

/// Whether a model is over. It runs in one thread, whatever it imagines.
#[cfg(shuttle)]
pub(crate) static OVER: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

fn step(word: usize) {
    let dies = LIFE.try_with(|life| {
        if let Some(trail) = &mut *life.trail.borrow_mut() {
            trail.push(word);
        }
        let left = life.left.get();
        life.left.set(left.saturating_sub(1));
        if left == 1 {
            life.is_over.set(true);
        }
        left == 1
    });
    if dies.unwrap_or(false) {
        die();
    }
}

fn die() -> ! {
    let last_words = LIFE.with(|life| life.last_words.borrow_mut().take());
    if let Some(last_words) = last_words {
        last_words();
    }
    // Its stack stays as it is until the model is over: it would give locks back on the way.
    #[cfg(shuttle)]
    while !OVER.load(Ordering::Relaxed) {
        shuttle::thread::park();
    }
    std::panic::resume_unwind(Box::new("killed"))
}

/// From now on this thread has so many steps, and is killed at the next one. Then it says its last words.
fn doom(steps: u64, last_words: impl FnOnce() + 'static) {
    LIFE.with(|life| {
        life.left.set(steps + 1);
        *life.last_words.borrow_mut() = Some(Box::new(last_words));
    });
}

/// This thread goes on for ever.
fn spare() {
    LIFE.with(|life| {
        life.left.set(0);
        life.is_over.set(false);
        life.last_words.borrow_mut().take();
    });
}

/// Does something, with so many steps to live. `None`: it was killed, and has said its last words.
pub(crate) fn live_for<T>(
    steps: u64,
    last_words: impl FnOnce() + 'static,
    work: impl FnOnce() -> T,
) -> Option<T> {
    doom(steps, last_words);
    let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).map_err(|panic| {
        if !LIFE.with(|life| life.is_over.get()) {
            std::panic::resume_unwind(panic);
        }
    });
    spare();
    done.ok()
}

/// Does something. The address of each word that it changed, in this order: one for each step.
#[cfg(not(any(loom, shuttle)))]
pub(crate) fn trail(work: impl FnOnce()) -> Vec<usize> {
    LIFE.with(|life| life.trail.replace(Some(Vec::new())));
    work();
    LIFE.with(|life| life.trail.take()).unwrap_or_default()
}
