//! Collective invoices: what several contracts bill an account on one day becomes one document, where the account wants
//! that.

use std::collections::HashSet;

use billing::draft::{CollectiveError, Part, TaxLine, agree, collect};
use pricing::money::{Currency, Money};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::invoice::{Invoice, Line, TaxTotal};
use crate::store::accounts::Parked;
use crate::store::arrangements;

/// Drafts with those put together that are to be, and the accounts for which that cannot be done.
pub(super) async fn put_together(
    connection: &mut PgConnection,
    tenant: Uuid,
    drafts: Vec<Invoice>,
) -> Result<(Vec<Invoice>, Vec<Parked>), sqlx::Error> {
    if drafts.len() < 2 || !arrangements::any(connection, tenant).await? {
        return Ok((drafts, Vec::new()));
    }
    let accounts: HashSet<&str> = drafts.iter().map(|draft| draft.account.as_str()).collect();
    let accounts: Vec<&str> = accounts.into_iter().collect();
    let wanting = arrangements::collective(connection, tenant, &accounts).await?;
    Ok(by_account(drafts, &wanting))
}

fn by_account(drafts: Vec<Invoice>, wanting: &HashSet<String>) -> (Vec<Invoice>, Vec<Parked>) {
    let mut groups: Vec<Vec<Invoice>> = Vec::new();
    for draft in drafts {
        let fits = |group: &&mut Vec<Invoice>| group.iter().all(|other| belong(other, &draft));
        match groups
            .iter_mut()
            .find(fits)
            .filter(|_| wanting.contains(&draft.account))
        {
            Some(group) => group.push(draft),
            None => groups.push(vec![draft]),
        }
    }
    let (mut all, mut parked) = (Vec::new(), Vec::new());
    for group in groups {
        let account = group.first().map(|draft| draft.account.clone());
        match together(group) {
            Ok(invoices) => all.extend(invoices),
            Err(error) => parked.push(Parked {
                account: account.unwrap_or_default(),
                plan: String::new(),
                reason: format!("its collective invoice cannot be put together: {error}"),
            }),
        }
    }
    (all, parked)
}

/// Can two drafts stand on one document?
fn belong(one: &Invoice, other: &Invoice) -> bool {
    let key = |draft: &Invoice| (draft.series, draft.currency, draft.invoice_date, draft.due_date);
    let whose = |draft: &Invoice| (draft.account.clone(), draft.issuer.clone());
    key(one) == key(other) && whose(one) == whose(other) && agree(&taxes(one), &taxes(other))
}

/// One invoice of several; of one alone, that one; of none, none. The first is that of the account's own contract, if it
/// has one.
pub(crate) fn together(mut parts: Vec<Invoice>) -> Result<Option<Invoice>, CollectiveError> {
    if parts.len() < 2 {
        return Ok(parts.pop());
    }
    let own = parts.iter().position(|part| part.bills_its_payer).unwrap_or(0);
    let first = parts.remove(own);
    parts.insert(0, first.clone());
    let money = |amount: Decimal| Money::new(amount, first.currency);
    let summed: Vec<Part> = parts
        .iter()
        .map(|part| Part {
            taxes: taxes(part),
            net: money(part.net),
            entry: part.entry.clone(),
        })
        .collect();
    let text = first.entry.text().to_owned();
    let all = collect(first.invoice_date, text, first.currency, &summed)?;
    let lines = parts.into_iter().flat_map(|part| of(part, &first.agreement));
    Ok(Some(Invoice {
        lines: lines.collect(),
        taxes: all.taxes.iter().map(total).collect(),
        net: all.net.amount,
        tax: all.total.minus(all.net).map_err(CollectiveError::from)?.amount,
        total: all.total.amount,
        entry: all.entry,
        ..first
    }))
}

/// The lines of a part, each with its agreement where that is not the first one's.
fn of(part: Invoice, first: &str) -> impl Iterator<Item = Line> + use<> {
    let other = (part.agreement != first).then_some(part.agreement);
    part.lines.into_iter().map(move |line| Line {
        agreement: other.clone(),
        ..line
    })
}

fn taxes(invoice: &Invoice) -> Vec<TaxLine> {
    let line = |tax: &TaxTotal| line(tax, invoice.currency);
    invoice.taxes.iter().map(line).collect()
}

fn line(tax: &TaxTotal, currency: Currency) -> TaxLine {
    TaxLine {
        tax: tax.tax.clone(),
        name: tax.name.clone(),
        percent: tax.percent,
        included: tax.included,
        base: Money::new(tax.net, currency),
        amount: Money::new(tax.amount, currency),
    }
}

pub(super) fn total(tax: &TaxLine) -> TaxTotal {
    TaxTotal {
        tax: tax.tax.clone(),
        name: tax.name.clone(),
        percent: tax.percent,
        included: tax.included,
        net: tax.base.amount,
        amount: tax.amount.amount,
    }
}
