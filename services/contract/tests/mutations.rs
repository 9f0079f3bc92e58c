//! Broken copies of good files and good model replies: whatever stands in them gives a reading or a named error, soon, and
//! never a panic. The changes are made by a fixed sequence, so a failure can be seen again.
//!
//! `QUITTANCE_MUTATIONS` multiplies how many copies are made, for a long run before a release.
#![expect(
    clippy::expect_used,
    reason = "without the good files there is nothing to break"
)]

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use contract::file::{Limits, read_all};
use contract::schema;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// What one copy may take, on a machine that does much else besides.
const LONGEST: Duration = Duration::from_secs(60);

const CONTRACT: &str = "SERVICE AGREEMENT\n\nThis Agreement is made as of the 3rd day of May, 2004 by and between Larch Data, Inc. \
(\"Provider\") and Orrin Foods LLC, a limited liability company (\"Client\").\n\n2. FEES\n\n2.1 Client shall pay a setup fee of \
Two Thousand Dollars and Fifty Cents ($2,000.50), fifty percent (50%) upon signing and fifty percent (50%) upon acceptance.\n\n\
2.2 Client shall pay $900 per month for months one through six and $1,050 per month thereafter, payable in advance.\n\n2.3 Calls \
in excess of 1,000 in any month will be charged at the rate of $0.05 per call; the first 500 units at $0.10, the next 500 at \
$0.08, then $0.05.\n\n2.4 Client shall pay the greater of $250 and two and one-half percent (2 1/2%) of sales, within 15 days \
after the end of each calendar quarter.\n\n2.5 Ten installments of $[ * ] on 3/15/05, 6/15/05 and the first day of each month.\n\n\
3. The term is 24 months from June 1, 2004 and renews for one-year terms unless either party gives 60 days' notice.\n";

/// Pieces that readers of numbers, dates and tables trip over.
const PIECES: [&str; 24] = [
    "$",
    "%",
    "(",
    ")",
    "[*]",
    "$99999999999999999999999999999.99",
    "0",
    "-",
    "1/0%",
    "per",
    "percent",
    "thousand million billion",
    "31 February 2023",
    "through",
    "thereafter",
    "each of the",
    "\u{202E}",
    "\u{1D7D9}",
    "\u{0}",
    "|",
    "\n\n",
    "installments of",
    "1,000,000,000,000,000,000,000,000,000,000 months",
    "first second third",
];

/// A sequence of numbers that looks random and is the same every time.
struct Sequence(u64);

impl Sequence {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let limit = u64::try_from(limit.max(1)).unwrap_or(1);
        usize::try_from(self.0.checked_rem(limit).unwrap_or(0)).unwrap_or(0)
    }
}

fn copies(count: usize) -> usize {
    let times = std::env::var("QUITTANCE_MUTATIONS").ok();
    let times: usize = times.and_then(|times| times.parse().ok()).unwrap_or(1);
    count.saturating_mul(times)
}

/// One to four changes: a byte turned over, a stretch cut, doubled or moved, a piece put in, the end cut off.
fn broken(good: &[u8], sequence: &mut Sequence) -> Vec<u8> {
    let mut bytes = good.to_vec();
    for _ in 0..=sequence.below(4) {
        let at = sequence.below(bytes.len());
        let to = at.saturating_add(sequence.below(80)).min(bytes.len());
        match sequence.below(6) {
            0 => {
                let turned = u8::try_from(sequence.below(255)).unwrap_or(1);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= turned;
                }
            }
            1 => drop(bytes.drain(at..to)),
            2 => {
                let again = bytes.get(at..to).unwrap_or_default().to_vec();
                let place = sequence.below(bytes.len());
                bytes.splice(place..place, again);
            }
            3 | 4 => {
                let piece = PIECES
                    .get(sequence.below(PIECES.len()))
                    .copied()
                    .unwrap_or_default();
                bytes.splice(at..at, format!(" {piece} ").into_bytes());
            }
            _ if sequence.below(4) == 0 => bytes.truncate(at),
            _ => {}
        }
    }
    bytes
}

