//! What the events of each hour come to, and those of each day in UTC. Put together here, exactly, and added to what the
//! database holds.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::types::Json;
use sqlx::{PgConnection, Postgres};
use uuid::Uuid;

use super::parts::Parts;
use super::{Dimensions, Moved, Series, months};
use crate::store::corrupt;

/// An hour of a series, for one combination of dimensions.
type Slot<'e> = (Series, i64, &'e Dimensions);

/// Events put together. Their sum is kept in two whole numbers, the units and the rest in the smallest parts that a
/// decimal knows, because a sum can have more digits than a decimal holds.
#[derive(Debug, Clone, Copy)]
struct Total {
    units: i128,
    parts: i128,
    count: i64,
    least: Decimal,
    greatest: Decimal,
}

const MINUTE: jiff::SignedDuration = jiff::SignedDuration::from_mins(1);
/// Digits behind the point of the finest decimal.
const FINEST: u32 = 28;

/// What adds events to the totals of their hours, ready to be sent.
pub(super) fn statement<'p>(
    tenant: Uuid,
    parts: &'p Parts<'_>,
) -> Result<Query<'p, Postgres, PgArguments>, sqlx::Error> {
    let totals = totals(parts);
    let slots = totals.keys();
    let hours: Result<Vec<_>, _> = slots
        .clone()
        .map(|(_, hour, _)| Timestamp::from_second(*hour))
        .collect();
    let hours: Vec<_> = hours.map_err(corrupt)?.into_iter().map(ToSqlx::to_sqlx).collect();
    Ok(sqlx::query(ADD)
        .bind(tenant)
        .bind(slots.clone().map(|(series, ..)| *series).collect::<Vec<_>>())
        .bind(hours)
        .bind(
            slots
                .map(|(.., dimensions)| Json(*dimensions))
                .collect::<Vec<_>>(),
        )
        .bind(
            totals
                .values()
                .map(|total| total.units.to_string())
                .collect::<Vec<_>>(),
        )
        .bind(
            totals
                .values()
                .map(|total| total.parts.to_string())
                .collect::<Vec<_>>(),
        )
        .bind(totals.values().map(|total| total.count).collect::<Vec<_>>())
        .bind(totals.values().map(|total| total.least).collect::<Vec<_>>())
        .bind(totals.values().map(|total| total.greatest).collect::<Vec<_>>()))
}

/// Days from their hours, which come together: one statement, so that the two are never apart.
const ADD: &str = "\
    WITH added AS MATERIALIZED ( \
        SELECT series, hour, sha256(convert_to(dimensions::text, 'UTF8')) AS combination, dimensions, \
               trim_scale(units::numeric + parts::numeric * 1e-28) AS sum, count, least, greatest \
        FROM UNNEST($2::bigint[], $3::timestamptz[], $4::jsonb[], $5::text[], $6::text[], $7::bigint[], $8::numeric[], \
                    $9::numeric[]) AS added (series, hour, dimensions, units, parts, count, least, greatest) \
    ), by_hour AS ( \
        INSERT INTO usage_hour AS held (tenant, combination, series, hour, dimensions, sum, count, least, greatest) \
        SELECT $1, combination, series, hour, dimensions, sum, count, least, greatest FROM added \
        ON CONFLICT (series, hour, combination) DO UPDATE SET \
            sum = held.sum + excluded.sum, count = held.count + excluded.count, \
            least = least(held.least, excluded.least), greatest = greatest(held.greatest, excluded.greatest) \
    ) \
    INSERT INTO usage_day AS held (tenant, combination, series, day, dimensions, sum, count, least, greatest) \
    SELECT $1, combination, series, date_bin('1 day', hour, '4713-01-01 00:00:00+00 BC') AS day, dimensions, \
           sum(sum), sum(count), min(least), max(greatest) \
    FROM added GROUP BY combination, series, day, dimensions ORDER BY series, day \
    ON CONFLICT (series, day, combination) DO UPDATE SET \
        sum = held.sum + excluded.sum, count = held.count + excluded.count, \
        least = least(held.least, excluded.least), greatest = greatest(held.greatest, excluded.greatest)";

