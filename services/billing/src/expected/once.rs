//! Charges that fall due once: on a day, on fixed dates, on a milestone.

use std::collections::BTreeMap;

use jiff::civil::Date;
use pricing::money::Money;
use pricing::period::Period;
use pricing::plan::{AmountBase, Charge, Instalment, OnceAt, Quantity};
use pricing::price::Measured;
use pricing::rate::{RatedLine, rate};
use pricing::working::{Step, Working};
use rust_decimal::Decimal;

use super::known::{Known, amount_fault, line_of};
use super::recurring::component;
use super::{BillingError, holdback, seat};
use crate::component::Component;
use crate::line::ExpectedLine;
use crate::milestone::{Reached, reached};

pub(super) fn at_date(
    known: &Known<'_>,
    charge: &Charge,
    at: OnceAt,
) -> Result<Vec<ExpectedLine>, BillingError> {
    let date = day_of(known, charge, at)?;
    if date > known.through || is_after_end(known, date) {
        return Ok(Vec::new());
    }
    let rated = rated_on(known, charge, date)?;
    Ok(vec![line_of(
        charge,
        component(known, charge),
        None,
        date,
        rated,
        Vec::new(),
    )])
}

pub(super) fn on_milestone(
    known: &Known<'_>,
    charge: &Charge,
    milestone: &str,
) -> Result<Vec<ExpectedLine>, BillingError> {
    let Some(done) = milestone_reached(known, charge, milestone)? else {
        return Ok(Vec::new());
    };
    let rated = rated_on(known, charge, done.on)?;
    let line = line_of(charge, component(known, charge), None, done.on, rated, done.facts);
    holdback::keep_back(known, charge, milestone, line)
}

pub(super) fn instalments(
    known: &Known<'_>,
    charge: &Charge,
    payments: &[Instalment],
) -> Result<Vec<ExpectedLine>, BillingError> {
    let mut by_date: BTreeMap<Date, Money> = BTreeMap::new();
    for payment in payments
        .iter()
        .filter(|payment| !is_after_end(known, payment.date))
    {
        let sum = by_date.entry(payment.date).or_insert(known.zero());
        *sum = sum
            .plus(Money::new(payment.amount, sum.currency))
            .map_err(amount_fault(&charge.id))?;
    }
    let due = by_date.into_iter().filter(|(on, _)| *on <= known.through);
    Ok(due.map(|(on, amount)| instalment(charge, on, amount)).collect())
}

/// The day a milestone was reached, as known on the day asked for.
pub(super) fn milestone_reached(
    known: &Known<'_>,
    charge: &Charge,
    id: &str,
) -> Result<Option<Reached>, BillingError> {
    let unknown = || BillingError::UnknownMilestone {
        charge: charge.id.clone(),
        milestone: id.to_owned(),
    };
    let milestone = known
        .plan
        .milestones
        .iter()
        .find(|milestone| milestone.id == id)
        .ok_or_else(unknown)?;
    Ok(reached(milestone, &known.facts.milestones, known.through)?)
}

pub(super) fn day_of(known: &Known<'_>, charge: &Charge, at: OnceAt) -> Result<Date, BillingError> {
    match at {
        OnceAt::On { date } => Ok(date),
        OnceAt::Start => Ok(charge.starts.unwrap_or(known.in_force.start)),
        OnceAt::Signing => known.plan.signed.ok_or_else(|| BillingError::NoSigningDate {
            charge: charge.id.clone(),
        }),
    }
}

/// What would fall due after a termination is no longer owed.
fn is_after_end(known: &Known<'_>, date: Date) -> bool {
    known
        .in_force
        .terminated
        .is_some_and(|terminated| terminated <= date)
}

fn instalment(charge: &Charge, on: Date, amount: Money) -> ExpectedLine {
    let steps = vec![
        Step::Amount {
            name: charge.name.clone(),
            amount: amount.amount,
        },
        Step::Rounded {
            digits: amount.currency.minor_digits(),
        },
    ];
    ExpectedLine {
        charge: charge.id.clone(),
        component: Component::Instalment { on },
        service: None,
        invoice_date: on,
        description: charge.name.clone(),
        quantity: None,
        amount: amount.rounded(),
        tax: charge.tax.clone(),
        working: Working {
            currency: amount.currency,
            steps,
        },
        facts: Vec::new(),
        sources: charge.sources.clone(),
    }
}

/// The price on one day; nothing is prorated.
fn rated_on(known: &Known<'_>, charge: &Charge, date: Date) -> Result<RatedLine, BillingError> {
    let next_day = date
        .tomorrow()
        .map_err(|_| super::known::schedule_fault(charge, out_of_calendar(date)))?;
    let day = Period::try_new(date, next_day)?;
    let units = units_on(known, charge, date)?;
    Ok(rate(&known.rate_input(charge, day, day, Measured::Units(units)))?)
}

fn units_on(known: &Known<'_>, charge: &Charge, date: Date) -> Result<Decimal, BillingError> {
    match &charge.quantity {
        Quantity::Fixed { units } => Ok(*units),
        Quantity::Amount {
            of: AmountBase::Fixed { amount },
        } => Ok(*amount),
        Quantity::Seats { initial, .. } => {
            Ok(seat::history(known, charge).map_or(*initial, |(history, _)| history.count_on(date)))
        }
        Quantity::Metered { .. } | Quantity::Amount { .. } => Err(BillingError::UsageInAdvance {
            charge: charge.id.clone(),
        }),
    }
}

fn out_of_calendar(from: Date) -> crate::schedule::ScheduleError {
    crate::schedule::ScheduleError::OutOfCalendar { from }
}
