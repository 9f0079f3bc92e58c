//! The system user the server runs as.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::ClusterError;

/// The system user the server runs as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    /// Whoever runs this program.
    Ourselves,
    /// We are root, and PostgreSQL refuses to be.
    Other { user: u32, group: u32 },
}

const ROOT: u32 = 0;

impl Owner {
    /// Ourselves unless we are root; then whoever owns the folder, so that root can serve an ordinary user's cluster; then
    /// `postgres`, then `nobody`.
    pub(super) fn choose(folder: &Path) -> Result<Self, ClusterError> {
        if rustix::process::geteuid().as_raw() != ROOT {
            return Ok(Self::Ourselves);
        }
        let of_folder = fs::metadata(folder)
            .ok()
            .map(|folder| (folder.uid(), folder.gid()));
        of_folder
            .filter(|(user, _)| *user != ROOT)
            .or_else(|| ["postgres", "nobody"].into_iter().find_map(numbers_of))
            .map(|(user, group)| Self::Other { user, group })
            .ok_or(ClusterError::NoUser)
    }

    /// The owner's number.
    pub(super) fn number(self) -> u32 {
        match self {
            Self::Ourselves => rustix::process::geteuid().as_raw(),
            Self::Other { user, .. } => user,
        }
    }

    /// A program to be run as this user, away from the folder we stand in, which that user may not be able to enter, and
    /// without the settings meant for other servers.
    pub(super) fn command(self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/").stdin(Stdio::null()).env("LC_ALL", "C");
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"PG") {
                command.env_remove(name);
            }
        }
        if let Self::Other { user, group } = self {
            command.uid(user).gid(group);
        }
        command
    }

    /// Runs a shell script as this user and returns what it printed; `$1` and so on are the arguments.
    ///
    /// Whatever is made in a folder of this user's is made by this user's own hand: root, following a link that
    /// somebody put there, could overwrite any file of the machine.
    pub(super) fn run(self, script: &str, arguments: &[&OsStr]) -> io::Result<String> {
        let mut command = self.command("/bin/sh");
        command.args(["-euc", script, "sh"]).args(arguments);
        let output = command.output()?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(io::Error::other(said.trim().to_owned()))
    }

    /// True when this user can go to the folder and write there: every folder above must let it pass.
    pub(super) fn can_use(self, folder: &Path) -> bool {
        self.run("cd \"$1\" && test -w .", &[folder.as_os_str()]).is_ok()
    }
}

fn numbers_of(user: &str) -> Option<(u32, u32)> {
    let ask = |flag| {
        let output = Command::new("id")
            .args([flag, user])
            .stderr(Stdio::null())
            .output()
            .ok()?;
        String::from_utf8(output.stdout).ok()?.trim().parse::<u32>().ok()
    };
    Some((ask("-u")?, ask("-g")?))
}
