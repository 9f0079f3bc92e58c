//! Accounts: who is billed, which of them are being billed right now, and which could not be.

use std::collections::HashSet;

use jiff::civil::Date;
use sqlx::PgConnection;
use uuid::Uuid;

use super::automatic;
use crate::author::Author;

/// What a run could not bill, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parked {
    pub(crate) account: String,
    /// The agreement that could not be billed; empty where it is the account as a whole.
    pub(crate) plan: String,
    /// What happened and what to do.
    pub(crate) reason: String,
}

/// Makes sure the account exists, and holds it until the transaction ends: changes to its agreements come one after the
/// other.
pub(crate) async fn open(
    connection: &mut PgConnection,
    tenant: Uuid,
    account: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO account (tenant, id) VALUES ($1, $2) ON CONFLICT DO NOTHING")
        .bind(tenant)
        .bind(account)
        .execute(&mut *connection)
        .await?;
    hold(connection, tenant, account).await
}

/// Names the customer whose account it is, as the newest plan does.
pub(crate) async fn name(
    connection: &mut PgConnection,
    tenant: Uuid,
    account: &str,
    customer: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE account SET customer = $3 WHERE tenant = $1 AND id = $2 AND customer <> $3")
        .bind(tenant)
        .bind(account)
        .bind(customer)
        .execute(connection)
        .await
        .map(drop)
}

/// Holds one account, waiting for whoever holds it now. The lock leaves the key alone, so that rows that refer to the
/// account can still be written.
pub(crate) async fn hold(
    connection: &mut PgConnection,
    tenant: Uuid,
    account: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT FROM account WHERE tenant = $1 AND id = $2 FOR NO KEY UPDATE")
        .bind(tenant)
        .bind(account)
        .execute(connection)
        .await
        .map(drop)
}

/// Holds those of the accounts that nobody else holds, and says which.
pub(crate) async fn hold_free(
    connection: &mut PgConnection,
    tenant: Uuid,
    accounts: &[String],
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT held.id FROM UNNEST($2::text[]) AS wanted (id) \
         CROSS JOIN LATERAL \
           (SELECT id FROM account WHERE tenant = $1 AND id = wanted.id FOR NO KEY UPDATE SKIP LOCKED) AS held",
    )
    .bind(tenant)
    .bind(accounts)
    .fetch_all(connection)
    .await
}

pub(crate) async fn exists(
    connection: &mut PgConnection,
    tenant: Uuid,
    account: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM account WHERE tenant = $1 AND id = $2)")
        .bind(tenant)
        .bind(account)
        .fetch_one(connection)
        .await
}

/// Which of these accounts exist.
pub(crate) async fn known(
    connection: &mut PgConnection,
    tenant: Uuid,
    accounts: &[&str],
) -> Result<HashSet<String>, sqlx::Error> {
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT known.id FROM UNNEST($2::text[]) AS wanted (id) \
         CROSS JOIN LATERAL (SELECT id FROM account WHERE tenant = $1 AND id = wanted.id OFFSET 0) AS known",
    )
    .bind(tenant)
    .bind(accounts)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().collect())
}

/// Some accounts after this one, in order; without those that are billed together with another.
pub(crate) async fn after(
    connection: &mut PgConnection,
    tenant: Uuid,
    after: &str,
    limit: i64,
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT id FROM account WHERE tenant = $1 AND id > $2 AND NOT EXISTS ( \
             SELECT FROM account_payer AS named JOIN account_billing AS billed \
               ON billed.tenant = $1 AND billed.account = named.payer AND billed.collective \
             WHERE named.tenant = $1 AND named.account = account.id AND named.payer <> account.id OFFSET 0 \
         ) ORDER BY id LIMIT $3",
    )
    .bind(tenant)
    .bind(after)
    .bind(limit)
    .fetch_all(connection)
    .await
}

/// Notes what could not be billed of some accounts, in place of the trouble they had before.
pub(crate) async fn settle(
    connection: &mut PgConnection,
    author: &Author,
    through: Date,
    accounts: &[String],
    parked: &[Parked],
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM parked_account WHERE tenant = $1 AND account = ANY($2)")
        .bind(author.tenant())
        .bind(accounts)
        .execute(&mut *connection)
        .await?;
    if parked.is_empty() {
        return Ok(());
    }
    automatic::park(connection, author, through, parked).await
}
