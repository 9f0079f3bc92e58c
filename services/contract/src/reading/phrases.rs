//! Phrases: what a few tokens in a row say. Each parser starts at a position and returns what it read and how many tokens
//! it took; none of them looks outside the tokens it is given.

mod bounds;
mod period;
mod unit;

#[cfg(test)]
mod tests;

use crate::normal::duration;
use crate::reading::tokens::{Kind, Token};
use crate::terms::{Span, Timing};

pub(crate) use bounds::{Bounds, Range, bounds};
pub(crate) use period::{Period, period, period_within};
pub(crate) use unit::{PerUnit, noun, per_unit};

/// A span of time and whether it counts business days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Duration {
    /// How long.
    pub(crate) span: Span,
    /// Business days rather than calendar days.
    pub(crate) business: bool,
    /// Tokens taken.
    pub(crate) length: usize,
}

/// `thirty (30) days`, `12-month`, `two years`, `ten business days`.
pub(crate) fn duration(tokens: &[Token], at: usize) -> Option<Duration> {
    let count = tokens.get(at)?.number().filter(|count| count.scale() == 0)?;
    let count = u32::try_from(count).ok()?;
    let mut cursor = at.saturating_add(1);
    let mut business = false;
    while let Some(token) = tokens.get(cursor) {
        let filler = token.is_mark('-')
            || token.is_any(&[
                "calendar",
                "full",
                "consecutive",
                "additional",
                "successive",
                "further",
                "equal",
                "more",
            ]);
        let working = token.is_any(&["business", "working", "banking"]);
        if !(filler || working) {
            break;
        }
        business |= working;
        cursor = cursor.saturating_add(1);
    }
    let unit = duration::unit(tokens.get(cursor)?.low.trim_end_matches('\''))?;
    Some(Duration {
        span: duration::times(count, unit)?,
        business,
        length: cursor.saturating_add(1).saturating_sub(at),
    })
}

/// The first duration in the tokens and where it stands.
pub(crate) fn find_duration(tokens: &[Token]) -> Option<(usize, Duration)> {
    (0..tokens.len()).find_map(|at| duration(tokens, at).map(|found| (at, found)))
}

/// Before or after the period, wherever the tokens say it: position, length and timing.
pub(crate) fn timing(tokens: &[Token]) -> Option<(usize, usize, Timing)> {
    (0..tokens.len()).find_map(|at| timing_at(tokens, at).map(|(length, timing)| (at, length, timing)))
}

fn timing_at(tokens: &[Token], at: usize) -> Option<(usize, Timing)> {
    const ADVANCE: [&[&str]; 22] = [
        &["in", "advance"],
        &["upfront"],
        &["up-front"],
        &["up", "front"],
        &["ahead"],
        &["prepaid"],
        &["beforehand"],
        &["before", "each"],
        &["before", "the", "start"],
        &["at", "the", "beginning", "of", "each"],
        &["at", "the", "start", "of", "each"],
        &["at", "the", "beginning", "of", "every"],
        &["at", "the", "start", "of", "every"],
        &["at", "the", "start", "of", "the"],
        &["at", "the", "beginning", "of", "the"],
        &["on", "the", "first", "day", "of", "each"],
        &["on", "the", "first", "day", "of", "every"],
        &["just", "begun"],
        &["at", "signing"],
        &["on", "signing"],
        &["on", "signature"],
        &["at", "signature"],
    ];
    const ARREARS: [&[&str]; 18] = [
        &["in", "arrears"],
        &["in", "arrear"],
        &["arrears"],
        &["after", "use"],
        &["at", "the", "end", "of", "each"],
        &["at", "the", "end", "of", "every"],
        &["at", "the", "end", "of", "the", "month"],
        &["at", "the", "end", "of", "the", "quarter"],
        &["following", "the", "end", "of"],
        &["after", "the", "end", "of"],
        &["for", "the", "preceding"],
        &["for", "the", "previous"],
        &["for", "the", "prior"],
        &["of", "the", "preceding"],
        &["of", "the", "previous"],
        &["just", "ended"],
        &["just", "closed"],
        &["last", "day", "of", "each"],
    ];
    let matching = |phrases: &[&[&str]]| {
        phrases
            .iter()
            .find(|phrase| says(tokens, at, phrase))
            .map(|phrase| phrase.len())
    };
    matching(&ADVANCE)
        .map(|length| (length, Timing::Advance))
        .or_else(|| matching(&ARREARS).map(|length| (length, Timing::Arrears)))
}

/// Do the tokens say those words, one after the other, from `at`?
pub(crate) fn says(tokens: &[Token], at: usize, words: &[&str]) -> bool {
    words.iter().enumerate().all(|(ahead, word)| {
        tokens
            .get(at.saturating_add(ahead))
            .is_some_and(|token| token.is(word))
    })
}

/// Where the tokens first say those words.
pub(crate) fn find(tokens: &[Token], words: &[&str]) -> Option<usize> {
    (0..tokens.len()).find(|at| says(tokens, *at, words))
}

/// Do the tokens say any of those phrases? A phrase is written with spaces.
pub(crate) fn says_any(tokens: &[Token], phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| {
        let words: Vec<&str> = phrase.split(' ').collect();
        find(tokens, &words).is_some()
    })
}

/// The first of those phrases and where it stands.
pub(crate) fn find_any(tokens: &[Token], phrases: &[&str]) -> Option<(usize, usize)> {
    phrases
        .iter()
        .filter_map(|phrase| {
            let words: Vec<&str> = phrase.split(' ').collect();
            find(tokens, &words).map(|at| (at, words.len()))
        })
        .min()
}

/// Does any token begin with one of those stems?
pub(crate) fn has_stem(tokens: &[Token], stems: &[&str]) -> bool {
    tokens
        .iter()
        .any(|token| matches!(token.kind, Kind::Word) && stems.iter().any(|stem| token.low.starts_with(stem)))
}
