//! Ramps: a column for each year of the contract. Dates come from the term once it is known.

mod calendar;
mod computed;
mod rows;

use rust_decimal::Decimal;

pub(super) use rows::read as read_rows;

use super::columns::Column;
use super::{Place, billing, cells};
use crate::flag::Code;
use crate::reading::items::{Doubt, Facts, Item, currency, found, kind, share, undated, unit_name};
use crate::reading::phrases::says_any;
use crate::reading::prices::{self, Expression};
use crate::reading::scopes::Grid;
use crate::reading::tokens::{Kind as TokenKind, Stretch, Token};
use crate::terms::{Cadence, Evidence, Found, Kind, LineItem, Match, Segment};

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
        if computed::is_factor(place.grid, at, &years) {
            at = at.saturating_add(1);
            continue;
        }
        let next = place.grid.rows.get(at.saturating_add(1));
        if let Some(item) = next.and_then(|next| reduced(place, row, next, &years)) {
            items.push(item);
            at = at.saturating_add(1);
        } else {
            let mut item = plain(place, row, &years);
            if let Some(item) = &mut item {
                computed::count(place, at, &years, item);
                computed::name(place, item);
            }
            items.extend(item);
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
                "annual total|total annual|total per year|total fees|total for the year",
            )
            || cell.tokens.len() <= 3 && says_any(&cell.tokens, "yearly total|year total|first-year total")
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
