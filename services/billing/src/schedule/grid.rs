//! The dates of a cadence, each computed from the anchor alone.

use jiff::civil::{Date, DateTime, Time};
use pricing::period::Period;
use pricing::plan::{Cadence, CadenceUnit};

use super::ScheduleError;

/// All dates of a cadence, before and after the anchor: date 0 is the anchor itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    anchor: Date,
    /// The agreed day of the month, which the anchor's own month may be too short for.
    day: i8,
    /// The other agreed day of the month, where there are two.
    second: Option<i8>,
    every: Cadence,
}

impl Grid {
    /// The dates every so often from an anchor; refuses a cadence of nothing.
    pub fn try_new(anchor: Date, every: Cadence) -> Result<Self, ScheduleError> {
        Self::try_on_day(anchor, anchor.day(), every)
    }

    /// The same, where the agreed day of the month is later than the last day of the anchor's month.
    pub(super) fn try_on_day(anchor: Date, day: i8, every: Cadence) -> Result<Self, ScheduleError> {
        if every.count == 0 {
            return Err(ScheduleError::EmptyCadence);
        }
        Ok(Self {
            anchor,
            day,
            second: None,
            every,
        })
    }

    /// The same, where half months turn on a second agreed day.
    pub(super) fn with_second(self, second: i8) -> Self {
        Self {
            second: Some(second),
            ..self
        }
    }

    /// The date of that number; 31 January, 28 February, 31 March: a short month clamps, the next one restores.
    pub fn date(self, number: i64) -> Result<Date, ScheduleError> {
        let steps = number
            .checked_mul(i64::from(self.every.count))
            .ok_or_else(|| self.out_of_calendar())?;
        let date = match self.every.unit {
            CadenceUnit::Day => plus_days(self.anchor, steps),
            CadenceUnit::Week => steps.checked_mul(7).and_then(|days| plus_days(self.anchor, days)),
            CadenceUnit::HalfMonth => self.half_month(steps),
            CadenceUnit::Month => month_day(self.anchor, steps, self.day),
            CadenceUnit::Year => steps
                .checked_mul(12)
                .and_then(|months| month_day(self.anchor, months, self.day)),
        };
        date.ok_or_else(|| self.out_of_calendar())
    }

    /// The period that begins at the date of that number.
    pub fn period(self, number: i64) -> Result<Period, ScheduleError> {
        let next = number.checked_add(1).ok_or_else(|| self.out_of_calendar())?;
        Period::try_new(self.date(number)?, self.date(next)?).map_err(|_| self.out_of_calendar())
    }

    /// The number of the period that holds a day.
    pub fn number_at(self, day: Date) -> Result<i64, ScheduleError> {
        let mut number = self.estimate(day);
        while self.date(number)? > day {
            number = number.saturating_sub(1);
        }
        while self.date(number.saturating_add(1))? <= day {
            number = number.saturating_add(1);
        }
        Ok(number)
    }

    /// The period that holds a day.
    pub fn period_at(self, day: Date) -> Result<Period, ScheduleError> {
        self.period(self.number_at(day)?)
    }

    /// From which time (in) to which time (out) the period that holds `at` runs, when every period turns at the
    /// time `turn` of its first day.
    pub fn span_at(self, turn: Time, at: DateTime) -> Result<(DateTime, DateTime), ScheduleError> {
        let day = if at.time() < turn {
            at.date().yesterday().map_err(|_| self.out_of_calendar())?
        } else {
            at.date()
        };
        let period = self.period_at(day)?;
        Ok((period.start().to_datetime(turn), period.end().to_datetime(turn)))
    }

    fn half_month(self, steps: i64) -> Option<Date> {
        let month = month_day(self.anchor, steps.div_euclid(2), self.day)?;
        if steps.rem_euclid(2) == 0 {
            return Some(month);
        }
        match self.second {
            Some(day) => month_day(month, 0, day),
            None => plus_days(month, 15),
        }
    }

    /// At most two steps away from the right number.
    fn estimate(self, day: Date) -> i64 {
        let count = i64::from(self.every.count);
        let months = months_between(self.anchor, day);
        let days = days_between(self.anchor, day);
        match self.every.unit {
            CadenceUnit::Day => days.div_euclid(count),
            CadenceUnit::Week => days.div_euclid(count.saturating_mul(7)),
            CadenceUnit::HalfMonth => months.saturating_mul(2).div_euclid(count),
            CadenceUnit::Month => months.div_euclid(count),
            CadenceUnit::Year => months.div_euclid(count.saturating_mul(12)),
        }
    }

    fn out_of_calendar(self) -> ScheduleError {
        ScheduleError::OutOfCalendar { from: self.anchor }
    }
}

/// The date so many days later (or earlier); none beyond the calendar.
pub(crate) fn plus_days(date: Date, days: i64) -> Option<Date> {
    date.checked_add(jiff::SignedDuration::from_hours(days.checked_mul(24)?))
        .ok()
}

/// The same day of the month so many months later (or earlier), clamped to the month's last.
pub(crate) fn plus_months(date: Date, months: i64) -> Option<Date> {
    month_day(date, months, date.day())
}

