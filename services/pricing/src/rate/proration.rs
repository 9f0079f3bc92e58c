//! What part of a period is billed, by the plan's day count.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::RateInput;
use crate::fraction::Fraction;
use crate::period::Period;
use crate::plan::DayCount;

/// Days billed and days of the whole period, by one count; `whole` is above 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Days {
    pub(super) billed: u32,
    pub(super) whole: u32,
}

impl Days {
    pub(super) fn fraction(self) -> Fraction {
        Fraction::try_new(Decimal::from(self.billed), Decimal::from(self.whole)).unwrap_or(Fraction::ONE)
    }
}

/// The part of `whole` that `service` is, as an exact fraction.
#[must_use]
pub fn part_of(service: Period, whole: Period, count: DayCount) -> Fraction {
    counted(service, whole, count).map_or(Fraction::ONE, Days::fraction)
}

/// The days of a period by a day count: actual ones, or of months of thirty.
#[must_use]
pub fn days_of(period: Period, count: DayCount) -> u32 {
    match count {
        DayCount::Actual | DayCount::Actual365 => period.days(),
        DayCount::ThirtyDayMonth => thirty_day(period),
    }
}

/// The days of a line; none where the whole period is billed.
pub(super) fn days(input: &RateInput<'_>) -> Option<Days> {
    counted(input.service, input.whole, input.policy.day_count)
}

fn counted(service: Period, whole: Period, count: DayCount) -> Option<Days> {
    if service == whole {
        return None;
    }
    let actual = Days {
        billed: service.days(),
        whole: whole.days(),
    };
    let days = match count {
        DayCount::Actual => actual,
        DayCount::ThirtyDayMonth => Days {
            billed: thirty_day(service),
            whole: thirty_day(whole),
        },
        // The rule is for annual amounts; a month has its own days.
        DayCount::Actual365 if (365..=366).contains(&actual.whole) => Days { whole: 365, ..actual },
        DayCount::Actual365 => actual,
    };
    (days.whole > 0).then_some(days)
}

/// Days between two dates where every month counts thirty: the 31st, and the last of February, count as the 30th, so
/// that a whole month is thirty days from whichever day it runs.
fn thirty_day(period: Period) -> u32 {
    let (start, end) = (period.start(), period.end());
    let span = months(end)
        .saturating_sub(months(start))
        .saturating_mul(30)
        .saturating_add(thirtieth(end))
        .saturating_sub(thirtieth(start));
    u32::try_from(span).unwrap_or(0)
}

fn months(date: Date) -> i32 {
    i32::from(date.year())
        .saturating_mul(12)
        .saturating_add(i32::from(date.month()))
}

fn thirtieth(date: Date) -> i32 {
    if date == date.last_of_month() {
        30
    } else {
        i32::from(date.day())
    }
}
