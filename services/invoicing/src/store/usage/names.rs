//! The numbers that stand for names in the log. They are given once and never change hands.

use std::collections::{BTreeSet, HashMap};

use jiff::tz::TimeZone;
use sqlx::PgConnection;
use uuid::Uuid;

use super::stored_all;
use crate::store::corrupt;

/// The number that stands for an account and a meter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Series(pub(super) i64);

runtime::column_number!(Series(i64));

/// The number that stands for whoever measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Source(pub(super) i32);

runtime::column_number!(Source(i32));

/// A series, and what the plans of its account make of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownSeries {
    pub(crate) series: Series,
    /// Does one of them have its meter?
    pub(crate) matched: bool,
    /// In whose days its different values are kept, where one of them counts those.
    pub(crate) days: Option<TimeZone>,
}

/// A source, and the greatest id that the log has of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KnownSource {
    pub(crate) source: Source,
    pub(crate) last: Option<String>,
}

/// The series of some accounts, by account and meter.
#[derive(Debug, Default)]
pub(crate) struct SeriesByName(HashMap<String, HashMap<String, KnownSeries>>);

impl SeriesByName {
    /// The series of an account's meter; none where nothing was ever heard of it.
    pub(crate) fn find(&self, account: &str, meter: &str) -> Option<&KnownSeries> {
        self.0.get(account)?.get(meter)
    }
}

/// The series of these accounts and meters, as far as there are any.
pub(crate) async fn series<'n>(
    connection: &mut PgConnection,
    tenant: Uuid,
    pairs: impl IntoIterator<Item = &'n (&'n str, &'n str)>,
) -> Result<SeriesByName, sqlx::Error> {
    let (accounts, meters): (Vec<&str>, Vec<&str>) = pairs.into_iter().copied().unzip();
    let rows: Vec<(String, String, Series, bool, Option<String>)> = sqlx::query_as(
        "SELECT known.* FROM UNNEST($2::text[], $3::text[]) AS wanted (account, meter) \
         CROSS JOIN LATERAL ( \
             SELECT account, meter, series, matched, distinct_in FROM usage_series \
             WHERE tenant = $1 AND account = wanted.account AND meter = wanted.meter OFFSET 0 \
         ) AS known",
    )
    .bind(tenant)
    .bind(accounts)
    .bind(meters)
    .fetch_all(connection)
    .await?;
    let mut by_name = SeriesByName::default();
    for (account, meter, series, matched, zone) in rows {
        let known = KnownSeries {
            series,
            matched,
            days: zone
                .map(|zone| TimeZone::get(&zone))
                .transpose()
                .map_err(corrupt)?,
        };
        by_name.0.entry(account).or_default().insert(meter, known);
    }
    Ok(by_name)
}

/// The series of these accounts and meters, each begun where there was none.
pub(crate) async fn ensure_series(
    connection: &mut PgConnection,
    tenant: Uuid,
    pairs: &[(&str, &str)],
) -> Result<SeriesByName, sqlx::Error> {
    let mut known = series(connection, tenant, pairs).await?;
    // In order, so that two who begin the same ones wait for each other instead of blocking each other.
    let missing: BTreeSet<(&str, &str)> = pairs
        .iter()
        .filter(|(account, meter)| known.find(account, meter).is_none())
        .copied()
        .collect();
    if missing.is_empty() {
        return Ok(known);
    }
    let (accounts, meters): (Vec<&str>, Vec<&str>) = missing.iter().copied().unzip();
    sqlx::query(
        "INSERT INTO usage_series (tenant, account, meter, matched) \
         SELECT $1, account, meter, false FROM UNNEST($2::text[], $3::text[]) AS begun (account, meter) \
         ON CONFLICT (account, meter, tenant) DO NOTHING",
    )
    .bind(tenant)
    .bind(accounts)
    .bind(meters)
    .execute(&mut *connection)
    .await?;
    for (account, meters) in series(connection, tenant, &missing).await?.0 {
        known.0.entry(account).or_default().extend(meters);
    }
    Ok(known)
}

/// The sources of these names, each begun where there was none.
pub(crate) async fn ensure_sources(
    connection: &mut PgConnection,
    tenant: Uuid,
    names: &[&str],
) -> Result<HashMap<String, KnownSource>, sqlx::Error> {
    let mut known = sources(connection, tenant, names).await?;
    let missing: BTreeSet<&str> = names
        .iter()
        .filter(|name| !known.contains_key(**name))
        .copied()
        .collect();
    if missing.is_empty() {
        return Ok(known);
    }
    let missing: Vec<&str> = missing.into_iter().collect();
    sqlx::query(
        "INSERT INTO usage_source (tenant, name) SELECT $1, name FROM UNNEST($2::text[]) AS name \
         ON CONFLICT (name, tenant) DO NOTHING",
    )
    .bind(tenant)
    .bind(&missing)
    .execute(&mut *connection)
    .await?;
    known.extend(sources(connection, tenant, &missing).await?);
    Ok(known)
}

async fn sources(
    connection: &mut PgConnection,
    tenant: Uuid,
    names: &[&str],
) -> Result<HashMap<String, KnownSource>, sqlx::Error> {
    let rows: Vec<(String, Source, Option<String>)> = sqlx::query_as(
        "SELECT known.* FROM UNNEST($2::text[]) AS wanted (name) \
         CROSS JOIN LATERAL \
           (SELECT name, source, last FROM usage_source WHERE tenant = $1 AND name = wanted.name OFFSET 0) AS known",
    )
    .bind(tenant)
    .bind(names)
    .fetch_all(connection)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(name, source, last)| (name, KnownSource { source, last }))
        .collect())
}

/// What a source names beyond all it named before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Advance<'n> {
    pub(super) source: Source,
    pub(super) first: &'n str,
    pub(super) last: &'n str,
}

/// Notes the greatest ids of some sources. That what they name now lies beyond what the log had of them, on which its place
/// in the log depends, is looked at once more.
pub(super) async fn advance(
    connection: &mut PgConnection,
    tenant: Uuid,
    advances: &[Advance<'_>],
) -> Result<(), sqlx::Error> {
    if advances.is_empty() {
        return Ok(());
    }
    let advanced = sqlx::query(
        "UPDATE usage_source SET last = new.last \
         FROM UNNEST($2::integer[], $3::text[], $4::text[]) AS new (source, first, last) \
         WHERE usage_source.tenant = $1 AND usage_source.source = new.source \
           AND (usage_source.last IS NULL OR usage_source.last < new.first COLLATE \"C\")",
    )
    .bind(tenant)
    .bind(advances.iter().map(|advance| advance.source).collect::<Vec<_>>())
    .bind(advances.iter().map(|advance| advance.first).collect::<Vec<_>>())
    .bind(advances.iter().map(|advance| advance.last).collect::<Vec<_>>())
    .execute(connection)
    .await?;
    stored_all(advanced.rows_affected(), advances.len())
}
