//! Rows of different lengths that stand under one another are a table too, where their cells keep to columns: each cell
//! belongs to the column of the widest row that it stands over or under. A row without a first cell goes on with the header.

use super::{Content, Grid, Scope, row};
use crate::page::{Document, WordRef};
use crate::reading::tokens::{self, Locale, Stretch};

/// From where to where something is printed on the line.
type Span = (i32, i32);

/// A line of a table: its cells by column, and how many scopes it takes.
type Line = Vec<Option<Stretch>>;

/// The table that begins at `at`, and how many scopes it takes. Found only where every cell has a column of its own.
pub(super) fn table(document: &Document, all: &[Scope], at: usize, locale: Locale) -> Option<(usize, Grid)> {
    let run = run(all, at);
    let widest = run
        .iter()
        .filter(|cells| is_priced(cells))
        .max_by_key(|cells| cells.len())?;
    let priced = run
        .iter()
        .filter(|cells| cells.len() >= 3 && is_priced(cells))
        .count();
    let uneven = run.iter().any(|cells| cells.len() != widest.len());
    if widest.len() < 3 || priced < 2 || run.len() < 3 || !uneven {
        return None;
    }
    let columns: Vec<Span> = widest
        .iter()
        .map(|cell| span(document, cell))
        .collect::<Option<_>>()?;
    let lines: Vec<Line> = run
        .iter()
        .map(|cells| line(document, &columns, cells))
        .collect::<Option<_>>()?;
    let headed = lines.iter().take_while(|line| is_header(line)).count();
    let (header, rows) = lines
        .split_at_checked(headed)
        .filter(|(header, _)| !header.is_empty())?;
    let whole = |line: &Line| {
        let cells = line
            .iter()
            .map(|cell| cell.clone().unwrap_or_else(|| nothing(document, locale)));
        cells.collect::<Vec<Stretch>>()
    };
    let header: Vec<Stretch> = (0..columns.len())
        .map(|column| joined(document, header, column, locale))
        .collect();
    let mut rows: Vec<Vec<Stretch>> = rows.iter().map(whole).collect();
    super::carried::carry(&mut rows);
    super::carried::carry_header(&header, &mut rows);
    Some((
        run.len(),
        Grid {
            header: Some(header),
            rows,
            doubtful: None,
        },
    ))
}

/// Rows one under the other, and words between the first of them that stand alone on their line: "Total" over the last column.
fn run(all: &[Scope], at: usize) -> Vec<&[Stretch]> {
    let mut run: Vec<&[Stretch]> = Vec::new();
    for scope in all.iter().skip(at) {
        let alone = !run.is_empty() && run.iter().all(|cells| !is_priced(cells));
        match &scope.content {
            Content::Heading(title) if alone && title.tokens.len() <= 3 => {
                run.push(std::slice::from_ref(title));
            }
            _ => match row(scope) {
                Some(cells) => run.push(cells),
                None => break,
            },
        }
    }
    run
}

fn is_priced(cells: &[Stretch]) -> bool {
    cells
        .iter()
        .flat_map(|cell| &cell.tokens)
        .any(|token| token.money().is_some())
}

/// Each cell under its column; none where two share one.
fn line(document: &Document, columns: &[Span], cells: &[Stretch]) -> Option<Line> {
    let mut line: Line = vec![None; columns.len()];
    for cell in cells {
        let place = column(columns, span(document, cell)?)?;
        let free = line.get_mut(place).filter(|free| free.is_none())?;
        *free = Some(cell.clone());
    }
    Some(line)
}

/// The column that a cell shares most with; none where it shares nothing with any.
fn column(columns: &[Span], cell: Span) -> Option<usize> {
    let shared = |column: &Span| cell.1.min(column.1).saturating_sub(cell.0.max(column.0));
    let best = columns
        .iter()
        .enumerate()
        .max_by_key(|(_, column)| shared(column))?;
    (shared(best.1) > 0).then_some(best.0)
}

/// A line that names columns: nothing in its first, or words in all.
fn is_header(line: &Line) -> bool {
    let figure = |cell: &Stretch| {
        cell.tokens
            .iter()
            .any(|token| token.money().is_some() || token.percent().is_some())
            || cell.tokens.len() == 1 && cell.tokens.iter().any(|token| token.number().is_some())
    };
    let money = |cell: &Stretch| cell.tokens.iter().any(|token| token.money().is_some());
    match line.split_first() {
        Some((None, rest)) => !rest.iter().flatten().any(money),
        Some((Some(_), rest)) => rest.iter().flatten().next().is_some() && !rest.iter().flatten().any(figure),
        None => false,
    }
}

/// What the lines of the header say over one column, read as one.
fn joined(document: &Document, header: &[Line], column: usize, locale: Locale) -> Stretch {
    let cells = header.iter().filter_map(|line| line.get(column)?.as_ref());
    let words: Vec<WordRef> = cells.flat_map(|cell| cell.all_words().to_vec()).collect();
    tokens::read(document, &words, locale)
}

fn nothing(document: &Document, locale: Locale) -> Stretch {
    tokens::read(document, &[], locale)
}

/// From where to where a cell is printed.
fn span(document: &Document, cell: &Stretch) -> Option<Span> {
    let boxes = || cell.all_words().iter().filter_map(|at| document.word(*at));
    let left = boxes().map(|word| word.at.left).min()?;
    let right = boxes().map(|word| word.at.right).max()?;
    (right > left).then_some((left, right))
}
