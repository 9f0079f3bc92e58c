//! Payments, voidings and write-offs of issued invoices.

use std::collections::HashMap;

use billing::journal::JournalEntry;
use billing::settlement::{Allocation, Closing};
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use pricing::money::{Currency, Money};
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::cash::{self, Transfer};
use super::corrupt;
use super::journal::{self, Posted};
use crate::author::Author;

/// A payment as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Payment {
    pub(crate) id: String,
    pub(crate) invoice: Uuid,
    pub(crate) allocation: Allocation,
    pub(crate) reference: String,
    /// Its journal entry.
    pub(crate) entry: Uuid,
    /// The day it was taken back, and why.
    pub(crate) returned: Option<(Date, String)>,
}

/// What happened to an invoice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct History {
    /// In the order of recording, those taken back included.
    pub(crate) payments: Vec<Payment>,
    /// Cash that was moved to it and from it later, in the order of recording.
    pub(crate) transfers: Vec<(Transfer, Allocation)>,
    /// How it was closed, and why.
    pub(crate) closing: Option<(Closing, String)>,
    /// Are late fees charged on it?
    pub(crate) late_fees: bool,
}

impl History {
    /// The payments that hold, and what was moved since.
    pub(crate) fn allocations(&self) -> Vec<Allocation> {
        let hold = self.payments.iter().filter(|payment| payment.returned.is_none());
        let moved = self.transfers.iter().map(|(_, allocation)| *allocation);
        hold.map(|payment| payment.allocation).chain(moved).collect()
    }

    pub(crate) fn closing(&self) -> Option<&Closing> {
        self.closing.as_ref().map(|(closing, _)| closing)
    }
}

struct PaymentRow {
    id: String,
    invoice: Uuid,
    currency: String,
    date: jiff_sqlx::Date,
    amount: Decimal,
    applied: Decimal,
    excess: Decimal,
    discount: Decimal,
    reference: String,
    entry: Uuid,
    returned_on: Option<jiff_sqlx::Date>,
    returned_why: Option<String>,
}

runtime::from_row!(PaymentRow {
    id,
    invoice,
    currency,
    date,
    amount,
    applied,
    excess,
    discount,
    reference,
    entry,
    returned_on,
    returned_why
});

impl TryFrom<PaymentRow> for Payment {
    type Error = sqlx::Error;

    fn try_from(row: PaymentRow) -> Result<Self, sqlx::Error> {
        let currency: Currency = row.currency.parse().map_err(corrupt)?;
        let money = |amount| Money::new(amount, currency);
        let returned_on = row.returned_on.map(jiff_sqlx::Date::to_jiff);
        Ok(Self {
            id: row.id,
            invoice: row.invoice,
            allocation: Allocation {
                on: row.date.to_jiff(),
                amount: money(row.amount),
                applied: money(row.applied),
                discount: money(row.discount),
                over: money(row.excess),
            },
            reference: row.reference,
            entry: row.entry,
            returned: returned_on.zip(row.returned_why),
        })
    }
}

/// What happened to some invoices; nothing is said of one to which nothing did.
pub(crate) async fn of_invoices(
    connection: &mut PgConnection,
    tenant: Uuid,
    invoices: &[Uuid],
) -> Result<HashMap<Uuid, History>, sqlx::Error> {
    let mut histories: HashMap<Uuid, History> = HashMap::new();
    for payment in payments(connection, tenant, invoices).await? {
        histories
            .entry(payment.invoice)
            .or_default()
            .payments
            .push(payment);
    }
    for transfer in cash::of_invoices(connection, tenant, invoices).await? {
        for invoice in invoices {
            if let Some(allocation) = transfer.on_invoice(*invoice) {
                let moved = (transfer.clone(), allocation);
                histories.entry(*invoice).or_default().transfers.push(moved);
            }
        }
    }
    for (invoice, closing, reason) in voidings(connection, tenant, invoices).await? {
        histories.entry(invoice).or_default().closing = Some((closing, reason));
    }
    for (invoice, closing, reason) in write_offs(connection, tenant, invoices).await? {
        histories.entry(invoice).or_default().closing = Some((closing, reason));
    }
    for invoice in charged_late(connection, tenant, invoices).await? {
        histories.entry(invoice).or_default().late_fees = true;
    }
    Ok(histories)
}

