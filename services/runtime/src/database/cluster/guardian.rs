//! The process that outlives every program using the cluster, and stops the server after the last.

use std::ffi::OsStr;
use std::fs::File;
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};

use super::binaries::Binaries;
use super::folder::{Folder, failed};
use super::{ClusterError, Durability};

const SCRIPT: &str = include_str!("guardian.sh");

/// Starts a guardian that holds the lock as long as it lives.
pub(super) fn start(
    folder: &Folder,
    binaries: &Binaries,
    durability: Durability,
    lock: File,
) -> Result<Child, ClusterError> {
    let script = folder.path().join("guardian.sh");
    let owner = folder.owner();
    owner
        .run(
            "printf %s \"$2\" >\"$1\"",
            &[script.as_os_str(), OsStr::new(SCRIPT)],
        )
        .map_err(failed("write", &script))?;
    let mut command = owner.command("/bin/sh");
    command.arg(&script).arg(binaries.folder()).arg(folder.path());
    command.arg(match durability {
        Durability::Durable => "keep",
        Durability::Disposable => "delete",
    });
    command.arg(folder.socket());
    // A group of its own: Ctrl-C at the terminal is for the program, which then leaves in order.
    command
        .process_group(0)
        .stdin(Stdio::from(lock))
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn().map_err(|cause| ClusterError::Program {
        program: "/bin/sh".into(),
        cause,
    })
}
