//! Ramps down the rows: a row for each year, or for each other part of the contract's life.

use rust_decimal::Decimal;

use super::super::columns::Column;
use super::super::{Place, billing, lines};
use super::{calendar, empty, fill, is_hidden, item, segment, value};
use crate::reading::items::{Item, Stage};
use crate::reading::phrases::{divided, says_any};
use crate::reading::prices;
use crate::reading::scopes::Grid;
use crate::reading::tokens::{Kind as TokenKind, Stretch, Token};
use crate::terms::{Cadence, Evidence, Found, Kind, Match};

/// A row for each year ("Year 1", "Year 2"): one item for each price column, with a segment a year. A column that others add
/// up to stands for them: its parts are not charged again.
pub(crate) fn read(place: &Place<'_>) -> Option<Vec<Item>> {
    let summed = place.grid.rows.last().filter(|row| lines::is_sum(row));
    if summed.is_some() {
        let mut grid = place.grid.clone();
        grid.rows.pop();
        return read(&Place {
            grid: &grid,
            near: place.near.clone(),
            columns: place.columns.clone(),
            defaults: place.defaults.clone(),
            ..*place
        });
    }
    let stages = calendar::stages(place.grid);
    let label = place
        .grid
        .rows
        .iter()
        .map(|row| {
            row.first()
                .and_then(|cell| year_of(cell).or_else(|| calendar::calendar_year(cell)))
        })
        .collect::<Option<Vec<u32>>>();
    let ascending = |label: Vec<u32>| label.windows(2).all(|pair| pair.first() < pair.last());
    let prices: Vec<usize> = (1..place.columns.len())
        .filter(|column| place.columns.get(*column) != Some(&Column::Note) && is_money_column(place, *column))
        .collect();
    let told = stages.is_some() || label.is_some_and(ascending);
    if place.grid.rows.len() < 2 || !told || prices.is_empty() {
        return None;
    }
    let kept: Vec<usize> = prices
        .iter()
        .copied()
        .filter(|column| !is_part_of_sum(place, &prices, *column))
        .filter(|column| {
            !prices
                .iter()
                .any(|whole| instalments(place, *whole, *column).is_some())
        })
        .collect();
    let by_rows = |column: &usize| {
        let mut item = by_rows(place, *column, stages.clone())?;
        let parts = prices.iter().find_map(|part| instalments(place, *column, *part));
        cut(&mut item, parts);
        Some(item)
    };
    Some(kept.iter().filter_map(by_rows).collect())
}

/// "Year 3", "Contract Year 3", "Third year".
fn year_of(cell: &Stretch) -> Option<u32> {
    let says = cell.tokens.iter().any(|token| token.is_any("year|yr|yr."));
    let number = cell.tokens.iter().find_map(|token| match token.kind {
        TokenKind::Number(value) if value.scale() == 0 => u32::try_from(value).ok(),
        TokenKind::Ordinal(value) => Some(value),
        _ => None,
    });
    number.filter(|year| says && cell.tokens.len() <= 4 && (1..=30).contains(year))
}

fn is_money_column(place: &Place<'_>, column: usize) -> bool {
    let money = |row: &&Vec<Stretch>| {
        row.get(column).is_some_and(|cell| {
            cell.tokens
                .iter()
                .any(|token| token.money().is_some() || is_hidden(token))
        })
    };
    place.grid.rows.iter().filter(money).count() == place.grid.rows.len()
}

fn amount_in(row: &[Stretch], column: usize) -> Option<Decimal> {
    row.get(column)?
        .tokens
        .iter()
        .find_map(Token::money)
        .map(|amount| amount.value)
}

/// Is there another column that, in every row, is the sum of all the rest?
fn is_part_of_sum(place: &Place<'_>, prices: &[usize], column: usize) -> bool {
    let sums = |whole: usize| {
        place.grid.rows.iter().all(|row| {
            let rest = prices
                .iter()
                .filter(|other| **other != whole)
                .try_fold(Decimal::ZERO, |sum, other| {
                    sum.checked_add(amount_in(row, *other)?)
                });
            rest.is_some() && rest == amount_in(row, whole)
        })
    };
    prices.len() > 2 && prices.iter().any(|whole| *whole != column && sums(*whole))
}

