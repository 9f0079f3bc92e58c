//! Late fees: what the contract asks for each month or year in which an invoice stays unpaid after its due date.
//!
//! Contracts *may* charge them, so only invoices that somebody decided to charge them on are among the facts. The months
//! run from the due date; within one, each stretch of days with the same amount overdue is a line of its own, so that a
//! payment learned late restates its own days. Late fees bear none themselves.

use std::collections::BTreeSet;

use jiff::civil::Date;
use pricing::money::{Money, MoneyError};
use pricing::period::Period;
use pricing::plan::{Cadence, CadenceUnit, LateFee, LateFeePer, Plan};
use pricing::source::FieldSource;
use pricing::working::{Step, Working};
use rust_decimal::Decimal;

use super::BillingError;
use super::known::{Known, amount_fault};
use crate::component::Component;
use crate::facts::Receivable;
use crate::line::ExpectedLine;
use crate::schedule::{Grid, days_between};

/// What stands for the charge on the lines: the plan has none for it.
const CHARGE: &str = "late-fee";
/// Days of a year, where the percentage is for one.
const YEAR: u32 = 365;

pub(super) fn fees(known: &Known<'_>) -> Result<Vec<ExpectedLine>, BillingError> {
    let mut lines = Vec::new();
    for receivable in &known.facts.receivables {
        let plan = known.plan_on(receivable.due);
        if let Some(late) = plan.payment.late {
            lines.extend(of_one(known, plan, late, receivable)?);
        }
    }
    Ok(lines)
}

fn of_one(
    known: &Known<'_>,
    plan: &Plan,
    late: LateFee,
    receivable: &Receivable,
) -> Result<Vec<ExpectedLine>, BillingError> {
    let until = receivable
        .closed
        .map_or(known.through, |on| on.min(known.through));
    let monthly = Cadence {
        count: 1,
        unit: CadenceUnit::Month,
    };
    let fault = |fault| BillingError::Schedule {
        charge: CHARGE.to_owned(),
        fault,
    };
    let grid = Grid::try_new(receivable.due, monthly).map_err(fault)?;
    let mut lines = Vec::new();
    for number in 0.. {
        let month = grid.period(number).map_err(fault)?;
        if month.start() >= until {
            break;
        }
        for days in stretches(receivable, month)
            .into_iter()
            .filter(|days| days.end() <= until)
        {
            let overdue = overdue(receivable, days.start()).map_err(amount_fault(CHARGE))?;
            if overdue > Decimal::ZERO {
                lines.push(line(plan, late, receivable, (days, month), overdue)?);
            }
        }
    }
    Ok(lines)
}

/// The parts of a month in which the amount overdue stays the same.
fn stretches(receivable: &Receivable, month: Period) -> Vec<Period> {
    let changes = receivable
        .payments
        .iter()
        .map(|payment| payment.on)
        .chain(receivable.closed);
    let within = changes.filter(|day| month.start() < *day && *day < month.end());
    let mut days: BTreeSet<Date> = within.collect();
    days.extend([month.start(), month.end()]);
    let days: Vec<Date> = days.into_iter().collect();
    let pairs = days.iter().zip(days.iter().skip(1));
    pairs
        .filter_map(|(from, to)| Period::try_new(*from, *to).ok())
        .collect()
}

/// What is missing on a day; what came in on it counts.
fn overdue(receivable: &Receivable, day: Date) -> Result<Decimal, MoneyError> {
    let in_time = receivable.payments.iter().filter(|payment| payment.on <= day);
    let mut overdue = receivable.amount;
    for payment in in_time {
        overdue = overdue.checked_sub(payment.amount).ok_or(MoneyError::Overflow)?;
    }
    Ok(overdue)
}

fn line(
    plan: &Plan,
    late: LateFee,
    receivable: &Receivable,
    (days, month): (Period, Period),
    overdue: Decimal,
) -> Result<ExpectedLine, BillingError> {
    let (working, amount) = worked_out(plan, late, (days, month), overdue).map_err(amount_fault(CHARGE))?;
    Ok(ExpectedLine {
        charge: CHARGE.to_owned(),
        component: Component::LateFee {
            invoice: receivable.invoice.clone(),
        },
        service: Some(days),
        invoice_date: days.end(),
        description: format!("Late fee on {}", receivable.invoice),
        quantity: None,
        amount,
        tax: None,
        working,
        facts: vec![receivable.id.clone()],
        sources: clauses(plan),
    })
}

/// A whole month overdue costs the percentage of a month exactly.
fn worked_out(
    plan: &Plan,
    late: LateFee,
    (days, month): (Period, Period),
    overdue: Decimal,
) -> Result<(Working, Money), MoneyError> {
    let whole = match late.per {
        LateFeePer::Month => days_of(month)?,
        LateFeePer::Year => YEAR,
    };
    let mut working = Working::new(plan.currency);
    working.steps.push(Step::Percentage {
        base: overdue,
        percent: late.percent,
    });
    if days_of(days)? != whole {
        working.steps.push(Step::Prorated {
            days: days_of(days)?,
            of: whole,
        });
    }
    working.steps.push(Step::Rounded {
        digits: plan.currency.minor_digits(),
    });
    let amount = working.recompute().map_err(|_| MoneyError::Overflow)?;
    Ok((working, amount))
}

fn days_of(period: Period) -> Result<u32, MoneyError> {
    u32::try_from(days_between(period.start(), period.end())).map_err(|_| MoneyError::Overflow)
}

fn clauses(plan: &Plan) -> Vec<FieldSource> {
    let about = plan
        .sources
        .iter()
        .filter(|source| source.field.starts_with("payment.late"));
    about.cloned().collect()
}
