//! Renewals as they were decided, and whose are to be looked at.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::automatic::{DayColumns, Days};
use crate::author::Author;

/// A renewal as it was recorded last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Decided {
    pub(crate) number: i32,
    pub(crate) starts: Date,
    pub(crate) ends: Date,
    pub(crate) notice_by: Date,
    pub(crate) uplift: Option<Decimal>,
    /// Did it begin? Else it was refused.
    pub(crate) renewed: bool,
    pub(crate) recorded_at: Timestamp,
}

struct Row {
    number: i32,
    starts: jiff_sqlx::Date,
    ends: jiff_sqlx::Date,
    notice_by: jiff_sqlx::Date,
    uplift: Option<Decimal>,
    renewed: bool,
    recorded_at: jiff_sqlx::Timestamp,
}

runtime::from_row!(Row {
    number,
    starts,
    ends,
    notice_by,
    uplift,
    renewed,
    recorded_at
});

/// The renewals of an agreement by number, each as it was recorded last.
pub(crate) async fn of_agreement(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreement: &str,
) -> Result<Vec<Decided>, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT DISTINCT ON (number) * FROM renewal WHERE tenant = $1 AND plan = $2 ORDER BY number, position DESC",
    )
    .bind(tenant)
    .bind(agreement)
    .fetch_all(connection)
    .await?;
    let decided = |row: Row| Decided {
        number: row.number,
        starts: row.starts.to_jiff(),
        ends: row.ends.to_jiff(),
        notice_by: row.notice_by.to_jiff(),
        uplift: row.uplift,
        renewed: row.renewed,
        recorded_at: row.recorded_at.to_jiff(),
    };
    Ok(rows.into_iter().map(decided).collect())
}

pub(crate) async fn add(
    connection: &mut PgConnection,
    author: &Author,
    agreement: &str,
    decided: &Decided,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO renewal (tenant, plan, number, starts, ends, notice_by, uplift, renewed, recorded_at, recorded_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(author.tenant())
    .bind(agreement)
    .bind(decided.number)
    .bind(decided.starts.to_sqlx())
    .bind(decided.ends.to_sqlx())
    .bind(decided.notice_by.to_sqlx())
    .bind(decided.uplift)
    .bind(decided.renewed)
    .bind(decided.recorded_at.to_sqlx())
    .bind(&author.caller.name)
    .execute(connection)
    .await
    .map(drop)
}

/// Agreements whose day in a column of the plan has passed, the longest ago first.
macro_rules! passed {
    ($column:literal) => {
        concat!(
            "SELECT plan.account, plan.id, coalesce(clocked.day, today.day) FROM plan \
             JOIN UNNEST($2::text[], $3::date[]) AS today (zone, day) ON today.zone = plan.time_zone \
             LEFT JOIN UNNEST($4::text[], $5::text[], $6::date[]) AS clocked (account, zone, day) \
               ON clocked.account = plan.account AND clocked.zone = plan.time_zone \
             WHERE plan.tenant = $1 AND plan.",
            $column,
            " < coalesce(clocked.day, today.day) ORDER BY plan.",
            $column,
            ", plan.id LIMIT $7"
        )
    };
}

/// Some agreements, as (account, agreement, its today), in which a renewal is to be decided by now.
pub(crate) async fn due(
    connection: &mut PgConnection,
    tenant: Uuid,
    days: &Days,
    limit: i64,
) -> Result<Vec<(String, String, Date)>, sqlx::Error> {
    passed(connection, tenant, passed!("renewal_due"), days, limit).await
}

/// The same for those whose window of notice closed since it was looked at.
pub(crate) async fn closed(
    connection: &mut PgConnection,
    tenant: Uuid,
    days: &Days,
    limit: i64,
) -> Result<Vec<(String, String, Date)>, sqlx::Error> {
    passed(connection, tenant, passed!("notice_by"), days, limit).await
}

async fn passed(
    connection: &mut PgConnection,
    tenant: Uuid,
    statement: &'static str,
    days: &Days,
    limit: i64,
) -> Result<Vec<(String, String, Date)>, sqlx::Error> {
    let DayColumns { zones, clocked } = days.columns();
    let rows: Vec<(String, String, jiff_sqlx::Date)> = sqlx::query_as(statement)
        .bind(tenant)
        .bind(zones.0)
        .bind(zones.1)
        .bind(clocked.0)
        .bind(clocked.1)
        .bind(clocked.2)
        .bind(limit)
        .fetch_all(connection)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(account, agreement, day)| (account, agreement, day.to_jiff()))
        .collect())
}

