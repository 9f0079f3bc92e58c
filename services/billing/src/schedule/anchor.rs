//! What the periods of a charge are counted from.

use jiff::civil::Date;
use pricing::plan::{Anchor, Cadence, CadenceUnit};

use super::grid::{Grid, plus_days, plus_months};
use super::{Recurrence, ScheduleError};

/// The dates of a recurring charge that starts on a day.
pub fn grid(recurrence: &Recurrence, start: Date) -> Result<Grid, ScheduleError> {
    let every = recurrence.every;
    match recurrence.anchor {
        Anchor::Start => Grid::try_new(start, every),
        Anchor::On { date } => Grid::try_new(date, every),
        Anchor::Calendar => Grid::try_new(calendar_date(every, start)?, every),
        Anchor::DayOfMonth { day } => {
            let wanted = agreed_day(day)?;
            Grid::try_on_day(first_cycle_day(day, every, start)?, wanted, every)
        }
        Anchor::DaysOfMonth { first, second } => {
            let (wanted, second) = (agreed_day(first)?, agreed_day(second)?);
            let anchor = day_in_month(wanted, start).ok_or(ScheduleError::OutOfCalendar { from: start })?;
            Ok(Grid::try_on_day(anchor, wanted, every)?.with_second(second))
        }
    }
}

/// The agreed day in the month of the start when that is not past, else one whole period later; at least a month.
pub fn first_cycle_day(day: u8, every: Cadence, start: Date) -> Result<Date, ScheduleError> {
    let wanted = agreed_day(day)?;
    let out_of_calendar = ScheduleError::OutOfCalendar { from: start };
    let this_month = day_in_month(wanted, start).ok_or(out_of_calendar.clone())?;
    if this_month >= start {
        return Ok(this_month);
    }
    plus_months(start.first_of_month(), whole_months(every))
        .and_then(|month| day_in_month(wanted, month))
        .ok_or(out_of_calendar)
}

fn whole_months(every: Cadence) -> i64 {
    match every.unit {
        CadenceUnit::Day | CadenceUnit::Week | CadenceUnit::HalfMonth => 1,
        CadenceUnit::Month => i64::from(every.count),
        CadenceUnit::Year => i64::from(every.count).saturating_mul(12),
    }
}

fn agreed_day(day: u8) -> Result<i8, ScheduleError> {
    i8::try_from(day)
        .ok()
        .filter(|day| (1..=31).contains(day))
        .ok_or(ScheduleError::NoSuchDay { day })
}

fn day_in_month(day: i8, month: Date) -> Option<Date> {
    Date::new(month.year(), month.month(), day.min(month.days_in_month())).ok()
}

/// The start of the calendar unit that holds the start: Monday, the 1st, the quarter, the year.
fn calendar_date(every: Cadence, start: Date) -> Result<Date, ScheduleError> {
    match every.unit {
        CadenceUnit::Day => Ok(start),
        CadenceUnit::Week => {
            let past_monday = i64::from(start.weekday().to_monday_zero_offset());
            plus_days(start, past_monday.saturating_neg()).ok_or(ScheduleError::OutOfCalendar { from: start })
        }
        CadenceUnit::HalfMonth | CadenceUnit::Month | CadenceUnit::Year => Ok(start.first_of_year()),
    }
}
