//! Text without geometry: paragraphs and tables of HTML, DOCX, e-mail and plain text, laid out as the one page they have.

mod unfolded;

use crate::file::ReadError;
use crate::file::characters::{steers, tidy};
use crate::file::header;
use crate::page::{
    BBox, Cell, Document, Finding, FindingKind, Line, LineId, LineRole, Media, Page, Row, Table, Visibility,
    Word, WordRef,
};

/// A stretch of text of one kind. White space at its ends parts words; without it, text joins the stretch before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Its characters.
    pub(super) text: String,
    /// Shown or hidden.
    pub(super) visible: Visibility,
    /// Standing raised: figures raised after figures are footnote marks, never further digits.
    pub(super) raised: bool,
}

/// What follows one after the other on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Block {
    /// One line.
    Paragraph(Vec<Piece>),
    /// A line at the edge of the page: running heads and feet.
    Furniture(Vec<Piece>),
    /// A table.
    Grid(Grid),
}

/// A table as the file writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Grid {
    /// Rows of cells; a cell that spans is written once.
    pub(super) rows: Vec<Vec<GridCell>>,
    /// Does the file say that the first row is a header?
    pub(super) has_header: bool,
}

/// A cell and how far it reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GridCell {
    /// What it holds.
    pub(super) blocks: Vec<Block>,
    /// Columns it spans, at least 1.
    pub(super) across: usize,
    /// Rows it spans, at least 1.
    pub(super) down: usize,
}

/// No table of a contract is wider; spans beyond it are mistakes or attacks.
const WIDEST: usize = 200;
/// Tables within tables deeper than this are layout without end.
const DEEPEST: usize = 20;

/// Lays blocks out as a document of one page.
pub(super) fn document(
    id: String,
    media: Media,
    title: Option<String>,
    blocks: &[Block],
    findings: Vec<Finding>,
) -> Document {
    let mut sheet = Sheet::default();
    sheet.blocks(blocks, LineRole::Body, DEEPEST);
    let mut document = Document {
        id,
        media,
        title,
        pages: vec![Page {
            number: 1,
            width: 0,
            height: 0,
            lines: sheet.lines,
        }],
        tables: sheet.tables,
        findings,
    };
    document.findings.extend(hidden(&document));
    document.findings.extend(steering(sheet.steering));
    document
}

/// Refuses a document whose body says nothing: running heads alone are no contract.
pub(super) fn readable(document: Document) -> Result<Document, ReadError> {
    let body = document.lines().filter(|line| line.role == LineRole::Body);
    let says = body
        .map(Line::text)
        .any(|text| text.chars().any(char::is_alphanumeric));
    if says {
        Ok(document)
    } else {
        Err(ReadError::NoText { pages: 1 })
    }
}

fn hidden(document: &Document) -> Option<Finding> {
    let words = document.lines().flat_map(|line| &line.words);
    let count = words.filter(|word| word.visible == Visibility::Hidden).count();
    (count > 0).then(|| Finding {
        kind: FindingKind::HiddenText,
        page: Some(1),
        detail: format!("the text holds {count} words that a person cannot see, they were not read"),
    })
}

fn steering(count: usize) -> Option<Finding> {
    (count > 0).then(|| Finding {
        kind: FindingKind::ControlCharacters,
        page: Some(1),
        detail: format!(
            "the text holds {count} characters that steer the reader's eye or a machine; they were removed"
        ),
    })
}

impl Piece {
    /// Visible text.
    pub(super) fn shown(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            visible: Visibility::Shown,
            raised: false,
        }
    }
}

impl Block {
    /// A line of visible text.
    pub(super) fn line(text: impl Into<String>) -> Self {
        Self::Paragraph(vec![Piece::shown(text)])
    }
}

#[derive(Default)]
struct Sheet {
    lines: Vec<Line>,
    tables: Vec<Table>,
    steering: usize,
}

