//! Tables that go on over the page: same columns, one at the foot of its page, the other at the head of the next.

use super::Found;
use crate::page::{Document, Row, Table};

/// Columns of both parts start within this distance (6 pt).
const FLUSH: u32 = 600;

/// The tables of all pages, parts joined. `text` gives the words of a row, to drop a header that is repeated.
pub(in crate::file::pdf) fn over_pages(found: Vec<Vec<Found>>, document: &Document) -> Vec<Table> {
    let mut done: Vec<Found> = Vec::new();
    for page in found {
        for part in page {
            match done.last_mut() {
                Some(open) if continues(open, &part) => extend(open, part, document),
                _ => done.push(part),
            }
        }
    }
    done.into_iter().map(|found| found.table).collect()
}

fn continues(open: &Found, part: &Found) -> bool {
    let next_page = open
        .table
        .rows
        .last()
        .and_then(page_of)
        .is_some_and(|last| last.saturating_add(1) == part.table.page);
    let at_the_break = open.last.saturating_add(1) == open.lines && part.first == 0;
    let flush = open
        .lefts
        .iter()
        .zip(&part.lefts)
        .all(|(a, b)| a.abs_diff(*b) <= FLUSH);
    next_page && at_the_break && open.lefts.len() == part.lefts.len() && flush
}

fn page_of(row: &Row) -> Option<u32> {
    row.cells
        .iter()
        .flat_map(|cell| &cell.words)
        .map(|at| at.line.page)
        .next_back()
}

fn extend(open: &mut Found, part: Found, document: &Document) {
    let Found {
        table, last, lines, ..
    } = part;
    let head = open.table.rows.first().map(|row| text(row, document));
    let repeated = table.rows.first().map(|row| text(row, document)) == head;
    open.table
        .rows
        .extend(table.rows.into_iter().skip(usize::from(repeated)));
    open.table.doubtful = open.table.doubtful.take().or(table.doubtful);
    (open.last, open.lines) = (last, lines);
}

fn text(row: &Row, document: &Document) -> Vec<String> {
    let cells = row.cells.iter();
    cells
        .map(|cell| {
            cell.words
                .iter()
                .filter_map(|at| document.word(*at))
                .map(|word| word.text.clone())
                .collect()
        })
        .collect()
}
