//! How often, in a phrase: `per month`, `every two years`, `quarterly`, `once per order year`, `twice a year`.

use super::Duration;
use crate::normal::cadence::{Often, adverb};
use crate::normal::date::month;
use crate::normal::duration;
use crate::reading::tokens::{Kind, Token};
use crate::terms::{Cadence, Span, SpanUnit};

/// How often, and the tokens that say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Period {
    /// How often.
    pub(crate) often: Often,
    /// Tokens taken.
    pub(crate) length: usize,
}

impl Period {
    /// The cadence, where it says one thing.
    pub(crate) fn cadence(self) -> Option<Cadence> {
        match self.often {
            Often::Is(cadence) => Some(cadence),
            Often::Ambiguous => None,
        }
    }
}

/// A period phrase that begins at `at`.
pub(crate) fn period(tokens: &[Token], at: usize) -> Option<Period> {
    let token = tokens.get(at)?;
    // "average daily net assets", "daily balance": what something is worth on a day, not how often it is paid.
    let of_a_day = token.is("daily") && {
        let led = at.checked_sub(1).and_then(|before| tokens.get(before));
        let next = tokens.get(at.saturating_add(1));
        led.is_some_and(|led| led.is("average"))
            || next.is_some_and(|next| next.is_any("net|balance|balances|average|collected"))
    };
    if let Some(often) = adverb(&token.low).filter(|_| !of_a_day) {
        return Some(Period { often, length: 1 });
    }
    if token.is_any("for|in|during|of|on|upon|at")
        && let Some(found) = per_span(tokens, at.saturating_add(1)).filter(|_| distributes(tokens, at))
    {
        return Some(Period {
            length: found.length.saturating_add(1),
            ..found
        });
    }
    at_a_time(tokens, at)
        .or_else(|| times_a_span(tokens, at))
        .or_else(|| per_span(tokens, at))
        .or_else(|| every_spans(tokens, at))
        .or_else(|| abbreviation(token))
}

/// "for three months at a time", "a quarter at a time".
fn at_a_time(tokens: &[Token], at: usize) -> Option<Period> {
    let led = usize::from(tokens.get(at)?.is("for"));
    let found = super::duration(tokens, at.saturating_add(led))?;
    let next = at.saturating_add(led).saturating_add(found.length);
    let words = super::any_at(tokens, next, "at a time|in one go|together")?;
    Some(Period {
        often: Often::Is(whole(found.span)),
        length: led.saturating_add(found.length).saturating_add(words),
    })
}

/// "for each Contract Year", "during every month".
fn distributes(tokens: &[Token], at: usize) -> bool {
    tokens
        .get(at.saturating_add(1))
        .is_some_and(|token| token.is_any("each|every"))
}

/// The first period phrase in the tokens, and where it stands.
pub(crate) fn period_within(tokens: &[Token]) -> Option<(usize, Period)> {
    (0..tokens.len()).find_map(|at| period(tokens, at).map(|found| (at, found)))
}

/// `per month`, `a year`, `/ quarter`, `each calendar month`, `per annum`, `for each contract year`.
fn per_span(tokens: &[Token], at: usize) -> Option<Period> {
    let first = tokens.get(at)?;
    let opens = first.is_any("per|a|an|each|every|any") || first.is_mark('/');
    if !opens {
        return None;
    }
    let mut cursor = at.saturating_add(1);
    while tokens.get(cursor).is_some_and(is_calendar_word) {
        cursor = cursor.saturating_add(1);
    }
    if let Some((months, length)) = named_span(tokens, cursor) {
        return Some(Period {
            often: Often::Is(Cadence::months(months)),
            length: cursor.saturating_add(length).saturating_sub(at),
        });
    }
    if let Some(length) = day_of_year(tokens, cursor).filter(|_| first.is_any("each|every")) {
        return Some(Period {
            often: Often::Is(Cadence::months(12)),
            length: cursor.saturating_add(length).saturating_sub(at),
        });
    }
    let unit = duration::unit(&tokens.get(cursor)?.low)?;
    Some(Period {
        often: Often::Is(whole(unit)),
        length: cursor.saturating_add(1).saturating_sub(at),
    })
}

/// "each January 1", "every 1 July": a day that comes once a year.
fn day_of_year(tokens: &[Token], at: usize) -> Option<usize> {
    let is_month = |at: usize| {
        tokens
            .get(at)
            .is_some_and(|token| token.is_capital() && month(&token.low).is_some())
    };
    let is_day = |at: usize| tokens.get(at).is_some_and(|token| token.number().is_some());
    let next = at.saturating_add(1);
    (is_month(at) && is_day(next) || is_day(at) && is_month(next)).then_some(2)
}

/// "anniversary", "half-year": spans with a name of their own.
fn named_span(tokens: &[Token], at: usize) -> Option<(u32, usize)> {
    let word = tokens.get(at)?;
    if word.is("anniversary") {
        return Some((12, 1));
    }
    if word.is_any("half-year|semester") {
        return Some((6, 1));
    }
    let dash = tokens
        .get(at.saturating_add(1))
        .is_some_and(|token| token.is_mark('-'));
    let year = tokens
        .get(at.saturating_add(1).saturating_add(usize::from(dash)))
        .is_some_and(|token| token.is("year"));
    (word.is("half") && year).then(|| (6, 2usize.saturating_add(usize::from(dash))))
}

