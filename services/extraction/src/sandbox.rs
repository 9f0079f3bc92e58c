//! Reading a file in a process of its own: whatever the file does to its reader, the service stays up and says which
//! limit was reached.
//!
//! The program is started again with a hidden subcommand. The child limits itself ([`child`]) before it looks at the
//! first byte, takes the file on its standard input, after what was recognised on its pictures, and answers with JSON on its standard output. It inherits no
//! setting, no key and no connection. What it prints on standard error may repeat the contract and is never logged.

mod child;
mod ending;
mod picture;
mod scan;

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use contract::file::{Limits, Part, ReadError, RecognisedPage};
use contract::page::Document;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

pub use child::{confine, reader_main};
pub use scan::{Progress, Recogniser, Tell};

/// The hidden subcommand by which the program reads one document and ends.
pub const READER_SUBCOMMAND: &str = "read-document";

/// How much of the child's standard error is kept to tell one end from another.
const LAST_WORDS: u64 = 4096;

/// Reads a file's own document in a child process; its pages that are pictures through the recogniser, where there is one.
///
/// # Errors
/// [`IntakeError`]: the file was refused, or reading it reached a limit, or there was no reader to be had.
pub async fn read_in_child(bytes: &[u8], settings: &ReaderSettings) -> Result<Document, IntakeError> {
    let read = ask_child(bytes, &[], settings, child::Wanted::Document).await;
    let pages = scan::of_document(bytes, &read);
    match &settings.recogniser {
        _ if pages.is_empty() => read,
        None => read.map_err(scan::without_recogniser),
        Some(recogniser) => {
            let recognised = scan::recognise(bytes, pages, settings, recogniser, &|_| {}).await?;
            ask_child(bytes, &recognised, settings, child::Wanted::Document).await
        }
    }
}

/// Reads a file and every document it carries in a child process: an e-mail's body and its attachments, the files of an
/// archive, for any other file itself alone.
///
/// # Errors
/// [`IntakeError`] as for [`read_in_child`]; a file inside that cannot be read carries its own error.
pub async fn read_all_in_child(bytes: &[u8], settings: &ReaderSettings) -> Result<Vec<Part>, IntakeError> {
    read_telling(bytes, settings, &|_| {}).await
}

/// The same, telling how many pages that are pictures have been recognised.
///
/// # Errors
/// As for [`read_all_in_child`].
pub async fn read_telling(
    bytes: &[u8],
    settings: &ReaderSettings,
    tell: Tell<'_>,
) -> Result<Vec<Part>, IntakeError> {
    let read = ask_child(bytes, &[], settings, child::Wanted::Parts).await;
    let pages = scan::of_parts(bytes, &read);
    match &settings.recogniser {
        _ if pages.is_empty() => read,
        None => read.map_err(scan::without_recogniser),
        Some(recogniser) => {
            let recognised = scan::recognise(bytes, pages, settings, recogniser, tell).await?;
            ask_child(bytes, &recognised, settings, child::Wanted::Parts).await
        }
    }
}

/// Draws a page of a PDF, or of one that a file carries, in a child process: a PNG, so many pixels across.
///
/// # Errors
/// [`IntakeError`] as for [`read_in_child`].
pub(crate) async fn draw_in_child(
    bytes: &[u8],
    (part, page): (usize, u32),
    width: u32,
    settings: &ReaderSettings,
) -> Result<Vec<u8>, IntakeError> {
    let wanted = child::Wanted::Picture { part, page, width };
    let output = hear_child(bytes, &[], settings, wanted).await?;
    ending::picture(output, settings)
}

async fn ask_child<Read: DeserializeOwned + Send + 'static>(
    bytes: &[u8],
    recognised: &[RecognisedPage],
    settings: &ReaderSettings,
    wanted: child::Wanted,
) -> Result<Read, IntakeError> {
    let output = hear_child(bytes, recognised, settings, wanted).await?;
    // A long document is a long answer, and understanding it keeps a core busy.
    let settings = settings.clone();
    let understood = tokio::task::spawn_blocking(move || ending::answer(&output, &settings)).await;
    understood.map_err(|cause| died(&cause))?
}

async fn hear_child(
    bytes: &[u8],
    recognised: &[RecognisedPage],
    settings: &ReaderSettings,
    wanted: child::Wanted,
) -> Result<Output, IntakeError> {
    let recognised = scan::sent(recognised).map_err(|cause| died(&cause))?;
    let orders = child::Orders::of(settings, wanted, recognised.len());
    let mut child = start(settings, &orders)?;
    let talk = converse(&mut child, [&recognised, bytes], settings.answer_bytes);
    // Dropping the child kills it.
    let talked = tokio::time::timeout(settings.wall, talk).await;
    let output = talked.map_err(|_| IntakeError::TookTooLong {
        seconds: settings.wall.as_secs(),
    })?;
    output.map_err(|cause| died(&cause))
}

fn died(cause: &dyn std::fmt::Display) -> IntakeError {
    IntakeError::ReaderDied {
        how: cause.to_string(),
    }
}

/// Which program reads, and what it may use.
#[derive(Debug, Clone)]
pub struct ReaderSettings {
    /// The program; by default this one, again.
    pub program: PathBuf,
    /// What it is started with; by default [`READER_SUBCOMMAND`].
    pub arguments: Vec<String>,
    /// Address space it may take, in bytes.
    pub memory_bytes: u64,
    /// Time it may compute, in seconds.
    pub cpu_seconds: u64,
    /// Time it may take by the clock on the wall; longer than `cpu_seconds`, for readers that sleep or wait for a core.
    pub wall: Duration,
    /// Size its answer may have, in bytes.
    pub answer_bytes: u64,
    /// What one file may cost.
    pub limits: Limits,
    /// What recognises words on pages that are pictures; without one they are not read.
    pub recogniser: Option<Recogniser>,
}

