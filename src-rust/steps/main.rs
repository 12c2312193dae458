//! Kills a process after every instruction of what it does to a shared cache, and sees whether those that live go on.
//!
//! Each operation runs in a process of its own over a real file, single-stepped by way of ptrace(2), between two marks.
//! It is killed by SIGKILL after the n-th instruction; then this process opens what is left (`survivor`). Without more
//! it tries a seeded sample of all n; `STEPS=all` tries each; `STEPS=<count>` another number of them, for each
//! operation. `STEPS_ONLY=<words>` tries the operations whose names contain them.
//!
//! `cargo test --test steps`, or `make soak-steps` for all of the code that is shipped.

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod operations;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod plan;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod survivor;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod trace;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod world;

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn main() {
    std::process::exit(plan::run());
}

#[cfg(not(all(target_os = "linux", target_arch = "x86_64")))]
fn main() {
    println!("steps: SKIPPED, there is a single-stepper for Linux on x86-64 only");
}
