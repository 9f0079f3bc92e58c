//! Approved plans on their way to invoicing.

use std::time::Duration;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use pricing::plan::Plan;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use super::{column, counted};

/// An approved plan and who let it through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parcel {
    pub(crate) tenant: Uuid,
    pub(crate) contract: Uuid,
    pub(crate) revision: u32,
    /// The plan's name; invoicing compares it with what arrives.
    pub(crate) content_hash: String,
    pub(crate) plan: Plan,
    pub(crate) submitted_by: String,
    pub(crate) approved_by: String,
    /// Who approved before, where one approver was not enough.
    pub(crate) first_approved_by: Option<String>,
    pub(crate) approved_at: Timestamp,
    /// The request that approved it, as a W3C `traceparent`.
    pub(crate) traceparent: String,
}

/// How far a parcel has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) state: Delivery,
    pub(crate) attempts: u32,
    /// What invoicing said last, unless it was yes.
    pub(crate) last_error: String,
    /// When it is tried next; only meaningful while it waits.
    pub(crate) next_attempt_at: Timestamp,
    pub(crate) submitted_by: String,
    pub(crate) approved_by: String,
    pub(crate) first_approved_by: Option<String>,
}

/// How a parcel stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// Not delivered yet; tried again and again.
    Waiting,
    /// Invoicing will not take it; trying again would not help.
    Refused,
    /// Invoicing has it.
    Acknowledged,
    /// The contract was opened again before it left.
    Withdrawn,
}

impl Delivery {
    /// The name by which the database and callers know it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Refused => "refused",
            Self::Acknowledged => "acknowledged",
            Self::Withdrawn => "withdrawn",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::Waiting, Self::Refused, Self::Acknowledged, Self::Withdrawn]
            .into_iter()
            .find(|delivery| delivery.name() == name)
    }
}

/// Puts a parcel in the outbox.
pub(crate) async fn put(connection: &mut PgConnection, parcel: &Parcel) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO outbox (tenant, contract, revision, content_hash, plan, submitted_by, approved_by, approved_at, \
                             traceparent, first_approved_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(parcel.tenant)
    .bind(parcel.contract)
    .bind(column(parcel.revision))
    .bind(&parcel.content_hash)
    .bind(Json(&parcel.plan))
    .bind(&parcel.submitted_by)
    .bind(&parcel.approved_by)
    .bind(parcel.approved_at.to_sqlx())
    .bind(&parcel.traceparent)
    .bind(&parcel.first_approved_by)
    .execute(connection)
    .await
    .map(drop)
}

/// Takes the parcel that is longest due and that no other worker has, with the number of attempts before. It and its
/// contract are held until the transaction ends; one whose contract somebody is changing is passed over for now.
pub(crate) async fn take(connection: &mut PgConnection) -> Result<Option<(Parcel, u32)>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT o.tenant, o.contract, o.revision, o.content_hash, o.plan, o.submitted_by, o.approved_by, \
                o.first_approved_by, o.approved_at, o.traceparent, o.attempts \
         FROM outbox o JOIN contract c ON (c.tenant, c.id) = (o.tenant, o.contract) \
         WHERE o.state = 'waiting' AND o.next_attempt_at <= now() ORDER BY o.next_attempt_at LIMIT 1 \
         FOR NO KEY UPDATE OF o, c SKIP LOCKED",
    )
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(parcel).transpose()
}

/// Notes that a parcel was delivered.
pub(crate) async fn acknowledge(connection: &mut PgConnection, parcel: &Parcel) -> Result<(), sqlx::Error> {
    close(connection, parcel, Delivery::Acknowledged, "").await
}

/// Notes that a parcel will not be taken, and why.
pub(crate) async fn refuse(
    connection: &mut PgConnection,
    parcel: &Parcel,
    why: &str,
) -> Result<(), sqlx::Error> {
    close(connection, parcel, Delivery::Refused, why).await
}

/// Notes a failed attempt, and how long to wait before the next.
pub(crate) async fn retry_in(
    connection: &mut PgConnection,
    parcel: &Parcel,
    why: &str,
    wait: Duration,
) -> Result<(), sqlx::Error> {
    // The clock of the database alone, so that all copies of the service agree.
    sqlx::query(
        "UPDATE outbox SET attempts = attempts + 1, last_error = $4, \
                next_attempt_at = clock_timestamp() + make_interval(secs => $5) \
         WHERE tenant = $1 AND contract = $2 AND revision = $3",
    )
    .bind(parcel.tenant)
    .bind(parcel.contract)
    .bind(column(parcel.revision))
    .bind(why)
    .bind(wait.as_secs_f64())
    .execute(connection)
    .await
    .map(drop)
}

/// Keeps what has not left from leaving. The caller holds the contract, so no attempt is under way.
pub(crate) async fn withdraw(
    connection: &mut PgConnection,
    tenant: Uuid,
    contract: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE outbox SET state = 'withdrawn' \
         WHERE tenant = $1 AND contract = $2 AND state IN ('waiting', 'refused')",
    )
    .bind(tenant)
    .bind(contract)
    .execute(connection)
    .await
    .map(drop)
}

/// The latest parcel of a contract and how far it has come; none before its first approval.
pub(crate) async fn latest(
    connection: &mut PgConnection,
    tenant: Uuid,
    contract: Uuid,
) -> Result<Option<Progress>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT state, attempts, last_error, next_attempt_at, submitted_by, approved_by, first_approved_by \
         FROM outbox \
         WHERE tenant = $1 AND contract = $2 ORDER BY revision DESC LIMIT 1",
    )
    .bind(tenant)
    .bind(contract)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(progress).transpose()
}

async fn close(
    connection: &mut PgConnection,
    parcel: &Parcel,
    state: Delivery,
    why: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE outbox SET state = $4, attempts = attempts + 1, last_error = $5 \
         WHERE tenant = $1 AND contract = $2 AND revision = $3",
    )
    .bind(parcel.tenant)
    .bind(parcel.contract)
    .bind(column(parcel.revision))
    .bind(state.name())
    .bind(why)
    .execute(connection)
    .await
    .map(drop)
}

fn progress(row: &PgRow) -> Result<Progress, sqlx::Error> {
    let state: String = row.try_get("state")?;
    let unknown = || super::corrupt(format!("unknown delivery {state}"));
    let next_attempt_at: jiff_sqlx::Timestamp = row.try_get("next_attempt_at")?;
    Ok(Progress {
        state: Delivery::named(&state).ok_or_else(unknown)?,
        attempts: counted(row.try_get("attempts")?)?,
        last_error: row.try_get("last_error")?,
        next_attempt_at: next_attempt_at.to_jiff(),
        submitted_by: row.try_get("submitted_by")?,
        approved_by: row.try_get("approved_by")?,
        first_approved_by: row.try_get("first_approved_by")?,
    })
}

fn parcel(row: &PgRow) -> Result<(Parcel, u32), sqlx::Error> {
    let Json(plan) = row.try_get("plan")?;
    let approved_at: jiff_sqlx::Timestamp = row.try_get("approved_at")?;
    let parcel = Parcel {
        tenant: row.try_get("tenant")?,
        contract: row.try_get("contract")?,
        revision: counted(row.try_get("revision")?)?,
        content_hash: row.try_get("content_hash")?,
        plan,
        submitted_by: row.try_get("submitted_by")?,
        approved_by: row.try_get("approved_by")?,
        first_approved_by: row.try_get("first_approved_by")?,
        approved_at: approved_at.to_jiff(),
        traceparent: row.try_get("traceparent")?,
    };
    Ok((parcel, counted(row.try_get("attempts")?)?))
}
