//! The journal: one entry for each issued document and whatever happens to it later, in the transaction of the event.

use std::collections::HashMap;

use billing::journal::{JournalEntry, LedgerAccount, Posting, Side};
use jiff_sqlx::ToSqlx;
use pricing::money::Currency;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::corrupt;
use crate::author::Author;
use crate::invoice::Invoice;

/// An entry about an invoice, under an id of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Posted<'a> {
    pub(crate) id: Uuid,
    pub(crate) invoice: Uuid,
    pub(crate) entry: &'a JournalEntry,
}

/// Writes the entries of some invoices that are issued. Such an entry shares its invoice's id.
pub(crate) async fn write(
    connection: &mut PgConnection,
    author: &Author,
    invoices: &[Invoice],
) -> Result<(), sqlx::Error> {
    let posted: Vec<Posted<'_>> = invoices
        .iter()
        .map(|invoice| Posted {
            id: invoice.id,
            invoice: invoice.id,
            entry: &invoice.entry,
        })
        .collect();
    post(connection, author, &posted).await
}

/// Writes entries.
pub(crate) async fn post(
    connection: &mut PgConnection,
    author: &Author,
    posted: &[Posted<'_>],
) -> Result<(), sqlx::Error> {
    let entries = || posted.iter().map(|posted| posted.entry);
    sqlx::query(
        "INSERT INTO journal_entry (tenant, written_at, id, invoice, date, currency, description) \
         SELECT $1, $2, entry.* \
         FROM UNNEST($3::uuid[], $4::uuid[], $5::date[], $6::text[], $7::text[]) AS entry",
    )
    .bind(author.tenant())
    .bind(author.at.to_sqlx())
    .bind(posted.iter().map(|posted| posted.id).collect::<Vec<_>>())
    .bind(posted.iter().map(|posted| posted.invoice).collect::<Vec<_>>())
    .bind(entries().map(|entry| entry.date().to_sqlx()).collect::<Vec<_>>())
    .bind(entries().map(|entry| entry.currency().code()).collect::<Vec<_>>())
    .bind(entries().map(JournalEntry::text).collect::<Vec<_>>())
    .execute(&mut *connection)
    .await?;
    write_postings(connection, author.tenant(), posted).await
}

async fn write_postings(
    connection: &mut PgConnection,
    tenant: Uuid,
    posted: &[Posted<'_>],
) -> Result<(), sqlx::Error> {
    let postings: Vec<(Uuid, i32, &Posting)> = posted
        .iter()
        .flat_map(|posted| {
            (1..)
                .zip(posted.entry.postings())
                .map(|(place, posting)| (posted.id, place, posting))
        })
        .collect();
    let amount_on = |side: Side| -> Vec<Decimal> {
        let amount = |posting: &Posting| {
            if posting.side == side {
                posting.amount
            } else {
                Decimal::ZERO
            }
        };
        postings.iter().map(|(_, _, posting)| amount(posting)).collect()
    };
    sqlx::query(
        "INSERT INTO posting (tenant, entry, position, ledger, debit, credit, charge) \
         SELECT $1, posting.* \
         FROM UNNEST($2::uuid[], $3::integer[], $4::jsonb[], $5::numeric[], $6::numeric[], $7::text[]) AS posting",
    )
    .bind(tenant)
    .bind(postings.iter().map(|(entry, _, _)| *entry).collect::<Vec<_>>())
    .bind(postings.iter().map(|(_, place, _)| *place).collect::<Vec<_>>())
    .bind(postings.iter().map(|(_, _, posting)| Json(&posting.account)).collect::<Vec<_>>())
    .bind(amount_on(Side::Debit))
    .bind(amount_on(Side::Credit))
    .bind(postings.iter().map(|(_, _, posting)| posting.charge.as_deref()).collect::<Vec<_>>())
    .execute(connection)
    .await
    .map(drop)
}

struct Row {
    entry: Uuid,
    date: jiff_sqlx::Date,
    description: String,
    currency: String,
    ledger: Option<Json<LedgerAccount>>,
    debit: Option<Decimal>,
    credit: Option<Decimal>,
    charge: Option<String>,
}

runtime::from_row!(Row {
    entry,
    date,
    description,
    currency,
    ledger,
    debit,
    credit,
    charge
});

impl Row {
    /// None on the one row of an entry without postings.
    fn posting(&self) -> Option<Posting> {
        let (Json(account), debit, credit) = (self.ledger.clone()?, self.debit?, self.credit?);
        let (side, amount) = if credit.is_zero() {
            (Side::Debit, debit)
        } else {
            (Side::Credit, credit)
        };
        Some(Posting {
            account,
            side,
            amount,
            charge: self.charge.clone(),
        })
    }
}

/// The entries that some invoices were issued with, by invoice.
pub(crate) async fn of_invoices(
    connection: &mut PgConnection,
    tenant: Uuid,
    invoices: &[Uuid],
) -> Result<HashMap<Uuid, JournalEntry>, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT entry.id AS entry, entry.date, entry.description, entry.currency, \
                posting.ledger, posting.debit, posting.credit, posting.charge \
         FROM UNNEST($2::uuid[]) AS wanted (id) \
         CROSS JOIN LATERAL (SELECT * FROM journal_entry WHERE tenant = $1 AND id = wanted.id OFFSET 0) AS entry \
         LEFT JOIN LATERAL (SELECT * FROM posting WHERE tenant = $1 AND entry = wanted.id OFFSET 0) AS posting ON true \
         ORDER BY entry.id, posting.position",
    )
    .bind(tenant)
    .bind(invoices)
    .fetch_all(connection)
    .await?;
    rows.chunk_by(|a, b| a.entry == b.entry).map(entry).collect()
}

fn entry(rows: &[Row]) -> Result<(Uuid, JournalEntry), sqlx::Error> {
    let first = rows
        .first()
        .ok_or_else(|| corrupt("a journal entry is missing"))?;
    let currency: Currency = first.currency.parse().map_err(corrupt)?;
    let postings = rows.iter().filter_map(Row::posting).collect();
    let entry = JournalEntry::try_new(
        first.date.to_jiff(),
        first.description.clone(),
        currency,
        postings,
    );
    Ok((first.entry, entry.map_err(corrupt)?))
}
