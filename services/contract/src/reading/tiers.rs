//! Tiers: from bounds as printed to rows, and how the contract says they count.

#[cfg(test)]
mod tests;

use rust_decimal::Decimal;

use super::phrases::{Range, says_any};
use super::tokens::Token;
use crate::terms::{Found, TierMode, TierRow};

/// One price and the units it is for.
#[derive(Debug, Clone)]
pub(crate) struct Priced {
    /// Which units.
    pub(crate) range: Range,
    /// The row without its bounds.
    pub(crate) row: TierRow,
}

/// The rows that ranges make, bounds as printed; `None` where they make no ladder.
pub(crate) fn rows(priced: &[Priced]) -> Option<Vec<TierRow>> {
    let mut rows: Vec<TierRow> = Vec::with_capacity(priced.len());
    for (index, one) in priced.iter().enumerate() {
        let before = rows.last().and_then(|row| row.to);
        let (from, to) = bounds(one.range, before, index == 0)?;
        if let (Some(last), true) = (rows.last_mut(), index > 0) {
            // "up to 400,000 … thereafter": an open row before another one ends where that one begins.
            last.to = last.to.or(Some(from));
        }
        rows.push(TierRow {
            from,
            to,
            ..one.row.clone()
        });
    }
    let ascending = rows.windows(2).all(|pair| match pair {
        [first, second] => first.from < second.from && first.to.is_some(),
        _ => true,
    });
    (rows.len() > 1 && ascending).then_some(rows)
}

/// "First 2,000 free, each above $1.60": one price for what lies beyond an allowance, and the allowance.
pub(crate) fn beyond_free(rows: &[TierRow]) -> Option<(Decimal, Found<Decimal>)> {
    let [free, priced] = rows else { return None };
    let nothing = free.unit_price.copied().is_some_and(|price| price.is_zero());
    let something = priced.unit_price.copied().is_some_and(|price| !price.is_zero());
    let whole = free.from.is_zero() && priced.to.is_none() && priced.flat_fee.is_absent();
    (nothing && something && whole).then(|| Some((free.to?, priced.unit_price.clone())))?
}

fn bounds(range: Range, before: Option<Decimal>, first: bool) -> Option<(Decimal, Option<Decimal>)> {
    let start = before.unwrap_or(Decimal::ZERO);
    match range {
        Range::First(count) => first.then_some((Decimal::ZERO, Some(count))),
        Range::Next(count) => before
            .and_then(|before| before.checked_add(count))
            .map(|end| (start, Some(end))),
        Range::Between(from, to) => Some((from, Some(to))),
        Range::UpTo(to) | Range::Below(to) => Some((start, Some(to))),
        Range::Over(from) | Range::From(from) => Some((from, None)),
        Range::Rest => before.map(|before| (before, None)),
    }
}

/// How tiers count, where words near them or the ranges themselves say it.
pub(crate) fn mode(near: &[&[Token]], priced: &[Priced]) -> Option<TierMode> {
    let says = |phrases: &str| near.iter().any(|tokens| says_any(tokens, phrases));
    if says(
        "flat fee per band|flat fee for the band|one flat fee|flat monthly fee for the tier|fee for the tier|flat fee for each tier|flat fee per tier",
    ) {
        return Some(TierMode::Stairstep);
    }
    let volume = says(VOLUME);
    let graduated = says(GRADUATED)
        || priced
            .iter()
            .any(|one| matches!(one.range, Range::First(_) | Range::Next(_)));
    match (volume, graduated) {
        (true, false) => Some(TierMode::Volume),
        (false, true) => Some(TierMode::Graduated),
        _ => None,
    }
}

const VOLUME: &str = "( volume|volume :|volume pricing|volume-priced|all units|applies to all|\
    apply to all|all gigabytes|entire volume|whole quantity|whole volume|\
    entire quantity|one price for all|all transactions in that|highest band|\
    band reached|tier reached|total volume determines|applied to the entire|\
    applied to all|applies to every|applies to the entire|retroactive to the first|\
    back to the first unit|from the first unit|the whole month|all of them at|\
    price of the tier reached|price of the step reached|price of the band reached|price of the row reached|of the row reached|single rate|the same rate for all";

const GRADUATED: &str = "graduated|own band|own tier|band by band|tier by tier|marginal|incremental|\
    each tier|in its own|only the units|only to the units|within each band|\
    within each tier|units within|falling within|falling in|that fall in|portion|for the part of|for that part|on the part of|to the part of|\
    cumulatively|each unit in its|step by step|in that band only|in that tier only|\
    thereafter|slice by slice|bracket|brackets|of the step it falls|of the tier it falls|of the band it falls|\
    in which it falls|into which it falls|step it falls in|beyond that|for each unit above";