fn month_day(date: Date, months: i64, day: i8) -> Option<Date> {
    let month = month_number(date).checked_add(months)?;
    let year = i16::try_from(month.div_euclid(12)).ok()?;
    let of_year = i8::try_from(month.rem_euclid(12)).ok()?.checked_add(1)?;
    let first = Date::new(year, of_year, 1).ok()?;
    Date::new(year, of_year, day.min(first.days_in_month())).ok()
}

/// Days from one date to another; negative when `to` is earlier.
pub(crate) fn days_between(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours().div_euclid(24)
}

fn months_between(from: Date, to: Date) -> i64 {
    month_number(to).saturating_sub(month_number(from))
}

fn month_number(date: Date) -> i64 {
    i64::from(date.year())
        .saturating_mul(12)
        .saturating_add(i64::from(date.month()))
        .saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn months(count: u32) -> Cadence {
        Cadence {
            count,
            unit: CadenceUnit::Month,
        }
    }

    #[test]
    fn short_months_clamp_and_the_next_restores() {
        let grid = Grid::try_new(date(2024, 1, 31), months(1)).unwrap();
        let dates: Vec<_> = (0..5).map(|n| grid.date(n).unwrap()).collect();
        let expected = [(1, 31), (2, 29), (3, 31), (4, 30), (5, 31)].map(|(m, d)| date(2024, m, d));
        assert_eq!(dates, expected);
        assert_eq!(grid.date(-2).unwrap(), date(2023, 11, 30));
    }

    #[test]
    fn twice_a_month_is_the_anchor_day_and_fifteen_days_later() {
        let cadence = Cadence {
            count: 1,
            unit: CadenceUnit::HalfMonth,
        };
        let grid = Grid::try_new(date(2025, 1, 1), cadence).unwrap();
        let dates: Vec<_> = (0..4).map(|n| grid.date(n).unwrap().to_string()).collect();
        assert_eq!(dates, ["2025-01-01", "2025-01-16", "2025-02-01", "2025-02-16"]);
    }

    #[test]
    fn half_months_turn_on_two_agreed_days() {
        let cadence = Cadence {
            count: 1,
            unit: CadenceUnit::HalfMonth,
        };
        let on = |first: i8, second| {
            let grid = Grid::try_new(date(2025, 1, first), cadence).unwrap();
            let dates = (-1..5).map(|n| grid.with_second(second).date(n).unwrap());
            dates
                .map(|date| date.strftime("%m-%d").to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(on(1, 15), ["12-15", "01-01", "01-15", "02-01", "02-15", "03-01"]);
        // The 15th and the last of each month.
        assert_eq!(on(15, 31), ["12-31", "01-15", "01-31", "02-15", "02-28", "03-15"]);
    }

    #[test]
    fn a_leap_day_returns_every_fourth_year() {
        let cadence = Cadence {
            count: 1,
            unit: CadenceUnit::Year,
        };
        let grid = Grid::try_new(date(2024, 2, 29), cadence).unwrap();
        assert_eq!(grid.date(1).unwrap(), date(2025, 2, 28));
        assert_eq!(grid.date(4).unwrap(), date(2028, 2, 29));
    }

    #[test]
    fn a_turn_at_an_hour_belongs_to_the_new_span() {
        let grid = Grid::try_new(date(2025, 1, 31), months(1)).unwrap();
        let turn = jiff::civil::time(15, 0, 0, 0);
        let before = grid.span_at(turn, date(2025, 2, 28).at(14, 59, 0, 0)).unwrap();
        let on = grid.span_at(turn, date(2025, 2, 28).at(15, 0, 0, 0)).unwrap();
        assert_eq!(before.1, on.0);
        assert_eq!(on.0, date(2025, 2, 28).at(15, 0, 0, 0));
    }

    #[test]
    fn a_cadence_of_nothing_and_the_end_of_the_calendar_are_refused() {
        assert_eq!(
            Grid::try_new(date(2024, 1, 1), months(0)),
            Err(ScheduleError::EmptyCadence)
        );
        let grid = Grid::try_new(date(2024, 1, 31), months(12)).unwrap();
        assert!(matches!(
            grid.date(9_000),
            Err(ScheduleError::OutOfCalendar { .. })
        ));
        assert!(matches!(
            grid.date(i64::MAX),
            Err(ScheduleError::OutOfCalendar { .. })
        ));
    }

    proptest! {
        #[test]
        fn the_period_found_holds_the_day(
            year in 1990i16..2060, month in 1i8..=12, day in 1i8..=31, count in 1u32..40,
            unit in 0usize..5, offset in -11_000i64..11_000,
        ) {
            let units =
                [CadenceUnit::Day, CadenceUnit::Week, CadenceUnit::HalfMonth, CadenceUnit::Month, CadenceUnit::Year];
            let first = date(year, month, 1);
            let anchor = date(year, month, day.min(first.days_in_month()));
            let grid = Grid::try_new(anchor, Cadence { count, unit: units[unit] }).unwrap();
            let sought = plus_days(anchor, offset).unwrap();
            prop_assert!(grid.period_at(sought).unwrap().contains(sought));
        }
    }
}
