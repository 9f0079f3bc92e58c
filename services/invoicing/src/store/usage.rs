//! The usage log. It answers two questions: *append this batch* and *quantity of this meter for this account and period, by
//! dimension*; whoever keeps it elsewhere answers the same two.

use std::collections::{BTreeMap, HashSet};

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::corrupt;
use crate::author::Author;

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
    /// Names the content: equal for a repeat, different for another event under the same name.
    pub(crate) content: [u8; 16],
}

/// What an event of a batch found in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// It is there, as it came.
    Same,
    /// Another event has its name.
    Different,
}

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
}

/// The meters that the plans of some accounts know, as (account, meter).
pub(crate) async fn meters(
    connection: &mut PgConnection,
    tenant: Uuid,
    accounts: &[&str],
) -> Result<HashSet<(String, String)>, sqlx::Error> {
    let rows: Vec<(String, String)> =
        sqlx::query_as(
        "SELECT known.* FROM UNNEST($2::text[]) AS wanted (account) \
         CROSS JOIN LATERAL \
           (SELECT account, meter FROM account_meter WHERE tenant = $1 AND account = wanted.account) AS known",
    )
            .bind(tenant)
            .bind(accounts)
            .fetch_all(connection)
            .await?;
    Ok(rows.into_iter().collect())
}

/// Which of these accounts exist.
pub(crate) async fn accounts(
    connection: &mut PgConnection,
    tenant: Uuid,
    accounts: &[&str],
) -> Result<HashSet<String>, sqlx::Error> {
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT known.id FROM UNNEST($2::text[]) AS wanted (id) \
         CROSS JOIN LATERAL (SELECT id FROM account WHERE tenant = $1 AND id = wanted.id) AS known",
    )
    .bind(tenant)
    .bind(accounts)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().collect())
}

/// Appends the events whose names are new; says how many. Events must come ordered by name: two batches that share
/// events then wait for each other instead of blocking each other.
pub(crate) async fn append(
    connection: &mut PgConnection,
    author: &Author,
    events: &[UsageEvent],
) -> Result<u64, sqlx::Error> {
    let text = |field: fn(&UsageEvent) -> &str| events.iter().map(field).collect::<Vec<_>>();
    let appended = sqlx::query(
        "INSERT INTO usage_event (tenant, recorded_at, source, id, account, meter, at, value, dimensions, content) \
         SELECT $1, $2, event.* \
         FROM UNNEST($3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::numeric[], $9::jsonb[], \
                     $10::bytea[]) AS event \
         ON CONFLICT (tenant, source, id) DO NOTHING",
    )
    .bind(author.tenant())
    .bind(author.at.to_sqlx())
    .bind(text(|event| &event.source))
    .bind(text(|event| &event.id))
    .bind(text(|event| &event.account))
    .bind(text(|event| &event.meter))
    .bind(events.iter().map(|event| event.at.to_sqlx()).collect::<Vec<_>>())
    .bind(events.iter().map(|event| event.value).collect::<Vec<_>>())
    .bind(events.iter().map(|event| Json(&event.dimensions)).collect::<Vec<_>>())
    .bind(events.iter().map(|event| event.content.as_slice()).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    Ok(appended.rows_affected())
}

/// For each event, in order, what the log holds under its name. All of them must be there.
pub(crate) async fn compare(
    connection: &mut PgConnection,
    tenant: Uuid,
    events: &[UsageEvent],
) -> Result<Vec<Known>, sqlx::Error> {
    let same: Vec<bool> = sqlx::query_scalar(
        "SELECT log.content = batch.content \
         FROM UNNEST($2::text[], $3::text[], $4::bytea[]) WITH ORDINALITY AS batch (source, id, content, place) \
         CROSS JOIN LATERAL \
           (SELECT content FROM usage_event WHERE tenant = $1 AND source = batch.source AND id = batch.id) AS log \
         ORDER BY batch.place",
    )
    .bind(tenant)
    .bind(events.iter().map(|event| event.source.as_str()).collect::<Vec<_>>())
    .bind(events.iter().map(|event| event.id.as_str()).collect::<Vec<_>>())
    .bind(events.iter().map(|event| event.content.as_slice()).collect::<Vec<_>>())
    .fetch_all(connection)
    .await?;
    if same.len() != events.len() {
        return Err(corrupt("usage events that were just stored are missing"));
    }
    Ok(same
        .into_iter()
        .map(|same| if same { Known::Same } else { Known::Different })
        .collect())
}

#[derive(sqlx::FromRow)]
struct QuantityRow {
    place: i64,
    dimensions: Json<Dimensions>,
    sum: String,
    count: i64,
}

impl TryFrom<QuantityRow> for Quantity {
    type Error = sqlx::Error;

    fn try_from(row: QuantityRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            asked: usize::try_from(row.place.saturating_sub(1)).map_err(corrupt)?,
            dimensions: row.dimensions.0,
            // The driver rounds a number that does not fit; as text it is exact or an error.
            sum: Decimal::from_str_exact(&row.sum).map_err(|_| too_large(&row.sum))?,
            count: u64::try_from(row.count).map_err(corrupt)?,
        })
    }
}

