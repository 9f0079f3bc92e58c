//! How reading and reviewing go, counted from what lists and the audit log hold; no review is opened for it.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::{PgConnection, Postgres};
use uuid::Uuid;

use super::corrupt;

/// Contracts that came since a day and were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) contracts: u64,
    pub(crate) approved: u64,
    /// Approved without any change of a term.
    pub(crate) unchanged: u64,
}

/// Something people changed or the checks flagged: in how many contracts, and how often in all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tally {
    pub(crate) what: String,
    pub(crate) contracts: u64,
    pub(crate) times: u64,
}

/// Seconds from upload to approval: what half of all, nine in ten, and all took at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Durations {
    pub(crate) half: u64,
    pub(crate) most: u64,
    pub(crate) longest: u64,
}

pub(crate) async fn totals(
    connection: &mut PgConnection,
    tenant: Uuid,
    since: Timestamp,
) -> Result<Totals, sqlx::Error> {
    let (contracts, approved, unchanged): (i64, i64, i64) = sqlx::query_as(
        "WITH changed AS (SELECT DISTINCT contract FROM event \
                          WHERE tenant = $1 AND action IN ('edited', 'cited') AND at >= $2) \
         SELECT count(*), count(*) FILTER (WHERE approved), count(*) FILTER (WHERE approved AND NOT touched) \
         FROM (SELECT state IN ('approved', 'handed_over') AS approved, id IN (SELECT contract FROM changed) AS touched \
               FROM contract WHERE tenant = $1 AND received_at >= $2 AND pages > 0) AS came",
    )
    .bind(tenant)
    .bind(since.to_sqlx())
    .fetch_one(connection)
    .await?;
    Ok(Totals {
        contracts: counted(contracts)?,
        approved: counted(approved)?,
        unchanged: counted(unchanged)?,
    })
}

/// What people changed, by path with every position in a list as `*`, most often first.
pub(crate) async fn changed(
    connection: &mut PgConnection,
    tenant: Uuid,
    since: Timestamp,
) -> Result<Vec<Tally>, sqlx::Error> {
    let found = sqlx::query_as(
        "SELECT regexp_replace(e.path, '/([0-9]+|-)(?=/|$)', '/*', 'g'), count(DISTINCT e.contract), count(*) \
         FROM event e JOIN contract c ON (c.tenant, c.id) = (e.tenant, e.contract) \
         WHERE e.tenant = $1 AND e.action IN ('edited', 'cited') AND e.at >= $2 AND c.received_at >= $2 \
         GROUP BY 1 ORDER BY 2 DESC, 3 DESC, 1",
    );
    tallies(connection, found.bind(tenant).bind(since.to_sqlx())).await
}

/// What was flagged, by code, most often first.
pub(crate) async fn flagged(
    connection: &mut PgConnection,
    tenant: Uuid,
    since: Timestamp,
) -> Result<Vec<Tally>, sqlx::Error> {
    let found = sqlx::query_as(
        "SELECT code, count(DISTINCT id), count(*) FROM contract, unnest(flag_codes) AS code \
         WHERE tenant = $1 AND received_at >= $2 GROUP BY 1 ORDER BY 2 DESC, 3 DESC, 1",
    );
    tallies(connection, found.bind(tenant).bind(since.to_sqlx())).await
}

/// From upload to the last approval; none while nothing was approved.
pub(crate) async fn until_approved(
    connection: &mut PgConnection,
    tenant: Uuid,
    since: Timestamp,
) -> Result<Option<Durations>, sqlx::Error> {
    let (half, most, longest): (Option<f64>, Option<f64>, Option<f64>) = sqlx::query_as(
        "SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY took), percentile_disc(0.9) WITHIN GROUP (ORDER BY took), \
                max(took) \
         FROM (SELECT extract(epoch FROM max(e.at) - c.received_at)::float8 AS took \
               FROM event e JOIN contract c ON (c.tenant, c.id) = (e.tenant, e.contract) \
               WHERE e.tenant = $1 AND e.action = 'approved' AND e.at >= $2 AND c.received_at >= $2 \
                 AND c.state IN ('approved', 'handed_over') GROUP BY c.id, c.received_at) AS approved",
    )
    .bind(tenant)
    .bind(since.to_sqlx())
    .fetch_one(connection)
    .await?;
    let seconds = |took: f64| std::time::Duration::try_from_secs_f64(took.max(0.0)).map_err(corrupt);
    let (Some(half), Some(most), Some(longest)) = (half, most, longest) else {
        return Ok(None);
    };
    Ok(Some(Durations {
        half: seconds(half)?.as_secs(),
        most: seconds(most)?.as_secs(),
        longest: seconds(longest)?.as_secs(),
    }))
}

type Counted<'q> =
    sqlx::query::QueryAs<'q, Postgres, (String, i64, i64), <Postgres as sqlx::Database>::Arguments>;

async fn tallies(connection: &mut PgConnection, query: Counted<'_>) -> Result<Vec<Tally>, sqlx::Error> {
    let rows = query.fetch_all(connection).await?;
    let tally = |(what, contracts, times): (String, i64, i64)| {
        Ok(Tally {
            what,
            contracts: counted(contracts)?,
            times: counted(times)?,
        })
    };
    rows.into_iter().map(tally).collect()
}

fn counted(number: i64) -> Result<u64, sqlx::Error> {
    u64::try_from(number).map_err(corrupt)
}
