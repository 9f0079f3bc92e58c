//! Taking back what came under one name.

use sqlx::PgConnection;

use super::alerts;
use crate::author::Author;
use crate::store::audit::{self, Deed};
use crate::store::usage::{self, ReversalError};

/// Takes back everything that came with a backfill; answers how many events no longer count.
pub(crate) async fn reverse(
    connection: &mut PgConnection,
    author: &Author,
    name: &str,
    reason: &str,
) -> Result<u64, ReversalError> {
    let (events, moved) = usage::reverse(connection, author, name, reason).await?;
    alerts::check(connection, author, moved).await?;
    let deed = Deed {
        action: "usage.backfill_reversed",
        subject: name.to_owned(),
        reason: reason.to_owned(),
        before: None,
        after: Some(serde_json::json!({ "events": events })),
    };
    audit::record(connection, author, &[deed]).await?;
    Ok(events)
}
