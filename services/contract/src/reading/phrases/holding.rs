//! Which part of the contract's life a price holds for: "in the second contract year", "months one through six", "for 2003",
//! "from January 1 through June 30, 2003", "thereafter".

use jiff::civil::Date;

use super::{any_at, duration};
use crate::normal::date::{Day, day};
use crate::normal::duration::months as span_months;
use crate::reading::tokens::{Kind, Token};

/// A part of the contract's life, as one phrase names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holding {
    /// Months counted from the contract's first day, from 1; without a last one, to the end.
    Months {
        /// The first month.
        first: u32,
        /// The last month, which counts in full.
        last: Option<u32>,
    },
    /// The first so many months: nothing comes before them.
    First(u32),
    /// The next so many months: something came before.
    Next(u32),
    /// A span of so many months, first or next: a season.
    Span(u32),
    /// "for the third": an ordinal whose year is said with the ordinal before it.
    YearLikeBefore {
        /// The year of the contract, from 1.
        year: u32,
        /// "and each later one".
        open: bool,
    },
    /// Days of the calendar.
    Days {
        /// The first day; none where only the last one is named.
        first: Option<Date>,
        /// The last day, which counts; none where only the first one is named.
        last: Option<Date>,
    },
    /// Whatever is left.
    Rest,
}

/// What holds a price begins at `at`: which part, and how many tokens say it.
pub(crate) fn holding(tokens: &[Token], at: usize) -> Option<(Holding, usize)> {
    rest(tokens, at)
        .or_else(|| numbered(tokens, at))
        .or_else(|| by_ordinal(tokens, at))
        .or_else(|| leading(tokens, at))
        .or_else(|| season(tokens, at))
        .or_else(|| calendar_years(tokens, at))
        .or_else(|| days(tokens, at))
}

/// What a label says when a price holds, and its other words: "Storage, year 2" is another label than "Handling, year 2".
pub(crate) fn labelled(tokens: &[Token]) -> Option<(Holding, Vec<&str>)> {
    let (at, found, length) = (0..tokens.len().min(5))
        .find_map(|at| holding(tokens, at).map(|(found, length)| (at, found, length)))?;
    let end = at.saturating_add(length);
    let others = tokens.iter().enumerate().filter(|(place, token)| {
        !(at..end).contains(place)
            && matches!(token.kind, Kind::Word)
            && !token.is_any("in|for|during|of|the|and|contract")
    });
    Some((found, others.map(|(_, token)| token.low.as_str()).collect()))
}

const REST: &str = "thereafter|each year thereafter|each contract year thereafter|each calendar year thereafter|\
    every year thereafter|each subsequent year|each subsequent contract year|all subsequent years|subsequent years|\
    each succeeding year|each following year|each later year|each later contract year|remainder of the term|rest of the term|\
    balance of the term|remaining term|remaining years|remaining months|remaining contract years|end of the term|afterwards";

/// "in each contract year thereafter": one phrase, however it is led.
fn rest(tokens: &[Token], at: usize) -> Option<(Holding, usize)> {
    any_at(tokens, at, REST).map(|length| (Holding::Rest, length))
}

/// Words that name a year of the contract, or of nothing else.
const YEAR_OF: &str = "contract|calendar|license|licence|lease|royalty|agreement|order|subscription|membership|sales|service|\
    operating|term|full|complete|successive";

/// "Year 2", "contract years two and three", "months 7 through 12", "month 13 onward".
fn numbered(tokens: &[Token], at: usize) -> Option<(Holding, usize)> {
    let unit = tokens.get(at)?;
    let months = match unit.low.as_str() {
        "year" | "years" | "yr" | "yrs" => 12,
        "month" | "months" => 1,
        _ => return None,
    };
    let (first, last, length) = range(tokens, at.saturating_add(1), whole)?;
    let last = last.filter(|last| *last > first || !begins(tokens, at));
    named_years(first, last, months).map(|holding| (holding, length.saturating_add(1)))
}

