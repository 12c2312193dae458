//! Which operations are killed after which instructions, and how that went.

use super::operations::{Operation, changes, others};
use super::trace::{Stop, Tracee};
use std::collections::{BTreeMap, HashMap};
use std::env;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// How many boundaries of each operation are tried without more.
const SAMPLE: usize = 150;
const SEED: u64 = 0x5eed_0006;
/// After so many failures of an operation its rest is not tried.
const MAX_FAILURES: usize = 5;
/// Of a part: which it is, and of how many.
const PART: &str = "STEPS_PART";
/// What a part ends with where nothing may be traced.
const SKIPPED: i32 = 77;

/// Runs everything, in as many processes as there are processors. What to end with.
pub(crate) fn run() -> i32 {
    if let Ok(part) = env::var(PART) {
        let (part, parts) = part.split_once('/').unwrap();
        return run_part(part.parse().unwrap(), parts.parse().unwrap());
    }
    let began = Instant::now();
    let base = Path::new("/dev/shm");
    let base = if base.is_dir() { base.to_owned() } else { env::temp_dir() };
    let scratch = base.join(format!("warp-cache-steps-{}", std::process::id()));
    let parts = std::thread::available_parallelism().map_or(1, usize::from);
    let children: Vec<_> = (0..parts)
        .map(|part| {
            let directory = scratch.join(part.to_string());
            fs::create_dir_all(&directory).unwrap();
            let mut command = Command::new(env::current_exe().unwrap());
            command.env(PART, format!("{part}/{parts}")).env("WARP_CACHE_DIR", directory);
            command.stdout(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let outputs: Vec<_> = children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    fs::remove_dir_all(&scratch).unwrap();
    if outputs.iter().all(|output| output.status.code() == Some(SKIPPED)) {
        println!("steps: SKIPPED, this system lets no process trace its child (ptrace)");
        return 0;
    }
    let broken = outputs.iter().filter(|output| !output.status.success()).count();
    let said = outputs.iter().map(|output| String::from_utf8_lossy(&output.stdout));
    let seconds = || began.elapsed().as_secs_f64();
    report(&said.collect::<String>(), broken, seconds)
}

/// Prints what all parts have said. What to end with.
fn report(said: &str, broken: usize, seconds: impl Fn() -> f64) -> i32 {
    let mut rows: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for line in said.lines() {
        let mut fields = line.split('\t');
        let row = rows.entry(fields.next().unwrap_or_default()).or_default();
        let mut number = || fields.next().and_then(|field| field.parse().ok()).unwrap_or(0);
        row[0] = row[0].max(number());
        row[1] += number();
        row[2] += number();
    }
    for (name, [boundaries, tried, failed]) in &rows {
        println!("{name:28} {boundaries:8} boundaries {tried:8} tried {failed:4} failed");
    }
    let sum = |field: usize| rows.values().map(|row| row[field]).sum::<usize>();
    let (tried, failed) = (sum(1), sum(2));
    println!(
        "steps: killed {tried} times at {} boundaries in {:.1} s, {failed} failures, seed {SEED:#x}",
        sum(0),
        seconds()
    );
    let red = rows.values().filter(|row| row[2] > 0).count() + usize::from(broken > 0);
    let passed = rows.len() - rows.values().filter(|row| row[2] > 0).count();
    let word = if red == 0 { "ok" } else { "FAILED" };
    println!("test result: {word}. {passed} passed; {red} failed; 0 ignored; 0 measured; 0 filtered out");
    i32::from(red > 0 || rows.is_empty())
}

/// One part: every so-manieth boundary of what is tried.
fn run_part(part: usize, parts: usize) -> i32 {
    let only = env::var("STEPS_ONLY").unwrap_or_default();
    let run = |operation: &Operation| {
        if !operation.name.contains(&only) {
            return;
        }
        let Some(course) = Course::of(operation) else { std::process::exit(SKIPPED) };
        let chosen = chosen(course.boundaries());
        let mine: Vec<usize> = chosen.into_iter().skip(part).step_by(parts).collect();
        let failed = course.kill_after(&mine);
        println!("{}\t{}\t{}\t{failed}", operation.name, course.boundaries(), mine.len());
    };
    for operation in changes() {
        run(&operation);
        let Some(course) = Course::of(&operation) else { return SKIPPED };
        let wounds = course.wounds();
        // In the middle of what is done under the lock.
        let (word, image) = &wounds[wounds.len() / 2];
        run(&operation.repair(image));
        run(&operation.adoption(image, *word));
    }
    others().iter().for_each(run);
    0
}

/// Which boundaries are tried, of so many: all, or one at random of each of as many stretches as are asked for.
fn chosen(boundaries: usize) -> Vec<usize> {
    let sample = match env::var("STEPS").as_deref() {
        Ok("all") => boundaries,
        Ok(count) => count.parse().expect("STEPS is a number, or all"),
        Err(_) => SAMPLE,
    };
    let sample = sample.min(boundaries);
    let mut random = SEED;
    let mut within = |start: usize, end: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        start + (random >> 33) as usize % (end - start)
    };
    let stretch = |number: usize| number * boundaries / sample;
    (0..sample).map(|number| within(stretch(number), stretch(number + 1))).collect()
}

/// The instructions that an operation runs.
struct Course<'a> {
    operation: &'a Operation,
    /// Where each is, and how often it was run before.
    instructions: Vec<(u64, usize)>,
}

impl<'a> Course<'a> {
    /// Runs it once, from mark to mark. `None`: nothing may be traced.
    fn of(operation: &'a Operation) -> Option<Self> {
        let mut tracee = operation.start()?;
        let (mut times, mut instructions) = (HashMap::new(), Vec::new());
        loop {
            let address = tracee.address();
            let before = times.entry(address).or_insert(0);
            instructions.push((address, *before));
            *before += 1;
            if tracee.step() == Stop::Mark {
                return Some(Self { operation, instructions });
            }
        }
    }

    /// Before the first instruction, and after each.
    fn boundaries(&self) -> usize {
        self.instructions.len() + 1
    }

    /// The process, once it has run so many instructions, and whether that was all.
    fn reach(&self, after: usize) -> (Tracee, bool) {
        // It may take another way than before, where it waits or reads a clock; seldom to what is run once.
        for most in [usize::MAX, 0] {
            let mut tracee = self.start();
            let Some(done) = self.jump(&mut tracee, after, most) else { continue };
            let is_over = (done..after).any(|_| tracee.step() == Stop::Mark);
            return (tracee, is_over);
        }
        let mut tracee = self.start();
        let is_over = (0..after).any(|_| tracee.step() == Stop::Mark);
        (tracee, is_over)
    }

    fn start(&self) -> Tracee {
        self.operation.start().expect("it could be traced before")
    }

    /// A breakpoint is as good as single steps, and much faster: goes near this instruction by way of one that is run up
    /// to `most` times before. How many were run; `None`: it came to its mark.
    fn jump(&self, tracee: &mut Tracee, after: usize, most: usize) -> Option<usize> {
        let (mut best, mut cost) = (0, after);
        for (before, &(_, times)) in self.instructions[..=after.min(self.instructions.len() - 1)].iter().enumerate().rev() {
            if after - before >= cost {
                break;
            }
            let price = 2 * times + (after - before);
            if times <= most && price < cost && before > 0 {
                (best, cost) = (before, price);
            }
        }
        let (address, times) = self.instructions[best];
        for time in 0..=times {
            if best == 0 {
                return Some(0);
            }
            // Off the breakpoint, to come to it again.
            if time > 0 && tracee.step() == Stop::Mark {
                return None;
            }
            match tracee.run_to(address) {
                Some(Stop::Here) => {}
                Some(Stop::Mark) => return None,
                None => return (time == 0).then_some(0),
            }
        }
        Some(best)
    }

    /// Kills it after each of these numbers of instructions. How often that went wrong.
    fn kill_after(&self, boundaries: &[usize]) -> usize {
        let mut failures = 0;
        for &after in boundaries {
            let (tracee, is_over) = self.reach(after);
            tracee.kill();
            let survived = catch_unwind(AssertUnwindSafe(|| self.operation.survive(is_over)));
            if survived.is_err() {
                let (name, all) = (&self.operation.name, self.instructions.len());
                eprintln!("^ {name}, killed after {after} of {all} instructions");
                failures += 1;
                if failures == MAX_FAILURES {
                    break;
                }
            }
        }
        failures
    }

    /// Files that are left when it is killed with the lock, and the word of the lock.
    fn wounds(&self) -> Vec<(u64, super::world::Image)> {
        let tries = (1..32).map(|part| self.instructions.len() * part / 32);
        tries
            .filter_map(|after| {
                let (tracee, _) = self.reach(after);
                let process = tracee.id();
                tracee.kill();
                self.operation.wound(process)
            })
            .collect()
    }
}
