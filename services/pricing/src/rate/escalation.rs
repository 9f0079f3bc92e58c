//! Escalators: what one unit of money of the agreed price has become by the first day of service.

use jiff::ToSpan;
use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{RateError, RateInput};
use crate::fraction::Fraction;
use crate::index::TwoValues;
use crate::plan::{Cadence, CadenceUnit, Escalation, Escalator};
use crate::working::Step;

pub(super) fn escalate(input: &RateInput<'_>, steps: &mut Vec<Step>) -> Result<(), RateError> {
    for escalator in input.charge.escalators.iter().chain(input.escalators) {
        steps.extend(increase(input, escalator)?);
    }
    Ok(())
}

fn increase(input: &RateInput<'_>, escalator: &Escalator) -> Result<Option<Step>, RateError> {
    let stuck = || RateError::Escalator {
        charge: input.charge.id.clone(),
        first: escalator.first,
    };
    let mut factor = Fraction::ONE;
    let mut last = None;
    let mut times = 0_u32;
    for day in increases(escalator, input.service.start().tomorrow().map_err(|_| stuck())?) {
        let growth = growth(input, escalator, &escalator.by, day)?.ok_or_else(stuck)?;
        let grown = if escalator.compounding {
            Fraction::ONE
                .checked_add(growth)
                .and_then(|growth| factor.checked_mul(growth))
        } else {
            factor.checked_add(growth)
        };
        factor = grown
            .and_then(Fraction::carried)
            .ok_or_else(|| input.too_large())?;
        last = Some(day);
        times = times.saturating_add(1);
    }
    Ok(last.map(|on| Step::Escalated {
        on,
        times,
        factor,
        rule: rule(&escalator.by),
    }))
}

/// The days of increase before a day, each counted from the first.
pub(super) fn increases(escalator: &Escalator, before: Date) -> impl Iterator<Item = Date> + use<> {
    let (first, every) = (escalator.first, escalator.every);
    let times = if every.is_some() { u32::MAX } else { 0 };
    (0..=times)
        .map_while(move |time| nth(first, every, time))
        .take_while(move |day| *day < before)
}

/// `first` plus so many cadences; none outside the calendar or for a cadence of nothing.
fn nth(first: Date, every: Option<Cadence>, time: u32) -> Option<Date> {
    let (Some(every), 1..) = (every, time) else {
        return Some(first);
    };
    let count = i64::from(every.count.checked_mul(time)?);
    if count == 0 {
        return None;
    }
    let span = match every.unit {
        CadenceUnit::Day => 0.days().try_days(count),
        CadenceUnit::Week => 0.days().try_weeks(count),
        // Two half months are one month; a single one is fifteen days.
        CadenceUnit::HalfMonth => {
            let months = 0.days().try_months(count.div_euclid(2)).ok()?;
            months.try_days(count.rem_euclid(2).saturating_mul(15))
        }
        CadenceUnit::Month => 0.days().try_months(count),
        CadenceUnit::Year => 0.days().try_years(count),
    };
    first.checked_add(span.ok()?).ok()
}

/// Growth of one increase: 0.03 for three percent; none where nothing is to be compared or a number does not fit.
fn growth(
    input: &RateInput<'_>,
    escalator: &Escalator,
    by: &Escalation,
    day: Date,
) -> Result<Option<Fraction>, RateError> {
    match by {
        Escalation::Percent { percent } => Ok(percent_part(*percent)),
        Escalation::Index {
            series,
            lag_months,
            floor,
            cap,
            plus,
        } => {
            let change = index_change(input, escalator, series, *lag_months, day)?;
            Ok(change.and_then(|change| bounded(change, *plus, *floor, *cap)))
        }
        Escalation::GreaterOf { of } => compared(input, escalator, of, day, Fraction::checked_max),
        Escalation::LesserOf { of } => compared(input, escalator, of, day, Fraction::checked_min),
    }
}

fn compared(
    input: &RateInput<'_>,
    escalator: &Escalator,
    of: &[Escalation],
    day: Date,
    choose: fn(Fraction, Fraction) -> Option<Fraction>,
) -> Result<Option<Fraction>, RateError> {
    let mut chosen: Option<Fraction> = None;
    for by in of {
        let Some(next) = growth(input, escalator, by, day)? else {
            return Ok(None);
        };
        chosen = chosen.map_or(Some(next), |chosen| choose(chosen, next));
    }
    Ok(chosen)
}

/// Value of the reference month over its value one cadence earlier (a year for a single increase), less one.
fn index_change(
    input: &RateInput<'_>,
    escalator: &Escalator,
    series: &str,
    lag_months: u32,
    day: Date,
) -> Result<Option<Fraction>, RateError> {
    let months = |date: Date, back: u32| {
        let span = 0.days().try_months(i64::from(back).saturating_neg()).ok()?;
        date.first_of_month().checked_add(span).ok()
    };
    let Some(reference) = months(day, lag_months) else {
        return Ok(None);
    };
    let Some(base) = months(reference, cadence_months(escalator.every)) else {
        return Ok(None);
    };
    let now = index_value(input, series, reference)?;
    let then = index_value(input, series, base)?;
    Ok(Fraction::try_new(now, then).and_then(|ratio| ratio.checked_sub(Fraction::ONE)))
}

fn cadence_months(every: Option<Cadence>) -> u32 {
    match every {
        Some(Cadence {
            count,
            unit: CadenceUnit::Month,
        }) => count,
        Some(Cadence {
            count,
            unit: CadenceUnit::Year,
        }) => count.saturating_mul(12),
        _ => 12,
    }
}

fn index_value(input: &RateInput<'_>, series: &str, month: Date) -> Result<Decimal, RateError> {
    let index = input.indices.iter().find(|index| index.name == series);
    let value = index.map_or(Ok(None), |index| index.value_in(month));
    if let Ok(Some(value)) = value {
        return Ok(value);
    }
    let charge = input.charge.id.clone();
    let series = series.to_owned();
    let month = month.strftime("%Y-%m").to_string();
    Err(match value {
        Err(TwoValues) => RateError::IndexTwice {
            charge,
            series,
            month,
        },
        Ok(_) => RateError::IndexMissing {
            charge,
            series,
            month,
        },
    })
}

fn bounded(
    change: Fraction,
    plus: Option<Decimal>,
    floor: Option<Decimal>,
    cap: Option<Decimal>,
) -> Option<Fraction> {
    let mut growth = change.checked_add(percent_part(plus.unwrap_or(Decimal::ZERO))?)?;
    if let Some(floor) = floor {
        growth = growth.checked_max(percent_part(floor)?)?;
    }
    if let Some(cap) = cap {
        growth = growth.checked_min(percent_part(cap)?)?;
    }
    Some(growth)
}

fn percent_part(percent: Decimal) -> Option<Fraction> {
    percent.checked_mul(Decimal::new(1, 2)).map(Fraction::whole)
}

fn rule(by: &Escalation) -> String {
    let all = |of: &[Escalation]| of.iter().map(rule).collect::<Vec<_>>().join(", ");
    match by {
        Escalation::Percent { percent } => format!("{} %", percent.normalize()),
        Escalation::Index { series, .. } => series.clone(),
        Escalation::GreaterOf { of } => format!("greater of {}", all(of)),
        Escalation::LesserOf { of } => format!("lesser of {}", all(of)),
    }
}
