//! What passed the amounts that usage is watched for.

use std::collections::HashSet;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Alert;
use crate::author::Author;
use crate::store::corrupt;

/// An amount that was passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Passed {
    /// Its place among all.
    pub(crate) place: i64,
    pub(crate) at: Timestamp,
    pub(crate) name: String,
    /// The first day of the period, and the one after the last.
    pub(crate) days: (Date, Date),
    pub(crate) account: String,
    pub(crate) meter: Option<String>,
    pub(crate) amount: Decimal,
    pub(crate) currency: Option<String>,
    pub(crate) total: Decimal,
    pub(crate) invoices: bool,
    pub(crate) billed_at: Option<Timestamp>,
    /// Numbers of what was issued for it.
    pub(crate) issued: Vec<String>,
}

/// Notes that an amount was passed; false where it had been in this period already.
pub(crate) async fn pass(
    connection: &mut PgConnection,
    author: &Author,
    alert: &Alert,
    (first, after): (Date, Date),
    total: Decimal,
) -> Result<bool, sqlx::Error> {
    let (_, meter, measure, currency) = alert.watched.columns();
    let passed = sqlx::query(
        "INSERT INTO usage_alert_passed (tenant, name, first_day, day_after, account, meter, measure, amount, currency, \
                                         total, invoices, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT DO NOTHING",
    )
    .bind(author.tenant())
    .bind(&alert.name)
    .bind(first.to_sqlx())
    .bind(after.to_sqlx())
    .bind(&alert.account)
    .bind(meter)
    .bind(measure)
    .bind(alert.amount)
    .bind(currency)
    .bind(total)
    .bind(alert.invoices)
    .bind(author.at.to_sqlx())
    .execute(connection)
    .await?;
    Ok(passed.rows_affected() > 0)
}

/// Of alerts and the first days of periods, the places of those that were passed already.
pub(crate) async fn were_passed(
    connection: &mut PgConnection,
    tenant: Uuid,
    asked: &[(&Alert, Date)],
) -> Result<HashSet<usize>, sqlx::Error> {
    let places: Vec<i64> = sqlx::query_scalar(
        "SELECT asked.place FROM UNNEST($2::text[], $3::date[], $4::numeric[]) WITH ORDINALITY \
           AS asked (name, first_day, amount, place) \
         WHERE EXISTS (SELECT FROM usage_alert_passed AS known WHERE known.tenant = $1 AND known.name = asked.name \
             AND known.first_day = asked.first_day AND known.amount = asked.amount OFFSET 0)",
    )
    .bind(tenant)
    .bind(asked.iter().map(|(alert, _)| alert.name.as_str()).collect::<Vec<_>>())
    .bind(asked.iter().map(|(_, first)| first.to_sqlx()).collect::<Vec<_>>())
    .bind(asked.iter().map(|(alert, _)| alert.amount).collect::<Vec<_>>())
    .fetch_all(connection)
    .await?;
    let place = |place: i64| usize::try_from(place.saturating_sub(1)).map_err(corrupt);
    places.into_iter().map(place).collect()
}

/// What passed amounts before a place, newest first; of one account only if named.
pub(crate) async fn passed(
    connection: &mut PgConnection,
    tenant: Uuid,
    account: Option<&str>,
    before: i64,
    limit: i64,
) -> Result<Vec<Passed>, sqlx::Error> {
    let rows: Vec<PassedRow> = sqlx::query_as(
        "SELECT * FROM usage_alert_passed WHERE tenant = $1 AND ($2::text IS NULL OR account = $2) AND passed < $3 \
         ORDER BY passed DESC LIMIT $4",
    )
    .bind(tenant)
    .bind(account)
    .bind(before)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(Passed::from).collect())
}

/// The tenants whose passed amounts are to be invoiced, each with one of them after a place.
pub(crate) async fn to_bill(
    connection: &mut PgConnection,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, Uuid)>, sqlx::Error> {
    sqlx::query_as(
        "SELECT passed, tenant FROM usage_alert_passed WHERE invoices AND billed_at IS NULL AND passed > $1 \
         ORDER BY passed LIMIT $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(connection)
    .await
}

/// Takes one that is to be invoiced, so that nobody else does; none where it was.
pub(crate) async fn take_to_bill(
    connection: &mut PgConnection,
    tenant: Uuid,
    place: i64,
) -> Result<Option<Passed>, sqlx::Error> {
    let row: Option<PassedRow> = sqlx::query_as(
        "SELECT * FROM usage_alert_passed WHERE tenant = $1 AND passed = $2 AND invoices AND billed_at IS NULL \
         FOR UPDATE SKIP LOCKED",
    )
    .bind(tenant)
    .bind(place)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(Passed::from))
}

/// Notes what was issued for one.
pub(crate) async fn billed(
    connection: &mut PgConnection,
    author: &Author,
    place: i64,
    issued: &[String],
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE usage_alert_passed SET billed_at = $3, issued = $4 WHERE tenant = $1 AND passed = $2")
        .bind(author.tenant())
        .bind(place)
        .bind(author.at.to_sqlx())
        .bind(issued)
        .execute(connection)
        .await
        .map(drop)
}

struct PassedRow {
    passed: i64,
    at: jiff_sqlx::Timestamp,
    name: String,
    first_day: jiff_sqlx::Date,
    day_after: jiff_sqlx::Date,
    account: String,
    meter: Option<String>,
    amount: Decimal,
    currency: Option<String>,
    total: Decimal,
    invoices: bool,
    billed_at: Option<jiff_sqlx::Timestamp>,
    issued: Vec<String>,
}

runtime::from_row!(PassedRow {
    passed,
    at,
    name,
    first_day,
    day_after,
    account,
    meter,
    amount,
    currency,
    total,
    invoices,
    billed_at,
    issued
});

impl From<PassedRow> for Passed {
    fn from(row: PassedRow) -> Self {
        Self {
            place: row.passed,
            at: row.at.to_jiff(),
            name: row.name,
            days: (row.first_day.to_jiff(), row.day_after.to_jiff()),
            account: row.account,
            meter: row.meter,
            amount: row.amount,
            currency: row.currency,
            total: row.total,
            invoices: row.invoices,
            billed_at: row.billed_at.map(jiff_sqlx::Timestamp::to_jiff),
            issued: row.issued,
        }
    }
}
