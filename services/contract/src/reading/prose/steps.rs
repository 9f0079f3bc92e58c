//! Tiers in a sentence: "First 1,000 units at $0.10, next 9,000 at $0.08, then $0.05 beyond 10,000."

use rust_decimal::Decimal;

use super::Reader;
use crate::reading::items::{Item, currency, found, unit_name};
use crate::reading::phrases::{Bounds, Range, bounds, noun, timing};
use crate::reading::prices;
use crate::reading::tiers::{self, Priced};
use crate::reading::tokens::Token;
use crate::terms::{Cadence, Found, Kind, LineItem, Role, TierRow, Tiers};

/// Reads the tiers of a sentence, if its prices make a ladder.
pub(super) fn read(reader: &mut Reader<'_>) {
    let tokens = reader.tokens();
    let prices: Vec<usize> = reader
        .roles
        .iter()
        .filter(|(_, role)| {
            matches!(
                role,
                Role::Price | Role::Threshold | Role::Unexplained | Role::Cap
            )
        })
        .map(|(at, _)| *at)
        .collect();
    let money: Vec<usize> = prices
        .iter()
        .copied()
        .filter(|at| tokens.get(*at).is_some_and(|token| token.money().is_some()))
        .collect();
    let percent: Vec<usize> = prices
        .iter()
        .copied()
        .filter(|at| tokens.get(*at).is_some_and(|token| token.percent().is_some()))
        .collect();
    // Shares of a turnover have bounds of money, which are no prices then.
    for candidates in [percent, money] {
        if candidates.len() >= 2
            && let Some((item, taken)) = ladder(reader, &candidates)
        {
            reader.keep(item, taken);
            return;
        }
    }
}

fn ladder(reader: &Reader<'_>, prices: &[usize]) -> Option<(Item, Vec<usize>)> {
    let tokens = reader.tokens();
    let shares = prices
        .iter()
        .all(|at| tokens.get(*at).is_some_and(|token| token.percent().is_some()));
    let ranges: Vec<Bounds> = ranges(tokens, prices)
        .into_iter()
        .filter(|found| shares || !is_least(reader, found))
        .collect();
    if is_base_and_excess(tokens, prices) {
        return None;
    }
    let pairs = paired(tokens, prices, &ranges)?;
    let priced: Vec<Priced> = pairs
        .iter()
        .map(|(price, range)| priced(reader, *price, *range))
        .collect::<Option<_>>()?;
    let rows = tiers::rows(&priced)?;
    let stretch = &reader.statement().stretch;
    let (first, last) = (pairs.first()?, pairs.last()?);
    let from = first.0.min(first.1.at);
    let to = last
        .0
        .max(last.1.at.saturating_add(last.1.length))
        .saturating_add(1);
    let evidence = stretch.evidence(reader.document, from, to);
    let percent = rows.iter().any(|row| !row.percent.is_absent());
    let mut line = LineItem::new(
        "",
        if percent { Kind::Percentage } else { Kind::Usage },
        reader.description(from),
        reader.statement().evidence(reader.document),
    );
    line.unit = unit(tokens, &pairs).map(|unit| unit_name(&unit, None));
    let before: Vec<&[Token]> = reader
        .before()
        .map(crate::reading::statements::Statement::tokens)
        .collect();
    let mut near: Vec<&[Token]> = vec![tokens];
    near.extend(before.iter().take(1));
    let mode = tiers::mode(&near, &priced);
    line.price.tiers = Some(Tiers {
        mode: mode.map_or_else(Found::absent, |mode| {
            Found::supported(mode, stretch.printed(from, to), evidence)
        }),
        counting: crate::terms::TierCounting::PerPeriod,
        rows,
    });
    // "the first 500,000 minutes in a calendar month": the span over which the units are counted.
    let counted = || {
        let (at, found) = crate::reading::phrases::period_within(tokens.get(from..to)?)?;
        Some((from.saturating_add(at), found))
    };
    // A share of a year's sales, or kits counted over a year, may be settled more often than they are counted.
    let of_turnover = || super::rhythm::turnover_counted(tokens).filter(|_| percent);
    let counted = counted()
        .or_else(of_turnover)
        .filter(|(_, found)| percent || found.cadence() == Some(Cadence::months(1)));
    let rhythm = super::billed(tokens).or(counted.filter(|_| !percent));
    if let Some((at, cadence)) = rhythm.and_then(|(at, period)| period.cadence().map(|cadence| (at, cadence)))
    {
        line.cadence = found(
            cadence,
            stretch,
            reader.document,
            at.saturating_sub(1),
            at.saturating_add(1),
        );
    }
    if let Some(span) = super::span_of_fee(tokens, first.0).and_then(crate::reading::phrases::Period::cadence)
    {
        let span = found(span, stretch, reader.document, first.0.saturating_sub(6), first.0);
        if line.cadence.is_absent() {
            line.cadence = span;
        } else if line.cadence.copied() != span.copied() {
            line.price.period = span;
        }
    }
    if let Some((at, length, when)) = timing(tokens) {
        line.timing = found(when, stretch, reader.document, at, at.saturating_add(length));
    }
    let mut item = Item::new(line, reader.statement().scope, stretch.words(from, to).to_vec());
    if let Some((at, cadence)) = counted.and_then(|(at, found)| found.cadence().map(|cadence| (at, cadence)))
    {
        item.base_span = found(cadence, stretch, reader.document, at, at.saturating_add(1));
    }
    item.currency = tokens.get(first.0).and_then(Token::money).and_then(currency);
    // Bounds of money are amounts too: they are explained by the ladder.
    let taken = reader
        .roles
        .iter()
        .map(|(at, _)| *at)
        .filter(|at| (from..to).contains(at))
        .collect();
    Some((item, taken))
}