/// Notes after which day there is the next renewal to decide; none where there is none.
pub(crate) async fn look_after(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreement: &str,
    day: Option<Date>,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE plan SET renewal_due = $3, notice_by = $3 WHERE tenant = $1 AND id = $2")
        .bind(tenant)
        .bind(agreement)
        .bind(day.map(ToSqlx::to_sqlx))
        .execute(connection)
        .await
        .map(drop)
}

/// Notes until when notice stops the next renewal; none where none follows.
pub(crate) async fn note_window(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreement: &str,
    notice_by: Option<Date>,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE plan SET notice_by = $3 WHERE tenant = $1 AND id = $2")
        .bind(tenant)
        .bind(agreement)
        .bind(notice_by.map(ToSqlx::to_sqlx))
        .execute(connection)
        .await
        .map(drop)
}

/// Every tenant with agreements that renew by themselves.
pub(crate) async fn tenants(connection: &mut PgConnection) -> Result<Vec<Uuid>, sqlx::Error> {
    sqlx::query_scalar("SELECT DISTINCT tenant FROM plan WHERE notice_by IS NOT NULL ORDER BY tenant")
        .fetch_all(connection)
        .await
}

/// Notes that the terms or the endings of an agreement changed: its renewals are decided again.
pub(crate) async fn look_again(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreement: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE plan SET renewal_due = '-infinity' WHERE tenant = $1 AND id = $2")
        .bind(tenant)
        .bind(agreement)
        .execute(connection)
        .await
        .map(drop)
}

/// Agreements after one, in which renewals are agreed or were made: of an account, or of all.
pub(crate) async fn agreements(
    connection: &mut PgConnection,
    tenant: Uuid,
    account: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<(String, String, String)>, sqlx::Error> {
    sqlx::query_as(
        "SELECT plan.account, plan.id, plan.time_zone FROM plan \
         WHERE plan.tenant = $1 AND ($2 = '' OR plan.account = $2) AND plan.id > $3 AND (plan.renewal_due IS NOT NULL \
           OR EXISTS (SELECT FROM renewal WHERE renewal.tenant = $1 AND renewal.plan = plan.id)) \
         ORDER BY plan.id LIMIT $4",
    )
    .bind(tenant)
    .bind(account)
    .bind(after)
    .bind(limit)
    .fetch_all(connection)
    .await
}

/// Agreements in which notice still stops a renewal, as (account, agreement, time zone, last day of notice), the soonest
/// first: of an account, or of all; those after a day, and after an agreement among those of that day.
pub(crate) async fn windows(
    connection: &mut PgConnection,
    tenant: Uuid,
    account: &str,
    (day, agreement): (Date, &str),
    limit: i64,
) -> Result<Vec<(String, String, String, Date)>, sqlx::Error> {
    let rows: Vec<(String, String, String, jiff_sqlx::Date)> = sqlx::query_as(
        "SELECT plan.account, plan.id, plan.time_zone, plan.notice_by FROM plan \
         WHERE plan.tenant = $1 AND ($2 = '' OR plan.account = $2) AND (plan.notice_by, plan.id) > ($3, $4) \
         ORDER BY plan.notice_by, plan.id LIMIT $5",
    )
    .bind(tenant)
    .bind(account)
    .bind(day.to_sqlx())
    .bind(agreement)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(account, agreement, zone, day)| (account, agreement, zone, day.to_jiff()))
        .collect())
}