impl Sheet {
    fn blocks(&mut self, blocks: &[Block], role: LineRole, depth: usize) {
        for block in blocks {
            match block {
                Block::Paragraph(pieces) => self.paragraph(pieces, role),
                Block::Furniture(pieces) => self.paragraph(pieces, LineRole::Furniture),
                Block::Grid(grid) => self.grid(grid, role, depth.saturating_sub(1)),
            }
        }
    }

    fn paragraph(&mut self, pieces: &[Piece], role: LineRole) {
        let words = self.words(pieces);
        if !words.is_empty() {
            self.push(words, role);
        }
    }

    fn push(&mut self, words: Vec<Word>, role: LineRole) -> LineId {
        let line = u32::try_from(self.lines.len())
            .unwrap_or(u32::MAX)
            .saturating_add(1);
        let id = LineId { page: 1, line };
        self.lines.push(Line { id, words, role });
        id
    }

    fn words(&mut self, pieces: &[Piece]) -> Vec<Word> {
        let mut words: Vec<Word> = Vec::new();
        let mut open = false;
        for piece in pieces {
            self.steering = self
                .steering
                .saturating_add(piece.text.chars().filter(|c| steers(*c)).count());
            open &= !piece.text.starts_with(char::is_whitespace);
            for part in piece.text.split_whitespace() {
                match words.last_mut() {
                    Some(last) if open && joins(last, piece, part) => last.text.push_str(part),
                    _ => words.push(Word {
                        text: part.to_owned(),
                        at: BBox::default(),
                        size: 0,
                        visible: piece.visible,
                    }),
                }
                open = false;
            }
            open = !piece.text.is_empty() && !piece.text.ends_with(char::is_whitespace);
        }
        words.iter_mut().for_each(|word| word.text = tidy(&word.text));
        words.retain(|word| !word.text.is_empty());
        words
    }

    /// A table of words, one line a row. A grid that lays out whole texts is no table: its cells follow one another.
    fn grid(&mut self, grid: &Grid, role: LineRole, depth: usize) {
        if depth > 0
            && let Some(unfolded) = unfolded::rows(grid)
        {
            return self.grid(&unfolded, role, depth);
        }
        if depth == 0 || is_layout(grid) {
            let cells = grid.rows.iter().flatten();
            cells.for_each(|cell| self.blocks(&cell.blocks, role, depth.max(1)));
            return;
        }
        let placed = placed(grid);
        let mut written: Vec<Vec<Cell>> = Vec::with_capacity(placed.len());
        for row in &placed {
            let cells = self.row(row, &written, role);
            written.push(cells);
        }
        let rows: Vec<Row> = written.into_iter().map(|cells| Row { cells }).collect();
        let filled = rows
            .iter()
            .any(|row| row.cells.iter().any(|cell| !cell.words.is_empty()));
        if filled {
            let has_header = grid.has_header || header::is_first(&self.texts(&rows));
            self.tables.push(Table {
                page: 1,
                rows,
                has_header,
                doubtful: None,
            });
        }
    }

