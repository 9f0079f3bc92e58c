//! Sheets of cells laid out as pages: a row is a line, what stands together is a table, and every word knows its cell.

mod tables;

use crate::file::ReadError;
use crate::file::characters::{steers, tidy};
use crate::page::cells::CellAt;
use crate::page::{Finding, FindingKind, Line, LineId, LineRole, Page, Table, Visibility, Word, WordRef};

/// A sheet as the file writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Sheet {
    /// Its name; none where the format has no names.
    pub(super) name: Option<String>,
    /// Rows from top to bottom, those without cells left out.
    pub(super) rows: Vec<SheetRow>,
    /// Cells that reach over others.
    pub(super) merged: Vec<Merged>,
}

/// A row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SheetRow {
    /// From 1.
    pub(super) number: u32,
    /// Filled cells from left to right.
    pub(super) cells: Vec<SheetCell>,
}

/// A cell that says something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SheetCell {
    /// From 0.
    pub(super) column: u32,
    pub(super) text: String,
    pub(super) visible: bool,
}

/// A cell that reaches over others, from its upper left to its lower right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Merged {
    pub(super) from: CellAt,
    pub(super) to: CellAt,
}

/// Cells of all sheets together; a price list has hundreds.
const MOST_CELLS: usize = 50_000;

/// Refuses sheets that no price list fills.
///
/// # Errors
/// [`ReadError::TooManyCells`].
pub(super) fn limit(sheets: &[Sheet]) -> Result<(), ReadError> {
    let cells: usize = sheets
        .iter()
        .flat_map(|sheet| &sheet.rows)
        .map(|row| row.cells.len())
        .sum();
    limit_cells(cells)
}

/// The same of a count.
pub(super) fn limit_cells(cells: usize) -> Result<(), ReadError> {
    match cells > MOST_CELLS {
        true => Err(ReadError::TooManyCells {
            cells,
            limit: MOST_CELLS,
        }),
        false => Ok(()),
    }
}

/// A page and its tables.
pub(super) struct Laid {
    pub(super) page: Page,
    pub(super) tables: Vec<Table>,
    pub(super) findings: Vec<Finding>,
}

/// Lays a sheet out as a page.
pub(super) fn lay(sheet: &Sheet, page: u32) -> Laid {
    let mut layout = Layout::new(page);
    layout.name(sheet.name.as_deref());
    let placed: Vec<PlacedRow> = sheet.rows.iter().map(|row| layout.row(row)).collect();
    let columns = sheet
        .rows
        .iter()
        .flat_map(|row| &row.cells)
        .map(|cell| cell.column)
        .max();
    let last = CellAt {
        column: columns.unwrap_or_default(),
        row: sheet.rows.last().map_or(1, |row| row.number),
    };
    let corner = last.bbox();
    Laid {
        tables: tables::find(page, &placed, &sheet.merged, &layout.lines),
        findings: layout.findings(),
        page: Page {
            number: page,
            width: corner.right,
            height: corner.bottom,
            lines: layout.lines,
        },
    }
}

/// A row whose visible cells stand on a line.
#[derive(Debug, Clone)]
struct PlacedRow {
    number: u32,
    /// Column, and its words.
    cells: Vec<(u32, Vec<WordRef>)>,
}

struct Layout {
    page: u32,
    lines: Vec<Line>,
    steering: usize,
}

impl Layout {
    fn new(page: u32) -> Self {
        Self {
            page,
            lines: Vec::new(),
            steering: 0,
        }
    }

    fn name(&mut self, name: Option<&str>) {
        let Some(name) = name else { return };
        let strip = CellAt { column: 0, row: 0 };
        let words = self.words(strip, name, Visibility::Shown);
        self.push(words, LineRole::Furniture);
    }

    fn row(&mut self, row: &SheetRow) -> PlacedRow {
        let mut words = Vec::new();
        let mut spans = Vec::new();
        for cell in &row.cells {
            let at = CellAt {
                column: cell.column,
                row: row.number,
            };
            let visible = if cell.visible {
                Visibility::Shown
            } else {
                Visibility::Hidden
            };
            let from = words.len();
            words.extend(self.words(at, &cell.text, visible));
            spans.push((cell, from, words.len()));
        }
        let id = self.push(words, LineRole::Body);
        let cells = spans
            .into_iter()
            .filter(|(cell, from, to)| cell.visible && from < to);
        PlacedRow {
            number: row.number,
            cells: cells
                .map(|(cell, from, to)| (cell.column, refs(id, from, to)))
                .collect(),
        }
    }

    fn words(&mut self, at: CellAt, text: &str, visible: Visibility) -> Vec<Word> {
        self.steering = self
            .steering
            .saturating_add(text.chars().filter(|c| steers(*c)).count());
        let words: Vec<&str> = text.split_whitespace().collect();
        let placed = at.words(&words).into_iter().map(|(word, at)| Word {
            text: tidy(word),
            at,
            size: 1_000,
            visible,
        });
        placed.filter(|word| !word.text.is_empty()).collect()
    }

    fn push(&mut self, words: Vec<Word>, role: LineRole) -> LineId {
        let line = u32::try_from(self.lines.len())
            .unwrap_or(u32::MAX)
            .saturating_add(1);
        let id = LineId {
            page: self.page,
            line,
        };
        if !words.is_empty() {
            self.lines.push(Line { id, words, role });
        }
        id
    }

    fn findings(&self) -> Vec<Finding> {
        let count = self.steering;
        let detail = || {
            format!(
                "the sheet holds {count} characters that steer the reader's eye or a machine; they were removed"
            )
        };
        let finding = (count > 0).then(|| Finding {
            kind: FindingKind::ControlCharacters,
            page: Some(self.page),
            detail: detail(),
        });
        finding.into_iter().collect()
    }
}

fn refs(line: LineId, from: usize, to: usize) -> Vec<WordRef> {
    let word = |word: usize| u32::try_from(word).unwrap_or(u32::MAX);
    (from..to).map(|at| WordRef { line, word: word(at) }).collect()
}
