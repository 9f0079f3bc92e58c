//! Is the first row a header? It names its columns: no amounts or dates in it, and figures under it.

use super::rows::is_figure;
use super::{Cells, Item};

/// Does the first row name the columns of the rows under it?
pub(super) fn is_first(grid: &[Cells<'_>]) -> bool {
    let Some((first, rest)) = grid.split_first() else {
        return false;
    };
    let named = |column: usize| first.get(column).is_some_and(|cell| !cell.is_empty());
    let names = (0..first.len()).filter(|column| named(*column)).count();
    let plain = first
        .iter()
        .all(|cell| matches!(kind(cell), Kind::Empty | Kind::Text));
    names >= 2 && plain && (0..first.len()).any(|column| named(column) && holds_figures(rest, column))
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

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Empty,
    Text,
    Date,
    Figure,
}

/// Half of the filled cells of a column hold figures.
fn holds_figures(rows: &[Cells<'_>], column: usize) -> bool {
    let kinds = rows
        .iter()
        .filter_map(|row| row.get(column))
        .map(|cell| kind(cell));
    let filled: Vec<Kind> = kinds.filter(|kind| *kind != Kind::Empty).collect();
    let figures = filled.iter().filter(|kind| **kind == Kind::Figure).count();
    figures > 0 && figures.saturating_mul(2) >= filled.len()
}

fn kind(cell: &[&Item]) -> Kind {
    let words: Vec<&str> = cell.iter().map(|item| item.text.as_str()).collect();
    match words.as_slice() {
        [] => Kind::Empty,
        all if is_date(all) => Kind::Date,
        [only] if is_year(only) => Kind::Text,
        all if all.iter().any(|word| is_money(word)) => Kind::Figure,
        [first, ..] if is_figure(first) => Kind::Figure,
        [sign, second, ..] if is_currency(sign) && is_figure(second) => Kind::Figure,
        _ => Kind::Text,
    }
}

/// An amount with its sign, or a percentage.
fn is_money(word: &str) -> bool {
    word.contains(['$', '\u{20ac}', '\u{a3}', '\u{a5}', '%']) && word.chars().any(|c| c.is_ascii_digit())
}

fn is_currency(word: &str) -> bool {
    let code = word.len() == 3 && word.chars().all(|c| c.is_ascii_uppercase());
    code || matches!(word, "$" | "\u{20ac}" | "\u{a3}" | "\u{a5}")
}

/// A bare year may name a column: `2026`.
fn is_year(word: &str) -> bool {
    let digits: String = word.chars().filter(char::is_ascii_digit).collect();
    digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20")) && word.len() <= 6
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// A month with a year or a day, or a date in figures.
fn is_date(words: &[&str]) -> bool {
    let month = |word: &&str| {
        let start: String = word.chars().take(3).flat_map(char::to_lowercase).collect();
        word.len() >= 3 && MONTHS.contains(&start.as_str())
    };
    let day = |word: &&str| word.chars().next().is_some_and(|c| c.is_ascii_digit());
    let in_figures = |word: &&str| {
        let digits: String = word.chars().take(10).collect();
        let parts: Vec<&str> = digits.split(['/', '-', '.']).collect();
        parts.len() == 3
            && parts
                .iter()
                .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit()))
    };
    (words.iter().any(month) && words.iter().any(day)) || words.iter().any(in_figures)
}
