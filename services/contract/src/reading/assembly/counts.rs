//! How many seats there are at the start, where a label of its own says it: "Seats at the start: 35".

use rust_decimal::Decimal;

use crate::normal::unit::is_seat;
use crate::page::Document;
use crate::reading::items::{Item, found};
use crate::reading::statements::Statement;
use crate::terms::{Found, Kind};

/// Gives the count to the only line of seats, if it has none. With several lines nobody can tell whose it is.
pub(super) fn fill(document: &Document, statements: &[Statement], items: &mut [Item]) {
    let mut seats = items.iter_mut().filter(|item| item.line.kind == Kind::Seat);
    let (Some(item), None) = (seats.next(), seats.next()) else {
        return;
    };
    if !item.line.quantity.is_absent() {
        return;
    }
    let mut counts = statements
        .iter()
        .filter_map(|statement| count(document, statement));
    if let (Some(count), None) = (counts.next(), counts.next()) {
        item.line.quantity = count;
    }
}

/// A label about seats and nothing behind it but their number.
fn count(document: &Document, statement: &Statement) -> Option<Found<Decimal>> {
    let tokens = statement.tokens();
    let label = tokens.get(..statement.label)?;
    let value = tokens.get(statement.label..)?;
    let named = label.iter().any(|token| is_seat(&token.low));
    let [first, rest @ ..] = value else { return None };
    let bare = rest.iter().all(|token| is_seat(&token.low) || token.is_mark('.'));
    let number = first
        .number()
        .filter(|count| count.scale() == 0 && *count > Decimal::ZERO)?;
    let end = statement.label.saturating_add(1);
    (named && bare).then(|| Found {
        evidence: statement.evidence_of(document, 0, end),
        ..found(number, &statement.stretch, document, statement.label, end)
    })
}
