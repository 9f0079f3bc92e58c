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

use super::known::{Known, amount_fault, line_of, schedule_fault};
use super::recurring::component;
use super::stretch::{Strand, Stretch};
use super::{BillingError, holdback, seat};
use crate::component::Component;
use crate::line::ExpectedLine;
use crate::milestone::{Reached, reached};
use crate::schedule::ScheduleError;

pub(super) fn at_date(
    known: &Known<'_>,
    strand: &Strand<'_>,
    stretch: &Stretch<'_>,
    at: OnceAt,
) -> Result<Vec<ExpectedLine>, BillingError> {
    let Some(date) = due_day(known, stretch, at)? else {
        return Ok(Vec::new());
    };
    let rated = rated_on(known, strand, stretch, date)?;
    let component = component(known, &stretch.charge.id);
    Ok(vec![line_of(
        stretch.charge,
        component,
        None,
        date,
        rated,
        Vec::new(),
    )])
}

pub(super) fn on_milestone(
    known: &Known<'_>,
    strand: &Strand<'_>,
    stretch: &Stretch<'_>,
    milestone: &str,
) -> Result<Vec<ExpectedLine>, BillingError> {
    let charge = stretch.charge;
    let done = milestone_reached(known, charge, milestone)?.filter(|done| stretch.holds(done.on));
    let Some(done) = done else { return Ok(Vec::new()) };
    let rated = rated_on(known, strand, stretch, done.on)?;
    let line = line_of(
        charge,
        component(known, &charge.id),
        None,
        done.on,
        rated,
        done.facts,
    );
    holdback::keep_back(known, charge, milestone, line)
}

pub(super) fn instalments(
    known: &Known<'_>,
    stretch: &Stretch<'_>,
    payments: &[Instalment],
) -> Result<Vec<ExpectedLine>, BillingError> {
    let charge = stretch.charge;
    let due = |payment: &&Instalment| {
        payment.date <= known.through && stretch.holds(payment.date) && !is_after_end(known, payment.date)
    };
    let mut by_date: BTreeMap<Date, Money> = BTreeMap::new();
    for payment in payments.iter().filter(due) {
        let sum = by_date.entry(payment.date).or_insert(known.zero());
        *sum = sum
            .plus(Money::new(payment.amount, sum.currency))
            .map_err(amount_fault(&charge.id))?;
    }
    Ok(by_date
        .into_iter()
        .map(|(on, amount)| instalment(charge, on, amount))
        .collect())
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
    let milestone = known.milestone(id).ok_or_else(unknown)?;
    Ok(reached(milestone, &known.facts.milestones, known.through)?)
}

/// The day a one-time charge falls due, when it has come under the terms of the stretch. One that an amendment adds
/// falls due with the amendment at the earliest; what would fall due after a termination is no longer owed.
pub(super) fn due_day(
    known: &Known<'_>,
    stretch: &Stretch<'_>,
    at: OnceAt,
) -> Result<Option<Date>, BillingError> {
    let charge = stretch.charge;
    let agreed = match at {
        OnceAt::On { date } => date,
        OnceAt::Start => charge.starts.unwrap_or(known.in_force.start),
        OnceAt::Signing => stretch.plan.signed.ok_or_else(|| BillingError::NoSigningDate {
            charge: charge.id.clone(),
        })?,
    };
    let day = match stretch.from {
        Some(from) if !stretch.follows => agreed.max(from),
        _ => agreed,
    };
    let has_come = day <= known.through && stretch.holds(day) && !is_after_end(known, day);
    Ok(has_come.then_some(day))
}

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
fn rated_on(
    known: &Known<'_>,
    strand: &Strand<'_>,
    stretch: &Stretch<'_>,
    date: Date,
) -> Result<RatedLine, BillingError> {
    let day = one_day(stretch.charge, date)?;
    let units = units_on(known, strand, stretch, date)?;
    Ok(rate(&known.rate_input(
        stretch,
        day,
        day,
        Measured::Units(units),
    ))?)
}

pub(super) fn one_day(charge: &Charge, date: Date) -> Result<Period, BillingError> {
    let next = date
        .tomorrow()
        .map_err(|_| schedule_fault(charge, ScheduleError::OutOfCalendar { from: date }))?;
    Ok(Period::try_new(date, next)?)
}

fn units_on(
    known: &Known<'_>,
    strand: &Strand<'_>,
    stretch: &Stretch<'_>,
    date: Date,
) -> Result<Decimal, BillingError> {
    match &stretch.charge.quantity {
        Quantity::Fixed { units } => Ok(*units),
        Quantity::Amount {
            of: AmountBase::Fixed { amount },
        } => Ok(*amount),
        Quantity::Seats { initial, .. } => {
            Ok(seat::count_on(known, strand, stretch, date).unwrap_or(*initial))
        }
        Quantity::Metered { .. } | Quantity::Amount { .. } => Err(BillingError::UsageInAdvance {
            charge: stretch.charge.id.clone(),
        }),
    }
}
