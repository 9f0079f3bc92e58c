//! Tables brought into the shape that is read: a row for each thing that is sold.
//!
//! A table ruled only under its header comes as one row of many lines; a table may have a column for each product and a row for
//! each of its attributes. Both say the same as a row for each product.

use super::grid::is_bounds;
use crate::page::{Cell, Document, Row, Word};
use crate::reading::tokens::{Kind, Stretch};

/// A row of several lines, cut where each line has an amount of its own in the column that has the most of them.
pub(super) fn lines_of(document: &Document, row: &Row) -> Vec<Row> {
    let anchors = row
        .cells
        .iter()
        .map(|cell| amount_tops(document, cell))
        .max_by_key(Vec::len)
        .unwrap_or_default();
    let several = row
        .cells
        .iter()
        .filter(|cell| line_tops(document, cell).len() >= anchors.len())
        .count();
    if anchors.len() < 2 || several < 2 {
        return vec![row.clone()];
    }
    let of_anchor = |index: usize| {
        let upper = (index > 0).then(|| anchors.get(index)).flatten();
        let lower = anchors.get(index.saturating_add(1));
        let cell = |cell: &Cell| Cell {
            words: cell
                .words
                .iter()
                .copied()
                .filter(|at| {
                    document.word(*at).is_some_and(|word| {
                        let middle = middle(word);
                        upper.is_none_or(|anchor| middle >= *anchor)
                            && lower.is_none_or(|anchor| middle < *anchor)
                    })
                })
                .collect(),
        };
        Row {
            cells: row.cells.iter().map(cell).collect(),
        }
    };
    (0..anchors.len()).map(of_anchor).collect()
}

/// Where lines that hold an amount begin, from top to bottom.
fn amount_tops(document: &Document, cell: &Cell) -> Vec<i32> {
    tops(
        cell.words
            .iter()
            .filter_map(|at| document.word(*at))
            .filter(|word| is_amount(&word.text)),
    )
}

fn line_tops(document: &Document, cell: &Cell) -> Vec<i32> {
    tops(cell.words.iter().filter_map(|at| document.word(*at)))
}

fn tops<'w>(words: impl Iterator<Item = &'w Word>) -> Vec<i32> {
    let mut tops: Vec<(i32, i32)> = words.map(|word| (word.at.top, word.at.bottom)).collect();
    tops.sort_unstable();
    tops.dedup_by(|next, last| next.0 < last.0.saturating_add(last.1.saturating_sub(last.0) / 2));
    tops.into_iter().map(|(top, _)| top).collect()
}

fn middle(word: &Word) -> i32 {
    word.at.top.saturating_add(word.at.bottom) / 2
}

/// "389,00", "$12.50", "€75": digits with a sign or with two decimals.
fn is_amount(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let mut end = text.trim_end_matches(['€', '$', '£']).chars().rev();
    let decimals = end.next().is_some_and(|c| c.is_ascii_digit())
        && end.next().is_some_and(|c| c.is_ascii_digit())
        && end.next().is_some_and(|c| matches!(c, '.' | ','));
    digits > 0 && (text.contains(['€', '$', '£']) || decimals)
}

/// Dashes drawn under a header or over a sum.
pub(super) fn is_rule(row: &[Stretch]) -> bool {
    let mut tokens = row.iter().flat_map(|cell| &cell.tokens);
    tokens.all(|token| {
        token
            .text
            .chars()
            .all(|c| matches!(c, '-' | '=' | '_' | '\u{2013}' | '\u{2014}'))
    })
}

/// "Last day of 3rd, 6th and 9th months after" over "Launch Date, each   $125,000": cells set in two lines are one.
pub(super) fn join_labels(rows: &mut Vec<Vec<Stretch>>) {
    let mut at = 0usize;
    while at.saturating_add(1) < rows.len() {
        let joined = match (rows.get(at), rows.get(at.saturating_add(1))) {
            (Some(row), Some(next)) if goes_on_below(row, next) => {
                let both = row.iter().zip(next);
                Some(
                    both.map(|(above, below)| Stretch::joined(&[above, below]))
                        .collect(),
                )
            }
            _ => None,
        };
        match joined {
            Some(joined) => {
                rows.splice(at..at.saturating_add(2), [joined]);
            }
            None => at = at.saturating_add(1),
        }
    }
}

