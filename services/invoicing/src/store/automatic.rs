//! Who is billed automatically, and through which day each account was.

mod days;
mod parked;

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

pub(crate) use days::{Dated, DayColumns, Days, dated, due};
pub(crate) use parked::{forget_changed, park};

use crate::author::Author;

/// Whether a tenant's accounts are billed by themselves, and how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Setting {
    pub(crate) is_on: bool,
    /// Days after its date on which an invoice is issued.
    pub(crate) grace_days: i32,
}

/// The setting of a tenant; off until somebody sets it.
pub(crate) async fn setting(connection: &mut PgConnection, tenant: Uuid) -> Result<Setting, sqlx::Error> {
    let set: Option<(bool, i32)> =
        sqlx::query_as("SELECT is_on, grace_days FROM automatic_billing WHERE tenant = $1")
            .bind(tenant)
            .fetch_optional(connection)
            .await?;
    Ok(set.map_or_else(Setting::default, |(is_on, grace_days)| Setting {
        is_on,
        grace_days,
    }))
}

pub(crate) async fn set(
    connection: &mut PgConnection,
    author: &Author,
    setting: Setting,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO automatic_billing AS known (tenant, is_on, grace_days, changed_at, changed_by) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant) DO UPDATE SET is_on = excluded.is_on, \
           grace_days = excluded.grace_days, changed_at = excluded.changed_at, changed_by = excluded.changed_by",
    )
    .bind(author.tenant())
    .bind(setting.is_on)
    .bind(setting.grace_days)
    .bind(author.at.to_sqlx())
    .bind(&author.caller.name)
    .execute(connection)
    .await
    .map(drop)
}

/// Every tenant whose accounts are billed by themselves, with the days of grace.
pub(crate) async fn tenants(connection: &mut PgConnection) -> Result<Vec<(Uuid, i32)>, sqlx::Error> {
    sqlx::query_as("SELECT tenant, grace_days FROM automatic_billing WHERE is_on ORDER BY tenant")
        .fetch_all(connection)
        .await
}

/// The time zones that a tenant's agreements count their days in.
pub(crate) async fn time_zones(
    connection: &mut PgConnection,
    tenant: Uuid,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar("SELECT DISTINCT time_zone FROM plan WHERE tenant = $1 ORDER BY 1")
        .bind(tenant)
        .fetch_all(connection)
        .await
}

/// Notes that accounts were billed through a day. An account whose terms changed since the billing began is left out: it
/// is billed again.
pub(crate) async fn billed(
    connection: &mut PgConnection,
    author: &Author,
    accounts: &[String],
    through: Date,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO billed_through AS known (tenant, account, through) \
         SELECT $1, billed.account, $3 FROM UNNEST($2::text[]) AS billed (account) \
         WHERE NOT EXISTS ( \
             SELECT FROM plan JOIN plan_version AS version ON version.tenant = $1 AND version.plan = plan.id \
             WHERE plan.tenant = $1 AND plan.account = billed.account AND version.registered_at > $4 OFFSET 0 \
         ) ON CONFLICT (tenant, account) DO UPDATE SET through = greatest(known.through, excluded.through)",
    )
    .bind(author.tenant())
    .bind(accounts)
    .bind(through.to_sqlx())
    .bind(author.at.to_sqlx())
    .execute(connection)
    .await
    .map(drop)
}

/// Forgets through which day an account was billed: its terms are new, and what they owe is billed at once.
pub(crate) async fn forget(
    connection: &mut PgConnection,
    tenant: Uuid,
    account: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM billed_through WHERE tenant = $1 AND account = $2")
        .bind(tenant)
        .bind(account)
        .execute(connection)
        .await
        .map(drop)
}
