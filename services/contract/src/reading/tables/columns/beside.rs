//! Columns of prices that stand beside one another: which of them is charged, and which only tells something.

use super::Column;
use crate::reading::scopes::Grid;
use crate::reading::tokens::{Kind, Token};

/// "2025 price" beside "Renewal price", "Current" beside "New": what was paid until now is shown and not charged.
pub(super) fn set_old_prices_aside(grid: &Grid, columns: &mut [Column]) {
    let header = |at: usize| {
        let cell = grid.header.as_ref().and_then(|header| header.get(at));
        cell.map_or(&[][..], |cell| cell.tokens.as_slice())
    };
    let prices: Vec<usize> = (0..columns.len())
        .filter(|at| columns.get(*at) == Some(&Column::Price))
        .collect();
    let says = |at: usize, words: &str| header(at).iter().any(|token| token.is_any(words));
    let new = |at: usize| says(at, "new|renewal|revised|amended|replacement|renewed");
    let old = |at: usize| {
        says(
            at,
            "old|previous|present|current|existing|former|prior|expiring|last",
        )
    };
    let year = |at: usize| {
        let mut years = header(at)
            .iter()
            .filter_map(Token::number)
            .filter(|year| year.is_integer());
        years.find(|year| (1980..=2100).any(|known| *year == rust_decimal::Decimal::from(known)))
    };
    if !prices.iter().any(|at| new(*at)) || prices.len() != 2 {
        return;
    }
    for at in prices {
        if !new(at)
            && (old(at) || year(at).is_some())
            && let Some(column) = columns.get_mut(at)
        {
            *column = Column::Note;
        }
    }
}

/// "15 extra calls at $18.00 each" beside "$270.00": words that also name a price say what the row is, beside a column of prices.
pub(super) fn worded_price(grid: &Grid, columns: &[Column]) -> Option<usize> {
    let prices = || {
        columns
            .iter()
            .enumerate()
            .filter(|(_, column)| **column == Column::Price)
    };
    let worded = |at: usize| {
        let mut cells = grid.rows.iter().filter_map(|row| row.get(at));
        cells.all(|cell| {
            let words = cell
                .tokens
                .iter()
                .filter(|token| matches!(token.kind, Kind::Word))
                .count();
            words >= 2
                && cell
                    .tokens
                    .first()
                    .is_some_and(|token| token.money().is_none() && token.percent().is_none())
        })
    };
    let first = prices().next().map(|(at, _)| at)?;
    (prices().count() > 1 && first == 0 && worded(first) && !worded(prices().nth(1)?.0)).then_some(first)
}
