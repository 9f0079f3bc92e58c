//! Amounts, dates and states of invoices, as a person reads them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::civil::Date;
use rust_decimal::Decimal;
use wire::invoicing::v1::{Invoice, InvoiceKind, InvoiceState};

use crate::wording::grouped;

/// The decimal that travelled; what is none counts as nothing in a picture, and stays what it is in the table.
pub(super) fn decimal(text: &str) -> Decimal {
    text.parse().unwrap_or_default()
}

/// `1,234.50 USD`.
pub(super) fn money(amount: &str, currency: &str) -> String {
    format!("{} {currency}", grouped(amount)).trim_end().to_owned()
}

/// Currencies, the one that occurs most first; as many as pictures fit on a page.
pub(super) fn most_used<'c>(currencies: impl Iterator<Item = &'c str>) -> Vec<&'c str> {
    const PICTURES: usize = 4;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for currency in currencies {
        let count = counts.entry(currency).or_default();
        *count = count.saturating_add(1);
    }
    let mut found: Vec<(&str, usize)> = counts.into_iter().collect();
    found.sort_by_key(|(_, count)| Reverse(*count));
    found
        .into_iter()
        .map(|(currency, _)| currency)
        .take(PICTURES)
        .collect()
}

/// Days from a day that travelled to another; negative where it still comes.
pub(super) fn days_since(day: &str, today: Date) -> Option<i32> {
    let day: Date = day.parse().ok()?;
    day.until(today).ok().map(|span| span.get_days())
}

/// A state as a chip shows it: its words and their tone.
pub(super) fn chip(invoice: &Invoice, today: Date) -> (String, &'static str) {
    let plain = |words: &str, tone| (words.to_owned(), tone);
    if invoice.kind() == InvoiceKind::CreditNote {
        return plain("credit note", "plain");
    }
    match invoice.state() {
        InvoiceState::Paid => plain("paid", "good"),
        InvoiceState::Void => plain("void", "plain"),
        InvoiceState::Uncollectible => plain("written off", "stop"),
        InvoiceState::Draft | InvoiceState::Preview | InvoiceState::Unspecified => plain("draft", "busy"),
        InvoiceState::Issued => match days_since(&invoice.due_date, today) {
            Some(1) => plain("1 day overdue", "stop"),
            Some(late) if late > 1 => (format!("{late} days overdue"), "stop"),
            _ if partly_paid(invoice) => plain("partly paid", "warn"),
            _ => plain("issued", "info"),
        },
    }
}

fn partly_paid(invoice: &Invoice) -> bool {
    let paid = invoice
        .settlement
        .as_ref()
        .map(|settlement| decimal(&settlement.paid));
    paid.is_some_and(|paid| !paid.is_zero())
}

/// What is still owed of it; nothing where it is closed.
pub(super) fn owed(invoice: &Invoice) -> &str {
    let open = invoice.state() == InvoiceState::Issued && invoice.kind() == InvoiceKind::Invoice;
    let owed = invoice
        .settlement
        .as_ref()
        .map(|settlement| settlement.owed.as_str());
    owed.filter(|_| open).unwrap_or_default()
}

/// As people call it.
pub(super) fn name(invoice: &Invoice) -> &str {
    if invoice.number.is_empty() {
        "draft"
    } else {
        &invoice.number
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invoice_is_overdue_from_the_day_after_it_was_due() {
        let today: Date = "2026-03-01".parse().unwrap();
        let invoice = |due: &str, state: InvoiceState| Invoice {
            due_date: due.to_owned(),
            state: state.into(),
            ..Invoice::default()
        };
        for (due, state, words) in [
            ("2026-03-01", InvoiceState::Issued, "issued"),
            ("2026-02-28", InvoiceState::Issued, "1 day overdue"),
            ("2026-01-30", InvoiceState::Issued, "30 days overdue"),
            ("2026-01-30", InvoiceState::Paid, "paid"),
            ("", InvoiceState::Preview, "draft"),
        ] {
            assert_eq!(chip(&invoice(due, state), today).0, words, "{due}");
        }
    }
}
