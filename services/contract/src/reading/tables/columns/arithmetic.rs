//! Columns whose amounts follow from others: sums of rows, and prices said again for a longer span.

use rust_decimal::Decimal;

use super::Column;
use crate::reading::phrases::says_any;
use crate::reading::scopes::Grid;
use crate::reading::tokens::{Stretch, Token};

/// Of two price columns, the one that equals quantity times the other is the sum of the row.
pub(super) fn extended_by_arithmetic(grid: &Grid, columns: &mut [Column]) {
    let prices: Vec<usize> = places(columns, Column::Price);
    if let ([only], true) = (places(columns, Column::Extended).as_slice(), prices.is_empty()) {
        // A lone "Amount" is the price.
        if let Some(column) = columns.get_mut(*only) {
            *column = Column::Price;
        }
        return;
    }
    let ([first, second], Some(quantity)) = (
        prices.as_slice(),
        columns.iter().position(|column| *column == Column::Quantity),
    ) else {
        return;
    };
    let holds = |row: &&Vec<Stretch>| {
        let money = |at: usize| {
            row.get(at)
                .and_then(|cell| cell.tokens.iter().find_map(Token::money))
                .map(|amount| amount.value)
        };
        let count = row
            .get(quantity)
            .and_then(|cell| cell.tokens.iter().find_map(Token::number));
        match (money(*first), money(*second), count) {
            // A price may be for a thousand: 2,000,000 × 14.50 CPM = 29,000.
            // A monthly price may be summed for a year: 40 × $54.00 × 12 = $25,920.00.
            (Some(price), Some(sum), Some(count)) => price.checked_mul(count).is_some_and(|whole| {
                let spans = [2u32, 3, 4, 6, 12, 24, 36];
                let over = |span: &u32| whole.checked_mul(Decimal::from(*span)) == Some(sum);
                whole == sum
                    || sum.checked_mul(Decimal::ONE_THOUSAND) == Some(whole)
                    || spans.iter().any(over)
            }),
            _ => true,
        }
    };
    if grid.rows.iter().all(|row| holds(&row))
        && let Some(column) = columns.get_mut(*second)
    {
        *column = Column::Extended;
    }
}

/// "Per month" and "Per year", the one twelve times the other in each row: the longer span says the same again.
pub(super) fn restated_by_arithmetic(grid: &Grid, columns: &mut [Column]) {
    const SPANS: [u32; 5] = [2, 3, 4, 12, 52];
    let [first, second] = *places(columns, Column::Price).as_slice() else {
        return;
    };
    let money = |row: &Vec<Stretch>, at: usize| {
        let amount = row.get(at)?.tokens.iter().find_map(Token::money)?;
        Some(amount.value)
    };
    let pairs: Vec<(Decimal, Decimal)> = grid
        .rows
        .iter()
        .filter_map(|row| money(row, first).zip(money(row, second)))
        .collect();
    let times = |(small, large): (Decimal, Decimal)| {
        let span = SPANS
            .iter()
            .find(|span| small.checked_mul(Decimal::from(**span)) == Some(large));
        span.copied().filter(|_| small > Decimal::ZERO)
    };
    let restates = |swap: bool| {
        let mut found = pairs
            .iter()
            .map(|pair| times(if swap { (pair.1, pair.0) } else { *pair }));
        let one = found.next().flatten();
        one.is_some() && pairs.len() > 1 && found.all(|other| other == one)
    };
    let (small, large) = if restates(false) {
        (first, second)
    } else if restates(true) {
        (second, first)
    } else {
        return;
    };
    // "Annual fee | Each installment": the fee is the charge, in so many parts.
    let header = grid.header.as_ref().and_then(|header| header.get(small));
    let part = header.is_some_and(|cell| says_any(&cell.tokens, "installment|instalment|each payment"));
    let larger = Some(if part { small } else { large });
    if let Some(column) = larger.and_then(|at| columns.get_mut(at)) {
        *column = Column::Note;
    }
}

fn places(columns: &[Column], sort: Column) -> Vec<usize> {
    columns
        .iter()
        .enumerate()
        .filter(|(_, column)| **column == sort)
        .map(|(at, _)| at)
        .collect()
}
