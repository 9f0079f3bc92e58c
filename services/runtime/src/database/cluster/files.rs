//! The server's files: made once, and told their settings at every start.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use super::binaries::Binaries;
use super::folder::{Folder, failed};
use super::{ClusterError, Durability, PORT, SUPERUSER};

/// Makes the files where there are none, and writes down the settings. No server may be running on them.
pub(super) fn prepare(
    folder: &Folder,
    binaries: &Binaries,
    durability: Durability,
) -> Result<(), ClusterError> {
    if !folder.data().join("PG_VERSION").exists() {
        make(folder, binaries, durability)?;
    }
    remove_stale_pid(&folder.data())?;
    let settings = settings(folder.socket(), durability);
    let write = "printf %s \"$2\" >\"$1/quittance.conf\"";
    folder
        .owner()
        .run(write, &[folder.data().as_os_str(), OsStr::new(&settings)])
        .map_err(failed("write settings in", &folder.data()))
        .map(drop)
}

/// Makes the files beside their place and moves them there when complete: a program killed half way leaves no half.
fn make(folder: &Folder, binaries: &Binaries, durability: Durability) -> Result<(), ClusterError> {
    let draft = folder.path().join("data.new");
    let owner = folder.owner();
    owner
        .run("rm -rf \"$1\"", &[draft.as_os_str()])
        .map_err(failed("remove", &draft))?;
    let output = initdb(folder, binaries, &draft, durability)?;
    if !output.status.success() {
        return Err(ClusterError::NotInitialized {
            folder: folder.path().to_owned(),
            output: last_lines(&String::from_utf8_lossy(&output.stderr)),
        });
    }
    let finish = "echo \"include_if_exists = 'quittance.conf'\" >>\"$1/postgresql.conf\"; mv \"$1\" \"$2\"";
    owner
        .run(finish, &[draft.as_os_str(), folder.data().as_os_str()])
        .map_err(failed("finish", &draft))
        .map(drop)
}

fn initdb(
    folder: &Folder,
    binaries: &Binaries,
    draft: &Path,
    durability: Durability,
) -> Result<Output, ClusterError> {
    let program = binaries.program("initdb");
    let mut command = folder.owner().command(&program);
    command.args([
        "--encoding=UTF8",
        "--locale=C",
        "--auth=trust",
        "--data-checksums",
    ]);
    command
        .arg(format!("--username={SUPERUSER}"))
        .arg("-D")
        .arg(draft);
    // Flushing a thousand files one by one is most of what a first start takes; data that matter are worth it.
    if durability == Durability::Disposable {
        command.arg("--no-sync");
    }
    command
        .output()
        .map_err(|cause| ClusterError::Program { program, cause })
}

/// The settings that differ from PostgreSQL's own. Statements and the values in them stay out of the log, because they
/// carry contract text.
fn settings(socket: &Path, durability: Durability) -> String {
    let socket = socket.to_string_lossy().replace('\'', "''");
    let common = format!(
        "listen_addresses = ''\n\
         unix_socket_directories = '{socket}'\n\
         port = {PORT}\n\
         timezone = 'UTC'\n\
         log_timezone = 'UTC'\n\
         log_min_error_statement = panic\n\
         log_error_verbosity = terse\n"
    );
    match durability {
        // A checkpoint makes each page that changes after it be logged whole once: far apart they cost less. The memory
        // holds the ends of the indexes that grow.
        Durability::Durable => {
            common
                + "shared_buffers = 512MB\nwal_buffers = 16MB\nmax_wal_size = 4GB\ncheckpoint_timeout = 15min\n"
        }
        Durability::Disposable => {
            common + "fsync = off\nfull_page_writes = off\nsynchronous_commit = off\nmax_connections = 400\n"
        }
    }
}

/// Removes a `postmaster.pid` whose number the system has meanwhile given to another program, after a crash and a
/// restart of the machine or container: PostgreSQL would take that program for a running server and refuse to start.
fn remove_stale_pid(data: &Path) -> Result<(), ClusterError> {
    let file = data.join("postmaster.pid");
    let Some(pid) = read_pid(&file) else { return Ok(()) };
    // Without /proc (macOS), PostgreSQL's own check has to do.
    match fs::read(PathBuf::from(format!("/proc/{pid}/cmdline"))) {
        Ok(command) if !String::from_utf8_lossy(&command).contains("postgres") => {
            fs::remove_file(&file).map_err(failed("remove", &file))
        }
        _ => Ok(()),
    }
}

fn read_pid(file: &Path) -> Option<u32> {
    fs::read_to_string(file).ok()?.lines().next()?.trim().parse().ok()
}

/// The ends of the guardian's and the server's logs.
pub(super) fn end_of_logs(folder: &Folder) -> String {
    let script = "cd \"$1\"; tail -q -n 4 guardian.log log 2>/dev/null || true";
    let lines = folder.owner().run(script, &[folder.path().as_os_str()]);
    last_lines(&lines.unwrap_or_default())
}

/// What a person needs to see of a long output.
fn last_lines(output: &str) -> String {
    let lines = output
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect::<Vec<_>>();
    lines
        .iter()
        .skip(lines.len().saturating_sub(8))
        .map(|line| line.trim())
        .collect::<Vec<_>>()
        .join("; ")
}
