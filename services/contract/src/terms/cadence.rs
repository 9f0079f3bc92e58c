//! How often something is billed, in the words people use: `monthly`, `every 2 years`, `one_time`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How often something falls due. Written as one word or `every 2 months`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Cadence {
    /// Once.
    OneTime,
    /// Whenever it happens.
    PerEvent,
    /// On the dates its schedule lists.
    Dated,
    /// Again and again.
    Every(Span),
}

/// A span of calendar time; `count` is at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Span {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: SpanUnit,
}

/// The unit of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SpanUnit {
    /// Calendar days.
    Day,
    /// Seven days.
    Week,
    /// Twice a month.
    HalfMonth,
    /// Calendar months.
    Month,
    /// Calendar years.
    Year,
}

const NAMED: [(&str, u32, SpanUnit); 9] = [
    ("daily", 1, SpanUnit::Day),
    ("weekly", 1, SpanUnit::Week),
    ("every 2 weeks", 2, SpanUnit::Week),
    ("semimonthly", 1, SpanUnit::HalfMonth),
    ("monthly", 1, SpanUnit::Month),
    ("quarterly", 3, SpanUnit::Month),
    ("semiannual", 6, SpanUnit::Month),
    ("annual", 12, SpanUnit::Month),
    ("annual", 1, SpanUnit::Year),
];

impl Cadence {
    /// Every so many months; a whole number of years is written in years.
    #[must_use]
    pub fn months(count: u32) -> Self {
        let span = if count > 0 && count.is_multiple_of(12) {
            Span {
                count: count / 12,
                unit: SpanUnit::Year,
            }
        } else {
            Span {
                count,
                unit: SpanUnit::Month,
            }
        };
        Self::Every(span)
    }

    /// Its length in months, for spans that have one.
    #[must_use]
    pub fn in_months(self) -> Option<u32> {
        match self {
            Self::Every(Span {
                count,
                unit: SpanUnit::Month,
            }) => Some(count),
            Self::Every(Span {
                count,
                unit: SpanUnit::Year,
            }) => count.checked_mul(12),
            _ => None,
        }
    }
}

impl fmt::Display for Cadence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneTime => f.write_str("one_time"),
            Self::PerEvent => f.write_str("per_event"),
            Self::Dated => f.write_str("dated"),
            Self::Every(span) => span.fmt(f),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = NAMED
            .iter()
            .find(|(_, count, unit)| (*count, *unit) == (self.count, self.unit));
        match named {
            Some((name, ..)) => f.write_str(name),
            None => write!(f, "every {} {}", self.count, self.unit.plural()),
        }
    }
}

impl SpanUnit {
    fn plural(self) -> &'static str {
        match self {
            Self::Day => "days",
            Self::Week => "weeks",
            Self::HalfMonth => "half-months",
            Self::Month => "months",
            Self::Year => "years",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Day, Self::Week, Self::HalfMonth, Self::Month, Self::Year]
            .into_iter()
            .find(|unit| unit.plural().trim_end_matches('s') == word.trim_end_matches('s'))
    }
}

impl From<Cadence> for String {
    fn from(cadence: Cadence) -> Self {
        cadence.to_string()
    }
}

/// Not a way of saying how often.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` does not say how often: write one_time, per_event, dated, daily, weekly, semimonthly, monthly, quarterly, semiannual, annual or, for example, every 2 years"
)]
pub struct NotACadence(pub String);

impl TryFrom<String> for Cadence {
    type Error = NotACadence;

    fn try_from(text: String) -> Result<Self, NotACadence> {
        match text.as_str() {
            "one_time" => return Ok(Self::OneTime),
            "per_event" => return Ok(Self::PerEvent),
            "dated" => return Ok(Self::Dated),
            _ => {}
        }
        span(&text).map(Self::Every).ok_or(NotACadence(text))
    }
}

fn span(text: &str) -> Option<Span> {
    if let Some((_, count, unit)) = NAMED.iter().rev().find(|(name, ..)| *name == text) {
        return Some(Span {
            count: *count,
            unit: *unit,
        });
    }
    let (count, unit) = text.strip_prefix("every ")?.split_once(' ')?;
    let count: u32 = count.parse().ok().filter(|count| *count > 0)?;
    Some(Span {
        count,
        unit: SpanUnit::parse(unit)?,
    })
}

#[cfg(test)]
mod tests {
    use super::{Cadence, Span, SpanUnit};

    #[test]
    fn what_is_written_is_read_back() {
        let spans = [
            (1, SpanUnit::Day),
            (3, SpanUnit::Month),
            (2, SpanUnit::Year),
            (1, SpanUnit::Year),
            (1, SpanUnit::HalfMonth),
        ];
        let mut all = vec![Cadence::OneTime, Cadence::PerEvent, Cadence::Dated];
        all.extend(spans.map(|(count, unit)| Cadence::Every(Span { count, unit })));
        for cadence in all {
            assert_eq!(Cadence::try_from(cadence.to_string()), Ok(cadence), "{cadence}");
        }
    }

    #[test]
    fn a_word_that_says_nothing_is_refused() {
        for text in ["bi-monthly", "every 0 months", "often", ""] {
            assert!(Cadence::try_from(String::from(text)).is_err(), "{text}");
        }
    }
}
