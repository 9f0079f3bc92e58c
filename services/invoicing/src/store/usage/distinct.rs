//! Different values: which a series saw on which day, and how many there are in any days in a row.
//!
//! A value counts in a period where it occurs for the first time in it. So each day keeps, beside its values, how many of
//! them occurred on which day for the last time before; the rest is adding.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::ToSpan;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::withdrawals::Touched;
use super::{Asked, Entry, Series, months};
use crate::store::corrupt;

/// Notes the values of events whose series keep them.
pub(super) async fn add(
    connection: &mut PgConnection,
    tenant: Uuid,
    entries: &[Entry<'_>],
) -> Result<(), sqlx::Error> {
    let values = entries.iter().filter_map(|entry| {
        let zone = entry.days.as_ref()?;
        let day = zone.to_datetime(entry.event.at).date();
        Some((entry.series, key(entry.event.value), day))
    });
    note(connection, tenant, &values.collect()).await
}

/// A value of a series on a day.
type Value = (Series, String, Date);

/// One text for each number, however it is written.
fn key(value: Decimal) -> String {
    value.normalize().to_string()
}

async fn note(
    connection: &mut PgConnection,
    tenant: Uuid,
    values: &BTreeSet<Value>,
) -> Result<(), sqlx::Error> {
    if values.is_empty() {
        return Ok(());
    }
    sqlx::query(NOTE)
        .bind(tenant)
        .bind(values.iter().map(|(series, ..)| *series).collect::<Vec<_>>())
        .bind(
            values
                .iter()
                .map(|(_, value, _)| value.as_str())
                .collect::<Vec<_>>(),
        )
        .bind(values.iter().map(|(.., day)| day.to_sqlx()).collect::<Vec<_>>())
        .execute(connection)
        .await
        .map(drop)
}

/// One look tells the last day on which a value occurred by then, and so whether the day is new; whoever notes values has
/// the turn, so nobody else adds it meanwhile. A new day has that day before it, and becomes the day before the one that
/// follows it, which had another; none follows where the series has no later day at all. Days that are new in the same
/// statement are neighbours too.
const NOTE: &str = "\
    WITH sent AS MATERIALIZED ( \
        SELECT * FROM UNNEST($2::bigint[], $3::text[], $4::date[]) AS sent (series, value, day) \
    ), latest AS MATERIALIZED ( \
        SELECT series, (SELECT max(day) FROM usage_distinct AS held WHERE held.series = used.series) AS latest \
        FROM (SELECT DISTINCT series FROM sent) AS used \
    ), placed AS MATERIALIZED ( \
        SELECT series, value, day, latest, \
               (SELECT max(day) FROM usage_value AS old \
                WHERE old.series = sent.series AND old.value = sent.value AND old.day <= sent.day) AS before \
        FROM sent JOIN latest USING (series) \
    ), new AS MATERIALIZED ( \
        SELECT series, value, day, before, lag(day) OVER days AS new_before, lead(day) OVER days AS new_after, \
               CASE WHEN day < latest THEN \
                   (SELECT min(day) FROM usage_value AS old \
                    WHERE old.series = placed.series AND old.value = placed.value AND old.day > placed.day) \
               END AS after \
        FROM placed WHERE before IS DISTINCT FROM day WINDOW days AS (PARTITION BY series, value ORDER BY day) \
    ), stored AS ( \
        INSERT INTO usage_value (tenant, series, value, day) SELECT $1, series, value, day FROM new \
    ), change AS ( \
        SELECT series, day, coalesce(greatest(before, new_before), '-infinity') AS earlier, 1 AS count FROM new \
        UNION ALL \
        SELECT series, after, follows.* FROM new \
        CROSS JOIN LATERAL (VALUES (day, 1), (coalesce(before, '-infinity'), -1)) AS follows \
        WHERE after < coalesce(new_after, 'infinity') \
    ) \
    INSERT INTO usage_distinct AS held (tenant, series, day, earlier, count) \
    SELECT $1, series, day, earlier, sum(count) FROM change GROUP BY 2, 3, 4 HAVING sum(count) <> 0 ORDER BY 2, 3, 4 \
    ON CONFLICT (series, day, earlier) DO UPDATE SET count = held.count + excluded.count";

/// Keeps and forgets the values of events that began or ceased to count.
pub(super) async fn make_anew<'t>(
    connection: &mut PgConnection,
    tenant: Uuid,
    touched: impl Iterator<Item = &'t Touched>,
) -> Result<(), sqlx::Error> {
    let mut doubted: BTreeMap<Value, (Timestamp, Timestamp)> = BTreeMap::new();
    for event in touched {
        let Some(zone) = &event.distinct_in else { continue };
        let zone = TimeZone::get(zone).map_err(corrupt)?;
        let day = zone.to_datetime(event.at()).date();
        let midnight = |day: Date| zone.to_zoned(day.to_datetime(Time::midnight()));
        let next = day.checked_add(1.day()).map_err(corrupt)?;
        let bounds = (
            midnight(day).map_err(corrupt)?.timestamp(),
            midnight(next).map_err(corrupt)?.timestamp(),
        );
        doubted.insert((event.series, key(event.value), day), bounds);
    }
    if doubted.is_empty() {
        return Ok(());
    }
    note(connection, tenant, &doubted.keys().cloned().collect()).await?;
    sqlx::query(FORGET)
        .bind(tenant)
        .bind(doubted.keys().map(|(series, ..)| *series).collect::<Vec<_>>())
        .bind(
            doubted
                .keys()
                .map(|(_, value, _)| value.as_str())
                .collect::<Vec<_>>(),
        )
        .bind(doubted.keys().map(|(.., day)| day.to_sqlx()).collect::<Vec<_>>())
        .bind(
            doubted
                .values()
                .map(|(since, _)| since.to_sqlx())
                .collect::<Vec<_>>(),
        )
        .bind(
            doubted
                .values()
                .map(|(_, until)| until.to_sqlx())
                .collect::<Vec<_>>(),
        )
        .execute(connection)
        .await
        .map(drop)
}

