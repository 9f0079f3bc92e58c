//! The structure of a PDF, before anything is drawn: may it be opened, how many pages, what else it carries.

mod bombs;
mod extras;
mod fonts;
mod nesting;

use lopdf::{DecompressError, Document as Structured, Error, LoadOptions};

use super::super::{Limits, ReadError};
use crate::page::{Finding, FindingKind};

/// What the structure tells.
#[derive(Debug, Default)]
pub(super) struct Structure {
    /// Title in the metadata.
    pub(super) title: Option<String>,
    /// Can it be followed without repair? Only then is the file handed to the second engine, which has no guards.
    pub(super) sound: bool,
    /// Do its fonts say themselves what their codes mean?
    pub(super) plain: bool,
    /// Attachments, script, damage.
    pub(super) findings: Vec<Finding>,
}

/// Refuses what must not be handed to heavier readers.
///
/// # Errors
/// Encrypted, no pages, too many pages, or a stream that unpacks beyond the limit. Damage alone is a finding: the
/// other reader may still follow the file, and says so if it cannot.
pub(super) fn inspect(bytes: &[u8], limits: &Limits) -> Result<Structure, ReadError> {
    let options = LoadOptions {
        max_decompressed_size: Some(limits.stream_bytes),
        ..LoadOptions::with_password("")
    };
    match Structured::load_mem_with_options(bytes, options) {
        Ok(pdf) => describe(&pdf, limits),
        Err(Error::InvalidPassword | Error::Decryption(_) | Error::UnsupportedSecurityHandler(_)) => {
            Err(ReadError::Encrypted)
        }
        Err(Error::Decompress(DecompressError::MemoryLimitExceeded { limit })) => {
            Err(ReadError::Bomb { limit })
        }
        Err(error) => Ok(Structure {
            findings: vec![damage(&error)],
            ..Structure::default()
        }),
    }
}

fn describe(pdf: &Structured, limits: &Limits) -> Result<Structure, ReadError> {
    if pdf.is_encrypted() && !pdf.was_encrypted() {
        return Err(ReadError::Encrypted);
    }
    let pages = pdf.page_iter().take(limits.pages.saturating_mul(100)).count();
    if pages > limits.pages {
        return Err(ReadError::TooManyPages {
            pages,
            limit: limits.pages,
        });
    }
    bombs::refuse(pdf, limits)?;
    nesting::refuse(pdf, limits)?;
    let sound = pdf.xref_recovery.is_none() && !nesting::is_cyclic(pdf);
    Ok(Structure {
        title: extras::title(pdf),
        sound,
        plain: fonts::speak_for_themselves(pdf),
        findings: extras::findings(pdf),
    })
}

fn damage(error: &Error) -> Finding {
    let detail =
        format!("the file is damaged ({error}); what could be read was read: compare it with the original");
    Finding {
        kind: FindingKind::Damage,
        page: None,
        detail,
    }
}