/// "$45,000 per month for up to 50,000 accounts, and $0.85 for each account in excess": a charge that covers so many, and what
/// each more costs; no ladder of one price.
fn is_base_and_excess(tokens: &[Token], prices: &[usize]) -> bool {
    let [first, second] = prices else { return false };
    let Some((base, excess)) = prices::read(tokens, *first).zip(prices::read(tokens, *second)) else {
        return false;
    };
    let amount = |price: &prices::Expression| price.money.map(|amount| amount.value);
    let dear = amount(&base).zip(amount(&excess)).is_some_and(|(base, excess)| {
        excess
            .checked_mul(Decimal::from(20))
            .is_some_and(|least| base >= least)
    });
    let between = tokens.get(*first..*second).unwrap_or_default();
    let behind = tokens.get(first.saturating_add(1)..).unwrap_or_default();
    let beyond = crate::reading::phrases::says_any(
        behind,
        "in excess|beyond|over|above|additional|exceeding|further|extra",
    );
    let either = between.iter().any(|token| token.is("or"));
    let more = crate::reading::phrases::says_any(behind, "and above|and more|or more|and over");
    dear && beyond
        && !either
        && !more
        && base.unit().is_none()
        && (base.period.is_some() || super::span_of_fee(tokens, *first).is_some())
        && excess.is_per_unit()
}

/// "not less than $50,000 in the first year" is owed at least, and bounds no tier.
fn is_least(reader: &Reader<'_>, found: &Bounds) -> bool {
    let end = found.at.saturating_add(found.length);
    let near = reader
        .tokens()
        .get(found.at.saturating_sub(2)..end)
        .unwrap_or_default();
    let denied = near
        .iter()
        .any(|token| token.is_any("not|no|never|least|minimum"));
    denied && (found.at..end).any(|at| reader.role_of(at) == Some(Role::Minimum))
}

/// Bounds phrases that hold no price.
fn ranges(tokens: &[Token], prices: &[usize]) -> Vec<Bounds> {
    let units: Vec<String> = prices
        .iter()
        .filter_map(|price| prices::read(tokens, *price)?.unit().map(str::to_owned))
        .collect();
    let mut out: Vec<Bounds> = Vec::new();
    let mut at = 0usize;
    while at < tokens.len() {
        let found = bounds(tokens, at).filter(|found| {
            !prices
                .iter()
                .any(|price| (found.at..found.at.saturating_add(found.length)).contains(price))
                && is_range(tokens, found, &units)
        });
        match found {
            Some(found) => {
                at = found.at.saturating_add(found.length);
                out.push(found);
            }
            None => at = at.saturating_add(1),
        }
    }
    out
}

