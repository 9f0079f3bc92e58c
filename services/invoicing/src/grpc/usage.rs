//! What was used: totals to the last acknowledged event, and the single events behind them.

use jiff::Timestamp;
use runtime::rejection;
use runtime::tenancy::begin_as;
use sqlx::PgConnection;
use tonic::Status;
use wire::invoicing::v1::{
    self, GetUsageRequest, GetUsageResponse, ListUnmatchedUsageRequest, ListUnmatchedUsageResponse,
    ListUsageConflictsRequest, ListUsageConflictsResponse, ListUsageEventsRequest, ListUsageEventsResponse,
    UsageConflict, UsageQuantity,
};

use super::facts::text;
use super::messages::{instant, timestamp};
use super::recording::unmatched_usage;
use super::{database, page_size};
use crate::Invoicing;
use crate::author::Author;
use crate::store::page;
use crate::store::usage::{self, After, Asked, KnownConflict, Quantity, UsageEvent};

const MOST_DIMENSIONS: usize = 50;
const MOST_EVENTS: u16 = 1000;

pub(super) async fn get(
    service: &Invoicing,
    author: &Author,
    request: GetUsageRequest,
) -> Result<GetUsageResponse, Status> {
    if request.dimensions.len() > MOST_DIMENSIONS {
        return Err(rejection::invalid(
            "dimensions",
            format!(
                "are {}; at most {MOST_DIMENSIONS} are allowed",
                request.dimensions.len()
            ),
        ));
    }
    let (from, until) = span(request.from.as_ref(), request.until.as_ref())?;
    let asked = Asked {
        account: request.account,
        meter: request.meter,
        from,
        until,
        dimensions: request.dimensions,
    };
    let failed = database("adding up usage");
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    let singly = usage::months::cut(std::slice::from_ref(&asked));
    check_here(&mut transaction, author, singly).await?;
    let quantities = usage::quantities(&mut transaction, author.tenant(), std::slice::from_ref(&asked))
        .await
        .map_err(failed)?;
    if quantities.is_empty() {
        check_known(&mut transaction, author, &asked).await?;
    }
    let unique = if request.unique {
        let counted = usage::distinct(&mut transaction, author.tenant(), std::slice::from_ref(&asked)).await;
        counted
            .map_err(database("counting values"))?
            .first()
            .copied()
            .unwrap_or_default()
    } else {
        0
    };
    Ok(GetUsageResponse {
        quantities: quantities.into_iter().map(quantity).collect(),
        unique,
    })
}

pub(super) async fn list(
    service: &Invoicing,
    author: &Author,
    request: ListUsageEventsRequest,
) -> Result<ListUsageEventsResponse, Status> {
    let (from, until) = span(request.from.as_ref(), request.until.as_ref())?;
    let after = after(&request.page_token)?;
    let size = page_size(request.page_size, MOST_EVENTS);
    let asked = Asked {
        account: request.account,
        meter: request.meter,
        from,
        until,
        dimensions: Vec::new(),
    };
    let failed = database("listing usage events");
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    check_here(&mut transaction, author, [(asked.from, asked.until)]).await?;
    let limit = i64::from(size).saturating_add(1);
    let events = usage::listed(&mut transaction, author.tenant(), &asked, after.as_ref(), limit)
        .await
        .map_err(failed)?;
    if events.is_empty() {
        check_known(&mut transaction, author, &asked).await?;
    }
    let (events, next_page_token) = page(events, size.into(), token);
    Ok(ListUsageEventsResponse {
        events: events.into_iter().map(event).collect(),
        next_page_token,
    })
}

pub(super) async fn list_unmatched(
    service: &Invoicing,
    author: &Author,
    request: ListUnmatchedUsageRequest,
) -> Result<ListUnmatchedUsageResponse, Status> {
    let after = Some(request.page_token.as_str()).filter(|token| !token.is_empty());
    let after = after
        .map(|token| names(token).ok_or_else(wrong_token))
        .transpose()?;
    let size = page_size(request.page_size, MOST_EVENTS);
    let failed = database("listing unmatched usage");
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    let limit = i64::from(size).saturating_add(1);
    let unmatched = usage::unmatched(&mut transaction, author.tenant(), after, limit).await;
    let (unmatched, next_page_token) = page(unmatched.map_err(failed)?, size.into(), |last| {
        format!("{}:{}{}", last.account.len(), last.account, last.meter)
    });
    Ok(ListUnmatchedUsageResponse {
        usage: unmatched.iter().map(unmatched_usage).collect(),
        next_page_token,
    })
}

pub(super) async fn list_conflicts(
    service: &Invoicing,
    author: &Author,
    request: ListUsageConflictsRequest,
) -> Result<ListUsageConflictsResponse, Status> {
    let after = match request.page_token.as_str() {
        "" => 0,
        token => token.parse().map_err(|_| wrong_token())?,
    };
    let source = text("source", &request.source, 200)?;
    let source = Some(source.as_str()).filter(|source| !source.is_empty());
    let size = page_size(request.page_size, MOST_EVENTS);
    let failed = database("listing usage that was refused");
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    let limit = i64::from(size).saturating_add(1);
    let known = usage::conflicts(&mut transaction, author.tenant(), source, after, limit).await;
    let (known, next_page_token) = page(known.map_err(failed)?, size.into(), |last| last.place.to_string());
    Ok(ListUsageConflictsResponse {
        conflicts: known.into_iter().map(conflict).collect(),
        next_page_token,
    })
}

