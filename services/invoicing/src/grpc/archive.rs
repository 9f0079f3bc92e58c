//! Months of usage: written out, taken off and read back.

use std::pin::Pin;

use futures::{Stream, StreamExt as _, pin_mut};
use runtime::rejection;
use runtime::tenancy::{begin_as, begin_looking_as};
use sqlx::types::Json;
use tonic::{Status, Streaming};
use wire::archive::Digest;
use wire::invoicing::v1::{
    ArchivedEvent, ExportUsageMonthRequest, ExportUsageMonthResponse, ListUsageMonthsRequest,
    ListUsageMonthsResponse, RestoreUsageMonthRequest, RestoreUsageMonthResponse, RetireUsageMonthRequest,
    RetireUsageMonthResponse, UsageMonth,
};

use super::database;
use super::messages::{instant, timestamp};
use super::write::{self, Begun};
use crate::Invoicing;
use crate::author::Author;
use crate::store::usage::months::{self, Archived, KnownMonth, Month, StoredPart};
use crate::usage::archives::{self, NotTaken};

/// What whoever writes a month out receives.
pub(super) type Exported = Pin<Box<dyn Stream<Item = Result<ExportUsageMonthResponse, Status>> + Send>>;

/// Events in one message, but for the rest of a part.
const TOGETHER: usize = 2000;

fn month(text: &str) -> Result<Month, Status> {
    Month::parse(text)
        .ok_or_else(|| rejection::invalid("month", format!("`{text}` is no month: write 2026-01")))
}

pub(super) async fn list(
    service: &Invoicing,
    author: &Author,
    _: ListUsageMonthsRequest,
) -> Result<ListUsageMonthsResponse, Status> {
    let failed = database("listing months of usage");
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    let months = months::months(&mut transaction, author.tenant())
        .await
        .map_err(failed)?;
    Ok(ListUsageMonthsResponse {
        months: months.into_iter().map(message).collect(),
    })
}

fn message(known: KnownMonth) -> UsageMonth {
    let (at, digest, rows) = match known.archived {
        None => (None, Vec::new(), 0),
        Some(Archived { at, digest, events }) => (Some(timestamp(at)), digest, events),
    };
    UsageMonth {
        month: known.month.to_string(),
        events: known.events,
        archived_at: at,
        digest,
        archived_events: rows,
    }
}

/// Everything of a month, in an order that is the same each time.
pub(super) fn export(service: Invoicing, author: Author, request: ExportUsageMonthRequest) -> Exported {
    Box::pin(async_stream::try_stream! {
        let month = month(&request.month)?;
        let failed = database("writing out usage");
        let mut transaction = begin_looking_as(&service.pool, &author.caller).await.map_err(&failed)?;
        let gone = months::archived(&mut transaction, author.tenant()).await.map_err(&failed)?;
        if gone.contains(&month) {
            Err(rejection::failed_precondition("USAGE_ARCHIVED", months::not_here(month)))?;
        }
        let parts = months::parts(&mut transaction, author.tenant(), month).map_err(&failed)?;
        pin_mut!(parts);
        let mut events = Vec::new();
        while let Some(part) = parts.next().await {
            events.extend(archives::of_part(part.map_err(&failed)?));
            if events.len() >= TOGETHER {
                yield ExportUsageMonthResponse { events: std::mem::take(&mut events) };
            }
        }
        if !events.is_empty() {
            yield ExportUsageMonthResponse { events };
        }
    })
}

