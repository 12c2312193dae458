//! Where the files of shared caches are: `<base>/warp-cache-<uid>/`, which nobody else may enter.
//!
//! The base is `WARP_CACHE_DIR`, else `/dev/shm`, else `$TMPDIR`, else `/tmp`. Bases are writable to everybody, so whoever
//! is first can have put anything there: it has to be a directory, of this user, closed to others, and no link. It is opened
//! by path each time, since it may be removed and made anew.

use super::failure::failed;
use super::patience::Patience;
use crate::error::Error;
use crate::sys::{self, Errno, Fd, Kind, Status, errno};
use std::ffi::{CString, OsString};
use std::path::{Path, PathBuf};

/// How often the directory is made, where somebody keeps removing it.
const TRIES: usize = 16;
const PRIVATE: u32 = 0o700;

/// An open directory that passed its checks.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) fd: Fd,
}

/// Where this process looks for shared caches.
pub fn path() -> Result<PathBuf, Error> {
    if !cfg!(any(target_os = "linux", target_os = "macos")) {
        return Err(Error::Platform);
    }
    path_by(|name| std::env::var_os(name).filter(|value| !value.is_empty()), Path::new("/dev/shm"))
}

fn path_by(variable: impl Fn(&str) -> Option<OsString>, memory: &Path) -> Result<PathBuf, Error> {
    let base = match variable("WARP_CACHE_DIR") {
        Some(chosen) => PathBuf::from(chosen),
        None if memory.is_dir() => memory.to_owned(),
        None => variable("TMPDIR").map_or_else(|| PathBuf::from("/tmp"), PathBuf::from),
    };
    if !base.is_absolute() {
        return Err(unusable(&base, "is not an absolute path"));
    }
    Ok(base.join(format!("warp-cache-{}", sys::user_id())))
}

impl Directory {
    /// Opens it, and makes it first if it is not there.
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let text = c_path(path)?;
        let mut patience = Patience::new();
        let (mut tries, mut made) = (0, false);
        while tries < TRIES {
            let Some((directory, status)) = Self::find(path, &text, made)? else {
                tries += 1;
                match sys::make_directory(&text) {
                    Ok(()) => made = true,
                    Err(errno::EXISTS) => {}
                    Err(errno::MISSING) => {
                        return Err(unusable(path, "would be in a directory that does not exist"));
                    }
                    Err(number) => return Err(refused(path, number)),
                }
                continue;
            };
            match fault(&status) {
                None => return Ok(directory),
                // Made by another process a moment ago, with an umask that it has not corrected yet.
                Some(_) if status.user == sys::user_id() && patience.nap() => {}
                Some(fault) => return Err(unusable(path, fault)),
            }
        }
        Err(Error::Busy)
    }

    /// Opens it if it is there.
    pub(super) fn existing(path: &Path) -> Result<Option<Self>, Error> {
        let Some((directory, status)) = Self::find(path, &c_path(path)?, false)? else { return Ok(None) };
        fault(&status).map_or(Ok(Some(directory)), |fault| Err(unusable(path, fault)))
    }

    /// Whether it still is what is found there.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        let id = |directory: &Self| sys::status(&directory.fd).ok().map(|status| status.id);
        let named = Self::existing(path).ok().flatten();
        named.is_some_and(|named| id(&named).is_some_and(|named| Some(named) == id(self)))
    }

    fn find(path: &Path, text: &CString, made: bool) -> Result<Option<(Self, Status)>, Error> {
        let fd = match sys::open_directory(text) {
            Ok(fd) => fd,
            Err(errno::MISSING) => return Ok(None),
            Err(number) => return Err(refused(path, number)),
        };
        if made {
            // What mkdir makes depends on the umask.
            sys::set_mode(&fd, PRIVATE).map_err(|number| refused(path, number))?;
        }
        let status = sys::status(&fd).map_err(|number| refused(path, number))?;
        Ok(Some((Self { fd }, status)))
    }
}

/// What is wrong with a directory.
fn fault(status: &Status) -> Option<&'static str> {
    if status.kind != Kind::Directory {
        Some("is not a directory")
    } else if status.user != sys::user_id() {
        Some("belongs to another user")
    } else if status.mode & 0o777 != PRIVATE {
        Some("has other permissions than 0700")
    } else {
        None
    }
}

fn refused(path: &Path, number: Errno) -> Error {
    match number {
        errno::LOOP | errno::NOT_DIRECTORY => unusable(path, "is a symbolic link, or not a directory"),
        errno::ACCESS | errno::PERMISSION => unusable(path, "may not be opened or made by this user"),
        errno::READ_ONLY => unusable(path, "would be on a file system that is read-only"),
        _ => failed("open the directory of shared caches", number),
    }
}

fn unusable(path: &Path, fault: &'static str) -> Error {
    Error::Directory { path: path.to_string_lossy().into(), fault }
}

fn c_path(path: &Path) -> Result<CString, Error> {
    CString::new(path.as_os_str().as_encoded_bytes()).map_err(|_| unusable(path, "contains a NUL"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn base(variables: &[(&str, &str)], memory: &str) -> Result<PathBuf, Error> {
        let variable = |name: &str| {
            variables.iter().find(|(each, _)| *each == name).map(|(_, value)| OsString::from(value))
        };
        path_by(variable, Path::new(memory))
    }

    #[test]
    fn the_directory_is_the_users_own_in_the_first_base_that_there_is() {
        let own = |base: &str| Path::new(base).join(format!("warp-cache-{}", sys::user_id()));
        let [chosen, temporary] = [("WARP_CACHE_DIR", "/chosen"), ("TMPDIR", "/temporary")];
        assert_eq!(base(&[chosen, temporary], "/").unwrap(), own("/chosen"));
        assert_eq!(base(&[temporary], "/").unwrap(), own("/"));
        assert_eq!(base(&[temporary], "/nowhere/at/all").unwrap(), own("/temporary"));
        assert_eq!(base(&[], "/nowhere/at/all").unwrap(), own("/tmp"));
    }

    #[test]
    fn a_base_that_depends_on_where_one_is_would_be_many() {
        let error = base(&[("WARP_CACHE_DIR", "caches")], "/").unwrap_err();
        assert_eq!(error, unusable(Path::new("caches"), "is not an absolute path"));
        assert!(error.to_string().contains("WARP_CACHE_DIR"));
    }
}
