//! Events on their way into the log, put together: those of one series, hour, source and backfill with the same dimensions
//! are one row.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::PgRecordEncoder;
use sqlx::postgres::{PgArgumentBuffer, PgArguments, PgHasArrayType, PgTypeInfo};
use sqlx::query::Query;
use sqlx::types::Json;
use sqlx::{Encode, Postgres, Type};

use super::totals::hour;
use super::{Backfill, Dimensions, Entry, Series, Source};
use crate::author::Author;
use crate::store::corrupt;

/// What the events of a part have in common. In the order of the totals they are added to.
pub(super) type Key<'e> = (Series, i64, &'e Dimensions, Source, Option<Backfill>);

/// The events of a part, side by side.
#[derive(Debug, Default)]
pub(super) struct Events<'e> {
    ids: Vec<&'e str>,
    times: Vec<jiff_sqlx::Timestamp>,
    pub(super) values: Vec<Decimal>,
}

/// Parts in order.
pub(super) type Parts<'e> = BTreeMap<Key<'e>, Events<'e>>;

pub(super) fn parts<'e>(entries: &[Entry<'e>]) -> Parts<'e> {
    let mut parts = Parts::new();
    for entry in entries {
        let event = entry.event;
        let key = (
            entry.series,
            hour(event.at),
            &event.dimensions,
            entry.source,
            entry.backfill,
        );
        let events = parts.entry(key).or_default();
        events.ids.push(&event.id);
        events.times.push(event.at.to_sqlx());
        events.values.push(event.value);
    }
    parts
}

/// A part as the database takes it.
struct Sent<'p, 'e> {
    key: &'p Key<'e>,
    hour: jiff_sqlx::Timestamp,
    events: &'p Events<'e>,
}

/// What stores parts, ready to be sent.
pub(super) fn statement<'p>(
    author: &Author,
    parts: &'p Parts<'_>,
) -> Result<Query<'p, Postgres, PgArguments>, sqlx::Error> {
    let mut sent = Vec::with_capacity(parts.len());
    for (key, events) in parts {
        let hour = Timestamp::from_second(key.1).map_err(corrupt)?.to_sqlx();
        sent.push(Sent { key, hour, events });
    }
    Ok(sqlx::query(
        "INSERT INTO usage_part (tenant, recorded_at, series, hour, source, backfill, ids, times, quantities, dimensions) \
         SELECT $1, $2, sent.* FROM UNNEST($3::usage_part_sent[]) AS sent",
    )
    .bind(author.tenant())
    .bind(author.at.to_sqlx())
    .bind(sent))
}

impl Type<Postgres> for Sent<'_, '_> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("usage_part_sent")
    }
}

impl PgHasArrayType for Sent<'_, '_> {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::array_of("usage_part_sent")
    }
}

impl Encode<'_, Postgres> for Sent<'_, '_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let (series, _, dimensions, source, backfill) = self.key;
        let dimensions = (!dimensions.is_empty()).then_some(Json(dimensions));
        let mut record = PgRecordEncoder::new(buffer);
        record.encode(*series)?;
        record.encode(self.hour)?;
        record.encode(*source)?;
        record.encode(*backfill)?;
        record.encode(&self.events.ids)?;
        record.encode(&self.events.times)?;
        record.encode(&self.events.values)?;
        record.encode(dimensions)?;
        record.finish();
        Ok(IsNull::No)
    }
}
