//! Usage that was refused because another event has its name: each beside the one that counts.

use askama::Template;
use axum::extract::Query;
use jiff::tz::TimeZone;
use wire::invoicing::v1::{ListUsageConflictsRequest, UsageConflict, UsageEvent};

use crate::answer::{Answer, page};
use crate::layout::{Frame, Section};
use crate::link;
use crate::money::list::{self, Asked};
use crate::visitor::Visitor;
use crate::wording::{counted, grouped, moment, time};

const ROWS: u32 = 100;
const AT_ONCE: u32 = 1_000;
const TOO_MANY: &str = "More than 100,000 rows are too many for one file: ask for one source.";
const HERE: &str = "/usage/refused";

#[derive(Template)]
#[template(path = "money/conflicts.html")]
struct Conflicts {
    frame: Frame,
    source: String,
    rows: Vec<Row>,
    first: Option<String>,
    next: Option<String>,
    file: String,
}

/// Two events of one name.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    source: String,
    id: String,
    account: String,
    account_link: String,
    times: String,
    last: String,
    sent_by: String,
    differences: Vec<Difference>,
}

/// A part in which they differ.
#[derive(Debug, PartialEq, Eq)]
struct Difference {
    part: &'static str,
    counted: String,
    refused: String,
}

pub(in crate::money) async fn refused(visitor: Visitor, Query(asked): Query<Asked>) -> Answer {
    if asked.as_file() {
        return take_away(&visitor, &asked).await;
    }
    let request = ListUsageConflictsRequest {
        source: asked.source.trim().to_owned(),
        page_size: ROWS,
        page_token: asked.after.clone(),
    };
    let listed = visitor
        .invoicing()
        .list_usage_conflicts(request)
        .await?
        .into_inner();
    page(&Conflicts {
        rows: listed.conflicts.iter().map(row).collect(),
        first: asked.first(HERE),
        next: asked.next(HERE, &listed.next_page_token),
        file: asked.file(HERE),
        frame: visitor.frame(Section::Accounts),
        source: asked.source,
    })
}

fn row(conflict: &UsageConflict) -> Row {
    let refused = conflict.refused.clone().unwrap_or_default();
    let stands = conflict.counted.clone().unwrap_or_default();
    Row {
        times: counted(conflict.times, "time", "times"),
        last: time(conflict.last_refused_at.as_ref())
            .map(moment)
            .unwrap_or_default(),
        sent_by: conflict.sent_by.clone(),
        differences: differences(&stands, &refused),
        account_link: link::account(&stands.account),
        account: stands.account,
        source: stands.source,
        id: stands.id,
    }
}

/// What is the same in both is left out.
fn differences(counted: &UsageEvent, refused: &UsageEvent) -> Vec<Difference> {
    let (counted, refused) = (parts(counted), parts(refused));
    let pairs = counted.into_iter().zip(refused);
    pairs
        .filter(|((_, counted), (_, refused))| counted != refused)
        .map(|((part, counted), (_, refused))| Difference {
            part,
            counted,
            refused,
        })
        .collect()
}

fn parts(event: &UsageEvent) -> [(&'static str, String); 6] {
    let at = time(event.time.as_ref()).map(|at| TimeZone::UTC.to_datetime(at).to_string().replace('T', " "));
    let mut dimensions: Vec<String> = event
        .dimensions
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    dimensions.sort_unstable();
    [
        ("value", grouped(&event.value)),
        ("time (UTC)", at.unwrap_or_default()),
        ("account", event.account.clone()),
        ("meter", event.meter.clone()),
        ("dimensions", dimensions.join(", ")),
        ("corrects", event.corrects.clone()),
    ]
}

async fn take_away(visitor: &Visitor, asked: &Asked) -> Answer {
    let head = [
        "source",
        "id",
        "account",
        "part",
        "counted",
        "refused",
        "times",
        "last_refused",
        "sent_by",
    ];
    let all = ListUsageConflictsRequest {
        source: asked.source.trim().to_owned(),
        page_size: AT_ONCE,
        page_token: String::new(),
    };
    list::whole("usage-refused", &head, TOO_MANY, |page_token| {
        let (mut asking, all) = (visitor.invoicing(), all.clone());
        async move {
            let request = ListUsageConflictsRequest { page_token, ..all };
            let listed = asking.list_usage_conflicts(request).await?.into_inner();
            let rows = listed.conflicts.iter().map(row).flat_map(lines).collect();
            Ok((rows, listed.next_page_token))
        }
    })
    .await
}

/// A line for each part in which the two differ.
fn lines(row: Row) -> Vec<Vec<String>> {
    let Row {
        source,
        id,
        account,
        times,
        last,
        sent_by,
        differences,
        ..
    } = row;
    let line = |difference: Difference| {
        vec![
            source.clone(),
            id.clone(),
            account.clone(),
            difference.part.to_owned(),
            difference.counted,
            difference.refused,
            times.clone(),
            last.clone(),
            sent_by.clone(),
        ]
    };
    differences.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_shown() {
        let event = |value: &str, region: &str| UsageEvent {
            value: value.to_owned(),
            account: "acme".to_owned(),
            dimensions: [("region".to_owned(), region.to_owned())].into(),
            ..UsageEvent::default()
        };
        let found = differences(&event("1000", "eu"), &event("1200", "us"));
        let told: Vec<_> = found
            .iter()
            .map(|one| (one.part, one.counted.as_str(), one.refused.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("value", "1,000", "1,200"),
                ("dimensions", "region: eu", "region: us")
            ]
        );
        assert!(differences(&event("1", "eu"), &event("1", "eu")).is_empty());
    }
}
