//! Spans of time in words: `day`, `calendar quarters`, `business days`.

use crate::terms::{Cadence, Span, SpanUnit};

/// The unit a word names, and how many of it: a quarter is three months.
#[must_use]
pub fn unit(word: &str) -> Option<Span> {
    let (count, unit) = match word {
        "day" | "days" | "day's" | "days'" => (1, SpanUnit::Day),
        "week" | "weeks" | "wk" | "weeks'" => (1, SpanUnit::Week),
        "fortnight" | "fortnights" => (2, SpanUnit::Week),
        "month" | "months" | "mo" | "mos" | "mth" | "mths" | "months'" | "month's" => (1, SpanUnit::Month),
        "quarter" | "quarters" | "qtr" => (3, SpanUnit::Month),
        "half-year" | "half-years" => (6, SpanUnit::Month),
        "year" | "years" | "yr" | "yrs" | "annum" | "years'" | "year's" => (1, SpanUnit::Year),
        _ => return None,
    };
    Some(Span { count, unit })
}

/// `count` of that unit.
#[must_use]
pub fn times(count: u32, unit: Span) -> Option<Span> {
    let count = unit.count.checked_mul(count).filter(|count| *count > 0)?;
    Some(Span { count, ..unit })
}

/// Its length in whole months, where it has one.
#[must_use]
pub fn months(span: Span) -> Option<u32> {
    Cadence::Every(span).in_months()
}

/// Its length in days, for spans of days and weeks.
#[must_use]
pub fn days(span: Span) -> Option<u32> {
    match span.unit {
        SpanUnit::Day => Some(span.count),
        SpanUnit::Week => span.count.checked_mul(7),
        _ => None,
    }
}

/// Days of notice: months are counted as 30 days and years as 365, as notice clauses are.
#[must_use]
pub fn notice_days(span: Span) -> Option<u32> {
    match span.unit {
        SpanUnit::Month => span.count.checked_mul(30),
        SpanUnit::Year => span.count.checked_mul(365),
        _ => days(span),
    }
}
