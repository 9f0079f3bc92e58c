//! Recurring charges of a fixed quantity, and how a period is cut where its price changes.

use jiff::civil::Date;
use pricing::money::{Money, MoneyError};
use pricing::period::Period;
use pricing::plan::{Bound, Charge};
use pricing::price::Measured;
use pricing::rate::{changes_in, rate};
use pricing::working::{Step, Working};
use rust_decimal::Decimal;

use super::BillingError;
use super::known::{Known, amount_fault, line_of};
use super::stretch::{Stretch, Turn, TurnPart};
use crate::component::Component;
use crate::line::ExpectedLine;
use crate::schedule::Recurrence;

pub(super) fn fixed(
    known: &Known<'_>,
    stretch: &Stretch<'_>,
    units: Decimal,
) -> Result<Vec<ExpectedLine>, BillingError> {
    let mut lines = Vec::new();
    for turn in due_turns(known, stretch)? {
        for service in pieces(known, stretch, turn.service) {
            let rated = rate(&known.rate_input(stretch, service, turn.whole, Measured::Units(units)))?;
            let line = line_of(
                stretch.charge,
                Component::Base,
                Some(service),
                turn.invoice_date,
                rated,
                Vec::new(),
            );
            lines.push(as_part(known, line, &turn)?);
        }
    }
    Ok(lines)
}

/// What a stretch bills of a recurring charge by the day asked for.
pub(super) fn due_turns(known: &Known<'_>, stretch: &Stretch<'_>) -> Result<Vec<Turn>, BillingError> {
    let Some(recurrence) = Recurrence::of(&stretch.charge.schedule) else {
        return Ok(Vec::new());
    };
    let mut turns = stretch.turns(known, &recurrence)?;
    turns.retain(|turn| turn.invoice_date <= known.through);
    Ok(turns)
}

/// A line of the charge itself, told apart where terms changed inside a period.
pub(super) fn as_part(
    known: &Known<'_>,
    line: ExpectedLine,
    turn: &Turn,
) -> Result<ExpectedLine, BillingError> {
    match turn.part {
        TurnPart::Own => {
            let component = component(known, &line.charge);
            Ok(ExpectedLine { component, ..line })
        }
        TurnPart::Resumed => Ok(ExpectedLine {
            component: Component::Amended {
                on: turn.invoice_date,
            },
            ..line
        }),
        TurnPart::GivenBack => {
            let component = Component::AmendedCredit {
                on: turn.invoice_date,
            };
            let charge = line.charge.clone();
            negated(ExpectedLine { component, ..line }).map_err(amount_fault(&charge))
        }
    }
}

/// The same amount given back; its working becomes the words of one step.
fn negated(line: ExpectedLine) -> Result<ExpectedLine, MoneyError> {
    let amount = Money::zero(line.amount.currency).minus(line.amount)?;
    let step = Step::Amount {
        name: format!("earlier terms ({})", line.working),
        amount: amount.amount,
    };
    let working = Working {
        currency: amount.currency,
        steps: vec![step],
    };
    Ok(ExpectedLine {
        amount,
        working,
        quantity: None,
        ..line
    })
}

/// A charge that buys credits is not income yet: its lines say so.
pub(super) fn component(known: &Known<'_>, charge: &str) -> Component {
    let bought = known.latest(|plan| {
        plan.pools
            .iter()
            .find(|pool| pool.bought_by.as_deref() == Some(charge))
    });
    bought.map_or(Component::Base, |pool| Component::CreditPurchase {
        pool: pool.id.clone(),
    })
}

/// The parts of a period in which the price stays the same. A charge that is never charged in part keeps the price of
/// the period's first day, and so does one with a minimum or maximum that holds for the period as a whole.
pub(super) fn pieces(known: &Known<'_>, stretch: &Stretch<'_>, period: Period) -> Vec<Period> {
    let charge: &Charge = stretch.charge;
    let whole_bound = |bound: &Option<Bound>| bound.as_ref().is_some_and(|bound| !bound.prorated);
    if !charge.prorated || whole_bound(&charge.minimum) || whole_bound(&charge.maximum) {
        return vec![period];
    }
    cut(
        period,
        &changes_in(charge, known.uplift(), &stretch.discounts, period),
    )
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
