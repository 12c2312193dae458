//! From a name to an attached file: opens the one that is there, or makes it. Each step stands where it does because
//! something breaks elsewhere; `docs/decisions/0030-file-layer.md` says what.

use super::attachment::Attachment;
use super::directory::Directory;
use super::failure::{failed, unable};
use super::header::{Header, Raw};
use super::identity::{FileName, Identity};
use super::layout as at;
use super::participants::{self, Participant};
use super::patience::Patience;
use super::remove;
use crate::error::Error;
use crate::hash::random_seed;
use crate::sys::{self, Fd, File, Kind, Lock, Status, errno};
use std::path::Path;

const PRIVATE: u32 = 0o600;

/// How large a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    /// Bytes of the whole.
    pub(super) bytes: u64,
    /// So many from the beginning have to be there before anybody uses it. The rest is holes, allocated as it is needed.
    pub(super) fixed: u64,
}

/// What is wanted.
pub(super) struct Request<'a> {
    pub(super) directory: &'a Path,
    pub(super) identity: &'a Identity,
    /// Whether it is made if it is not there.
    pub(super) create: bool,
    /// `maxBytes` of a new file.
    pub(super) bound: u64,
    /// The shape of a file with such a `maxBytes`.
    pub(super) shape: &'a dyn Fn(u64) -> Shape,
}

/// What a file is that passed its checks: the header, and the inode.
struct Checked {
    header: Header,
    id: (u64, u64),
}

/// One attempt.
enum Attempt {
    Attached(Box<Attachment>),
    Missing,
    /// Something changed meanwhile, or somebody is in the middle of it.
    Again,
}

/// Attaches to the file, and makes it if there is none. `None`: there is none, and it is not to be made.
pub(super) fn attach(request: &Request<'_>) -> Result<Option<Attachment>, Error> {
    let name = request.identity.file_name();
    let mut patience = Patience::new();
    loop {
        let directory = Directory::open(request.directory)?;
        let attempt = match open(&directory, request, &name)? {
            Attempt::Missing if !request.create => return Ok(None),
            Attempt::Missing => create(&directory, request, &name)?,
            other => other,
        };
        if let Attempt::Attached(attachment) = attempt {
            return Ok(Some(*attachment));
        }
        if !patience.nap() {
            return Err(Error::Busy);
        }
    }
}

fn open(directory: &Directory, request: &Request<'_>, name: &FileName) -> Result<Attempt, Error> {
    let file = match File::new(|| sys::open_file(&directory.fd, name.as_c_str(), true)) {
        Ok(file) => file,
        Err(errno::MISSING) => return Ok(Attempt::Missing),
        Err(errno::LOOP) => return Err(foreign(request, name, "is a symbolic link")),
        Err(errno::NO_DEVICE | errno::IS_DIRECTORY) => {
            return Err(foreign(request, name, "is not a regular file"));
        }
        Err(errno::ACCESS | errno::PERMISSION) => {
            return Err(foreign(request, name, "may not be read and written by this user"));
        }
        Err(number) => return Err(failed("open the file of a shared cache", number)),
    };
    let checked = file.with(|fd| check(fd, directory, request, name)).unwrap_or(Ok(None))?;
    checked.map_or(Ok(Attempt::Again), |checked| attached(file, checked, None))
}

/// Takes the gate of an opened file, and reads its header. `None`: try again.
fn check(
    fd: &Fd,
    directory: &Directory,
    request: &Request<'_>,
    name: &FileName,
) -> Result<Option<Checked>, Error> {
    if regular(fd, request, name)?.is_none() {
        return Ok(None);
    }
    if !locked(fd, at::GATE, Lock::Read)? {
        return Ok(None);
    }
    // Until now it could be removed, and another be made. From now on nobody can.
    let Some(status) = regular(fd, request, name)? else { return Ok(None) };
    if !sys::status_at(&directory.fd, name.as_c_str()).is_ok_and(|named| named.id == status.id) {
        return Ok(None);
    }
    match read(fd, &status, request)? {
        Some(header) => Ok(Some(Checked { header, id: status.id })),
        None => {
            remove::remove_held(request.directory, name, fd)?;
            Ok(None)
        }
    }
}

/// What an opened file is, if it is one that this package made. `None`: its name has just been taken away.
fn regular(fd: &Fd, request: &Request<'_>, name: &FileName) -> Result<Option<Status>, Error> {
    let status = sys::status(fd).map_err(|number| failed("look at the file of a shared cache", number))?;
    let fault = if status.kind != Kind::File {
        "is not a regular file"
    } else if status.user != sys::user_id() {
        "belongs to another user"
    } else if status.mode != PRIVATE {
        "has other permissions than 0600"
    } else if status.links > 1 {
        "has another name as well"
    } else {
        return Ok((status.links == 1).then_some(status));
    };
    Err(foreign(request, name, fault))
}

/// The header, if the file is what was asked for, whole and live.
fn read(fd: &Fd, status: &Status, request: &Request<'_>) -> Result<Option<Header>, Error> {
    let raw = Raw::read(fd).map_err(|number| failed("read the file of a shared cache", number))?;
    let live = raw.frozen().is_some_and(|frozen| frozen.state == at::LIVE);
    let Some(header) = raw.header().filter(|_| live) else { return Ok(None) };
    // By hash, then by what was hashed.
    if !header.identity.agrees(request.identity) {
        return Ok(None);
    }
    let shape = (request.shape)(header.bound);
    let whole = header.bytes == shape.bytes && status.size == shape.bytes;
    // To touch a page that is not there is deadly where there is no room for it.
    Ok((whole && status.allocated >= shape.fixed).then_some(header))
}

