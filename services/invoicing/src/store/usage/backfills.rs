//! Backfills: events that came under one name and can be taken back under it.

use std::collections::{BTreeSet, HashMap};

use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::months::{self, Month};
use super::{Moved, take_turn, withdrawals};
use crate::author::Author;

/// The number that stands for a backfill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Backfill(i32);

runtime::column_number!(Backfill(i32));

/// Why a backfill was not reversed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ReversalError {
    #[error("no usage was sent as backfill `{name}`: check its spelling")]
    Unknown { name: String },
    #[error("backfill `{name}` was reversed already")]
    Already { name: String },
    #[error("{}", months::not_here(*month))]
    Archived { month: Month },
    #[error("say why the backfill is reversed")]
    NoReason,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// The backfills of these names that take events, each begun where there was none; one that was reversed is left out.
pub(crate) async fn ensure_backfills(
    connection: &mut PgConnection,
    tenant: Uuid,
    names: &BTreeSet<&str>,
) -> Result<HashMap<String, Backfill>, sqlx::Error> {
    if names.is_empty() {
        return Ok(HashMap::new());
    }
    let names: Vec<&str> = names.iter().copied().collect();
    sqlx::query(
        "INSERT INTO usage_backfill (tenant, name) SELECT $1, name FROM UNNEST($2::text[]) AS name \
         ON CONFLICT (name, tenant) DO NOTHING",
    )
    .bind(tenant)
    .bind(&names)
    .execute(&mut *connection)
    .await?;
    let open: Vec<(String, Backfill)> = sqlx::query_as(
        "SELECT name, backfill FROM usage_backfill \
         WHERE tenant = $1 AND name = ANY($2) AND reversed_at IS NULL",
    )
    .bind(tenant)
    .bind(&names)
    .fetch_all(connection)
    .await?;
    Ok(open.into_iter().collect())
}

/// Takes back everything that came with a backfill; answers how many events counted until now and do no longer, and what
/// that moved. What they corrected counts again.
pub(crate) async fn reverse(
    connection: &mut PgConnection,
    author: &Author,
    name: &str,
    reason: &str,
) -> Result<(u64, Vec<Moved>), ReversalError> {
    if reason.trim().is_empty() {
        return Err(ReversalError::NoReason);
    }
    let tenant = author.tenant();
    take_turn(connection, tenant).await?;
    let backfill = close(connection, author, name, reason).await?;
    if let Some(month) = months::with_backfill(connection, tenant, backfill).await? {
        return Err(ReversalError::Archived { month });
    }
    let restored = withdrawals::restore(connection, tenant, backfill).await?;
    let withdrawn = withdrawals::withdraw_all(connection, tenant, backfill).await?;
    let gone = u64::try_from(withdrawn.len()).unwrap_or(u64::MAX);
    withdrawals::count_again(connection, tenant, &withdrawn, &restored).await?;
    let moved = withdrawals::moved(&withdrawn).chain(withdrawals::moved(&restored));
    Ok((gone, moved.collect()))
}

async fn close(
    connection: &mut PgConnection,
    author: &Author,
    name: &str,
    reason: &str,
) -> Result<Backfill, ReversalError> {
    let known: Option<(Backfill, bool)> = sqlx::query_as(
        "SELECT backfill, reversed_at IS NOT NULL FROM usage_backfill WHERE tenant = $1 AND name = $2 FOR UPDATE",
    )
    .bind(author.tenant())
    .bind(name)
    .fetch_optional(&mut *connection)
    .await?;
    let name = || name.to_owned();
    let (backfill, reversed) = known.ok_or_else(|| ReversalError::Unknown { name: name() })?;
    if reversed {
        return Err(ReversalError::Already { name: name() });
    }
    sqlx::query(
        "UPDATE usage_backfill SET reversed_at = $2, reversed_by = $3, reason = $4 WHERE backfill = $1",
    )
    .bind(backfill)
    .bind(author.at.to_sqlx())
    .bind(&author.caller.name)
    .bind(reason)
    .execute(connection)
    .await?;
    Ok(backfill)
}
