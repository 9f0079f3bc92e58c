//! Rows of a ramp that belong together: how many, the price of one, and their product.

use rust_decimal::Decimal;

use super::super::Place;
use crate::reading::items::{Item, found};
use crate::reading::scopes::Grid;
use crate::reading::tokens::{Stretch, Token};
use crate::terms::{Kind, LineItem};

/// Is it the price of one, whose product with the counts above it stands in a row of its own? That row is charged.
pub(super) fn is_factor(grid: &Grid, at: usize, years: &[(u32, usize)]) -> bool {
    let own = grid.rows.get(at).and_then(|row| figures(row, years, price));
    let counts = counts_above(grid, at, years).filter(|(row, _)| prices_what_is_counted(grid, *row, at));
    let Some((own, (_, counts))) = own.zip(counts) else {
        return false;
    };
    let products: Option<Vec<Decimal>> = own
        .iter()
        .zip(&counts)
        .map(|(price, count)| price.checked_mul(*count))
        .collect();
    let below = grid.rows.iter().skip(at.saturating_add(1));
    products.is_some_and(|products| {
        let mut rows = below.filter_map(|row| figures(row, years, price));
        rows.any(|row| row == products)
    })
}

/// "Covered Employees | 780 | 780 | 780" over the price of one: as many as there are in every year.
pub(super) fn count(place: &Place<'_>, at: usize, years: &[(u32, usize)], item: &mut Item) {
    let by_unit = |line: &LineItem| {
        line.schedule
            .iter()
            .all(|segment| !segment.unit_price.is_absent() && segment.amount.is_absent())
    };
    let priced = |row: &usize| by_unit(&item.line) && prices_what_is_counted(place.grid, *row, at);
    let Some((row, counts)) = counts_above(place.grid, at, years).filter(|(row, _)| priced(row)) else {
        return;
    };
    let same = counts.windows(2).all(|pair| pair.first() == pair.last());
    let cell = years
        .first()
        .and_then(|(_, column)| place.grid.rows.get(row)?.get(*column));
    let Some((cell, count)) = cell
        .zip(counts.first())
        .filter(|_| same && item.line.quantity.is_absent())
    else {
        return;
    };
    item.line.quantity = found(*count, cell, place.document, 0, cell.tokens.len());
    if item.line.kind == Kind::Usage {
        item.line.kind = Kind::Seat;
    }
}

/// "Covered Employees" over "Price per Employee per month": the same thing, all of it, and not what goes beyond.
fn prices_what_is_counted(grid: &Grid, counts: usize, price: usize) -> bool {
    let label = |row: usize| {
        let cell = grid.rows.get(row).and_then(|row| row.first());
        cell.map_or(&[][..], |cell| cell.tokens.as_slice())
    };
    let says = |row: usize, words: &str| label(row).iter().any(|token| token.is_any(words));
    let beyond = says(price, "extra|additional|overage|further|excess|beyond")
        || says(counts, "included|free|allowance|inclusive|minimum|notice");
    let noun = |token: &Token| crate::normal::unit::singular(&token.low);
    let shared = label(counts)
        .iter()
        .filter(|token| token.low.len() > 2)
        .any(|token| label(price).iter().any(|other| noun(other) == noun(token)));
    shared && !beyond && says(price, "per|each")
}

/// The header over the first column names what "Price per Employee per month" is the price of.
pub(super) fn name(place: &Place<'_>, item: &mut Item) {
    let first = place.grid.header.as_ref().and_then(|header| header.first());
    let Some(title) = first.filter(|cell| !cell.tokens.is_empty() && cell.tokens.len() <= 6) else {
        return;
    };
    let lower = item.line.description.to_lowercase();
    let bare = ["price", "fee", "rate", "charge", "cost", "amount"]
        .iter()
        .any(|word| lower.starts_with(word));
    let generic = title
        .tokens
        .iter()
        .all(|token| token.is_any("item|description|fee|fees|charge|charges|service|services|product|line"));
    if bare && !generic {
        let title = title.printed(0, title.tokens.len());
        item.names
            .extend(title.to_lowercase().split(' ').map(str::to_owned));
        item.line.description = format!("{title}: {}", item.line.description);
    }
}

/// The nearest row of bare counts above, and its counts.
fn counts_above(grid: &Grid, at: usize, years: &[(u32, usize)]) -> Option<(usize, Vec<Decimal>)> {
    let from = at.saturating_sub(2);
    let above = grid.rows.get(from..at)?;
    above
        .iter()
        .enumerate()
        .rev()
        .find_map(|(row, cells)| Some((from.saturating_add(row), figures(cells, years, bare_count)?)))
}

/// What a row holds under each year.
fn figures(
    row: &[Stretch],
    years: &[(u32, usize)],
    of: impl Fn(&Stretch) -> Option<Decimal>,
) -> Option<Vec<Decimal>> {
    years.iter().map(|(_, column)| of(row.get(*column)?)).collect()
}

fn bare_count(cell: &Stretch) -> Option<Decimal> {
    let [only] = cell.tokens.as_slice() else {
        return None;
    };
    only.number()
        .filter(|_| only.money().is_none() && only.percent().is_none())
}

fn price(cell: &Stretch) -> Option<Decimal> {
    cell.tokens
        .iter()
        .find_map(Token::money)
        .map(|amount| amount.value)
}
