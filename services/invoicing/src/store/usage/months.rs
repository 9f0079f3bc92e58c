//! Months of usage: made ahead, written out, taken off, and read back. A month that was taken off keeps the names of its
//! events and its totals; only what each event says is in the file alone.

mod month;

use std::collections::HashSet;

use futures::Stream;
use futures::TryStreamExt as _;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Asked, Backfill, Dimensions, Source};
use crate::author::Author;
use crate::store::corrupt;

pub(crate) use month::Month;

/// Gives a month a table of its own, unless it has one.
pub(crate) async fn make(connection: &mut PgConnection, month: Month) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT make_usage_month($1)")
        .bind(month.0.to_sqlx())
        .fetch_one(connection)
        .await
}

/// Removes the tables of months before one that no tenant has anything in any more; answers how many.
pub(crate) async fn drop_empty(connection: &mut PgConnection, before: Month) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar("SELECT drop_empty_usage_months($1)")
        .bind(before.0.to_sqlx())
        .fetch_one(connection)
        .await
}

/// What there is of a month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownMonth {
    pub(crate) month: Month,
    /// Events that count.
    pub(crate) events: u64,
    /// When it was taken off, if it was.
    pub(crate) archived: Option<Archived>,
}

/// A month that was taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Archived {
    pub(crate) at: Timestamp,
    pub(crate) digest: Vec<u8>,
    /// Rows of the file.
    pub(crate) events: u64,
}

/// The months in which a tenant used anything.
pub(crate) async fn months(
    connection: &mut PgConnection,
    tenant: Uuid,
) -> Result<Vec<KnownMonth>, sqlx::Error> {
    type Row = (
        jiff_sqlx::Date,
        i64,
        Option<jiff_sqlx::Timestamp>,
        Option<Vec<u8>>,
        Option<i64>,
    );
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT used.month, used.events, archived_at, digest, archive.events FROM ( \
             SELECT date_trunc('month', hour AT TIME ZONE 'UTC')::date AS month, sum(count)::bigint AS events \
             FROM usage_hour WHERE tenant = $1 GROUP BY 1 \
         ) AS used LEFT JOIN usage_archive AS archive ON archive.tenant = $1 AND archive.month = used.month \
         ORDER BY used.month",
    )
    .bind(tenant)
    .fetch_all(connection)
    .await?;
    let month = |(month, events, at, digest, rows): Row| {
        let archived = at.zip(digest).zip(rows).map(|((at, digest), rows)| Archived {
            at: at.to_jiff(),
            digest,
            events: u64::try_from(rows).unwrap_or_default(),
        });
        Ok(KnownMonth {
            month: Month(month.to_jiff()),
            events: u64::try_from(events).map_err(corrupt)?,
            archived,
        })
    };
    rows.into_iter().map(month).collect()
}

/// The months of a tenant that were taken off.
pub(crate) async fn archived(connection: &mut PgConnection, tenant: Uuid) -> Result<Vec<Month>, sqlx::Error> {
    let months: Vec<jiff_sqlx::Date> =
        sqlx::query_scalar("SELECT month FROM usage_archive WHERE tenant = $1 ORDER BY month")
            .bind(tenant)
            .fetch_all(connection)
            .await?;
    Ok(months.into_iter().map(|month| Month(month.to_jiff())).collect())
}

/// Months before one of which events are here, with whose they are, but for those that were taken off and had events since.
/// Only a worker that sees all tenants finds them all.
pub(crate) async fn old(
    connection: &mut PgConnection,
    first_kept: Month,
) -> Result<Vec<(Uuid, Month)>, sqlx::Error> {
    let rows: Vec<(Uuid, jiff_sqlx::Date)> = sqlx::query_as(
        "SELECT tenant, month FROM ( \
             SELECT DISTINCT tenant, date_trunc('month', hour AT TIME ZONE 'UTC')::date AS month \
             FROM usage_part WHERE hour < $1 \
         ) AS used \
         WHERE NOT EXISTS (SELECT FROM usage_archive AS gone WHERE gone.tenant = used.tenant AND gone.month = used.month) \
         ORDER BY month, tenant",
    )
    .bind(first_kept.from()?.to_sqlx())
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(tenant, month)| (tenant, Month(month.to_jiff())))
        .collect())
}

