//! The lines of credits: what they paid, and what was bought again.

use std::collections::BTreeMap;

use jiff::civil::Date;
use pricing::money::{Money, MoneyError};
use pricing::period::Period;
use pricing::source::FieldSource;
use pricing::working::{Step, Working};
use rust_decimal::Decimal;

use super::super::BillingError;
use super::super::known::{Known, amount_fault};
use super::{Paid, TopUpMade};
use crate::component::Component;
use crate::line::ExpectedLine;

/// Who paid, as a line shows it.
pub(in super::super) struct Payer<'a> {
    pub(in super::super) name: &'a str,
    pub(in super::super) pays_tax: bool,
    pub(in super::super) sources: &'a [FieldSource],
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct DrawnKey {
    charge: String,
    component: Component,
    service: Option<Period>,
    invoice_date: Date,
}

/// One negative line for each line and the pool, or commitment, that paid it.
pub(in super::super) fn drawn_lines<'a>(
    known: &Known<'_>,
    drawn: Vec<Paid<'_>>,
    payer: impl Fn(&str) -> Option<Payer<'a>>,
    component: impl Fn(&str, Component) -> Component,
) -> Result<Vec<ExpectedLine>, BillingError> {
    let mut sums: BTreeMap<DrawnKey, Paid<'_>> = BTreeMap::new();
    for paid in drawn {
        let key = DrawnKey {
            charge: paid.request.charge.id.clone(),
            component: component(&paid.account, paid.request.component.clone()),
            service: paid.request.service,
            invoice_date: paid.request.invoice_date,
        };
        match sums.get_mut(&key) {
            Some(sum) => sum.amount = sum.amount.saturating_add(paid.amount),
            None => {
                sums.insert(key, paid);
            }
        }
    }
    let mut lines = Vec::with_capacity(sums.len());
    for (key, paid) in sums {
        if let Some(payer) = payer(&paid.account) {
            lines.push(drawn_line(known, key, paid, &payer)?);
        }
    }
    Ok(lines)
}

fn drawn_line(
    known: &Known<'_>,
    key: DrawnKey,
    paid: Paid<'_>,
    payer: &Payer<'_>,
) -> Result<ExpectedLine, BillingError> {
    let charge = paid.request.charge;
    let amount = known
        .zero()
        .minus(Money::new(paid.amount, known.plan.currency))
        .map_err(amount_fault(&charge.id))?
        .rounded();
    let step = Step::CreditDrawn {
        pool: paid.account,
        amount: paid.amount,
    };
    Ok(ExpectedLine {
        charge: key.charge,
        component: key.component,
        service: key.service,
        invoice_date: key.invoice_date,
        description: format!("{} paid by {}", charge.name, payer.name),
        quantity: None,
        amount,
        // A pool that pays the tax too leaves the tax on the invoice and pays it; any other pays before tax.
        tax: charge.tax.clone().filter(|_| !payer.pays_tax),
        working: Working {
            currency: amount.currency,
            steps: vec![step],
        },
        facts: Vec::new(),
        sources: payer.sources.to_vec(),
    })
}

pub(super) fn of_top_up(known: &Known<'_>, made: &TopUpMade) -> Result<Option<ExpectedLine>, BillingError> {
    let pools = &known.plan_on(made.on).pools;
    let Some(pool) = pools.iter().find(|pool| pool.id == made.pool) else {
        return Ok(None);
    };
    let Some(terms) = &pool.top_up else {
        return Ok(None);
    };
    // So many times the grant; up to a target it may be any part of it.
    let times = match terms.to {
        None => made.units.checked_div(terms.grant),
        Some(_) => None,
    };
    let quantity = times.unwrap_or(made.units);
    let steps = vec![
        Step::PerUnit {
            quantity,
            unit_price: terms.price,
            per: times.map_or(terms.grant, |_| Decimal::ONE),
        },
        Step::Rounded {
            digits: known.plan.currency.minor_digits(),
        },
    ];
    let working = Working {
        currency: known.plan.currency,
        steps,
    };
    let amount = working
        .recompute()
        .map_err(|_| amount_fault(&pool.id)(MoneyError::Overflow))?;
    let purchase = known
        .charges()
        .find(|charge| Some(&charge.id) == pool.bought_by.as_ref());
    Ok(Some(ExpectedLine {
        charge: pool.id.clone(),
        component: Component::TopUp { on: made.on },
        service: None,
        invoice_date: made.on,
        description: format!("{}: top-up", pool.name),
        quantity: Some(quantity),
        amount,
        tax: purchase.and_then(|purchase| purchase.tax.clone()),
        working,
        facts: Vec::new(),
        sources: pool.sources.clone(),
    }))
}
