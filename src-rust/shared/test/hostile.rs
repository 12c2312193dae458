use super::*;
use crate::shared::header::Raw;
use crate::sys::fault;
use std::ffi::CString;
use std::fs::{self, OpenOptions};
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, symlink};

/// A directory with nothing in it, and the path that a file will have.
fn empty() -> (Scratch, PathBuf) {
    let scratch = Scratch::new();
    drop(attach(&scratch.caches(), "other"));
    let path = path_of(&scratch.caches(), "it");
    (scratch, path)
}

/// A file that nobody uses.
fn made() -> (Scratch, PathBuf) {
    let (scratch, path) = empty();
    drop(attach(&scratch.caches(), "it"));
    (scratch, path)
}

fn refused(scratch: &Scratch) -> &'static str {
    match attach_as(&scratch.caches(), &identity("it")).unwrap_err() {
        Error::File { fault, .. } => fault,
        other => panic!("{other:?}"),
    }
}

/// It is taken away, and a new one made.
fn replaced(scratch: &Scratch, path: &Path) {
    let attachment = attach(&scratch.caches(), "it");
    let after = fs::metadata(path).unwrap();
    assert_eq!(attachment.id().1, after.ino());
    assert_eq!(after.len(), attachment.mapping().len() as u64);
    // The number may be used again; what was there is gone.
    let fresh = Raw::read_path(path).header().unwrap();
    assert_eq!(fresh.seed, attachment.header().seed);
    assert!(attachment.is_participant());
}

fn writable(path: &Path) -> fs::File {
    OpenOptions::new().write(true).open(path).unwrap()
}

#[test]
fn a_link_is_not_followed() {
    let (scratch, path) = empty();
    let target = scratch.path().join("target");
    fs::write(&target, "precious").unwrap();
    symlink(&target, &path).unwrap();
    assert_eq!(refused(&scratch), "is a symbolic link");
    assert_eq!(fs::read(&target).unwrap(), b"precious");
}

#[test]
fn a_pipe_a_socket_and_a_directory_are_refused_at_once() {
    let (scratch, path) = empty();
    fault::make_pipe(&CString::new(path.to_str().unwrap()).unwrap());
    assert_eq!(refused(&scratch), "is not a regular file");
    fs::remove_file(&path).unwrap();
    let socket = std::os::unix::net::UnixListener::bind(&path).unwrap();
    assert_eq!(refused(&scratch), "is not a regular file");
    drop(socket);
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert_eq!(refused(&scratch), "is not a regular file");
}

#[test]
fn a_device_is_refused() {
    let (scratch, path) = empty();
    let made = std::process::Command::new("mknod").arg(&path).args(["c", "1", "3"]).output();
    if !made.is_ok_and(|made| made.status.success()) {
        return eprintln!("no device can be made: a device is not tested");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    // Most file systems for everybody have no devices.
    assert!(
        ["is not a regular file", "may not be read and written by this user"].contains(&refused(&scratch))
    );
}

#[test]
fn a_file_that_others_may_write_is_refused() {
    let (scratch, path) = made();
    for mode in [0o644, 0o660, 0o4600, 0o700] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(refused(&scratch), "has other permissions than 0600", "{mode:o}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    attach_as(&scratch.caches(), &identity("it")).unwrap();
}

#[test]
fn a_file_with_a_second_name_is_refused() {
    let (scratch, path) = made();
    let second = scratch.path().join("second");
    fs::hard_link(&path, &second).unwrap();
    assert_eq!(refused(&scratch), "has another name as well");
    fs::remove_file(&second).unwrap();
    attach_as(&scratch.caches(), &identity("it")).unwrap();
}

#[test]
fn a_file_of_another_user_is_refused() {
    let (scratch, path) = made();
    if std::os::unix::fs::chown(&path, Some(65_534), None).is_ok() {
        assert_eq!(refused(&scratch), "belongs to another user");
    }
}

#[test]
fn empty_short_and_long_files_are_replaced() {
    let (scratch, path) = made();
    let whole = fs::metadata(&path).unwrap().len();
    for len in [0, 1, 8, 4095, 4096, at::NAME_AT as u64, at::TABLE_AT as u64, whole - 1, whole + 1, 4 * whole]
    {
        writable(&path).set_len(len).unwrap();
        replaced(&scratch, &path);
    }
}

#[test]
fn a_file_with_holes_where_there_must_be_none_is_replaced() {
    let (scratch, path) = made();
    let copy = fs::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let sparse = OpenOptions::new().write(true).create_new(true).open(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    sparse.set_len(copy.len() as u64).unwrap();
    sparse.write_all_at(&copy[..at::TABLE_AT], 0).unwrap();
    drop(sparse);
    assert!(Raw::read_path(&path).header().is_some());
    replaced(&scratch, &path);
    assert_eq!(fs::metadata(&path).unwrap().blocks() * 512, at::TABLE_AT as u64 + FIXED_BYTES);
}

#[test]
fn other_layouts_other_byte_orders_and_rubbish_are_replaced() {
    let (scratch, path) = made();
    let fields = at::FIELDS.iter().filter(|(name, _)| !["LAST_USED", "RETIRED_AT"].contains(name));
    for (name, field) in fields {
        let mut byte = [0];
        fs::File::open(&path).unwrap().read_exact_at(&mut byte, field.at as u64).unwrap();
        writable(&path).write_all_at(&[byte[0] ^ 0x40], field.at as u64).unwrap();
        replaced(&scratch, &path);
        assert!(Raw::read_path(&path).header().is_some(), "{name}");
    }
    writable(&path).write_all_at(&[0xff; at::TABLE_AT], 0).unwrap();
    replaced(&scratch, &path);
}

#[test]
fn another_caches_file_under_this_name_is_replaced() {
    let (scratch, path) = made();
    fs::rename(path_of(&scratch.caches(), "other"), &path).unwrap();
    replaced(&scratch, &path);
    assert_eq!(Raw::read_path(&path).header().unwrap().identity.name.as_str(), "it");
}

#[test]
fn an_unfit_file_that_is_in_use_is_left_to_its_users() {
    let (scratch, path) = made();
    let user = attach(&scratch.caches(), "it");
    writable(&path).write_all_at(&[0xff; 8], at::MAGIC_TEXT.at as u64).unwrap();
    assert_eq!(hastily(|| attach_as(&scratch.caches(), &identity("it"))).unwrap_err(), Error::Busy);
    assert_eq!(fs::metadata(&path).unwrap().ino(), user.id().1);
    drop(user);
    replaced(&scratch, &path);
}
