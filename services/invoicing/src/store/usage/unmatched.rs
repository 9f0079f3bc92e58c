//! Usage that waits for a plan.

use sqlx::PgConnection;
use uuid::Uuid;

use crate::store::corrupt;
use crate::usage::{Unknown, Unmatched};

/// What no plan knows yet, by account and meter, after a pair of them.
pub(crate) async fn unmatched(
    connection: &mut PgConnection,
    tenant: Uuid,
    after: Option<(&str, &str)>,
    limit: i64,
) -> Result<Vec<Unmatched>, sqlx::Error> {
    let (account, meter) = after.unwrap_or_default();
    let rows: Vec<(String, String, bool, i64)> = sqlx::query_as(
        "SELECT account, meter, EXISTS (SELECT FROM account WHERE tenant = $1 AND id = waiting.account), \
                coalesce((SELECT sum(count) FROM usage_hour WHERE series = waiting.series AND tenant = $1), 0)::bigint \
         FROM usage_series AS waiting \
         WHERE tenant = $1 AND NOT matched AND (account, meter) > ($2, $3) \
         ORDER BY account, meter LIMIT $4",
    )
    .bind(tenant)
    .bind(account)
    .bind(meter)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(account, meter, known, events)| {
            Ok(Unmatched {
                why: if known { Unknown::Meter } else { Unknown::Account },
                account,
                meter,
                events: u64::try_from(events).map_err(corrupt)?,
            })
        })
        .collect()
}
