//! Bounds of a tier: `first 1,000`, `next 9,000`, `1 - 25,000`, `up to 500 GB`, `over 2,000`, `250,001 and above`.

use rust_decimal::Decimal;

use super::any_at;
use crate::reading::tokens::{Kind, Token};

/// Which units a price is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// What the phrase says.
    pub(crate) range: Range,
    /// Position of the first token.
    pub(crate) at: usize,
    /// Tokens taken.
    pub(crate) length: usize,
}

/// Which units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Range {
    /// The first so many.
    First(Decimal),
    /// The next so many.
    Next(Decimal),
    /// From one number to another, as printed.
    Between(Decimal, Decimal),
    /// Everything up to a number.
    UpTo(Decimal),
    /// Everything below a number, without it.
    Below(Decimal),
    /// Everything above a number, without it.
    Over(Decimal),
    /// Everything from a number on, with it.
    From(Decimal),
    /// Whatever is left.
    Rest,
}

/// The bounds phrase that begins at `at`.
pub(crate) fn bounds(tokens: &[Token], at: usize) -> Option<Bounds> {
    let (range, length) = of_money_by_ordinal(tokens, at)
        .or_else(|| led(tokens, at))
        .or_else(|| numeric(tokens, at))
        .or_else(|| rest(tokens, at))?;
    Some(Bounds { range, at, length })
}

/// What a number makes, led by certain words.
type Make = fn(Decimal) -> Range;

/// Phrases that a word opens.
fn led(tokens: &[Token], at: usize) -> Option<(Range, usize)> {
    const LEADS: [(&str, Make); 6] = [
        ("first|initial", Range::First),
        ("next|additional|following", Range::Next),
        (
            "up to and including|up to|to|through|not more than|no more than|not exceeding|does not exceed|do not exceed|not exceed|\
             not in excess of|\
             less than or equal to|not over",
            Range::UpTo,
        ),
        ("fewer than|less than|under|below|<", Range::Below),
        (
            "at least|from|starting at|not less than|no less than|not fewer than|no fewer than",
            Range::From,
        ),
        (
            "in excess of|more than|greater than|exceeding|exceeds|exceed|over|above|beyond|past|\
             after the first|after|>|beyond the first|over and above",
            Range::Over,
        ),
    ];
    if let Some(found) = until_reached(tokens, at) {
        return Some(found);
    }
    let leads = LEADS
        .iter()
        .filter_map(|(words, make)| any_at(tokens, at, words).map(|length| (length, make)));
    let (length, make) = leads.max_by_key(|(length, _)| *length)?;
    // "not less than 500" is a bound from below, read where it begins.
    let denied = at.checked_sub(1).and_then(|before| tokens.get(before));
    if denied.is_some_and(|led| led.is_any("not|no|never")) && tokens.get(at)?.is_any("less|fewer|more") {
        return None;
    }
    let number_at = past_the(tokens, at.saturating_add(length));
    if tokens.get(at)?.is("from")
        && let Some((range, length)) =
            numeric(tokens, number_at).filter(|(range, _)| matches!(range, Range::Between(..)))
    {
        return Some((range, number_at.saturating_add(length).saturating_sub(at)));
    }
    let first = value(tokens.get(number_at)?)?;
    let next = number_at.saturating_add(1);
    // "above 100,000 up to 400,000": both bounds, one after the other.
    if matches!(make(first), Range::Over(_) | Range::From(_))
        && let Some((second, length)) = upper(tokens, next).filter(|(second, _)| *second > first)
    {
        return Some((
            Range::Between(first, second),
            next.saturating_add(length).saturating_sub(at),
        ));
    }
    Some((make(first), next.saturating_sub(at)))
}

/// "until Net Sales in that Field have reached $60,000,000": everything up to it.
fn until_reached(tokens: &[Token], at: usize) -> Option<(Range, usize)> {
    let reached = tokens
        .get(at)?
        .is_any("reached|reach|reaches|equal|equals|exceeded|total|totaled");
    let until = tokens
        .get(at.saturating_sub(10)..at)?
        .iter()
        .any(|token| token.is_any("until|till"));
    let bound = value(tokens.get(at.saturating_add(1))?)?;
    (reached && until).then_some((Range::UpTo(bound), 2))
}

/// "of the second $1,000,000", "the third million dollars": the next so much; in the first, everything up to it.
fn of_money_by_ordinal(tokens: &[Token], at: usize) -> Option<(Range, usize)> {
    let Kind::Ordinal(place) = tokens.get(at)?.kind else {
        return None;
    };
    let amount = tokens.get(at.saturating_add(1))?.money()?.value;
    let range = if place == 1 {
        Range::First(amount)
    } else {
        Range::Next(amount)
    };
    Some((range, 2))
}

/// `up to 400,000`, `and up to 400,000`, `but not more than 400,000`: the bound above one that is known.
fn upper(tokens: &[Token], at: usize) -> Option<(Decimal, usize)> {
    let joined = any_at(tokens, at, "and|but").unwrap_or(0);
    let lead = at.saturating_add(joined);
    let words = any_at(
        tokens,
        lead,
        "up to and including|up to|not more than|no more than|not exceeding|does not exceed|do not exceed|not exceed|not over|below|\
         less than or equal to|equal to or less than|less than|under|through|to",
    )?;
    let number = lead.saturating_add(words);
    let value = value(tokens.get(number)?)?;
    Some((value, number.saturating_add(1).saturating_sub(at)))
}

