//! What every target does with a document once it has one: the rest of the way to a draft plan, and whether what comes
//! out of it is sourced.

use std::collections::BTreeSet;
use std::panic;

use contract::draft::{Draft, draft};
use contract::file::{Limits, read_all};
use contract::page::{Document, Word};
use contract::reading::{self, Reading};
use contract::terms::{Evidence, rows};

/// As large a file as a target makes; what lies beyond is refused before it is read.
pub const LIMITS: Limits = Limits {
    bytes: 1 << 20,
    pages: 50,
    stream_bytes: 4 << 20,
};

/// Reads a file with everything it carries, and follows each document to its draft.
pub fn read_and_follow(bytes: &[u8]) {
    let Ok(parts) = read_all(bytes, &LIMITS, &[]) else { return };
    for document in parts.into_iter().filter_map(|part| part.read.ok()) {
        follow(&document, None);
    }
}

/// From a document to its draft, every value of which must have its words on a page.
pub fn follow(document: &Document, model: Option<Reading>) -> Draft {
    let drawn = draft(document, "fuzz", reading::read(document), model);
    for row in rows(&drawn.terms) {
        let sourced = !row.evidence.is_empty() || row.status == "derived";
        assert!(sourced, "{} = {:?} has no source", row.path, row.value);
        for evidence in &row.evidence {
            stands(evidence, document, &row.path);
        }
    }
    drawn
}

/// The words of a piece of evidence are visible words of the lines it names.
fn stands(evidence: &Evidence, document: &Document, path: &str) {
    let lines = evidence.lines().iter().map(|line| document.line(*line));
    let lines = lines.collect::<Option<Vec<_>>>();
    let lines = lines.unwrap_or_else(|| panic!("{path} cites a line that is not there"));
    let words = lines.iter().flat_map(|line| &line.words).filter(|word| Word::seen(word));
    let seen: BTreeSet<&str> = words.flat_map(|word| word.text.split_whitespace()).collect();
    for quoted in evidence.quote().split_whitespace() {
        assert!(seen.contains(quoted), "{path} quotes “{quoted}”, which does not stand there");
    }
}

/// Lets panics of the libraries that draw and read PDF unwind to where they are caught: each page is tried for itself.
/// A panic in code of our own ends the program, caught or not.
pub fn forgive_libraries() {
    panic::set_hook(Box::new(|panic| {
        let ours = panic.location().is_none_or(|place| place.file().contains("services/"));
        if ours {
            eprintln!("{panic}");
            std::process::abort();
        }
    }));
}