fn create(directory: &Directory, request: &Request<'_>, name: &FileName) -> Result<Attempt, Error> {
    let (file, temporary) = match File::new(|| sys::create_unnamed(&directory.fd)) {
        Ok(file) => (file, None),
        // Neither every kernel nor every file system has files without a name.
        Err(errno::UNSUPPORTED | errno::IS_DIRECTORY | errno::INVALID) => {
            let temporary = FileName::temporary();
            match File::new(|| sys::create_file(&directory.fd, temporary.as_c_str())) {
                Ok(file) => (file, Some(temporary)),
                Err(errno::EXISTS | errno::MISSING) => return Ok(Attempt::Again),
                Err(number) => return Err(failed("make the file of a shared cache", number)),
            }
        }
        // The directory was removed.
        Err(errno::MISSING) => return Ok(Attempt::Again),
        Err(errno::READ_ONLY | errno::ACCESS | errno::PERMISSION) => {
            // Of a directory that was removed ext4 says so, too.
            if !directory.is_at(request.directory) {
                return Ok(Attempt::Again);
            }
            return Err(foreign(request, name, "may not be made by this user"));
        }
        Err(number) => return Err(failed("make the file of a shared cache", number)),
    };
    let filled = file.with(|fd| fill(fd, request)).unwrap_or(Ok(None));
    let attempt = filled.and_then(|filled| {
        let Some(checked) = filled else { return Ok(Attempt::Again) };
        attached(file, checked, Some((directory, temporary.as_ref(), name)))
    });
    if let (Some(temporary), Ok(Attempt::Again) | Err(_)) = (&temporary, &attempt) {
        // What cannot be removed now is swept later.
        let _ = sys::unlink(&directory.fd, temporary.as_c_str());
    }
    attempt
}

/// Makes a new file complete, and its locks those of a living participant 0, before it has a name by which others could
/// find it. `None`: a sweep took it for left over.
fn fill(fd: &Fd, request: &Request<'_>) -> Result<Option<Checked>, Error> {
    let making = |number| failed("make the file of a shared cache", number);
    sys::set_mode(fd, PRIVATE).map_err(making)?;
    if !locked(fd, at::GATE, Lock::Read)? || !locked(fd, 0, Lock::Write)? {
        return Ok(None);
    }
    let shape = (request.shape)(request.bound);
    sys::set_size(fd, shape.bytes).map_err(making)?;
    sys::allocate(fd, 0, shape.fixed).map_err(|number| unable("reserve room for a file", number))?;
    let header = Header {
        identity: request.identity.clone(),
        bytes: shape.bytes,
        bound: request.bound,
        seed: random_seed(),
        checksum_seed: random_seed(),
    };
    let raw = header.encode(sys::uptime(), std::process::id());
    sys::write_at(fd, raw.bytes(), 0).map_err(making)?;
    Ok(Some(Checked { header, id: sys::status(fd).map_err(making)?.id }))
}

/// Where a new file is to be found: directory, the name that it has for now, and its name.
type Place<'a> = (&'a Directory, Option<&'a FileName>, &'a FileName);

/// Maps a file, and has this process take part in it: a new one as the participant that it was made with, once it has its
/// name.
fn attached(file: File, checked: Checked, new: Option<Place<'_>>) -> Result<Attempt, Error> {
    let Checked { header, id } = checked;
    let len = usize::try_from(header.bytes).map_err(|_| Error::Memory)?;
    let mapping = file.map(len).map_err(|number| failed("map the file of a shared cache", number))?;
    let process = std::process::id();
    let claimed = file.with(|fd| match new {
        None => Ok(Some(participants::claim(fd, &mapping, process)?.map_or(0, Participant::word))),
        Some(place) => Ok(publish(fd, place)?.then(|| Participant { number: 0, generation: 1 }.word())),
    });
    let Some(word) = claimed.unwrap_or(Ok(None))? else { return Ok(Attempt::Again) };
    Ok(Attempt::Attached(Box::new(Attachment::new(file, mapping, header, id, word))))
}

/// Gives a new file its name. False: another process was faster, or the directory is gone.
fn publish(fd: &Fd, (directory, temporary, name): Place<'_>) -> Result<bool, Error> {
    let published = match temporary {
        None => sys::link_unnamed(fd, &directory.fd, name.as_c_str()),
        Some(temporary) => sys::rename_exclusive(&directory.fd, temporary.as_c_str(), name.as_c_str()),
    };
    match published {
        Ok(()) => Ok(true),
        Err(errno::EXISTS | errno::MISSING) => Ok(false),
        Err(number) => Err(unable("give a new file its name in one step", number)),
    }
}

/// Locks a byte. False: others have it locked.
fn locked(fd: &Fd, byte: u64, lock: Lock) -> Result<bool, Error> {
    match sys::lock(fd, byte, lock) {
        Ok(()) => Ok(true),
        Err(errno::AGAIN) => Ok(false),
        Err(number) => Err(unable("lock bytes of files", number)),
    }
}

fn foreign(request: &Request<'_>, name: &FileName, fault: &'static str) -> Error {
    let path = request.directory.join(name.as_str());
    Error::File { path: path.to_string_lossy().into(), fault }
}