/// Reads a copy to the end: file, words, terms, flags, plan.
fn follow(bytes: &[u8]) {
    let Ok(parts) = read_all(bytes, &Limits::default(), &[]) else {
        return;
    };
    for document in parts.into_iter().filter_map(|part| part.read.ok()) {
        let reading = contract::reading::read(&document);
        for line in &reading.terms.line_items {
            assert!(!line.evidence.is_empty(), "{} stands nowhere", line.description);
        }
        let _ = contract::draft(&document, "broken", reading, None);
    }
}

fn break_and_follow(name: &str, good: &[u8], count: usize, pack: impl Fn(Vec<u8>) -> Vec<u8>) {
    let mut sequence = Sequence(0x9E37_79B9_7F4A_7C15);
    for number in 0..copies(count) {
        let bytes = pack(broken(good, &mut sequence));
        let begun = Instant::now();
        follow(&bytes);
        let took = begun.elapsed();
        assert!(took < LONGEST, "copy {number} of the {name} took {took:?}");
    }
}

fn sample(file: &str) -> Vec<u8> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples");
    std::fs::read(samples.join(file)).expect("the samples are there")
}

fn packed(document: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("word/document.xml", SimpleFileOptions::default())
        .expect("memory");
    zip.write_all(document).expect("memory");
    zip.finish().expect("memory").into_inner()
}

/// The contract as paragraphs and a table of a word processor.
fn word_document() -> String {
    let mut body = String::from("<w:document><w:body>");
    for line in CONTRACT.lines().filter(|line| !line.is_empty()) {
        let _ = write!(body, "<w:p><w:r><w:t>{line}</w:t></w:r></w:p>");
    }
    body.push_str("<w:tbl>");
    for row in [
        ["Item", "Qty", "Price"],
        ["Seats", "12", "$30.00"],
        ["Total", "", "$360.00"],
    ] {
        body.push_str("<w:tr>");
        for cell in row {
            let _ = write!(body, "<w:tc><w:p><w:r><w:t>{cell}</w:t></w:r></w:p></w:tc>");
        }
        body.push_str("</w:tr>");
    }
    body.push_str("</w:tbl></w:body></w:document>");
    body
}

#[test]
fn broken_text_is_read_or_refused() {
    break_and_follow("text", CONTRACT.as_bytes(), 150, |bytes| bytes);
}

#[test]
fn broken_pages_are_read_or_refused() {
    break_and_follow("page", &sample("04-seats/contract.html"), 40, |bytes| bytes);
}

#[test]
fn broken_word_documents_are_read_or_refused() {
    break_and_follow("document inside", word_document().as_bytes(), 60, |bytes| {
        packed(&bytes)
    });
    break_and_follow("archive", &packed(word_document().as_bytes()), 60, |bytes| bytes);
}

#[test]
fn broken_pdfs_are_read_or_refused() {
    break_and_follow("PDF", &sample("01-subscription/contract.pdf"), 25, |bytes| bytes);
}

#[test]
fn broken_replies_of_a_model_are_taken_or_refused() {
    let good = r#"{"coverage":{"first_line":"p1.l1","last_line":"p1.l9"},"statements":[],"charges":[],"other_money":[]}"#;
    assert!(
        schema::validate(good).is_ok(),
        "the reply that is broken below is a good one"
    );
    let mut sequence = Sequence(0x0DDB_1A5E_5BAD_5EED);
    let refused = (0..copies(300))
        .map(|_| String::from_utf8_lossy(&broken(good.as_bytes(), &mut sequence)).into_owned())
        .filter(|reply| schema::validate(reply).is_err())
        .count();
    assert!(refused > 0, "a broken reply passes for a good one");
}
