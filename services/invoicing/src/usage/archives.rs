//! Months that leave the database: what stands in their files, and taking them off once it does.

use futures::{StreamExt as _, pin_mut};
use sqlx::PgConnection;
use wire::archive::Digest;
use wire::invoicing::v1::ArchivedEvent;

use crate::author::Author;
use crate::grpc::timestamp;
use crate::store::audit::{self, Deed};
use crate::store::usage::months::{self, Month, StoredPart};
use crate::store::usage::take_turn;

/// Why a month was not taken off.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotTaken {
    #[error("{0} is not over: usage of it still comes in")]
    NotOver(Month),
    #[error("{}", months::not_here(*.0))]
    Already(Month),
    #[error("{0} has other events than the file: usage came in since it was written; write it out again")]
    Outdated(Month),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Takes a month off whose events stand in a file of this digest; answers how many there were.
pub(crate) async fn take_off(
    connection: &mut PgConnection,
    author: &Author,
    month: Month,
    file: &[u8],
) -> Result<u64, NotTaken> {
    if month.next() > Month::of(author.at) {
        return Err(NotTaken::NotOver(month));
    }
    let digest = digest(connection, author, month).await?;
    take_turn(connection, author.tenant()).await?;
    let known = months::archive(connection, author.tenant(), month).await?;
    if known.is_some() {
        return Err(NotTaken::Already(month));
    }
    let (events, found) = (digest.events(), digest.finish());
    let gone = months::take_off(connection, author, month, &found).await?;
    // Nothing of a part ever changes, so as many events are the same events.
    if found != file || gone != events {
        return Err(NotTaken::Outdated(month));
    }
    note(connection, author, "usage.month_archived", month, gone).await?;
    Ok(gone)
}

/// The events of a part, one by one.
pub(crate) fn of_part(part: StoredPart) -> impl Iterator<Item = ArchivedEvent> {
    let dimensions = part
        .dimensions
        .map(|held| serde_json::to_string(&held.0).unwrap_or_default());
    let common = ArchivedEvent {
        account: part.account,
        meter: part.meter,
        source: part.source,
        backfill: part.backfill.unwrap_or_default(),
        recorded_at: Some(timestamp(part.recorded_at.to_jiff())),
        dimensions_json: dimensions.unwrap_or_default(),
        ..ArchivedEvent::default()
    };
    let single = part.ids.into_iter().zip(part.times).zip(part.quantities);
    single.map(move |((id, at), value)| ArchivedEvent {
        id,
        time: Some(timestamp(at.to_jiff())),
        value: value.to_string(),
        ..common.clone()
    })
}

async fn digest(connection: &mut PgConnection, author: &Author, month: Month) -> Result<Digest, sqlx::Error> {
    let mut digest = Digest::default();
    let parts = months::parts(connection, author.tenant(), month)?;
    pin_mut!(parts);
    while let Some(part) = parts.next().await {
        of_part(part?).for_each(|event| digest.add(&event));
    }
    Ok(digest)
}

/// Tells the audit log what became of a month.
pub(crate) async fn note(
    connection: &mut PgConnection,
    author: &Author,
    action: &'static str,
    month: Month,
    events: u64,
) -> Result<(), sqlx::Error> {
    let deed = Deed {
        action,
        subject: month.to_string(),
        reason: String::new(),
        before: None,
        after: Some(serde_json::json!({ "events": events })),
    };
    audit::record(connection, author, &[deed]).await
}
