//! The header over rows that no table holds together: words set over the columns of figures, in one line or two.

use crate::page::{Document, WordRef};
use crate::reading::scopes::{Content, Grid, Scopes, is_bounds};
use crate::reading::tokens::{self, Stretch};

/// How many scopes a row may stand under its header.
const REACH: usize = 24;

/// The header cells over a row's cells, where rows above it lead up to one; a cell that nothing stands over is empty.
pub(super) fn over(
    document: &Document,
    scopes: &Scopes,
    index: usize,
    cells: &[Stretch],
) -> Option<Vec<Stretch>> {
    if let Some(ranges) = ranges_over(document, scopes, index, cells) {
        return Some(ranges);
    }
    let mut rows = rows_above(scopes, index);
    let header = rows.find(|row| is_words(row))?;
    let upper = rows.next().filter(|row| is_words(row));
    let lines: Vec<&Vec<Stretch>> = upper.into_iter().chain([header]).collect();
    let named = named_by(document, scopes, &lines, cells);
    let headed = named
        .iter()
        .skip(1)
        .filter(|cell| !cell.tokens.is_empty())
        .count();
    (headed > 0).then_some(named)
}

/// Bounds over the columns, in one line or several: "1 to" over "400,000". Found only where two columns or more have them.
fn ranges_over(
    document: &Document,
    scopes: &Scopes,
    index: usize,
    cells: &[Stretch],
) -> Option<Vec<Stretch>> {
    let rows = rows_above(scopes, index);
    let priced = |row: &&Vec<Stretch>| {
        let mut tokens = row.iter().flat_map(|cell| &cell.tokens);
        tokens.any(|token| token.money().is_some() || token.percent().is_some())
    };
    let mut lines: Vec<&Vec<Stretch>> = rows
        .skip_while(priced)
        .take_while(|row| !priced(row))
        .take(3)
        .collect();
    lines.reverse();
    let named = named_by(document, scopes, &lines, cells);
    let ranges = named.iter().skip(1).filter(|cell| is_bounds(cell)).count();
    (ranges > 1).then_some(named)
}

/// The rows right above, the nearest first.
fn rows_above(scopes: &Scopes, index: usize) -> impl Iterator<Item = &Vec<Stretch>> {
    let above = scopes
        .all
        .get(index.saturating_sub(REACH)..index)
        .unwrap_or_default();
    above.iter().rev().map_while(|scope| match &scope.content {
        Content::Row(cells) => Some(cells),
        _ => None,
    })
}

/// For each cell what stands over it in those lines, read as one.
fn named_by(
    document: &Document,
    scopes: &Scopes,
    lines: &[&Vec<Stretch>],
    cells: &[Stretch],
) -> Vec<Stretch> {
    let over = |cell: &Stretch| {
        let words: Vec<WordRef> = lines
            .iter()
            .flat_map(|line| standing_over(document, line, cell))
            .collect();
        tokens::read(document, &words, scopes.locale)
    };
    cells.iter().map(over).collect()
}

/// A table without a header of its own, under rows of words that stand over its columns.
pub(super) fn of_table(document: &Document, scopes: &Scopes, index: usize, grid: &Grid) -> Option<Grid> {
    let unnamed = grid
        .header
        .as_ref()
        .is_none_or(|header| header.iter().all(|cell| cell.tokens.is_empty()));
    let columns = grid.rows.first().filter(|_| unnamed)?.len();
    let filled = |column: usize| {
        let cells = grid.rows.iter().filter_map(|row| row.get(column));
        cells
            .clone()
            .find(|cell| !cell.tokens.is_empty())
            .or(cells.clone().next())
            .cloned()
    };
    let row: Vec<Stretch> = (0..columns).map(filled).collect::<Option<_>>()?;
    let header = over(document, scopes, index, &row)?;
    let mut rows = grid.rows.clone();
    crate::reading::scopes::carried::carry_header(&header, &mut rows);
    Some(Grid {
        header: Some(header),
        rows,
        doubtful: grid.doubtful.clone(),
    })
}

/// Two cells or more, all short and without figures.
fn is_words(row: &[Stretch]) -> bool {
    let plain = |cell: &Stretch| {
        cell.tokens.len() <= 6
            && cell
                .tokens
                .iter()
                .all(|token| token.money().is_none() && token.percent().is_none() && token.number().is_none())
    };
    row.len() >= 2 && row.iter().all(plain)
}

/// The words of the header cell that stands over most of this cell.
fn standing_over(document: &Document, header: &[Stretch], cell: &Stretch) -> Vec<WordRef> {
    let Some((left, right)) = span(document, cell) else {
        return Vec::new();
    };
    let overlap = |other: &&Stretch| {
        span(document, other).map_or(0, |(from, to)| right.min(to).saturating_sub(left.max(from)))
    };
    let best = header
        .iter()
        .filter(|other| overlap(other) > 0)
        .max_by_key(overlap);
    best.map(|cell| cell.all_words().to_vec()).unwrap_or_default()
}

/// From where to where a cell is printed.
fn span(document: &Document, cell: &Stretch) -> Option<(i32, i32)> {
    let boxes = || cell.all_words().iter().filter_map(|at| document.word(*at));
    let left = boxes().map(|word| word.at.left).min()?;
    let right = boxes().map(|word| word.at.right).max()?;
    (right > left).then_some((left, right))
}
