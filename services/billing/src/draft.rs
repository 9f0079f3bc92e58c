//! Drafts: due lines put on invoices and credit notes, with due date, tax and total. Preview, dry run and run share
//! them.

mod collective;
mod early;
mod group;
mod payers;
mod tax;

use jiff::civil::Date;
use pricing::money::{Currency, Money, MoneyError};
use pricing::plan::{Plan, Tax};
use serde::{Deserialize, Serialize};

use crate::line::DueLine;
use crate::schedule::{ScheduleError, due_date};

pub use collective::{Collective, CollectiveError, Part, agree, collect};
pub use early::{EarlyOffer, early_offer};
pub use payers::{Paid, Payer, Pays, divide};
pub use tax::TaxLine;

/// An invoice or credit note as it would be issued, in everything but its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DraftInvoice {
    /// What it is.
    pub kind: DraftKind,
    /// The account that is billed.
    pub account: String,
    /// All amounts are in it.
    pub currency: Currency,
    /// The day it is dated.
    pub invoice_date: Date,
    /// The day it must be paid; the invoice date on a credit note.
    pub due_date: Date,
    /// In the order of the plan's charges; negative amounts are credits.
    pub lines: Vec<DueLine>,
    /// Before tax.
    pub net: Money,
    /// One for each tax, on the sum of its rounded lines.
    pub taxes: Vec<TaxLine>,
    /// What is to be paid; negative on a credit note.
    pub total: Money,
    /// What settles it if paid early, where the contract rewards that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub early: Option<EarlyOffer>,
}

/// Is something owed or given back?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DraftKind {
    /// The customer owes the total (which may be zero).
    Invoice,
    /// The provider owes it: the total is negative.
    CreditNote,
}

/// The run that drafts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// The day through which everything is billed; corrections are dated by it.
    pub through: Date,
    /// Date of the latest invoice issued for the plan. A line learned after later invoices went out is dated by the
    /// run, never before them.
    pub issued_through: Option<Date>,
}

/// Why due lines could not become invoices.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// A line names a tax that the plan does not hold.
    #[error(
        "the line `{line}` names the tax `{tax}`, which the plan does not hold: add it to the plan's taxes"
    )]
    UnknownTax {
        /// What stands on the line.
        line: String,
        /// Id of the tax.
        tax: String,
    },
    /// The due date could not be computed.
    #[error(transparent)]
    Schedule(#[from] ScheduleError),
    /// A sum could not be computed.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// The invoices and credit notes that bill the due lines, in the order of their dates.
///
/// Where the plan turns credits into lines of the next invoice and no invoice is due, they wait: nothing is drafted
/// for them, and the next run finds them due again.
pub fn draft(plan: &Plan, due: Vec<DueLine>, run: Run) -> Result<Vec<DraftInvoice>, DraftError> {
    draft_over(&[plan], plan, due, run)
}

/// The same for an agreement that was amended, by the terms of the version in force. What another version billed may
/// have to be taken back with a tax that this one no longer has, so all versions come along, in their order.
pub fn draft_over(
    versions: &[&Plan],
    in_force: &Plan,
    due: Vec<DueLine>,
    run: Run,
) -> Result<Vec<DraftInvoice>, DraftError> {
    let taxes = tax::known(versions, in_force);
    group::by_date(in_force, due, run)?
        .into_iter()
        .map(|(date, lines)| total_up(in_force, &taxes, date, lines))
        .collect()
}

fn total_up(
    plan: &Plan,
    taxes: &[&Tax],
    invoice_date: Date,
    mut lines: Vec<DueLine>,
) -> Result<DraftInvoice, DraftError> {
    lines.sort_by_cached_key(|due| group::place(plan, due));
    let sum = group::sum(plan.currency, &lines)?;
    let taxes = tax::on_lines(plan, taxes, &lines)?;
    let (net, total) = tax::net_and_total(sum, &taxes)?;
    let is_credit = total.amount.is_sign_negative() && !total.amount.is_zero();
    let early = plan.payment.early.as_ref();
    let early = early
        .map(|early| early_offer(total, invoice_date, early))
        .transpose()?;
    Ok(DraftInvoice {
        kind: if is_credit {
            DraftKind::CreditNote
        } else {
            DraftKind::Invoice
        },
        account: plan.account.clone(),
        currency: plan.currency,
        invoice_date,
        due_date: if is_credit {
            invoice_date
        } else {
            due_date(invoice_date, &plan.payment)?
        },
        lines,
        net,
        taxes,
        total,
        early: early.flatten(),
    })
}

#[cfg(test)]
mod tests;
