//! Finding invoices, and putting them together as they were issued.

use std::collections::HashMap;

use billing::draft::early_offer;
use billing::settlement::{Claim, settlement};
use pricing::money::{Currency, Money};
use pricing::plan::EarlyPayment;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::super::settlements::History;
use super::super::{corrupt, journal, settlements};
use super::lines;
use crate::invoice::{Invoice, Line, Series, Settled, Standing, TaxTotal};

/// The invoices of that number (each issuer may have one) or that id.
pub(crate) async fn called(
    connection: &mut PgConnection,
    tenant: Uuid,
    name: &str,
) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT id FROM invoice WHERE tenant = $1 AND (number = $2 OR id = $3) ORDER BY id LIMIT 2",
    )
    .bind(tenant)
    .bind(name)
    .bind(Uuid::try_parse(name).unwrap_or_default())
    .fetch_all(connection)
    .await
}

/// What a run issued to some accounts, in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RunIssued {
    /// Invoices and credit notes.
    pub(crate) invoices: i64,
    pub(crate) lines: i64,
    /// The first documents in the order of their dates.
    pub(crate) first: Vec<Uuid>,
}

/// How much a run issued to the accounts after one (from the first if empty) up to another (to the last if none), and
/// the first of it.
pub(crate) async fn of_run(
    connection: &mut PgConnection,
    tenant: Uuid,
    run: &str,
    (after, last): (&str, Option<&str>),
    limit: i64,
) -> Result<RunIssued, sqlx::Error> {
    let (invoices, lines) = sqlx::query_as(
        "SELECT count(*), coalesce(sum(of_invoice.lines), 0)::bigint FROM invoice CROSS JOIN LATERAL \
           (SELECT count(*) AS lines FROM invoice_line AS line WHERE line.invoice = invoice.id AND line.tenant = $1) \
           AS of_invoice \
         JOIN plan ON plan.tenant = $1 AND plan.id = invoice.plan \
         WHERE invoice.tenant = $1 AND invoice.run = $2 AND plan.account > $3 \
           AND ($4::text IS NULL OR plan.account <= $4)",
    )
    .bind(tenant)
    .bind(run)
    .bind(after)
    .bind(last)
    .fetch_one(&mut *connection)
    .await?;
    let first = sqlx::query_scalar(
        "SELECT invoice.id FROM invoice JOIN plan ON plan.tenant = $1 AND plan.id = invoice.plan \
         WHERE invoice.tenant = $1 AND run = $2 AND plan.account > $3 AND ($4::text IS NULL OR plan.account <= $4) \
         ORDER BY invoice_date, invoice.account, series, sequence, invoice.id LIMIT $5",
    )
    .bind(tenant)
    .bind(run)
    .bind(after)
    .bind(last)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(RunIssued {
        invoices,
        lines,
        first,
    })
}

struct Row {
    id: Uuid,
    issuer: String,
    series: String,
    sequence: i64,
    number: String,
    account: String,
    plan: String,
    version: String,
    customer: String,
    currency: String,
    invoice_date: jiff_sqlx::Date,
    due_date: jiff_sqlx::Date,
    net: Decimal,
    tax: Decimal,
    total: Decimal,
    issued_at: jiff_sqlx::Timestamp,
    /// What the version in force agreed for paying early.
    early: Option<Json<EarlyPayment>>,
}

runtime::from_row!(Row {
    id,
    issuer,
    series,
    sequence,
    number,
    account,
    plan,
    version,
    customer,
    currency,
    invoice_date,
    due_date,
    net,
    tax,
    total,
    issued_at,
    early
});

/// These invoices as they were issued, in the order of their ids given.
pub(crate) async fn of_ids(
    connection: &mut PgConnection,
    tenant: Uuid,
    ids: &[Uuid],
) -> Result<Vec<Invoice>, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT invoice.*, version.document #> '{payment,early}' AS early \
         FROM UNNEST($2) WITH ORDINALITY AS wanted (id, place) \
         CROSS JOIN LATERAL (SELECT * FROM invoice WHERE tenant = $1 AND id = wanted.id OFFSET 0) AS invoice \
         CROSS JOIN LATERAL \
           (SELECT document FROM plan_version WHERE tenant = $1 AND content_hash = invoice.version OFFSET 0) AS version \
         ORDER BY wanted.place",
    )
    .bind(tenant)
    .bind(ids)
    .fetch_all(&mut *connection)
    .await?;
    let mut parts = Parts {
        lines: grouped(lines::of_invoices(connection, tenant, ids).await?),
        taxes: grouped(taxes(connection, tenant, ids).await?),
        entries: journal::of_invoices(connection, tenant, ids).await?,
        histories: settlements::of_invoices(connection, tenant, ids).await?,
    };
    rows.into_iter().map(|row| parts.put_together(row)).collect()
}

