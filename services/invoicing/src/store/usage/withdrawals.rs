//! Events that no longer count, and what that changes: the totals of their hours are made anew from the events that do.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Backfill, Series, Source, distinct, totals};

/// An event that begins or ceases to count.
#[derive(Debug, Clone)]
pub(super) struct Touched {
    pub(super) series: Series,
    at: jiff_sqlx::Timestamp,
    pub(super) value: Decimal,
    /// In whose days the values of its series are kept, if they are.
    pub(super) distinct_in: Option<String>,
}

runtime::from_row!(Touched {
    series,
    at,
    value,
    distinct_in
});

impl Touched {
    pub(super) fn at(&self) -> Timestamp {
        self.at.to_jiff()
    }
}

/// Which of these events no longer count, and what corrected each, if anything did.
pub(crate) async fn withdrawn(
    connection: &mut PgConnection,
    tenant: Uuid,
    names: &[(Source, &str)],
) -> Result<HashMap<(Source, String), Option<String>>, sqlx::Error> {
    let (sources, ids): (Vec<Source>, Vec<&str>) = names.iter().copied().unzip();
    let rows: Vec<(Source, String, Option<String>)> = sqlx::query_as(
        "SELECT gone.* FROM UNNEST($2::integer[], $3::text[]) AS wanted (source, id) \
         CROSS JOIN LATERAL ( \
             SELECT source, id, corrected_by FROM usage_withdrawn \
             WHERE tenant = $1 AND source = wanted.source AND id = wanted.id LIMIT 1 \
         ) AS gone",
    )
    .bind(tenant)
    .bind(sources)
    .bind(ids)
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(source, id, by)| ((source, id), by))
        .collect())
}

/// An event, and the one of the same source that takes its place.
pub(crate) type Correction<'e> = (Source, &'e str, &'e str);

/// A series, and a time for which its totals were made anew.
pub(crate) type Moved = (Series, Timestamp);

/// Withdraws events that others correct, and says what that moved. All of them are in the log.
pub(crate) async fn correct(
    connection: &mut PgConnection,
    tenant: Uuid,
    corrections: &[Correction<'_>],
) -> Result<Vec<Moved>, sqlx::Error> {
    if corrections.is_empty() {
        return Ok(Vec::new());
    }
    let gone: Vec<Touched> = sqlx::query_as(
        "WITH gone AS ( \
             INSERT INTO usage_withdrawn (tenant, source, id, corrected_by) \
             SELECT $1, gone.* FROM UNNEST($2::integer[], $3::text[], $4::text[]) AS gone \
             RETURNING source, id \
         ) \
         SELECT event.series, event.at, said.value, distinct_in \
         FROM gone CROSS JOIN LATERAL usage_named(gone.source, gone.id) AS event JOIN usage_series USING (series) \
         CROSS JOIN LATERAL ( \
             SELECT value FROM usage_single AS single \
             WHERE single.series = event.series AND hour > event.at - interval '1 hour' AND hour <= event.at \
               AND single.source = gone.source AND single.id = gone.id LIMIT 1 \
         ) AS said",
    )
    .bind(tenant)
    .bind(corrections.iter().map(|(source, ..)| *source).collect::<Vec<_>>())
    .bind(corrections.iter().map(|(_, id, _)| *id).collect::<Vec<_>>())
    .bind(corrections.iter().map(|(.., by)| *by).collect::<Vec<_>>())
    .fetch_all(&mut *connection)
    .await?;
    count_again(connection, tenant, &gone, &[]).await?;
    Ok(moved(&gone).collect())
}

pub(super) fn moved(touched: &[Touched]) -> impl Iterator<Item = Moved> {
    touched.iter().map(|event| (event.series, event.at()))
}

/// Withdraws what still counts of a backfill.
pub(super) async fn withdraw_all(
    connection: &mut PgConnection,
    tenant: Uuid,
    backfill: Backfill,
) -> Result<Vec<Touched>, sqlx::Error> {
    sqlx::query_as(
        "WITH own AS MATERIALIZED ( \
             SELECT series, source, id, at, value FROM usage_single WHERE backfill = $2 AND tenant = $1 \
         ), gone AS ( \
             INSERT INTO usage_withdrawn (tenant, source, id) SELECT $1, source, id FROM own \
             ON CONFLICT (source, id) DO NOTHING RETURNING source, id \
         ) \
         SELECT own.series, at, value, distinct_in \
         FROM gone JOIN own USING (source, id) JOIN usage_series USING (series)",
    )
    .bind(tenant)
    .bind(backfill)
    .fetch_all(connection)
    .await
}

/// Lets those count again that events of a backfill had corrected, unless they came with it themselves.
pub(super) async fn restore(
    connection: &mut PgConnection,
    tenant: Uuid,
    backfill: Backfill,
) -> Result<Vec<Touched>, sqlx::Error> {
    sqlx::query_as(
        "WITH own AS MATERIALIZED ( \
             SELECT source, id FROM usage_single WHERE backfill = $2 AND tenant = $1 \
         ), back AS ( \
             DELETE FROM usage_withdrawn AS gone USING own AS correction \
             WHERE gone.tenant = $1 AND gone.source = correction.source AND gone.corrected_by = correction.id \
               AND NOT EXISTS (SELECT FROM own WHERE own.source = gone.source AND own.id = gone.id) \
             RETURNING gone.source, gone.id \
         ) \
         SELECT event.series, event.at, said.value, distinct_in \
         FROM back CROSS JOIN LATERAL usage_named(back.source, back.id) AS event JOIN usage_series USING (series) \
         CROSS JOIN LATERAL ( \
             SELECT value FROM usage_single AS single \
             WHERE single.series = event.series AND hour > event.at - interval '1 hour' AND hour <= event.at \
               AND single.source = back.source AND single.id = back.id LIMIT 1 \
         ) AS said",
    )
    .bind(tenant)
    .bind(backfill)
    .fetch_all(connection)
    .await
}

/// Makes everything anew that is put together from events which began or ceased to count.
pub(super) async fn count_again(
    connection: &mut PgConnection,
    tenant: Uuid,
    gone: &[Touched],
    back: &[Touched],
) -> Result<(), sqlx::Error> {
    let touched = gone.iter().chain(back);
    let hours: BTreeSet<(Series, i64)> = touched
        .clone()
        .map(|event| (event.series, totals::hour(event.at())))
        .collect();
    totals::make_anew(connection, tenant, &hours).await?;
    distinct::make_anew(connection, tenant, touched).await
}
