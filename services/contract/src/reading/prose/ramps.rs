//! Prices by year in a sentence: "EUR 40,000 in Year 1, EUR 55,000 in Year 2 and EUR 70,000 in Year 3" is one charge whose
//! price steps, not three charges.

mod stages;

use super::Reader;
use crate::reading::items::{Item, currency, found, undated};
use crate::reading::phrases::{any_at, period_within, says_any, timing};
use crate::reading::prices;
use crate::reading::tokens::Token;
use crate::terms::{Cadence, Found, Kind, LineItem, Role};

/// Reads a ramp, if each price of the sentence has its year, from the first on.
pub(super) fn read(reader: &mut Reader<'_>) {
    let mut amounts = reader.open(Role::Price);
    amounts.extend(reader.open(Role::Minimum));
    amounts.sort_unstable();
    let tokens = reader.tokens();
    let money: Vec<usize> = amounts
        .into_iter()
        .filter(|at| tokens.get(*at).is_some_and(|token| token.money().is_some()))
        .collect();
    if let Some(lengths) = stages::of(tokens, &money) {
        if let Some(mut item) = ramp(reader, &money) {
            item.stages = lengths;
            reader.keep(item, money);
        }
        return;
    }
    let years: Vec<(usize, usize)> = money
        .iter()
        .enumerate()
        .filter_map(|(index, at)| {
            let last = index.checked_sub(1).and_then(|index| money.get(index));
            let next = money.get(index.saturating_add(1));
            let own = (
                last.copied().unwrap_or_default(),
                next.copied().unwrap_or(tokens.len()),
            );
            // "and $600,000 in each Contract Year thereafter".
            let rest = goes_on(tokens, *at, own.1).then_some(index.saturating_add(1));
            Some((*at, rest.or_else(|| year_of(tokens, *at, own))?))
        })
        .collect();
    let in_order = years.iter().map(|(_, year)| *year).eq(1..=years.len());
    if years.len() < 2 || !in_order {
        return;
    }
    let steps: Vec<usize> = years.into_iter().map(|(at, _)| at).collect();
    if let Some(item) = ramp(reader, &steps) {
        reader.keep(item, steps);
    }
}

/// The year a price is for: behind it as far as the next price, else before it.
fn year_of(tokens: &[Token], at: usize, (last, next): (usize, usize)) -> Option<usize> {
    let behind = at.saturating_add(1)..next.min(at.saturating_add(9));
    let before = last
        .saturating_add(usize::from(last > 0))
        .max(at.saturating_sub(7))..at;
    let mut behind = behind.filter_map(|place| year(tokens, place));
    behind
        .next()
        .or_else(|| before.rev().find_map(|place| year(tokens, place)))
}

fn goes_on(tokens: &[Token], at: usize, next: usize) -> bool {
    let behind = tokens
        .get(at..next.min(at.saturating_add(10)))
        .unwrap_or_default();
    says_any(
        behind,
        "year thereafter|years thereafter|the remaining|balance of the term|remainder of the term|subsequent year|subsequent years|following year|succeeding year",
    )
}

/// "Year 2", "the second year", "contract year two".
fn year(tokens: &[Token], at: usize) -> Option<usize> {
    const ORDINALS: [&str; 7] = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh"];
    let next = tokens.get(at.saturating_add(1));
    if tokens.get(at)?.is("year") {
        return next?.number().and_then(|count| usize::try_from(count).ok());
    }
    let ordinal = ORDINALS
        .iter()
        .position(|word| tokens.get(at).is_some_and(|token| token.is(word)))?;
    any_at(
        tokens,
        at.saturating_add(1),
        "year|contract year|calendar year|license year|fiscal year|agreement year|royalty year|order year|subscription year|twelve months|12 months|12-month period",
    )
    .map(|_| ordinal.saturating_add(1))
}

fn ramp(reader: &Reader<'_>, steps: &[usize]) -> Option<Item> {
    let tokens = reader.tokens();
    let statement = reader.statement();
    let stretch = &statement.stretch;
    let (first, last) = (*steps.first()?, *steps.last()?);
    let prices: Vec<prices::Expression> = steps.iter().filter_map(|at| prices::read(tokens, *at)).collect();
    let price = prices.first()?;
    let by_unit = price.is_per_unit();
    if prices.len() != steps.len() || prices.iter().any(|other| other.is_per_unit() != by_unit) {
        return None;
    }
    let stated = price
        .period
        .or_else(|| period_within(tokens.get(..first)?).map(|(_, found)| found));
    let billed = super::billed(tokens.get(last..)?).or_else(|| super::billed(tokens.get(..first)?));
    let period = stated
        .and_then(|found| found.cadence())
        .unwrap_or(Cadence::months(12));
    let cadence = billed.and_then(|(_, found)| found.cadence());
    let seats = by_unit && price.unit().is_some_and(crate::normal::unit::is_seat);
    let least = reader.role_of(first) == Some(Role::Minimum)
        || says_any(
            tokens.get(..first)?,
            "minimum|minimums|no less than|not less than|at least",
        );
    let kind = match (seats, least && !by_unit) {
        (true, _) => Kind::Seat,
        (false, true) => Kind::MinimumCommitment,
        (false, false) => Kind::Recurring,
    };
    let mut line = LineItem::new(
        "",
        kind,
        reader.description(first),
        statement.evidence(reader.document),
    );
    line.unit = price
        .unit()
        .map(|unit| crate::reading::items::unit_name(unit, Some(period)));
    line.quantity = reader
        .quantity(first, price.unit())
        .filter(|_| by_unit)
        .map(|(quantity, _)| quantity)
        .unwrap_or_default();
    line.schedule = steps
        .iter()
        .map(|at| {
            let value = tokens
                .get(*at)
                .and_then(Token::money)
                .map_or_else(Found::absent, |amount| {
                    found(amount.value, stretch, reader.document, *at, at.saturating_add(1))
                });
            undated(value, by_unit)
        })
        .collect();
    let all = |value: Cadence| found(value, stretch, reader.document, 0, tokens.len());
    line.cadence = all(cadence.unwrap_or(period));
    if cadence.is_some_and(|cadence| cadence != period) {
        line.price.period = all(period);
    }
    if let Some((at, length, when)) = timing(tokens) {
        line.timing = found(when, stretch, reader.document, at, at.saturating_add(length));
    }
    let mut item = Item::new(
        line,
        statement.scope,
        stretch.words(first, last.saturating_add(1)).to_vec(),
    );
    item.currency = price.money.and_then(currency);
    item.cadence_is_price_span = cadence.is_none() && kind != Kind::MinimumCommitment;
    (!says_any(tokens, "upon|milestone|discount")).then_some(item)
}
