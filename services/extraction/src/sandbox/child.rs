//! The child's side: first the limits, then the file.

use std::io::{self, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use contract::file::{self, Limits, ReadError, RecognisedPage};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};

use super::{ReaderSettings, picture, scan};

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
    /// Bytes on standard input before the file: what was recognised on its pictures.
    recognised_bytes: usize,
    answer: Wanted,
}

/// What the child is to answer with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Wanted {
    /// The file's own document.
    Document,
    /// The document and every one it carries.
    Parts,
    /// A PNG of one page.
    Picture {
        /// Which document of the file, from 0.
        part: usize,
        /// From 1.
        page: u32,
        /// Pixels across.
        width: u32,
    },
    /// A PNG of one page for a recogniser.
    Scan {
        /// Which document of the file, from 0.
        part: usize,
        /// From 1.
        page: u32,
    },
    /// What a recogniser says of the picture on standard input: this process becomes the recogniser.
    Recognition {
        /// The recogniser.
        program: PathBuf,
        /// The languages it looks for.
        languages: String,
    },
}

impl Orders {
    pub(super) fn of(settings: &ReaderSettings, answer: Wanted, recognised_bytes: usize) -> Self {
        Self {
            answer,
            recognised_bytes,
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
    if let Wanted::Recognition { program, languages } = &orders.answer {
        return Err(become_recogniser(program, languages));
    }
    let (recognised, bytes) = received(orders)?;
    let limits = orders.limits();
    let mut stdout = io::BufWriter::new(io::stdout().lock());
    match orders.answer {
        Wanted::Document => {
            serde_json::to_writer(&mut stdout, &file::read_recognised(&bytes, &limits, &recognised))?;
        }
        Wanted::Parts => serde_json::to_writer(&mut stdout, &file::read_all(&bytes, &limits, &recognised))?,
        Wanted::Picture { part, page, width } => {
            let size = picture::Size::Across(width);
            answer_picture(&mut stdout, drawn(&bytes, &limits, (part, page), size))?;
        }
        Wanted::Scan { part, page } => {
            let size = picture::Size::ForRecognition;
            answer_picture(&mut stdout, drawn(&bytes, &limits, (part, page), size))?;
        }
        Wanted::Recognition { .. } => {}
    }
    stdout.flush()
}

/// What was recognised, and the file.
fn received(orders: &Orders) -> io::Result<(Vec<RecognisedPage>, Vec<u8>)> {
    let mut recognised = Vec::new();
    let mut bytes = Vec::new();
    let mut stdin = io::stdin().lock();
    let first = u64::try_from(orders.recognised_bytes).unwrap_or(u64::MAX);
    stdin.by_ref().take(first).read_to_end(&mut recognised)?;
    stdin.read_to_end(&mut bytes)?;
    Ok((scan::taken(&recognised)?, bytes))
}

/// A page of one of the file's documents as a picture.
fn drawn(
    bytes: &[u8],
    limits: &Limits,
    (part, page): (usize, u32),
    size: picture::Size,
) -> Result<Vec<u8>, ReadError> {
    let parts = file::unpack(bytes, limits)?;
    let (_, bytes) = parts.into_iter().nth(part).ok_or(ReadError::NoPages)?;
    picture::draw(bytes?.into_owned(), limits, page, size)
}

fn answer_picture(stdout: &mut impl Write, drawn: Result<Vec<u8>, ReadError>) -> io::Result<()> {
    match drawn {
        Ok(png) => stdout.write_all(&png),
        Err(refusal) => Ok(serde_json::to_writer(stdout, &refusal)?),
    }
}

/// The recogniser takes this process's place, and with it its limits. Returns only if it cannot.
fn become_recogniser(program: &Path, languages: &str) -> io::Error {
    // One column of lines of any size keeps rows of tables whole; one thread is all the limits allow.
    Command::new(program)
        .args(["stdin", "stdout", "-l", languages, "--psm", "4"])
        .args(["--dpi", picture::RECOGNITION_DPI, "-c", "tessedit_create_tsv=1"])
        .env_clear()
        .env("OMP_THREAD_LIMIT", "1")
        .exec()
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
