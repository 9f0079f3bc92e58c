//! Parts of a period.

use pricing::fraction::Fraction;
use pricing::period::Period;
use pricing::plan::{DayCount, Policy};
use pricing::price::Measured;
use pricing::rate::{RateInput, days_of, part_of, rate};
use rust_decimal::Decimal;
use serde_json::json;

use super::agreement::flat_charge;
use super::case::{Answer, Case, Failure, Given, number, outputs, refused};

pub(crate) fn answer(case: &Case) -> Option<Answer> {
    let given = &case.given;
    match case.kind.as_str() {
        "prorated_fee" | "prorated_fee_exclusive" => {
            Some(fee(case, given.period("period"), DayCount::Actual))
        }
        "prorated_fee_fixed_month" => Some(fee(case, month_of(given), DayCount::ThirtyDayMonth)),
        "period_fraction" => Some(fraction(given)),
        "fixed_month_days" => Some(fixed_month_days(given)),
        "day_count" => Some(day_count(given)),
        _ => None,
    }
}

/// A fee for a whole period, billed for the days of service in it.
fn fee(case: &Case, whole: Result<Period, Failure>, day_count: DayCount) -> Answer {
    let given = &case.given;
    let charge = flat_charge("in_advance", given.decimal("plan_amount")?)?;
    let policy = Policy {
        day_count,
        ..Policy::default()
    };
    let currency = given.currency()?;
    let input = RateInput::of_charge(&charge, currency, policy, whole?, Measured::Units(Decimal::ONE));
    let service = match given.period("service") {
        // What would begin after it ends (a trial longer than the period) is not served at all.
        Err(Failure::Refused(_)) if !case.is_to_be_refused() => return nothing(),
        service => service?,
    };
    let line = rate(&RateInput { service, ..input }).map_err(refused)?;
    let minor = Decimal::from(10_u64.pow(currency.minor_digits()));
    let precise = line
        .unrounded
        .checked_mul(minor.into())
        .ok_or_else(|| refused("too large"))?;
    outputs([
        ("amount", case.amount("amount", line.amount, line.unrounded)),
        ("amount_unrounded", number(line.unrounded)),
        ("precise_minor_units", number(precise)),
    ])
}

fn nothing() -> Answer {
    let none = || number(Decimal::ZERO);
    outputs([
        ("amount", none()),
        ("amount_unrounded", none()),
        ("precise_minor_units", none()),
    ])
}

/// A month from the first day of service: thirty days by that count, whichever it is.
fn month_of(given: &Given) -> Result<Period, Failure> {
    let days = given.whole("fixed_days_in_month")?;
    if days != 30 {
        return Err(refused(format!("months of {days} days are not offered")));
    }
    let start = given.period("service")?.start();
    let end = start.checked_add(jiff::Span::new().months(1)).map_err(refused)?;
    Period::try_new(start, end).map_err(refused)
}

fn fraction(given: &Given) -> Answer {
    let (service, whole) = (given.period("service")?, given.period("period")?);
    let part = part_of(service, whole, DayCount::Actual);
    outputs([
        ("fraction", nine_decimals(part)?),
        ("ratio", number(part)),
        ("days", json!(service.days())),
    ])
}

fn fixed_month_days(given: &Given) -> Answer {
    let service = given.period("service")?;
    let days = days_of(service, DayCount::ThirtyDayMonth);
    let part = part_of(service, month_of(given)?, DayCount::ThirtyDayMonth);
    outputs([("days", json!(days)), ("fraction", nine_decimals(part)?)])
}

fn day_count(given: &Given) -> Answer {
    outputs([("days", json!(given.period("period")?.days()))])
}

/// As sources that keep fractions at nine decimals show an exact one.
pub(crate) fn nine_decimals(part: Fraction) -> Result<serde_json::Value, Failure> {
    part.rounded(9).map(number).ok_or_else(|| refused("too large"))
}