/// Values that no event of their day has any more. All days of such a value are taken out and those that stay put back.
const FORGET: &str = "\
    WITH gone AS ( \
        DELETE FROM usage_value AS held \
        USING UNNEST($2::bigint[], $3::text[], $4::date[], $5::timestamptz[], $6::timestamptz[]) \
              AS doubted (series, value, day, since, until) \
        WHERE held.tenant = $1 AND held.series = doubted.series AND held.value = doubted.value \
          AND held.day = doubted.day \
          AND NOT EXISTS (SELECT FROM usage_counted AS event \
                          WHERE event.tenant = $1 AND event.series = doubted.series AND event.at >= doubted.since \
                            AND event.at < doubted.until AND event.hour > doubted.since - interval '1 hour' \
                            AND event.hour < doubted.until AND trim_scale(event.value)::text = doubted.value) \
        RETURNING held.series, held.value, held.day \
    ), known AS ( \
        SELECT held.series, held.value, held.day, \
               EXISTS (SELECT FROM gone WHERE gone.series = held.series AND gone.value = held.value \
                                          AND gone.day = held.day) AS lost \
        FROM (SELECT DISTINCT series, value FROM gone) AS affected \
        JOIN usage_value AS held USING (series, value) \
    ), change AS ( \
        SELECT series, day, coalesce(lag(day) OVER days, '-infinity') AS earlier, -1 AS count \
        FROM known WINDOW days AS (PARTITION BY series, value ORDER BY day) \
        UNION ALL \
        SELECT series, day, coalesce(lag(day) OVER days, '-infinity'), 1 \
        FROM known WHERE NOT lost WINDOW days AS (PARTITION BY series, value ORDER BY day) \
    ) \
    INSERT INTO usage_distinct AS held (tenant, series, day, earlier, count) \
    SELECT $1, series, day, earlier, sum(count) FROM change GROUP BY 2, 3, 4 HAVING sum(count) <> 0 ORDER BY 2, 3, 4 \
    ON CONFLICT (series, day, earlier) DO UPDATE SET count = held.count + excluded.count";

/// Begins to keep the values of a series, those of its past too. Nobody else may append meanwhile.
pub(super) async fn begin(
    connection: &mut PgConnection,
    tenant: Uuid,
    series: Series,
    zone: &TimeZone,
) -> Result<(), sqlx::Error> {
    let used: (Option<jiff_sqlx::Timestamp>, Option<jiff_sqlx::Timestamp>) = sqlx::query_as(
        "SELECT min(hour), max(hour) + interval '1 hour' FROM usage_hour WHERE series = $1 AND tenant = $2",
    )
    .bind(series)
    .bind(tenant)
    .fetch_one(&mut *connection)
    .await?;
    let used = used.0.zip(used.1);
    let used = used.map(|(from, until)| (from.to_jiff(), until.to_jiff()));
    months::must_be_here(connection, tenant, used).await?;
    let mut after: Option<(jiff_sqlx::Timestamp, Decimal)> = None;
    loop {
        let rows: Vec<(jiff_sqlx::Timestamp, Decimal)> = sqlx::query_as(
            "SELECT DISTINCT at, value FROM usage_counted \
             WHERE series = $1 AND tenant = $2 AND hour > coalesce($3::timestamptz, '-infinity') - interval '1 hour' \
               AND ($3::timestamptz IS NULL OR (at, value) > ($3, $4)) \
             ORDER BY at, value LIMIT 20000",
        )
        .bind(series)
        .bind(tenant)
        .bind(after.map(|(at, _)| at))
        .bind(after.map(|(_, value)| value))
        .fetch_all(&mut *connection)
        .await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = Some(*last);
        let values = rows.iter().map(|(at, value)| {
            let day = zone.to_datetime(at.to_jiff()).date();
            (series, key(*value), day)
        });
        note(connection, tenant, &values.collect()).await?;
    }
}

