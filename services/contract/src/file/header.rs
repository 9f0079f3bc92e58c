//! Is the first row of a table a header? It names its columns: no amounts or dates in it, and figures under it.

/// A row as cells of words.
pub(super) type TextRow<'a> = Vec<Vec<&'a str>>;

/// Does the first row name the columns of the rows under it?
pub(super) fn is_first(grid: &[TextRow<'_>]) -> bool {
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

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Empty,
    Text,
    Date,
    Figure,
}

/// Half of the filled cells of a column hold figures.
pub(super) fn holds_figures(rows: &[TextRow<'_>], column: usize) -> bool {
    let kinds = rows
        .iter()
        .filter_map(|row| row.get(column))
        .map(|cell| kind(cell));
    let filled: Vec<Kind> = kinds.filter(|kind| *kind != Kind::Empty).collect();
    let figures = filled.iter().filter(|kind| **kind == Kind::Figure).count();
    figures > 0 && figures.saturating_mul(2) >= filled.len()
}

fn kind(cell: &[&str]) -> Kind {
    match cell {
        [] => Kind::Empty,
        all if is_date(all) => Kind::Date,
        [only] if is_year(only) => Kind::Text,
        all if all.iter().any(|word| is_money(word)) => Kind::Figure,
        [first, ..] if is_figure(first) => Kind::Figure,
        [sign, second, ..] if is_currency(sign) && is_figure(second) => Kind::Figure,
        _ => Kind::Text,
    }
}

/// An amount, a percentage or a number, with its signs and a short unit: `$5k`, `12%`, `500GB`, `EUR42`.
pub(super) fn is_figure(text: &str) -> bool {
    let start = text.find(|c: char| c.is_ascii_digit());
    let Some((before, rest)) = start.map(|start| text.split_at(start)) else {
        return false;
    };
    let letters = |part: &str| part.chars().filter(|c| c.is_alphabetic()).count();
    (letters(before) == 0 || is_currency(before)) && letters(rest) <= 3
}

/// An amount with its sign, or a percentage.
fn is_money(word: &str) -> bool {
    word.contains(['$', '\u{20ac}', '\u{a3}', '\u{a5}', '%']) && word.chars().any(|c| c.is_ascii_digit())
}

fn is_currency(word: &str) -> bool {
    let sign = matches!(word, "$" | "US$" | "\u{20ac}" | "\u{a3}" | "\u{a5}");
    sign || (word.len() == 3 && iso_currency::Currency::from_code(word).is_some())
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