/// A row without values, one cell of which breaks off, over a row with values that says nothing else beside that cell.
fn goes_on_below(row: &[Stretch], next: &[Stretch]) -> bool {
    let value = |cell: &Stretch| {
        let mut tokens = cell.tokens.iter();
        tokens.any(|token| {
            token.money().is_some()
                || token.percent().is_some()
                || matches!(token.kind, Kind::Withheld { .. })
        })
    };
    let both: Vec<(&Stretch, &Stretch)> = row
        .iter()
        .zip(next)
        .filter(|(above, below)| !above.tokens.is_empty() && !below.tokens.is_empty())
        .collect();
    let [(above, below)] = both.as_slice() else {
        return false;
    };
    let text_below = next
        .iter()
        .filter(|cell| !cell.tokens.is_empty() && !value(cell))
        .count();
    !row.iter().any(value)
        && !value(below)
        && next.iter().any(value)
        && text_below == 1
        && breaks_off(above, below)
}

fn breaks_off(above: &Stretch, below: &Stretch) -> bool {
    let open = above.tokens.last().is_some_and(|token| {
        token.is_any("of|and|the|for|by|to|in|or|after|before|at|on|with|from|per|a|an|each|than|upon")
            || token.is_mark(',')
    });
    let first = below.tokens.first().and_then(|token| token.text.chars().next());
    above.tokens.len() > 1 && (open || first.is_some_and(char::is_lowercase))
}

/// A header set in several lines: rows under it that name bounds over two columns of prices or more, "1 to" over "400,000", are
/// part of it.
pub(super) fn header_of_lines(
    header: Option<Vec<Stretch>>,
    rows: &mut Vec<Vec<Stretch>>,
) -> Option<Vec<Stretch>> {
    let priced = |row: &Vec<Stretch>| {
        let mut tokens = row.iter().flat_map(|cell| &cell.tokens);
        tokens.any(|token| token.money().is_some() || token.percent().is_some())
    };
    let lines = rows.iter().take_while(|row| !priced(row)).count();
    if lines == 0 || lines > 3 || lines >= rows.len() {
        return header;
    }
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let merged: Vec<Stretch> = (0..columns)
        .map(|column| {
            let parts: Vec<&Stretch> = rows
                .iter()
                .take(lines)
                .filter_map(|row| row.get(column))
                .collect();
            Stretch::joined(&parts)
        })
        .collect();
    let ranges = merged.iter().skip(1).filter(|cell| is_bounds(cell)).count();
    if ranges < 2 {
        return header;
    }
    rows.drain(..lines);
    Some(merged)
}

/// Words that name an attribute of a product, in the first cell of a row.
const ATTRIBUTES: &str =
    "price|quantity|fee|included|invoiced|billed|billing|discount|minimum|charge|unit|overage|cadence";

/// Products beside one another, attributes below one another: turned, so that each product has its row.
pub(super) fn turned(
    header: Option<Vec<Stretch>>,
    rows: Vec<Vec<Stretch>>,
) -> (Option<Vec<Stretch>>, Vec<Vec<Stretch>>) {
    let Some(head) = header.as_ref().filter(|head| is_of_attributes(head, &rows)) else {
        return (header, rows);
    };
    let all: Vec<&Vec<Stretch>> = std::iter::once(head).chain(&rows).collect();
    let turned: Vec<Vec<Stretch>> = (0..head.len())
        .map(|column| {
            let cells = all.iter().map(|row| row.get(column).cloned());
            cells.map(|cell| cell.unwrap_or_else(|| nothing(head))).collect()
        })
        .collect();
    match turned.split_first() {
        Some((first, rest)) => (Some(first.clone()), rest.to_vec()),
        None => (header, rows),
    }
}

fn nothing(row: &[Stretch]) -> Stretch {
    row.first()
        .map_or_else(|| Stretch::joined(&[]), |cell| cell.part(0, 0))
}

/// A price, how many or how much is included, how it is invoiced: three rows of attributes, and no attribute over a column.
fn is_of_attributes(head: &[Stretch], rows: &[Vec<Stretch>]) -> bool {
    let names = |cell: &Stretch| cell.tokens.iter().any(|token| token.is_any(ATTRIBUTES));
    let short = |cell: &Stretch| cell.tokens.len() <= 4;
    let labels = || rows.iter().filter_map(|row| row.first());
    let named = labels().filter(|cell| short(cell) && names(cell)).count();
    let priced = labels().any(|cell| cell.tokens.iter().any(|token| token.is_any("price|fee|charge")));
    // Two prices of a product, a fee and an overage, would share its one quantity.
    let prices = labels()
        .filter(|cell| cell.tokens.iter().any(|token| token.is_any("price|fee|charge")))
        .filter(|cell| !cell.tokens.iter().any(|token| token.is("list")))
        .count();
    let over = prices > 1 || head.iter().skip(1).any(names);
    let filled = head.iter().skip(1).filter(|cell| !cell.tokens.is_empty()).count();
    filled >= 2 && named >= 3 && named.saturating_mul(2) >= rows.len() && priced && !over
}
