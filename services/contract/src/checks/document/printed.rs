//! The words of a document in reading order, each with its place.

use crate::page::{Document, Word, WordRef};

/// A word and where it stands.
#[derive(Clone, Copy)]
pub(super) struct Printed<'d> {
    pub(super) at: WordRef,
    pub(super) word: &'d Word,
}

impl<'d> Printed<'d> {
    /// Its characters.
    pub(super) fn text(&self) -> &'d str {
        &self.word.text
    }
}

/// Every word, hidden ones too, line by line.
pub(super) fn of(document: &Document) -> Vec<Printed<'_>> {
    let lines = document.lines();
    let words = lines.flat_map(|line| {
        (0..).zip(&line.words).map(|(word, printed)| Printed {
            at: WordRef { line: line.id, word },
            word: printed,
        })
    });
    words.collect()
}

/// The words that can be seen.
pub(super) fn seen<'d>(words: &[Printed<'d>]) -> Vec<Printed<'d>> {
    words.iter().copied().filter(|word| word.word.seen()).collect()
}

/// The words that cannot.
pub(super) fn hidden<'d>(words: &[Printed<'d>]) -> Vec<Printed<'d>> {
    words.iter().copied().filter(|word| !word.word.seen()).collect()
}

/// Their places.
pub(super) fn places(words: &[Printed<'_>]) -> Vec<WordRef> {
    words.iter().map(|word| word.at).collect()
}

/// Their text, one space apart.
pub(super) fn text(words: &[Printed<'_>]) -> String {
    let texts: Vec<&str> = words.iter().map(Printed::text).collect();
    texts.join(" ")
}

/// A word in lower case without the punctuation around it.
pub(super) fn bare(text: &str) -> String {
    text.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}
