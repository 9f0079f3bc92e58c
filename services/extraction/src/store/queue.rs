//! Contracts waiting to be read, and how often reading each was begun and not ended.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

/// A contract that a worker has taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) tenant: Uuid,
    pub(crate) contract: Uuid,
}

/// Puts a contract in the queue.
pub(crate) async fn enter(
    connection: &mut PgConnection,
    job: Job,
    since: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO intake (tenant, contract, since) VALUES ($1, $2, $3)")
        .bind(job.tenant)
        .bind(job.contract)
        .bind(since.to_sqlx())
        .execute(connection)
        .await
        .map(drop)
}

/// Takes the contract that has waited longest and that no other worker has. It is held until the transaction ends, by
/// whatever end: a worker that dies lets go of it.
pub(crate) async fn take(connection: &mut PgConnection) -> Result<Option<Job>, sqlx::Error> {
    let row: Option<(Uuid, Uuid)> = sqlx::query_as(
        "SELECT tenant, contract FROM intake WHERE due <= now() ORDER BY since, contract LIMIT 1 \
             FOR UPDATE SKIP LOCKED",
    )
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|(tenant, contract)| Job { tenant, contract }))
}

/// Takes a contract out of the queue; its reading has ended.
pub(crate) async fn leave(connection: &mut PgConnection, job: Job) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM intake WHERE tenant = $1 AND contract = $2")
        .bind(job.tenant)
        .bind(job.contract)
        .execute(connection)
        .await
        .map(drop)
}

/// Leaves a contract in the queue and lets others pass for some seconds.
pub(crate) async fn postpone(
    connection: &mut PgConnection,
    job: Job,
    seconds: f64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE intake SET due = clock_timestamp() + make_interval(secs => $3) WHERE tenant = $1 AND contract = $2",
    )
    .bind(job.tenant)
    .bind(job.contract)
    .bind(seconds)
    .execute(connection)
    .await
    .map(drop)
}

/// Notes that reading begins, and tells how often it was begun without an end before. Committed before the reading, so
/// that it is known even if the reading takes the whole program down.
pub(crate) async fn begin(connection: &mut PgConnection, job: Job) -> Result<u64, sqlx::Error> {
    let before: i64 =
        sqlx::query_scalar("SELECT count(*) FROM intake_attempt WHERE tenant = $1 AND contract = $2")
            .bind(job.tenant)
            .bind(job.contract)
            .fetch_one(&mut *connection)
            .await?;
    sqlx::query("INSERT INTO intake_attempt (tenant, contract) VALUES ($1, $2)")
        .bind(job.tenant)
        .bind(job.contract)
        .execute(connection)
        .await?;
    Ok(u64::try_from(before).unwrap_or(0))
}

/// Notes that reading came to an end, good or bad.
pub(crate) async fn end(connection: &mut PgConnection, job: Job) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM intake_attempt WHERE tenant = $1 AND contract = $2")
        .bind(job.tenant)
        .bind(job.contract)
        .execute(connection)
        .await
        .map(drop)
}