async fn charged_late(
    connection: &mut PgConnection,
    tenant: Uuid,
    invoices: &[Uuid],
) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT decided.invoice FROM UNNEST($2::uuid[]) AS wanted (invoice) \
         CROSS JOIN LATERAL ( \
             SELECT invoice, charged FROM late_fee WHERE tenant = $1 AND invoice = wanted.invoice \
             ORDER BY position DESC LIMIT 1 \
         ) AS decided WHERE decided.charged",
    )
    .bind(tenant)
    .bind(invoices)
    .fetch_all(connection)
    .await
}

async fn payments(
    connection: &mut PgConnection,
    tenant: Uuid,
    invoices: &[Uuid],
) -> Result<Vec<Payment>, sqlx::Error> {
    let rows: Vec<PaymentRow> = sqlx::query_as(
        "SELECT paid.*, returned.date AS returned_on, returned.reason AS returned_why \
         FROM UNNEST($2::uuid[]) AS wanted (invoice) \
         CROSS JOIN LATERAL (SELECT * FROM payment WHERE tenant = $1 AND invoice = wanted.invoice OFFSET 0) AS paid \
         LEFT JOIN LATERAL \
           (SELECT * FROM payment_return WHERE tenant = $1 AND payment = paid.id OFFSET 0) AS returned ON true \
         ORDER BY paid.position",
    )
    .bind(tenant)
    .bind(invoices)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Payment::try_from).collect()
}

async fn voidings(
    connection: &mut PgConnection,
    tenant: Uuid,
    invoices: &[Uuid],
) -> Result<Vec<(Uuid, Closing, String)>, sqlx::Error> {
    let rows: Vec<(Uuid, jiff_sqlx::Date, String, String)> = sqlx::query_as(
        "SELECT void.invoice, void.date, note.number, void.reason FROM UNNEST($2::uuid[]) AS wanted (invoice) \
         CROSS JOIN LATERAL (SELECT * FROM invoice_void WHERE tenant = $1 AND invoice = wanted.invoice OFFSET 0) AS void \
         CROSS JOIN LATERAL (SELECT number FROM invoice WHERE tenant = $1 AND id = void.credit_note OFFSET 0) AS note",
    )
    .bind(tenant)
    .bind(invoices)
    .fetch_all(connection)
    .await?;
    let voided = |(invoice, on, credit_note, reason): (Uuid, jiff_sqlx::Date, _, _)| {
        let on = on.to_jiff();
        (invoice, Closing::Voided { on, credit_note }, reason)
    };
    Ok(rows.into_iter().map(voided).collect())
}

async fn write_offs(
    connection: &mut PgConnection,
    tenant: Uuid,
    invoices: &[Uuid],
) -> Result<Vec<(Uuid, Closing, String)>, sqlx::Error> {
    let rows: Vec<(Uuid, jiff_sqlx::Date, Decimal, String, String)> = sqlx::query_as(
        "SELECT lost.invoice, lost.date, lost.amount, invoice.currency, lost.reason \
         FROM UNNEST($2::uuid[]) AS wanted (invoice) \
         CROSS JOIN LATERAL (SELECT * FROM invoice_write_off WHERE tenant = $1 AND invoice = wanted.invoice OFFSET 0) AS lost \
         CROSS JOIN LATERAL (SELECT currency FROM invoice WHERE tenant = $1 AND id = lost.invoice OFFSET 0) AS invoice",
    )
    .bind(tenant)
    .bind(invoices)
    .fetch_all(connection)
    .await?;
    let written_off = |(invoice, on, amount, currency, reason): (Uuid, jiff_sqlx::Date, _, String, _)| {
        let closing = Closing::WrittenOff {
            on: on.to_jiff(),
            amount: Money::new(amount, currency.parse().map_err(corrupt)?),
        };
        Ok((invoice, closing, reason))
    };
    rows.into_iter().map(written_off).collect()
}

