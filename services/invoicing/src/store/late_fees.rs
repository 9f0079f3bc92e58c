//! On which invoices late fees are charged, and what of those was paid.

use billing::facts::{Paid, Receivable};
use billing::settlement::Allocation;
use jiff_sqlx::ToSqlx;
use pricing::money::MoneyError;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{corrupt, settlements};
use crate::author::Author;

struct Row {
    plan: String,
    id: Uuid,
    number: String,
    due_date: jiff_sqlx::Date,
    amount: Decimal,
    closed: Option<jiff_sqlx::Date>,
}

runtime::from_row!(Row {
    plan,
    id,
    number,
    due_date,
    amount,
    closed
});

/// The invoices of some agreements on which late fees are charged, each with its agreement's hash. A void one is none.
/// Their ids as facts are their numbers.
pub(crate) async fn of_agreements(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreements: &[&str],
) -> Result<Vec<(String, Receivable)>, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(CHARGED)
        .bind(tenant)
        .bind(agreements)
        .fetch_all(&mut *connection)
        .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut histories = settlements::of_invoices(connection, tenant, &ids).await?;
    let receivable = |row: Row| {
        let history = histories.remove(&row.id).unwrap_or_default();
        let payments = history.allocations().iter().map(paid).collect::<Result<_, _>>();
        let receivable = Receivable {
            id: row.number.clone(),
            invoice: row.number,
            due: row.due_date.to_jiff(),
            amount: row.amount,
            payments: payments.map_err(corrupt)?,
            closed: row.closed.map(jiff_sqlx::Date::to_jiff),
        };
        Ok((row.plan, receivable))
    };
    rows.into_iter().map(receivable).collect()
}

fn paid(payment: &Allocation) -> Result<Paid, MoneyError> {
    let settled = payment.applied.plus(payment.discount)?;
    Ok(Paid {
        on: payment.on,
        amount: settled.amount,
    })
}

const CHARGED: &str = "\
    SELECT decided.plan, invoice.id, invoice.number, invoice.due_date, invoice.total - fees.amount AS amount, \
           lost.date AS closed \
    FROM UNNEST($2::text[]) AS wanted (plan) \
    CROSS JOIN LATERAL ( \
        SELECT DISTINCT ON (invoice) plan, invoice, charged FROM late_fee \
        WHERE tenant = $1 AND plan = wanted.plan ORDER BY invoice, position DESC \
    ) AS decided \
    CROSS JOIN LATERAL (SELECT * FROM invoice WHERE tenant = $1 AND id = decided.invoice OFFSET 0) AS invoice \
    CROSS JOIN LATERAL ( \
        SELECT coalesce(sum(line.amount), 0) AS amount FROM invoice_line AS line \
        WHERE line.tenant = $1 AND line.invoice = decided.invoice AND starts_with(line.component, 'late-fee:') \
    ) AS fees \
    LEFT JOIN LATERAL \
        (SELECT date FROM invoice_write_off WHERE tenant = $1 AND invoice = decided.invoice OFFSET 0) AS lost ON true \
    WHERE decided.charged \
      AND NOT EXISTS (SELECT FROM invoice_void WHERE tenant = $1 AND invoice = decided.invoice OFFSET 0) \
    ORDER BY invoice.number, invoice.id";

/// Stores a decision.
pub(crate) async fn decide(
    connection: &mut PgConnection,
    author: &Author,
    (agreement, invoice): (&str, Uuid),
    charged: bool,
    reason: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO late_fee (tenant, plan, invoice, charged, reason, recorded_at, recorded_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(author.tenant())
    .bind(agreement)
    .bind(invoice)
    .bind(charged)
    .bind(reason)
    .bind(author.at.to_sqlx())
    .bind(&author.caller.name)
    .execute(connection)
    .await
    .map(drop)
}
