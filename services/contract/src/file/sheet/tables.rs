//! Which rows of a sheet are a table: rows that follow one another and fill several columns.

use super::{Merged, PlacedRow};
use crate::file::header;
use crate::page::cells::CellAt;
use crate::page::{Cell, Line, Row, Table, WordRef};

/// The tables of a sheet, from top to bottom.
pub(super) fn find(page: u32, rows: &[PlacedRow], merged: &[Merged], lines: &[Line]) -> Vec<Table> {
    let filled: Vec<&PlacedRow> = rows.iter().filter(|row| !row.cells.is_empty()).collect();
    let runs = filled.chunk_by(|above, row| above.number.saturating_add(1) == row.number);
    let tables = runs
        .flat_map(|run| parts(run))
        .filter_map(|part| table(page, part, merged, lines));
    tables.collect()
}

/// A run of rows in parts: entries with their labels first, then what has more columns; titles and notes around them left out.
fn parts<'r>(run: &'r [&'r PlacedRow]) -> Vec<&'r [&'r PlacedRow]> {
    let wide = run
        .iter()
        .position(|row| row.cells.len() > 2)
        .unwrap_or(run.len());
    let (entries, rest) = run.split_at(wide);
    [entries, rest]
        .into_iter()
        .map(trimmed)
        .filter(|part| part.len() > 1)
        .collect()
}

/// Without the rows of one cell at either end.
fn trimmed<'r>(rows: &'r [&'r PlacedRow]) -> &'r [&'r PlacedRow] {
    let several = |row: &&PlacedRow| row.cells.len() > 1;
    let from = rows.iter().position(several).unwrap_or(rows.len());
    let to = rows
        .iter()
        .rposition(several)
        .map_or(from, |last| last.saturating_add(1));
    rows.get(from..to).unwrap_or_default()
}

fn table(page: u32, part: &[&PlacedRow], merged: &[Merged], lines: &[Line]) -> Option<Table> {
    let mut columns: Vec<u32> = part
        .iter()
        .flat_map(|row| row.cells.iter().map(|(column, _)| *column))
        .collect();
    columns.sort_unstable();
    columns.dedup();
    if columns.len() < 2 {
        return None;
    }
    let rows: Vec<Row> = part
        .iter()
        .map(|row| Row {
            cells: columns
                .iter()
                .map(|column| cell(part, row.number, *column, merged))
                .collect(),
        })
        .collect();
    let has_header = header::is_first(&texts(&rows, lines));
    Some(Table {
        page,
        rows,
        has_header,
        doubtful: None,
    })
}

/// What a cell says: its own words, or those of the merged cell that covers it.
fn cell(part: &[&PlacedRow], row: u32, column: u32, merged: &[Merged]) -> Cell {
    let covering = merged.iter().find(|merged| merged.covers(row, column));
    let at = covering.map_or(CellAt { column, row }, |merged| merged.from);
    let words = part
        .iter()
        .filter(|row| row.number == at.row)
        .flat_map(|row| &row.cells)
        .find(|(column, _)| *column == at.column);
    Cell {
        words: words.map(|(_, words)| words.clone()).unwrap_or_default(),
    }
}

impl Merged {
    fn covers(&self, row: u32, column: u32) -> bool {
        (self.from.row..=self.to.row).contains(&row) && (self.from.column..=self.to.column).contains(&column)
    }
}

fn texts<'l>(rows: &[Row], lines: &'l [Line]) -> Vec<header::TextRow<'l>> {
    let word = |at: &WordRef| {
        let line = lines.get(usize::try_from(at.line.line).ok()?.checked_sub(1)?)?;
        Some(line.words.get(usize::try_from(at.word).ok()?)?.text.as_str())
    };
    let cell = |cell: &Cell| cell.words.iter().filter_map(word).collect();
    rows.iter()
        .map(|row| row.cells.iter().map(cell).collect())
        .collect()
}
