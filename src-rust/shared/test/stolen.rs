//! What a stranger does to our descriptors. Each in a process of its own, since numbers belong to all threads.

use super::process::Process;
use super::*;
use crate::shared::attachment::Look;
use crate::sys::fault;
use crate::table::{Host, Owner};
use std::io::{Read, Write};
use std::process::{Command, Stdio};

#[test]
fn a_descriptor_that_a_stranger_closed_tells_nothing_and_is_never_closed() {
    for role in ["stolen 0", "stolen 1"] {
        let scratch = Scratch::new();
        assert!(Process::start(role, &scratch.caches()).end().success(), "{role}");
    }
}

pub(super) fn by_a_stranger(directory: &Path, reuse: bool) {
    let (here, there) = (attach(directory, "it"), attach(directory, "it"));
    let number = here.file().with(fault::number).unwrap();
    assert!(here.allocate(at::TABLE_AT, 4096));
    fault::steal(here.file(), reuse);
    assert_eq!(here.state_of(there.own_word()), Owner::Unknown);
    assert_eq!(there.state_of(here.own_word()), Owner::Alive, "its mapping holds the lock");
    assert!(!here.allocate(at::TABLE_AT, 4096));
    assert!(here.is_detached());
    assert_eq!(here.look(), Look::Gone);
    let word = here.own_word();
    drop(here);
    assert_eq!(fault::is_open(number), reuse);
    assert_eq!(there.state_of(word), Owner::Dead);
    assert_eq!(there.look_now(1_000), Look::Same, "the file is as good as before");

    let here = attach(directory, "it");
    fault::steal(here.file(), reuse);
    assert_eq!(here.look_now(1_000), Look::Gone);
    here.close();
    assert_eq!(attach(directory, "it").id(), there.id());
}

#[test]
fn a_program_that_is_started_keeps_nothing() {
    let scratch = Scratch::new();
    assert!(Process::start("program", &scratch.caches()).end().success());
}

pub(super) fn program(directory: &Path) {
    let (here, there) = (attach(directory, "it"), attach(directory, "it"));
    let mut program = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    // `spawn` returns while `exec` is still at work. Once it answers it has closed what it was to close.
    program.stdin.as_mut().unwrap().write_all(b".").unwrap();
    program.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    let word = there.own_word();
    // Without its own unlocking: as after a death.
    fault::steal(there.file(), false);
    drop(there);
    assert_eq!(here.state_of(word), Owner::Dead);
    drop(program.stdin.take());
    program.wait().unwrap();
}
