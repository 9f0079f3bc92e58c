//! Ramps: a column for each year of the contract. Dates come from the term once it is known.

mod calendar;

use rust_decimal::Decimal;

use super::columns::Column;
use super::{Place, billing, cells};
use crate::flag::Code;
use crate::reading::items::{Doubt, Facts, Item, Stage, currency, found, kind, share, undated, unit_name};
use crate::reading::phrases::says_any;
use crate::reading::prices::{self, Expression};
use crate::reading::scopes::Grid;
use crate::reading::tokens::{Kind as TokenKind, Stretch, Token};
use crate::terms::{Cadence, Evidence, Found, Kind, LineItem, Match, Segment};

/// A row for each year ("Year 1", "Year 2"): one item for each price column, with a segment a year. A column that others add
/// up to stands for them: its parts are not charged again.
pub(super) fn read_rows(place: &Place<'_>) -> Option<Vec<Item>> {
    let summed = place.grid.rows.last().filter(|row| super::lines::is_sum(row));
    if summed.is_some() {
        let mut grid = place.grid.clone();
        grid.rows.pop();
        return read_rows(&Place {
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
        .collect();
    let by_rows = |column: &usize| by_rows(place, *column, stages.clone());
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
            if built.line.cadence.is_absent() && yearly && built.line.kind == Kind::Recurring {
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

/// One item a row, with a segment a year. Rows of list prices and of reductions from them are one item.
pub(super) fn read(place: &Place<'_>) -> Option<Vec<Item>> {
    let years: Vec<(u32, usize)> = place
        .columns
        .iter()
        .enumerate()
        .filter_map(|(at, column)| match column {
            Column::Year(year) => Some((*year, at)),
            _ => None,
        })
        .collect();
    if years.len() < 2 {
        return None;
    }
    let mut items = Vec::new();
    let mut at = 0usize;
    while let Some(row) = place.grid.rows.get(at) {
        let next = place.grid.rows.get(at.saturating_add(1));
        if let Some(item) = next.and_then(|next| reduced(place, row, next, &years)) {
            items.push(item);
            at = at.saturating_add(1);
        } else {
            items.extend(plain(place, row, &years));
        }
        at = at.saturating_add(1);
    }
    Some(items)
}

fn name(place: &Place<'_>, row: &[Stretch]) -> Stretch {
    place
        .cell(row, Column::Description)
        .or_else(|| row.first())
        .cloned()
        .unwrap_or_else(|| row.first().cloned().unwrap_or_else(|| empty(place)))
}

/// No words: stands in where a table has no header or a row no cell.
fn empty(place: &Place<'_>) -> Stretch {
    crate::reading::tokens::read(place.document, &[], crate::reading::tokens::Locale::default())
}

fn is_total(row: &[Stretch]) -> bool {
    row.first().is_some_and(|cell| {
        cell.tokens
            .first()
            .is_some_and(|token| token.is_any("total|subtotal|totals"))
            || says_any(
                &cell.tokens,
                "annual total|total annual|total per year|total fees",
            )
    })
}

fn plain(place: &Place<'_>, row: &[Stretch], years: &[(u32, usize)]) -> Option<Item> {
    let label = name(place, row);
    let values: Vec<(u32, &Stretch, usize)> = years
        .iter()
        .filter_map(|(year, at)| value(row.get(*at)?).map(|(cell, token)| (*year, cell, token)))
        .collect();
    let free = years
        .iter()
        .any(|(_, at)| row.get(*at).is_some_and(|cell| cells::is_free(&cell.tokens)));
    if is_total(row)
        || values.is_empty()
        || (values.len() != years.len() && !free)
        || values.iter().any(|(_, cell, at)| {
            cell.tokens
                .get(*at)
                .is_some_and(|token| token.percent().is_some())
        })
    {
        return None;
    }
    let (_, first, at) = values.first()?;
    let mut price = prices::read(&first.tokens, *at)?;
    fill(&mut price, &billing::of_words(&label.tokens));
    fill(&mut price, &place.defaults.price);
    item(place, row, &label, &price, |line, by_unit| {
        line.schedule = values
            .iter()
            .filter_map(|(_, cell, at)| segment(place, cell, *at, by_unit))
            .collect();
    })
}

/// A row of list prices and under it a row of reductions: prices by year, computed.
fn reduced(place: &Place<'_>, row: &[Stretch], next: &[Stretch], years: &[(u32, usize)]) -> Option<Item> {
    let label = name(place, row);
    let below = name(place, next);
    let pair = says_any(&label.tokens, "list price|list")
        && says_any(&below.tokens, "reduction|discount|off list|less");
    if !pair {
        return None;
    }
    let list = years.iter().find_map(|(_, at)| value(row.get(*at)?));
    let (cell, at) = list?;
    let amount = cell.tokens.get(at)?.money()?.value;
    let mut price = prices::read(&cell.tokens, at)?;
    fill(&mut price, &billing::of_words(&label.tokens));
    let mut built = item(place, row, &label, &price, |line, by_unit| {
        line.price.list_price = found(amount, cell, place.document, at, at.saturating_add(1));
        line.schedule = years
            .iter()
            .filter_map(|(year, column)| discounted(place, *year, amount, next.get(*column)?, by_unit))
            .collect();
    })?;
    built.line.evidence.extend(Evidence::from_words(
        place.document,
        &Grid::row_words(next),
        Match::Exact,
    ));
    (built.line.schedule.len() == years.len()).then_some(built)
}

fn discounted(place: &Place<'_>, year: u32, list: Decimal, cell: &Stretch, by_unit: bool) -> Option<Segment> {
    let percent = cell.tokens.iter().find_map(Token::percent)?;
    let net = list.checked_sub(share(list, percent)?)?;
    let value = Found::derived(
        net.normalize(),
        format!("year {year}: {list} less {percent}%"),
        cell.evidence(place.document, 0, cell.tokens.len()),
    );
    Some(undated(value, by_unit))
}

fn item(
    place: &Place<'_>,
    row: &[Stretch],
    label: &Stretch,
    price: &Expression,
    fill: impl FnOnce(&mut LineItem, bool),
) -> Option<Item> {
    let period = price.period.and_then(|period| period.cadence());
    let count = quantity(place, row);
    let several = count.copied().is_some_and(|count| count > Decimal::ONE);
    let named = || crate::reading::phrases::noun(&label.tokens, 0).map(|(unit, _)| unit);
    let unit = price
        .unit()
        .map(str::to_owned)
        .or_else(|| named().filter(|_| several));
    let billed = place
        .cell(row, Column::Billing)
        .filter(|_| place.columns.contains(&Column::Billing));
    let (rhythm, timing) = billed
        .map(|cell| billing::of_cell(&cell.tokens))
        .unwrap_or_default();
    let rhythm = rhythm.and_then(|found| found.cadence());
    let facts = Facts {
        price,
        words: &label.tokens,
        period,
        cadence: rhythm.or(period),
        quantity: several,
        unit: unit.as_deref(),
    };
    let sort = kind(&facts);
    let evidence: Vec<Evidence> = Evidence::from_words(place.document, &Grid::row_words(row), Match::Exact)
        .into_iter()
        .collect();
    let mut line = LineItem::new(
        "",
        sort.unwrap_or(Kind::Recurring),
        label.printed(0, label.tokens.len()),
        evidence.clone(),
    );
    line.unit = unit.map(|unit| unit_name(&unit, period));
    if let Some(cadence) = rhythm.or(period) {
        line.cadence = Found::supported(cadence, "", evidence.clone());
        if let Some(period) = period.filter(|period| *period != cadence) {
            line.price.period = Found::supported(period, "", evidence.clone());
        }
    }
    if let (Some(cell), Some(timing)) = (billed, timing) {
        line.timing = Found::supported(timing, cell.printed(0, cell.tokens.len()), evidence.clone());
    }
    if several {
        line.quantity = count;
    }
    fill(&mut line, price.is_per_unit() || several);
    once(&mut line);
    let words = row.iter().flat_map(|cell| cell.all_words().to_vec()).collect();
    let mut item = Item::new(line, place.index, words);
    item.currency = price.money.and_then(currency);
    item.cadence_is_price_span = period.is_some() && rhythm.is_none();
    if sort.is_none() {
        item.doubts.push(Doubt::new(
            Code::CadenceNotStated,
            "/cadence",
            "The table does not say how often this is charged.",
            "Enter how often it is charged.",
            evidence,
        ));
    }
    Some(item)
}

/// How many, in a column of its own.
fn quantity(place: &Place<'_>, row: &[Stretch]) -> Found<Decimal> {
    // A year that names the row counts nothing.
    let label = place.columns.first() == Some(&Column::Quantity) && calendar::stages(place.grid).is_some();
    let Some(cell) = place.cell(row, Column::Quantity).filter(|_| !label) else {
        return Found::absent();
    };
    let at = cell.tokens.iter().position(|token| token.number().is_some());
    let count = at.and_then(|at| Some((at, cell.tokens.get(at)?.number()?)));
    count.map_or_else(Found::absent, |(at, count)| {
        found(count, cell, place.document, at, at.saturating_add(1))
    })
}

/// "Onboarding, once | $3,750.00 | -": what is paid once has one amount, in whatever year.
fn once(line: &mut LineItem) {
    if line.kind != Kind::OneTime || line.schedule.len() != 1 {
        return;
    }
    if let Some(only) = line.schedule.pop() {
        line.price.amount = if only.amount.is_absent() {
            only.unit_price
        } else {
            only.amount
        };
        line.cadence = Found::supported(Cadence::OneTime, "", line.evidence.clone());
    }
}

fn value(cell: &Stretch) -> Option<(&Stretch, usize)> {
    let at = cell
        .tokens
        .iter()
        .position(|token| token.money().is_some() || token.percent().is_some() || is_hidden(token))?;
    Some((cell, at))
}

/// An amount taken out or left blank.
fn is_hidden(token: &Token) -> bool {
    matches!(token.kind, TokenKind::Withheld { money: true, .. })
}

fn segment(place: &Place<'_>, cell: &Stretch, at: usize, by_unit: bool) -> Option<Segment> {
    let token = cell.tokens.get(at)?;
    let end = at.saturating_add(1);
    let value = match token.money() {
        Some(amount) => found(amount.value, cell, place.document, at, end),
        None if is_hidden(token) => {
            Found::withheld(cell.printed(at, end), cell.evidence(place.document, at, end))
        }
        None => return None,
    };
    Some(undated(value, by_unit))
}

fn fill(price: &mut Expression, more: &Expression) {
    price.per = price.per.take().or_else(|| more.per.clone());
    price.period = price.period.or(more.period);
}
