//! Measures of progress: how much of a promise has been kept by the end of each month.

use jiff::civil::Date;
use pricing::fraction::Fraction;
use pricing::period::Period;
use rust_decimal::Decimal;

use super::RevenueError;
use crate::schedule::plus_months;

/// How progress is measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// By the days of the service; the default for services over time.
    Daily(Period),
    /// The same for every calendar month the service touches, whatever its first day.
    StraightLineMonthly(Period),
    /// A whole month counts one, a part of a month its days over the days of that month.
    ProratedCalendarMonths(Period),
    /// A percentage of the whole at the end of certain months; 60 means sixty percent of all, not of the month.
    Progress(Vec<Delivered>),
    /// Units delivered in certain months, or cost incurred in them, of an expected total.
    OfTotal {
        /// What was delivered, or spent, in each month by itself.
        delivered: Vec<Delivered>,
        /// All units, or all cost, expected; above 0.
        total: Decimal,
    },
}

/// Something measured for a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delivered {
    /// Any day of the month.
    pub month: Date,
    /// How much.
    pub amount: Decimal,
}

/// Revenue of a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthRevenue {
    /// First day of the month.
    pub month: Date,
    /// Recognised in it; below zero where an estimate fell.
    pub amount: Decimal,
    /// Recognised through its end.
    pub to_date: Decimal,
}

/// Revenue of each month, in order: the rounded sum through its end less the rounded sum before it.
pub fn recognise(price: Decimal, measure: &Measure, digits: u32) -> Result<Vec<MonthRevenue>, RevenueError> {
    let mut before = Decimal::ZERO;
    let mut revenue = Vec::new();
    for (month, done) in progress(measure)? {
        let exact = done.checked_mul(Fraction::whole(price));
        let to_date = exact
            .and_then(|exact| exact.rounded(digits))
            .ok_or(RevenueError::Overflow)?;
        let amount = to_date.checked_sub(before).ok_or(RevenueError::Overflow)?;
        revenue.push(MonthRevenue {
            month,
            amount,
            to_date,
        });
        before = to_date;
    }
    Ok(revenue)
}

/// Where what may be invoiced is what was earned: the value of each month's deliveries, rounded by the month.
pub fn right_to_invoice(
    delivered: &[(Delivered, Decimal)],
    digits: u32,
) -> Result<Vec<MonthRevenue>, RevenueError> {
    let mut to_date = Decimal::ZERO;
    let mut revenue = Vec::new();
    for month in months_of(delivered.iter().map(|(delivered, _)| delivered.month)) {
        let of_month = delivered
            .iter()
            .filter(|(delivered, _)| delivered.month.first_of_month() == month);
        let value = of_month
            .clone()
            .try_fold(Decimal::ZERO, |sum, (delivered, unit_price)| {
                sum.checked_add(delivered.amount.checked_mul(*unit_price)?)
            });
        let amount = value
            .and_then(|value| Fraction::whole(value).rounded(digits))
            .ok_or(RevenueError::Overflow)?;
        to_date = to_date.checked_add(amount).ok_or(RevenueError::Overflow)?;
        revenue.push(MonthRevenue {
            month,
            amount,
            to_date,
        });
    }
    Ok(revenue)
}

/// The part done by the end of each month.
fn progress(measure: &Measure) -> Result<Vec<(Date, Fraction)>, RevenueError> {
    match measure {
        Measure::Daily(service) => over_time(*service, days_of_part),
        Measure::StraightLineMonthly(service) => over_time(*service, |_, _| Some(Fraction::ONE)),
        Measure::ProratedCalendarMonths(service) => over_time(*service, part_of_month),
        Measure::Progress(percents) => of_percents(percents),
        Measure::OfTotal { delivered, total } => of_total(delivered, *total),
    }
}

