//! The document model: words with boxes, lines with ids, pages, tables; the spine every later step stands on.

pub(crate) mod cells;

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A file as we read it. Everything later cites it by page, line and character.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// SHA-256 of the file's bytes, lower-case hexadecimal: its identity.
    pub id: String,
    /// What kind of file it is.
    pub media: Media,
    /// The title its metadata gives, if any; never evidence.
    pub title: Option<String>,
    /// Pages in order, at least one.
    pub pages: Vec<Page>,
    /// Tables found, in reading order.
    pub tables: Vec<Table>,
    /// What a reviewer must know about the file itself: hidden text, pages of pictures, form fields, attachments.
    pub findings: Vec<Finding>,
}

/// The kinds of file we read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Media {
    /// Portable Document Format.
    Pdf,
    /// Office Open XML text.
    Docx,
    /// Hypertext.
    Html,
    /// An e-mail with its attachments.
    Email,
    /// Plain text.
    Text,
    /// A spreadsheet; its sheets are pages.
    Xlsx,
    /// Comma-separated values.
    Csv,
    /// An archive of several of these: the papers of one contract.
    Bundle,
}

/// One page. Formats without pages have one, numbered 1.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// From 1.
    pub number: u32,
    /// Width in hundredths of a point, rotation applied; 0 where the format has no geometry.
    pub width: i32,
    /// Height in hundredths of a point, rotation applied; 0 where the format has no geometry.
    pub height: i32,
    /// Lines in reading order.
    pub lines: Vec<Line>,
}

/// A line of words in reading order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// `p3.l17`: page 3, line 17, both from 1.
    pub id: LineId,
    /// Words from left to right.
    pub words: Vec<Word>,
    /// What part of the page it belongs to.
    pub role: LineRole,
}

/// Page and line, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LineId {
    /// Page number, from 1.
    pub page: u32,
    /// Line on that page, from 1.
    pub line: u32,
}

/// What part of the page a line belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineRole {
    /// Running text, headings, table cells: what the parties agreed.
    Body,
    /// Repeated at the top or bottom of pages (page numbers, running titles); kept out of sentences.
    Furniture,
}

/// One word as it is printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// The characters, NFC.
    pub text: String,
    /// Where they stand.
    pub at: BBox,
    /// Font size in hundredths of a point; 0 where unknown.
    pub size: i32,
    /// Can a person see it?
    pub visible: Visibility,
}

/// Can a person see the word on the page?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// Printed in visible ink.
    Shown,
    /// There, but not to be seen: invisible mode, colour of the ground, tiny, covered or off the page. Never a term.
    Hidden,
    /// Recognised from a picture by whoever made the file: seen, but a number read this way alone is never verified.
    Recognised,
    /// Recognised from a picture by us, so many percent sure: as little verified as any recognised number.
    Ocr(u8),
}

/// A rectangle in hundredths of a point, origin top left, rotation applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct BBox {
    /// Left edge.
    pub left: i32,
    /// Top edge.
    pub top: i32,
    /// Right edge.
    pub right: i32,
    /// Bottom edge.
    pub bottom: i32,
}

/// A table: rows of cells, each cell naming the words it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Page of the first row.
    pub page: u32,
    /// Rows from top to bottom; the first is the header where `has_header`.
    pub rows: Vec<Row>,
    /// Is the first row a header?
    pub has_header: bool,
    /// Does it pass its self-consistency tests? Values of a doubtful table are shown, never verified.
    pub doubtful: Option<String>,
}

/// One row of a table; every row of a table has as many cells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Cells from left to right.
    pub cells: Vec<Cell>,
}

/// One cell: its words by position in the document. A merged cell stands in every row and column it spans, with the
/// same words in each, because what it says holds for all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cell {
    /// The words, in reading order.
    pub words: Vec<WordRef>,
}

/// A word by line and position in it (from 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WordRef {
    /// The line.
    pub line: LineId,
    /// Position in the line, from 0.
    pub word: u32,
}

/// Something about the file that a reviewer must know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which kind.
    pub kind: FindingKind,
    /// Where, if on one page.
    pub page: Option<u32>,
    /// A plain sentence, with counts.
    pub detail: String,
}

/// Kinds of findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Text that is in the file but not to be seen.
    HiddenText,
    /// A page that is only a picture, in a document that has text on others.
    PictureOnly,
    /// A picture whose words were recognised.
    Recognised,
    /// Two text engines read a page differently, or a figure is drawn in another shape than its font says.
    EnginesDisagree,
    /// Only one of the two engines could read it, so it could not be compared. Informs; holds nothing up.
    ReadOnce,
    /// The file carries attachments that were not read.
    Attachments,
    /// The file carries script or actions; they are never run.
    ActiveContent,
    /// Tracked changes: the final text was read.
    TrackedChanges,
    /// Characters that steer the eye or the machine (bidi controls, zero width, tag characters) were removed.
    ControlCharacters,
    /// Cells of a spreadsheet that do not show what they hold, or hold nothing yet.
    Cells,
    /// The file is damaged in a place; what could be read was read.
    Damage,
}

