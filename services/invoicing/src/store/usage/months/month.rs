//! A month by name.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::store::corrupt;

/// A month in UTC, by its first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Month(pub(super) Date);

impl Month {
    /// The month that holds an instant.
    pub(crate) fn of(at: Timestamp) -> Self {
        Self(TimeZone::UTC.to_datetime(at).date().first_of_month())
    }

    /// From `2026-01`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let day: Date = format!("{text}-01").parse().ok()?;
        (text.len() == 7).then_some(Self(day))
    }

    pub(crate) fn next(self) -> Self {
        Self(self.0.saturating_add(1.month()))
    }

    /// So many months earlier.
    pub(crate) fn before(self, months: u16) -> Self {
        Self(self.0.saturating_sub(i32::from(months).months()))
    }

    pub(super) fn from(self) -> Result<Timestamp, sqlx::Error> {
        Ok(self.0.to_zoned(TimeZone::UTC).map_err(corrupt)?.timestamp())
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}-{:02}", self.0.year(), self.0.month())
    }
}
