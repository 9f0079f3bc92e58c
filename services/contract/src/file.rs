//! From bytes to a [`Document`]: which kind of file it is, whether it may be read, and which reader reads it.
//!
//! Everything here runs on bytes a counterparty wrote. Limits come first, the cheap structure check before the
//! expensive readers, and whatever cannot be read has a name a person can act on.

mod archive;
mod carried;
mod characters;
mod csv;
mod docx;
mod email;
mod flow;
mod header;
mod html;
mod pdf;
mod recognised;
mod sheet;
mod sniff;
#[cfg(test)]
mod tests;
mod text;
mod xlsx;
mod xml;
mod zipped;

use sha2::{Digest, Sha256};

use crate::page::{Document, Media};
pub use carried::{Carried, unpack};
pub use recognised::RecognisedPage;
use sniff::Kind;
pub use zipped::pack;

/// Reads one file. An e-mail gives its body; [`read_all`] gives its attachments too.
///
/// # Errors
/// Each [`ReadError`] says what is wrong with the file and what to do about it.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Document, ReadError> {
    read_recognised(bytes, limits, &[])
}

/// Reads one file with what was recognised on those of its pages that are pictures. Which they are, the findings of a
/// reading without it say; a page that has text is read from its text, whatever was recognised on it.
///
/// # Errors
/// As for [`read`].
pub fn read_recognised(
    bytes: &[u8],
    limits: &Limits,
    recognised: &[RecognisedPage],
) -> Result<Document, ReadError> {
    part(bytes, limits, 0, recognised)
}

fn part(
    bytes: &[u8],
    limits: &Limits,
    part: usize,
    recognised: &[RecognisedPage],
) -> Result<Document, ReadError> {
    admit(bytes, limits)?;
    let recognised = recognised.iter().filter(|page| page.part == part);
    match recognised_kind(bytes)? {
        Media::Pdf => {
            let pages = recognised.map(|page| (page.page, page.tsv.as_str())).collect();
            pdf::read(bytes, limits, &pages)
        }
        Media::Docx => docx::read(bytes, limits),
        Media::Html => html::read(bytes, limits),
        Media::Email => email::read(bytes, limits),
        Media::Text => text::read(bytes),
        Media::Xlsx => xlsx::read(bytes, limits),
        Media::Csv => csv::read(bytes),
        Media::Bundle => Err(ReadError::NotADocument {
            looks_like: String::from("an archive inside an archive, deeper than is followed"),
        }),
    }
}

/// Which kind of file the bytes are, without reading it: cheap and safe enough to do while somebody waits for an answer.
///
/// # Errors
/// Empty, too large, or a kind of file that is not read.
pub fn recognise(bytes: &[u8], limits: &Limits) -> Result<Media, ReadError> {
    admit(bytes, limits)?;
    recognised_kind(bytes)
}

/// Reads a file and every document it carries: for an e-mail its body, named [`BODY`], then its attachments by name; for an
/// archive its files by name, e-mails among them with their attachments; for any other file the file itself, named [`BODY`].
///
/// # Errors
/// [`ReadError`] when the file itself cannot be read; a file inside that cannot be read carries its own error.
pub fn read_all(
    bytes: &[u8],
    limits: &Limits,
    recognised: &[RecognisedPage],
) -> Result<Vec<Part>, ReadError> {
    let mut parts = Vec::new();
    for (number, (name, bytes)) in unpack(bytes, limits)?.into_iter().enumerate() {
        let size = bytes.as_ref().map_or(0, |bytes| bytes.len());
        let read = bytes.and_then(|bytes| part(&bytes, limits, number, recognised));
        match read {
            Err(refusal) if name == BODY => return Err(refusal),
            read => parts.push(Part { name, size, read }),
        }
    }
    Ok(parts)
}

/// The name of a file's own text among its [`Part`]s.
pub const BODY: &str = "body";