/// The first month that was taken off and holds a part of what is asked, where single events are needed for it.
pub(crate) async fn missing(
    connection: &mut PgConnection,
    tenant: Uuid,
    asked: impl IntoIterator<Item = (Timestamp, Timestamp)> + Clone,
) -> Result<Option<Month>, sqlx::Error> {
    if asked.clone().into_iter().next().is_none() {
        return Ok(None);
    }
    for month in archived(connection, tenant).await? {
        let (since, until) = (month.from()?, month.next().from()?);
        let mut asked = asked.clone().into_iter();
        if asked.any(|(from, before)| from < until && since < before) {
            return Ok(Some(month));
        }
    }
    Ok(None)
}

/// The parts of hours that periods cut: their totals are put together from single events.
pub(crate) fn cut(asked: &[Asked]) -> impl Iterator<Item = (Timestamp, Timestamp)> + Clone {
    asked.iter().flat_map(|asked| {
        let edge = |at: Timestamp| {
            let into = at.as_microsecond().rem_euclid(HOUR);
            (into != 0).then(|| (at, at.saturating_add(MICROSECOND).unwrap_or(at)))
        };
        edge(asked.from).into_iter().chain(edge(asked.until))
    })
}

const HOUR: i64 = 3_600_000_000;
const MICROSECOND: jiff::SignedDuration = jiff::SignedDuration::from_micros(1);

/// Refuses to read what is no longer here.
pub(crate) async fn must_be_here(
    connection: &mut PgConnection,
    tenant: Uuid,
    asked: impl IntoIterator<Item = (Timestamp, Timestamp)> + Clone,
) -> Result<(), sqlx::Error> {
    match missing(connection, tenant, asked).await? {
        None => Ok(()),
        Some(month) => Err(corrupt(not_here(month))),
    }
}

/// What to do about a month that was taken off.
pub(crate) fn not_here(month: Month) -> String {
    format!(
        "the single events of {month} were archived: read them back with `quittance usage restore` and ask again"
    )
}

/// Events of one part.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredPart {
    pub(crate) account: String,
    pub(crate) meter: String,
    pub(crate) source: String,
    pub(crate) backfill: Option<String>,
    pub(crate) recorded_at: jiff_sqlx::Timestamp,
    pub(crate) dimensions: Option<Json<Dimensions>>,
    pub(crate) ids: Vec<String>,
    pub(crate) times: Vec<jiff_sqlx::Timestamp>,
    pub(crate) quantities: Vec<Decimal>,
}

runtime::from_row!(StoredPart {
    account,
    meter,
    source,
    backfill,
    recorded_at,
    dimensions,
    ids,
    times,
    quantities
});

/// Everything of a month, in an order that is the same each time.
pub(crate) fn parts(
    connection: &mut PgConnection,
    tenant: Uuid,
    month: Month,
) -> Result<impl Stream<Item = Result<StoredPart, sqlx::Error>>, sqlx::Error> {
    let (since, until) = (month.from()?, month.next().from()?);
    Ok(sqlx::query_as(
        "SELECT used.account, used.meter, named.name AS source, backfill.name AS backfill, recorded_at, dimensions, ids, \
                times, quantities \
         FROM usage_part AS part JOIN usage_series AS used USING (series) JOIN usage_source AS named USING (source) \
         LEFT JOIN usage_backfill AS backfill USING (backfill) \
         WHERE part.tenant = $1 AND hour >= $2 AND hour < $3 ORDER BY part.series, hour, part.source, ids, recorded_at",
    )
    .bind(tenant)
    .bind(since.to_sqlx())
    .bind(until.to_sqlx())
    .fetch(connection)
    .map_ok(|part: StoredPart| part))
}

/// Takes a month off, whose events are in a file of this digest; answers how many there were.
pub(crate) async fn take_off(
    connection: &mut PgConnection,
    author: &Author,
    month: Month,
    digest: &[u8],
) -> Result<u64, sqlx::Error> {
    let (since, until) = (month.from()?, month.next().from()?);
    sqlx::query(
        "INSERT INTO usage_archive (tenant, month, digest, events, backfills, archived_at, archived_by) \
         SELECT $1, $2, $3, coalesce(sum(cardinality(ids)), 0), \
                coalesce(array_agg(DISTINCT backfill) FILTER (WHERE backfill IS NOT NULL), '{}'), $4, $5 \
         FROM usage_part WHERE tenant = $1 AND hour >= $6 AND hour < $7",
    )
    .bind(author.tenant())
    .bind(month.0.to_sqlx())
    .bind(digest)
    .bind(author.at.to_sqlx())
    .bind(&author.caller.name)
    .bind(since.to_sqlx())
    .bind(until.to_sqlx())
    .execute(&mut *connection)
    .await?;
    let gone: i64 = sqlx::query_scalar("SELECT take_usage_month_off($1, $2)")
        .bind(author.tenant())
        .bind(month.0.to_sqlx())
        .fetch_one(connection)
        .await?;
    u64::try_from(gone).map_err(corrupt)
}

