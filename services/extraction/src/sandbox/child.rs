//! The child's side: first the limits, then the file.

use std::io::{self, Read, Write};
use std::process::ExitCode;

use contract::file::{self, Limits};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};

use super::{ReaderSettings, picture};

/// The variable in which the parent says what the child may use; the only one the child gets.
pub(super) const ORDERS: &str = "QUITTANCE_READER_ORDERS";

/// By the conventions of sysexits.h: started the wrong way, and a service that was needed is not there.
const EX_USAGE: u8 = 64;
const EX_OSERR: u8 = 71;
const EX_IOERR: u8 = 74;

/// Standard streams, and a few more for the system's own libraries.
const OPEN_FILES: u64 = 16;

/// What the hidden subcommand does: limit itself, read the file on standard input, answer on standard output with the
/// document or the refusal as JSON. Call it before anything else is started: it gives up this process's rights.
#[must_use]
pub fn reader_main() -> ExitCode {
    let Some(orders) = Orders::received() else {
        say("this subcommand is started by quittance itself; use `quittance read FILE` instead");
        return ExitCode::from(EX_USAGE);
    };
    if let Err(cause) = confine() {
        say(&format!("the limits of the reader could not be set: {cause}"));
        return ExitCode::from(EX_OSERR);
    }
    match read_and_answer(&orders) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(EX_IOERR),
    }
}

/// Gives up what the orders in the environment do not grant. Without orders nothing changes.
///
/// # Errors
/// A limit that the system did not accept; then nothing may be read.
pub fn confine() -> io::Result<()> {
    let Some(orders) = Orders::received() else {
        return Ok(());
    };
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Nofile, OPEN_FILES)?;
    limit_computing(orders.cpu_seconds)?;
    limit_memory(orders.memory_bytes)?;
    leave_root()?;
    // After the change of user: the limit counts the processes and threads of the user, and root is not bound by it.
    limit(Resource::Nproc, 0)
}

/// What the child may use.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Orders {
    memory_bytes: u64,
    cpu_seconds: u64,
    file_bytes: usize,
    pages: usize,
    stream_bytes: usize,
    answer: Wanted,
}

/// What the child is to answer with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Wanted {
    /// The file's own document.
    Document,
    /// The document and every one it carries.
    Parts,
    /// A PNG of one page.
    Picture {
        /// From 1.
        page: u32,
        /// Pixels across.
        width: u32,
    },
}

impl Orders {
    pub(super) fn of(settings: &ReaderSettings, answer: Wanted) -> Self {
        Self {
            answer,
            memory_bytes: settings.memory_bytes,
            cpu_seconds: settings.cpu_seconds,
            file_bytes: settings.limits.bytes,
            pages: settings.limits.pages,
            stream_bytes: settings.limits.stream_bytes,
        }
    }

    pub(super) fn to_json(&self) -> serde_json::Result<String> {
        serde_json::to_string(self)
    }

    fn received() -> Option<Self> {
        serde_json::from_str(&std::env::var(ORDERS).ok()?).ok()
    }

    fn limits(&self) -> Limits {
        Limits {
            bytes: self.file_bytes,
            pages: self.pages,
            stream_bytes: self.stream_bytes,
        }
    }
}

fn read_and_answer(orders: &Orders) -> io::Result<()> {
    // A panic's message may repeat the contract; how the process ends says enough.
    std::panic::set_hook(Box::new(|_| {}));
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    let limits = orders.limits();
    let mut stdout = io::BufWriter::new(io::stdout().lock());
    match orders.answer {
        Wanted::Document => serde_json::to_writer(&mut stdout, &file::read(&bytes, &limits))?,
        Wanted::Parts => serde_json::to_writer(&mut stdout, &file::read_all(&bytes, &limits))?,
        Wanted::Picture { page, width } => match picture::draw(bytes, &limits, page, width) {
            Ok(png) => stdout.write_all(&png)?,
            Err(refusal) => serde_json::to_writer(&mut stdout, &refusal)?,
        },
    }
    stdout.flush()
}

/// Lowers a limit; one that is lower already stays.
fn limit(resource: Resource, to: u64) -> io::Result<()> {
    let hard = getrlimit(resource).maximum.map_or(to, |maximum| maximum.min(to));
    Ok(setrlimit(
        resource,
        Rlimit {
            current: Some(hard),
            maximum: Some(hard),
        },
    )?)
}

/// At the lower limit the system sends SIGXCPU, which says why; at the upper one SIGKILL, which says nothing.
fn limit_computing(seconds: u64) -> io::Result<()> {
    limit(Resource::Cpu, seconds.saturating_add(1))?;
    let upper = getrlimit(Resource::Cpu).maximum;
    let lower = upper.map_or(seconds, |upper| upper.min(seconds));
    Ok(setrlimit(
        Resource::Cpu,
        Rlimit {
            current: Some(lower),
            maximum: upper,
        },
    )?)
}

/// macOS knows this limit and does not keep it; there the time limits and the wall clock remain.
#[cfg(target_os = "linux")]
fn limit_memory(bytes: u64) -> io::Result<()> {
    limit(Resource::As, bytes)
}

#[cfg(not(target_os = "linux"))]
fn limit_memory(bytes: u64) -> io::Result<()> {
    let _not_kept = limit(Resource::As, bytes);
    Ok(())
}

/// A reader that is taken over by its file should not be root. 65534 is the user without rights.
#[cfg(target_os = "linux")]
fn leave_root() -> io::Result<()> {
    use rustix::process::{Gid, Uid, geteuid};
    use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
    const NOBODY: u32 = 65534;

    if !geteuid().is_root() {
        return Ok(());
    }
    let (user, group) = (Uid::from_raw(NOBODY), Gid::from_raw(NOBODY));
    set_thread_groups(&[])?;
    set_thread_res_gid(group, group, group)?;
    Ok(set_thread_res_uid(user, user, user)?)
}

#[cfg(not(target_os = "linux"))]
fn leave_root() -> io::Result<()> {
    Ok(())
}

fn say(sentence: &str) {
    let _nobody_listens = writeln!(io::stderr(), "{sentence}");
}
