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
use super::once::{due_day, instalments, milestone_reached, one_day};
use super::recurring::due_turns;
use super::stretch::{Stretch, TurnPart};
use crate::component::Component;
use crate::facts::FactId;
use crate::line::ExpectedLine;

/// Is the charge a share of others?
pub(super) fn is_share(charge: &Charge) -> bool {
    bases(charge).is_some()
}

/// Adds the shares, those of shares after the shares they are of.
pub(super) fn add(known: &Known<'_>, lines: &mut Vec<ExpectedLine>) -> Result<(), BillingError> {
    let all = known.strands.iter().flat_map(|strand| &strand.stretches);
    let mut waiting: Vec<&Stretch<'_>> = all.filter(|stretch| is_share(stretch.charge)).collect();
    while !waiting.is_empty() {
        let open: BTreeSet<&str> = waiting.iter().map(|stretch| stretch.charge.id.as_str()).collect();
        let depends = |stretch: &&Stretch<'_>| {
            bases(stretch.charge).is_some_and(|ids| ids.iter().any(|id| open.contains(id.as_str())))
        };
        let (later, ready): (Vec<&Stretch<'_>>, Vec<&Stretch<'_>>) =
            waiting.iter().copied().partition(depends);
        if let (true, Some(stretch)) = (ready.is_empty(), later.first()) {
            return Err(BillingError::CircularShare {
                charge: stretch.charge.id.clone(),
            });
        }
        for stretch in ready {
            let shares = of_stretch(known, stretch, lines)?;
            lines.extend(shares);
        }
        waiting = later;
    }
    Ok(())
}

/// The charges it is a share of; none where it is none.
pub(super) fn bases(charge: &Charge) -> Option<&[String]> {
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

fn of_stretch(
    known: &Known<'_>,
    stretch: &Stretch<'_>,
    lines: &[ExpectedLine],
) -> Result<Vec<ExpectedLine>, BillingError> {
    match &stretch.charge.schedule {
        Schedule::Recurring { .. } => of_periods(known, stretch, lines),
        Schedule::Once { at } => match due_day(known, stretch, *at)? {
            Some(day) => on_day(known, stretch, lines, day, Vec::new()),
            None => Ok(Vec::new()),
        },
        Schedule::OnMilestone { milestone } => match milestone_reached(known, stretch.charge, milestone)? {
            Some(done) if stretch.holds(done.on) => on_day(known, stretch, lines, done.on, done.facts),
            _ => Ok(Vec::new()),
        },
        Schedule::Instalments { payments } => instalments(known, stretch, payments),
    }
}

/// Of what begins in each period under these terms: what an amendment gives back lowers the share by itself.
fn of_periods(
    known: &Known<'_>,
    stretch: &Stretch<'_>,
    lines: &[ExpectedLine],
) -> Result<Vec<ExpectedLine>, BillingError> {
    let mut shares = Vec::new();
    for turn in due_turns(known, stretch)?
        .into_iter()
        .filter(|turn| turn.part != TurnPart::GivenBack)
    {
        let starts_here = |line: &ExpectedLine| {
            let day = line.service.map_or(line.invoice_date, Period::start);
            turn.service.contains(day) && stretch.holds(day)
        };
        let base = sum(known, stretch.charge, lines, starts_here)?;
        let line = share(
            known,
            stretch,
            base,
            (turn.service, turn.whole),
            turn.invoice_date,
            Vec::new(),
        )?;
        shares.push(match turn.part {
            TurnPart::Resumed => ExpectedLine {
                component: Component::Amended {
                    on: turn.invoice_date,
                },
                ..line
            },
            TurnPart::Own | TurnPart::GivenBack => line,
        });
    }
    Ok(shares)
}

/// A share that falls due on one day is of what was billed through that day.
fn on_day(
    known: &Known<'_>,
    stretch: &Stretch<'_>,
    lines: &[ExpectedLine],
    day: Date,
    facts: Vec<FactId>,
) -> Result<Vec<ExpectedLine>, BillingError> {
    if day > known.through {
        return Ok(Vec::new());
    }
    let base = sum(known, stretch.charge, lines, |line| line.invoice_date <= day)?;
    let period = one_day(stretch.charge, day)?;
    let line = share(known, stretch, base, (period, period), day, facts)?;
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
    stretch: &Stretch<'_>,
    base: Money,
    (service, whole): (Period, Period),
    invoice_date: Date,
    facts: Vec<FactId>,
) -> Result<ExpectedLine, BillingError> {
    let rated = rate(&known.rate_input(stretch, service, whole, Measured::Units(base.amount)))?;
    Ok(line_of(
        stretch.charge,
        Component::Base,
        Some(service),
        invoice_date,
        rated,
        facts,
    ))
}
