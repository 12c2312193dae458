//! What is asked of the operating system, by the same names on each.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod other;

#[cfg(target_os = "linux")]
pub(crate) use linux::monotonic_ms;
#[cfg(not(target_os = "linux"))]
pub(crate) use other::monotonic_ms;