fn conflict(known: KnownConflict) -> UsageConflict {
    let mut counted = event(known.counted);
    if known.counted_archived {
        counted.value.clear();
    }
    UsageConflict {
        refused: Some(event(known.refused)),
        counted: Some(counted),
        times: known.times,
        first_refused_at: Some(timestamp(known.first)),
        last_refused_at: Some(timestamp(known.last)),
        sent_by: known.sent_by,
    }
}

/// Refuses what needs single events of a month that was archived.
async fn check_here(
    connection: &mut PgConnection,
    author: &Author,
    singly: impl IntoIterator<Item = (Timestamp, Timestamp)> + Clone,
) -> Result<(), Status> {
    let missing = usage::months::missing(connection, author.tenant(), singly).await;
    match missing.map_err(database("looking up what was archived"))? {
        None => Ok(()),
        Some(month) => Err(rejection::failed_precondition(
            "USAGE_ARCHIVED",
            usage::months::not_here(month),
        )),
    }
}

/// No usage is an answer; a slip of the pen is none.
async fn check_known(connection: &mut PgConnection, author: &Author, asked: &Asked) -> Result<(), Status> {
    let Asked { account, meter, .. } = asked;
    let pair = (account.as_str(), meter.as_str());
    let series = usage::series(connection, author.tenant(), &[pair]).await;
    let series = series.map_err(database("looking up a meter"))?;
    if series.find(account, meter).is_some_and(|known| known.matched) {
        return Ok(());
    }
    let sentence =
        format!("no plan of an account `{account}` has a meter `{meter}`: check how both are spelled");
    Err(rejection::not_found("UNKNOWN_METER", sentence))
}

fn span(
    from: Option<&prost_types::Timestamp>,
    until: Option<&prost_types::Timestamp>,
) -> Result<(Timestamp, Timestamp), Status> {
    let read = |field: &str, given: Option<&prost_types::Timestamp>| {
        let at = given.and_then(instant);
        at.ok_or_else(|| rejection::invalid(field, "is missing or no point in time"))
    };
    let (from, until) = (read("from", from)?, read("until", until)?);
    if from < until {
        Ok((from, until))
    } else {
        Err(rejection::invalid(
            "until",
            format!("is {until}, which is not after `from`, {from}"),
        ))
    }
}

pub(super) fn quantity(quantity: Quantity) -> UsageQuantity {
    UsageQuantity {
        dimensions: quantity.dimensions.into_iter().collect(),
        sum: quantity.sum.to_string(),
        count: quantity.count,
        min: quantity.least.to_string(),
        max: quantity.greatest.to_string(),
    }
}

fn event(event: UsageEvent) -> v1::UsageEvent {
    v1::UsageEvent {
        source: event.source,
        id: event.id,
        account: event.account,
        meter: event.meter,
        time: Some(timestamp(event.at)),
        value: event.value.to_string(),
        dimensions: event.dimensions.into_iter().collect(),
        corrects: event.corrects.unwrap_or_default(),
    }
}

/// Time, length of the source, source and id: none of them can be taken for a part of another.
fn token(last: &UsageEvent) -> String {
    let UsageEvent { source, id, at, .. } = last;
    format!("{}:{}:{source}{id}", at.as_microsecond(), source.len())
}

fn after(token: &str) -> Result<Option<After>, Status> {
    if token.is_empty() {
        return Ok(None);
    }
    parse_after(token).map(Some).ok_or_else(wrong_token)
}

fn wrong_token() -> Status {
    rejection::invalid(
        "page_token",
        "is none that this service gave; leave it empty to begin again",
    )
}

fn parse_after(token: &str) -> Option<After> {
    let (at, rest) = token.split_once(':')?;
    let (source, id) = names(rest)?;
    Some(After {
        at: Timestamp::from_microsecond(at.parse().ok()?).ok()?,
        source: source.to_owned(),
        id: id.to_owned(),
    })
}

/// Two names behind the length of the first.
fn names(token: &str) -> Option<(&str, &str)> {
    let (length, names) = token.split_once(':')?;
    let allowed = !names.contains('\0');
    allowed.then(|| names.split_at_checked(length.parse().ok()?))?
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_page_goes_on_where_the_last_one_ended() {
        let at: Timestamp = "2026-01-05T10:00:00.000001Z".parse().unwrap();
        let names = ["a:1:ü", "7:b", "acme", "call"].map(str::to_owned);
        let last = crate::usage::event(names, (at, 1.into()), BTreeMap::new(), String::new());
        let after = parse_after(&token(&last)).unwrap();
        assert_eq!((after.at, &*after.source, &*after.id), (last.at, "a:1:ü", "7:b"));
        for wrong in ["x", "1:2", "1:9:ab", "1:1:ü", "1:1:a\0"] {
            assert!(parse_after(wrong).is_none(), "{wrong}");
        }
    }
}
