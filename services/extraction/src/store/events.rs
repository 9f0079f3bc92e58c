//! The audit log: written beside every change, in its transaction, and never changed.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::postgres::PgRow;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use super::{column, counted};

/// Something that happened to a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Event {
    pub(crate) at: Timestamp,
    pub(crate) actor: String,
    /// A stable name, such as `edited`.
    pub(crate) action: String,
    /// The contract's state once this had happened, by name.
    pub(crate) state: String,
    /// The contract's revision once this had happened.
    pub(crate) revision: u32,
    pub(crate) change: Change,
    /// The request it was part of; empty for what the service does by itself.
    pub(crate) trace: String,
}

/// What changed, and why; empty where it does not apply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) path: String,
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) reason: String,
}

/// Writes an event. The caller has the contract's row locked, so that events of one contract are numbered in the order
/// in which they become visible.
pub(crate) async fn record(
    connection: &mut PgConnection,
    tenant: Uuid,
    contract: Uuid,
    event: &Event,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO event (tenant, contract, at, actor, action, state, revision, path, before, after, reason, trace) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(tenant)
    .bind(contract)
    .bind(event.at.to_sqlx())
    .bind(&event.actor)
    .bind(&event.action)
    .bind(&event.state)
    .bind(column(event.revision))
    .bind(&event.change.path)
    .bind(&event.change.before)
    .bind(&event.change.after)
    .bind(&event.change.reason)
    .bind(&event.trace)
    .execute(connection)
    .await
    .map(drop)
}

/// What happened to a contract after the event of that number (0 for all), oldest first, each with its number.
pub(crate) async fn since(
    connection: &mut PgConnection,
    tenant: Uuid,
    contract: Uuid,
    seq: i64,
) -> Result<Vec<(i64, Event)>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT seq, at, actor, action, state, revision, path, before, after, reason, trace FROM event \
         WHERE tenant = $1 AND contract = $2 AND seq > $3 ORDER BY seq",
    )
    .bind(tenant)
    .bind(contract)
    .bind(seq)
    .fetch_all(connection)
    .await?;
    rows.iter().map(event).collect()
}

fn event(row: &PgRow) -> Result<(i64, Event), sqlx::Error> {
    let at: jiff_sqlx::Timestamp = row.try_get("at")?;
    let change = Change {
        path: row.try_get("path")?,
        before: row.try_get("before")?,
        after: row.try_get("after")?,
        reason: row.try_get("reason")?,
    };
    let event = Event {
        at: at.to_jiff(),
        actor: row.try_get("actor")?,
        action: row.try_get("action")?,
        state: row.try_get("state")?,
        revision: counted(row.try_get("revision")?)?,
        change,
        trace: row.try_get("trace")?,
    };
    Ok((row.try_get("seq")?, event))
}
