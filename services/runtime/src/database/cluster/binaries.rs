//! Finds PostgreSQL's programs on this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::ClusterError;
use super::folder::Folder;

/// The oldest major version the services' SQL is written for.
pub(super) const OLDEST: u32 = 14;

/// Where packages put versions side by side: a folder, how the names in it begin, and where the programs are in each.
const SHELVES: [(&str, &str, &str); 6] = [
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/opt/homebrew/opt", "postgresql", "bin"),
    ("/usr/local/opt", "postgresql", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    ("/usr/local/pgsql", "bin", ""),
];

/// The folder of `initdb`, `pg_ctl` and `postgres`, all of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    folder: PathBuf,
    version: u32,
}

impl Binaries {
    /// The version that wrote the cluster's files; for a new cluster, the one in `PATH`, then the one `pg_config` tells,
    /// then the newest that packages have put down.
    pub(super) fn find(folder: &Folder) -> Result<Self, ClusterError> {
        let needed = written_by(&folder.data());
        let suits =
            |found: &Self| found.version >= OLDEST && needed.is_none_or(|needed| found.version == needed);
        let found = places().filter_map(|place| Self::at(&place)).find(suits);
        match (found, needed) {
            (Some(binaries), _) => Ok(binaries),
            (None, Some(needed)) => Err(ClusterError::OtherVersion {
                folder: folder.path().to_owned(),
                needed,
            }),
            (None, None) => none_here(),
        }
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn at(folder: &Path) -> Option<Self> {
        let complete = ["initdb", "pg_ctl", "postgres"]
            .iter()
            .all(|name| folder.join(name).is_file());
        if !complete {
            return None;
        }
        let answer = ask(&folder.join("postgres"), "--version")?;
        Some(Self {
            folder: folder.to_owned(),
            version: major_version(&answer)?,
        })
    }
}

fn none_here() -> Result<Binaries, ClusterError> {
    let places = SHELVES.map(|(shelf, prefix, _)| format!("{shelf}/{prefix}*"));
    Err(ClusterError::NoPostgres {
        places: places.join(", "),
    })
}

fn places() -> impl Iterator<Item = PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&path).collect::<Vec<_>>();
    let told = || ask(Path::new("pg_config"), "--bindir").map(PathBuf::from);
    in_path
        .into_iter()
        .chain(std::iter::once_with(told).flatten())
        .chain(SHELVES.into_iter().flat_map(on_shelf))
}

/// The versions on one shelf, newest first.
fn on_shelf((shelf, prefix, inner): (&str, &str, &str)) -> Vec<PathBuf> {
    let entries = fs::read_dir(shelf).into_iter().flatten().flatten();
    let named = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(prefix));
    let mut folders = named.map(|entry| entry.path().join(inner)).collect::<Vec<_>>();
    folders.sort_by_cached_key(|folder| {
        std::cmp::Reverse(Binaries::at(folder).map(|binaries| binaries.version))
    });
    folders
}

fn ask(program: &Path, question: &str) -> Option<String> {
    let output = Command::new(program)
        .arg(question)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let answer = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (output.status.success() && !answer.is_empty()).then_some(answer)
}

/// The major version in an answer such as `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, `… 17beta1`.
fn major_version(answer: &str) -> Option<u32> {
    let number = answer
        .split_whitespace()
        .find(|word| word.starts_with(|first: char| first.is_ascii_digit()))?;
    number
        .split(|symbol: char| !symbol.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

fn written_by(data: &Path) -> Option<u32> {
    fs::read_to_string(data.join("PG_VERSION"))
        .ok()
        .as_deref()
        .and_then(major_version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_the_packages_print_them() {
        for (answer, version) in [
            ("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)", Some(15)),
            ("postgres (PostgreSQL) 17.2 (Homebrew)", Some(17)),
            ("postgres (PostgreSQL) 18beta1", Some(18)),
            ("postgres (PostgreSQL) 9.6.24", Some(9)),
            ("14", Some(14)),
            ("command not found", None),
        ] {
            assert_eq!(major_version(answer), version, "{answer}");
        }
    }

    #[test]
    fn a_folder_that_lacks_a_program_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("postgres"), "").unwrap();
        assert_eq!(Binaries::at(folder.path()), None);
    }
}
