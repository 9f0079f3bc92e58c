//! Finds PostgreSQL's programs on this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::ClusterError;
use super::folder::Folder;

#[cfg(feature = "download-postgres")]
mod download;

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
        let found = Self::choose(places(), folder.path());
        #[cfg(feature = "download-postgres")]
        let found = found.or_else(|missing| download::fetch(folder, &missing));
        found
    }

    fn choose(places: impl Iterator<Item = PathBuf>, folder: &Path) -> Result<Self, ClusterError> {
        let needed = written_by(&folder.join("data"));
        let suits =
            |found: &Self| found.version >= OLDEST && needed.is_none_or(|needed| found.version == needed);
        let found = places.filter_map(|place| Self::at(&place)).find(suits);
        match (found, needed) {
            (Some(binaries), _) => Ok(binaries),
            (None, Some(needed)) => Err(ClusterError::OtherVersion {
                folder: folder.to_owned(),
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

    /// Programs that answer with a version, as far as finding them goes. A shell writes them: a file that another test's
    /// new process might still hold open for writing cannot be run.
    fn install(folder: &Path, version: &str) -> PathBuf {
        let bin = folder.join(version);
        let script = "mkdir \"$1\"; for name in initdb pg_ctl postgres; do
            printf '#!/bin/sh\\necho \"postgres (PostgreSQL) %s\"\\n' \"$2\" >\"$1/$name\"; chmod +x \"$1/$name\"; done";
        let made = Command::new("/bin/sh")
            .args(["-ec", script, "sh"])
            .arg(&bin)
            .arg(version)
            .status();
        assert!(made.unwrap().success());
        bin
    }

    #[test]
    fn the_first_complete_version_that_is_not_too_old_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let incomplete = install(folder.path(), "18.1");
        fs::remove_file(incomplete.join("initdb")).unwrap();
        let places = [
            incomplete,
            install(folder.path(), "13.9"),
            install(folder.path(), "16.2"),
        ];
        let found = Binaries::choose(places.into_iter(), folder.path()).unwrap();
        assert_eq!(found.version, 16);
    }

    #[test]
    fn files_are_opened_by_the_version_that_wrote_them() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("data")).unwrap();
        fs::write(folder.path().join("data/PG_VERSION"), "15\n").unwrap();
        let places = [install(folder.path(), "17.0"), install(folder.path(), "15.18")];
        assert_eq!(
            Binaries::choose(places.clone().into_iter(), folder.path())
                .unwrap()
                .version,
            15
        );
        let refused = Binaries::choose(places.into_iter().take(1), folder.path()).unwrap_err();
        assert!(
            matches!(refused, ClusterError::OtherVersion { needed: 15, .. }),
            "{refused}"
        );
    }

    #[test]
    fn without_any_version_a_person_is_told_what_to_install() {
        let folder = tempfile::tempdir().unwrap();
        let sentence = Binaries::choose(std::iter::empty(), folder.path())
            .unwrap_err()
            .to_string();
        for hint in [
            "apt install postgresql",
            "brew install postgresql",
            "DATABASE_URL",
            "download-postgres",
        ] {
            assert!(sentence.contains(hint), "{sentence}");
        }
    }
}
