//! One charge whose price steps: "$50,000 for 2003 and $60,000 for 2004", "$1,000 per month in the first year, increasing to
//! $1,200 thereafter". Each price of the sentence is one step, not a charge of its own.
//!
//! Where each price holds is said behind every price or before every price, never now here, now there: the reader tries both
//! and keeps the way in which the steps follow one another.

mod built;

#[cfg(test)]
mod tests;

use super::Reader;
use super::charges::is_fee;
use crate::reading::items::Stage;
use crate::reading::phrases::{Holding, Period, holding, says_any};
use crate::reading::prices::{self, Expression};
use crate::reading::roles::is_about_price;
use crate::reading::tokens::Token;
use crate::terms::{Cadence, Role};

/// So many words may stand between a price and where it holds.
const REACH: usize = 14;

/// A price of a sentence.
#[derive(Debug, Clone)]
pub(super) struct Priced {
    at: usize,
    price: Expression,
}

/// Reads each run of prices that hold one after the other.
pub(super) fn read(reader: &mut Reader<'_>) {
    for percent in [false, true] {
        let prices = priced(reader, percent);
        for (run, steps) in runs(reader, &prices) {
            if percent {
                reader.holds.extend(run.iter().map(|price| price.at).zip(steps));
            } else if let Some(item) = built::item(reader, &run, &steps) {
                reader.keep(item, run.iter().map(|price| price.at));
            }
        }
    }
}

/// The amounts of money, or the shares, that no other reader explained. "Increasing to $1,200" is told like a rise, and is one.
fn priced(reader: &Reader<'_>, percent: bool) -> Vec<Priced> {
    let tokens = reader.tokens();
    let open = reader.roles.iter().filter(|(at, role)| {
        let stands = matches!(role, Role::Price | Role::Minimum | Role::Unexplained);
        let moves = !percent && matches!(role, Role::Escalator | Role::Informational);
        (stands || moves) && !reader.taken.contains(at)
    });
    open.filter(|(at, _)| {
        tokens
            .get(*at)
            .is_some_and(|token| token.percent().is_some() == percent)
    })
    .filter_map(|(at, _)| {
        Some(Priced {
            at: *at,
            price: prices::read(tokens, *at)?,
        })
    })
    .collect()
}

/// The longest runs of steps, read the way that explains most of the prices.
fn runs(reader: &Reader<'_>, prices: &[Priced]) -> Vec<(Vec<Priced>, Vec<Stage>)> {
    let tokens = reader.tokens();
    let ways = [behind, before].map(|said| {
        let labels: Vec<Option<Holding>> = (0..prices.len()).map(|at| said(tokens, prices, at)).collect();
        cut(tokens, prices, &labels)
    });
    let [behind, before] = ways.map(|runs| {
        runs.into_iter()
            .filter(|(run, _)| is_charged(reader, run))
            .collect::<Vec<_>>()
    });
    let explained = |runs: &[(Vec<Priced>, Vec<Stage>)]| runs.iter().map(|(run, _)| run.len()).sum::<usize>();
    if explained(&before) > explained(&behind) {
        before
    } else {
        behind
    }
}

fn cut(tokens: &[Token], prices: &[Priced], labels: &[Option<Holding>]) -> Vec<(Vec<Priced>, Vec<Stage>)> {
    let mut out = Vec::new();
    let mut from = 0usize;
    while from < prices.len() {
        let Some(steps) = run_from(tokens, prices, labels, from) else {
            from = from.saturating_add(1);
            continue;
        };
        let end = from.saturating_add(steps.len());
        out.push((prices.get(from..end).unwrap_or_default().to_vec(), steps));
        from = end;
    }
    out
}

/// The steps that begin with a price, where at least one more follows.
fn run_from(
    tokens: &[Token],
    prices: &[Priced],
    labels: &[Option<Holding>],
    from: usize,
) -> Option<Vec<Stage>> {
    let first = prices.get(from)?;
    let mut steps: Vec<Stage> = Vec::new();
    match labels.get(from).copied().flatten() {
        Some(label) => steps.push(Stage::first(label)?),
        None => {
            let second = prices.get(from.saturating_add(1))?;
            let label = labels.get(from.saturating_add(1)).copied().flatten()?;
            let between = tokens.get(first.at..second.at)?;
            let one_fee = rises(between) && !names_another(tokens, first, second);
            steps.push(Stage::before(label).filter(|_| one_fee)?);
        }
    }
    for at in from.saturating_add(1)..prices.len() {
        let (Some(price), Some(Some(label))) = (prices.get(at), labels.get(at)) else {
            break;
        };
        let last = steps.last_mut()?;
        let before = prices.get(at.saturating_sub(1)).unwrap_or(first);
        let one_fee = is_like(&first.price, &price.price) && !names_another(tokens, before, price);
        let Some(next) = last.next(*label).filter(|_| one_fee) else {
            break;
        };
        last.ends_before(next);
        steps.push(next);
    }
    (steps.len() > 1).then_some(steps)
}