impl Default for ReaderSettings {
    /// This program again, with 512 MiB, 10 seconds of computing, 30 seconds in all and 256 MiB of answer,
    /// and tesseract if it is installed.
    fn default() -> Self {
        Self {
            program: this_program(),
            arguments: vec![READER_SUBCOMMAND.to_owned()],
            memory_bytes: 512 << 20,
            cpu_seconds: 10,
            wall: Duration::from_secs(30),
            answer_bytes: 256 << 20,
            limits: Limits::default(),
            recogniser: Recogniser::found_in(std::env::var_os("PATH").as_deref()),
        }
    }
}

/// Why a file was not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
    /// The reader looked at the file and refused it.
    #[error(transparent)]
    Refused(#[from] ReadError),
    /// Pictures only, and nothing that recognises what is written on them.
    #[error(
        "none of the {pages} pages has readable text, the file seems to be a scan: send the original, or have tesseract installed where the service runs (Debian: apt-get install tesseract-ocr) and send it again"
    )]
    NoRecogniser {
        /// Number of pages.
        pages: usize,
    },
    /// Some pages are pictures, and what recognises them does not work.
    #[error(
        "{pages} pages are pictures, and recognising what is written on them failed ({cause}): check that tesseract runs and has its language data where the service runs, or send the original"
    )]
    NotRecognised {
        /// Pages that are pictures.
        pages: usize,
        /// What went wrong with the first.
        cause: String,
    },
    /// A time limit was reached.
    #[error("reading the file took more than {seconds} seconds: print it to a new PDF and send that")]
    TookTooLong {
        /// The limit that was reached, in seconds.
        seconds: u64,
    },
    /// The memory limit was reached.
    #[error(
        "reading the file needs more than {mebibytes} MiB of memory: print it to a new PDF, or send it in parts"
    )]
    TooMuchMemory {
        /// The limit that was reached, in MiB.
        mebibytes: u64,
    },
    /// The reader ended without an answer.
    #[error(
        "the file brought its reader down ({how}): print it to a new PDF and send that; the original is kept"
    )]
    ReaderDied {
        /// How it ended; never its words.
        how: String,
    },
    /// There is no reader; the file is not to blame.
    #[error(
        "no reader could be started from {program}: {cause}; check that the program is still where it was"
    )]
    NotStarted {
        /// The program.
        program: String,
        /// What the system said.
        cause: String,
    },
}

impl IntakeError {
    /// A stable name for programs, such as `encrypted` or `took_too_long`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal_code(refusal),
            Self::NoRecogniser { .. } => "no_text",
            Self::NotRecognised { .. } => "not_recognised",
            Self::TookTooLong { .. } => "took_too_long",
            Self::TooMuchMemory { .. } => "too_much_memory",
            Self::ReaderDied { .. } => "reader_died",
            Self::NotStarted { .. } => "reader_not_started",
        }
    }
}

fn refusal_code(refusal: &ReadError) -> &'static str {
    match refusal {
        ReadError::Empty => "empty",
        ReadError::TooLarge { .. } => "too_large",
        ReadError::NotADocument { .. } => "not_a_document",
        ReadError::Encrypted => "encrypted",
        ReadError::Damaged { .. } => "damaged",
        ReadError::NoPages => "no_pages",
        ReadError::TooManyPages { .. } => "too_many_pages",
        ReadError::TooManyCells { .. } => "too_many_cells",
        ReadError::TooManyFiles { .. } => "too_many_files",
        ReadError::NoText { .. } => "no_text",
        ReadError::Bomb { .. } => "bomb",
    }
}

fn start(settings: &ReaderSettings, orders: &child::Orders) -> Result<Child, IntakeError> {
    let not_started = |cause: String| IntakeError::NotStarted {
        program: settings.program.display().to_string(),
        cause,
    };
    let orders = orders.to_json().map_err(|cause| not_started(cause.to_string()))?;
    Command::new(&settings.program)
        .args(&settings.arguments)
        .env_clear()
        .env(child::ORDERS, orders)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|cause| not_started(cause.to_string()))
}

/// Sends the file, takes the answer and waits for the end. An answer over the limit is cut, and then not understood.
async fn converse(child: &mut Child, sent: [&[u8]; 2], answer_bytes: u64) -> std::io::Result<Output> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let send = async {
        if let Some(mut stdin) = stdin {
            // A child that died before the last byte says so by how it ended, not by this error.
            for bytes in sent {
                let _cut = stdin.write_all(bytes).await;
            }
        }
    };
    let ((), stdout, stderr) = tokio::join!(
        send,
        collect(stdout, answer_bytes.saturating_add(1)),
        collect(stderr, LAST_WORDS)
    );
    Ok(Output {
        stdout: stdout?,
        stderr: stderr?,
        status: child.wait().await?,
    })
}

/// Everything a stream says, up to a limit; then the stream is closed, which ends a child that goes on writing.
async fn collect(stream: Option<impl AsyncRead + Unpin>, limit: u64) -> std::io::Result<Vec<u8>> {
    let mut collected = Vec::new();
    if let Some(stream) = stream {
        stream.take(limit).read_to_end(&mut collected).await?;
    }
    Ok(collected)
}

/// Linux keeps the running program reachable here even when its file has been replaced by a newer one.
const RUNNING_PROGRAM: &str = "/proc/self/exe";

fn this_program() -> PathBuf {
    if Path::new(RUNNING_PROGRAM).exists() {
        return PathBuf::from(RUNNING_PROGRAM);
    }
    std::env::current_exe().unwrap_or_else(|_| PathBuf::from("quittance"))
}
