//! The process that outlives every program using the cluster, and stops the server after the last.

use std::fs::{File, OpenOptions};
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};

use super::binaries::Binaries;
use super::folder::{Folder, failed};
use super::{ClusterError, Durability};

/// Starts a guardian that holds the lock as long as it lives.
pub(super) fn start(
    folder: &Folder,
    binaries: &Binaries,
    durability: Durability,
    lock: File,
) -> Result<Child, ClusterError> {
    let path = folder.path().join("guardian.log");
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .map_err(failed("open", &path))?;
    let log_too = log.try_clone().map_err(failed("open", &path))?;
    let mut command = folder.owner().command("/bin/sh");
    command.args(["-c", include_str!("guardian.sh"), "quittance-guardian"]);
    command
        .arg(binaries.folder())
        .arg(folder.path())
        .arg(match durability {
            Durability::Durable => "keep",
            Durability::Disposable => "delete",
        });
    // A group of its own: Ctrl-C at the terminal is for the program, which then leaves in order.
    command
        .process_group(0)
        .stdin(Stdio::from(lock))
        .stdout(log)
        .stderr(log_too);
    command.spawn().map_err(|cause| ClusterError::Program {
        program: "/bin/sh".into(),
        cause,
    })
}
