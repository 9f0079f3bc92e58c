//! Tables of milestones: an event and an amount or a share of a total.

use rust_decimal::Decimal;

use super::Place;
use super::columns::Column;
use crate::normal::date::Day;
use crate::reading::items::{Item, currency, found, share};
use crate::reading::phrases::says_any;
use crate::reading::scopes::Grid;
use crate::reading::statements::Statement;
use crate::reading::tokens::{Kind as TokenKind, Stretch};
use crate::terms::{Cadence, Evidence, Found, Kind, LineItem, Match, Timing};

/// The milestones of a table that lists them.
pub(super) fn read(place: &Place<'_>) -> Option<Vec<Item>> {
    let value = value_column(place)?;
    if !is_about_milestones(place) {
        return None;
    }
    let items: Vec<Item> = place
        .grid
        .rows
        .iter()
        .enumerate()
        .filter(|(at, row)| !is_sum(row) && !adds_up(place, *at, value))
        .filter_map(|(_, row)| milestone(place, row, value))
        .collect();
    (items.len() > 1 || (items.len() == 1 && place.grid.rows.len() <= 2)).then_some(items)
}

/// "Fixed Price | £186,000" under the milestones that come to it: the last row, whose label names none of them.
fn adds_up(place: &Place<'_>, at: usize, value: usize) -> bool {
    let amount = |row: &Vec<Stretch>| {
        let cell = row.get(value)?;
        cell.tokens
            .iter()
            .find_map(|token| token.money().map(|amount| amount.value))
    };
    let Some((last, above)) = place
        .grid
        .rows
        .split_last()
        .filter(|(_, above)| above.len() == at && at >= 2)
    else {
        return false;
    };
    let sum = above
        .iter()
        .try_fold(Decimal::ZERO, |sum, row| sum.checked_add(amount(row)?));
    sum.is_some() && sum == amount(last) && !last.iter().any(is_event)
}

fn value_column(place: &Place<'_>) -> Option<usize> {
    let price = place.all(Column::Price).into_iter().next();
    let extended = place.all(Column::Extended).into_iter().next();
    price
        .or(extended)
        .or_else(|| place.all(Column::Share).into_iter().next())
}

/// A column of events, or a heading and rows that speak of them.
fn is_about_milestones(place: &Place<'_>) -> bool {
    if place.columns.contains(&Column::Quantity) || !place.all(Column::Unit).is_empty() {
        return false;
    }
    let named = place.columns.contains(&Column::Event)
        || says_any(place.heading_tokens(), "milestone|milestones|deliverables");
    let header = (0..place.columns.len()).any(|column| {
        says_any(
            place.header(column),
            "milestone|milestones|event|deliverable|payment event|due upon|due on completion",
        )
    });
    let rows = place
        .grid
        .rows
        .iter()
        .filter(|row| row.iter().any(is_event))
        .count();
    named || header || rows.saturating_mul(3) >= place.grid.rows.len().saturating_mul(2) && rows > 1
}

fn is_event(cell: &Stretch) -> bool {
    says_any(
        &cell.tokens,
        "acceptance|accepted|go-live|completion|signature of|sign-off|upon delivery of|\
        kick-off|kickoff|completed|uat",
    )
}

fn is_sum(row: &[Stretch]) -> bool {
    let first = row.iter().find(|cell| !cell.tokens.is_empty());
    first.is_some_and(|cell| {
        cell.tokens
            .first()
            .is_some_and(|token| token.is_any("total|totals|subtotal|sum"))
            || says_any(&cell.tokens, "all slices|all milestones|together")
    })
}

fn milestone(place: &Place<'_>, row: &[Stretch], value: usize) -> Option<Item> {
    let cell = row.get(value)?;
    let name = place
        .cell(row, Column::Event)
        .or_else(|| place.cell(row, Column::Description))
        .or_else(|| row.first())?;
    let evidence: Vec<Evidence> = Evidence::from_words(place.document, &Grid::row_words(row), Match::Exact)
        .into_iter()
        .collect();
    let mut line = LineItem::new(
        "",
        Kind::Milestone,
        name.printed(0, name.tokens.len()),
        evidence.clone(),
    );
    line.cadence = Found::supported(Cadence::OneTime, "", evidence.clone());
    line.event = found(
        name.printed(0, name.tokens.len()),
        name,
        place.document,
        0,
        name.tokens.len(),
    );
    let signing = says_any(
        &name.tokens,
        "signature|signing|execution|effective date|deposit|kick-off|kickoff|start of|\
        commencement",
    );
    let timing = if signing { Timing::Advance } else { Timing::Arrears };
    line.timing = Found::derived(
        timing,
        if signing {
            "due at the start"
        } else {
            "due once it is reached"
        },
        evidence.clone(),
    );
    line.target_date = row.iter().find_map(|cell| date(cell, place)).unwrap_or_default();
    let money = cell
        .tokens
        .iter()
        .enumerate()
        .find_map(|(at, token)| token.money().map(|amount| (at, amount)));
    let percent = row.iter().find_map(|cell| {
        cell.tokens
            .iter()
            .enumerate()
            .find_map(|(at, token)| token.percent().map(|percent| (cell, at, percent)))
    });
    let mut item_currency = None;
    if let Some((at, amount)) = money {
        line.price.amount = found(amount.value, cell, place.document, at, at.saturating_add(1));
        item_currency = currency(amount);
    }
    if let Some((cell, at, percent)) = percent {
        line.price.percent = found(percent, cell, place.document, at, at.saturating_add(1));
        if money.is_none() {
            of_total(place, &mut line, percent);
        }
    }
    if money.is_none() && percent.is_none() {
        return None;
    }
    let mut item = Item::new(line, place.index, cell.all_words().to_vec());
    item.currency = item_currency;
    Some(item)
}

/// A share of the one total named near the table.
fn of_total(place: &Place<'_>, line: &mut LineItem, percent: Decimal) {
    let totals: Vec<(Decimal, Vec<Evidence>)> = place
        .statements
        .iter()
        .filter_map(|statement| total(place, statement))
        .collect();
    let Some((first, evidence)) = totals.first() else {
        return;
    };
    if totals.iter().any(|(other, _)| other != first) {
        return;
    }
    if let Some(amount) = share(*first, percent) {
        let mut seen = line.evidence.clone();
        seen.extend(evidence.clone());
        line.price.amount =
            Found::derived(amount.normalize(), format!("{percent}% of {first}"), seen.clone());
        line.evidence = seen;
    }
}

/// "priced as one Fixed Fee of $240,000", "The Fees for the Project shall be $279,000.00".
fn total(place: &Place<'_>, statement: &Statement) -> Option<(Decimal, Vec<Evidence>)> {
    let tokens = statement.tokens();
    let speaks = says_any(
        tokens,
        "fixed fee|total fee|total price|project fee|total fixed fee|contract price|\
        fees for the project|total fees|contract sum|total contract|project price|\
        fixed price|contract value",
    );
    let mut amounts = tokens.iter().filter_map(crate::reading::tokens::Token::money);
    let amount = amounts.next()?;
    (speaks && amounts.next().is_none()).then(|| (amount.value, statement.evidence(place.document)))
}

fn date(cell: &Stretch, place: &Place<'_>) -> Option<Found<jiff::civil::Date>> {
    cell.tokens
        .iter()
        .enumerate()
        .find_map(|(at, token)| match token.kind {
            TokenKind::Date(Day::Is(day)) => Some(found(day, cell, place.document, at, at.saturating_add(1))),
            _ => None,
        })
}
