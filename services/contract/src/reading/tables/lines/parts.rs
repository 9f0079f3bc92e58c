//! Rows that only break down the row above them: "Media component", "Other". They add up to it and are not charged again.

use rust_decimal::Decimal;

use crate::reading::phrases::says_any;
use crate::reading::tables::Place;
use crate::reading::tokens::{Stretch, Token};

/// The rows that are parts of an earlier one.
pub(super) fn of(place: &Place<'_>) -> Vec<usize> {
    if !place.grid.rows.iter().any(|row| names_part(row)) {
        return Vec::new();
    }
    let amounts: Vec<Option<Decimal>> = place.grid.rows.iter().map(|row| amount(row)).collect();
    let mut parts = Vec::new();
    let mut at = 0usize;
    while at < amounts.len() {
        match breakdown(&amounts, at) {
            Some(count) => {
                parts.extend((1..=count).map(|ahead| at.saturating_add(ahead)));
                at = at.saturating_add(count);
            }
            None => at = at.saturating_add(1),
        }
    }
    parts
}

/// "Media component", "of which support": only words tell a breakdown from prices that happen to add up.
fn names_part(row: &[Stretch]) -> bool {
    row.iter().any(|cell| {
        says_any(
            &cell.tokens,
            "component|components|portion|of which|thereof|breakdown|comprising|consisting of",
        )
    })
}

/// The only amount of a row.
fn amount(row: &[Stretch]) -> Option<Decimal> {
    let mut amounts = row.iter().flat_map(|cell| &cell.tokens).filter_map(Token::money);
    let first = amounts.next()?;
    amounts.next().is_none().then_some(first.value)
}

/// How many of the next rows add up to this one, to the unit (printed parts are rounded).
fn breakdown(amounts: &[Option<Decimal>], at: usize) -> Option<usize> {
    let whole = amounts.get(at).copied().flatten()?;
    let mut sum = Decimal::ZERO;
    for (ahead, part) in amounts.iter().skip(at.saturating_add(1)).take(6).enumerate() {
        sum = sum.checked_add((*part)?)?;
        let close = whole.checked_sub(sum)?.abs() < Decimal::ONE;
        if close && ahead > 0 {
            return Some(ahead.saturating_add(1));
        }
    }
    None
}
