//! What issued invoices carry already.

use std::collections::HashMap;

use billing::component::Component;
use billing::line::BilledLine;
use jiff::civil::Date;
use pricing::money::{Currency, Money};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

use super::super::corrupt;
use super::lines::period;

/// A line that was billed, and its place among those that restate each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Billed {
    pub(crate) agreement: String,
    pub(crate) line: BilledLine,
    pub(crate) sequence: i32,
}

struct Row {
    /// Of the invoice.
    id: Uuid,
    plan: String,
    charge: String,
    component: String,
    first_day: Option<jiff_sqlx::Date>,
    day_after: Option<jiff_sqlx::Date>,
    amount: Decimal,
    currency: String,
    tax: Option<String>,
    description: String,
    number: String,
    invoice_date: jiff_sqlx::Date,
    sequence: i32,
    /// Does it take an invoice back as a whole?
    voids: bool,
}

runtime::from_row!(Row {
    id,
    plan,
    charge,
    component,
    first_day,
    day_after,
    amount,
    currency,
    tax,
    description,
    number,
    invoice_date,
    sequence,
    voids
});

impl TryFrom<Row> for Billed {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        let component: Component = row.component.parse().map_err(corrupt)?;
        let currency: Currency = row.currency.parse().map_err(corrupt)?;
        let line = BilledLine {
            charge: row.charge,
            component,
            service: period(row.first_day, row.day_after)?,
            amount: Money::new(row.amount, currency),
            tax: row.tax,
            description: row.description,
            invoice: row.number,
            invoice_date: row.invoice_date.to_jiff(),
        };
        Ok(Self {
            agreement: row.plan,
            line,
            sequence: row.sequence,
        })
    }
}

/// What was billed of an agreement.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct History {
    /// Every line ever issued under it, in the order of issue.
    pub(crate) lines: Vec<Billed>,
    /// The date of its latest invoice. When one is taken back is nothing about what the contract owes.
    pub(crate) through: Option<Date>,
}

/// What was billed of some agreements; nothing is said of one of which nothing was.
pub(crate) async fn histories(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreements: &[&str],
) -> Result<HashMap<String, History>, sqlx::Error> {
    let mut histories: HashMap<String, History> = HashMap::new();
    for row in rows(connection, tenant, agreements).await? {
        let history = histories.entry(row.plan.clone()).or_default();
        let date = Some(row.invoice_date.to_jiff()).filter(|_| !row.voids);
        history.through = history.through.max(date);
        history.lines.push(row.try_into()?);
    }
    Ok(histories)
}

/// Every line ever issued under an agreement, in the order of issue.
pub(crate) async fn billed(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreement: &str,
) -> Result<Vec<Billed>, sqlx::Error> {
    let rows = rows(connection, tenant, &[agreement]).await?;
    rows.into_iter().map(Billed::try_from).collect()
}

/// Only the lines that some invoices of an agreement carry, in the same order.
pub(crate) async fn billed_on(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreement: &str,
    invoices: &[Uuid],
) -> Result<Vec<Billed>, sqlx::Error> {
    let rows = rows(connection, tenant, &[agreement]).await?;
    rows.into_iter()
        .filter(|row| invoices.contains(&row.id))
        .map(Billed::try_from)
        .collect()
}

async fn rows(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreements: &[&str],
) -> Result<Vec<Row>, sqlx::Error> {
    sqlx::query_as(
        "SELECT line.plan, line.charge, line.component, lower(line.service) AS first_day, \
                upper(line.service) AS day_after, line.amount, line.currency, line.tax, line.description, \
                invoice.id, invoice.number, invoice.invoice_date, line.sequence, line.reason ->> 'kind' = 'voided' AS voids \
         FROM UNNEST($2::text[]) AS wanted (plan) \
         CROSS JOIN LATERAL (SELECT * FROM invoice_line WHERE tenant = $1 AND plan = wanted.plan OFFSET 0) AS line \
         CROSS JOIN LATERAL \
           (SELECT id, number, invoice_date FROM invoice WHERE tenant = $1 AND id = line.invoice OFFSET 0) AS invoice \
         ORDER BY line.plan, line.invoice, line.position",
    )
    .bind(tenant)
    .bind(agreements)
    .fetch_all(connection)
    .await
}
