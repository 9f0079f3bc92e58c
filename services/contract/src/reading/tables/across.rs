//! Tiers across a row: a column for each range of units, a row for each thing that is sold.

use super::columns::Column;
use super::{Place, billing};
use crate::reading::items::{Item, currency, found, unit_name};
use crate::reading::phrases::{Range, bounds};
use crate::reading::scopes::Grid;
use crate::reading::tiers::{self, Priced};
use crate::reading::tokens::{Stretch, Token};
use crate::terms::{Evidence, Found, Kind, LineItem, Match, TierRow, Tiers};

/// One item for each row, where two columns of prices or more stand under ranges.
pub(super) fn read(place: &Place<'_>) -> Option<Vec<Item>> {
    let columns: Vec<(usize, Range)> = (1..place.columns.len())
        .filter_map(|column| Some((column, range(place.header(column))?)))
        .collect();
    // A price under a header that names no range is none of these tiers: the table is something else.
    let first = columns.first().map(|(column, _)| *column)?;
    let all = place.columns.len().saturating_sub(first) == columns.len();
    if columns.len() < 2 || !all {
        return None;
    }
    let items: Vec<Item> = place
        .grid
        .rows
        .iter()
        .filter(|row| !super::lines::is_sum(row))
        .filter_map(|row| item(place, row, &columns))
        .collect();
    (!items.is_empty()).then_some(items)
}

/// The bounds that a header names, wherever in it they stand. "Years 2 to 5" are no units.
fn range(header: &[Token]) -> Option<Range> {
    if header
        .iter()
        .any(|token| token.is_any("year|years|month|months|day|days|week|weeks"))
    {
        return None;
    }
    (0..header.len())
        .filter_map(|at| bounds(header, at))
        .find(|found| found.length > 1)
        .map(|found| found.range)
}

fn item(place: &Place<'_>, row: &[Stretch], columns: &[(usize, Range)]) -> Option<Item> {
    let evidence: Vec<Evidence> = Evidence::from_words(place.document, &Grid::row_words(row), Match::Exact)
        .into_iter()
        .collect();
    let priced: Vec<Priced> = columns
        .iter()
        .map(|(column, range)| priced(place, row.get(*column)?, *range, &evidence))
        .collect::<Option<_>>()?;
    let rows = tiers::rows(&priced)?;
    let label = place.cell(row, Column::Description).or_else(|| row.first())?;
    let near = place.near.iter().map(|statement| statement.tokens());
    let words: Vec<&[Token]> = near
        .chain([place.heading_tokens(), label.tokens.as_slice()])
        .collect();
    let percent = rows.iter().any(|row| !row.percent.is_absent());
    let mut line = LineItem::new(
        "",
        if percent { Kind::Percentage } else { Kind::Usage },
        label.printed(0, label.tokens.len()),
        evidence.clone(),
    );
    let said = billing::of_words(&label.tokens);
    let caption = &place.defaults.price;
    line.unit = said.unit().or(caption.unit()).map(|unit| unit_name(unit, None));
    let period = said.period.or(caption.period).and_then(|period| period.cadence());
    if let Some(cadence) = period {
        line.cadence = Found::supported(cadence, "", evidence.clone());
    }
    line.price.tiers = Some(Tiers {
        mode: tiers::mode(&words, &priced)
            .map_or_else(Found::absent, |mode| Found::supported(mode, "", evidence)),
        counting: crate::terms::TierCounting::PerPeriod,
        rows,
    });
    let cells = || columns.iter().filter_map(|(column, _)| row.get(*column));
    let printed = cells().flat_map(|cell| cell.all_words().to_vec()).collect();
    let mut item = Item::new(line, place.index, printed);
    item.currency = cells()
        .flat_map(|cell| &cell.tokens)
        .find_map(|token| token.money().and_then(currency));
    Some(item)
}

fn priced(place: &Place<'_>, cell: &Stretch, range: Range, evidence: &[Evidence]) -> Option<Priced> {
    let mut row = TierRow::default();
    let (at, token) = cell
        .tokens
        .iter()
        .enumerate()
        .find(|(_, token)| token.money().is_some() || token.percent().is_some())?;
    let value = |number| Found {
        evidence: evidence.to_vec(),
        ..found(number, cell, place.document, at, at.saturating_add(1))
    };
    match (token.money(), token.percent()) {
        (Some(amount), _) => row.unit_price = value(amount.value),
        (None, Some(percent)) => row.percent = value(percent),
        (None, None) => return None,
    }
    Some(Priced { range, row })
}
