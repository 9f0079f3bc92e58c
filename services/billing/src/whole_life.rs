//! A contract over its whole life: what it will have invoiced, collected and earned, month by month, as it stands and as
//! an amendment would have it.

mod revenue;

use std::collections::BTreeMap;

use jiff::civil::Date;
use pricing::money::{Currency, Money, MoneyError};
use pricing::plan::Plan;
use serde::{Deserialize, Serialize};

use crate::difference::difference;
use crate::draft::{DraftError, DraftInvoice, Run, draft};
use crate::expected::{BillingError, expected_over};
use crate::facts::Facts;
use crate::revenue::RevenueError;

/// One calendar month in which anything is invoiced, due or earned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Month {
    /// Its first day.
    pub month: Date,
    /// Before tax, by the dates of invoices.
    pub invoiced: Change,
    /// With tax, by due dates: what comes in when everybody pays on the day.
    pub cash: Change,
    /// Without tax, by the days of service: what is earned of what is invoiced by then. Credits bought ahead are earned as
    /// they are used.
    pub revenue: Change,
}

/// An amount as it stands and as it would be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// As the contract stands.
    pub before: Money,
    /// With the amendment.
    pub after: Money,
}

/// Why a life could not be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WholeLifeError {
    /// Its lines cannot be computed.
    #[error(transparent)]
    Expected(#[from] BillingError),
    /// They cannot be put on invoices.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// What is earned cannot be computed.
    #[error(transparent)]
    Revenue(#[from] RevenueError),
    /// A sum could not be computed.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// Every invoice and credit note of a plan and its amendments, from the first day through a day, as if all that is
/// known had been known from the beginning.
pub fn invoices(
    versions: &[&Plan],
    facts: &Facts,
    through: Date,
) -> Result<Vec<DraftInvoice>, WholeLifeError> {
    let due = difference(&expected_over(versions, facts, through)?, &[])?;
    let last = versions.last().ok_or(BillingError::NoPlan)?;
    let run = Run {
        through,
        issued_through: None,
    };
    Ok(draft(last, due, run)?)
}

/// Two lives of one contract, month by month; months in which both have nothing are left out.
pub fn by_month(
    currency: Currency,
    before: &[DraftInvoice],
    after: &[DraftInvoice],
) -> Result<Vec<Month>, WholeLifeError> {
    let mut months = Months {
        currency,
        months: BTreeMap::new(),
    };
    for invoice in before {
        add(&mut months.at(invoice.invoice_date).invoiced.before, invoice.net)?;
        add(&mut months.at(invoice.due_date).cash.before, invoice.total)?;
        for (month, earned) in revenue::earned(invoice)? {
            add(&mut months.at(month).revenue.before, earned)?;
        }
    }
    for invoice in after {
        add(&mut months.at(invoice.invoice_date).invoiced.after, invoice.net)?;
        add(&mut months.at(invoice.due_date).cash.after, invoice.total)?;
        for (month, earned) in revenue::earned(invoice)? {
            add(&mut months.at(month).revenue.after, earned)?;
        }
    }
    Ok(months.months.into_values().collect())
}

fn add(sum: &mut Money, amount: Money) -> Result<(), MoneyError> {
    *sum = sum.plus(amount)?;
    Ok(())
}

struct Months {
    currency: Currency,
    months: BTreeMap<Date, Month>,
}

impl Months {
    fn at(&mut self, day: Date) -> &mut Month {
        let nothing = Change {
            before: Money::zero(self.currency),
            after: Money::zero(self.currency),
        };
        let month = day.first_of_month();
        self.months.entry(month).or_insert(Month {
            month,
            invoiced: nothing,
            cash: nothing,
            revenue: nothing,
        })
    }
}

impl Change {
    /// What the amendment adds; negative where it takes away.
    pub fn difference(&self) -> Result<Money, MoneyError> {
        self.after.minus(self.before)
    }
}

#[cfg(test)]
mod tests;
