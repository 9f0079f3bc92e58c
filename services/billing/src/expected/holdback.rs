//! The part of a milestone's amount that is kept back until another milestone releases it.

use pricing::money::{Money, MoneyError};
use pricing::plan::{Charge, Holdback};
use pricing::working::Step;
use rust_decimal::Decimal;

use super::BillingError;
use super::known::{Known, amount_fault};
use super::once::milestone_reached;
use crate::component::Component;
use crate::line::ExpectedLine;

/// The line without what is kept back, and what was kept back once it is released. The two add up to the whole.
pub(super) fn keep_back(
    known: &Known<'_>,
    charge: &Charge,
    milestone: &str,
    line: ExpectedLine,
) -> Result<Vec<ExpectedLine>, BillingError> {
    let holdback = known
        .milestone(milestone)
        .and_then(|milestone| milestone.holdback.as_ref());
    let Some(holdback) = holdback else {
        return Ok(vec![line]);
    };
    let fault = amount_fault(&charge.id);
    let held = held(line.amount, holdback).map_err(&fault)?;
    let released = milestone_reached(known, charge, &holdback.released_by)?;
    let mut lines = vec![reduced(line.clone(), holdback, held).map_err(&fault)?];
    if let Some(released) = released {
        let facts = [line.facts.clone(), released.facts].concat();
        let invoice_date = released.on.max(line.invoice_date);
        lines.push(release(
            ExpectedLine {
                invoice_date,
                facts,
                ..line
            },
            holdback,
            held,
        ));
    }
    Ok(lines)
}

fn held(amount: Money, holdback: &Holdback) -> Result<Money, MoneyError> {
    let part = amount
        .amount
        .checked_mul(holdback.percent)
        .and_then(|part| part.checked_div(Decimal::ONE_HUNDRED));
    Ok(Money::new(part.ok_or(MoneyError::Overflow)?, amount.currency).rounded())
}

fn reduced(line: ExpectedLine, holdback: &Holdback, held: Money) -> Result<ExpectedLine, MoneyError> {
    let mut line = line;
    line.amount = line.amount.minus(held)?;
    let amount = Decimal::ZERO
        .checked_sub(held.amount)
        .ok_or(MoneyError::Overflow)?;
    line.working.steps.push(Step::Amount {
        name: format!("{} % kept back", holdback.percent.normalize()),
        amount,
    });
    Ok(line)
}

fn release(line: ExpectedLine, holdback: &Holdback, held: Money) -> ExpectedLine {
    let mut working = pricing::working::Working::new(held.currency);
    working.steps.push(Step::Amount {
        name: line.description.clone(),
        amount: line.amount.amount,
    });
    working.steps.push(Step::DiscountPercent {
        name: "billed on completion".to_owned(),
        percent: Decimal::ONE_HUNDRED.saturating_sub(holdback.percent),
    });
    working.steps.push(Step::Rounded {
        digits: held.currency.minor_digits(),
    });
    let description = format!(
        "{}: release of {} % kept back",
        line.description,
        holdback.percent.normalize()
    );
    ExpectedLine {
        component: Component::HoldbackRelease,
        description,
        amount: held,
        working,
        ..line
    }
}
