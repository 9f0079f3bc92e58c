//! Headers of two rows, and which first rows are headers.

use super::columns::Columns;
use super::{Cells, Item, TextLine};
use crate::file::header::{self, TextRow};
use crate::page::BBox;

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

/// Titles over several columns (`Onshore` over `Hour` and `Day`) become part of the header of each: a column takes the
/// title whose middle is nearest. A title that is a row of the grid already is spread over its columns.
pub(super) fn under<'a>(
    titles: &'a [TextLine],
    columns: &Columns,
    lines: &'a [TextLine],
    mut grid: Vec<Cells<'a>>,
) -> Vec<Cells<'a>> {
    let Some(title) = titles.first() else { return grid };
    let spread = spread(title, &columns.middles(lines));
    let within = lines.first().is_some_and(|line| line.index == title.index);
    grid.splice(..usize::from(within), [spread]);
    let named = is_first(grid.get(1..).unwrap_or_default());
    folded(grid, named)
}

/// Is the first row one of titles, over a second that names the columns?
pub(super) fn has_titles(grid: &[Cells<'_>]) -> bool {
    let (Some(first), Some(second)) = (grid.first(), grid.get(1)) else {
        return false;
    };
    let filled = |row: &Cells<'_>| row.iter().filter(|cell| !cell.is_empty()).count();
    let figure = |cell: &Vec<&Item>| cell.iter().any(|item| header::is_figure(&item.text));
    let plain = !first.iter().chain(second).any(figure);
    let spans = (2..first.len()).contains(&filled(first)) && filled(first) <= filled(second);
    grid.len() > 3 && spans && plain && is_first(grid.get(1..).unwrap_or_default())
}

/// The stretch of a title line for every column.
fn spread<'a>(title: &'a TextLine, middles: &[i32]) -> Cells<'a> {
    let stretches = title.segments(title.cell_gap());
    let middle = |part: &BBox| i32::midpoint(part.left, part.right);
    let nearest = |at: i32| stretches.iter().min_by_key(|part| middle(part).abs_diff(at));
    let words = |part: &BBox| {
        title
            .words
            .iter()
            .filter(|item| item.at.centred_in(*part))
            .collect()
    };
    middles
        .iter()
        .map(|at| nearest(*at).map(words).unwrap_or_default())
        .collect()
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
