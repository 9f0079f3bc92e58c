//! Evidence: the words a value rests on, found on the page by us.

use pricing::source::{Clause, QuoteBox};
use serde::{Deserialize, Serialize};

use crate::page::{BBox, Document, LineId, WordRef, cells};

/// The words a value rests on. Built from words of a document only: no reader can claim a quote or a box.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    document: String,
    page: u32,
    lines: Vec<LineId>,
    quote: String,
    boxes: Vec<QuoteBox>,
    #[serde(rename = "match")]
    matched: Match,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cells: Option<String>,
}

/// How the words on the page compare with what a reader quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Match {
    /// Letter by letter; always so for readers that point at words.
    Exact,
    /// After folding white space, hyphenation, ligatures, quotation marks and dashes. Digits are never folded.
    Folded,
}

impl Evidence {
    /// The evidence those words make, in reading order; hidden words are left out. `None` where none is left.
    #[must_use]
    pub fn from_words(document: &Document, words: &[WordRef], matched: Match) -> Option<Self> {
        let mut seen: Vec<WordRef> = words.to_vec();
        seen.retain(|at| document.word(*at).is_some_and(crate::page::Word::seen));
        seen.dedup();
        let first = seen.first()?;
        let lines = lines_of(&seen);
        Some(Self {
            document: document.id.clone(),
            page: first.line.page,
            quote: quote_of(document, &seen),
            boxes: lines
                .iter()
                .filter_map(|line| box_of(document, &seen, *line))
                .collect(),
            lines,
            matched,
            cells: cells::address(document, &seen),
        })
    }

    /// SHA-256 of the document it stands in.
    #[must_use]
    pub fn document(&self) -> &str {
        &self.document
    }

    /// Page of its first word, from 1.
    #[must_use]
    pub fn page(&self) -> u32 {
        self.page
    }

    /// The lines it touches, in reading order.
    #[must_use]
    pub fn lines(&self) -> &[LineId] {
        &self.lines
    }

    /// The words as printed, one space apart.
    #[must_use]
    pub fn quote(&self) -> &str {
        &self.quote
    }

    /// One box for each line, in hundredths of a point; empty boxes where the format has no geometry.
    #[must_use]
    pub fn boxes(&self) -> &[QuoteBox] {
        &self.boxes
    }

    /// The cells of a spreadsheet they stand in, such as `Prices!B4`; none in other kinds of documents.
    #[must_use]
    pub fn cells(&self) -> Option<&str> {
        self.cells.as_deref()
    }

    /// How it compares with what a reader quoted.
    #[must_use]
    pub fn matched(&self) -> Match {
        self.matched
    }

    /// The same words as the source of a plan's field.
    #[must_use]
    pub fn clause(&self) -> Clause {
        Clause {
            document: self.document.clone(),
            page: self.page,
            quote: self.quote.clone(),
            boxes: self.boxes.clone(),
        }
    }
}

fn lines_of(words: &[WordRef]) -> Vec<LineId> {
    let mut lines: Vec<LineId> = words.iter().map(|at| at.line).collect();
    let mut known = std::collections::HashSet::new();
    lines.retain(|line| known.insert(*line));
    lines
}

fn quote_of(document: &Document, words: &[WordRef]) -> String {
    let texts: Vec<&str> = words
        .iter()
        .filter_map(|at| document.word(*at))
        .map(|word| word.text.as_str())
        .collect();
    texts.join(" ")
}

fn box_of(document: &Document, words: &[WordRef], line: LineId) -> Option<QuoteBox> {
    words
        .iter()
        .filter(|at| at.line == line)
        .filter_map(|at| document.word(*at))
        .map(|word| word.at)
        .reduce(BBox::around)
        .map(|whole| QuoteBox {
            left: whole.left,
            top: whole.top,
            right: whole.right,
            bottom: whole.bottom,
        })
}