/// Makes the totals of these hours from their events, and those of their days from all of their hours, in place of what
/// they were.
pub(super) async fn make_anew(
    connection: &mut PgConnection,
    tenant: Uuid,
    hours: &BTreeSet<(Series, i64)>,
) -> Result<(), sqlx::Error> {
    let (series, begins): (Vec<Series>, Vec<i64>) = hours.iter().copied().unzip();
    let instants = begins
        .iter()
        .filter_map(|begins| Timestamp::from_second(*begins).ok());
    months::must_be_here(
        connection,
        tenant,
        instants.map(|at| (at, at.saturating_add(MINUTE).unwrap_or(at))),
    )
    .await?;
    let begins: Result<Vec<_>, _> = begins.into_iter().map(Timestamp::from_second).collect();
    let begins: Vec<_> = begins
        .map_err(corrupt)?
        .into_iter()
        .map(ToSqlx::to_sqlx)
        .collect();
    for statement in [FORGET, MAKE, FORGET_DAYS, MAKE_DAYS] {
        sqlx::query(statement)
            .bind(tenant)
            .bind(&series)
            .bind(&begins)
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

const FORGET: &str = "\
    DELETE FROM usage_hour USING UNNEST($2::bigint[], $3::timestamptz[]) AS anew (series, hour) \
    WHERE usage_hour.tenant = $1 AND usage_hour.series = anew.series AND usage_hour.hour = anew.hour";

const MAKE: &str = "\
    INSERT INTO usage_hour (tenant, combination, series, hour, dimensions, sum, count, least, greatest) \
    SELECT $1, sha256(convert_to(dimensions::text, 'UTF8')), made.* \
    FROM UNNEST($2::bigint[], $3::timestamptz[]) AS anew (series, hour) \
    CROSS JOIN LATERAL ( \
        SELECT series, anew.hour, coalesce(dimensions, '{}') AS dimensions, \
               trim_scale(sum(value)), count(*), min(value), max(value) \
        FROM usage_counted \
        WHERE tenant = $1 AND series = anew.series AND hour = anew.hour \
        GROUP BY 1, 3 \
    ) AS made";

const FORGET_DAYS: &str = "\
    DELETE FROM usage_day USING ( \
        SELECT DISTINCT series, date_bin('1 day', hour, '4713-01-01 00:00:00+00 BC') AS day \
        FROM UNNEST($2::bigint[], $3::timestamptz[]) AS anew (series, hour) \
    ) AS anew \
    WHERE usage_day.tenant = $1 AND usage_day.series = anew.series AND usage_day.day = anew.day";

const MAKE_DAYS: &str = "\
    INSERT INTO usage_day (tenant, combination, series, day, dimensions, sum, count, least, greatest) \
    SELECT $1, made.* FROM ( \
        SELECT DISTINCT series, date_bin('1 day', hour, '4713-01-01 00:00:00+00 BC') AS day \
        FROM UNNEST($2::bigint[], $3::timestamptz[]) AS anew (series, hour) \
    ) AS anew \
    CROSS JOIN LATERAL ( \
        SELECT combination, series, anew.day, dimensions, sum(sum), sum(count), min(least), max(greatest) \
        FROM usage_hour \
        WHERE tenant = $1 AND series = anew.series AND hour >= anew.day AND hour < anew.day + interval '24 hours' \
        GROUP BY 1, 2, 4 \
    ) AS made";

/// The hours in which a series of an account was used, each with its first and its last instant.
pub(crate) async fn used_times(
    connection: &mut PgConnection,
    tenant: Uuid,
    account: &str,
) -> Result<Vec<Moved>, sqlx::Error> {
    let rows: Vec<(Series, jiff_sqlx::Timestamp)> = sqlx::query_as(
        "SELECT DISTINCT series, hour + within FROM usage_hour JOIN usage_series AS used USING (series) \
         CROSS JOIN UNNEST(ARRAY[interval '0', interval '3599.999999 seconds']) AS within \
         WHERE used.tenant = $1 AND used.account = $2",
    )
    .bind(tenant)
    .bind(account)
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(series, at)| (series, at.to_jiff()))
        .collect())
}

