//! A table of data with small tables in its cells: the rows of each small one stand under the row that holds it.

use super::{Block, Grid, GridCell};

/// The same table without tables in its cells; none where it has no header and only lays a page out.
pub(super) fn rows(grid: &Grid) -> Option<Grid> {
    let columns = grid.rows.iter().map(Vec::len).max().unwrap_or_default();
    let holds = |cell: &GridCell| cell.blocks.iter().any(|block| matches!(block, Block::Grid(_)));
    let several = grid.rows.iter().flatten().filter(|cell| holds(cell)).count();
    let plain = grid.rows.iter().flatten().all(|cell| cell.blocks.len() <= 3);
    if !grid.rows.iter().flatten().all(is_ladder)
        || !grid.has_header
        || columns < 2
        || grid.rows.len() < 3
        || several == 0
        || !plain
    {
        return None;
    }
    let rows = grid.rows.iter().flat_map(|row| unfolded(row, columns)).collect();
    Some(Grid {
        rows,
        has_header: grid.has_header,
    })
}

/// What a cell may hold: rows of a label and a value, the label no value itself.
fn is_ladder(cell: &GridCell) -> bool {
    let value = |block: &Block| match block {
        Block::Paragraph(pieces) | Block::Furniture(pieces) => {
            pieces.iter().any(|piece| piece.text.contains(['$', '€', '£']))
        }
        Block::Grid(_) => true,
    };
    cell.blocks.iter().all(|block| match block {
        Block::Grid(inner) => inner
            .rows
            .iter()
            .all(|row| row.len() == 2 && row.first().is_some_and(|label| !label.blocks.iter().any(value))),
        _ => true,
    })
}

/// A row, and under it the rows of what its cells hold: their first cell below its first, their last below the one that holds them.
fn unfolded(row: &[GridCell], columns: usize) -> Vec<Vec<GridCell>> {
    let mut out = vec![row.iter().map(without_grids).collect::<Vec<_>>()];
    for (place, cell) in row.iter().enumerate() {
        for block in &cell.blocks {
            let Block::Grid(inner) = block else { continue };
            out.extend(inner.rows.iter().map(|inner| below(inner, place, columns)));
        }
    }
    out
}

fn below(inner: &[GridCell], place: usize, columns: usize) -> Vec<GridCell> {
    let mut row = vec![empty(); columns];
    let (first, last) = match inner {
        [] => return row,
        [only] => (None, Some(only)),
        [first, .., last] => (Some(first), Some(last)),
    };
    if let (Some(cell), Some(first)) = (row.first_mut(), first) {
        *cell = first.clone();
    }
    if let (Some(cell), Some(last)) = (row.get_mut(place.max(1)), last) {
        *cell = last.clone();
    }
    row
}

fn without_grids(cell: &GridCell) -> GridCell {
    let blocks = cell
        .blocks
        .iter()
        .filter(|block| !matches!(block, Block::Grid(_)));
    GridCell {
        blocks: blocks.cloned().collect(),
        ..*cell
    }
}

fn empty() -> GridCell {
    GridCell {
        blocks: Vec::new(),
        across: 1,
        down: 1,
    }
}
