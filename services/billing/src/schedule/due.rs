//! When an invoice must be paid.

use jiff::civil::{Date, Weekday};
use pricing::plan::{Due, EarlyPayment, PaymentTerms, Weekend};

use super::ScheduleError;
use super::grid::{plus_days, plus_months};

/// The day on which an invoice of that date must be paid. Business days are Monday to Friday; public holidays are
/// not known here.
pub fn due_date(invoice_date: Date, terms: &PaymentTerms) -> Result<Date, ScheduleError> {
    let due = match terms.due {
        Due::Net { days } => plus_days(invoice_date, days.into()),
        Due::NetBusiness { days } => plus_business_days(invoice_date, days),
        Due::EndOfMonth { days } => plus_days(invoice_date.last_of_month(), days.into()),
        Due::DayOfMonth { day, months_later } => {
            return on_weekday(day_of_month(invoice_date, day, months_later)?, terms.weekend);
        }
    };
    on_weekday(
        due.ok_or(ScheduleError::OutOfCalendar { from: invoice_date })?,
        terms.weekend,
    )
}

/// The last day on which paying early is rewarded.
pub fn early_until(invoice_date: Date, early: &EarlyPayment) -> Result<Date, ScheduleError> {
    plus_days(invoice_date, early.days.into()).ok_or(ScheduleError::OutOfCalendar { from: invoice_date })
}

fn day_of_month(invoice_date: Date, day: u8, months_later: u32) -> Result<Date, ScheduleError> {
    let out_of_calendar = ScheduleError::OutOfCalendar { from: invoice_date };
    let month = plus_months(invoice_date.first_of_month(), months_later.into()).ok_or(out_of_calendar)?;
    let wanted = i8::try_from(day)
        .ok()
        .filter(|day| (1..=31).contains(day))
        .ok_or(ScheduleError::NoSuchDay { day })?;
    Date::new(month.year(), month.month(), wanted.min(month.days_in_month()))
        .map_err(|_| ScheduleError::NoSuchDay { day })
}

/// Whole weeks at once, so that a huge number of days costs no more than a small one.
fn plus_business_days(from: Date, days: u32) -> Option<Date> {
    let weeks = i64::from(days.checked_div(5)?).checked_mul(7)?;
    let counted_from = if days > 0 {
        business_day_before(from)?
    } else {
        from
    };
    let mut date = plus_days(counted_from, weeks)?;
    for _ in 0..days.checked_rem(5)? {
        date = date.tomorrow().ok()?;
        while is_weekend(date) {
            date = date.tomorrow().ok()?;
        }
    }
    Some(date)
}

/// Counting from a weekend begins on Monday, as counting from the Friday before it does.
fn business_day_before(from: Date) -> Option<Date> {
    let mut date = from;
    while is_weekend(date) {
        date = date.yesterday().ok()?;
    }
    Some(date)
}

fn on_weekday(due: Date, weekend: Weekend) -> Result<Date, ScheduleError> {
    if !is_weekend(due) {
        return Ok(due);
    }
    let saturday = due.weekday() == Weekday::Saturday;
    let days = match (weekend, saturday) {
        (Weekend::Stay, _) => 0,
        (Weekend::Next, true) => 2,
        (Weekend::Next, false) => 1,
        (Weekend::Previous, true) => -1,
        (Weekend::Previous, false) => -2,
    };
    plus_days(due, days).ok_or(ScheduleError::OutOfCalendar { from: due })
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn due_on(due: Due, weekend: Weekend, invoice_date: Date) -> Date {
        let terms = PaymentTerms {
            due,
            weekend,
            early: None,
            late: None,
        };
        due_date(invoice_date, &terms).unwrap()
    }

    #[test]
    fn every_rule_names_its_day() {
        let wednesday = date(2025, 1, 29);
        let saturday = date(2025, 3, 1);
        let table = [
            (Due::Net { days: 0 }, Weekend::Stay, wednesday, date(2025, 1, 29)),
            (Due::Net { days: 30 }, Weekend::Stay, wednesday, date(2025, 2, 28)),
            (Due::Net { days: 31 }, Weekend::Stay, wednesday, date(2025, 3, 1)),
            (Due::Net { days: 31 }, Weekend::Next, wednesday, date(2025, 3, 3)),
            (
                Due::Net { days: 31 },
                Weekend::Previous,
                wednesday,
                date(2025, 2, 28),
            ),
            (Due::Net { days: 32 }, Weekend::Next, wednesday, date(2025, 3, 3)),
            (
                Due::Net { days: 32 },
                Weekend::Previous,
                wednesday,
                date(2025, 2, 28),
            ),
            (
                Due::NetBusiness { days: 3 },
                Weekend::Stay,
                wednesday,
                date(2025, 2, 3),
            ),
            (
                Due::NetBusiness { days: 10 },
                Weekend::Stay,
                wednesday,
                date(2025, 2, 12),
            ),
            (
                Due::NetBusiness { days: 1 },
                Weekend::Stay,
                saturday,
                date(2025, 3, 3),
            ),
            (
                Due::NetBusiness { days: 5 },
                Weekend::Stay,
                saturday,
                date(2025, 3, 7),
            ),
            (
                Due::EndOfMonth { days: 30 },
                Weekend::Stay,
                wednesday,
                date(2025, 3, 2),
            ),
            (
                Due::DayOfMonth {
                    day: 31,
                    months_later: 1,
                },
                Weekend::Stay,
                wednesday,
                date(2025, 2, 28),
            ),
            (
                Due::DayOfMonth {
                    day: 15,
                    months_later: 0,
                },
                Weekend::Next,
                wednesday,
                date(2025, 1, 15),
            ),
        ];
        for (due, weekend, invoice_date, expected) in table {
            assert_eq!(
                due_on(due, weekend, invoice_date),
                expected,
                "{due:?} {weekend:?} {invoice_date}"
            );
        }
    }

    #[test]
    fn paying_early_ends_after_its_days() {
        let two_ten = EarlyPayment {
            percent: rust_decimal::Decimal::TWO,
            days: 10,
        };
        assert_eq!(
            early_until(date(2025, 1, 29), &two_ten).unwrap(),
            date(2025, 2, 8)
        );
    }

    #[test]
    fn a_day_that_no_month_has_is_refused() {
        let terms = PaymentTerms {
            due: Due::DayOfMonth {
                day: 32,
                months_later: 1,
            },
            weekend: Weekend::Stay,
            early: None,
            late: None,
        };
        assert_eq!(
            due_date(date(2025, 1, 1), &terms),
            Err(ScheduleError::NoSuchDay { day: 32 })
        );
    }
}
