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
