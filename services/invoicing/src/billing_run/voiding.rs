//! Taking an invoice back as a whole: a credit note over all its lines, with a number and an entry of its own.
//!
//! What the contract owes is not touched by it. The next run finds the days billed and taken back, and bills what the
//! terms and facts then say.

use billing::component::UnknownComponent;
use billing::journal::JournalError;
use billing::line::{DueLine, DueReason, ExpectedLine};
use billing::settlement::reversed;
use jiff::civil::Date;
use pricing::money::{Currency, Money};
use pricing::working::{Step, Working};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::drafting;
use super::issue;
use super::sequence::Places;
use super::{Basis, Founded};
use crate::author::Author;
use crate::invoice::{Invoice, Line, Series, Standing, TaxTotal};
use crate::store::{self, invoices, journal};

/// Why no credit note was written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum VoidingError {
    #[error(transparent)]
    Component(#[from] UnknownComponent),
    #[error(transparent)]
    Journal(#[from] JournalError),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Issues the credit note that takes an invoice back on a day. The account is held, and nothing contradicts it.
pub(crate) async fn take_back(
    connection: &mut PgConnection,
    author: &Author,
    run: &str,
    invoice: &Invoice,
    on: Date,
) -> Result<Invoice, VoidingError> {
    let number = invoice.number().unwrap_or_default();
    let due = invoice
        .lines
        .iter()
        .map(|line| opposite(line, invoice, &number, on));
    let due: Vec<DueLine> = due.collect::<Result<_, _>>()?;
    let draft = Invoice {
        lines: placed(connection, author, invoice, &due).await?,
        entry: reversed(&invoice.entry, on, format!("{number} is void"))?,
        ..credit_note(invoice, on)
    };
    let issued = issue::number(connection, author, vec![draft]).await?;
    invoices::add(connection, author, run, &issued).await?;
    journal::write(connection, author, &issued).await?;
    store::basis::add(connection, author, &founded(&issued, on)).await?;
    issued
        .into_iter()
        .next()
        .ok_or_else(|| store::corrupt("a credit note that was not numbered").into())
}

/// The lines that take back those of an invoice, each with its place under its own agreement.
async fn placed(
    connection: &mut PgConnection,
    author: &Author,
    invoice: &Invoice,
    due: &[DueLine],
) -> Result<Vec<Line>, sqlx::Error> {
    let mut lines: Vec<Option<Line>> = vec![None; due.len()];
    for agreement in invoice.agreements() {
        let billed = invoices::billed(connection, author.tenant(), agreement).await?;
        let of_it = |at: &usize| {
            let line = invoice.lines.get(*at);
            line.is_some_and(|line| invoice.agreement_of(line) == agreement)
        };
        let own: Vec<usize> = (0..due.len()).filter(of_it).collect();
        let its: Vec<(&DueLine, bool)> = own
            .iter()
            .filter_map(|at| due.get(*at))
            .map(|due| (due, false))
            .collect();
        for ((at, (due, _)), place) in own.iter().zip(&its).zip(Places::of(&billed).assign(&its)) {
            if let (Some(line), Some(voided)) = (lines.get_mut(*at), invoice.lines.get(*at)) {
                *line = Some(Line {
                    agreement: voided.agreement.clone(),
                    ..drafting::line(due, place, Vec::new())
                });
            }
        }
    }
    Ok(lines.into_iter().flatten().collect())
}

/// The whole of it with the other sign, before its lines and its entry.
fn credit_note(invoice: &Invoice, on: Date) -> Invoice {
    let taxes = invoice.taxes.iter().map(|tax| TaxTotal {
        net: negative(tax.net),
        amount: negative(tax.amount),
        ..tax.clone()
    });
    Invoice {
        id: Uuid::nil(),
        standing: Standing::Preview,
        series: Series::CreditNote,
        invoice_date: on,
        due_date: on,
        taxes: taxes.collect(),
        net: negative(invoice.net),
        tax: negative(invoice.tax),
        total: negative(invoice.total),
        settled: None,
        ..invoice.clone()
    }
}

/// Zero has no sign.
fn negative(amount: Decimal) -> Decimal {
    if amount.is_zero() { amount } else { -amount }
}

fn opposite(line: &Line, invoice: &Invoice, number: &str, on: Date) -> Result<DueLine, UnknownComponent> {
    let amount = negative(line.amount);
    let line = ExpectedLine {
        charge: line.charge.clone(),
        component: line.component.parse()?,
        service: line.service,
        invoice_date: on,
        description: line.description.clone(),
        quantity: line.quantity,
        amount: Money::new(amount, invoice.currency),
        tax: line.tax.clone(),
        working: working(amount, invoice.currency, number),
        facts: Vec::new(),
        sources: line.sources.clone(),
    };
    let reason = DueReason::Voided {
        invoice: number.to_owned(),
    };
    Ok(DueLine { line, reason })
}

fn working(amount: Decimal, currency: Currency, number: &str) -> Working {
    let name = format!("{number} is void");
    Working {
        currency,
        steps: vec![Step::Amount { name, amount }],
    }
}

/// It rests on nothing but the invoice; it is kept in the order of what was issued, so that whatever is computed later
/// knows it as billed before.
fn founded(issued: &[Invoice], on: Date) -> Vec<Founded> {
    let of_note = |note: &Invoice| {
        let agreements = note.agreements().into_iter();
        let founded = agreements.map(|agreement| Founded {
            basis: Basis::of_nothing(agreement.to_owned(), on),
            invoices: vec![note.id],
        });
        founded.collect::<Vec<_>>()
    };
    issued.iter().flat_map(of_note).collect()
}
