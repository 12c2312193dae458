//! What Linux alone does (3.15 and later), and where it says what a file has to know of the machine.

use super::posix::{Fd, call, clock_millis, result};
use super::{Errno, Result};
use std::ffi::{CStr, CString};
use std::path::{Path, PathBuf};

/// `fcntl` commands for locks that belong to an open file description (fcntl(2)).
pub(super) const SET_LOCK: i32 = libc::F_OFD_SETLK;
pub(super) const GET_LOCK: i32 = libc::F_OFD_GETLK;

/// Makes a file that has no name. `UNSUPPORTED`, `IS_DIRECTORY` or `INVALID`: neither kernel nor file system can.
pub(crate) fn create_unnamed(directory: &Fd) -> Result<Fd> {
    let flags = libc::O_TMPFILE | libc::O_RDWR | libc::O_CLOEXEC;
    let mode = libc::c_uint::from(super::posix::PRIVATE);
    // SAFETY: the name is a C string that outlives the call.
    call(|| result(unsafe { libc::openat(directory.0, c".".as_ptr(), flags, mode) })).map(Fd)
}

/// Gives a file without a name one that is free.
pub(crate) fn link_unnamed(file: &Fd, directory: &Fd, name: &CStr) -> Result<()> {
    let (from, to) = (c"".as_ptr(), name.as_ptr());
    // SAFETY: both names are C strings that outlive the call.
    match call(|| result(unsafe { libc::linkat(file.0, from, directory.0, to, libc::AT_EMPTY_PATH) })) {
        // Before 6.10 that takes a privilege; by way of /proc it never did (open(2), O_TMPFILE).
        Err(Errno(libc::ENOENT | libc::EPERM | libc::EINVAL)) => {}
        other => return other.map(drop),
    }
    let path = CString::new(format!("/proc/self/fd/{}", file.0)).map_err(|_| Errno(libc::EINVAL))?;
    let (from, flags) = (path.as_ptr(), libc::AT_SYMLINK_FOLLOW);
    // SAFETY: both names are C strings that outlive the call.
    call(|| result(unsafe { libc::linkat(libc::AT_FDCWD, from, directory.0, to, flags) })).map(drop)
}

/// Renames a file, unless the new name is taken.
pub(crate) fn rename_exclusive(directory: &Fd, from: &CStr, to: &CStr) -> Result<()> {
    let (number, flags) = (libc::SYS_renameat2, libc::RENAME_NOREPLACE);
    let rename = || {
        // SAFETY: both names are C strings that outlive the call.
        let answer =
            unsafe { libc::syscall(number, directory.0, from.as_ptr(), directory.0, to.as_ptr(), flags) };
        result(answer as i32)
    };
    call(rename).map(drop)
}

/// Sees to it that these bytes have memory or disk behind them. What has, keeps what is in it.
pub(crate) fn allocate(fd: &Fd, offset: u64, len: u64) -> Result<()> {
    // SAFETY: touches no memory of ours.
    call(|| result(unsafe { libc::fallocate(fd.0, 0, offset as libc::off_t, len as libc::off_t) })).map(drop)
}

/// Milliseconds of a clock that is never set back and costs next to nothing: some of them late, and not counted while the
/// machine sleeps.
pub(crate) fn tick() -> u64 {
    clock_millis(libc::CLOCK_MONOTONIC_COARSE)
}

/// How long the machine has been up, sleep included. Milliseconds.
pub(crate) fn uptime() -> u64 {
    clock_millis(libc::CLOCK_BOOTTIME)
}

/// Which run of the kernel this is (random(4)): the 16 bytes of a UUID.
pub(crate) fn boot_id() -> Result<[u8; 16]> {
    let text = read("/proc/sys/kernel/random/boot_id")?;
    super::uuid(&text).ok_or(Errno(libc::EINVAL))
}

/// Which clocks the process sees (time_namespaces(7)): the number of its namespace, 0 where the kernel has none.
pub(crate) fn time_namespace() -> u64 {
    let link = std::fs::read_link("/proc/self/ns/time").unwrap_or_default();
    let text = link.to_string_lossy();
    text.trim_start_matches("time:[").trim_end_matches(']').parse().unwrap_or(0)
}

/// The most memory that the control group of this process may use, and each that it is in (cgroups(7)). Bytes.
pub(crate) fn memory_limit() -> Option<u64> {
    limit_below(Path::new("/sys/fs/cgroup"), &read("/proc/self/cgroup").ok()?)
}

/// `groups` is the text of /proc/self/cgroup, `root` where the hierarchies are mounted.
fn limit_below(root: &Path, groups: &str) -> Option<u64> {
    let limits = groups.lines().filter_map(|line| {
        let mut fields = line.splitn(3, ':').skip(1);
        let (controllers, group) = (fields.next()?, fields.next()?);
        let (mount, file) = match controllers {
            "" => (root.to_owned(), "memory.max"),
            _ if controllers.split(',').any(|name| name == "memory") => {
                (root.join("memory"), "memory.limit_in_bytes")
            }
            _ => return None,
        };
        lowest(&mount, group, file)
    });
    limits.min()
}

/// The lowest limit of a group and those above it. Groups outside of the namespace (`/..`) are not to be seen.
fn lowest(mount: &Path, group: &str, file: &str) -> Option<u64> {
    let group: PathBuf = Path::new(group).components().filter(is_name).collect();
    let limits = group.ancestors().filter_map(|group| {
        let text = std::fs::read_to_string(mount.join(group).join(file)).ok()?;
        // Version 2 says `max`; version 1 a number of pages that no machine has.
        text.trim().parse().ok().filter(|&limit: &u64| limit < 1 << 62)
    });
    limits.min()
}

fn is_name(component: &std::path::Component<'_>) -> bool {
    matches!(component, std::path::Component::Normal(_))
}

fn read(path: &str) -> Result<String> {
    std::fs::read_to_string(path).map_err(|error| Errno(error.raw_os_error().unwrap_or(libc::EINVAL)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_lowest_limit_of_all_groups_counts() {
        let root = std::env::temp_dir().join(format!("warp-cache-limits-{}", std::process::id()));
        let write = |path: &str, text: &str| {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("memory.max", "max\n");
        write("a/memory.max", "1000000\n");
        write("a/b/memory.max", "max\n");
        assert_eq!(limit_below(&root, "0::/a/b\n"), Some(1_000_000));
        assert_eq!(limit_below(&root, "0::/\n"), None);
        assert_eq!(limit_below(&root, "0::/../a/b\n"), Some(1_000_000));
        write("memory/memory.limit_in_bytes", "9223372036854771712\n");
        write("memory/c/memory.limit_in_bytes", "5000\n");
        assert_eq!(limit_below(&root, "4:memory,hugetlb:/c\n3:cpu:/a\n"), Some(5_000));
        assert_eq!(limit_below(&root, "4:memory:/\n"), None);
        assert_eq!(limit_below(&root, "nonsense"), None);
        fs::remove_dir_all(&root).unwrap();
    }

    #[test]
    fn this_boot_has_an_id_that_stays() {
        assert_eq!(boot_id().unwrap(), boot_id().unwrap());
        assert_ne!(boot_id().unwrap(), [0; 16]);
        assert!(uptime() > 0);
    }
}
