//! Where a cluster's files are, and where its socket is.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::owner::Owner;
use super::{ClusterError, PORT};

/// Where root keeps a cluster whose wanted folder the server's user cannot reach, such as one below `/root`.
pub(super) const ELSEWHERE: &str = "/var/lib/quittance";
/// A unix socket's path is cut off by the system: after 103 bytes on macOS, 107 on Linux.
const LONGEST_SOCKET: usize = 103;

/// What programs meet at: three locks, and the pipe the guardian reads.
const MEETING_PLACE: &str = "umask 077; cd \"$1\"
    for lock in start.lock users.lock guardian.lock; do : >>$lock; done
    test -p users || mkfifo users || test -p users";

/// A cluster's folder, with the user it belongs to.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    path: PathBuf,
    socket: PathBuf,
    owner: Owner,
}

impl Folder {
    /// Makes the folder, its owner's alone. When that user cannot reach it, makes one elsewhere and leaves a link to it
    /// in its place, so that every later start finds the same files.
    pub(super) fn prepare(wanted: &Path) -> Result<Self, ClusterError> {
        let path = absolute(wanted)?;
        let owner = Owner::choose(&path)?;
        reach(&path, owner)?;
        let path = fs::canonicalize(&path).map_err(failed("find", &path))?;
        let socket = socket_folder(&path, owner)?;
        owner
            .run(MEETING_PLACE, &[path.as_os_str()])
            .map_err(failed("write in", &path))?;
        Ok(Self { path, socket, owner })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn owner(&self) -> Owner {
        self.owner
    }

    /// The folder of the socket.
    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }

    /// The server's files.
    pub(super) fn data(&self) -> PathBuf {
        self.path.join("data")
    }
}

pub(super) fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ClusterError + use<> {
    let path = path.to_owned();
    move |cause| ClusterError::File { doing, path, cause }
}

/// The wanted path made absolute, its parent made where missing. The parent lets others pass (0711), because the
/// server's user may be another; what lies in it is protected by itself.
fn absolute(wanted: &Path) -> Result<PathBuf, ClusterError> {
    let wanted = std::path::absolute(wanted).map_err(failed("find", wanted))?;
    if let Some(parent) = wanted.parent() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o711)
            .create(parent)
            .map_err(failed("create", parent))?;
    }
    Ok(wanted)
}

/// Makes a folder that is the owner's alone. One that exists must be the owner's already, or be empty and ours to give.
fn make_private(path: &Path, owner: Owner) -> Result<(), ClusterError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(cause) if cause.kind() != io::ErrorKind::AlreadyExists => {
            return Err(failed("create", path)(cause));
        }
        _ => {}
    }
    let metadata = fs::metadata(path).map_err(failed("read", path))?;
    let ours = metadata.uid() == rustix::process::geteuid().as_raw();
    let empty = || fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
    match owner {
        _ if metadata.uid() == owner.number() => Ok(()),
        Owner::Other { user, group } if ours && empty() => {
            chown(path, Some(user), Some(group)).map_err(failed("give away", path))
        }
        _ => Err(not_ours(path, &metadata)),
    }
}

fn not_ours(path: &Path, metadata: &fs::Metadata) -> ClusterError {
    ClusterError::NotOurs {
        folder: path.to_owned(),
        owner: metadata.uid(),
    }
}

/// Makes the folder, or a link to one elsewhere, such that the owner can use it. Programs that start at the same moment
/// may undo each other's attempt, hence the few tries.
fn reach(path: &Path, owner: Owner) -> Result<(), ClusterError> {
    for _ in 0..5 {
        if path.is_symlink() && !path.exists() {
            fs::remove_file(path).map_err(failed("remove", path))?;
        }
        make_private(path, owner)?;
        // Through a link, what counts is where it leads: the way to the link itself may be closed to the owner.
        let real = fs::canonicalize(path).map_err(failed("find", path))?;
        if owner.can_use(&real) {
            return Ok(());
        }
        relocate(path, owner)?;
    }
    Err(failed("enter", path)(io::ErrorKind::PermissionDenied.into()))
}

fn relocate(path: &Path, owner: Owner) -> Result<(), ClusterError> {
    let refuge = Path::new(ELSEWHERE).join(Uuid::new_v4().simple().to_string());
    DirBuilder::new()
        .recursive(true)
        .mode(0o711)
        .create(ELSEWHERE)
        .map_err(failed("create", Path::new(ELSEWHERE)))?;
    make_private(&refuge, owner)?;
    // Only an empty folder goes: files in it would be somebody's data.
    match fs::remove_dir(path).and_then(|()| symlink(&refuge, path)) {
        Ok(()) => {
            tracing::warn!(wanted = %path.display(), used = %refuge.display(),
                "the user PostgreSQL runs as cannot reach the wanted folder; the database is kept elsewhere");
            Ok(())
        }
        // Another program, starting at the same moment, was faster.
        Err(cause)
            if matches!(
                cause.kind(),
                io::ErrorKind::AlreadyExists | io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            fs::remove_dir(&refuge).map_err(failed("remove", &refuge))
        }
        Err(cause) => Err(failed("replace", path)(cause)),
    }
}

/// Inside the cluster's folder, unless its path is too long for a socket; then below `/tmp`, by a name every program
/// works out alike.
fn socket_folder(cluster: &Path, owner: Owner) -> Result<PathBuf, ClusterError> {
    let inside = cluster.join("socket");
    let length = inside.join(format!(".s.PGSQL.{PORT}")).as_os_str().len();
    let folder = if length <= LONGEST_SOCKET {
        inside
    } else {
        short_folder(cluster)
    };
    owner
        .run(
            "test -d \"$1\" || mkdir -m 700 \"$1\" || test -d \"$1\"",
            &[folder.as_os_str()],
        )
        .map_err(failed("create", &folder))?;
    let metadata = fs::symlink_metadata(&folder).map_err(failed("read", &folder))?;
    // Below /tmp anybody could have been there first.
    let private = metadata.is_dir() && metadata.permissions().mode() & 0o077 == 0;
    if private && metadata.uid() == owner.number() {
        Ok(folder)
    } else {
        Err(not_ours(&folder, &metadata))
    }
}

fn short_folder(cluster: &Path) -> PathBuf {
    let hash = Sha256::digest(cluster.as_os_str().as_encoded_bytes());
    let name = hash
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect::<String>();
    Path::new("/tmp").join(format!("quittance-{name}"))
}
