//! What a contract modification does to revenue. Which treatment applies is decided by a person and never inferred.

use jiff::civil::Date;
use pricing::fraction::Fraction;
use pricing::period::Period;
use rust_decimal::Decimal;

use super::RevenueError;
use super::measure::{Measure, MonthRevenue, recognise, weight};

/// Consideration and units that remain after a prospective modification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProspectiveSplit {
    /// What is still to be recognised.
    pub consideration: Decimal,
    /// Over how many units, months or years.
    pub over: Decimal,
}

/// How revenue over time is measured, before and after a change alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OverTime {
    /// By days; what was served before the change is earned to the day.
    Daily,
    /// The same for every month; the month of the change belongs to the changed contract.
    StraightLineMonthly,
    /// Whole months count one, parts of months their days.
    ProratedCalendarMonths,
}

/// What a person decided that a change is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Treatment {
    /// What is still to be earned is spread over the time that is left.
    Prospective,
    /// What was earned before is corrected at once.
    CatchUp,
    /// Nothing more is served: the price that is left is earned.
    Termination,
}

/// A contract served over time, before and after its price changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceChange {
    /// Earned by the change, at the price before it.
    pub recognised_before: Decimal,
    /// What the change corrects at once; zero when it is prospective.
    pub catch_up: Decimal,
    /// Revenue of each month of the service, the change in it.
    pub months: Vec<MonthRevenue>,
}

/// The added goods are a contract of their own: revenue of the original, of the addition, and of both.
pub fn separate_contract(
    (units, unit_price): (Decimal, Decimal),
    (added_units, added_unit_price): (Decimal, Decimal),
) -> Result<(Decimal, Decimal, Decimal), RevenueError> {
    let original = units.checked_mul(unit_price);
    let added = added_units.checked_mul(added_unit_price);
    let all = original
        .zip(added)
        .and_then(|(original, added)| Some((original, added, original.checked_add(added)?)));
    all.ok_or(RevenueError::Overflow)
}

/// The price of each remaining unit (or year) when old remainder and addition become one: their consideration over
/// their number, exact.
pub fn prospective_price(remaining: &[ProspectiveSplit]) -> Result<Fraction, RevenueError> {
    let sum = |of: fn(&ProspectiveSplit) -> Decimal| {
        remaining
            .iter()
            .try_fold(Decimal::ZERO, |sum, split| sum.checked_add(of(split)))
            .ok_or(RevenueError::Overflow)
    };
    let over = sum(|split| split.over)?;
    if over <= Decimal::ZERO {
        return Err(RevenueError::NothingExpected { total: over });
    }
    Fraction::try_new(sum(|split| split.consideration)?, over).ok_or(RevenueError::Overflow)
}

/// What is still to be recognised after a modification, over the parts that remain; exact.
pub fn spread_evenly(
    revised_price: Decimal,
    recognised_before: Decimal,
    remaining_parts: Decimal,
) -> Result<Fraction, RevenueError> {
    let consideration = revised_price
        .checked_sub(recognised_before)
        .ok_or(RevenueError::Overflow)?;
    prospective_price(&[ProspectiveSplit {
        consideration,
        over: remaining_parts,
    }])
}

/// The correction at once when the modified contract is one promise partly kept: the revised price by the progress
/// made, less what was recognised.
pub fn catch_up(
    revised_price: Decimal,
    progress: Fraction,
    recognised_before: Decimal,
    digits: u32,
) -> Result<Decimal, RevenueError> {
    Fraction::whole(revised_price)
        .checked_mul(progress)
        .and_then(|exact| exact.rounded(digits)?.checked_sub(recognised_before))
        .ok_or(RevenueError::Overflow)
}

/// What remains when a contract ends early: consideration the provider keeps without serving more is earned at
/// once, consideration it gives back is taken out.
pub fn terminate(
    billed: Decimal,
    refunded: Decimal,
    recognised_before: Decimal,
) -> Result<Decimal, RevenueError> {
    billed
        .checked_sub(refunded)
        .and_then(|kept| kept.checked_sub(recognised_before))
        .ok_or(RevenueError::Overflow)
}

