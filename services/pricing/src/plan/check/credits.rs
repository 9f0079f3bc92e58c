//! Credit pools, and what is agreed of several charges together: commitments and ceilings.

use super::{Fault, Faults, Referent, charges};
use crate::plan::{Ceiling, Commitment, CommitmentSpan, CreditPool, Expiry, PoolUnit, SettledOn, Settlement};

pub(super) fn check(faults: &mut Faults<'_>) {
    let plan = faults.plan;
    faults.ids("pools", plan.pools.iter().map(|pool| pool.id.as_str()));
    for (at, pool) in plan.pools.iter().enumerate() {
        check_pool(faults, &format!("pools.{at}"), pool);
    }
    faults.ids(
        "commitments",
        plan.commitments.iter().map(|commitment| commitment.id.as_str()),
    );
    for (at, commitment) in plan.commitments.iter().enumerate() {
        check_commitment(faults, &format!("commitments.{at}"), commitment);
    }
    faults.ids(
        "ceilings",
        plan.ceilings.iter().map(|ceiling| ceiling.id.as_str()),
    );
    for (at, ceiling) in plan.ceilings.iter().enumerate() {
        check_ceiling(faults, &format!("ceilings.{at}"), ceiling);
    }
}

fn check_pool(faults: &mut Faults<'_>, field: &str, pool: &CreditPool) {
    faults.filled(format_args!("{field}.name"), &pool.name);
    faults.above_zero(format_args!("{field}.grant"), pool.grant);
    if pool.unit == PoolUnit::Money {
        faults.money(format_args!("{field}.grant"), pool.grant);
    }
    if let Some(charge) = &pool.bought_by {
        faults.known(format_args!("{field}.bought_by"), Referent::Charge, charge);
    }
    faults.known_charges(&format!("{field}.pays"), &pool.pays);
    if let PoolUnit::Units { name } = &pool.unit {
        faults.filled(format_args!("{field}.unit.name"), name);
        pays_units(faults, field, pool);
    }
    if let Expiry::After { span } = pool.expiry {
        charges::cadence(faults, format_args!("{field}.expiry.span"), span);
    }
    rollover(faults, field, pool);
    if let Some(top_up) = &pool.top_up {
        faults.not_negative(format_args!("{field}.top_up.below"), top_up.below);
        faults.above_zero(format_args!("{field}.top_up.grant"), top_up.grant);
        faults.money(format_args!("{field}.top_up.price"), top_up.price);
        if let Some(to) = top_up.to.filter(|to| *to < top_up.below) {
            let fault = Fault::TopUpStaysBelow {
                to,
                below: top_up.below,
            };
            faults.add(format_args!("{field}.top_up.to"), fault);
        }
    }
}

fn pays_units(faults: &mut Faults<'_>, field: &str, pool: &CreditPool) {
    for (at, id) in pool.pays.iter().enumerate() {
        let charge = faults.plan.charge(id);
        if charge.is_some_and(|charge| charge.quantity.meter().is_none()) {
            let charge = id.clone();
            faults.add(
                format_args!("{field}.pays.{at}"),
                Fault::PoolPaysNoUnits { charge },
            );
        }
    }
}

fn rollover(faults: &mut Faults<'_>, field: &str, pool: &CreditPool) {
    let Some(rollover) = &pool.rollover else { return };
    charges::cadence(faults, format_args!("{field}.rollover.every"), rollover.every);
    faults.not_negative(format_args!("{field}.rollover.min"), rollover.min);
    if rollover.min > rollover.max {
        let fault = Fault::LeastAboveMost {
            least: rollover.min,
            most: rollover.max,
        };
        faults.add(format_args!("{field}.rollover.min"), fault);
    }
}

fn check_commitment(faults: &mut Faults<'_>, field: &str, commitment: &Commitment) {
    faults.filled(format_args!("{field}.name"), &commitment.name);
    faults.above_zero(format_args!("{field}.amount"), commitment.amount);
    faults.money(format_args!("{field}.amount"), commitment.amount);
    faults.known_charges(&format!("{field}.charges"), &commitment.charges);
    span(faults, field, commitment.span);
    settled_on(faults, &format!("{field}.settled_on"), commitment);
}

fn check_ceiling(faults: &mut Faults<'_>, field: &str, ceiling: &Ceiling) {
    faults.filled(format_args!("{field}.name"), &ceiling.name);
    faults.not_negative(format_args!("{field}.amount"), ceiling.amount);
    faults.money(format_args!("{field}.amount"), ceiling.amount);
    faults.known_charges(&format!("{field}.charges"), &ceiling.charges);
    span(faults, field, ceiling.span);
}

fn span(faults: &mut Faults<'_>, field: &str, span: CommitmentSpan) {
    match span {
        CommitmentSpan::Each { every } => charges::cadence(faults, format_args!("{field}.span.every"), every),
        CommitmentSpan::Term if faults.plan.term.end.is_none() => {
            faults.add(format_args!("{field}.span"), Fault::TermEndMissing);
        }
        CommitmentSpan::Term => {}
    }
}

fn settled_on(faults: &mut Faults<'_>, field: &str, commitment: &Commitment) {
    let whole_term = commitment.span == CommitmentSpan::Term;
    match commitment.settled_on {
        SettledOn::SpanEnd => {}
        _ if commitment.settlement == Settlement::TakeOrPay => {
            faults.add(field, Fault::NothingToSettle);
        }
        SettledOn::After { span } => charges::cadence(faults, format_args!("{field}.span"), span),
        SettledOn::On { .. } if !whole_term => faults.add(field, Fault::OneDateForManySpans),
        SettledOn::On { date } => {
            if let Some(end) = faults.plan.term.end.filter(|end| date < *end) {
                faults.add(
                    format_args!("{field}.date"),
                    Fault::SettledBeforeEnd { date, end },
                );
            }
        }
    }
}