/// What one file may cost before it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Size of the file in bytes.
    pub bytes: usize,
    /// Number of pages.
    pub pages: usize,
    /// Bytes that any one compressed stream may unpack to; pictures are not unpacked and not counted.
    pub stream_bytes: usize,
}

impl Default for Limits {
    /// 50 MB, 500 pages, 20 MB a stream: ten times the largest contract we have seen.
    fn default() -> Self {
        Self {
            bytes: 50_000_000,
            pages: 500,
            stream_bytes: 20_000_000,
        }
    }
}

/// One document inside a file.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub struct Part {
    /// `body`, or the attachment's file name.
    pub name: String,
    /// Bytes it has; 0 where they could not be had.
    pub size: usize,
    /// What reading it gave.
    pub read: Result<Document, ReadError>,
}

/// Why a file was not read.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, thiserror::Error)]
pub enum ReadError {
    /// No bytes at all.
    #[error("the file is empty: send it again, the upload may have been cut")]
    Empty,
    /// More bytes than the limit.
    #[error(
        "the file has {bytes} bytes, the limit is {limit}: send the contract without its large pictures, or in parts"
    )]
    TooLarge {
        /// Size of the file.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// A kind of file we do not read.
    #[error(
        "this is not a contract document we read (it looks like {looks_like}): send PDF, DOCX, XLSX, CSV, HTML, e-mail or text"
    )]
    NotADocument {
        /// What the bytes look like.
        looks_like: String,
    },
    /// A password is needed to open it.
    #[error("the file is protected by a password: send a copy that opens without one")]
    Encrypted,
    /// Its structure cannot be followed.
    #[error("the file is damaged ({detail}): export or scan it again and send the new copy")]
    Damaged {
        /// What was wrong, for the person who exports it again.
        detail: String,
    },
    /// It has no pages.
    #[error("the file has no pages: export it again and send the new copy")]
    NoPages,
    /// More pages than the limit.
    #[error(
        "the file has {pages} pages, the limit is {limit}: send only the contract, without its attachments"
    )]
    TooManyPages {
        /// Number of pages.
        pages: usize,
        /// The limit.
        limit: usize,
    },
    /// More files than one contract has.
    #[error("more than {limit} files: send only the papers of one contract")]
    TooManyFiles {
        /// The limit.
        limit: usize,
    },
    /// More cells than any price list has.
    #[error(
        "the sheets hold {cells} cells, the limit is {limit}: send only the sheets that the contract is about"
    )]
    TooManyCells {
        /// Number of cells.
        cells: usize,
        /// The limit.
        limit: usize,
    },
    /// Pictures only: there is nothing to read, so nothing may be billed from it.
    #[error(
        "none of the {pages} pages has readable text, the file seems to be a scan: send the original, or a copy with recognised text"
    )]
    NoText {
        /// Number of pages.
        pages: usize,
    },
    /// A stream unpacks to more than the limit; such files are made to exhaust a reader.
    #[error("a part of the file unpacks to more than {limit} bytes: print it to a new PDF and send that")]
    Bomb {
        /// The limit.
        limit: usize,
    },
}

fn recognised_kind(bytes: &[u8]) -> Result<Media, ReadError> {
    match sniff::kind(bytes) {
        Kind::Readable(media) => Ok(media),
        Kind::Locked => Err(ReadError::Encrypted),
        Kind::Other(looks_like) => Err(ReadError::NotADocument {
            looks_like: looks_like.to_owned(),
        }),
    }
}

fn admit(bytes: &[u8], limits: &Limits) -> Result<(), ReadError> {
    if bytes.is_empty() {
        return Err(ReadError::Empty);
    }
    if bytes.len() > limits.bytes {
        return Err(ReadError::TooLarge {
            bytes: bytes.len(),
            limit: limits.bytes,
        });
    }
    Ok(())
}

/// SHA-256 in lower-case hexadecimal: the identity of a file is its content, so the same file twice is one document.
fn identity(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
