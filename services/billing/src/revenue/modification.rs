//! What a contract modification does to revenue. Which treatment applies is decided by a person and never inferred.

use jiff::civil::Date;
use pricing::fraction::Fraction;
use pricing::period::Period;
use rust_decimal::Decimal;

use super::RevenueError;
use super::measure::{Measure, MonthRevenue, recognise};

/// Consideration and units that remain after a prospective modification.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProspectiveSplit {
    /// What is still to be recognised.
    pub consideration: Decimal,
    /// Over how many units, months or years.
    pub over: Decimal,
}

/// A straight-line contract before and after its price changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StraightLineChange {
    /// Recognised by the end of the month before the modification.
    pub recognised_before: Decimal,
    /// What the modification corrects at once; zero when it is prospective.
    pub catch_up: Decimal,
    /// Revenue of each month of the service, the modification in it.
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

/// A straight-line contract whose price changes on a day: prospectively from that month on, or with a correction of
/// all months before it.
pub fn change_straight_line(
    service: Period,
    original_price: Decimal,
    on: Date,
    revised_price: Decimal,
    prospective: bool,
    digits: u32,
) -> Result<StraightLineChange, RevenueError> {
    if !service.contains(on) {
        return Err(RevenueError::OutsideService {
            on,
            from: service.start(),
            to: service.end(),
        });
    }
    let original = recognise(original_price, &Measure::StraightLineMonthly(service), digits)?;
    let before: Vec<MonthRevenue> = original
        .into_iter()
        .filter(|month| month.month < on.first_of_month())
        .collect();
    let recognised_before = before.last().map_or(Decimal::ZERO, |month| month.to_date);
    let after = if prospective {
        spread_rest(service, on, revised_price, recognised_before, digits)?
    } else {
        corrected(service, revised_price, recognised_before, before.len(), digits)?
    };
    let catch_up = if prospective {
        Decimal::ZERO
    } else {
        correction(&before, service, revised_price, digits)?
    };
    Ok(StraightLineChange {
        recognised_before,
        catch_up,
        months: [before, after].concat(),
    })
}

fn spread_rest(
    service: Period,
    on: Date,
    revised_price: Decimal,
    recognised_before: Decimal,
    digits: u32,
) -> Result<Vec<MonthRevenue>, RevenueError> {
    let from = on.first_of_month().max(service.start());
    let no_time = || RevenueError::NoTime {
        from,
        to: service.end(),
    };
    let rest = Period::try_new(from, service.end()).map_err(|_| no_time())?;
    let price = revised_price
        .checked_sub(recognised_before)
        .ok_or(RevenueError::Overflow)?;
    let mut months = recognise(price, &Measure::StraightLineMonthly(rest), digits)?;
    for month in &mut months {
        month.to_date = month
            .to_date
            .checked_add(recognised_before)
            .ok_or(RevenueError::Overflow)?;
    }
    Ok(months)
}

fn corrected(
    service: Period,
    revised_price: Decimal,
    recognised_before: Decimal,
    passed: usize,
    digits: u32,
) -> Result<Vec<MonthRevenue>, RevenueError> {
    let mut months =
        recognise(revised_price, &Measure::StraightLineMonthly(service), digits)?.split_off(passed);
    if let Some(first) = months.first_mut() {
        first.amount = first
            .to_date
            .checked_sub(recognised_before)
            .ok_or(RevenueError::Overflow)?;
    }
    Ok(months)
}

/// What months before the modification would have come to at the revised price, less what they came to.
fn correction(
    before: &[MonthRevenue],
    service: Period,
    revised_price: Decimal,
    digits: u32,
) -> Result<Decimal, RevenueError> {
    let revised = recognise(revised_price, &Measure::StraightLineMonthly(service), digits)?;
    let at_revised = before
        .len()
        .checked_sub(1)
        .and_then(|last| revised.get(last))
        .map(|month| month.to_date);
    let recognised = before.last().map_or(Decimal::ZERO, |month| month.to_date);
    at_revised
        .unwrap_or_default()
        .checked_sub(recognised)
        .ok_or(RevenueError::Overflow)
}
