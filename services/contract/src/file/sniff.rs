//! Which kind of file the bytes are. Names lie: a `.pdf` may be a web page, and a portal's download has no name.

use super::{csv, text, zipped};
use crate::page::Media;

/// A kind of file, by its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A kind that is read.
    Readable(Media),
    /// An Office file that needs a password.
    Locked,
    /// Nothing we read, and what it looks like.
    Other(&'static str),
}

/// Readers accept junk before the header of a PDF (mail gateways put it there), up to this many bytes.
const HEADER_WINDOW: usize = 1024;
/// A web page or an e-mail shows what it is within this many bytes.
const TEXT_WINDOW: usize = 4096;

/// First bytes of files that people send by mistake, and what to call them.
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"GIF8", "a GIF picture"),
    (
        b"\xd0\xcf\x11\xe0",
        "an old Office file; save it as DOCX, XLSX or PDF",
    ),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"{\\rtf", "an RTF file; save it as DOCX or PDF"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
];

/// Names inside a ZIP archive that say what it is.
const ZIP_NAMES: &[(&[u8], Kind)] = &[
    (b"word/document", Kind::Readable(Media::Docx)),
    (
        b"xl/workbook.bin",
        Kind::Other("a binary spreadsheet; save it as XLSX"),
    ),
    (b"xl/workbook", Kind::Readable(Media::Xlsx)),
    (
        b"ppt/presentation",
        Kind::Other("a presentation; print it to PDF"),
    ),
    (
        b"opendocument.spreadsheet",
        Kind::Other("an OpenDocument spreadsheet; save it as XLSX"),
    ),
    (
        b"opendocument.text",
        Kind::Other("an OpenDocument text; save it as DOCX or PDF"),
    ),
];

/// What an encrypted Office file calls its content, in the UTF-16 that its directory is written in.
const LOCKED: &[u8] = b"E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0";

/// Header fields with which e-mails begin.
const MAIL_FIELDS: [&str; 12] = [
    "from",
    "to",
    "subject",
    "date",
    "received",
    "return-path",
    "delivered-to",
    "message-id",
    "mime-version",
    "content-type",
    "x-mozilla-status",
    "reply-to",
];

/// The kind of file that `bytes` are.
pub(super) fn kind(bytes: &[u8]) -> Kind {
    // An archive that compresses nothing may show the head of a PDF in it.
    if bytes.starts_with(b"PK\x03\x04") {
        return zipped(bytes);
    }
    if is_pdf(bytes) {
        return Kind::Readable(Media::Pdf);
    }
    if bytes.starts_with(b"\xd0\xcf\x11\xe0") && holds(bytes, LOCKED) {
        return Kind::Locked;
    }
    match SIGNATURES.iter().find(|(first, _)| bytes.starts_with(first)) {
        Some((_, name)) => Kind::Other(name),
        None if text::is_text(bytes) => written(bytes),
        None => Kind::Other("no format we know"),
    }
}

/// A short letter with a PDF in it has the same mark among its first bytes, after the names of who wrote to whom.
fn is_pdf(bytes: &[u8]) -> bool {
    let head = head(bytes, HEADER_WINDOW);
    let before = head.windows(5).position(|window| window == b"%PDF-");
    before.is_some_and(|before| !is_letter(&text::decode(head.get(..before).unwrap_or_default())))
}

fn is_letter(start: &str) -> bool {
    is_mail(start) && start.lines().any(|line| line.to_lowercase().starts_with("from:"))
}

/// What an archive is by the names in it; one whose names are nobody's own is a bundle of files.
fn zipped(bytes: &[u8]) -> Kind {
    let Some(names) = zipped::names(bytes) else {
        return by_bytes(bytes).unwrap_or(Kind::Other("a damaged ZIP archive; send the contract itself"));
    };
    let named = |part: &[u8]| names.iter().any(|name| name.as_bytes().starts_with(part));
    let known = ZIP_NAMES.iter().find(|(name, _)| named(name));
    match known {
        Some((_, kind)) => *kind,
        // An OpenDocument file says what it is in its first entry.
        None if named(b"mimetype") => {
            by_bytes(bytes).unwrap_or(Kind::Other("an OpenDocument file; save it as DOCX or PDF"))
        }
        None => Kind::Readable(Media::Bundle),
    }
}

