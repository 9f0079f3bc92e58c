//! How a command ends when it cannot do what was asked: a sentence, and an exit code a script can tell apart.

use std::io;
use std::process::ExitCode;

use tonic::{Code, Status};

/// Why a command ended without doing what was asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A named error of the product refused it: exit code 2.
    #[error("{0}")]
    Refused(String),
    /// Something around it broke: exit code 1.
    #[error("{0}")]
    Broken(String),
}

/// The command itself was wrong (`EX_USAGE` of sysexits).
const USAGE: u8 = 64;

impl Failure {
    /// Refused with a sentence.
    pub(crate) fn refused(sentence: impl Into<String>) -> Self {
        Self::Refused(sentence.into())
    }

    /// Broken with a sentence.
    pub(crate) fn broken(sentence: impl Into<String>) -> Self {
        Self::Broken(sentence.into())
    }

    /// Says it on standard error.
    #[expect(
        clippy::print_stderr,
        reason = "this is where a command speaks of its failure"
    )]
    pub(crate) fn tell(&self) -> ExitCode {
        eprintln!("quittance: {self}");
        match self {
            Self::Refused(_) => ExitCode::from(2),
            Self::Broken(_) => ExitCode::FAILURE,
        }
    }
}

/// Help and version go to standard output and are no failure; anything else is a wrong command.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    // Nothing is left to tell a terminal that cannot be written to.
    let _ = error.print();
    if error.use_stderr() {
        ExitCode::from(USAGE)
    } else {
        ExitCode::SUCCESS
    }
}

impl From<Status> for Failure {
    fn from(status: Status) -> Self {
        let fields = runtime::rejection::fields_of(&status);
        let mut sentence = status.message().to_owned();
        for (field, description) in fields {
            sentence.push_str(&format!("\n  {field}: {description}"));
        }
        match status.code() {
            Code::Unavailable
                if sentence.is_empty() || sentence.contains("transport") || sentence.contains("tcp") =>
            {
                Self::Broken(format!(
                    "the service does not answer ({sentence}); start it with `quittance serve`"
                ))
            }
            Code::Unavailable | Code::Internal | Code::Unknown | Code::DeadlineExceeded => {
                Self::Broken(sentence)
            }
            _ => Self::Refused(sentence),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Broken(error.to_string())
    }
}
