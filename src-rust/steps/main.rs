//! Kills a process after every instruction of what it does to a shared cache, and sees whether those that live go on.
//!
//! Each operation runs in a process of its own over a real file, single-stepped by way of ptrace(2), between two marks.
//! It is killed by SIGKILL after the n-th instruction; then this process opens what is left (`survivor`). An instruction
//! that repeats itself (`rep`) counts once. What the kernel does for a system call is one instruction, too.
//!
//! `make steps` tries a sample of all n, the same each time, spread over each operation. `STEPS=all` tries
//! each, and `STEPS=<count>` another number of them; `STEPS_ONLY`, or an argument, only operations whose names
//! begin so. `make soak-steps` tries all, with the code as it is shipped.

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod course;
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