/// The numbers `from`, or `from` through `to`, or `from` and all that follow; and how many tokens say it.
fn range(tokens: &[Token], at: usize, value: fn(&Token) -> Option<u32>) -> Option<(u32, Option<u32>, usize)> {
    let first = value(tokens.get(at)?)?;
    let mut cursor = at.saturating_add(1);
    let mut last = first;
    while let Some(joint) = tokens.get(cursor) {
        let through = joint.is_any("through|to|thru") || joint.is_mark('-');
        let and = joint.is("and") || joint.is_mark('&') || joint.is_mark(',');
        let skip = usize::from(and && tokens.get(cursor.saturating_add(1)).is_some_and(|t| t.is("and")));
        let next = cursor.saturating_add(1).saturating_add(skip);
        let Some(value) = tokens.get(next).and_then(value) else {
            break;
        };
        if !(through && value > last || and && Some(value) == last.checked_add(1)) {
            break;
        }
        last = value;
        cursor = next.saturating_add(1);
    }
    let open = any_at(
        tokens,
        cursor,
        "and thereafter|and beyond|and after|and later|onward|onwards|and onward|and onwards|and following|and on|\
        and each year thereafter|and each contract year thereafter|and each calendar year thereafter|\
        and all years thereafter|and each subsequent year|and all subsequent years|and each later year|\
        and every year thereafter|and subsequent years|and thereafter for the term",
    );
    let length = cursor.saturating_add(open.unwrap_or_default()).saturating_sub(at);
    Some((first, open.is_none().then_some(last), length))
}

fn named_years(first: u32, last: Option<u32>, months: u32) -> Option<Holding> {
    /// A contract of more months than this is none.
    const LONGEST: u32 = 1_200;
    let before = first.checked_sub(1)?.checked_mul(months)?;
    let last = match last {
        Some(last) => Some(last.checked_mul(months).filter(|last| *last <= LONGEST)?),
        None => None,
    };
    Some(Holding::Months {
        first: before.checked_add(1)?,
        last,
    })
}

/// "second contract year", "first and second years", "third through fifth years", "second twelve-month period", "third
/// anniversary", "the third and each later one".
fn by_ordinal(tokens: &[Token], at: usize) -> Option<(Holding, usize)> {
    let (first, last, length) = range(tokens, at, ordinal)?;
    let mut cursor = at.saturating_add(length);
    while tokens.get(cursor).is_some_and(|token| token.is_any(YEAR_OF)) {
        cursor = cursor.saturating_add(1);
    }
    let behind = cursor.saturating_add(1).saturating_sub(at);
    let unit = tokens.get(cursor);
    if unit.is_some_and(|unit| unit.is("anniversary")) {
        let before = first.checked_mul(12)?;
        // "until the first anniversary" ends there, "after" it and "upon" it begin there.
        let ends = led_by(tokens, at, "until|through|before|to");
        let holding = Holding::Months {
            first: if ends { 1 } else { before.checked_add(1)? },
            last: ends.then_some(before),
        };
        return Some((holding, behind));
    }
    if unit.is_some_and(|unit| unit.is_any("year|years")) {
        let later = any_at(
            tokens,
            cursor.saturating_add(1),
            "and thereafter|and each year thereafter|and each contract year thereafter|and each subsequent year|\
            and subsequent years|and later years|and each later year|and beyond|and all subsequent years",
        );
        let last = last.filter(|_| later.is_none() && !begins(tokens, at));
        let holding = if is_after(tokens, at) {
            named_years(first.checked_add(1)?, None, 12)?
        } else {
            named_years(first, last, 12)?
        };
        return Some((holding, behind.saturating_add(later.unwrap_or_default())));
    }
    if let Some(span) = duration(tokens, cursor).filter(|_| last == Some(first)) {
        // "the second twelve (12) months"; "the first six months" is read as the next six.
        let months = span_months(span.span)?;
        let end = cursor.saturating_add(span.length);
        let holding = if is_after(tokens, at) {
            Holding::Months {
                first: months.checked_mul(first)?.checked_add(1)?,
                last: None,
            }
        } else if first == 1 {
            Holding::First(months)
        } else {
            named_years(first, last, months)?
        };
        return Some((holding, end.saturating_sub(at)));
    }
    let bare = length == 1
        && tokens
            .get(at.checked_sub(1)?)
            .is_some_and(|token| token.is("the"));
    let open = any_at(
        tokens,
        cursor,
        "and each later one|and each one thereafter|and each thereafter|and all later ones",
    );
    let ends = open.is_some() || unit.is_none_or(|unit| matches!(unit.kind, Kind::Mark(_)) || unit.is("and"));
    (bare && ends && cursor == at.saturating_add(1)).then(|| {
        let holding = Holding::YearLikeBefore {
            year: first,
            open: open.is_some(),
        };
        (holding, open.unwrap_or_default().saturating_add(1))
    })
}

