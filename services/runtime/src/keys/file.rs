//! The file of keys on disk: one writer at a time, and never half a file.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{KeyFile, KeysError};

/// Tells one state of a file from the next: a file is replaced, so its number changes, and an editor changes its time or
/// size.
pub(super) type Version = (u64, i64, i64, u64);

pub(super) fn version(path: &Path) -> Option<Version> {
    let metadata = fs::metadata(path).ok()?;
    Some((
        metadata.ino(),
        metadata.mtime(),
        metadata.mtime_nsec(),
        metadata.size(),
    ))
}

pub(super) fn read(path: &Path) -> Result<KeyFile, KeysError> {
    let text = fs::read_to_string(path).map_err(|cause| KeysError::Unreadable {
        path: path.to_owned(),
        cause,
    })?;
    serde_json::from_str(&text).map_err(|cause| KeysError::Malformed {
        path: path.to_owned(),
        cause,
    })
}

/// Replaces a file in one step, readable by its owner alone.
pub(super) fn write<T: Serialize>(path: &Path, content: &T) -> Result<(), KeysError> {
    let unwritable = |cause| KeysError::Unwritable {
        path: path.to_owned(),
        cause,
    };
    let text = serde_json::to_string_pretty(content).map_err(|cause| unwritable(cause.into()))?;
    let draft = beside(path, "new");
    let mut file = private().truncate(true).open(&draft).map_err(unwritable)?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(unwritable)?;
    fs::rename(&draft, path).map_err(unwritable)
}

/// Waits until no other program is changing the file. The lock ends with the value.
pub(super) fn lock(path: &Path) -> Result<File, KeysError> {
    let unwritable = |cause| KeysError::Unwritable {
        path: path.to_owned(),
        cause,
    };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        // 0711: files inside are each protected; a private PostgreSQL's own user must be able to pass through.
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o711)
            .create(folder)
            .map_err(unwritable)?;
    }
    let lock = beside(path, "lock");
    let file = private().open(&lock).map_err(unwritable)?;
    file.lock().map_err(unwritable)?;
    Ok(file)
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true).mode(0o600);
    options
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}
