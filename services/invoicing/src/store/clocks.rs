//! Accounts that live by a time of their own.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::author::Author;

/// What time it is for an account with a clock of its own.
pub(crate) async fn of_account(
    connection: &mut PgConnection,
    tenant: Uuid,
    account: &str,
) -> Result<Option<Timestamp>, sqlx::Error> {
    let now: Option<jiff_sqlx::Timestamp> =
        sqlx::query_scalar("SELECT now FROM account_clock WHERE tenant = $1 AND account = $2")
            .bind(tenant)
            .bind(account)
            .fetch_optional(connection)
            .await?;
    Ok(now.map(jiff_sqlx::Timestamp::to_jiff))
}

/// Every account with a clock, once for each time zone that its agreements count their days in.
pub(crate) async fn all(
    connection: &mut PgConnection,
    tenant: Uuid,
) -> Result<Vec<(String, String, Timestamp)>, sqlx::Error> {
    let rows: Vec<(String, String, jiff_sqlx::Timestamp)> = sqlx::query_as(
        "SELECT DISTINCT clock.account, plan.time_zone, clock.now FROM account_clock AS clock \
         JOIN plan ON plan.tenant = clock.tenant AND plan.account = clock.account \
         WHERE clock.tenant = $1 ORDER BY 1, 2",
    )
    .bind(tenant)
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(account, zone, now)| (account, zone, now.to_jiff()))
        .collect())
}

pub(crate) async fn set(
    connection: &mut PgConnection,
    author: &Author,
    account: &str,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO account_clock (tenant, account, now, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (tenant, account) DO UPDATE SET now = excluded.now, changed_at = excluded.changed_at, \
           changed_by = excluded.changed_by",
    )
    .bind(author.tenant())
    .bind(account)
    .bind(now.to_sqlx())
    .bind(author.at.to_sqlx())
    .bind(&author.caller.name)
    .execute(connection)
    .await
    .map(drop)
}

/// Was anything issued to the account?
pub(crate) async fn was_billed(
    connection: &mut PgConnection,
    tenant: Uuid,
    account: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM invoice WHERE tenant = $1 AND account = $2)")
        .bind(tenant)
        .bind(account)
        .fetch_one(connection)
        .await
}
