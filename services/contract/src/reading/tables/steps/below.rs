//! Tiers of one thing on rows of their own: its name stands before the first of them, and the rows below leave it out.

use super::range::bounds_of;
use super::{Ladder, has_price};
use crate::reading::items::Item;
use crate::reading::phrases::Period;
use crate::reading::tables::Place;
use crate::reading::tables::columns::Column;
use crate::reading::tokens::{Stretch, Token};

/// "Archive imagery | up to 20,000 | $0.85", then " | 20,001 to 60,000 | $0.70": the item, and how many rows it takes.
pub(super) fn group(place: &Place<'_>, at: usize) -> Option<(Item, usize)> {
    let column = |sort: Column| place.columns.iter().position(|column| *column == sort);
    let (named, range, price) = (
        column(Column::Description)?,
        column(Column::Range)?,
        column(Column::Price)?,
    );
    let tier = |row: &[Stretch]| row.get(range).and_then(bounds_of).is_some() && has_price(row, price);
    let blank = |row: &[Stretch]| row.get(named).is_none_or(|cell| cell.tokens.is_empty());
    let first = place.grid.rows.get(at).filter(|row| tier(row) && !blank(row))?;
    let below = place.grid.rows.iter().skip(at.saturating_add(1));
    let mut rows = vec![first];
    rows.extend(below.take_while(|row| blank(row) && tier(row)));
    ladder(place, &rows, (range, price), first.get(named)?)
}

/// The tiers of those rows under one name: their bounds and their prices stand in these columns.
fn ladder(
    place: &Place<'_>,
    rows: &[&Vec<Stretch>],
    (range, column): (usize, usize),
    name: &Stretch,
) -> Option<(Item, usize)> {
    if rows.len() < 2 {
        return None;
    }
    let item = Ladder {
        place,
        rows,
        range,
        column,
        several: false,
        prefix: &name.printed(0, name.tokens.len()),
    }
    .item()?;
    Some((item, rows.len()))
}

/// "Route alerts | 1 – 5,000: $0.040 per alert", the same name on the rows below: bounds that stand before their price.
pub(super) fn in_price(place: &Place<'_>, at: usize) -> Option<(Item, usize)> {
    let named = place
        .columns
        .iter()
        .position(|column| *column == Column::Description)?;
    let price = place.columns.iter().position(|column| *column == Column::Price)?;
    let first = place.grid.rows.get(at)?;
    let name = first.get(named).filter(|cell| !cell.tokens.is_empty())?;
    let same = |row: &[Stretch]| {
        row.get(named).is_some_and(|cell| {
            cell.tokens.is_empty() || cell.printed(0, cell.tokens.len()) == name.printed(0, name.tokens.len())
        })
    };
    let bound = |row: &[Stretch]| {
        let cell = row.get(price)?;
        let found = bounds_of(cell)?;
        let money = cell.tokens.iter().position(|token| token.money().is_some())?;
        (found.at == 0 && found.length <= money).then_some(())
    };
    let rows: Vec<&Vec<Stretch>> = place
        .grid
        .rows
        .iter()
        .skip(at)
        .take_while(|row| same(row) && bound(row).is_some())
        .collect();
    ladder(place, &rows, (price, price), name)
}

/// "Quantity in the quarter": over which span a column counts.
pub(super) fn counted_in(header: &[Token]) -> Option<Period> {
    let at = header.windows(2).position(
        |pair| matches!(pair, [led, the] if led.is_any("in|of|for|during") && the.is_any("the|a|one")),
    )?;
    let word = header.get(at.saturating_add(2))?;
    let unit = crate::normal::duration::unit(&word.low).and_then(crate::normal::duration::months)?;
    Some(Period {
        often: crate::normal::cadence::Often::Is(crate::terms::Cadence::months(unit)),
        length: 3,
    })
}
