//! The clock by which entries expire: milliseconds that never go back, the same for every thread of the process.

/// Milliseconds since a fixed moment. On Linux a reading is up to one tick of the kernel old (1 to 10 ms).
pub fn now_ms() -> u64 {
    crate::sys::monotonic_ms()
}

#[cfg(test)]
mod tests {
    use super::now_ms;

    #[test]
    fn it_never_goes_back() {
        let mut last = now_ms();
        for _ in 0..10_000 {
            let now = now_ms();
            assert!(now >= last);
            last = now;
        }
    }
}
