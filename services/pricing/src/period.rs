//! Half-open spans of local dates: the first day is in, the last is not.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// From `start` (in) to `end` (out), as local dates in the contract's time zone. Never empty, never backwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Bounds", into = "Bounds")]
pub struct Period {
    start: Date,
    end: Date,
}

/// A period must end after it starts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a period from {start} to {end} holds no day: the end must be later than the start")]
pub struct EmptyPeriod {
    /// First day.
    pub start: Date,
    /// Day after the last.
    pub end: Date,
}

#[derive(Serialize, Deserialize)]
struct Bounds {
    start: Date,
    end: Date,
}

impl Period {
    /// A period from `start` (in) to `end` (out).
    pub fn try_new(start: Date, end: Date) -> Result<Self, EmptyPeriod> {
        if start < end {
            Ok(Self { start, end })
        } else {
            Err(EmptyPeriod { start, end })
        }
    }

    /// First day.
    #[must_use]
    pub fn start(self) -> Date {
        self.start
    }

    /// The day after the last.
    #[must_use]
    pub fn end(self) -> Date {
        self.end
    }

    /// Number of days, at least 1.
    #[must_use]
    pub fn days(self) -> u32 {
        self.start
            .until(self.end)
            .map_or(0, |span| u32::try_from(span.get_days()).unwrap_or(0))
    }

    /// Is this day in the period?
    #[must_use]
    pub fn contains(self, day: Date) -> bool {
        self.start <= day && day < self.end
    }

    /// The days both periods hold, if any.
    #[must_use]
    pub fn overlap(self, other: Self) -> Option<Self> {
        Self::try_new(self.start.max(other.start), self.end.min(other.end)).ok()
    }
}

impl TryFrom<Bounds> for Period {
    type Error = EmptyPeriod;

    fn try_from(bounds: Bounds) -> Result<Self, EmptyPeriod> {
        Self::try_new(bounds.start, bounds.end)
    }
}

impl From<Period> for Bounds {
    fn from(period: Period) -> Self {
        Self {
            start: period.start,
            end: period.end,
        }
    }
}
