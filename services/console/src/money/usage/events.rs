//! The single events behind a day or an invoice line, and usage that waits for a plan.

use askama::Template;
use axum::extract::{Path, Query};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;
use wire::invoicing::v1::{ListUnmatchedUsageRequest, ListUsageEventsRequest, UsageEvent};

use super::measured;
use crate::answer::{Answer, page};
use crate::fault::Fault;
use crate::layout::{Frame, Section};
use crate::link;
use crate::money::account::{Head, head, known, plans};
use crate::money::list;
use crate::sheets;
use crate::visitor::Visitor;
use crate::wording::{grouped, time};

const ROWS: u32 = 100;
const AT_ONCE: u32 = 1_000;
const TOO_MANY: &str = "More than 100,000 events are too many for one file: ask for fewer days at once.";

#[derive(Debug, Deserialize)]
pub(in crate::money) struct Asked {
    #[serde(default)]
    meter: String,
    /// The first day and the last one, both in.
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    after: String,
    #[serde(default, rename = "as")]
    form: String,
}

#[derive(Template)]
#[template(path = "money/events.html")]
struct Page {
    frame: Frame,
    head: Head,
    meter: String,
    from: String,
    to: String,
    zone: String,
    back: String,
    rows: Vec<Row>,
    first: Option<String>,
    next: Option<String>,
    file: String,
}

struct Row {
    at: String,
    value: String,
    dimensions: String,
    source: String,
    id: String,
    corrects: String,
}

pub(in crate::money) async fn events(
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Answer {
    let (known, plans) = tokio::try_join!(known(&visitor, &id), plans(&visitor, &id))?;
    let meters = measured(&plans);
    let found = meters.iter().find(|one| one.meter.id == asked.meter);
    let found =
        found.ok_or_else(|| Fault::unknown("No agreement of this account has a meter of that name."))?;
    let zone = TimeZone::get(&found.zone).unwrap_or(TimeZone::UTC);
    let request = request(&id, &asked, &zone)?;
    if asked.form == sheets::AS_FILE {
        return take_away(&visitor, request, &zone).await;
    }
    let listed = visitor.invoicing().list_usage_events(request).await?.into_inner();
    let here = format!("{}/events", link::account(&id));
    let address = |after: &str, form: &str| {
        let fields = [
            ("meter", asked.meter.as_str()),
            ("from", &asked.from),
            ("to", &asked.to),
            ("after", after),
            ("as", form),
        ];
        link::with(&here, &fields)
    };
    let next = listed.next_page_token.as_str();
    let back = [
        ("meter", asked.meter.as_str()),
        ("from", &asked.from),
        ("to", &asked.to),
    ];
    page(&Page {
        head: head(&known, &plans),
        frame: visitor.frame(Section::Accounts),
        rows: listed.events.iter().map(|event| row(event, &zone)).collect(),
        first: (!asked.after.is_empty()).then(|| address("", "")),
        next: (!next.is_empty()).then(|| address(next, "")),
        file: address("", sheets::AS_FILE),
        back: link::with(&format!("{}/usage", link::account(&id)), &back),
        zone: found.zone.clone(),
        meter: found.meter.name.clone(),
        from: asked.from,
        to: asked.to,
    })
}

/// From the first instant of the first day to the end of the last, in the agreement's zone.
fn request(account: &str, asked: &Asked, zone: &TimeZone) -> Result<ListUsageEventsRequest, Fault> {
    let wrong =
        || Fault::unknown("Say from which day to which: the address names none, or they are no days.");
    let day = |text: &str| text.parse::<Date>().ok();
    let (from, to) = day(&asked.from).zip(day(&asked.to)).ok_or_else(wrong)?;
    let until = to.max(from).tomorrow().map_err(|_| wrong())?;
    Ok(ListUsageEventsRequest {
        account: account.to_owned(),
        meter: asked.meter.clone(),
        from: Some(instant(from, zone).ok_or_else(wrong)?),
        until: Some(instant(until, zone).ok_or_else(wrong)?),
        page_size: ROWS,
        page_token: asked.after.clone(),
    })
}

fn instant(day: Date, zone: &TimeZone) -> Option<prost_types::Timestamp> {
    let at = day.to_zoned(zone.clone()).ok()?.timestamp();
    Some(prost_types::Timestamp {
        seconds: at.as_second(),
        nanos: at.subsec_nanosecond(),
    })
}

fn row(event: &UsageEvent, zone: &TimeZone) -> Row {
    let at = time(event.time.as_ref()).map(|at| zone.to_datetime(at).to_string().replace('T', " "));
    let mut dimensions: Vec<String> = event
        .dimensions
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    dimensions.sort_unstable();
    Row {
        at: at.unwrap_or_default(),
        value: grouped(&event.value),
        dimensions: dimensions.join(", "),
        source: event.source.clone(),
        id: event.id.clone(),
        corrects: event.corrects.clone(),
    }
}

async fn take_away(visitor: &Visitor, all: ListUsageEventsRequest, zone: &TimeZone) -> Answer {
    let head = ["time", "value", "dimensions", "source", "id", "corrects"];
    list::whole("usage-events", &head, TOO_MANY, |page_token| {
        let (mut asking, all) = (visitor.invoicing(), all.clone());
        async move {
            let request = ListUsageEventsRequest {
                page_size: AT_ONCE,
                page_token,
                ..all
            };
            let listed = asking.list_usage_events(request).await?.into_inner();
            let rows = listed.events.iter().map(|event| cells(event, zone)).collect();
            Ok((rows, listed.next_page_token))
        }
    })
    .await
}

fn cells(event: &UsageEvent, zone: &TimeZone) -> Vec<String> {
    let row = row(event, zone);
    vec![
        row.at,
        event.value.clone(),
        row.dimensions,
        row.source,
        row.id,
        row.corrects,
    ]
}

#[derive(Debug, Deserialize)]
pub(in crate::money) struct After {
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "money/waiting.html")]
struct Waiting {
    frame: Frame,
    rows: Vec<(String, String, String, String)>,
    first: bool,
    next: Option<String>,
}

/// Usage that is stored and counts as soon as a plan knows its account and meter.
pub(in crate::money) async fn waiting(visitor: Visitor, Query(asked): Query<After>) -> Answer {
    let request = ListUnmatchedUsageRequest {
        page_size: ROWS,
        page_token: asked.after.clone(),
    };
    let listed = visitor
        .invoicing()
        .list_unmatched_usage(request)
        .await?
        .into_inner();
    let next = listed.next_page_token.as_str();
    page(&Waiting {
        first: !asked.after.is_empty(),
        next: (!next.is_empty()).then(|| link::with("/usage/waiting", &[("after", next)])),
        frame: visitor.frame(Section::Accounts),
        rows: listed
            .usage
            .into_iter()
            .map(|used| {
                (
                    used.account,
                    used.meter,
                    grouped(&used.events.to_string()),
                    used.detail,
                )
            })
            .collect(),
    })
}