/// "and the support fee is $300": the words before a price name a fee that the words before the last one do not.
fn names_another(tokens: &[Token], last: &Priced, next: &Priced) -> bool {
    let between = tokens.get(last.at.saturating_add(1)..next.at).unwrap_or_default();
    let Some(fee) = between.iter().rposition(|token| is_fee(&token.low)) else {
        return false;
    };
    let named = fee.checked_sub(1).and_then(|at| between.get(at));
    let lead = tokens.get(..last.at).unwrap_or_default();
    named.is_some_and(|name| {
        let small = name.is_any("the|a|an|such|this|that|its|said|of|per|and|each|in|to|for");
        let worded = matches!(name.kind, crate::reading::tokens::Kind::Word);
        worded && !small && !lead.iter().any(|token| token.low == name.low)
    })
}

/// "increasing to", "and then": the words that make the next price a step of the one before.
fn rises(between: &[Token]) -> bool {
    says_any(
        between,
        "increasing to|increases to|increased to|increase to|rising to|rises to|rise to|decreasing to|decreases to|\
        decreased to|reduced to|reducing to|reduces to|stepping up to|going up to|escalating to|and then|then|\
        thereafter at|and thereafter",
    )
}

/// Are both for the same thing and the same span, as far as they say?
fn is_like(one: &Expression, other: &Expression) -> bool {
    let same_unit = match (one.unit(), other.unit()) {
        (Some(one), Some(other)) => one == other,
        (None, Some(_)) => false,
        _ => true,
    };
    // "$20,000 in the first year and $40,000 in each year thereafter": "each year" says where it holds.
    let span = |price: &Expression| price.period.and_then(Period::cadence);
    let same_span = match (span(one), span(other)) {
        (_, None) => true,
        (None, Some(later)) => later == Cadence::months(12),
        (Some(first), Some(later)) => first == later,
    };
    same_unit && same_span
}

/// Where a price holds, as the words behind it say, as far as the next price or a semicolon.
fn behind(tokens: &[Token], prices: &[Priced], index: usize) -> Option<Holding> {
    let own = prices.get(index)?;
    let from = own.at.saturating_add(1);
    let next = prices
        .get(index.saturating_add(1))
        .map_or(tokens.len(), |next| next.at);
    let words = tokens.get(from..next)?;
    let stop = words
        .iter()
        .position(|token| token.is_mark(';') || token.is_mark('.'));
    let to = from
        .saturating_add(stop.unwrap_or(words.len()))
        .min(own.at.saturating_add(own.price.length).saturating_add(REACH));
    (from..to)
        .find_map(|at| holding(tokens, at).filter(|(_, length)| at.saturating_add(*length) <= to))
        .map(|(found, _)| found)
        .or_else(|| on_day(tokens, own, index))
}

/// "increasing to $.27 on January 1, 2001": a later price begins on that day.
fn on_day(tokens: &[Token], own: &Priced, index: usize) -> Option<Holding> {
    let behind = own.at.saturating_add(own.price.length);
    let [on, day] = tokens.get(behind..behind.saturating_add(2))? else {
        return None;
    };
    let crate::reading::tokens::Kind::Date(crate::normal::date::Day::Is(first)) = day.kind else {
        return None;
    };
    (index > 0 && on.is("on")).then_some(Holding::Days {
        first: Some(first),
        last: None,
    })
}

/// Where a price holds, as the words before it say, back to the price before or a semicolon.
fn before(tokens: &[Token], prices: &[Priced], index: usize) -> Option<Holding> {
    let own = prices.get(index)?;
    let last = index
        .checked_sub(1)
        .and_then(|last| prices.get(last))
        .map_or(0, |last| last.at.saturating_add(last.price.length));
    let words = tokens.get(last..own.at)?;
    let stop = words.iter().rposition(|token| token.is_mark(';'));
    let from = last
        .saturating_add(stop.unwrap_or_default())
        .max(own.at.saturating_sub(REACH));
    let mut at = from;
    let mut found = None;
    while at < own.at {
        match holding(tokens, at) {
            Some((holding, length)) => {
                found = Some(holding);
                at = at.saturating_add(length.max(1));
            }
            None => at = at.saturating_add(1),
        }
    }
    found
}

/// Is at least one of the prices plainly paid, and none of them a reduction?
fn is_charged(reader: &Reader<'_>, run: &[Priced]) -> bool {
    let tokens = reader.tokens();
    let known = |price: &Priced| matches!(reader.role_of(price.at), Some(Role::Price | Role::Minimum));
    let moved = || {
        let (Some(first), Some(second)) = (run.first(), run.get(1)) else {
            return false;
        };
        let lead = tokens.get(..first.at).unwrap_or_default();
        is_about_price(lead) && tokens.get(first.at..second.at).is_some_and(rises)
    };
    (run.iter().any(known) || moved())
        && !says_any(
            tokens,
            "milestone|discount|rebate|termination fee|termination charge|cancellation fee|termination payment",
        )
}
