//! What was used: totals from the days and hours they are kept for, single events where somebody looks at each.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Dimensions, UsageEvent, months};
use crate::store::corrupt;
use crate::usage::event;

/// A quantity that is asked for: of a meter and an account, from an instant (in) to another (out).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) account: String,
    pub(crate) meter: String,
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
    /// One quantity for each combination of the values of these.
    pub(crate) dimensions: Vec<String>,
}

/// A quantity, for the values of the dimensions asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Quantity {
    /// The place of what was asked, from 0.
    pub(crate) asked: usize,
    pub(crate) dimensions: Dimensions,
    pub(crate) sum: Decimal,
    pub(crate) count: u64,
    pub(crate) least: Decimal,
    pub(crate) greatest: Decimal,
}

/// A single event, and the place of what was asked for it, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SingleEvent {
    pub(crate) asked: usize,
    pub(crate) event: UsageEvent,
}

/// The last event of a page, by which the next one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct After {
    pub(crate) at: Timestamp,
    pub(crate) source: String,
    pub(crate) id: String,
}

/// What was used, for everything asked; nothing where nothing was used.
pub(crate) async fn quantities(
    connection: &mut PgConnection,
    tenant: Uuid,
    asked: &[Asked],
) -> Result<Vec<Quantity>, sqlx::Error> {
    months::must_be_here(connection, tenant, months::cut(asked)).await?;
    let cuts = months::cut(asked).next().is_some();
    let names: Vec<_> = asked.iter().map(|asked| Json(&asked.dimensions)).collect();
    let rows: Vec<QuantityRow> = sqlx::query_as(if cuts { QUANTITIES } else { WHOLE_HOURS })
        .bind(tenant)
        .bind(texts(asked, |asked| &asked.account))
        .bind(texts(asked, |asked| &asked.meter))
        .bind(instants(asked, |asked| asked.from))
        .bind(instants(asked, |asked| asked.until))
        .bind(names)
        .fetch_all(&mut *connection)
        .await?;
    rows.into_iter().map(Quantity::try_from).collect()
}

/// Quantities put together from the whole hours of the periods asked and, where they cut any, from parts of hours.
macro_rules! quantities {
    ($hours:literal, $cut:literal) => {
        concat!(
            "SELECT asked.place, used.* \
             FROM UNNEST($2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::jsonb[]) \
               WITH ORDINALITY AS asked (account, meter, since, until, names, place) \
             CROSS JOIN LATERAL ( \
                 SELECT series FROM usage_series \
                 WHERE tenant = $1 AND account = asked.account AND meter = asked.meter AND matched OFFSET 0 \
             ) AS known ",
            $hours,
            days!(),
            "CROSS JOIN LATERAL ( \
                 SELECT CASE WHEN asked.names = '[]' THEN '{}' ELSE ( \
                            SELECT coalesce(jsonb_object_agg(name, part.dimensions -> name), '{}') \
                            FROM jsonb_array_elements_text(asked.names) AS name WHERE part.dimensions ? name \
                        ) END AS dimensions, \
                        sum(part.sum)::text AS sum, sum(part.count)::bigint AS count, \
                        min(part.least)::text AS least, max(part.greatest)::text AS greatest \
                 FROM ( ",
            whole_hours!(),
            $cut,
            ") AS part GROUP BY 1 ) AS used ORDER BY asked.place, used.dimensions"
        )
    };
}

/// Whole days from their totals, whole hours before the first and after the last day from theirs. Where there is no whole
/// day, all hours lie before the first.
macro_rules! whole_hours {
    () => {
        "SELECT dimensions, sum, count, least, greatest FROM usage_day \
         WHERE series = known.series AND tenant = $1 AND day >= days.first AND day < days.last \
         UNION ALL \
         SELECT dimensions, sum, count, least, greatest FROM usage_hour \
         WHERE series = known.series AND tenant = $1 \
           AND hour >= hours.first AND hour < least(days.first, hours.last) \
         UNION ALL \
         SELECT dimensions, sum, count, least, greatest FROM usage_hour \
         WHERE series = known.series AND tenant = $1 \
           AND hour >= greatest(days.last, least(days.first, hours.last)) AND hour < hours.last "
    };
}

