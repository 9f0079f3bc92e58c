//! When something falls due: the periods of a charge, the dates of their invoices, and when those must be paid.
//!
//! Three dates are never the same thing: the *service period* is what is paid for, the *invoice date* is when it is
//! asked for, the *due date* is when it must be paid.

mod anchor;
mod count;
mod due;
mod grid;

use jiff::civil::Date;
use pricing::period::{EmptyPeriod, Period};
use pricing::plan::{Anchor, Cadence, Schedule, Stub, Timing};

pub use anchor::{first_cycle_day, grid};
pub use count::{elapsed_periods, parts_billed};
pub use due::{due_date, early_until};
pub use grid::Grid;
pub(crate) use grid::{days_between, plus_days, plus_months};

/// One period of a recurring charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cycle {
    /// The days that are served and paid for.
    pub service: Period,
    /// The period the price is for; differs from `service` where only a part of it (or more than it) is served.
    pub whole: Period,
    /// The day the invoice is dated.
    pub invoice_date: Date,
}

/// The days a charge is charged: from `start` (in) to `end` (out), open without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    start: Date,
    end: Option<Date>,
}

/// How a charge recurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recurrence {
    /// How often.
    pub every: Cadence,
    /// Before or after the period.
    pub timing: Timing,
    /// What the periods are counted from.
    pub anchor: Anchor,
    /// What a short first period becomes.
    pub stub: Stub,
}

/// Why a date could not be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// A cadence that never moves on.
    #[error("a cadence of 0 never comes round: it needs a count of at least 1")]
    EmptyCadence,
    /// Not a day of any month.
    #[error("no month has a day {day}: a bill day lies between 1 and 31")]
    NoSuchDay {
        /// What was given.
        day: u8,
    },
    /// The date lies beyond the year 9999 or before the year -9999.
    #[error("counting from {from} leaves the calendar: check the cadence and its count")]
    OutOfCalendar {
        /// Where counting began.
        from: Date,
    },
    /// The window ends before or on the day it starts.
    #[error(transparent)]
    EmptyWindow(#[from] EmptyPeriod),
    /// Something is asked of a time before the charge began.
    #[error("{asked} lies before {start}, the first day charged: ask for that day or a later one")]
    BeforeStart {
        /// First day charged.
        start: Date,
        /// The day that was asked for.
        asked: Date,
    },
}

impl Window {
    /// From `start` (in) to `end` (out); refuses an end that leaves no day.
    pub fn try_new(start: Date, end: Option<Date>) -> Result<Self, ScheduleError> {
        if let Some(end) = end {
            Period::try_new(start, end)?;
        }
        Ok(Self { start, end })
    }

    /// First day charged.
    #[must_use]
    pub fn start(self) -> Date {
        self.start
    }

    /// The day after the last day charged, if there is one.
    #[must_use]
    pub fn end(self) -> Option<Date> {
        self.end
    }

    /// The days of a period that lie in the window, if any.
    #[must_use]
    pub fn cut(self, period: Period) -> Option<Period> {
        let end = self.end.map_or(period.end(), |end| end.min(period.end()));
        Period::try_new(self.start.max(period.start()), end).ok()
    }
}

impl Recurrence {
    /// How a schedule recurs; none when it does not.
    #[must_use]
    pub fn of(schedule: &Schedule) -> Option<Self> {
        match *schedule {
            Schedule::Recurring {
                every,
                timing,
                anchor,
                stub,
            } => Some(Self {
                every,
                timing,
                anchor,
                stub,
            }),
            Schedule::Once { .. } | Schedule::OnMilestone { .. } | Schedule::Instalments { .. } => None,
        }
    }
}

/// The periods of a charge whose invoice is dated on or before `through`, in order.
pub fn cycles(recurrence: &Recurrence, window: Window, through: Date) -> Result<Vec<Cycle>, ScheduleError> {
    let periods = periods(recurrence, window, through)?;
    let timed = periods.into_iter().map(|(service, whole)| Cycle {
        service,
        whole,
        invoice_date: match recurrence.timing {
            Timing::Advance => service.start(),
            Timing::Arrears => service.end(),
        },
    });
    Ok(timed.filter(|cycle| cycle.invoice_date <= through).collect())
}

/// The service periods that begin on or before `through`, each beside the period its price is for.
fn periods(
    recurrence: &Recurrence,
    window: Window,
    through: Date,
) -> Result<Vec<(Period, Period)>, ScheduleError> {
    let grid = grid(recurrence, window.start)?;
    let mut number = grid.number_at(window.start)?;
    let mut periods = Vec::new();
    let mut start = window.start;
    while start <= through && window.end.is_none_or(|end| start < end) {
        let mut whole = grid.period(number)?;
        let is_stub = whole.start() < start;
        if is_stub && recurrence.stub == Stub::Merged {
            number = number.saturating_add(1);
            whole = grid.period(number)?;
        }
        let end = window.end.map_or(whole.end(), |end| end.min(whole.end()));
        let service = Period::try_new(start, end)?;
        let full_price = is_stub && recurrence.stub == Stub::Full;
        periods.push((service, if full_price { service } else { whole }));
        start = whole.end();
        number = number.saturating_add(1);
    }
    Ok(periods)
}

#[cfg(test)]
mod tests;