fn too_large(sum: &str) -> sqlx::Error {
    corrupt(format!(
        "usage that sums to {sum} is too large to be exact (more than 28 digits)"
    ))
}

/// What was used, for everything asked; nothing where nothing was used.
pub(crate) async fn quantities(
    connection: &mut PgConnection,
    tenant: Uuid,
    asked: &[Asked],
) -> Result<Vec<Quantity>, sqlx::Error> {
    let rows: Vec<QuantityRow> = sqlx::query_as(
        "SELECT asked.place, used.dimensions, used.sum, used.count \
         FROM UNNEST($2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::jsonb[]) \
           WITH ORDINALITY AS asked (account, meter, since, until, names, place) \
         CROSS JOIN LATERAL ( \
             SELECT CASE WHEN asked.names = '[]' THEN '{}' ELSE ( \
                        SELECT coalesce(jsonb_object_agg(name, event.dimensions -> name), '{}') \
                        FROM jsonb_array_elements_text(asked.names) AS name WHERE event.dimensions ? name \
                    ) END AS dimensions, \
                    sum(event.value)::text AS sum, count(*) AS count \
             FROM usage_event AS event \
             WHERE event.tenant = $1 AND event.account = asked.account AND event.meter = asked.meter \
               AND event.at >= asked.since AND event.at < asked.until \
             GROUP BY 1 \
         ) AS used ORDER BY asked.place, used.dimensions",
    )
    .bind(tenant)
    .bind(
        asked
            .iter()
            .map(|asked| asked.account.as_str())
            .collect::<Vec<_>>(),
    )
    .bind(asked.iter().map(|asked| asked.meter.as_str()).collect::<Vec<_>>())
    .bind(asked.iter().map(|asked| asked.from.to_sqlx()).collect::<Vec<_>>())
    .bind(
        asked
            .iter()
            .map(|asked| asked.until.to_sqlx())
            .collect::<Vec<_>>(),
    )
    .bind(
        asked
            .iter()
            .map(|asked| Json(&asked.dimensions))
            .collect::<Vec<_>>(),
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Quantity::try_from).collect()
}

#[derive(sqlx::FromRow)]
struct EventRow {
    place: i64,
    source: String,
    id: String,
    account: String,
    meter: String,
    at: jiff_sqlx::Timestamp,
    value: Decimal,
    dimensions: Json<Dimensions>,
    content: Vec<u8>,
}

impl TryFrom<EventRow> for SingleEvent {
    type Error = sqlx::Error;

    fn try_from(row: EventRow) -> Result<Self, sqlx::Error> {
        let asked = usize::try_from(row.place.saturating_sub(1)).map_err(corrupt)?;
        let content =
            <[u8; 16]>::try_from(row.content).map_err(|_| corrupt("a usage event's content hash is cut"))?;
        let EventRow {
            source,
            id,
            account,
            meter,
            at,
            value,
            dimensions,
            ..
        } = row;
        let at = at.to_jiff();
        Ok(Self {
            asked,
            event: UsageEvent {
                source,
                id,
                account,
                meter,
                at,
                value,
                dimensions: dimensions.0,
                content,
            },
        })
    }
}

/// A single event, and the place of what was asked for it, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SingleEvent {
    pub(crate) asked: usize,
    pub(crate) event: UsageEvent,
}

/// The single events, for prices and meters that look at each.
pub(crate) async fn events(
    connection: &mut PgConnection,
    tenant: Uuid,
    asked: &[Asked],
) -> Result<Vec<SingleEvent>, sqlx::Error> {
    let rows: Vec<EventRow> = sqlx::query_as(
        "SELECT asked.place, event.* \
         FROM UNNEST($2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[]) \
           WITH ORDINALITY AS asked (account, meter, since, until, place) \
         CROSS JOIN LATERAL ( \
             SELECT * FROM usage_event \
             WHERE tenant = $1 AND account = asked.account AND meter = asked.meter \
               AND at >= asked.since AND at < asked.until \
         ) AS event",
    )
    .bind(tenant)
    .bind(
        asked
            .iter()
            .map(|asked| asked.account.as_str())
            .collect::<Vec<_>>(),
    )
    .bind(asked.iter().map(|asked| asked.meter.as_str()).collect::<Vec<_>>())
    .bind(asked.iter().map(|asked| asked.from.to_sqlx()).collect::<Vec<_>>())
    .bind(
        asked
            .iter()
            .map(|asked| asked.until.to_sqlx())
            .collect::<Vec<_>>(),
    )
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(SingleEvent::try_from).collect()
}