/// "first 30 days", "within 12 months", "up to 3 years" are no quantities; "the first 500,000 minutes" are where the price
/// is by the minute.
fn is_range(tokens: &[Token], found: &Bounds, units: &[String]) -> bool {
    let after = tokens.get(found.at.saturating_add(found.length));
    let span = after.is_some_and(|token| {
        let counted = crate::normal::unit::singular(&token.low);
        crate::normal::duration::unit(&token.low).is_some() && !units.contains(&counted)
    });
    // "the first two Operating Years" is a time, whatever the years are called.
    let later = tokens.get(found.at.saturating_add(found.length).saturating_add(1));
    let of_time = later.is_some_and(|token| {
        let counted = crate::normal::unit::singular(&token.low);
        crate::normal::duration::unit(&token.low).is_some() && !units.contains(&counted)
    }) && after.is_some_and(|token| {
        token.is_any("operating|contract|license|licence|fiscal|full|sales|royalty|lease|consecutive")
    });
    let business = of_time || after.is_some_and(|token| token.is_any("business|calendar"));
    // "for months one through six".
    let before = tokens
        .get(found.at.saturating_sub(2)..found.at)
        .unwrap_or_default();
    let months = matches!(found.range, Range::Between(..) | Range::UpTo(_))
        && before
            .iter()
            .any(|token| token.is_any("months|month|years|year|weeks|week|days|day"));
    !(span || business || months)
}

/// Each price with its range: the ranges all stand before their prices, or all behind; a price may have one at most.
fn paired(tokens: &[Token], prices: &[usize], ranges: &[Bounds]) -> Option<Vec<(usize, Bounds)>> {
    if ranges.len() < 2 {
        return None;
    }
    let mut pairs: Vec<(usize, Bounds)> = Vec::new();
    for (index, price) in prices.iter().enumerate() {
        let left = index
            .checked_sub(1)
            .and_then(|before| prices.get(before))
            .copied();
        let right = prices.get(index.saturating_add(1)).copied();
        let own = |bounds: &&Bounds| {
            left.is_none_or(|left| bounds.at > left) && right.is_none_or(|right| bounds.at < right)
        };
        let used = |bounds: &&Bounds| !pairs.iter().any(|(_, known)| known.at == bounds.at);
        let candidates: Vec<&Bounds> = ranges.iter().filter(own).filter(used).collect();
        let before = candidates
            .iter()
            .rev()
            .find(|bounds| bounds.at < *price && no_break(tokens, bounds.at, *price));
        let after = candidates
            .iter()
            .find(|bounds| bounds.at > *price && no_break(tokens, *price, bounds.at));
        let numbered = |bounds: &&&Bounds| bounds.range != Range::Rest;
        // "then $0.05 beyond 10,000": the number says more than the word.
        let chosen = before
            .filter(numbered)
            .or(after.filter(numbered))
            .or(before)
            .or(after)?;
        pairs.push((*price, **chosen));
    }
    Some(pairs)
}

fn no_break(tokens: &[Token], from: usize, to: usize) -> bool {
    tokens
        .get(from..to)
        .unwrap_or_default()
        .iter()
        .all(|token| !token.is_mark(';') || from == to)
        && to.saturating_sub(from) <= 22
}

fn priced(reader: &Reader<'_>, price: usize, range: Bounds) -> Option<Priced> {
    let token = reader.tokens().get(price)?;
    let stretch = &reader.statement().stretch;
    let value = |number: Decimal| found(number, stretch, reader.document, price, price.saturating_add(1));
    let mut row = TierRow::default();
    match (token.money(), token.percent()) {
        (Some(amount), _) => row.unit_price = value(amount.value),
        (None, Some(percent)) => row.percent = value(percent),
        (None, None) => return None,
    }
    Some(Priced {
        range: range.range,
        row,
    })
}

/// The unit: with a price ("per access"), else after a bound ("1,000 units").
fn unit(tokens: &[Token], pairs: &[(usize, Bounds)]) -> Option<String> {
    let with_price = pairs
        .iter()
        .find_map(|(price, _)| prices::read(tokens, *price)?.unit().map(str::to_owned));
    with_price.or_else(|| {
        pairs
            .iter()
            .find_map(|(_, range)| noun(tokens, range.at.saturating_add(range.length)).map(|(unit, _)| unit))
    })
}
