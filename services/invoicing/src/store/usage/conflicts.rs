//! Events that were refused because another event has their name: kept until somebody finds out which is right.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::{Dimensions, Source, UsageEvent};
use crate::author::Author;
use crate::store::corrupt;

/// An event that was refused, and who sent it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conflict<'e> {
    pub(crate) source: Source,
    pub(crate) event: &'e UsageEvent,
    pub(crate) author: &'e Author,
}

/// A refused event beside the one that has its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownConflict {
    /// Its place among all.
    pub(crate) place: i64,
    pub(crate) refused: UsageEvent,
    pub(crate) counted: UsageEvent,
    /// What the other one says was archived: its value and dimensions are not here.
    pub(crate) counted_archived: bool,
    pub(crate) times: u64,
    pub(crate) first: Timestamp,
    pub(crate) last: Timestamp,
    pub(crate) sent_by: String,
}

/// Keeps refused events, each content once, and counts how often it came.
pub(crate) async fn keep_conflicts(
    connection: &mut PgConnection,
    tenant: Uuid,
    conflicts: impl IntoIterator<Item = Conflict<'_>>,
) -> Result<(), sqlx::Error> {
    let mut kept: BTreeMap<(Source, &str, [u8; 16]), (Conflict<'_>, i64)> = BTreeMap::new();
    for conflict in conflicts {
        let Conflict { source, event, .. } = conflict;
        let times = |known: Option<&(_, i64)>| known.map_or(1, |(_, times)| times.saturating_add(1));
        let key = (source, event.id.as_str(), event.content);
        let times = times(kept.get(&key));
        kept.insert(key, (conflict, times));
    }
    if kept.is_empty() {
        return Ok(());
    }
    let rows: Vec<(Conflict<'_>, i64)> = kept.into_values().collect();
    sqlx::query(KEEP)
        .bind(tenant)
        .bind(each(&rows, |row| row.source))
        .bind(each(&rows, |row| row.event.id.as_str()))
        .bind(each(&rows, |row| Uuid::from_bytes(row.event.content)))
        .bind(each(&rows, |row| row.event.account.as_str()))
        .bind(each(&rows, |row| row.event.meter.as_str()))
        .bind(each(&rows, |row| row.event.at.to_sqlx()))
        .bind(each(&rows, |row| row.event.value))
        .bind(each(&rows, |row| Json(&row.event.dimensions)))
        .bind(each(&rows, |row| row.event.corrects.as_deref()))
        .bind(each(&rows, |row| row.author.at.to_sqlx()))
        .bind(each(&rows, |row| row.author.caller.name.as_str()))
        .bind(rows.iter().map(|(_, times)| *times).collect::<Vec<_>>())
        .execute(connection)
        .await
        .map(drop)
}

const KEEP: &str = "\
    INSERT INTO usage_conflict AS kept (tenant, source, id, content, account, meter, at, value, dimensions, corrects, \
                                        first_at, last_at, sent_by, times) \
    SELECT $1, source, id, content, account, meter, at, value, dimensions, corrects, sent_at, sent_at, sent_by, times \
    FROM UNNEST($2::integer[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::timestamptz[], $8::numeric[], \
                $9::jsonb[], $10::text[], $11::timestamptz[], $12::text[], $13::bigint[]) \
         AS sent (source, id, content, account, meter, at, value, dimensions, corrects, sent_at, sent_by, times) \
    ON CONFLICT (source, id, content) DO UPDATE SET \
        times = kept.times + excluded.times, last_at = excluded.last_at, sent_by = excluded.sent_by";

fn each<'e, T>(rows: &[(Conflict<'e>, i64)], field: impl Fn(&Conflict<'e>) -> T) -> Vec<T> {
    rows.iter().map(|(conflict, _)| field(conflict)).collect()
}

