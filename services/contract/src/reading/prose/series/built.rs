//! The line item of a price that steps.

use super::Priced;
use crate::reading::items::{Item, Stage, currency, found, undated, unit_name};
use crate::reading::phrases::{divided, equal_parts, noun, period_within, says_any, timing};
use crate::reading::prose::{Reader, billed, charges};
use crate::reading::tokens::Token;
use crate::terms::{Cadence, Found, Kind, LineItem, Role, Segment};

/// One charge with a segment for each price.
pub(super) fn item(reader: &Reader<'_>, run: &[Priced], steps: &[Stage]) -> Option<Item> {
    let tokens = reader.tokens();
    let statement = reader.statement();
    let stretch = &statement.stretch;
    let (first, last) = (run.first()?, run.last()?);
    let unit = first
        .price
        .unit()
        .map(str::to_owned)
        .or_else(|| reader.unit_before(first.at))
        .or_else(|| unit_in_lead(reader, first.at));
    let by_unit = first.price.is_per_unit() || unit.is_some();
    let stated = first
        .price
        .period
        .or_else(|| period_within(tokens.get(..first.at)?).map(|(_, found)| found))
        .and_then(crate::reading::phrases::Period::cadence);
    let yearly = steps.iter().all(|step| step.is_yearly());
    let seats = by_unit && unit.as_deref().is_some_and(crate::normal::unit::is_seat);
    let least = is_least(reader, first.at);
    let kind = match (seats, by_unit, least) {
        (true, ..) => Kind::Seat,
        (false, true, _) => Kind::Usage,
        (false, false, true) => Kind::MinimumCommitment,
        (false, false, false) => Kind::Recurring,
    };
    // A sum for a year is paid for the year; a sum for some months without "per month" may be paid once.
    let period = stated
        .or_else(|| yearly.then(|| Cadence::months(12)))
        .filter(|_| kind != Kind::Usage || stated.is_some());
    if period.is_none() && kind != Kind::Usage {
        return None;
    }
    let rhythm = billed(tokens.get(last.at..)?).or_else(|| billed(tokens.get(..first.at)?));
    let in_parts = || {
        let (.., parts) = equal_parts(tokens.get(last.at..)?)?;
        divided(period?, parts)
    };
    let rhythm = rhythm.and_then(|(_, found)| found.cadence()).or_else(in_parts);
    let mut line = LineItem::new(
        "",
        kind,
        reader.description(first.at),
        statement.evidence(reader.document),
    );
    line.unit = unit.as_deref().map(|unit| unit_name(unit, period));
    line.quantity = reader
        .quantity(first.at, unit.as_deref())
        .filter(|_| by_unit)
        .map(|(quantity, _)| quantity)
        .unwrap_or_default();
    line.schedule = run
        .iter()
        .zip(steps)
        .map(|(price, step)| segment(reader, price, *step, by_unit))
        .collect();
    let all = |value: Cadence| found(value, stretch, reader.document, 0, tokens.len());
    if let Some(cadence) = rhythm.or(period) {
        line.cadence = all(cadence);
    }
    if let Some(period) = period.filter(|period| rhythm.is_some_and(|cadence| cadence != *period)) {
        line.price.period = all(period);
    }
    if let Some((at, length, when)) = timing(tokens) {
        line.timing = found(when, stretch, reader.document, at, at.saturating_add(length));
    }
    let words = stretch.words(first.at, last.at.saturating_add(1)).to_vec();
    let mut item = Item::new(line, statement.scope, words);
    item.currency = first.price.money.and_then(currency);
    item.cadence_is_price_span = rhythm.is_none() && kind != Kind::MinimumCommitment;
    item.in_prose = true;
    item.goes_on = charges::goes_on(reader, first.at, first.price.clone());
    item.stages = steps.to_vec();
    Some(item)
}

/// "a fee for each Subscriber in accordance with the following: …": the unit that the lead of a list names.
fn unit_in_lead(reader: &Reader<'_>, at: usize) -> Option<String> {
    let tokens = reader.tokens().get(..at)?;
    let colon = tokens.iter().rposition(|token| token.is_mark(':'))?;
    (0..colon).rev().find_map(|at| {
        let opens = tokens.get(at)?.is_any("each|every|per");
        let (unit, _) = noun(tokens, at.saturating_add(1)).filter(|_| opens)?;
        let span = crate::normal::duration::unit(unit.rsplit(' ').next()?).is_some();
        (!span).then_some(unit)
    })
}

fn is_least(reader: &Reader<'_>, at: usize) -> bool {
    let before = reader.tokens().get(..at).unwrap_or_default();
    reader.role_of(at) == Some(Role::Minimum)
        || says_any(
            before,
            "minimum|minimums|no less than|not less than|at least|pay the difference",
        )
}

/// The price of one step; days that the words name are its own, others come from the term.
fn segment(reader: &Reader<'_>, price: &Priced, step: Stage, by_unit: bool) -> Segment {
    let stretch = &reader.statement().stretch;
    let end = price.at.saturating_add(1);
    let value = match reader.tokens().get(price.at).and_then(Token::money) {
        Some(amount) => found(amount.value, stretch, reader.document, price.at, end),
        None => Found::withheld(
            stretch.printed(price.at, end),
            stretch.evidence(reader.document, price.at, end),
        ),
    };
    let mut segment = undated(value, by_unit);
    if let Stage::Days { first, last } = step {
        let day = |day: jiff::civil::Date| {
            Found::derived(
                day,
                "the day its words name",
                stretch.evidence(reader.document, price.at, end),
            )
        };
        segment.from = first.map(day).unwrap_or_default();
        segment.to = last.map(day).unwrap_or_default();
    }
    segment
}