/// The payment of that id.
pub(crate) async fn payment(
    connection: &mut PgConnection,
    tenant: Uuid,
    id: &str,
) -> Result<Option<Payment>, sqlx::Error> {
    let row: Option<PaymentRow> = sqlx::query_as(
        "SELECT paid.*, returned.date AS returned_on, returned.reason AS returned_why FROM payment AS paid \
         LEFT JOIN payment_return AS returned ON returned.tenant = $1 AND returned.payment = paid.id \
         WHERE paid.tenant = $1 AND paid.id = $2",
    )
    .bind(tenant)
    .bind(id)
    .fetch_optional(connection)
    .await?;
    row.map(Payment::try_from).transpose()
}

/// Stores a payment with its entry.
pub(crate) async fn add_payment(
    connection: &mut PgConnection,
    author: &Author,
    payment: &Payment,
    entry: &JournalEntry,
) -> Result<(), sqlx::Error> {
    let posted = Posted {
        id: payment.entry,
        invoice: payment.invoice,
        entry,
    };
    journal::post(connection, author, &[posted]).await?;
    let allocation = &payment.allocation;
    sqlx::query(
        "INSERT INTO payment (tenant, id, invoice, currency, date, amount, applied, excess, discount, reference, entry, \
           recorded_at, recorded_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(author.tenant())
    .bind(&payment.id)
    .bind(payment.invoice)
    .bind(allocation.amount.currency.code())
    .bind(allocation.on.to_sqlx())
    .bind(allocation.amount.amount)
    .bind(allocation.applied.amount)
    .bind(allocation.over.amount)
    .bind(allocation.discount.amount)
    .bind(&payment.reference)
    .bind(payment.entry)
    .bind(author.at.to_sqlx())
    .bind(&author.caller.name)
    .execute(connection)
    .await
    .map(drop)
}

/// Stores that a payment did not hold, with the entry that takes it back.
pub(crate) async fn add_return(
    connection: &mut PgConnection,
    author: &Author,
    payment: &Payment,
    reason: &str,
    entry: &JournalEntry,
) -> Result<(), sqlx::Error> {
    let posted = Posted {
        id: author.new_id(),
        invoice: payment.invoice,
        entry,
    };
    journal::post(connection, author, &[posted]).await?;
    sqlx::query(
        "INSERT INTO payment_return (tenant, payment, date, reason, entry, recorded_at, recorded_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(author.tenant())
    .bind(&payment.id)
    .bind(entry.date().to_sqlx())
    .bind(reason)
    .bind(posted.id)
    .bind(author.at.to_sqlx())
    .bind(&author.caller.name)
    .execute(connection)
    .await
    .map(drop)
}

/// Stores that a credit note took an invoice back.
pub(crate) async fn add_void(
    connection: &mut PgConnection,
    author: &Author,
    (invoice, credit_note): (Uuid, Uuid),
    on: Date,
    reason: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO invoice_void (tenant, invoice, credit_note, date, reason, recorded_at, recorded_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(author.tenant())
    .bind(invoice)
    .bind(credit_note)
    .bind(on.to_sqlx())
    .bind(reason)
    .bind(author.at.to_sqlx())
    .bind(&author.caller.name)
    .execute(connection)
    .await
    .map(drop)
}

/// Stores that an invoice was written off, with its entry.
pub(crate) async fn add_write_off(
    connection: &mut PgConnection,
    author: &Author,
    invoice: Uuid,
    amount: Money,
    reason: &str,
    entry: &JournalEntry,
) -> Result<(), sqlx::Error> {
    let posted = Posted {
        id: author.new_id(),
        invoice,
        entry,
    };
    journal::post(connection, author, &[posted]).await?;
    sqlx::query(
        "INSERT INTO invoice_write_off (tenant, invoice, date, amount, reason, entry, recorded_at, recorded_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(author.tenant())
    .bind(invoice)
    .bind(entry.date().to_sqlx())
    .bind(amount.amount)
    .bind(reason)
    .bind(posted.id)
    .bind(author.at.to_sqlx())
    .bind(&author.caller.name)
    .execute(connection)
    .await
    .map(drop)
}