fn of_percents(percents: &[Delivered]) -> Result<Vec<(Date, Fraction)>, RevenueError> {
    let whole = Decimal::ZERO..=Decimal::ONE_HUNDRED;
    if let Some(wrong) = percents.iter().find(|done| !whole.contains(&done.amount)) {
        return Err(RevenueError::NoPercentage {
            month: wrong.month,
            percent: wrong.amount,
        });
    }
    let at_end = |month| percents.iter().rfind(|done| done.month.first_of_month() == month);
    let done = |month| {
        let part = Fraction::try_new(at_end(month)?.amount, Decimal::ONE_HUNDRED)?;
        Some((month, part))
    };
    let months = months_of(percents.iter().map(|done| done.month));
    let done: Option<Vec<_>> = months.into_iter().map(done).collect();
    done.ok_or(RevenueError::Overflow)
}

fn of_total(delivered: &[Delivered], total: Decimal) -> Result<Vec<(Date, Fraction)>, RevenueError> {
    if total <= Decimal::ZERO {
        return Err(RevenueError::NothingExpected { total });
    }
    let mut sum = Decimal::ZERO;
    let mut done = Vec::new();
    for month in months_of(delivered.iter().map(|delivered| delivered.month)) {
        for part in delivered
            .iter()
            .filter(|part| part.month.first_of_month() == month)
        {
            sum = sum.checked_add(part.amount).ok_or(RevenueError::Overflow)?;
        }
        // More than was expected may be delivered; more than the whole price is never earned.
        let part = Fraction::try_new(sum.min(total), total);
        done.push((month, part.ok_or(RevenueError::Overflow)?));
    }
    Ok(done)
}

/// What time itself weighs by a measure: days, or months; none for a measure that is not one of time.
pub(super) fn weight(measure: &Measure) -> Result<Fraction, RevenueError> {
    let weights = match measure {
        Measure::Daily(service) => weights(*service, days_of_part)?,
        Measure::StraightLineMonthly(service) => weights(*service, |_, _| Some(Fraction::ONE))?,
        Measure::ProratedCalendarMonths(service) => weights(*service, part_of_month)?,
        Measure::Progress(_) | Measure::OfTotal { .. } => Vec::new(),
    };
    sum(weights.into_iter().map(|(_, weight)| weight)).ok_or(RevenueError::Overflow)
}

/// Weighs the part of each calendar month that the service covers, and gives the running share of the whole.
fn over_time(
    service: Period,
    weigh: impl Fn(Period, Period) -> Option<Fraction>,
) -> Result<Vec<(Date, Fraction)>, RevenueError> {
    let weights = weights(service, weigh)?;
    let total = sum(weights.iter().map(|(_, weight)| *weight)).ok_or(RevenueError::Overflow)?;
    let mut running = Fraction::ZERO;
    let share = |(month, weight): (Date, Fraction)| {
        running = running.checked_add(weight)?;
        Some((month, running.checked_div(total)?))
    };
    weights
        .into_iter()
        .map(share)
        .collect::<Option<_>>()
        .ok_or(RevenueError::Overflow)
}

fn weights(
    service: Period,
    weigh: impl Fn(Period, Period) -> Option<Fraction>,
) -> Result<Vec<(Date, Fraction)>, RevenueError> {
    let no_time = || RevenueError::NoTime {
        from: service.start(),
        to: service.end(),
    };
    let mut weights = Vec::new();
    let mut first = service.start().first_of_month();
    while first < service.end() {
        let next = plus_months(first, 1).ok_or_else(no_time)?;
        let month = Period::try_new(first, next).map_err(|_| no_time())?;
        let part = month.overlap(service).ok_or_else(no_time)?;
        weights.push((first, weigh(part, month).ok_or_else(no_time)?));
        first = next;
    }
    Ok(weights)
}

fn days_of_part(part: Period, _month: Period) -> Option<Fraction> {
    Some(Fraction::whole(part.days().into()))
}

/// Whole months count one exactly, which keeps the denominators of a long service small.
fn part_of_month(part: Period, month: Period) -> Option<Fraction> {
    if part == month {
        return Some(Fraction::ONE);
    }
    Fraction::try_new(part.days().into(), month.days().into())
}

fn sum(mut weights: impl Iterator<Item = Fraction>) -> Option<Fraction> {
    weights.try_fold(Fraction::ZERO, Fraction::checked_add)
}

fn months_of(days: impl Iterator<Item = Date>) -> Vec<Date> {
    let mut months: Vec<Date> = days.map(Date::first_of_month).collect();
    months.sort_unstable();
    months.dedup();
    months
}
