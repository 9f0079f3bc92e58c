//! A DOCX. Changing a compressed archive byte by byte breaks the archive and little else, so the input is the text of its
//! parts, packed here; what begins like an archive is taken as it is.
#![no_main]

use std::io::{Cursor, Write};

use fuzz::read_and_follow;
use libfuzzer_sys::fuzz_target;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Parts in the order of the input, divided by lines of their own that say `<!part>`.
const PARTS: [&str; 6] = [
    "word/document.xml",
    "word/numbering.xml",
    "word/styles.xml",
    "word/footnotes.xml",
    "word/header1.xml",
    "_rels/.rels",
];

fuzz_target!(|bytes: &[u8]| {
    if bytes.starts_with(b"PK\x03\x04") {
        read_and_follow(bytes);
    } else if let Some(archive) = packed(bytes) {
        read_and_follow(&archive);
    }
});

fn packed(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, part) in PARTS.iter().zip(text.split("\n<!part>\n")) {
        // An archive without a part is read; one with an empty part is damaged.
        if part.trim().is_empty() {
            continue;
        }
        archive.start_file(*name, SimpleFileOptions::default()).ok()?;
        archive.write_all(part.as_bytes()).ok()?;
    }
    Some(archive.finish().ok()?.into_inner())
}