/// "each of the 1st through 12th months", "on the last day of each of the first six quarters": one payment for each.
pub(crate) fn each_of_spans(tokens: &[Token]) -> Option<Period> {
    (0..tokens.len()).find_map(|at| {
        let opens = tokens.get(at)?.is_any("each|every") && tokens.get(at.saturating_add(1))?.is("of");
        let from = at.saturating_add(2);
        let rest = tokens.get(from..)?;
        let length = rest
            .iter()
            .take(14)
            .position(|token| token.is_any("months|month|quarters|quarter|weeks|week|years|year"))?;
        let counted = rest.get(..length)?.iter().all(|token| {
            !matches!(token.kind, Kind::Word)
                || token.is_any("the|through|to|and|until|th|st|nd|rd|first|next|following|calendar")
        });
        let unit = duration::unit(rest.get(length)?.low.trim_end_matches('s'))?;
        (opens && counted).then_some(Period {
            often: Often::Is(whole(unit)),
            length: from.saturating_add(length).saturating_add(1).saturating_sub(at),
        })
    })
}

/// "in two equal installments", "four (4) equal payments": into how many parts a price is cut; where, and how many tokens say it.
pub(crate) fn equal_parts(tokens: &[Token]) -> Option<(usize, usize, u32)> {
    const NAMES: &str = "installments|instalments|payments|parts";
    (0..tokens.len()).find_map(|at| {
        let count = tokens.get(at)?.number().filter(|count| count.scale() == 0)?;
        let count = u32::try_from(count)
            .ok()
            .filter(|count| (2..=12).contains(count))?;
        let rest = tokens.get(at.saturating_add(1)..)?;
        let length = rest.iter().take(4).position(|token| token.is_any(NAMES))?;
        let between = rest.get(..length)?;
        let alike = between.iter().all(|token| {
            token.is_any("equal|approximately|substantially|nearly|consecutive|successive|level")
        });
        let equal = length > 0 || rest.first()?.is_any("installments|instalments");
        (alike && equal).then_some((at, length.saturating_add(2), count))
    })
}

fn is_calendar_word(token: &Token) -> bool {
    token.is_any(
        "calendar|contract|order|billing|full|fiscal|term|subscription|royalty|whole|such|\
        license|service|agreement|payment|reporting|accounting|school|academic|lease|policy|membership|maintenance|support|successive|given|single|particular",
    )
}

/// `every three months`, `every other month`, `once every two years`, `every 30 days`.
fn every_spans(tokens: &[Token], at: usize) -> Option<Period> {
    let first = tokens.get(at)?;
    if !first.is_any("every|each") {
        return None;
    }
    let second = tokens.get(at.saturating_add(1))?;
    if second.is_any("other|second") {
        let unit = duration::unit(&tokens.get(at.saturating_add(2))?.low)?;
        return Some(Period {
            often: Often::Is(whole(duration::times(2, unit)?)),
            length: 3,
        });
    }
    let Duration { span, length, .. } = super::duration(tokens, at.saturating_add(1))?;
    Some(Period {
        often: Often::Is(whole(span)),
        length: length.saturating_add(1),
    })
}

/// `once a year`, `twice a year`, `twice a month`, `four times a year`, `once per order year`.
fn times_a_span(tokens: &[Token], at: usize) -> Option<Period> {
    let first = tokens.get(at)?;
    let (times, mut length) = match first.low.as_str() {
        "once" => (1u32, 1usize),
        "twice" => (2, 1),
        _ => {
            let count = u32::try_from(first.number().filter(|count| count.scale() == 0)?).ok()?;
            tokens
                .get(at.saturating_add(1))
                .filter(|token| token.is("times"))?;
            (count, 2)
        }
    };
    let next = at.saturating_add(length);
    let inner = per_span(tokens, next).or_else(|| every_spans(tokens, next).filter(|_| times == 1))?;
    length = length.saturating_add(inner.length);
    let cadence = divided(inner.cadence()?, times)?;
    Some(Period {
        often: Often::Is(cadence),
        length,
    })
}

/// So many times within that span: a year in four parts is a quarter.
pub(crate) fn divided(cadence: Cadence, times: u32) -> Option<Cadence> {
    if times == 1 {
        return Some(cadence);
    }
    if times == 2 && cadence == Cadence::months(1) {
        return Some(Cadence::Every(Span {
            count: 1,
            unit: SpanUnit::HalfMonth,
        }));
    }
    let months = cadence.in_months()?;
    months
        .is_multiple_of(times)
        .then(|| months.checked_div(times))
        .flatten()
        .map(Cadence::months)
}

fn abbreviation(token: &Token) -> Option<Period> {
    let cadence = match token.low.as_str() {
        "p.a." | "p.a" | "pa" => Cadence::months(12),
        "p.m." | "pcm" | "p.c.m." => Cadence::months(1),
        _ => return None,
    };
    Some(Period {
        often: Often::Is(cadence),
        length: 1,
    })
}

fn whole(span: Span) -> Cadence {
    match span.unit {
        SpanUnit::Month => Cadence::months(span.count),
        _ => Cadence::Every(span),
    }
}
