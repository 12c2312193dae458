use super::process::Process;
use super::*;
use crate::shared::directory::Directory;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink};

fn fault(result: Result<Attachment, Error>) -> &'static str {
    match result.unwrap_err() {
        Error::Directory { fault, .. } => fault,
        other => panic!("{other:?}"),
    }
}

fn refused(directory: &Path) -> &'static str {
    let before: Vec<_> = fs::read_dir(directory).into_iter().flatten().collect();
    let fault = fault(hastily(|| attach_as(directory, &identity("it"))));
    assert_eq!(fs::read_dir(directory).into_iter().flatten().count(), before.len());
    fault
}

#[test]
fn it_is_made_for_its_user_alone() {
    let scratch = Scratch::new();
    drop(attach(&scratch.caches(), "it"));
    assert_eq!(fs::metadata(scratch.caches()).unwrap().mode() & 0o7777, 0o700);
    assert_eq!(fs::metadata(path_of(&scratch.caches(), "it")).unwrap().mode() & 0o7777, 0o600);
}

#[test]
fn it_and_its_files_have_their_permissions_whatever_the_umask() {
    for umask in ["0", "0777", "0277"] {
        let scratch = Scratch::new();
        let mut other = Process::start_with_umask(umask, "hold", &scratch.caches());
        assert!(other.hear().is_some());
        assert_eq!(fs::metadata(scratch.caches()).unwrap().mode() & 0o7777, 0o700, "umask {umask}");
        attach(&scratch.caches(), "it");
        assert!(other.end().success());
    }
}

#[test]
fn one_that_is_something_else_is_refused_and_left_alone() {
    let scratch = Scratch::new();
    let (there, caches) = (scratch.path().join("there"), scratch.caches());
    fs::create_dir(&there).unwrap();
    symlink(&there, &caches).unwrap();
    assert_eq!(refused(&caches), "is a symbolic link, or not a directory");
    fs::remove_file(&caches).unwrap();
    fs::write(&caches, "").unwrap();
    assert_eq!(refused(&caches), "is a symbolic link, or not a directory");
    fs::remove_file(&caches).unwrap();
    symlink("nowhere", &caches).unwrap();
    assert_eq!(refused(&caches), "is a symbolic link, or not a directory");
    assert_eq!(refused(&scratch.path().join("no/such")), "would be in a directory that does not exist");
}

#[test]
fn one_that_others_may_enter_is_refused() {
    let scratch = Scratch::new();
    for mode in [0o755, 0o750, 0o777, 0o1777, 0o500] {
        fs::create_dir(scratch.caches()).unwrap();
        fs::set_permissions(scratch.caches(), fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(refused(&scratch.caches()), "has other permissions than 0700", "{mode:o}");
        fs::remove_dir(scratch.caches()).unwrap();
    }
}

#[test]
fn one_of_another_user_is_refused() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.caches()).unwrap();
    fs::set_permissions(scratch.caches(), fs::Permissions::from_mode(0o700)).unwrap();
    // Only root can give things away; others cannot be given the case either.
    if chown(scratch.caches(), Some(65_534), None).is_ok() {
        assert_eq!(refused(&scratch.caches()), "belongs to another user");
    }
}

#[test]
fn a_name_within_that_is_not_a_path_is_refused() {
    let error = Directory::open(Path::new("/tmp/with\0nul")).unwrap_err();
    assert_eq!(error.code(), "ERR_WARP_CACHE_DIRECTORY");
    assert!(!error.is_temporary());
}
