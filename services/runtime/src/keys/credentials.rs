//! The first keys of a new installation, left where the same user's command line finds them.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Entry, KeyFile, KeysError, file};
use crate::caller::Role;

/// The first keys of a new installation, in the clear, in `credentials.json` beside the file of keys.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The company for which the installation was made.
    pub tenant: Uuid,
    /// The key of its administrator.
    pub admin: String,
    /// The key by which services call each other.
    pub service: String,
}

impl Credentials {
    /// Reads what [`super::Keys::load_or_create`] left beside the file of keys.
    pub fn load(keys: &Path) -> Result<Self, KeysError> {
        let path = location(keys);
        let text = fs::read_to_string(&path).map_err(|cause| KeysError::Unreadable {
            path: path.clone(),
            cause,
        })?;
        serde_json::from_str(&text).map_err(|cause| KeysError::Malformed { path, cause })
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

/// Makes the first keys. The file of keys comes last: whoever finds it finds the credentials too.
pub(super) fn create(path: &Path) -> Result<(), KeysError> {
    let tenant = Uuid::new_v4();
    let (admin, admin_entry) = Entry::issue("admin", Role::Admin, tenant);
    let (service, service_entry) = Entry::issue("service", Role::Service, tenant);
    file::write(
        &location(path),
        &Credentials {
            tenant,
            admin,
            service,
        },
    )?;
    file::write(
        path,
        &KeyFile {
            keys: vec![admin_entry, service_entry],
        },
    )
}

fn location(keys: &Path) -> PathBuf {
    keys.with_file_name("credentials.json")
}