/// Phrases that a number opens: `1 - 25,000`, `501 to 2,000`, `5,000 +`, `250,001 and above`, `between 1 and 9`.
fn numeric(tokens: &[Token], at: usize) -> Option<(Range, usize)> {
    if tokens.get(at)?.is("between") {
        let from = value(tokens.get(at.saturating_add(1))?)?;
        tokens.get(at.saturating_add(2)).filter(|token| token.is("and"))?;
        let to = value(tokens.get(at.saturating_add(3))?)?;
        return (from < to).then_some((Range::Between(from, to), 4));
    }
    if let Some(found) = places(tokens, at) {
        return Some(found);
    }
    let from = value(tokens.get(at)?)?;
    let next = at.saturating_add(1);
    let second = tokens.get(next)?;
    if second.is_mark('+') {
        return Some((Range::From(from), 2));
    }
    // "$1,000,000 or more but less than $5,000,000": open above, and closed by what follows.
    let open = any_at(
        tokens,
        next,
        "or more|and more|or above|and above|or over|and over",
    );
    if let Some((length, (to, more))) =
        open.and_then(|length| Some((length, upper(tokens, next.saturating_add(length))?)))
        && to > from
    {
        let taken = next.saturating_add(length).saturating_add(more);
        return Some((Range::Between(from, to), taken.saturating_sub(at)));
    }
    // "100 units and more" too.
    for noun in 0..=1usize {
        let more = any_at(
            tokens,
            next.saturating_add(noun),
            "and above|or more|and over|and more|and up|or above|upwards|plus",
        );
        if let Some(length) = more.filter(|_| noun == 0 || matches!(second.kind, Kind::Word)) {
            return Some((Range::From(from), length.saturating_add(noun).saturating_add(1)));
        }
    }
    let joined = second.is_mark('-') || second.is_any("to|through|until");
    let open = tokens
        .get(at.saturating_add(2))
        .is_some_and(|token| token.is_any("unlimited|infinity|above"));
    if joined && open {
        return Some((Range::From(from), 3));
    }
    let to = tokens
        .get(at.saturating_add(2))
        .and_then(value)
        .filter(|_| joined)?;
    (from < to).then_some((Range::Between(from, to), 3))
}

/// `the 12,001st through 20,000th`: from one place in the count to another.
fn places(tokens: &[Token], at: usize) -> Option<(Range, usize)> {
    let place = |at: usize| match tokens.get(at)?.kind {
        Kind::Ordinal(place) => Some(Decimal::from(place)),
        _ => None,
    };
    let (from, joint) = (place(at)?, tokens.get(at.saturating_add(1))?);
    let the = usize::from(tokens.get(at.saturating_add(2))?.is("the"));
    let to = place(at.saturating_add(2).saturating_add(the))?;
    (joint.is_any("through|to|until") && from < to)
        .then(|| (Range::Between(from, to), 3usize.saturating_add(the)))
}

/// `thereafter`, `then`, `all further units`, `remaining`.
fn rest(tokens: &[Token], at: usize) -> Option<(Range, usize)> {
    let token = tokens.get(at)?;
    let balance = token.is("balance") && !tokens.get(at.saturating_add(1)).is_some_and(|next| next.is("of"));
    let alone = balance || token.is_any("thereafter|remaining|remainder|further|subsequent");
    // "and five percent of the excess": whatever is above.
    let led = at.checked_sub(1).and_then(|before| tokens.get(before));
    let excess = token.is("excess")
        && led.is_some_and(|led| led.is_any("the|any|such"))
        && !tokens.get(at.saturating_add(1)).is_some_and(|next| next.is("of"));
    let above = any_at(tokens, at, ABOVE_THAT);
    // "above that and up to and including $100,000,000": from the last bound to the next.
    if let Some((length, (to, more))) =
        above.and_then(|length| Some((length, upper(tokens, at.saturating_add(length))?)))
    {
        return Some((Range::UpTo(to), length.saturating_add(more)));
    }
    above
        .or((alone || excess).then_some(1))
        .map(|length| (Range::Rest, length))
}

/// Above the bound that was named last.
const ABOVE_THAT: &str = "in excess thereof|after that|in excess of that amount|in excess of such amount|in excess of that|in excess of such sum|\
    above that amount|above such amount|above this amount|above such sum|above that level|above such level|above that|\
    over that amount|over such amount|over that|over and above that amount|beyond that amount|beyond such amount|beyond that|\
    exceeding that amount|exceeding such amount|exceeding that|greater than that amount|greater than such amount|more than that|\
    beyond that figure|above that figure|over that figure|in excess of that figure|above that threshold|above such threshold|\
    in excess of such threshold";

/// Past "the", and past the name of a unit before its number: "up to and including hour 500".
fn past_the(tokens: &[Token], at: usize) -> usize {
    let counted = tokens
        .get(at.saturating_add(1))
        .is_some_and(|token| token.number().is_some());
    let there = tokens
        .get(at)
        .is_some_and(|token| token.is("the") || token.is("a") || counted && token.is_any(UNITS));
    if there { at.saturating_add(1) } else { at }
}

/// What is counted one by one, where the count itself bounds a tier.
const UNITS: &str = "hour|unit|user|seat|call|page|record|message|minute|document|order|item|transaction|mile|kilometre|gigabyte|gb";

/// "hour 1": a unit and its number open a range that goes on behind them.
pub(crate) fn opens_range(tokens: &[Token]) -> bool {
    !tokens.is_empty()
        && tokens
            .iter()
            .all(|token| token.number().is_some() || token.is_any(UNITS) || token.is("from"))
}

/// A plain number; money bounds a tier where the tier is of money.
fn value(token: &Token) -> Option<Decimal> {
    match token.kind {
        Kind::Number(value) => Some(value),
        Kind::Money(amount) => Some(amount.value),
        _ => None,
    }
}