/// The first refused events after a place, of one source or of all, in the order in which they were refused first.
pub(crate) async fn conflicts(
    connection: &mut PgConnection,
    tenant: Uuid,
    source: Option<&str>,
    after: i64,
    limit: i64,
) -> Result<Vec<KnownConflict>, sqlx::Error> {
    let rows: Vec<ConflictRow> = sqlx::query_as(
        "SELECT conflict, times, first_at, last_at, sent_by, usage_source.name AS source, kept.id, \
                kept.content, kept.account, kept.meter, kept.at, kept.value, kept.dimensions, kept.corrects, \
                counted.content AS counted_content, counted.account AS counted_account, \
                counted.meter AS counted_meter, counted.at AS counted_at, counted.value AS counted_value, \
                counted.dimensions AS counted_dimensions, counted.corrects AS counted_corrects \
         FROM usage_conflict AS kept JOIN usage_source USING (source) \
         CROSS JOIN LATERAL ( \
             SELECT event.content, series.account, series.meter, event.at, said.value, said.dimensions, \
                    (SELECT gone.id FROM usage_withdrawn AS gone \
                     WHERE gone.source = kept.source AND gone.corrected_by = kept.id) AS corrects \
             FROM usage_named(kept.source, kept.id) AS event JOIN usage_series AS series USING (series) \
             LEFT JOIN LATERAL ( \
                 SELECT value, dimensions FROM usage_single AS single \
                 WHERE single.series = event.series AND hour > event.at - interval '1 hour' AND hour <= event.at \
                   AND single.source = kept.source AND single.id = kept.id LIMIT 1 \
             ) AS said ON true \
         ) AS counted \
         WHERE kept.tenant = $1 AND conflict > $2 AND ($3::text IS NULL OR usage_source.name = $3) \
         ORDER BY conflict LIMIT $4",
    )
    .bind(tenant)
    .bind(after)
    .bind(source)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(KnownConflict::try_from).collect()
}

struct ConflictRow {
    conflict: i64,
    times: i64,
    first_at: jiff_sqlx::Timestamp,
    last_at: jiff_sqlx::Timestamp,
    sent_by: String,
    source: String,
    id: String,
    content: Uuid,
    account: String,
    meter: String,
    at: jiff_sqlx::Timestamp,
    value: Decimal,
    dimensions: Json<Dimensions>,
    corrects: Option<String>,
    counted_content: Uuid,
    counted_account: String,
    counted_meter: String,
    counted_at: jiff_sqlx::Timestamp,
    counted_value: Option<Decimal>,
    counted_dimensions: Option<Json<Dimensions>>,
    counted_corrects: Option<String>,
}

runtime::from_row!(ConflictRow {
    conflict,
    times,
    first_at,
    last_at,
    sent_by,
    source,
    id,
    content,
    account,
    meter,
    at,
    value,
    dimensions,
    corrects,
    counted_content,
    counted_account,
    counted_meter,
    counted_at,
    counted_value,
    counted_dimensions,
    counted_corrects,
});

impl TryFrom<ConflictRow> for KnownConflict {
    type Error = sqlx::Error;

    fn try_from(row: ConflictRow) -> Result<Self, sqlx::Error> {
        let counted = UsageEvent {
            source: row.source.clone(),
            id: row.id.clone(),
            account: row.counted_account,
            meter: row.counted_meter,
            at: row.counted_at.to_jiff(),
            value: row.counted_value.unwrap_or_default(),
            dimensions: row.counted_dimensions.map(|held| held.0).unwrap_or_default(),
            corrects: row.counted_corrects,
            content: row.counted_content.into_bytes(),
        };
        let refused = UsageEvent {
            source: row.source,
            id: row.id,
            account: row.account,
            meter: row.meter,
            at: row.at.to_jiff(),
            value: row.value,
            dimensions: row.dimensions.0,
            corrects: row.corrects,
            content: row.content.into_bytes(),
        };
        Ok(Self {
            place: row.conflict,
            refused,
            counted,
            counted_archived: row.counted_value.is_none(),
            times: u64::try_from(row.times).map_err(corrupt)?,
            first: row.first_at.to_jiff(),
            last: row.last_at.to_jiff(),
            sent_by: row.sent_by,
        })
    }
}