/// In the order of their slots, which lie beside each other in the database as well.
fn totals<'e>(parts: &Parts<'e>) -> BTreeMap<Slot<'e>, Total> {
    let mut totals: BTreeMap<Slot<'e>, Total> = BTreeMap::new();
    for ((series, hour, dimensions, ..), events) in parts {
        let mut singles = events.values.iter().copied().map(Total::of);
        let Some(first) = singles.next() else { continue };
        let of_part = singles.fold(first, Total::plus);
        totals
            .entry((*series, *hour, dimensions))
            .and_modify(|total| *total = total.plus(of_part))
            .or_insert(of_part);
    }
    totals
}

/// The hour it lies in, in UTC, as the second it begins with.
pub(super) fn hour(at: Timestamp) -> i64 {
    at.as_microsecond().div_euclid(3_600_000_000).saturating_mul(3600)
}

impl Total {
    fn of(value: Decimal) -> Self {
        let one = 10_i128.saturating_pow(value.scale());
        let finer = 10_i128.saturating_pow(FINEST.saturating_sub(value.scale()));
        let mantissa = value.mantissa();
        Self {
            units: mantissa.checked_div(one).unwrap_or_default(),
            parts: mantissa
                .checked_rem(one)
                .unwrap_or_default()
                .saturating_mul(finer),
            count: 1,
            least: value,
            greatest: value,
        }
    }

    /// Exact: units have at most 29 digits and parts 28, and both have room for 39.
    fn plus(self, other: Self) -> Self {
        Self {
            units: self.units.saturating_add(other.units),
            parts: self.parts.saturating_add(other.parts),
            count: self.count.saturating_add(other.count),
            least: self.least.min(other.least),
            greatest: self.greatest.max(other.greatest),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_of_the_largest_and_the_finest_is_exact() {
        let cases = [
            (Decimal::MAX, 79_228_162_514_264_337_593_543_950_335, 0),
            (Decimal::MIN, -79_228_162_514_264_337_593_543_950_335, 0),
            (Decimal::new(1, 28), 0, 1),
            (Decimal::new(-1250, 2), -12, -5 * 10_i128.pow(27)),
            (Decimal::new(12_500, 3), 12, 5 * 10_i128.pow(27)),
        ];
        let mut sum = Total::of(Decimal::ZERO);
        let (mut units, mut parts) = (0, 0);
        for (value, expected_units, expected_parts) in cases {
            let single = Total::of(value);
            assert_eq!(
                (single.units, single.parts),
                (expected_units, expected_parts),
                "{value}"
            );
            sum = sum.plus(single);
            (units, parts) = (units + expected_units, parts + expected_parts);
        }
        assert_eq!((sum.units, sum.parts, sum.count), (units, parts, 6));
        assert_eq!((sum.least, sum.greatest), (Decimal::MIN, Decimal::MAX));
    }

    #[test]
    fn the_first_instant_of_an_hour_belongs_to_it_and_the_last_of_the_one_before_does_not() {
        let second = |text: &str| text.parse::<Timestamp>().unwrap().as_second();
        for (at, begins) in [
            ("2026-01-05T10:00:00Z", "2026-01-05T10:00:00Z"),
            ("2026-01-05T10:59:59.999999Z", "2026-01-05T10:00:00Z"),
            ("1969-12-31T23:59:59.999999Z", "1969-12-31T23:00:00Z"),
        ] {
            assert_eq!(hour(at.parse().unwrap()), second(begins), "{at}");
        }
    }
}
