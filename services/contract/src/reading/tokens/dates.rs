//! Joins the parts of written dates: `March 1, 2025`, `1 March 2025`, `1st day of October, 2008`.

use super::{Kind, Locale, Token, merge};
use crate::normal::date::{self, Day};

/// Set apart from their number where they are printed raised.
const ORDINAL_ENDINGS: &str = "th|st|nd|rd";

/// Makes dates of plain tokens, before numbers are joined.
pub(super) fn join(tokens: &mut Vec<Token>, _locale: Locale) {
    let mut at = 0usize;
    while at < tokens.len() {
        if let Some((length, day)) = month_first(tokens, at).or_else(|| day_first(tokens, at)) {
            merge(tokens, at, at.saturating_add(length), Kind::Date(day));
        }
        at = at.saturating_add(1);
    }
}

/// After numbers are joined: `first day of March 1998`, `(1st) day of …` stay for later grammar; nothing to do now
/// except dates whose day was written in words.
pub(super) fn join_spelled(tokens: &mut Vec<Token>) {
    let mut at = 0usize;
    while at < tokens.len() {
        if let Some((length, day)) = month_first(tokens, at).or_else(|| day_first(tokens, at)) {
            merge(tokens, at, at.saturating_add(length), Kind::Date(day));
        }
        at = at.saturating_add(1);
    }
}

/// Month, day, year: `March 1, 2025`, `Dec. 3rd 2018`.
fn month_first(tokens: &[Token], at: usize) -> Option<(usize, Day)> {
    let month = month_of(tokens.get(at)?)?;
    let mut cursor = at.saturating_add(1);
    let day = day_number(tokens.get(cursor)?)?;
    cursor = past(tokens, cursor.saturating_add(1), ORDINAL_ENDINGS);
    cursor = past_comma(tokens, cursor);
    let year = year_of(tokens.get(cursor)?)?;
    let found = date::day(year, month, day)?;
    Some((cursor.saturating_add(1).saturating_sub(at), Day::Is(found)))
}

/// Day, month, year: `1 March 2025`, `15-Jan-2026`, `this 19th day of December 1997`, `27 day of April th 2009`.
fn day_first(tokens: &[Token], at: usize) -> Option<(usize, Day)> {
    let day = day_number(tokens.get(at)?)?;
    let mut cursor = at.saturating_add(1);
    for filler in [ORDINAL_ENDINGS, "day", "of"] {
        cursor = past(tokens, cursor, filler);
    }
    cursor = past_mark(tokens, cursor, '-');
    let month = month_of(tokens.get(cursor)?)?;
    cursor = past(tokens, cursor.saturating_add(1), ORDINAL_ENDINGS);
    cursor = past(tokens, past_mark(tokens, past_comma(tokens, cursor), '-'), "in");
    cursor = past(tokens, past(tokens, cursor, "the"), "year");
    let year = year_of(tokens.get(cursor)?)?;
    let found = date::day(year, month, day)?;
    Some((cursor.saturating_add(1).saturating_sub(at), Day::Is(found)))
}

fn month_of(token: &Token) -> Option<i8> {
    // "may" is a verb far more often than a month; only the capital one can be the month.
    (token.kind == Kind::Word && token.is_capital())
        .then(|| date::month(&token.low))
        .flatten()
}

fn day_number(token: &Token) -> Option<i8> {
    let number = match token.kind {
        Kind::Ordinal(number) => number,
        Kind::Number(value) if value.scale() == 0 => u32::try_from(value).ok()?,
        _ => return None,
    };
    i8::try_from(number).ok().filter(|day| (1..=31).contains(day))
}

fn year_of(token: &Token) -> Option<i16> {
    match token.kind {
        Kind::Number(_) if token.text.len() == 4 => date::year(&token.text),
        // "the eighth day of June, two thousand four".
        Kind::Number(value) if token.text.starts_with(char::is_alphabetic) => date::year(&value.to_string()),
        _ => None,
    }
}

fn past(tokens: &[Token], at: usize, words: &str) -> usize {
    let there = tokens.get(at).is_some_and(|token| token.is_any(words));
    if there { at.saturating_add(1) } else { at }
}

fn past_comma(tokens: &[Token], at: usize) -> usize {
    past_mark(tokens, at, ',')
}

fn past_mark(tokens: &[Token], at: usize, mark: char) -> usize {
    let there = tokens.get(at).is_some_and(|token| token.is_mark(mark));
    if there { at.saturating_add(1) } else { at }
}
