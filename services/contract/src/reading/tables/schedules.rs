//! Payment schedules: dates and amounts, nothing else.

use jiff::civil::Date;

use super::Place;
use super::columns::Column;
use crate::normal::date::Day;
use crate::page::Document;
use crate::reading::items::{Item, currency, found};
use crate::reading::phrases::says_any;
use crate::reading::scopes::Grid;
use crate::reading::tokens::{Kind as TokenKind, Stretch, Token};
use crate::terms::{Cadence, Evidence, Found, Kind, LineItem, Match, Segment};

/// One item with dated amounts, where rows are dates and amounts.
pub(super) fn read(place: &Place<'_>) -> Option<Vec<Item>> {
    let day = place.all(Column::Day).into_iter().next()?;
    let price = place
        .all(Column::Price)
        .into_iter()
        .chain(place.all(Column::Extended))
        .next()?;
    let described = place.grid.rows.iter().any(|row| {
        place
            .cell(row, Column::Description)
            .is_some_and(|cell| is_thing(&cell.tokens))
    });
    let milestones = place.columns.contains(&Column::Event) || place.columns.contains(&Column::Quantity);
    if described || milestones {
        return None;
    }
    let rows: Vec<&Vec<Stretch>> = place.grid.rows.iter().filter(|row| !is_total(row)).collect();
    let segments: Vec<Segment> = rows
        .iter()
        .filter_map(|row| segment(place, row, day, price))
        .collect();
    if segments.len() < 2 || segments.len() != rows.len() {
        return None;
    }
    let evidence: Vec<Evidence> = rows
        .iter()
        .filter_map(|row| Evidence::from_words(place.document, &Grid::row_words(row), Match::Exact))
        .collect();
    let mut line = LineItem::new("", Kind::Recurring, place.heading(), evidence.clone());
    line.cadence = Found::supported(Cadence::Dated, "", evidence);
    line.schedule = segments;
    let words = rows
        .iter()
        .filter_map(|row| row.get(price))
        .flat_map(|cell| cell.all_words().to_vec())
        .collect();
    let mut item = Item::new(line, place.index, words);
    item.currency = rows
        .iter()
        .filter_map(|row| row.get(price))
        .flat_map(|cell| &cell.tokens)
        .find_map(|token| token.money().and_then(currency));
    Some(vec![item])
}

/// Does the cell name a thing, rather than "Payment 1", "Installment", "Q1"?
fn is_thing(tokens: &[Token]) -> bool {
    let words = tokens
        .iter()
        .filter(|token| matches!(token.kind, TokenKind::Word));
    words.into_iter().any(|token| {
        !token.is_any(
            "payment|installment|instalment|invoice|q1|q2|q3|q4|due|quarter|month|year|no.|on|\
            first|second",
        )
    })
}

fn is_total(row: &[Stretch]) -> bool {
    row.iter().any(|cell| says_any(&cell.tokens, "total|totals|sum"))
}

fn segment(place: &Place<'_>, row: &[Stretch], day: usize, price: usize) -> Option<Segment> {
    let cell = row.get(day)?;
    let from = date(cell, place.document)?;
    let amount_cell = row.get(price)?;
    let at = amount_cell
        .tokens
        .iter()
        .position(|token| token.money().is_some())?;
    let amount = amount_cell.tokens.get(at)?.money()?;
    Some(Segment {
        from,
        to: Found::absent(),
        amount: found(
            amount.value,
            amount_cell,
            place.document,
            at,
            at.saturating_add(1),
        ),
        unit_price: Found::absent(),
    })
}

fn date(cell: &Stretch, document: &Document) -> Option<Found<Date>> {
    cell.tokens
        .iter()
        .enumerate()
        .find_map(|(at, token)| match token.kind {
            TokenKind::Date(Day::Is(day)) => Some(found(day, cell, document, at, at.saturating_add(1))),
            _ => None,
        })
}

/// "1 March 2025 to 28 February 2026" in a cell.
pub(super) fn range(cell: &Stretch, document: &Document) -> Option<(Found<Date>, Found<Date>)> {
    let dates: Vec<usize> = cell
        .tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| matches!(token.kind, TokenKind::Date(Day::Is(_))))
        .map(|(at, _)| at)
        .collect();
    let [first, second] = dates.as_slice() else {
        return None;
    };
    let between = cell.tokens.get(first.saturating_add(1)..*second)?;
    let joined = between.len() <= 4
        && between
            .iter()
            .any(|token| token.is_mark('-') || token.is_any("to|through|until|thru"));
    let one = |at: usize| {
        let TokenKind::Date(Day::Is(day)) = cell.tokens.get(at)?.kind else {
            return None;
        };
        Some(found(day, cell, document, at, at.saturating_add(1)))
    };
    joined.then(|| Some((one(*first)?, one(*second)?))).flatten()
}
