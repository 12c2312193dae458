//! Other processes: the test binary itself, started again as somebody with a role.

use super::*;
use crate::shared::attachment::Look;
use crate::shared::remove;
use crate::sys::errno;
use crate::sys::fault::{self, Fault};
use crate::table::Host;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::Ordering;
use std::time::Duration;

const ROLE: &str = "WARP_CACHE_TEST_ROLE";
const DIRECTORY: &str = "WARP_CACHE_TEST_DIRECTORY";
/// What a process says begins with this; the rest is the test harness's.
const MARK: &str = "@ ";

/// Another process.
pub(super) struct Process {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Process {
    pub(super) fn start(role: &str, directory: &Path) -> Self {
        Self::run(Command::new(std::env::current_exe().unwrap()), role, directory)
    }

    /// Starts it with another umask.
    pub(super) fn start_with_umask(umask: &str, role: &str, directory: &Path) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", &format!("umask {umask} && exec \"$@\""), "sh"]);
        command.arg(std::env::current_exe().unwrap());
        Self::run(command, role, directory)
    }

    /// Starts it where `directory` is a file system of its own, of so many KiB. `None`: this user may not.
    pub(super) fn start_within(kibibytes: usize, role: &str, directory: &Path) -> Option<Self> {
        let script =
            format!("mount -t tmpfs -o size={kibibytes}k none '{}' && exec \"$@\"", directory.display());
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script, "sh"]);
        command.arg(std::env::current_exe().unwrap());
        let mut process = Self::run(command, role, directory);
        // It says so as soon as it runs.
        process.hear().map(|_| process)
    }

    fn run(mut command: Command, role: &str, directory: &Path) -> Self {
        command.args([
            "--exact",
            "shared::test::process::role",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ]);
        command.env(ROLE, role).env(DIRECTORY, directory);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, input, output }
    }

    /// The next thing that it says; `None`: it has ended.
    pub(super) fn hear(&mut self) -> Option<String> {
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            if let Some((_, said)) = line.split_once(MARK) {
                return Some(said.trim_end().to_owned());
            }
        }
    }

    /// Lets it go on.
    pub(super) fn go(&mut self) {
        self.input.as_mut().unwrap().write_all(b"\n").unwrap();
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it, and waits until it is gone.
    pub(super) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Lets it end, and waits.
    pub(super) fn end(mut self) -> ExitStatus {
        drop(self.input.take());
        self.child.wait().unwrap()
    }
}

pub(super) fn say(what: impl std::fmt::Display) {
    let mut out = std::io::stdout().lock();
    // In one piece: others write to the same pipe.
    out.write_all(format!("\n{MARK}{what}\n").as_bytes()).unwrap();
    out.flush().unwrap();
}

/// Waits for `go`. False: the end of the input.
pub(super) fn listen() -> bool {
    std::io::stdin().read_exact(&mut [0]).is_ok()
}

/// A role is a word and numbers.
#[test]
#[ignore = "is what other tests start as a process"]
fn role() {
    let (Ok(role), Ok(directory)) = (std::env::var(ROLE), std::env::var(DIRECTORY)) else { return };
    let directory = Path::new(&directory);
    let mut words = role.split(' ');
    let role = words.next().unwrap();
    let numbers: Vec<usize> = words.map(|word| word.parse().unwrap()).collect();
    match role {
        // Attaches, says as whom and to what, and holds.
        "hold" => hold(directory),
        // The same, when told to.
        "wait" => {
            say("ready");
            listen();
            hold(directory);
        }
        "attach" => killed(&numbers, || drop(attach(directory, "it"))),
        "sweep" => killed(&numbers, || {
            remove::sweep(directory, Duration::ZERO).unwrap();
        }),
        "remove" => killed(&numbers, || {
            remove::remove(directory, &identity("it").file_name()).unwrap();
        }),
        "fork" => fork(directory),
        "stolen" => stolen::by_a_stranger(directory, numbers[0] == 1),
        "program" => stolen::program(directory),
        "truncated" => meddling::truncated(directory, numbers[0], numbers[1]),
        "interrupted" => faults::interrupted(directory),
        "full" => full::layer(directory),
        "full-table" => full::table(directory),
        "full-extent" => full::extent(directory),
        "work" => kills::work(directory, numbers[0] as u64),
        other => panic!("{other}"),
    }
}

fn hold(directory: &Path) {
    let attachment = attach(directory, "it");
    say(format!("{} {}", attachment.own_word(), attachment.id().1));
    listen();
}

/// Dies before the call with the first of the numbers. The others are calls that the system does not support. Says how
/// many calls there were, if they were fewer.
fn killed(numbers: &[usize], act: impl FnOnce()) {
    let mut faults = vec![(numbers[0], Fault::Kill)];
    faults.extend(numbers[1..].iter().map(|&call| (call, Fault::Fail(errno::UNSUPPORTED))));
    fault::plan(&faults);
    act();
    say(fault::calls());
}

/// Attaches, and splits in two. Both say so; the child what it has.
fn fork(directory: &Path) {
    let attachment = attach(directory, "it");
    let word = attachment.mapping().u64(at::TABLE_AT).unwrap();
    word.store(1, Ordering::Relaxed);
    match fault::fork() {
        Some(child) => {
            say(format!("{child} {}", attachment.own_word()));
            listen();
            assert_eq!(word.load(Ordering::Relaxed), 1, "the child wrote to its parent's file");
            assert!(!attachment.is_detached());
        }
        None => {
            // Memory of its own, in place of the file.
            let own = word.swap(2, Ordering::Relaxed) == 0;
            let gone = attachment.is_detached() && attachment.look() == Look::Gone;
            drop(attachment);
            let anew = attach(directory, "it");
            say(format!("{} {}", own && gone, anew.own_word()));
            drop(anew);
            say("closed");
            fault::pause();
        }
    }
}
