//! Recurring charges of a fixed quantity, and how a period is cut where its price changes.

use jiff::civil::Date;
use pricing::period::Period;
use pricing::plan::{Bound, Charge};
use pricing::price::Measured;
use pricing::rate::{changes_in, rate};
use rust_decimal::Decimal;

use super::BillingError;
use super::known::{Known, line_of};
use crate::component::Component;
use crate::line::ExpectedLine;
use crate::schedule::{Cycle, Recurrence};

pub(super) fn fixed(
    known: &Known<'_>,
    charge: &Charge,
    units: Decimal,
) -> Result<Vec<ExpectedLine>, BillingError> {
    let mut lines = Vec::new();
    for cycle in due_cycles(known, charge)? {
        for service in pieces(known, charge, cycle.service) {
            let rated = rate(&known.rate_input(charge, service, cycle.whole, Measured::Units(units)))?;
            let component = component(known, charge);
            lines.push(line_of(
                charge,
                component,
                Some(service),
                cycle.invoice_date,
                rated,
                Vec::new(),
            ));
        }
    }
    Ok(lines)
}

/// The periods whose invoice is dated by the day asked for.
pub(super) fn due_cycles(known: &Known<'_>, charge: &Charge) -> Result<Vec<Cycle>, BillingError> {
    let Some(recurrence) = Recurrence::of(&charge.schedule) else {
        return Ok(Vec::new());
    };
    let mut cycles = known.cycles(charge, &recurrence)?;
    cycles.retain(|cycle| cycle.invoice_date <= known.through);
    Ok(cycles)
}

/// A charge that buys credits is not income yet: its lines say so.
pub(super) fn component(known: &Known<'_>, charge: &Charge) -> Component {
    let bought = known
        .plan
        .pools
        .iter()
        .find(|pool| pool.bought_by.as_ref() == Some(&charge.id));
    bought.map_or(Component::Base, |pool| Component::CreditPurchase {
        pool: pool.id.clone(),
    })
}

/// The parts of a period in which the price stays the same. A charge that is never charged in part keeps the price of
/// the period's first day, and so does one with a minimum or maximum that holds for the period as a whole.
pub(super) fn pieces(known: &Known<'_>, charge: &Charge, period: Period) -> Vec<Period> {
    let whole_bound = |bound: &Option<Bound>| bound.as_ref().is_some_and(|bound| !bound.prorated);
    if !charge.prorated || whole_bound(&charge.minimum) || whole_bound(&charge.maximum) {
        return vec![period];
    }
    let changes = changes_in(charge, known.uplift(), known.discounts_on(charge), period);
    cut(period, &changes)
}

/// A period cut on some days inside it, in order.
pub(super) fn cut(period: Period, days: &[Date]) -> Vec<Period> {
    let starts = std::iter::once(period.start()).chain(days.iter().copied());
    let ends = days.iter().copied().chain(std::iter::once(period.end()));
    starts
        .zip(ends)
        .filter_map(|(start, end)| Period::try_new(start, end).ok())
        .collect()
}