/// What is still to be earned after a prospective change: the price without it less what was recognised, and what
/// the change adds.
pub fn still_to_earn(price: Decimal, recognised: Decimal, added: Decimal) -> Result<Decimal, RevenueError> {
    if recognised > price {
        return Err(RevenueError::EarnedTooMuch { recognised, price });
    }
    price
        .checked_sub(recognised)
        .and_then(|left| left.checked_add(added))
        .ok_or(RevenueError::Overflow)
}

/// The revenue of a contract served over time whose price changes on a day.
pub fn change_price(
    service: Period,
    by: OverTime,
    (original, revised): (Decimal, Decimal),
    on: Date,
    treatment: Treatment,
    digits: u32,
) -> Result<PriceChange, RevenueError> {
    if !service.contains(on) {
        return Err(RevenueError::OutsideService {
            on,
            from: service.start(),
            to: service.end(),
        });
    }
    let from = by.changes_on(service, on);
    let earned = |price| earned_by(from, service, by, price, digits);
    let recognised_before = earned(original)?;
    let mut months = recognise(original, &by.measure(service), digits)?;
    months.retain(|month| month.month < on.first_of_month());
    let catch_up = match treatment {
        Treatment::Prospective => Some(Decimal::ZERO),
        Treatment::CatchUp => earned(revised)?.checked_sub(recognised_before),
        Treatment::Termination => revised.checked_sub(recognised_before),
    };
    let mut after = match treatment {
        Treatment::Prospective => spread_rest(service, by, from, revised, recognised_before, digits)?,
        Treatment::CatchUp => recognise(revised, &by.measure(service), digits)?.split_off(months.len()),
        Treatment::Termination => vec![all_earned(on, revised)],
    };
    if let Some(first) = after.first_mut() {
        let before = months.last().map_or(Decimal::ZERO, |month| month.to_date);
        first.amount = first.to_date.checked_sub(before).ok_or(RevenueError::Overflow)?;
    }
    months.append(&mut after);
    Ok(PriceChange {
        recognised_before,
        catch_up: catch_up.ok_or(RevenueError::Overflow)?,
        months,
    })
}

impl OverTime {
    fn measure(self, service: Period) -> Measure {
        match self {
            Self::Daily => Measure::Daily(service),
            Self::StraightLineMonthly => Measure::StraightLineMonthly(service),
            Self::ProratedCalendarMonths => Measure::ProratedCalendarMonths(service),
        }
    }

    /// The first day measured by the changed contract.
    fn changes_on(self, service: Period, on: Date) -> Date {
        match self {
            Self::Daily | Self::ProratedCalendarMonths => on,
            Self::StraightLineMonthly => on.first_of_month().max(service.start()),
        }
    }
}

/// What a price earns by a day (out) of its service.
fn earned_by(
    day: Date,
    service: Period,
    by: OverTime,
    price: Decimal,
    digits: u32,
) -> Result<Decimal, RevenueError> {
    let Ok(before) = Period::try_new(service.start(), day) else {
        return Ok(Decimal::ZERO);
    };
    let weight = |period| weight(&by.measure(period));
    let part = weight(before)?.checked_div(weight(service)?);
    part.and_then(|part| part.checked_mul(price.into())?.rounded(digits))
        .ok_or(RevenueError::Overflow)
}

fn spread_rest(
    service: Period,
    by: OverTime,
    from: Date,
    revised: Decimal,
    recognised_before: Decimal,
    digits: u32,
) -> Result<Vec<MonthRevenue>, RevenueError> {
    let rest = Period::try_new(from, service.end()).map_err(|_| RevenueError::NoTime {
        from,
        to: service.end(),
    })?;
    let price = revised
        .checked_sub(recognised_before)
        .ok_or(RevenueError::Overflow)?;
    let mut months = recognise(price, &by.measure(rest), digits)?;
    for month in &mut months {
        month.to_date = month
            .to_date
            .checked_add(recognised_before)
            .ok_or(RevenueError::Overflow)?;
    }
    Ok(months)
}

fn all_earned(on: Date, price: Decimal) -> MonthRevenue {
    MonthRevenue {
        month: on.first_of_month(),
        amount: price,
        to_date: price,
    }
}
