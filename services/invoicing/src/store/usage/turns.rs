//! Turns at appending: one at a time for each tenant. And when what was appended in a turn is on the disk.

use sqlx::PgConnection;
use uuid::Uuid;

/// Waits until nobody else appends for the tenant, and keeps others waiting until the transaction ends. What a later
/// statement of the transaction finds absent from the log is absent.
pub(crate) async fn take_turn(connection: &mut PgConnection, tenant: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('usage of ' || $1::text, 0))")
        .bind(tenant)
        .execute(connection)
        .await
        .map(drop)
}

/// The process of the database that serves a connection. It does not outlive a crash of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Backend(i32);

/// The same for a transaction that gives up its turn before it is on the disk: nobody may hear of it until
/// [`is_durable`] says that it is.
pub(crate) async fn take_short_turn(
    connection: &mut PgConnection,
    tenant: Uuid,
) -> Result<Backend, sqlx::Error> {
    let served: (i32, String) = sqlx::query_as(
        "SELECT pg_backend_pid(), set_config('synchronous_commit', 'off', true) \
         FROM pg_advisory_xact_lock(hashtextextended('usage of ' || $1::text, 0))",
    )
    .bind(tenant)
    .fetch_one(connection)
    .await?;
    Ok(Backend(served.0))
}

/// Returns when everything that was visible to the connection is on the disk: a transaction that waits for its own commit
/// waits for all before it in the database's log. The message in it is for nobody; without any, there is nothing to wait
/// for. In a transaction of its own it waits here, in another at the end of that.
///
/// Only the backend that saw something can say so: one that began after a crash does not know what was lost in it.
pub(crate) async fn flush(connection: &mut PgConnection) -> Result<Backend, sqlx::Error> {
    let served: (i32, bool) =
        sqlx::query_as("SELECT pg_backend_pid(), pg_logical_emit_message(true, 'quittance', '') IS NOT NULL")
            .fetch_one(connection)
            .await?;
    Ok(Backend(served.0))
}

/// Waits until what this backend committed is on the disk. False where another one answers in its place, which cannot know.
pub(crate) async fn is_durable(connection: &mut PgConnection, backend: Backend) -> Result<bool, sqlx::Error> {
    Ok(flush(connection).await? == backend)
}
