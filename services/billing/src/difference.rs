//! Expected less billed: what to bill now. Issued invoices never change; what is wrong on them is set right by lines
//! that restate the same service period.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use pricing::money::{Money, MoneyError};
use pricing::period::Period;
use pricing::working::{Step, Working};

use crate::component::Component;
use crate::line::{BilledLine, DueLine, DueReason, ExpectedLine};

/// New lines, and the difference of every line that was billed with another amount. Nothing for what is equal, so a
/// run repeated bills nothing.
///
/// A line of zero that was never billed accompanies an invoice that is due anyway; it never makes one.
pub fn difference(expected: &[ExpectedLine], billed: &[BilledLine]) -> Result<Vec<DueLine>, MoneyError> {
    let mut carried = Carried::of(billed)?;
    let mut due = Vec::new();
    let mut unmatched = Vec::new();
    for line in expected {
        match carried.take(line) {
            Some(found) => due.extend(restated(line, line.amount, &found)?),
            None => unmatched.push(line),
        }
    }
    for line in unmatched {
        due.extend(first_or_moved(line, &mut carried)?);
    }
    for found in carried.rest() {
        due.extend(withdrawn(&found)?);
    }
    Ok(without_lonely_zeros(due))
}

/// What invoices carry of one line.
struct CarriedLine<'a> {
    billed: Money,
    lines: Vec<&'a BilledLine>,
}

type Key<'a> = (&'a str, &'a Component, Option<&'a str>, Option<Period>);

struct Carried<'a>(BTreeMap<Key<'a>, CarriedLine<'a>>);

impl<'a> Carried<'a> {
    fn of(billed: &'a [BilledLine]) -> Result<Self, MoneyError> {
        let mut carried: BTreeMap<Key<'a>, CarriedLine<'a>> = BTreeMap::new();
        for line in billed {
            let key = (
                line.charge.as_str(),
                &line.component,
                line.tax.as_deref(),
                line.service,
            );
            let entry = carried.entry(key).or_insert_with(|| CarriedLine {
                billed: Money::zero(line.amount.currency),
                lines: Vec::new(),
            });
            entry.billed = entry.billed.plus(line.amount)?;
            entry.lines.push(line);
        }
        Ok(Self(carried))
    }

    fn take(&mut self, line: &'a ExpectedLine) -> Option<CarriedLine<'a>> {
        let key = (
            line.charge.as_str(),
            &line.component,
            line.tax.as_deref(),
            line.service,
        );
        self.0.remove(&key)
    }

    /// A line of the same part whose service period overlaps: the period was cut or extended since.
    fn take_overlapping(&mut self, line: &ExpectedLine) -> Option<CarriedLine<'a>> {
        let service = line.service?;
        let same_part = |(charge, component, tax, billed): &Key<'a>| {
            *charge == line.charge
                && **component == line.component
                && *tax == line.tax.as_deref()
                && billed.is_some_and(|billed| billed.overlap(service).is_some())
        };
        let key = *self.0.keys().find(|key| same_part(key))?;
        self.0.remove(&key)
    }

    fn rest(self) -> impl Iterator<Item = CarriedLine<'a>> {
        self.0.into_values()
    }
}

fn restated(
    line: &ExpectedLine,
    expected: Money,
    found: &CarriedLine<'_>,
) -> Result<Option<DueLine>, MoneyError> {
    let difference = expected.minus(found.billed)?;
    if difference.amount.is_zero() {
        return Ok(None);
    }
    let reason = DueReason::Restated {
        billed: found.billed,
        expected,
        invoices: invoices(found),
    };
    Ok(Some(DueLine {
        line: ExpectedLine {
            amount: difference,
            ..line.clone()
        },
        reason,
    }))
}

fn first_or_moved(line: &ExpectedLine, carried: &mut Carried<'_>) -> Result<Option<DueLine>, MoneyError> {
    match carried.take_overlapping(line) {
        Some(found) => {
            let of_billed_period = found.lines.first().and_then(|billed| billed.service);
            let due = restated(line, line.amount, &found)?;
            Ok(due.map(|due| DueLine {
                line: ExpectedLine {
                    service: of_billed_period,
                    ..due.line
                },
                ..due
            }))
        }
        None => Ok(Some(DueLine {
            line: line.clone(),
            reason: DueReason::First,
        })),
    }
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
    let working = Working {
        currency: amount.currency,
        steps: vec![Step::Amount {
            name: "no longer owed".to_owned(),
            amount: amount.amount,
        }],
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
        working,
        facts: Vec::new(),
        sources: Vec::new(),
    };
    let reason = DueReason::Withdrawn {
        billed: found.billed,
        invoices: invoices(found),
    };
    Ok(Some(DueLine { line, reason }))
}

fn invoices(found: &CarriedLine<'_>) -> Vec<String> {
    let numbers: BTreeSet<&str> = found.lines.iter().map(|line| line.invoice.as_str()).collect();
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
