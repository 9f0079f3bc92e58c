//! Charges that are a share of what other charges of the same period came to.

use std::collections::BTreeSet;

use jiff::civil::Date;
use pricing::money::Money;
use pricing::period::Period;
use pricing::plan::{AmountBase, Charge, Quantity, Schedule};
use pricing::price::Measured;
use pricing::rate::rate;

use super::BillingError;
use super::known::{Known, amount_fault, line_of};
use super::once::{day_of, milestone_reached};
use super::recurring::due_cycles;
use crate::component::Component;
use crate::facts::FactId;
use crate::line::ExpectedLine;

/// Is the charge a share of others?
pub(super) fn is_share(charge: &Charge) -> bool {
    bases(charge).is_some()
}

/// Adds the shares, those of shares after the shares they are of.
pub(super) fn add(known: &Known<'_>, lines: &mut Vec<ExpectedLine>) -> Result<(), BillingError> {
    let mut waiting: Vec<&Charge> = known
        .plan
        .charges
        .iter()
        .filter(|charge| is_share(charge))
        .collect();
    while !waiting.is_empty() {
        let open: BTreeSet<&str> = waiting.iter().map(|charge| charge.id.as_str()).collect();
        let depends = |charge: &&Charge| {
            bases(charge).is_some_and(|ids| ids.iter().any(|id| open.contains(id.as_str())))
        };
        let (later, ready): (Vec<&Charge>, Vec<&Charge>) = waiting.iter().copied().partition(depends);
        if let (true, Some(charge)) = (ready.is_empty(), later.first()) {
            return Err(BillingError::CircularShare {
                charge: charge.id.clone(),
            });
        }
        for charge in ready {
            let shares = of_charge(known, charge, lines)?;
            lines.extend(shares);
        }
        waiting = later;
    }
    Ok(())
}

fn bases(charge: &Charge) -> Option<&[String]> {
    match &charge.quantity {
        Quantity::Amount {
            of: AmountBase::Charges { charges },
        } => Some(charges),
        Quantity::Fixed { .. }
        | Quantity::Seats { .. }
        | Quantity::Metered { .. }
        | Quantity::Amount { .. } => None,
    }
}

fn of_charge(
    known: &Known<'_>,
    charge: &Charge,
    lines: &[ExpectedLine],
) -> Result<Vec<ExpectedLine>, BillingError> {
    match &charge.schedule {
        Schedule::Recurring { .. } => due_cycles(known, charge)?
            .into_iter()
            .map(|cycle| {
                let base = sum(known, charge, lines, |line| starts_in(line, cycle.service))?;
                share(
                    known,
                    charge,
                    base,
                    (cycle.service, cycle.whole),
                    cycle.invoice_date,
                    Vec::new(),
                )
            })
            .collect(),
        Schedule::Once { at } => on_day(known, charge, lines, day_of(known, charge, *at)?, Vec::new()),
        Schedule::OnMilestone { milestone } => match milestone_reached(known, charge, milestone)? {
            Some(done) => on_day(known, charge, lines, done.on, done.facts),
            None => Ok(Vec::new()),
        },
        Schedule::Instalments { payments } => super::once::instalments(known, charge, payments),
    }
}

/// A share that falls due on one day is of what was billed through that day.
fn on_day(
    known: &Known<'_>,
    charge: &Charge,
    lines: &[ExpectedLine],
    day: Date,
    facts: Vec<FactId>,
) -> Result<Vec<ExpectedLine>, BillingError> {
    if day > known.through {
        return Ok(Vec::new());
    }
    let base = sum(known, charge, lines, |line| line.invoice_date <= day)?;
    let next = day.tomorrow().unwrap_or(day);
    let period = Period::try_new(day, next)?;
    let line = share(known, charge, base, (period, period), day, facts)?;
    Ok(vec![ExpectedLine {
        service: None,
        ..line
    }])
}

fn sum(
    known: &Known<'_>,
    charge: &Charge,
    lines: &[ExpectedLine],
    counts: impl Fn(&ExpectedLine) -> bool,
) -> Result<Money, BillingError> {
    let of = bases(charge).unwrap_or_default();
    lines
        .iter()
        .filter(|line| of.contains(&line.charge) && counts(line))
        .try_fold(known.zero(), |sum, line| sum.plus(line.amount))
        .map_err(amount_fault(&charge.id))
}

fn share(
    known: &Known<'_>,
    charge: &Charge,
    base: Money,
    (service, whole): (Period, Period),
    invoice_date: Date,
    facts: Vec<FactId>,
) -> Result<ExpectedLine, BillingError> {
    let rated = rate(&known.rate_input(charge, service, whole, Measured::Units(base.amount)))?;
    Ok(line_of(
        charge,
        Component::Base,
        Some(service),
        invoice_date,
        rated,
        facts,
    ))
}

fn starts_in(line: &ExpectedLine, period: Period) -> bool {
    period.contains(line.service.map_or(line.invoice_date, Period::start))
}
