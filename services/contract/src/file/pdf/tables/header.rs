//! Headers of two rows, and which first rows are headers.

use super::{Cells, Item};
use crate::file::header::{self, TextRow};

/// Does the first row name the columns of the rows under it?
pub(super) fn is_first(grid: &[Cells<'_>]) -> bool {
    let rows: Vec<TextRow<'_>> = grid.iter().map(texts).collect();
    header::is_first(&rows)
}

fn texts<'a>(row: &Cells<'a>) -> TextRow<'a> {
    row.iter()
        .map(|cell| cell.iter().map(|item| item.text.as_str()).collect())
        .collect()
}

/// Where cells of the first row reach into the second, both are one header: `What we pay` over `Year 1` names a
/// column `What we pay Year 1`.
pub(super) fn folded(mut grid: Vec<Cells<'_>>, tall_head: bool) -> Vec<Cells<'_>> {
    if !tall_head || grid.len() < 3 {
        return grid;
    }
    let second = grid.remove(1);
    for (head, under) in grid.iter_mut().take(1).flatten().zip(second) {
        let fresh = under
            .into_iter()
            .filter(|item| !head.iter().any(|other| other.word == item.word));
        let fresh: Vec<&Item> = fresh.collect();
        head.extend(fresh);
    }
    grid
}

/// Marks of a list with text beside them, and no column of figures, are a list and no table.
pub(super) fn is_list(grid: &[Cells<'_>]) -> bool {
    let firsts: Vec<&Vec<&Item>> = grid
        .iter()
        .filter_map(|row| row.first())
        .filter(|cell| !cell.is_empty())
        .collect();
    let marks = firsts
        .iter()
        .filter(|cell| cell.iter().all(|item| is_mark(&item.text)))
        .count();
    let rows: Vec<TextRow<'_>> = grid.iter().map(texts).collect();
    let width = grid.first().map_or(0, Vec::len);
    let figures = (1..width).any(|column| header::holds_figures(&rows, column));
    marks.saturating_mul(10) >= firsts.len().saturating_mul(6) && !figures
}

/// `1.`, `(a)`, `2.3`, `o`, a bullet.
fn is_mark(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    let closed =
        text.ends_with(['.', ')', ']', ':']) || text.contains('.') || text == "o" || text == "\u{a7}";
    letters == 0 || (letters <= 4 && closed)
}