/// The first whole day and the day after the last, of whole hours.
macro_rules! days {
    () => {
        "CROSS JOIN LATERAL ( \
             SELECT date_bin('1 day', hours.first + interval '23 hours', '4713-01-01 00:00:00+00 BC') AS first, \
                    date_bin('1 day', hours.last, '4713-01-01 00:00:00+00 BC') AS last \
         ) AS days "
    };
}

/// Whole hours from totals, and the events before the first and after the last whole hour. Where the period holds no
/// whole hour, all of it lies before the first.
const QUANTITIES: &str = quantities!(
    "CROSS JOIN LATERAL ( \
         SELECT date_bin('1 hour', asked.since + interval '3599.999999 seconds', '4713-01-01 00:00:00+00 BC') AS first, \
                date_bin('1 hour', asked.until, '4713-01-01 00:00:00+00 BC') AS last \
     ) AS hours ",
    "UNION ALL \
     SELECT coalesce(dimensions, '{}'), value, 1, value, value FROM usage_counted \
     WHERE series = known.series AND tenant = $1 \
       AND at >= asked.since AND at < least(hours.first, asked.until) \
       AND hour > asked.since - interval '1 hour' AND hour < least(hours.first, asked.until) \
     UNION ALL \
     SELECT coalesce(dimensions, '{}'), value, 1, value, value FROM usage_counted \
     WHERE series = known.series AND tenant = $1 \
       AND at >= greatest(hours.last, least(hours.first, asked.until)) AND at < asked.until \
       AND hour > greatest(hours.last, least(hours.first, asked.until)) - interval '1 hour' AND hour < asked.until"
);

/// The same where no period cuts an hour, which midnights of most zones do not: no event is looked at.
const WHOLE_HOURS: &str = quantities!(
    "CROSS JOIN LATERAL (SELECT asked.since AS first, asked.until AS last) AS hours ",
    ""
);

struct QuantityRow {
    place: i64,
    dimensions: Json<Dimensions>,
    sum: String,
    count: i64,
    least: String,
    greatest: String,
}

runtime::from_row!(QuantityRow {
    place,
    dimensions,
    sum,
    count,
    least,
    greatest
});

impl TryFrom<QuantityRow> for Quantity {
    type Error = sqlx::Error;

    fn try_from(row: QuantityRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            asked: place(row.place)?,
            dimensions: row.dimensions.0,
            sum: exact(&row.sum)?,
            count: u64::try_from(row.count).map_err(corrupt)?,
            least: exact(&row.least)?,
            greatest: exact(&row.greatest)?,
        })
    }
}

/// The driver rounds a number that does not fit; as text it is exact or an error.
fn exact(number: &str) -> Result<Decimal, sqlx::Error> {
    Decimal::from_str_exact(number).map_err(|_| {
        corrupt(format!(
            "usage that comes to {number} is too large to be exact (more than 28 digits)"
        ))
    })
}

/// The single events, for prices and meters that look at each.
pub(crate) async fn events(
    connection: &mut PgConnection,
    tenant: Uuid,
    asked: &[Asked],
) -> Result<Vec<SingleEvent>, sqlx::Error> {
    let periods = asked.iter().map(|asked| (asked.from, asked.until));
    months::must_be_here(connection, tenant, periods).await?;
    let rows: Vec<EventRow> = sqlx::query_as(
        "SELECT asked.place, asked.account, asked.meter, event.* \
         FROM UNNEST($2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[]) \
           WITH ORDINALITY AS asked (account, meter, since, until, place) \
         CROSS JOIN LATERAL ( \
             SELECT series FROM usage_series \
             WHERE tenant = $1 AND account = asked.account AND meter = asked.meter AND matched OFFSET 0 \
         ) AS known \
         CROSS JOIN LATERAL ( \
             SELECT (SELECT name FROM usage_source WHERE source = usage_counted.source) AS source, \
                    (SELECT gone.id FROM usage_withdrawn AS gone \
                     WHERE gone.source = usage_counted.source AND gone.corrected_by = usage_counted.id) AS corrects, \
                    id, at, value, dimensions \
             FROM usage_counted \
             WHERE series = known.series AND tenant = $1 AND at >= asked.since AND at < asked.until \
               AND hour > asked.since - interval '1 hour' AND hour < asked.until OFFSET 0 \
         ) AS event",
    )
    .bind(tenant)
    .bind(texts(asked, |asked| &asked.account))
    .bind(texts(asked, |asked| &asked.meter))
    .bind(instants(asked, |asked| asked.from))
    .bind(instants(asked, |asked| asked.until))
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(SingleEvent::try_from).collect()
}