/// Names of entries stand uncompressed in the archive, even where its directory is damaged.
fn by_bytes(bytes: &[u8]) -> Option<Kind> {
    let known = ZIP_NAMES.iter().find(|(name, _)| holds(bytes, name));
    known.map(|(_, kind)| *kind)
}

fn written(bytes: &[u8]) -> Kind {
    let start = text::decode(head(bytes, TEXT_WINDOW));
    let start = start.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    if is_mail(start) {
        return Kind::Readable(Media::Email);
    }
    let lower = start.to_lowercase();
    let tags = [
        "<!doctype html",
        "<html",
        "<head",
        "<body",
        "<table",
        "<div",
        "<p>",
    ];
    match tags.iter().any(|tag| lower.starts_with(tag)) || (lower.starts_with('<') && lower.contains("<html"))
    {
        true => Kind::Readable(Media::Html),
        false if csv::is_values(&text::decode(bytes)) => Kind::Readable(Media::Csv),
        false => Kind::Readable(Media::Text),
    }
}

/// An e-mail starts with header fields, three of them well known.
fn is_mail(start: &str) -> bool {
    let fields = start
        .lines()
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with([' ', '\t']));
    let names: Vec<String> = fields
        .filter_map(|line| Some(line.split_once(':')?.0.to_lowercase()))
        .collect();
    let first = names
        .first()
        .is_some_and(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
    first
        && names
            .iter()
            .filter(|name| MAIL_FIELDS.contains(&name.as_str()))
            .count()
            >= 3
}

fn head(bytes: &[u8], length: usize) -> &[u8] {
    bytes.get(..length).unwrap_or(bytes)
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_bytes() {
        let cases: [(&[u8], Kind); 13] = [
            (b"%PDF-1.7\n", Kind::Readable(Media::Pdf)),
            (b"junk of a gateway\n%PDF-1.4", Kind::Readable(Media::Pdf)),
            (b"PK\x03\x04....word/document.xml", Kind::Readable(Media::Docx)),
            (
                b"PK\x03\x04....xl/workbook.bin",
                Kind::Other("a binary spreadsheet; save it as XLSX"),
            ),
            (b"PK\x03\x04....xl/workbook.xml", Kind::Readable(Media::Xlsx)),
            (b"Item,Price\nSeat,$5\n", Kind::Readable(Media::Csv)),
            (b"<!DOCTYPE html><html>", Kind::Readable(Media::Html)),
            (b"\xef\xbb\xbf  <html><body>", Kind::Readable(Media::Html)),
            (
                b"From: a@b.example\r\nTo: c@d.example\r\nSubject: Order\r\n\r\nHi",
                Kind::Readable(Media::Email),
            ),
            (
                b"From: a@b.example\nTo: c@d.example\nSubject: Order\n\n--cut\n\n%PDF-1.4\n--cut--",
                Kind::Readable(Media::Email),
            ),
            (
                b"From: Signalbrook\nFor: Tern\nLength: 24 months\n",
                Kind::Readable(Media::Text),
            ),
            (b"\x89PNG\r\n", Kind::Other("a PNG picture")),
            (b"\0\x01\x02\x03\x04\x05", Kind::Other("no format we know")),
        ];
        for (bytes, kind_of) in cases {
            assert_eq!(kind(bytes), kind_of, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[test]
    fn an_office_file_behind_a_password_is_named_so() {
        let bytes = [b"\xd0\xcf\x11\xe0....".as_slice(), LOCKED].concat();
        assert_eq!(kind(&bytes), Kind::Locked);
    }
}