/// "initial twelve months", "next two years", "following year", "remaining six months".
fn leading(tokens: &[Token], at: usize) -> Option<(Holding, usize)> {
    if !tokens
        .get(at)?
        .is_any("initial|next|following|ensuing|remaining|subsequent|last|final")
    {
        return None;
    }
    let part = if tokens.get(at)?.is("initial") {
        Holding::First
    } else {
        Holding::Next
    };
    let next = at.saturating_add(1);
    let year = tokens.get(next)?;
    let named = usize::from(year.is_any(YEAR_OF));
    if tokens
        .get(next.saturating_add(named))
        .is_some_and(|token| token.is("year"))
    {
        return Some((part(12), named.saturating_add(2)));
    }
    let span = duration(tokens, next)?;
    let months = span_months(span.span)?;
    Some((part(months), span.length.saturating_add(1)))
}

/// "the 2002-03 season", "2002/2003": a year that runs over two calendar years; whatever day it begins on, the next twelve months.
fn season(tokens: &[Token], at: usize) -> Option<(Holding, usize)> {
    let first = year(tokens.get(at)?)?;
    let joint = tokens.get(at.saturating_add(1))?;
    let second = whole(tokens.get(at.saturating_add(2))?)?;
    let next = first.checked_add(1)?;
    let follows = second == next || second == next % 100;
    let named = tokens
        .get(at.saturating_add(3))
        .is_some_and(|token| token.is_any("season|seasons"));
    let short = second < 100;
    let joined = joint.is_mark('-') || joint.is_mark('/');
    (joined && follows && (named || short))
        .then_some((Holding::Span(12), 3usize.saturating_add(usize::from(named))))
}

/// "for 2003", "in calendar years 2004 and 2005", "2006 and each year thereafter", "the 2003 season".
fn calendar_years(tokens: &[Token], at: usize) -> Option<(Holding, usize)> {
    let (first, last, length) = range(tokens, at, year)?;
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    let led = before.is_none_or(|token| {
        token.is_any("in|for|during|year|years|calendar|of|and|the|throughout|through|a|season")
            || matches!(token.kind, Kind::Mark(_))
    });
    let fiscal = tokens
        .get(at.saturating_sub(2)..at)
        .unwrap_or_default()
        .iter()
        .any(|token| token.is("fiscal"));
    let end = at.saturating_add(length);
    let next = tokens.get(end);
    let stands_alone = next.is_none_or(|token| {
        !matches!(token.kind, Kind::Word | Kind::Number(_))
            || token.is_any("and|season|seasons|calendar|the|a|shall|will|in|increasing|to|then|respectively|it|an|payable|or")
    });
    if !led || fiscal || !stands_alone {
        return None;
    }
    let of_year = |year: u32, month: i8, date: i8| day(i16::try_from(year).ok()?, month, date);
    let holding = Holding::Days {
        first: of_year(first, 1, 1),
        last: last.and_then(|last| of_year(last, 12, 31)),
    };
    let season = usize::from(next.is_some_and(|token| token.is_any("season|seasons")));
    Some((holding, length.saturating_add(season)))
}

