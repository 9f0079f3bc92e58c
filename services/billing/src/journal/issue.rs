//! The entry of an issued invoice or credit note.

use std::collections::BTreeMap;

use pricing::money::{Money, MoneyError};
use rust_decimal::Decimal;

use super::{JournalEntry, JournalError, LedgerAccount, Posting, Side};
use crate::component::Component;
use crate::draft::{DraftInvoice, TaxLine};
use crate::line::{DueLine, ExpectedLine};

/// Debits accounts receivable with the total; credits tax payable, and for each line what it is: earned (revenue),
/// not yet earned (deferred revenue), or credits bought and drawn (customer credits).
pub fn on_issue(invoice: &DraftInvoice) -> Result<JournalEntry, JournalError> {
    let mut sums: BTreeMap<(LedgerAccount, Option<String>), Decimal> = BTreeMap::new();
    for (due, net) in net_of_included_tax(invoice)? {
        let key = (account_of(&due.line, invoice), Some(due.line.charge.clone()));
        add(&mut sums, key, net)?;
    }
    for tax in &invoice.taxes {
        add(
            &mut sums,
            (LedgerAccount::TaxPayable { tax: tax.tax.clone() }, None),
            tax.amount.amount,
        )?;
    }
    let receivable = Posting::signed(
        LedgerAccount::AccountsReceivable,
        Side::Debit,
        invoice.total.amount,
        None,
    );
    let credits = sums
        .into_iter()
        .filter_map(|((account, charge), amount)| Posting::signed(account, Side::Credit, amount, charge));
    let postings = receivable.into_iter().chain(credits).collect();
    let text = format!("invoice of {} to {}", invoice.invoice_date, invoice.account);
    JournalEntry::try_new(invoice.invoice_date, text, invoice.currency, postings)
}

/// What was served before the invoice date is earned; what is served after it is deferred until it is.
fn account_of(line: &ExpectedLine, invoice: &DraftInvoice) -> LedgerAccount {
    match &line.component {
        Component::CreditPurchase { .. }
        | Component::CreditsDrawn { .. }
        | Component::TopUp { .. }
        | Component::CommitmentAdvance
        | Component::CommitmentDrawn { .. } => LedgerAccount::CustomerCredits,
        Component::LateFee { .. } => LedgerAccount::LateFees,
        _ if line
            .service
            .is_some_and(|service| service.end() > invoice.invoice_date) =>
        {
            LedgerAccount::DeferredRevenue
        }
        _ => LedgerAccount::Revenue,
    }
}

fn add(
    sums: &mut BTreeMap<(LedgerAccount, Option<String>), Decimal>,
    key: (LedgerAccount, Option<String>),
    amount: Decimal,
) -> Result<(), MoneyError> {
    let sum = sums.entry(key).or_default();
    *sum = sum.checked_add(amount).ok_or(MoneyError::Overflow)?;
    Ok(())
}

/// Each line without the tax it contains. The tax of a rate is spread by running sums, so that the parts add up to
/// the tax on the invoice.
pub(crate) fn net_of_included_tax(invoice: &DraftInvoice) -> Result<Vec<(&DueLine, Decimal)>, MoneyError> {
    let mut seen: BTreeMap<&str, (Money, Money)> = BTreeMap::new();
    let mut nets = Vec::with_capacity(invoice.lines.len());
    for due in &invoice.lines {
        let Some(tax) = included_tax(invoice, due) else {
            nets.push((due, due.line.amount.amount));
            continue;
        };
        let zero = Money::zero(invoice.currency);
        let (gross, taken) = seen.entry(&tax.tax).or_insert((zero, zero));
        *gross = gross.plus(due.line.amount)?;
        let tax_so_far = share(tax, *gross)?;
        let of_line = tax_so_far.minus(*taken)?;
        *taken = tax_so_far;
        nets.push((due, due.line.amount.minus(of_line)?.amount));
    }
    Ok(nets)
}

fn included_tax<'a>(invoice: &'a DraftInvoice, due: &DueLine) -> Option<&'a TaxLine> {
    let id = due.line.tax.as_ref()?;
    invoice.taxes.iter().find(|tax| tax.included && tax.tax == *id)
}

fn share(tax: &TaxLine, gross: Money) -> Result<Money, MoneyError> {
    let of = Decimal::ONE_HUNDRED.checked_add(tax.percent);
    let amount = of.and_then(|of| gross.amount.checked_mul(tax.percent)?.checked_div(of));
    Ok(Money::new(amount.ok_or(MoneyError::Overflow)?, gross.currency).rounded())
}
