//! The usage log. It answers two questions: *append this batch* and *quantity of this meter for this account and period, by
//! dimension*; whoever keeps it elsewhere answers the same two.
//!
//! Events are stored one by one and, in the same statement, added to the totals of their hours. A total therefore never
//! lags, and reading one ([`reading`]) looks at no single event but those of hours that the period cuts.

mod reading;

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::corrupt;
use crate::author::Author;

pub(crate) use reading::{After, Asked, Quantity, events, listed, quantities};

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

/// The number that stands for an account and a meter in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, sqlx::Type)]
#[sqlx(transparent)]
pub(crate) struct Series(i64);

/// The series of some accounts, by account and meter.
#[derive(Debug, Default)]
pub(crate) struct SeriesByName(HashMap<String, HashMap<String, Series>>);

impl SeriesByName {
    /// The series of an account's meter; none where no plan of the account has that meter.
    pub(crate) fn find(&self, account: &str, meter: &str) -> Option<Series> {
        self.0.get(account)?.get(meter).copied()
    }
}

/// The series that the plans of some accounts know.
pub(crate) async fn series(
    connection: &mut PgConnection,
    tenant: Uuid,
    accounts: &[&str],
) -> Result<SeriesByName, sqlx::Error> {
    let rows: Vec<(String, String, Series)> = sqlx::query_as(
        "SELECT known.* FROM UNNEST($2::text[]) AS wanted (account) \
         CROSS JOIN LATERAL \
           (SELECT account, meter, series FROM account_meter WHERE tenant = $1 AND account = wanted.account) AS known",
    )
    .bind(tenant)
    .bind(accounts)
    .fetch_all(connection)
    .await?;
    let mut by_name = SeriesByName::default();
    for (account, meter, series) in rows {
        by_name.0.entry(account).or_default().insert(meter, series);
    }
    Ok(by_name)
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

/// Appends the events whose names are new and adds them to the totals of their hours; says how many. Events must come
/// ordered by name: two batches that share events then wait for each other instead of blocking each other. The totals
/// come after all events, in an order of their own, for the same reason.
pub(crate) async fn append(
    connection: &mut PgConnection,
    author: &Author,
    events: &[(Series, UsageEvent)],
) -> Result<u64, sqlx::Error> {
    fn each<'e, T>(events: &'e [(Series, UsageEvent)], field: impl Fn(&'e UsageEvent) -> T) -> Vec<T> {
        events.iter().map(|(_, event)| field(event)).collect()
    }
    let appended: i64 = sqlx::query_scalar(APPEND)
        .bind(author.tenant())
        .bind(author.at.to_sqlx())
        .bind(events.iter().map(|(series, _)| series.0).collect::<Vec<_>>())
        .bind(each(events, |event| event.source.as_str()))
        .bind(each(events, |event| event.id.as_str()))
        .bind(each(events, |event| event.at.to_sqlx()))
        .bind(each(events, |event| event.value))
        .bind(each(events, |event| Json(&event.dimensions)))
        .bind(each(events, |event| event.content.as_slice()))
        .fetch_one(connection)
        .await?;
    u64::try_from(appended).map_err(corrupt)
}

const APPEND: &str = "\
    WITH appended AS ( \
        INSERT INTO usage_event (tenant, recorded_at, series, source, id, at, value, dimensions, content) \
        SELECT $1, $2, event.* \
        FROM UNNEST($3::bigint[], $4::text[], $5::text[], $6::timestamptz[], $7::numeric[], $8::jsonb[], \
                    $9::bytea[]) AS event \
        ON CONFLICT (source, id, tenant) DO NOTHING \
        RETURNING series, at, value, dimensions \
    ), added AS ( \
        SELECT series, date_bin('1 hour', at, '4713-01-01 00:00:00+00 BC') AS hour, dimensions, \
               sum(value) AS sum, count(*) AS count, min(value) AS least, max(value) AS greatest \
        FROM appended GROUP BY 1, 2, 3 \
    ), totals AS ( \
        INSERT INTO usage_hour AS held \
               (tenant, series, hour, combination, dimensions, sum, count, least, greatest) \
        SELECT $1, series, hour, sha256(convert_to(dimensions::text, 'UTF8')), dimensions, sum, count, least, greatest \
        FROM added ORDER BY 2, 3, 4 \
        ON CONFLICT (series, hour, combination) DO UPDATE SET \
            sum = held.sum + excluded.sum, count = held.count + excluded.count, \
            least = least(held.least, excluded.least), greatest = greatest(held.greatest, excluded.greatest) \
    ) \
    SELECT count(*) FROM appended";

/// For each event, in order, what the log holds under its name. All of them must be there.
pub(crate) async fn compare(
    connection: &mut PgConnection,
    tenant: Uuid,
    events: &[(Series, UsageEvent)],
) -> Result<Vec<Known>, sqlx::Error> {
    let each =
        |field: fn(&UsageEvent) -> &str| events.iter().map(|(_, event)| field(event)).collect::<Vec<_>>();
    let contents: Vec<&[u8]> = events.iter().map(|(_, event)| event.content.as_slice()).collect();
    let same: Vec<bool> = sqlx::query_scalar(
        "SELECT log.content = batch.content \
         FROM UNNEST($2::text[], $3::text[], $4::bytea[]) WITH ORDINALITY AS batch (source, id, content, place) \
         CROSS JOIN LATERAL \
           (SELECT content FROM usage_event WHERE tenant = $1 AND source = batch.source AND id = batch.id) AS log \
         ORDER BY batch.place",
    )
    .bind(tenant)
    .bind(each(|event| event.source.as_str()))
    .bind(each(|event| event.id.as_str()))
    .bind(contents)
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
