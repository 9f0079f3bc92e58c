//! Which kind of file the bytes are. Names lie: a `.pdf` may be a web page, and a portal's download has no name.

/// A kind of file, by its bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Portable Document Format.
    Pdf,
    /// Nothing we read, and what it looks like.
    Other(String),
}

/// PDF readers accept junk before the header (mail gateways put it there), up to this many bytes.
const HEADER_WINDOW: usize = 1024;

/// First bytes of files that people send by mistake, and what to call them.
const SIGNATURES: &[(&[u8], &str)] = &[
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"II*\0", "a TIFF picture"),
    (b"MM\0*", "a TIFF picture"),
    (b"GIF8", "a GIF picture"),
    (b"\xd0\xcf\x11\xe0", "an old Office file; save it as DOCX or PDF"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"{\\rtf", "an RTF file; save it as DOCX or PDF"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
];

/// The kind of file that `bytes` are.
pub(super) fn kind(bytes: &[u8]) -> Kind {
    if is_pdf(bytes) {
        return Kind::Pdf;
    }
    let known = SIGNATURES.iter().find(|(first, _)| bytes.starts_with(first));
    Kind::Other(known.map_or("no format we know", |(_, name)| name).to_owned())
}

fn is_pdf(bytes: &[u8]) -> bool {
    let head = bytes.get(..HEADER_WINDOW).unwrap_or(bytes);
    head.windows(5).any(|five| five == b"%PDF-")
}