impl Document {
    /// Every line in reading order, over all pages.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.pages.iter().flat_map(|page| &page.lines)
    }

    /// The line of that id.
    #[must_use]
    pub fn line(&self, id: LineId) -> Option<&Line> {
        let page = self.pages.iter().find(|page| page.number == id.page)?;
        page.lines.iter().find(|line| line.id == id)
    }

    /// The orders in which the words of a page may be quoted: line by line, and each table on it cell by cell (a cell
    /// of several lines stands in one piece only there). Hidden words are in none of them.
    #[must_use]
    pub fn flows(&self, page: u32) -> Vec<Vec<WordRef>> {
        let lines = self
            .pages
            .iter()
            .filter(|other| other.number == page)
            .flat_map(|page| &page.lines);
        let mut flows = vec![lines.flat_map(Line::seen_words).collect::<Vec<WordRef>>()];
        for table in &self.tables {
            let cells = table
                .rows
                .iter()
                .flat_map(|row| &row.cells)
                .flat_map(|cell| &cell.words)
                .copied();
            // A merged cell names its words in every column it spans; they are read once.
            let mut read = BTreeSet::new();
            let flow: Vec<WordRef> = cells
                .filter(|at| at.line.page == page && read.insert(*at))
                .collect();
            flows.extend((!flow.is_empty()).then_some(flow));
        }
        flows
    }

    /// The word at that position.
    #[must_use]
    pub fn word(&self, at: WordRef) -> Option<&Word> {
        self.line(at.line)?.words.get(usize::try_from(at.word).ok()?)
    }
}

impl Line {
    /// Positions of the visible words.
    pub fn seen_words(&self) -> impl Iterator<Item = WordRef> + '_ {
        let numbered = (0..).zip(&self.words).filter(|(_, word)| word.seen());
        numbered.map(|(word, _)| WordRef { line: self.id, word })
    }

    /// The visible words, one space apart.
    #[must_use]
    pub fn text(&self) -> String {
        let seen: Vec<&str> = self
            .words
            .iter()
            .filter(|word| word.seen())
            .map(|word| word.text.as_str())
            .collect();
        seen.join(" ")
    }
}

impl Word {
    /// Can a person see it on the page?
    #[must_use]
    pub fn seen(&self) -> bool {
        self.visible != Visibility::Hidden
    }

    /// Was it recognised from a picture, whoever did that?
    #[must_use]
    pub fn recognised(&self) -> bool {
        matches!(self.visible, Visibility::Recognised | Visibility::Ocr(_))
    }
}

impl BBox {
    /// From left to right; 0 for a box turned inside out.
    #[must_use]
    pub fn width(self) -> i32 {
        self.right.saturating_sub(self.left).max(0)
    }

    /// From top to bottom; 0 for a box turned inside out.
    #[must_use]
    pub fn height(self) -> i32 {
        self.bottom.saturating_sub(self.top).max(0)
    }

    /// The part of this box inside `other`; empty where they do not meet.
    #[must_use]
    pub fn within(self, other: Self) -> Self {
        let (left, top) = (self.left.max(other.left), self.top.max(other.top));
        Self {
            left,
            top,
            right: self.right.min(other.right).max(left),
            bottom: self.bottom.min(other.bottom).max(top),
        }
    }

    /// Does the middle of this box lie in `other`?
    #[must_use]
    pub fn centred_in(self, other: Self) -> bool {
        let (x, y) = (
            i32::midpoint(self.left, self.right),
            i32::midpoint(self.top, self.bottom),
        );
        (other.left..=other.right).contains(&x) && (other.top..=other.bottom).contains(&y)
    }

    /// The smallest box around both.
    #[must_use]
    pub fn around(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }
}

impl fmt::Display for LineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "p{}.l{}", self.page, self.line)
    }
}

impl From<LineId> for String {
    fn from(id: LineId) -> Self {
        id.to_string()
    }
}

/// A line id is written `p3.l17`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a line id: write p3.l17 for line 17 of page 3")]
pub struct NotALineId(pub String);

impl TryFrom<String> for LineId {
    type Error = NotALineId;

    fn try_from(text: String) -> Result<Self, NotALineId> {
        let parsed = text.strip_prefix('p').and_then(|rest| rest.split_once(".l"));
        let numbers = parsed.and_then(|(page, line)| Some((page.parse().ok()?, line.parse().ok()?)));
        numbers
            .map(|(page, line)| Self { page, line })
            .ok_or(NotALineId(text))
    }
}