/// "from January 1, 2003 through June 30, 2003", "through December 31, 2003", "beginning January 1, 2004", "after June 30".
fn days(tokens: &[Token], at: usize) -> Option<(Holding, usize)> {
    const FROM: &str = "from|from and after|beginning|beginning on|commencing|commencing on|starting|starting on|effective|\
        effective as of|as of|on and after|effective on|beginning as of|commencing as of";
    let length = any_at(tokens, at, FROM).unwrap_or_default();
    let place = at.saturating_add(length);
    if let Some(first) = date_at(tokens, place) {
        let end = place.saturating_add(1);
        let until = until(tokens, end);
        let (last, taken) = until.map_or((None, 0), |(last, taken)| (Some(last), taken));
        return (length > 0 || last.is_some()).then_some((
            Holding::Days {
                first: Some(first),
                last,
            },
            length.saturating_add(1).saturating_add(taken),
        ));
    }
    if let Some(first) = date_at(tokens, at.saturating_add(1))
        .filter(|_| tokens.get(at).is_some_and(|token| token.is("after")))
    {
        let first = first.tomorrow().ok();
        return Some((Holding::Days { first, last: None }, 2));
    }
    let (last, length) = until(tokens, at)?;
    Some((
        Holding::Days {
            first: None,
            last: Some(last),
        },
        length,
    ))
}

/// "through June 30, 2003", "and ending on", "until", "to", "prior to": the last day that counts.
fn until(tokens: &[Token], at: usize) -> Option<(Date, usize)> {
    const LAST: &str = "through|through and including|until|to|thru|ending|ending on|and ending on|and ending|\
        and continuing through|and continuing until|up to and including|up until|up through|until and including|till";
    let dash = tokens.get(at)?.is_mark('-').then_some(1);
    if let Some(length) = any_at(tokens, at, LAST).or(dash) {
        let last = date_at(tokens, at.saturating_add(length))?;
        return Some((last, length.saturating_add(1)));
    }
    let length = any_at(tokens, at, "prior to")?;
    let next = date_at(tokens, at.saturating_add(length))?;
    Some((next.yesterday().ok()?, length.saturating_add(1)))
}

fn date_at(tokens: &[Token], at: usize) -> Option<Date> {
    match tokens.get(at)?.kind {
        Kind::Date(Day::Is(day)) => Some(day),
        _ => None,
    }
}

/// "beginning in the second year", "commencing with Year 2".
fn begins(tokens: &[Token], at: usize) -> bool {
    led_by(tokens, at, "beginning|commencing|starting|from|effective|since")
}

/// "after the first year", "following the second anniversary".
fn is_after(tokens: &[Token], at: usize) -> bool {
    led_by(tokens, at, "after|following")
}

fn led_by(tokens: &[Token], at: usize, words: &str) -> bool {
    let before = tokens.get(at.saturating_sub(4)..at).unwrap_or_default();
    let small = |token: &&Token| token.is_any("the|with|in|at|on|of|end|expiration|upon");
    let lead = before.iter().rev().find(|token| !small(token));
    lead.is_some_and(|token| token.is_any(words))
}

fn whole(token: &Token) -> Option<u32> {
    let value = token.number().filter(rust_decimal::Decimal::is_integer)?;
    u32::try_from(value).ok().filter(|count| *count > 0)
}

fn ordinal(token: &Token) -> Option<u32> {
    match token.kind {
        Kind::Ordinal(count) if count > 0 => Some(count),
        _ => None,
    }
}

/// A year of the calendar in four digits.
fn year(token: &Token) -> Option<u32> {
    whole(token).filter(|year| token.text.len() == 4 && (1980..=2100).contains(year))
}
