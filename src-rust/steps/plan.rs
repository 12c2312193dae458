//! Which operations are killed after which instructions, and how that went.

use super::course::Course;
use super::operations::{Operation, changes, others};
use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// How many boundaries of each operation are tried without more.
const SAMPLE: usize = 100;
const SEED: u64 = 0x5eed_0006;
/// Of a part: which it is, and of how many.
const PART: &str = "STEPS_PART";
/// Which operations are tried: those whose names begin so.
const ONLY: &str = "STEPS_ONLY";
/// What a part ends with where nothing may be traced.
const SKIPPED: i32 = 77;

/// Runs everything, in as many processes as there are processors. What to end with.
pub(crate) fn run() -> i32 {
    if let Ok(part) = env::var(PART) {
        let (part, parts) = part.split_once('/').unwrap();
        return run_part(part.parse().unwrap(), parts.parse().unwrap());
    }
    if cfg!(debug_assertions) && env::var("STEPS").is_err() {
        println!("steps: SKIPPED, this build runs many more instructions than what is shipped: make steps");
        return 0;
    }
    let began = Instant::now();
    let base = Path::new("/dev/shm");
    let base = if base.is_dir() { base.to_owned() } else { env::temp_dir() };
    let scratch = base.join(format!("warp-cache-steps-{}", std::process::id()));
    let parts = std::thread::available_parallelism().map_or(1, usize::from);
    let filter = env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let only = env::var(ONLY).ok().or(filter).unwrap_or_default();
    let children: Vec<_> = (0..parts)
        .map(|part| {
            let directory = scratch.join(part.to_string());
            fs::create_dir_all(&directory).unwrap();
            let mut command = Command::new(env::current_exe().unwrap());
            command.env(PART, format!("{part}/{parts}")).env("WARP_CACHE_DIR", directory);
            command.env(ONLY, &only).stdout(Stdio::piped()).spawn().unwrap()
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
    report(&said.collect::<String>(), broken, began)
}

/// Prints what all parts have said. What to end with.
fn report(said: &str, broken: usize, began: Instant) -> i32 {
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
        began.elapsed().as_secs_f64()
    );
    let red = rows.values().filter(|row| row[2] > 0).count() + usize::from(broken > 0);
    let passed = rows.len() - rows.values().filter(|row| row[2] > 0).count();
    let word = if red == 0 { "ok" } else { "FAILED" };
    println!("test result: {word}. {passed} passed; {red} failed; 0 ignored; 0 measured; 0 filtered out");
    i32::from(red > 0)
}

/// One part: every so-manieth boundary of what is tried.
fn run_part(part: usize, parts: usize) -> i32 {
    let only = env::var(ONLY).unwrap_or_default();
    let wanted = |name: &str| name.starts_with(&only);
    let run = |operation: &Operation| {
        if wanted(&operation.name) {
            let Some(course) = Course::of(operation) else { std::process::exit(SKIPPED) };
            let mine = chosen(course.boundaries()).into_iter().skip(part).step_by(parts);
            let (tried, failed) = course.kill_after(mine);
            println!("{}\t{}\t{tried}\t{failed}", operation.name, course.boundaries());
        }
    };
    for operation in changes() {
        run(&operation);
        // All are adopted in the same way.
        let is_adopted = operation.name.ends_with("overwrite");
        if wanted(&format!("repair of {}", operation.name)) || (is_adopted && wanted("adoption")) {
            let Some(course) = Course::of(&operation) else { return SKIPPED };
            let (lock, image) = course.wound();
            run(&operation.repair(&image));
            if is_adopted {
                run(&operation.adoption(&image, lock));
            }
        }
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