pub(super) async fn retire(
    service: &Invoicing,
    author: Author,
    request: RetireUsageMonthRequest,
) -> Result<RetireUsageMonthResponse, Status> {
    let month = month(&request.month)?;
    let begun = write::begin(
        &service.pool,
        &author,
        "RetireUsageMonth",
        &request.request_id,
        &request,
    );
    let mut write = match begun.await? {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let gone = archives::take_off(&mut write.transaction, &author, month, &request.digest).await;
    let events = gone.map_err(not_taken)?;
    write.finish(RetireUsageMonthResponse { events }).await
}

fn not_taken(why: NotTaken) -> Status {
    let reason = match why {
        NotTaken::NotOver(_) => "MONTH_NOT_OVER",
        NotTaken::Already(_) => "USAGE_ARCHIVED",
        NotTaken::Outdated(_) => "ARCHIVE_OUTDATED",
        NotTaken::Database(error) => return database("taking a month of usage off")(error),
    };
    rejection::failed_precondition(reason, why.to_string())
}

pub(super) async fn restore(
    service: &Invoicing,
    author: Author,
    mut incoming: Streaming<RestoreUsageMonthRequest>,
) -> Result<RestoreUsageMonthResponse, Status> {
    let opening = incoming.message().await?.unwrap_or_default();
    let month = month(&opening.month)?;
    let begun = write::begin(
        &service.pool,
        &author,
        "RestoreUsageMonth",
        &opening.request_id,
        &opening,
    );
    let mut write = match begun.await? {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let failed = database("reading a month of usage back");
    let connection = &mut *write.transaction;
    let archive = months::archive(connection, author.tenant(), month)
        .await
        .map_err(&failed)?;
    let archive = archive.ok_or_else(|| {
        let sentence = format!("{month} is here: only a month that was taken off is read back");
        rejection::failed_precondition("NOT_ARCHIVED", sentence)
    })?;
    let mut digest = Digest::default();
    let mut message = Some(opening);
    while let Some(told) = message {
        told.events.iter().for_each(|event| digest.add(event));
        let parts = parts(&told.events, month)?;
        months::put_back(connection, author.tenant(), &parts)
            .await
            .map_err(&failed)?;
        message = incoming.message().await?;
    }
    let events = digest.events();
    if digest.finish() != archive.digest {
        let sentence = format!(
            "the file is not the one that was written of {month}: that had {} events and another digest",
            archive.events
        );
        return Err(rejection::failed_precondition("OTHER_ARCHIVE", sentence));
    }
    months::forget_archive(connection, author.tenant(), month)
        .await
        .map_err(&failed)?;
    archives::note(connection, &author, "usage.month_restored", month, events)
        .await
        .map_err(failed)?;
    write.finish(RestoreUsageMonthResponse { events }).await
}

/// Events in a row that belong to one part, as parts.
fn parts(events: &[ArchivedEvent], month: Month) -> Result<Vec<StoredPart>, Status> {
    let together = |a: &ArchivedEvent, b: &ArchivedEvent| part_of(a) == part_of(b);
    let parts = events.chunk_by(together);
    parts.map(|events| part(events, month)).collect()
}

type PartOf<'e> = (
    &'e str,
    &'e str,
    &'e str,
    &'e str,
    &'e str,
    Option<prost_types::Timestamp>,
    i64,
);

fn part_of(event: &ArchivedEvent) -> PartOf<'_> {
    let hour = event.time.map_or(0, |time| time.seconds.div_euclid(3600));
    (
        &event.account,
        &event.meter,
        &event.source,
        &event.backfill,
        &event.dimensions_json,
        event.recorded_at,
        hour,
    )
}

fn part(events: &[ArchivedEvent], month: Month) -> Result<StoredPart, Status> {
    use jiff_sqlx::ToSqlx as _;
    let wrong = |what: &str| rejection::invalid("events", format!("{what}: take the file as it was written"));
    let first = events.first().ok_or_else(|| wrong("there are none"))?;
    let mut part = StoredPart {
        account: first.account.clone(),
        meter: first.meter.clone(),
        source: first.source.clone(),
        backfill: (!first.backfill.is_empty()).then(|| first.backfill.clone()),
        recorded_at: first
            .recorded_at
            .as_ref()
            .and_then(instant)
            .ok_or_else(|| wrong("recorded_at is no time"))?
            .to_sqlx(),
        dimensions: match first.dimensions_json.as_str() {
            "" => None,
            json => Some(Json(
                serde_json::from_str(json).map_err(|_| wrong("dimensions are no JSON"))?,
            )),
        },
        ids: Vec::with_capacity(events.len()),
        times: Vec::with_capacity(events.len()),
        quantities: Vec::with_capacity(events.len()),
    };
    for event in events {
        let at = event.time.as_ref().and_then(instant);
        let at = at
            .filter(|at| Month::of(*at) == month)
            .ok_or_else(|| wrong("a time is not of the month"))?;
        let value = event.value.parse().map_err(|_| wrong("a value is no decimal"))?;
        part.ids.push(event.id.clone());
        part.times.push(at.to_sqlx());
        part.quantities.push(value);
    }
    Ok(part)
}
