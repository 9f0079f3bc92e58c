//! Expected less billed: what to bill now. Issued invoices never change; what is wrong on them is set right by lines
//! that restate the same service period.

mod carried;
mod cluster;

use std::collections::BTreeSet;

use jiff::civil::Date;
use pricing::money::{Money, MoneyError};
use pricing::working::{Step, Working};

use crate::line::{BilledLine, DueLine, DueReason, ExpectedLine};
use carried::{Carried, CarriedLine};
use cluster::Cluster;

/// New lines, and the difference of every line that was billed with another amount. Nothing for what is equal, so a
/// run repeated bills nothing.
///
/// No part of a charge is billed twice for one day: where periods were cut or joined since they were billed, the
/// difference is one line for the period that was billed. A line of zero that was never billed accompanies an invoice
/// that is due anyway; it never makes one.
pub fn difference(expected: &[ExpectedLine], billed: &[BilledLine]) -> Result<Vec<DueLine>, MoneyError> {
    let mut carried = Carried::of(billed)?;
    let mut due = Vec::new();
    let mut unmatched = Vec::new();
    for line in expected {
        match carried.take(line) {
            Some(found) => due.extend(restated(line, line.amount, &[found])?),
            None => unmatched.push(line),
        }
    }
    for cluster in cluster::by_days(unmatched, carried.into_rest()) {
        due.extend(of_cluster(&cluster)?);
    }
    Ok(without_lonely_zeros(due))
}

/// What is billed and what is expected for some days that do not coincide, tax by tax: what was billed with one tax
/// cannot settle what is owed with another.
fn of_cluster(cluster: &Cluster<'_>) -> Result<Vec<DueLine>, MoneyError> {
    let Cluster {
        expected, carried, ..
    } = cluster;
    if carried.is_empty() {
        let first = |line: &&ExpectedLine| DueLine {
            line: (*line).clone(),
            reason: DueReason::First,
        };
        return Ok(expected.iter().map(first).collect());
    }
    let (mut due, mut restatements) = (Vec::new(), Vec::new());
    for (owed, found) in cluster.by_tax() {
        if owed.is_empty() {
            for found in &found {
                due.extend(withdrawn(found)?);
            }
            continue;
        }
        let line = joined(&owed)?;
        // Nothing of it was billed with this tax, and yet it is no first line for these days.
        let nothing = || CarriedLine {
            billed: Money::zero(line.amount.currency),
            lines: all_lines(carried),
        };
        let found = if found.is_empty() { vec![nothing()] } else { found };
        restatements.extend(restated(&line, line.amount, &found)?);
    }
    due.append(&mut restatements);
    Ok(due)
}

/// Several lines for one billed period as one: each is a step of its working.
fn joined(expected: &[&ExpectedLine]) -> Result<ExpectedLine, MoneyError> {
    let mut lines = expected.iter();
    let Some(first) = lines.next() else {
        return Err(MoneyError::Overflow);
    };
    let mut all = (*first).clone();
    if expected.len() == 1 {
        return Ok(all);
    }
    all.quantity = None;
    all.working = Working::new(all.amount.currency);
    all.working.steps.push(step_of(first));
    for line in lines {
        all.amount = all.amount.plus(line.amount)?;
        all.working.steps.push(step_of(line));
        all.facts.extend(line.facts.iter().cloned());
    }
    Ok(all)
}

fn step_of(line: &ExpectedLine) -> Step {
    let days = line
        .service
        .map(|service| format!("{} to {}: ", service.start(), service.end()));
    let name = format!("{}{}", days.unwrap_or_default(), line.working);
    Step::Amount {
        name,
        amount: line.amount.amount,
    }
}

fn restated(
    line: &ExpectedLine,
    expected: Money,
    found: &[CarriedLine<'_>],
) -> Result<Option<DueLine>, MoneyError> {
    let zero = Money::zero(expected.currency);
    let billed = found.iter().try_fold(zero, |sum, found| sum.plus(found.billed))?;
    let difference = expected.minus(billed)?;
    if difference.amount.is_zero() {
        return Ok(None);
    }
    let service = found
        .iter()
        .flat_map(|found| &found.lines)
        .find_map(|billed| billed.service)
        .or(line.service);
    let reason = DueReason::Restated {
        billed,
        expected,
        invoices: invoices(found),
    };
    Ok(Some(DueLine {
        line: ExpectedLine {
            amount: difference,
            service,
            ..line.clone()
        },
        reason,
    }))
}

/// Takes back what is no longer owed; nothing where it was already taken back.
fn withdrawn(found: &CarriedLine<'_>) -> Result<Option<DueLine>, MoneyError> {
    let Some(first) = found.lines.first() else {
        return Ok(None);
    };
    if found.billed.amount.is_zero() {
        return Ok(None);
    }
    let amount = Money::zero(found.billed.currency).minus(found.billed)?;
    let step = Step::Amount {
        name: "no longer owed".to_owned(),
        amount: amount.amount,
    };
    let line = ExpectedLine {
        charge: first.charge.clone(),
        component: first.component.clone(),
        service: first.service,
        invoice_date: first.invoice_date,
        description: first.description.clone(),
        quantity: None,
        amount,
        tax: first.tax.clone(),
        working: Working {
            currency: amount.currency,
            steps: vec![step],
        },
        facts: Vec::new(),
        sources: Vec::new(),
    };
    let reason = DueReason::Withdrawn {
        billed: found.billed,
        invoices: invoices(std::slice::from_ref(found)),
    };
    Ok(Some(DueLine { line, reason }))
}

fn all_lines<'a>(carried: &[CarriedLine<'a>]) -> Vec<&'a BilledLine> {
    carried
        .iter()
        .flat_map(|found| found.lines.iter().copied())
        .collect()
}

fn invoices(found: &[CarriedLine<'_>]) -> Vec<String> {
    let lines = found.iter().flat_map(|found| &found.lines);
    let numbers: BTreeSet<&str> = lines.map(|line| line.invoice.as_str()).collect();
    numbers.into_iter().map(str::to_owned).collect()
}

fn without_lonely_zeros(due: Vec<DueLine>) -> Vec<DueLine> {
    let is_first = |due: &DueLine| due.reason == DueReason::First;
    let dates: BTreeSet<Date> = due
        .iter()
        .filter(|due| is_first(due) && !due.line.amount.amount.is_zero())
        .map(|due| due.line.invoice_date)
        .collect();
    due.into_iter()
        .filter(|due| !due.line.amount.amount.is_zero() || dates.contains(&due.line.invoice_date))
        .collect()
}

#[cfg(test)]
mod simulation;
#[cfg(test)]
mod tests;