/// The first single events after one, in the order of their time. Totals tell by which hour there are enough of them, so
/// that a page looks at those hours and at no more.
pub(crate) async fn listed(
    connection: &mut PgConnection,
    tenant: Uuid,
    asked: &Asked,
    after: Option<&After>,
    limit: i64,
) -> Result<Vec<UsageEvent>, sqlx::Error> {
    let rows: Vec<EventRow> = sqlx::query_as(
        "WITH known AS MATERIALIZED ( \
             SELECT series FROM usage_series WHERE tenant = $1 AND account = $2 AND meter = $3 \
         ), used AS ( \
             SELECT hour, sum(sum(count)) OVER (ORDER BY hour) AS through \
             FROM usage_hour WHERE series = (SELECT series FROM known) AND tenant = $1 \
               AND hour > $4::timestamptz - interval '1 hour' AND hour < $5 GROUP BY hour \
         ), enough AS ( \
             SELECT min(hour) AS hour FROM used WHERE through - (SELECT min(through) FROM used) >= $8 \
         ) \
         SELECT 1::bigint AS place, $2 AS account, $3 AS meter, id, at, value, dimensions, \
                (SELECT name FROM usage_source WHERE source = usage_counted.source) AS source, \
                (SELECT gone.id FROM usage_withdrawn AS gone \
                 WHERE gone.source = usage_counted.source AND gone.corrected_by = usage_counted.id) AS corrects \
         FROM usage_counted \
         WHERE series = (SELECT series FROM known) AND tenant = $1 AND at >= $4 AND at < $5 \
           AND hour > $4::timestamptz - interval '1 hour' AND hour < $5 \
           AND hour <= coalesce((SELECT hour FROM enough), 'infinity') \
           AND ($6::text IS NULL OR (at, usage_counted.source, id) > \
                ($4, (SELECT source FROM usage_source WHERE tenant = $1 AND name = $6), $7)) \
         ORDER BY at, usage_counted.source, id LIMIT $8",
    )
    .bind(tenant)
    .bind(&asked.account)
    .bind(&asked.meter)
    .bind(
        after
            .map_or(asked.from, |after| after.at.max(asked.from))
            .to_sqlx(),
    )
    .bind(asked.until.to_sqlx())
    .bind(after.map(|after| after.source.as_str()))
    .bind(after.map(|after| after.id.as_str()))
    .bind(limit)
    .fetch_all(connection)
    .await?;
    let events = rows.into_iter().map(SingleEvent::try_from);
    events.map(|single| single.map(|single| single.event)).collect()
}

struct EventRow {
    place: i64,
    source: String,
    id: String,
    account: String,
    meter: String,
    at: jiff_sqlx::Timestamp,
    value: Decimal,
    dimensions: Option<Json<Dimensions>>,
    corrects: Option<String>,
}

runtime::from_row!(EventRow {
    place,
    source,
    id,
    account,
    meter,
    at,
    value,
    dimensions,
    corrects
});

impl TryFrom<EventRow> for SingleEvent {
    type Error = sqlx::Error;

    fn try_from(row: EventRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            asked: place(row.place)?,
            event: event(
                [row.source, row.id, row.account, row.meter],
                (row.at.to_jiff(), row.value),
                row.dimensions.map(|held| held.0).unwrap_or_default(),
                row.corrects.unwrap_or_default(),
            ),
        })
    }
}

fn place(ordinality: i64) -> Result<usize, sqlx::Error> {
    usize::try_from(ordinality.saturating_sub(1)).map_err(corrupt)
}

fn texts(asked: &[Asked], field: fn(&Asked) -> &str) -> Vec<&str> {
    asked.iter().map(field).collect()
}

fn instants(asked: &[Asked], field: fn(&Asked) -> Timestamp) -> Vec<jiff_sqlx::Timestamp> {
    asked.iter().map(|asked| field(asked).to_sqlx()).collect()
}
