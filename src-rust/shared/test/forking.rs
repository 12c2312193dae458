use super::process::Process;
use super::*;
use crate::sys::fault;
use crate::table::{Host, Owner};

#[test]
fn a_child_without_exec_keeps_neither_locks_nor_memory_of_its_parent() {
    let scratch = Scratch::new();
    let here = attach(&scratch.caches(), "it");
    let mut parent = Process::start("fork", &scratch.caches());
    let said: Vec<_> = (0..3).map(|_| parent.hear().unwrap()).collect();
    let child = said.iter().find(|line| line.starts_with("true ")).expect("the child lost the file");
    let own = said.iter().find(|&line| line != child && line != "closed").unwrap();
    let (number, word) = own.split_once(' ').unwrap();
    let word = word.parse().unwrap();
    assert_ne!(child.split_once(' ').unwrap().1, own.split_once(' ').unwrap().1);
    assert_eq!(here.state_of(word), Owner::Alive);
    parent.kill();
    // The child waits for ever, and still the parent is seen to be dead.
    assert_eq!(here.state_of(word), Owner::Dead);
    fault::kill(number.parse().unwrap());
}

#[test]
fn a_parent_keeps_what_it_had() {
    let scratch = Scratch::new();
    let here = attach(&scratch.caches(), "it");
    let mut parent = Process::start("fork", &scratch.caches());
    let said: Vec<_> = (0..3).map(|_| parent.hear().unwrap()).collect();
    let own = said.iter().find(|line| !line.starts_with("true ") && *line != "closed").unwrap();
    let (number, word) = own.split_once(' ').unwrap();
    fault::kill(number.parse().unwrap());
    assert_eq!(here.state_of(word.parse().unwrap()), Owner::Alive);
    assert!(parent.end().success());
    assert_eq!(here.state_of(word.parse().unwrap()), Owner::Dead);
}