/// The price of a year that is paid in so many parts.
fn cut(item: &mut Item, parts: Option<u32>) {
    let year = item.line.cadence.clone();
    let part = parts
        .zip(year.copied())
        .and_then(|(parts, year)| divided(year, parts));
    if let Some(part) = part.filter(|_| item.cadence_is_price_span) {
        item.line.cadence = Found::supported(part, "", item.line.evidence.clone());
        item.line.price.period = year;
        item.cadence_is_price_span = false;
    }
}

/// "Annual fee | Each installment": into how many parts one column cuts the other, in every row.
fn instalments(place: &Place<'_>, whole: usize, part: usize) -> Option<u32> {
    let rows = &place.grid.rows;
    let named = crate::reading::phrases::has_stem(place.header(part), "instal|payment|part");
    [2u32, 3, 4, 6, 12].into_iter().filter(|_| named).find(|parts| {
        let count = Decimal::from(*parts);
        rows.iter().all(|row| {
            let (whole, part) = (amount_in(row, whole), amount_in(row, part));
            part.and_then(|part| part.checked_mul(count))
                .is_some_and(|product| Some(product) == whole && !product.is_zero())
        })
    })
}

fn by_rows(place: &Place<'_>, column: usize, stages: Option<Vec<Stage>>) -> Option<Item> {
    let header = place
        .grid
        .header
        .as_ref()
        .and_then(|header| header.get(column))
        .cloned();
    let header = header.unwrap_or_else(|| empty(place));
    let first = place.grid.rows.first()?;
    let (cell, at) = value(first.get(column)?)?;
    let mut price = prices::read(&cell.tokens, at)?;
    fill(&mut price, &billing::of_words(&header.tokens));
    fill(&mut price, &place.defaults.price);
    let mut built = item(place, first, &header, &price, |line, by_unit| {
        line.schedule = place
            .grid
            .rows
            .iter()
            .filter_map(|row| {
                value(row.get(column)?).and_then(|(cell, at)| segment(place, cell, at, by_unit))
            })
            .collect();
    })?;
    if built
        .line
        .schedule
        .iter()
        .any(|segment| segment.amount.value.or(segment.unit_price.value).is_none())
    {
        built.line.missing = Some(String::from("redacted"));
    }
    match stages {
        Some(stages) => {
            let yearly = stages.iter().all(|stage| stage.is_yearly());
            let each = says_any(&header.tokens, "per|each|unit");
            if built.line.cadence.is_absent() && yearly && built.line.kind == Kind::Recurring && !each {
                built.line.cadence = Found::supported(Cadence::months(12), "", built.line.evidence.clone());
                built.cadence_is_price_span = true;
            }
            built.stages = stages;
        }
        None => calendar::dated_rows(place, &mut built.line.schedule),
    }
    let said_near = place
        .near
        .iter()
        .any(|statement| says_any(statement.tokens(), "pay the difference|pays the difference|minimum royalty|minimum royalties|minimum purchases|make up the difference"));
    if said_near || says_any(&header.tokens, "minimum|commitment|guaranteed") {
        let by_calendar = built
            .line
            .schedule
            .iter()
            .any(|segment| segment.from.value.is_some())
            || built
                .stages
                .iter()
                .any(|stage| matches!(stage, Stage::Days { .. }));
        if built.line.cadence.is_absent() && by_calendar {
            built.line.cadence = Found::supported(Cadence::months(12), "", built.line.evidence.clone());
        }
        built.line.kind = Kind::MinimumCommitment;
        built.doubts.clear();
    }
    let words: Vec<_> = place
        .grid
        .rows
        .iter()
        .flat_map(|row| Grid::row_words(row))
        .collect();
    built.line.evidence = place
        .grid
        .rows
        .iter()
        .filter_map(|row| Evidence::from_words(place.document, &Grid::row_words(row), Match::Exact))
        .collect();
    built.words = words;
    Some(built)
}
