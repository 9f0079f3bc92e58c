//! What a child's end means.

use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Output};

use contract::file::ReadError;
use serde::de::DeserializeOwned;

use super::{IntakeError, ReaderSettings};

/// Signal numbers that POSIX fixes (SIGABRT, SIGKILL) or Linux and macOS share (SIGXCPU).
const SIGABRT: i32 = 6;
const SIGKILL: i32 = 9;
const SIGXCPU: i32 = 24;

/// How Rust's allocator says that there is no more memory, before it aborts.
const NO_MEMORY: &[u8] = b"memory allocation of ";

/// What was read or the refusal that a child answered with, or what ended it.
pub(super) fn answer<Read: DeserializeOwned>(
    output: &Output,
    settings: &ReaderSettings,
) -> Result<Read, IntakeError> {
    if !output.status.success() {
        return Err(fault(output, settings));
    }
    if longer_than(&output.stdout, settings.answer_bytes) {
        return Err(too_much_memory(settings));
    }
    let answer: Result<Read, ReadError> =
        serde_json::from_slice(&output.stdout).map_err(|_| not_understood())?;
    Ok(answer?)
}

/// The first bytes of every PNG.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The picture or the refusal that a child answered with, or what ended it.
pub(super) fn picture(output: Output, settings: &ReaderSettings) -> Result<Vec<u8>, IntakeError> {
    if !output.status.success() {
        return Err(fault(&output, settings));
    }
    if output.stdout.starts_with(PNG) && !longer_than(&output.stdout, settings.answer_bytes) {
        return Ok(output.stdout);
    }
    let refusal: Result<ReadError, _> = serde_json::from_slice(&output.stdout);
    Err(refusal.map_or_else(|_| not_understood(), IntakeError::Refused))
}

/// The text that a child answered with, or what ended it.
pub(super) fn text(output: &Output, settings: &ReaderSettings) -> Result<String, IntakeError> {
    if !output.status.success() || longer_than(&output.stdout, settings.answer_bytes) {
        return Err(fault(output, settings));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn not_understood() -> IntakeError {
    IntakeError::ReaderDied {
        how: "its answer cannot be understood".to_owned(),
    }
}

fn fault(output: &Output, settings: &ReaderSettings) -> IntakeError {
    match output.status.signal() {
        Some(SIGXCPU) => IntakeError::TookTooLong {
            seconds: settings.cpu_seconds,
        },
        Some(SIGABRT) if mentions_no_memory(&output.stderr) => too_much_memory(settings),
        // Its answer was cut off at the limit, and it went on writing into nothing.
        _ if longer_than(&output.stdout, settings.answer_bytes) => too_much_memory(settings),
        Some(SIGKILL) => IntakeError::ReaderDied {
            how: "the system killed it, perhaps because the machine ran out of memory".to_owned(),
        },
        _ => IntakeError::ReaderDied {
            how: describe(output.status),
        },
    }
}

fn too_much_memory(settings: &ReaderSettings) -> IntakeError {
    IntakeError::TooMuchMemory {
        mebibytes: settings.memory_bytes >> 20,
    }
}

fn mentions_no_memory(stderr: &[u8]) -> bool {
    stderr.windows(NO_MEMORY.len()).any(|window| window == NO_MEMORY)
}

fn longer_than(answer: &[u8], limit: u64) -> bool {
    u64::try_from(answer.len()).is_ok_and(|length| length > limit)
}

fn describe(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => format!("signal {signal}"),
        (None, Some(code)) => format!("exit code {code}"),
        (None, None) => "no exit code".to_owned(),
    }
}