    fn texts(&self, rows: &[Row]) -> Vec<header::TextRow<'_>> {
        let cell = |cell: &Cell| cell.words.iter().filter_map(|at| self.text(*at)).collect();
        rows.iter()
            .map(|row| row.cells.iter().map(cell).collect())
            .collect()
    }

    fn text(&self, at: WordRef) -> Option<&str> {
        let line = self
            .lines
            .get(usize::try_from(at.line.line).ok()?.checked_sub(1)?)?;
        Some(line.words.get(usize::try_from(at.word).ok()?)?.text.as_str())
    }

    fn row(&mut self, row: &[Slot<'_>], above: &[Vec<Cell>], role: LineRole) -> Vec<Cell> {
        let mut words = Vec::new();
        let mut spans: Vec<(usize, usize)> = Vec::new();
        for slot in row {
            let from = words.len();
            if let Slot::Here(cell) = slot {
                words.extend(self.cell_words(&cell.blocks));
            }
            spans.push((from, words.len()));
        }
        let id = LineId {
            page: 1,
            line: u32::try_from(self.lines.len())
                .unwrap_or(u32::MAX)
                .saturating_add(1),
        };
        if !words.is_empty() {
            self.push(words, role);
        }
        let mut cells: Vec<Cell> = Vec::with_capacity(row.len());
        for (column, (slot, (from, to))) in row.iter().zip(spans).enumerate() {
            let cell = match slot {
                Slot::Here(_) => Cell {
                    words: refs(id, from, to),
                },
                Slot::Left => cells.last().cloned().unwrap_or_default(),
                Slot::Above => above
                    .last()
                    .and_then(|row| row.get(column))
                    .cloned()
                    .unwrap_or_default(),
                Slot::Empty => Cell::default(),
            };
            cells.push(cell);
        }
        cells
    }

    fn cell_words(&mut self, blocks: &[Block]) -> Vec<Word> {
        let mut words = Vec::new();
        for block in blocks {
            if let Block::Paragraph(pieces) | Block::Furniture(pieces) = block {
                words.extend(self.words(pieces));
            }
        }
        words
    }
}

fn joins(last: &Word, piece: &Piece, part: &str) -> bool {
    let footnote = piece.raised && !part.chars().all(char::is_alphabetic);
    last.visible == piece.visible && !footnote
}

fn refs(line: LineId, from: usize, to: usize) -> Vec<WordRef> {
    (from..to)
        .filter_map(|word| {
            Some(WordRef {
                line,
                word: u32::try_from(word).ok()?,
            })
        })
        .collect()
}

/// A table whose cells hold tables, or long texts, places things on the page.
fn is_layout(grid: &Grid) -> bool {
    let cells = || grid.rows.iter().flatten();
    let nested = cells().any(|cell| cell.blocks.iter().any(|block| matches!(block, Block::Grid(_))));
    let columns = grid.rows.iter().map(Vec::len).max().unwrap_or(0);
    let long = cells().any(|cell| cell.blocks.len() > 8);
    nested || columns < 2 || long
}

/// What stands at one place of the grid.
#[derive(Clone, Copy)]
enum Slot<'a> {
    Here(&'a GridCell),
    Left,
    Above,
    Empty,
}

/// Every row with as many places as the widest, spans spread out.
fn placed(grid: &Grid) -> Vec<Vec<Slot<'_>>> {
    let mut rows: Vec<Vec<Slot<'_>>> = Vec::with_capacity(grid.rows.len());
    let mut reach: Vec<usize> = Vec::new();
    for row in &grid.rows {
        let mut slots = Vec::new();
        for cell in row {
            spanned(&mut slots, &mut reach);
            for step in 0..cell.across.clamp(1, WIDEST) {
                if slots.len() < WIDEST {
                    set(&mut reach, slots.len(), cell.down.saturating_sub(1));
                    slots.push(if step == 0 { Slot::Here(cell) } else { Slot::Left });
                }
            }
        }
        spanned(&mut slots, &mut reach);
        rows.push(slots);
    }
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    rows.iter_mut().for_each(|row| row.resize(width, Slot::Empty));
    rows
}

/// Places that a cell of a row above still reaches into.
fn spanned(slots: &mut Vec<Slot<'_>>, reach: &mut [usize]) {
    while let Some(rows) = reach.get_mut(slots.len()).filter(|rows| **rows > 0) {
        *rows = rows.saturating_sub(1);
        slots.push(Slot::Above);
    }
}

fn set(reach: &mut Vec<usize>, column: usize, rows: usize) {
    if reach.len() <= column {
        reach.resize(column.saturating_add(1), 0);
    }
    if let Some(place) = reach.get_mut(column) {
        *place = rows;
    }
}
