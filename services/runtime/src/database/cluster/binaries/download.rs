//! Brings PostgreSQL's programs to a machine that has none; only with the feature `download-postgres`.

use std::fs;
use std::path::{Path, PathBuf};

use postgresql_embedded::{PostgreSQL, Settings, VersionReq};

use super::Binaries;
use crate::database::cluster::ClusterError;
use crate::database::cluster::folder::{ELSEWHERE, Folder, failed};
use crate::database::cluster::owner::Owner;

/// What a new cluster is made with.
const NEWEST_KNOWN: u32 = 17;

/// Downloads the version that the existing files need, or one for a new cluster, unless an earlier start did. Must run on
/// a thread that may block, of a tokio runtime.
pub(super) fn fetch(folder: &Folder, missing: &ClusterError) -> Result<Binaries, ClusterError> {
    let version = match missing {
        ClusterError::OtherVersion { needed, .. } => *needed,
        _ => NEWEST_KNOWN,
    };
    let into = programs(folder);
    fs::create_dir_all(&into).map_err(failed("create", &into))?;
    tracing::warn!(version, into = %into.display(), "no PostgreSQL on this machine; downloading it");
    let bin = tokio::runtime::Handle::current()
        .block_on(install(&into, version))
        .map_err(|cause| ClusterError::NotDownloaded {
            cause: cause.to_string(),
        })?;
    Binaries::at(&bin).ok_or_else(|| ClusterError::NotDownloaded {
        cause: format!("{} does not hold PostgreSQL's programs", bin.display()),
    })
}

/// Where the server's user can run them: its own folder, or, when that belongs to another user, root's.
fn programs(folder: &Folder) -> PathBuf {
    match folder.owner() {
        Owner::Ourselves => folder.path().join("programs"),
        Owner::Other { .. } => Path::new(ELSEWHERE).join("programs"),
    }
}

async fn install(into: &Path, version: u32) -> postgresql_embedded::Result<PathBuf> {
    // Setting up also makes a server's files, unless a folder looks as if it had them. Ours are made elsewhere.
    let no_data = into.join("no-data");
    fs::create_dir_all(&no_data)?;
    fs::write(no_data.join("postgresql.conf"), "")?;
    let mut postgres = PostgreSQL::new(Settings {
        version: VersionReq::parse(&format!("={version}"))?,
        installation_dir: into.to_owned(),
        data_dir: no_data.clone(),
        password_file: no_data.join("no-password"),
        temporary: true,
        ..Settings::default()
    });
    postgres.setup().await?;
    Ok(postgres.settings().binary_dir())
}
