//! What a row takes from what stands around it: the row above ("plus $0.20 per holder"), the line above the table that its
//! first row goes on with, the sentence that says over which time allowances count.

use crate::reading::items::{Item, found};
use crate::reading::phrases::{find_any, period};
use crate::reading::tables::Place;
use crate::reading::tokens::{Kind, Stretch, Token};
use crate::terms::{Cadence, Found};

/// "plus $0.20 per holder" under a yearly fee is charged with it.
pub(super) fn goes_on(row: &[Stretch], column: usize) -> bool {
    row.get(column)
        .and_then(|cell| cell.tokens.first())
        .is_some_and(|token| token.is("plus") || token.is_mark('+'))
}

/// The cadence of the row above.
pub(super) fn with_row_above(above: Option<&Item>, items: &mut [Item]) {
    let Some(cadence) = above
        .map(|item| &item.line.cadence)
        .filter(|cadence| cadence.value.is_some())
    else {
        return;
    };
    for item in items.iter_mut().filter(|item| item.line.cadence.value.is_none()) {
        item.line.cadence = cadence.clone();
    }
}

/// "Additional fees apply if the annual allowances below are exceeded": rows with an allowance are counted over that time.
pub(super) fn over_allowance_period(place: &Place<'_>, items: &mut [Item]) {
    let Some(stated) = allowance_period(place) else {
        return;
    };
    let open = |item: &&mut Item| item.line.included.value.is_some() && item.line.cadence.value.is_none();
    for item in items.iter_mut().filter(open) {
        item.line.cadence = stated.clone();
    }
}

/// "annual allowances", "included units per month".
fn allowance_period(place: &Place<'_>) -> Option<Found<Cadence>> {
    place.near.iter().find_map(|statement| {
        let tokens = statement.tokens();
        let (at, length) = find_any(
            tokens,
            "allowance|allowances|included units|included volume|included quantities",
        )?;
        let before = at
            .checked_sub(1)
            .and_then(|from| Some((from, period(tokens, from)?)));
        let next = at.saturating_add(length);
        let behind = || Some((next, period(tokens, next)?));
        let (from, stated) = before.or_else(behind)?;
        let to = from.saturating_add(stated.length);
        Some(found(
            stated.cadence()?,
            &statement.stretch,
            place.document,
            from,
            to,
        ))
    })
}

/// The line above a table whose first row begins in the middle of a sentence: "Last day of each month | after the launch".
pub(super) fn line_above<'p>(place: &'p Place<'_>, row: &[Stretch]) -> &'p [Token] {
    let first = place
        .grid
        .rows
        .first()
        .is_some_and(|first| std::ptr::eq(first.as_slice(), row));
    let lower = row
        .iter()
        .find(|cell| !cell.tokens.is_empty())
        .and_then(|cell| cell.tokens.first())
        .is_some_and(|token| token.kind == Kind::Word && !token.is_capital());
    let above = place
        .statements
        .iter()
        .rev()
        .find(|statement| statement.scope.saturating_add(1) == place.index && !statement.is_labelled());
    above
        .filter(|statement| first && lower && statement.tokens().len() <= 24)
        .map_or(&[], |statement| statement.tokens())
}
