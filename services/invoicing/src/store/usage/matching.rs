//! What plans make of the series: usage of a meter counts once a plan has the meter.

use jiff::tz::TimeZone;
use pricing::plan::{Aggregation, Plan};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Series, distinct, take_turn};
use crate::store::corrupt;

/// Notes which meters a plan has: what was used of them before counts from now on. Where one counts different values,
/// these are kept from now on, and those of before are looked up.
pub(crate) async fn match_meters(
    connection: &mut PgConnection,
    tenant: Uuid,
    plan: &Plan,
) -> Result<(), sqlx::Error> {
    if plan.meters.is_empty() {
        return Ok(());
    }
    // Whoever appends sees each series as it is before or after this, never in between.
    take_turn(connection, tenant).await?;
    let meters: Vec<&str> = plan.meters.iter().map(|meter| meter.id.as_str()).collect();
    sqlx::query(
        "INSERT INTO usage_series AS known (tenant, account, meter, matched) \
         SELECT DISTINCT $1, $2, meter, true FROM UNNEST($3::text[]) AS meter ORDER BY meter \
         ON CONFLICT (account, meter, tenant) DO UPDATE SET matched = true WHERE NOT known.matched",
    )
    .bind(tenant)
    .bind(&plan.account)
    .bind(meters)
    .execute(&mut *connection)
    .await?;
    let counting = plan
        .meters
        .iter()
        .filter(|meter| meter.aggregation == Aggregation::UniqueCount);
    let counting: Vec<&str> = counting.map(|meter| meter.id.as_str()).collect();
    if counting.is_empty() {
        return Ok(());
    }
    let begun: Vec<Series> = sqlx::query_scalar(
        "UPDATE usage_series SET distinct_in = $4 \
         WHERE tenant = $1 AND account = $2 AND meter = ANY($3) AND distinct_in IS NULL RETURNING series",
    )
    .bind(tenant)
    .bind(&plan.account)
    .bind(counting)
    .bind(&plan.time_zone)
    .fetch_all(&mut *connection)
    .await?;
    let zone = TimeZone::get(&plan.time_zone).map_err(corrupt)?;
    for series in begun {
        distinct::begin(connection, tenant, series, &zone).await?;
    }
    Ok(())
}