/// Which of these events lie in months that were taken off.
pub(crate) async fn taken_off<'n>(
    connection: &mut PgConnection,
    tenant: Uuid,
    names: &[(Source, &'n str)],
) -> Result<HashSet<(Source, &'n str)>, sqlx::Error> {
    let (sources, ids): (Vec<Source>, Vec<&str>) = names.iter().copied().unzip();
    let places: Vec<i64> = sqlx::query_scalar(
        "SELECT wanted.place FROM UNNEST($2::integer[], $3::text[]) WITH ORDINALITY AS wanted (source, id, place) \
         CROSS JOIN LATERAL usage_named(wanted.source, wanted.id) AS event \
         JOIN usage_archive AS archive \
           ON archive.tenant = $1 AND archive.month = date_trunc('month', event.at AT TIME ZONE 'UTC')::date",
    )
    .bind(tenant)
    .bind(sources)
    .bind(ids)
    .fetch_all(connection)
    .await?;
    let places = places.into_iter();
    let named = places.filter_map(|place| names.get(usize::try_from(place).ok()?.checked_sub(1)?));
    Ok(named.copied().collect())
}

/// A month that was taken off with events of a backfill.
pub(crate) async fn with_backfill(
    connection: &mut PgConnection,
    tenant: Uuid,
    backfill: Backfill,
) -> Result<Option<Month>, sqlx::Error> {
    let month: Option<jiff_sqlx::Date> = sqlx::query_scalar(
        "SELECT month FROM usage_archive WHERE tenant = $1 AND $2 = ANY(backfills) ORDER BY month LIMIT 1",
    )
    .bind(tenant)
    .bind(backfill)
    .fetch_optional(connection)
    .await?;
    Ok(month.map(|month| Month(month.to_jiff())))
}

/// The archive of a month, held until the transaction ends.
pub(crate) async fn archive(
    connection: &mut PgConnection,
    tenant: Uuid,
    month: Month,
) -> Result<Option<Archived>, sqlx::Error> {
    let row: Option<(jiff_sqlx::Timestamp, Vec<u8>, i64)> = sqlx::query_as(
        "SELECT archived_at, digest, events FROM usage_archive WHERE tenant = $1 AND month = $2 FOR UPDATE",
    )
    .bind(tenant)
    .bind(month.0.to_sqlx())
    .fetch_optional(connection)
    .await?;
    row.map(|(at, digest, events)| {
        Ok(Archived {
            at: at.to_jiff(),
            digest,
            events: u64::try_from(events).map_err(corrupt)?,
        })
    })
    .transpose()
}

/// Puts parts of a month back.
pub(crate) async fn put_back(
    connection: &mut PgConnection,
    tenant: Uuid,
    parts: &[StoredPart],
) -> Result<(), sqlx::Error> {
    for part in parts {
        let put = sqlx::query(
            "INSERT INTO usage_part (tenant, series, hour, recorded_at, source, backfill, dimensions, ids, times, quantities) \
             SELECT $1, used.series, date_bin('1 hour', $2, '4713-01-01 00:00:00+00 BC'), $3, named.source, \
                    (SELECT backfill FROM usage_backfill WHERE tenant = $1 AND name = $4), $5, $6, $7, $8 \
             FROM usage_series AS used, usage_source AS named \
             WHERE used.tenant = $1 AND used.account = $9 AND used.meter = $10 AND named.tenant = $1 AND named.name = $11",
        )
        .bind(tenant)
        .bind(part.times.first().copied())
        .bind(part.recorded_at)
        .bind(&part.backfill)
        .bind(&part.dimensions)
        .bind(&part.ids)
        .bind(&part.times)
        .bind(&part.quantities)
        .bind(&part.account)
        .bind(&part.meter)
        .bind(&part.source)
        .execute(&mut *connection)
        .await?;
        if put.rows_affected() != 1 {
            return Err(corrupt(
                "an archived event of an account, meter or source that is not known here",
            ));
        }
    }
    Ok(())
}

/// The month is here again.
pub(crate) async fn forget_archive(
    connection: &mut PgConnection,
    tenant: Uuid,
    month: Month,
) -> Result<(), sqlx::Error> {
    sqlx::query("DELETE FROM usage_archive WHERE tenant = $1 AND month = $2")
        .bind(tenant)
        .bind(month.0.to_sqlx())
        .execute(connection)
        .await
        .map(drop)
}
