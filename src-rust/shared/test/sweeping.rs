use super::process::Process;
use super::*;
use crate::shared::layout::Field;
use crate::shared::remove::{Removed, remove, sweep};
use crate::sys;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::{FileExt, MetadataExt};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

const KEEP: Duration = Duration::from_secs(10);

fn write(path: &Path, field: Field, bytes: &[u8]) {
    OpenOptions::new().write(true).open(path).unwrap().write_all_at(bytes, field.at as u64).unwrap();
}

/// A file that nobody has used for so many milliseconds.
fn idle_for(directory: &Path, name: &str, idle: u64) -> PathBuf {
    drop(attach(directory, name));
    let path = path_of(directory, name);
    write(&path, at::LAST_USED, &(sys::uptime() - idle).to_ne_bytes());
    path
}

#[test]
fn what_nobody_has_used_for_long_goes_and_nothing_else() {
    let scratch = Scratch::new();
    let caches = scratch.caches();
    let old = idle_for(&caches, "old", 10_000);
    let young = idle_for(&caches, "young", 5_000);
    let used = idle_for(&caches, "used", 20_000);
    let user = attach(&caches, "used");
    write(&used, at::LAST_USED, &0_u64.to_ne_bytes());
    assert_eq!(sweep(&caches, KEEP).unwrap(), 1);
    assert!(!old.exists() && young.exists() && used.exists());
    drop(user);
    // Its user noted that it left only now.
    assert_eq!(sweep(&caches, KEEP).unwrap(), 0);
    assert_eq!(sweep(&caches, Duration::ZERO).unwrap(), 2);
}

#[test]
fn what_nobody_can_use_goes_at_once() {
    let scratch = Scratch::new();
    let caches = scratch.caches();
    let boot = idle_for(&caches, "other-boot", 0);
    write(&boot, at::BOOT_ID, &[7; 16]);
    let retired = idle_for(&caches, "retired", 0);
    write(&retired, at::STATE, &at::RETIRED.to_ne_bytes());
    let rubbish = idle_for(&caches, "rubbish", 0);
    fs::write(&rubbish, "rubbish").unwrap();
    let unfinished = caches.join(".tmp-0123456789abcdef");
    fs::write(&unfinished, "").unwrap();
    assert_eq!(sweep(&caches, Duration::MAX).unwrap(), 4);
    assert_eq!(names(&caches), []);
}

#[test]
fn what_others_may_still_use_stays() {
    let scratch = Scratch::new();
    let caches = scratch.caches();
    // A newer version's, and one whose clock is another.
    let newer = idle_for(&caches, "newer", 5_000);
    write(&newer, at::LAYOUT_VERSION, &(at::VERSION + 1).to_ne_bytes());
    let elsewhere = idle_for(&caches, "elsewhere", 20_000);
    write(&elsewhere, at::TIME_NAMESPACE, &1_u64.to_ne_bytes());
    let digits = "0".repeat(32);
    for name in ["notes.txt", "0.warp", &format!("{digits}.wrap")] {
        fs::write(caches.join(name), "not ours").unwrap();
    }
    fs::create_dir(caches.join(format!("{digits}.warp"))).unwrap();
    std::os::unix::fs::symlink("notes.txt", caches.join(format!("{}1.warp", &digits[1..]))).unwrap();
    let before = fs::read_dir(&caches).unwrap().count();
    assert_eq!(sweep(&caches, KEEP).unwrap(), 0);
    assert_eq!(fs::read_dir(&caches).unwrap().count(), before);
    // A newer version's idle file is swept like any.
    write(&newer, at::LAST_USED, &(sys::uptime() - 10_000).to_ne_bytes());
    assert_eq!(sweep(&caches, KEEP).unwrap(), 1);
}

#[test]
fn a_removal_is_of_what_nobody_uses() {
    let scratch = Scratch::new();
    let name = identity("it").file_name();
    assert_eq!(remove(&scratch.caches(), &name).unwrap(), Removed::Missing);
    let user = attach(&scratch.caches(), "it");
    assert_eq!(remove(&scratch.caches(), &name).unwrap(), Removed::InUse);
    user.close();
    assert_eq!(remove(&scratch.caches(), &name).unwrap(), Removed::Yes);
    assert_eq!(remove(&scratch.caches(), &name).unwrap(), Removed::Missing);
}

#[test]
fn whoever_is_attached_has_the_file_of_that_name_though_it_is_swept_all_the_time() {
    const ROUNDS: usize = 200;
    let scratch = Scratch::new();
    let (caches, path) = (scratch.caches(), path_of(&scratch.caches(), "it"));
    drop(attach(&caches, "it"));
    let (done, swept) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for sweeper in 0..2 {
            let (caches, done, swept) = (&caches, &done, &swept);
            scope.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    let gone = match sweeper {
                        0 => sweep(caches, Duration::ZERO).unwrap(),
                        _ => {
                            usize::from(remove(caches, &identity("it").file_name()).unwrap() == Removed::Yes)
                        }
                    };
                    swept.fetch_add(gone, Ordering::Relaxed);
                }
            });
        }
        let attachers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(|| {
                    for _ in 0..ROUNDS {
                        let attachment = attach(&caches, "it");
                        // Nobody can have removed it since.
                        assert_eq!(fs::metadata(&path).unwrap().ino(), attachment.id().1);
                        assert!(attachment.is_participant());
                    }
                })
            })
            .collect();
        let results: Vec<_> = attachers.into_iter().map(|attacher| attacher.join()).collect();
        done.store(true, Ordering::Relaxed);
        assert!(results.iter().all(Result::is_ok));
    });
    assert!(swept.load(Ordering::Relaxed) > 0);
}

#[test]
fn creators_at_once_have_one_file() {
    for _ in 0..10 {
        let scratch = Scratch::new();
        let mut all: Vec<_> = (0..3).map(|_| Process::start("wait", &scratch.caches())).collect();
        for process in &mut all {
            assert_eq!(process.hear().unwrap(), "ready");
        }
        all.iter_mut().for_each(Process::go);
        let said: Vec<_> = all.iter_mut().map(|process| process.hear().unwrap()).collect();
        let mut inodes: Vec<_> = said.iter().map(|said| said.split_once(' ').unwrap().1).collect();
        let mut words: Vec<_> = said.iter().map(|said| said.split_once(' ').unwrap().0).collect();
        inodes.dedup();
        words.sort_unstable();
        words.dedup();
        assert_eq!((inodes.len(), words.len()), (1, 3));
        assert_eq!(names(&scratch.caches()).len(), 1);
        assert!(all.into_iter().all(|process| process.end().success()));
    }
}
