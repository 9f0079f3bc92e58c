//! Phrases: what a few tokens in a row say. Each parser starts at a position and returns what it read and how many tokens
//! it took; none of them looks outside the tokens it is given.

mod bounds;
mod holding;
mod period;
mod unit;

#[cfg(test)]
mod tests;

use crate::normal::duration;
use crate::reading::tokens::{Kind, Token};
use crate::terms::{Span, Timing};

pub(crate) use bounds::{Bounds, Range, bounds, opens_range};
pub(crate) use holding::{Holding, holding, labelled};
pub(crate) use period::{Period, divided, each_of_spans, equal_parts, period, period_within};
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
            || token.is_any("calendar|full|consecutive|additional|successive|further|equal|more")
            || token.is_any(
                "contract|operating|license|licence|lease|fiscal|royalty|agreement|service|sales|term",
            );
        let working = token.is_any("business|working|banking");
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
    const ADVANCE: &str = "in advance|upfront|up-front|up front|ahead|prepaid|beforehand|before each|\
        before the start|first day of each of|at the beginning of each|at the start of each|\
        at the beginning of every|at the start of every|at the start of the|\
        at the beginning of the|on the first day of each|on the first day of every|\
        just begun|at signing|on signing|on signature|at signature";
    const ARREARS: &str = "in arrears|in arrear|arrears|after use|at the end of each|at the end of every|\
        at the end of the month|at the end of the quarter|following the end of|\
        after the end of|for the preceding|for the previous|for the prior|of the preceding|\
        of the previous|just ended|just closed|last day of each";
    any_at(tokens, at, ADVANCE)
        .map(|length| (length, Timing::Advance))
        .or_else(|| any_at(tokens, at, ARREARS).map(|length| (length, Timing::Arrears)))
}

/// Do the tokens say that phrase from `at`?
pub(crate) fn says(tokens: &[Token], at: usize, phrase: &str) -> bool {
    phrase_at(tokens, at, phrase).is_some()
}

/// Where the tokens first say that phrase.
pub(crate) fn find(tokens: &[Token], phrase: &str) -> Option<usize> {
    find_phrase(tokens, phrase.as_bytes()).map(|(at, _)| at)
}

/// Do the tokens say any of those phrases, written `in advance|up front`?
pub(crate) fn says_any(tokens: &[Token], phrases: &str) -> bool {
    let words = Words::of(tokens);
    pieces(phrases).any(|phrase| words.may_say(phrase) && find_phrase(tokens, phrase).is_some())
}

/// The phrases or words of a list.
fn pieces(list: &str) -> impl Iterator<Item = &[u8]> {
    list.as_bytes().split(|byte| *byte == b'|')
}

fn words_of(phrase: &[u8]) -> impl Iterator<Item = &[u8]> {
    phrase.split(|byte| *byte == b' ')
}

/// What the tokens could say, one bit for each of 64 classes of words: most phrases of a list begin with a word of a class that
/// no token is of, and need no look at the tokens at all.
struct Words(u64);

impl Words {
    fn of(tokens: &[Token]) -> Self {
        Self(
            tokens
                .iter()
                .fold(0, |seen, token| seen | Self::class(token.low.as_bytes())),
        )
    }

    fn may_say(&self, phrase: &[u8]) -> bool {
        words_of(phrase)
            .next()
            .is_some_and(|first| self.0 & Self::class(first) != 0)
    }

    fn class(word: &[u8]) -> u64 {
        let byte = |byte: Option<&u8>| byte.map_or(0, |byte| usize::from(*byte));
        let sum = byte(word.first())
            .wrapping_mul(7)
            .wrapping_add(byte(word.last()).wrapping_mul(3))
            .wrapping_add(word.len());
        1u64.checked_shl(u32::try_from(sum % 64).unwrap_or_default())
            .unwrap_or_default()
    }
}

/// Where the tokens first say a phrase, and how many tokens it takes.
fn find_phrase(tokens: &[Token], phrase: &[u8]) -> Option<(usize, usize)> {
    let first = words_of(phrase).next()?;
    tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| token.low.as_bytes() == first)
        .find_map(|(at, _)| said_at(tokens, at, phrase).map(|length| (at, length)))
}

/// How many tokens a phrase takes, where the tokens say it from `at`.
pub(crate) fn phrase_at(tokens: &[Token], at: usize, phrase: &str) -> Option<usize> {
    said_at(tokens, at, phrase.as_bytes())
}

fn said_at(tokens: &[Token], at: usize, phrase: &[u8]) -> Option<usize> {
    let mut length = 0usize;
    for word in words_of(phrase) {
        tokens
            .get(at.saturating_add(length))
            .filter(|token| token.low.as_bytes() == word)?;
        length = length.saturating_add(1);
    }
    Some(length)
}

/// How many tokens the longest of those phrases takes, where the tokens say one from `at`.
pub(crate) fn any_at(tokens: &[Token], at: usize, phrases: &str) -> Option<usize> {
    pieces(phrases)
        .filter_map(|phrase| said_at(tokens, at, phrase))
        .max()
}

/// Where the tokens first say one of those phrases, and how many tokens it takes.
pub(crate) fn find_any(tokens: &[Token], phrases: &str) -> Option<(usize, usize)> {
    let words = Words::of(tokens);
    pieces(phrases)
        .filter(|phrase| words.may_say(phrase))
        .filter_map(|phrase| find_phrase(tokens, phrase))
        .min()
}

/// Does any word begin with one of those stems, written `one|other`?
pub(crate) fn has_stem(tokens: &[Token], stems: &str) -> bool {
    let begins =
        |token: &Token| pieces(stems).any(|stem| !stem.is_empty() && token.low.as_bytes().starts_with(stem));
    tokens
        .iter()
        .any(|token| matches!(token.kind, Kind::Word) && begins(token))
}
