//! API keys: which key belongs to which caller. A file holds the hash of each key, never the key.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::caller::{Caller, Role};

mod credentials;
mod file;

pub use credentials::Credentials;

/// The known keys. Clones share them. The file is read again when it has changed, so that a key that is issued or
/// withdrawn counts from the next request on.
#[derive(Clone)]
pub struct Keys {
    path: Arc<Path>,
    known: Arc<Mutex<Known>>,
}

/// Why keys could not be read, issued or created.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// The file could not be read.
    #[error("the file of API keys {} could not be read: {cause}; name another with QUITTANCE_KEYS", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// The file is not one of keys.
    #[error("{} is not a file of API keys: {cause}; correct it, or move it away to have a new one made", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where and what.
        cause: serde_json::Error,
    },
    /// The file could not be written.
    #[error("the file {} could not be written: {cause}; check its folder's permissions", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// A caller of that name has a key already.
    #[error("{name} has a key already; withdraw it from {} first, or choose another name", path.display())]
    NameTaken {
        /// The caller's name.
        name: String,
        /// The file of keys.
        path: PathBuf,
    },
}

/// One entry of the file of keys.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    role: Role,
    tenant: Uuid,
    sha256: String,
}

/// The file of keys.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    keys: Vec<Entry>,
}

struct Known {
    callers: HashMap<String, Caller>,
    version: Option<file::Version>,
}

impl Keys {
    /// Reads a file of keys that must exist.
    pub fn load(path: &Path) -> Result<Self, KeysError> {
        let version = file::version(path);
        let callers = file::read(path)?.callers();
        Ok(Self {
            path: Arc::from(path),
            known: Arc::new(Mutex::new(Known { callers, version })),
        })
    }

    /// Reads the file of keys. Where there is none, makes one with a key for an administrator and one for the services,
    /// and leaves both, readable, in `credentials.json` beside it for the command line of the same user. Programs
    /// starting at the same moment agree on one file.
    pub fn load_or_create(path: &Path) -> Result<Self, KeysError> {
        let lock = file::lock(path)?;
        if !path.exists() {
            credentials::create(path)?;
        }
        drop(lock);
        Self::load(path)
    }

    /// Makes a key for a caller and adds it to the file. The key is returned here, once; only its hash is kept.
    pub fn issue(&self, name: &str, role: Role, tenant: Uuid) -> Result<String, KeysError> {
        let _lock = file::lock(&self.path)?;
        let mut keys = file::read(&self.path)?;
        if keys
            .keys
            .iter()
            .any(|entry| entry.name == name && entry.tenant == tenant)
        {
            return Err(KeysError::NameTaken {
                name: name.to_owned(),
                path: self.path.to_path_buf(),
            });
        }
        let (key, entry) = Entry::issue(name, role, tenant);
        keys.keys.push(entry);
        file::write(&self.path, &keys)?;
        self.refresh();
        Ok(key)
    }

    /// The caller a key belongs to.
    ///
    /// The key is hashed and the hash looked up, so the time this takes tells nothing about the keys that exist.
    pub fn caller(&self, key: &str) -> Option<Caller> {
        self.refresh();
        self.known().callers.get(&hash(key)).cloned()
    }

    /// Reads the file again if it has changed. When that fails, the keys known so far stay valid: a slip of the pen in
    /// the file should not shut everybody out, and the log says what is wrong.
    fn refresh(&self) {
        let version = file::version(&self.path);
        let mut known = self.known();
        if known.version == version {
            return;
        }
        known.version = version;
        match file::read(&self.path) {
            Ok(keys) => known.callers = keys.callers(),
            Err(error) => {
                tracing::error!(%error, "the file of API keys is now unusable; the keys known before still count");
            }
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl KeyFile {
    fn callers(self) -> HashMap<String, Caller> {
        let callers = self.keys.into_iter();
        callers
            .map(
                |Entry {
                     name,
                     role,
                     tenant,
                     sha256,
                 }| (sha256, Caller { tenant, name, role }),
            )
            .collect()
    }
}

impl Entry {
    fn issue(name: &str, role: Role, tenant: Uuid) -> (String, Self) {
        // Two random UUIDs: 244 random bits from the system's generator.
        let key = format!("qk_{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple());
        let entry = Self {
            name: name.to_owned(),
            role,
            tenant,
            sha256: hash(&key),
        };
        (key, entry)
    }
}

fn hash(key: &str) -> String {
    Sha256::digest(key)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests;
