//! The usage log. It answers two questions: *append this batch* and *quantity of this meter for this account and period, by
//! dimension*; whoever keeps it elsewhere answers the same two.
//!
//! An event is stored as its name, which counts once for ever ([`blocks`] where a source names in order), and, together
//! with the others of its series and hour, as what it says ([`parts`]). In the same transaction it is added to the totals
//! of its hour and its day ([`totals`]). A total therefore never lags, and reading one ([`reading`]) looks at a row for each
//! day, at the hours of days that the period cuts, and at no single event but those of hours that it cuts.
//!
//! Of one tenant's batches only one is appended at a time ([`take_turn`]): what is absent from the log then stays absent
//! until the batch is in it, so a batch is compared with the log once and written without asking again for each event.

pub(crate) mod alerts;
mod backfills;
mod blocks;
mod conflicts;
mod distinct;
mod matching;
pub(crate) mod months;
mod names;
mod parts;
mod reading;
mod totals;
mod turns;
mod unmatched;
mod withdrawals;

use std::collections::BTreeMap;
use std::sync::OnceLock;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::corrupt;
use crate::author::Author;

pub(crate) use backfills::{Backfill, ReversalError, ensure_backfills, reverse};
pub(crate) use conflicts::{Conflict, KnownConflict, conflicts, keep_conflicts};
pub(crate) use distinct::distinct;
pub(crate) use matching::match_meters;
use names::Advance;
pub(crate) use names::{KnownSeries, KnownSource, Series, Source, ensure_series, ensure_sources, series};
pub(crate) use reading::{After, Asked, Quantity, events, listed, quantities};
pub(crate) use totals::used_times;
pub(crate) use turns::{flush, is_durable, take_short_turn, take_turn};
pub(crate) use unmatched::unmatched;
pub(crate) use withdrawals::{Correction, Moved, correct, withdrawn};

/// Values of dimensions, by their names.
pub(crate) type Dimensions = BTreeMap<String, String>;

/// Something that was used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UsageEvent {
    pub(crate) source: String,
    pub(crate) id: String,
    pub(crate) account: String,
    pub(crate) meter: String,
    /// To the microsecond.
    pub(crate) at: Timestamp,
    pub(crate) value: Decimal,
    pub(crate) dimensions: Dimensions,
    /// Id of the event of the same source whose place it takes.
    pub(crate) corrects: Option<String>,
    /// Names the content: equal for a repeat, different for another event under the same name.
    pub(crate) content: [u8; 16],
}

/// An event on its way into the log.
#[derive(Debug, Clone)]
pub(crate) struct Entry<'e> {
    pub(crate) series: Series,
    /// In whose days the values of the series are kept, if they are.
    pub(crate) days: Option<TimeZone>,
    pub(crate) source: Source,
    pub(crate) backfill: Option<Backfill>,
    /// Is its id greater than one that the log had of the source before?
    pub(crate) ahead: Ahead,
    pub(crate) event: &'e UsageEvent,
}

/// Where an id lies among those that the log has of its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ahead {
    /// Somewhere among them: the log may have it.
    No,
    /// The log has none of its source, so nobody knows whether it names in an order.
    OfNone,
    /// Beyond all of them.
    OfAll,
}

/// Appends events whose names are new and adds them to the totals of their hours and days. They come in the order of their names.
pub(crate) async fn append(
    connection: &mut PgConnection,
    author: &Author,
    entries: &[Entry<'_>],
) -> Result<(), sqlx::Error> {
    if entries.is_empty() {
        return Ok(());
    }
    let (ahead, single): (Vec<_>, Vec<_>) = entries.iter().partition(|entry| entry.ahead == Ahead::OfAll);
    append_single(connection, author.tenant(), &single).await?;
    // While the database takes one statement, the next is made ready: nobody else appends meanwhile.
    let parts = OnceLock::new();
    let blocks = blocks::blocks(&ahead);
    let (appended, parts_sent) = tokio::join!(blocks::append(connection, author.tenant(), &blocks), async {
        parts::statement(author, parts.get_or_init(|| parts::parts(entries)))
    });
    appended?;
    let (stored, added) = tokio::join!(parts_sent?.execute(&mut *connection), async {
        totals::statement(author.tenant(), parts.get_or_init(|| parts::parts(entries)))
    });
    stored?;
    added?.execute(&mut *connection).await?;
    names::advance(connection, author.tenant(), &advances(entries)).await?;
    distinct::add(connection, author.tenant(), entries).await
}

/// How far sources get with these events.
fn advances<'e>(entries: &[Entry<'e>]) -> Vec<Advance<'e>> {
    let by_source = entries.chunk_by(|a, b| a.source == b.source);
    let advances = by_source.filter_map(|of_source| {
        let first = of_source.iter().find(|entry| entry.ahead != Ahead::No)?;
        Some(Advance {
            source: first.source,
            first: &first.event.id,
            last: &of_source.last()?.event.id,
        })
    });
    advances.collect()
}

/// Names one by one.
async fn append_single(
    connection: &mut PgConnection,
    tenant: Uuid,
    entries: &[&Entry<'_>],
) -> Result<(), sqlx::Error> {
    if entries.is_empty() {
        return Ok(());
    }
    let appended = sqlx::query(APPEND)
        .bind(tenant)
        .bind(each(entries, |entry| entry.series))
        .bind(each(entries, |entry| entry.event.at.to_sqlx()))
        .bind(each(entries, |entry| Uuid::from_bytes(entry.event.content)))
        .bind(each(entries, |entry| entry.source))
        .bind(each(entries, |entry| entry.event.id.as_str()))
        .execute(connection)
        .await?;
    stored_all(appended.rows_affected(), entries.len())
}

fn stored_all(stored: u64, sent: usize) -> Result<(), sqlx::Error> {
    if usize::try_from(stored).is_ok_and(|stored| stored == sent) {
        Ok(())
    } else {
        Err(corrupt("usage events that were to be stored were not"))
    }
}

/// The arrays are taken apart side by side, row by row: named after FROM, each would be laid out in memory first.
const APPEND: &str = "\
    INSERT INTO usage_event (tenant, series, at, content, source, id) \
    SELECT $1, unnest($2::bigint[]), unnest($3::timestamptz[]), unnest($4::uuid[]), unnest($5::integer[]), \
           unnest($6::text[])";

fn each<'e, T>(entries: &[&Entry<'e>], field: impl Fn(&Entry<'e>) -> T) -> Vec<T> {
    entries.iter().map(|entry| field(entry)).collect()
}

/// What the log holds under these names: the content of each, none where there is nothing.
pub(crate) async fn contents(
    connection: &mut PgConnection,
    names: &[(Source, &str)],
) -> Result<Vec<Option<[u8; 16]>>, sqlx::Error> {
    let mut found = vec![None; names.len()];
    if names.is_empty() {
        return Ok(found);
    }
    let (sources, ids): (Vec<Source>, Vec<&str>) = names.iter().copied().unzip();
    let rows: Vec<(i64, Uuid)> = sqlx::query_as(
        "SELECT wanted.place, log.content \
         FROM UNNEST($1::integer[], $2::text[]) WITH ORDINALITY AS wanted (source, id, place) \
         CROSS JOIN LATERAL usage_named(wanted.source, wanted.id) AS log",
    )
    .bind(sources)
    .bind(ids)
    .fetch_all(connection)
    .await?;
    for (place, content) in rows {
        let place = usize::try_from(place.saturating_sub(1)).map_err(corrupt)?;
        if let Some(known) = found.get_mut(place) {
            *known = Some(content.into_bytes());
        }
    }
    Ok(found)
}
