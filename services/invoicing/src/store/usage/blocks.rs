//! Names that lie beyond all that their sources named before: some dozens of them are one row, with one entry in its index.

use jiff_sqlx::ToSqlx;
use sqlx::encode::IsNull;
use sqlx::error::BoxDynError;
use sqlx::postgres::types::PgRecordEncoder;
use sqlx::postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo};
use sqlx::{Encode, PgConnection, Postgres, Type};
use uuid::Uuid;

use super::{Entry, Series, Source, stored_all};

/// Names of one source in order, side by side with where their events are and what they say.
#[derive(Debug)]
pub(super) struct Block<'e> {
    source: Source,
    ids: Vec<&'e str>,
    series: Vec<Series>,
    times: Vec<jiff_sqlx::Timestamp>,
    contents: Vec<Uuid>,
}

/// Two blocks fill a page. Longer ones would save little more, and who looks for a name reads half a block.
const MOST_BYTES: usize = 3800;
/// What the database needs for a name beside its id: the length of that, a series, a time and a content.
const BESIDE_ID: usize = 36;

/// Blocks of names, which come in order.
pub(super) fn blocks<'e>(entries: &[&Entry<'e>]) -> Vec<Block<'e>> {
    let mut blocks = Vec::new();
    for of_source in entries.chunk_by(|a, b| a.source == b.source) {
        let mut rest = of_source;
        while !rest.is_empty() {
            let (block, after) = rest.split_at(fitting(rest));
            blocks.push(Block::of(block));
            rest = after;
        }
    }
    blocks
}

/// How many of the first fit into a block; one always does.
fn fitting(entries: &[&Entry<'_>]) -> usize {
    let mut bytes = 0_usize;
    let fits = entries.iter().take_while(|entry| {
        let of_name = entry.event.id.len().next_multiple_of(4).saturating_add(BESIDE_ID);
        bytes = bytes.saturating_add(of_name);
        bytes <= MOST_BYTES
    });
    fits.count().max(1)
}

impl<'e> Block<'e> {
    fn of(entries: &[&Entry<'e>]) -> Self {
        Self {
            source: entries.first().map_or(Source(0), |entry| entry.source),
            ids: entries.iter().map(|entry| entry.event.id.as_str()).collect(),
            series: entries.iter().map(|entry| entry.series).collect(),
            times: entries.iter().map(|entry| entry.event.at.to_sqlx()).collect(),
            contents: entries
                .iter()
                .map(|entry| Uuid::from_bytes(entry.event.content))
                .collect(),
        }
    }
}

/// Stores blocks.
pub(super) async fn append(
    connection: &mut PgConnection,
    tenant: Uuid,
    blocks: &[Block<'_>],
) -> Result<(), sqlx::Error> {
    if blocks.is_empty() {
        return Ok(());
    }
    let appended = sqlx::query(
        "INSERT INTO usage_block (tenant, source, last, ids, series, times, contents) \
         SELECT $1, sent.source, sent.ids[cardinality(sent.ids)], sent.ids, sent.series, sent.times, sent.contents \
         FROM UNNEST($2::usage_block_sent[]) AS sent",
    )
    .bind(tenant)
    .bind(blocks)
    .execute(connection)
    .await?;
    stored_all(appended.rows_affected(), blocks.len())
}

impl Type<Postgres> for Block<'_> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_name("usage_block_sent")
    }
}

impl PgHasArrayType for Block<'_> {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::array_of("usage_block_sent")
    }
}

impl Encode<'_, Postgres> for Block<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        let mut record = PgRecordEncoder::new(buffer);
        record.encode(self.source)?;
        record.encode(&self.ids)?;
        record.encode(&self.series)?;
        record.encode(&self.times)?;
        record.encode(&self.contents)?;
        record.finish();
        Ok(IsNull::No)
    }
}
