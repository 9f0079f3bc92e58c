//! Numbers without gaps: taken in the transaction that stores what they number.

use std::collections::BTreeMap;

use sqlx::PgConnection;
use uuid::Uuid;

use super::super::corrupt;
use crate::invoice::Series;

/// Takes so many numbers of each issuer's series; answers the first of each. The counters stay locked until the
/// transaction ends, in the order of the map, so that two runs wait for each other instead of blocking each other.
pub(crate) async fn take_numbers(
    connection: &mut PgConnection,
    tenant: Uuid,
    wanted: &BTreeMap<(String, Series), i64>,
) -> Result<BTreeMap<(String, Series), i64>, sqlx::Error> {
    let rows: Vec<(String, String, i64)> = sqlx::query_as(
        "INSERT INTO invoice_number AS counter (tenant, issuer, series, last) \
         SELECT $1, wanted.* FROM UNNEST($2::text[], $3::text[], $4::bigint[]) AS wanted \
         ON CONFLICT (tenant, issuer, series) DO UPDATE SET last = counter.last + EXCLUDED.last \
         RETURNING issuer, series, last",
    )
    .bind(tenant)
    .bind(
        wanted
            .keys()
            .map(|(issuer, _)| issuer.as_str())
            .collect::<Vec<_>>(),
    )
    .bind(
        wanted
            .keys()
            .map(|(_, series)| series.to_string())
            .collect::<Vec<_>>(),
    )
    .bind(wanted.values().copied().collect::<Vec<_>>())
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(issuer, series, last)| first_taken(wanted, issuer, &series, last))
        .collect()
}

fn first_taken(
    wanted: &BTreeMap<(String, Series), i64>,
    issuer: String,
    series: &str,
    last: i64,
) -> Result<((String, Series), i64), sqlx::Error> {
    let series = Series::parse(series).ok_or_else(|| corrupt("a counter of no known series"))?;
    let key = (issuer, series);
    let count = wanted
        .get(&key)
        .ok_or_else(|| corrupt("a counter nobody asked for"))?;
    let before = last
        .checked_sub(*count)
        .ok_or_else(|| corrupt("a counter below what was taken from it"))?;
    Ok((key, before.saturating_add(1)))
}