/// How many different values there are in each of the periods asked for, whatever their dimensions.
pub(crate) async fn distinct(
    connection: &mut PgConnection,
    tenant: Uuid,
    asked: &[Asked],
) -> Result<Vec<u64>, sqlx::Error> {
    let mut counts = Vec::with_capacity(asked.len());
    for one in asked {
        let known: Option<(Series, Option<String>)> = sqlx::query_as(
            "SELECT series, distinct_in FROM usage_series \
             WHERE tenant = $1 AND account = $2 AND meter = $3 AND matched",
        )
        .bind(tenant)
        .bind(&one.account)
        .bind(&one.meter)
        .fetch_optional(&mut *connection)
        .await?;
        counts.push(match known {
            None => 0,
            Some((series, zone)) => {
                count(connection, tenant, series, whole_days(one, zone.as_deref())?).await?
            }
        });
    }
    Ok(counts)
}

/// Days in a row, and what a period has before and after them.
struct Cut {
    first: Date,
    /// The day after the last.
    last: Date,
    before: (Timestamp, Timestamp),
    after: (Timestamp, Timestamp),
}

/// Stands for days where there are none.
const NO_DAY: Date = Date::constant(1, 1, 1);

/// Where the series keeps no values or the period holds no whole day, all of it lies before the first.
fn whole_days(asked: &Asked, zone: Option<&str>) -> Result<Cut, sqlx::Error> {
    let none = Cut {
        first: NO_DAY,
        last: NO_DAY,
        before: (asked.from, asked.until),
        after: (asked.until, asked.until),
    };
    let Some(zone) = zone else { return Ok(none) };
    let zone = TimeZone::get(zone).map_err(corrupt)?;
    let midnight = |day: Date| Some(zone.to_zoned(day.to_datetime(Time::midnight())).ok()?.timestamp());
    let within = || {
        let opens = zone.to_datetime(asked.from).date();
        let first = if midnight(opens)? < asked.from {
            opens.checked_add(1.day()).ok()?
        } else {
            opens
        };
        let last = zone.to_datetime(asked.until).date();
        (first < last).then_some(Cut {
            first,
            last,
            before: (asked.from, midnight(first)?),
            after: (midnight(last)?, asked.until),
        })
    };
    Ok(within().unwrap_or(none))
}

/// Of whole days by adding; of the rest those events whose value the whole days do not have.
async fn count(
    connection: &mut PgConnection,
    tenant: Uuid,
    series: Series,
    cut: Cut,
) -> Result<u64, sqlx::Error> {
    let singly = [cut.before, cut.after]
        .into_iter()
        .filter(|(from, until)| from < until);
    months::must_be_here(connection, tenant, singly).await?;
    let count: i64 = sqlx::query_scalar(
        "SELECT coalesce((SELECT sum(count) FROM usage_distinct \
                          WHERE series = $1 AND tenant = $2 AND day >= $3 AND day < $4 AND earlier < $3), 0)::bigint \
              + (SELECT count(DISTINCT value) FROM usage_counted AS single \
                 WHERE series = $1 AND tenant = $2 AND (at >= $5 AND at < $6 OR at >= $7 AND at < $8) \
                   AND (hour > $5::timestamptz - interval '1 hour' AND hour < $6 \
                        OR hour > $7::timestamptz - interval '1 hour' AND hour < $8) \
                   AND NOT EXISTS (SELECT FROM usage_value \
                                   WHERE series = $1 AND value = trim_scale(single.value)::text AND day >= $3 AND day < $4))",
    )
    .bind(series)
    .bind(tenant)
    .bind(cut.first.to_sqlx())
    .bind(cut.last.to_sqlx())
    .bind(cut.before.0.to_sqlx())
    .bind(cut.before.1.to_sqlx())
    .bind(cut.after.0.to_sqlx())
    .bind(cut.after.1.to_sqlx())
    .fetch_one(connection)
    .await?;
    u64::try_from(count).map_err(corrupt)
}