struct Parts {
    lines: HashMap<Uuid, Vec<Line>>,
    taxes: HashMap<Uuid, Vec<TaxTotal>>,
    entries: HashMap<Uuid, billing::journal::JournalEntry>,
    histories: HashMap<Uuid, History>,
}

impl Parts {
    fn put_together(&mut self, row: Row) -> Result<Invoice, sqlx::Error> {
        let currency: Currency = row.currency.parse().map_err(corrupt)?;
        let series = Series::parse(&row.series).ok_or_else(|| corrupt("an invoice of no known series"))?;
        let entry = self.entries.remove(&row.id);
        let settled = match series {
            Series::CreditNote => None,
            Series::Invoice => Some(self.settled(&row, currency)?),
        };
        Ok(Invoice {
            id: row.id,
            standing: Standing::Issued {
                sequence: row.sequence,
                at: row.issued_at.to_jiff(),
            },
            series,
            account: row.account,
            customer: row.customer,
            issuer: row.issuer,
            agreement: row.plan,
            version: row.version,
            currency,
            invoice_date: row.invoice_date.to_jiff(),
            due_date: row.due_date.to_jiff(),
            lines: self.lines.remove(&row.id).unwrap_or_default(),
            taxes: self.taxes.remove(&row.id).unwrap_or_default(),
            net: row.net,
            tax: row.tax,
            total: row.total,
            entry: entry.ok_or_else(|| corrupt("an invoice without its journal entry"))?,
            settled,
            bills_its_payer: false,
        })
    }

    fn settled(&mut self, row: &Row, currency: Currency) -> Result<Settled, sqlx::Error> {
        let history = self.histories.remove(&row.id).unwrap_or_default();
        let (date, total) = (row.invoice_date.to_jiff(), Money::new(row.total, currency));
        let early = row.early.as_ref().map(|early| early_offer(total, date, &early.0));
        let claim = Claim {
            number: row.number.clone(),
            date,
            total,
            early: early.transpose().map_err(corrupt)?.flatten(),
        };
        let settlement = settlement(&claim, &history.allocations(), history.closing()).map_err(corrupt)?;
        Ok(Settled {
            claim,
            settlement,
            history,
        })
    }
}

fn grouped<T>(parts: Vec<(Uuid, T)>) -> HashMap<Uuid, Vec<T>> {
    let mut groups: HashMap<Uuid, Vec<T>> = HashMap::new();
    for (invoice, part) in parts {
        groups.entry(invoice).or_default().push(part);
    }
    groups
}

struct TaxRow {
    invoice: Uuid,
    tax: String,
    name: String,
    percent: Decimal,
    included: bool,
    net: Decimal,
    amount: Decimal,
}

runtime::from_row!(TaxRow {
    invoice,
    tax,
    name,
    percent,
    included,
    net,
    amount
});

async fn taxes(
    connection: &mut PgConnection,
    tenant: Uuid,
    invoices: &[Uuid],
) -> Result<Vec<(Uuid, TaxTotal)>, sqlx::Error> {
    let rows: Vec<TaxRow> = sqlx::query_as(
        "SELECT * FROM invoice_tax WHERE tenant = $1 AND invoice = ANY($2) ORDER BY invoice, tax",
    )
    .bind(tenant)
    .bind(invoices)
    .fetch_all(connection)
    .await?;
    let total = |row: TaxRow| {
        let TaxRow {
            invoice,
            tax,
            name,
            percent,
            included,
            net,
            amount,
        } = row;
        (
            invoice,
            TaxTotal {
                tax,
                name,
                percent,
                included,
                net,
                amount,
            },
        )
    };
    Ok(rows.into_iter().map(total).collect())
}
