//! Transactions that see the rows of one tenant.
//!
//! Every table with tenants' rows has a column `tenant uuid NOT NULL` and this policy, written out in the migration
//! that creates it:
//!
//! ```sql
//! ALTER TABLE thing ENABLE ROW LEVEL SECURITY;
//! ALTER TABLE thing FORCE ROW LEVEL SECURITY;
//! CREATE POLICY tenant ON thing
//!     USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));
//! ```
//!
//! FORCE matters: without it the table's owner, which is the role a service connects as, would not be bound. The
//! comparison is of texts because the setting may be absent, empty or `*`, and a cast of those to `uuid` would be an
//! error instead of "no rows". The policy is also the check on what is written. Outside these transactions nothing
//! is visible and nothing can be written.
//!
//! Audit triggers find the actor as `current_setting('quittance.actor', true)` and the role as
//! `current_setting('quittance.role', true)`.

use sqlx::{Connection as _, PgConnection, PgPool, Postgres, Transaction};

use crate::caller::{Caller, Role};

/// Begins a transaction that sees and writes the rows of the caller's tenant, in the caller's name.
pub async fn begin_as(pool: &PgPool, caller: &Caller) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let transaction = pool.begin().await?;
    bind(transaction, &caller.tenant.to_string(), &caller.name, caller.role).await
}

/// The same on a connection that is needed after the transaction.
pub async fn begin_on<'c>(
    connection: &'c mut PgConnection,
    caller: &Caller,
) -> Result<Transaction<'c, Postgres>, sqlx::Error> {
    let transaction = connection.begin().await?;
    bind(transaction, &caller.tenant.to_string(), &caller.name, caller.role).await
}

/// The same for looking only, with everything as it was at one moment, however many statements look at it.
pub async fn begin_looking_as(
    pool: &PgPool,
    caller: &Caller,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    let transaction = pool
        .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        .await?;
    bind(transaction, &caller.tenant.to_string(), &caller.name, caller.role).await
}

/// Begins a transaction of a background worker, which sees and writes the rows of all tenants in its own name (such as
/// "outbox"). Never use it to answer a request.
pub async fn begin_for_worker(
    pool: &PgPool,
    worker: &str,
) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
    bind(pool.begin().await?, "*", worker, Role::Service).await
}

async fn bind<'c>(
    mut transaction: Transaction<'c, Postgres>,
    tenant: &str,
    actor: &str,
    role: Role,
) -> Result<Transaction<'c, Postgres>, sqlx::Error> {
    // Local to the transaction (the third argument): a pooled connection forgets them at commit or rollback.
    sqlx::query(
        "SELECT set_config('quittance.tenant', $1, true), set_config('quittance.actor', $2, true), \
                set_config('quittance.role', $3, true)",
    )
    .bind(tenant)
    .bind(actor)
    .bind(role.to_string())
    .execute(&mut *transaction)
    .await?;
    Ok(transaction)
}
