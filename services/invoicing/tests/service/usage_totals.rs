//! Totals hold every acknowledged event at once, however the period is cut, and can be followed to the events.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;
use tonic::Code;
use wire::invoicing::v1::{GetUsageRequest, ListUsageEventsRequest, UsageEvent, UsageQuantity};

use super::support::{Client, World, event, record, refusal, register, usage_plan};

fn instant(at: Timestamp) -> Option<prost_types::Timestamp> {
    Some(prost_types::Timestamp {
        seconds: at.as_second(),
        nanos: at.subsec_nanosecond(),
    })
}

fn asked(from: Timestamp, until: Timestamp, dimensions: &[&str]) -> GetUsageRequest {
    GetUsageRequest {
        account: "acme".to_owned(),
        meter: "call".to_owned(),
        from: instant(from),
        until: instant(until),
        dimensions: dimensions.iter().map(|name| (*name).to_owned()).collect(),
        unique: false,
    }
}

async fn total(client: &mut Client, from: Timestamp, until: Timestamp) -> UsageQuantity {
    let answer = client
        .get_usage(asked(from, until, &[]))
        .await
        .unwrap()
        .into_inner();
    answer.quantities.into_iter().next().unwrap_or_default()
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// An event each seventeen minutes for a day and a half, their values all different.
fn a_day_and_a_half() -> Vec<(Timestamp, UsageEvent)> {
    let start = at("2026-01-05T22:50:00Z");
    (0..127)
        .map(|number: i32| {
            let at = start + SignedDuration::from_mins(i64::from(number) * 17);
            let value = (number % 13 - 3).to_string() + ".25";
            let mut event = event("acme", &format!("e{number}"), &at.to_string(), &value);
            let region = if number % 3 == 0 { "eu" } else { "us" };
            event.dimensions = HashMap::from([("region".to_owned(), region.to_owned())]);
            (at, event)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_total_is_that_of_its_events_however_the_period_is_cut() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    let events = a_day_and_a_half();
    // Three batches that share hours and events.
    for part in [0..50, 40..90, 80..127] {
        let batch = events[part].iter().map(|(_, event)| event.clone()).collect();
        record(&mut admin, batch).await;
    }
    let periods = [
        ("2026-01-05T00:00:00Z", "2026-01-08T00:00:00Z"),
        ("2026-01-05T23:00:00Z", "2026-01-06T23:00:00Z"),
        // Half hours, as India's midnights are.
        ("2026-01-05T18:30:00Z", "2026-01-06T18:30:00Z"),
        // Nothing but a part of one hour, and of two.
        ("2026-01-06T05:10:00Z", "2026-01-06T05:50:00Z"),
        ("2026-01-06T05:50:00Z", "2026-01-06T06:20:00Z"),
        // To the microsecond of an event, which is in, and of another, which is out.
        ("2026-01-05T23:24:00Z", "2026-01-06T10:27:00Z"),
        ("2026-01-05T23:24:00.000001Z", "2026-01-06T10:27:00.000001Z"),
        ("2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
    ];
    for (from, until) in periods {
        let (from, until) = (at(from), at(until));
        let values: Vec<Decimal> = events
            .iter()
            .filter(|(at, _)| (from..until).contains(at))
            .map(|(_, event)| event.value.parse().unwrap())
            .collect();
        let shown = total(&mut admin, from, until).await;
        assert_eq!(
            shown.count,
            u64::try_from(values.len()).unwrap(),
            "{from} {until}"
        );
        if let (Some(least), Some(greatest)) = (values.iter().min(), values.iter().max()) {
            let exact = [values.iter().sum(), *least, *greatest];
            let told = [&shown.sum, &shown.min, &shown.max].map(|number| number.parse::<Decimal>().unwrap());
            assert_eq!(told, exact, "{from} {until}");
        }
    }
    let by_region = asked(
        at("2026-01-05T00:00:00Z"),
        at("2026-01-08T00:00:00Z"),
        &["region"],
    );
    let by_region = admin.get_usage(by_region).await.unwrap().into_inner().quantities;
    let counts: Vec<_> = by_region
        .iter()
        .map(|part| (&*part.dimensions["region"], part.count))
        .collect();
    assert_eq!(counts, [("eu", 43), ("us", 84)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn months_are_read_from_days_that_hold_late_and_corrected_events_at_once() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    // One at each second hour of forty days, then late ones in days that hold some already, each day another value.
    let start = at("2026-01-01T00:30:00Z");
    let hour = |number: i64| start + SignedDuration::from_hours(number);
    let used = |name: &str, number: i64, value: i64| {
        event(
            "acme",
            &format!("{name}{number}"),
            &hour(number).to_string(),
            &value.to_string(),
        )
    };
    let steady: Vec<_> = (0..480)
        .map(|number| used("e", 2 * number, 1 + number % 9))
        .collect();
    record(&mut admin, steady).await;
    let late: Vec<_> = (0..40).map(|day| used("late", 24 * day + 7, 100 + day)).collect();
    record(&mut admin, late).await;
    // Day 5 loses its greatest.
    let mut correction = used("corrected", 24 * 5 + 7, 2);
    correction.corrects = "late127".to_owned();
    record(&mut admin, vec![correction]).await;
    let all: Vec<(Timestamp, Decimal)> = (0..480)
        .map(|number| (hour(2 * number), Decimal::from(1 + number % 9)))
        .chain((0..40).map(|day| {
            (
                hour(24 * day + 7),
                Decimal::from(if day == 5 { 2 } else { 100 + day }),
            )
        }))
        .collect();
    for (from, until) in [
        ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"),
        ("2026-01-06T00:00:00Z", "2026-01-07T00:00:00Z"),
        ("2026-01-05T23:00:00Z", "2026-01-06T23:00:00Z"),
        ("2026-01-05T18:30:00Z", "2026-01-07T18:30:00Z"),
        ("2026-01-06T03:00:00Z", "2026-01-06T22:00:00Z"),
        ("2026-01-06T03:00:00Z", "2026-01-07T00:00:00Z"),
        ("2026-01-06T00:00:00Z", "2026-01-07T05:00:00Z"),
        ("2026-01-06T22:00:00Z", "2026-01-07T02:00:00Z"),
    ] {
        let (from, until) = (at(from), at(until));
        let within = all.iter().filter(|(at, _)| (from..until).contains(at));
        let values: Vec<Decimal> = within.map(|(_, value)| *value).collect();
        let shown = total(&mut admin, from, until).await;
        let told = [&shown.sum, &shown.min, &shown.max].map(|number| number.parse::<Decimal>().unwrap());
        let exact = [
            values.iter().sum(),
            *values.iter().min().unwrap(),
            *values.iter().max().unwrap(),
        ];
        assert_eq!(told, exact, "{from} {until}");
        assert_eq!(
            shown.count,
            u64::try_from(values.len()).unwrap(),
            "{from} {until}"
        );
    }
    assert_eq!(world.count("usage_day").await, 40);
    let apart: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM (SELECT series, date_trunc('day', hour, 'UTC') AS day, sum(sum), sum(count), min(least), \
             max(greatest) FROM usage_hour GROUP BY 1, 2 EXCEPT \
             SELECT series, day, sum, count, least, greatest FROM usage_day) AS apart",
        )
        .fetch_one(&mut *world.tables().await)
        .await
        .unwrap();
    assert_eq!(apart, 0, "days whose totals are not those of their hours");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_acknowledged_is_in_the_total() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    let mut clients = tokio::task::JoinSet::new();
    for sender in 0..4 {
        let mut client = admin.clone();
        clients.spawn(async move {
            let mut least = 0;
            for number in 0..15 {
                // Every event reaches the service twice, and all of them one hour.
                let id = format!("{}-{number}", sender / 2);
                record(&mut client, vec![event("acme", &id, "2026-01-05T10:00:00Z", "1")]).await;
                let seen = total(
                    &mut client,
                    at("2026-01-01T00:00:00Z"),
                    at("2026-02-01T00:00:00Z"),
                )
                .await;
                assert!(seen.count > number, "the event just acknowledged is missing");
                assert!(seen.count >= least, "a total went back");
                least = seen.count;
            }
        });
    }
    clients.join_all().await;
    let all = total(&mut admin, at("2026-01-01T00:00:00Z"), at("2026-02-01T00:00:00Z")).await;
    assert_eq!((all.count, &*all.sum), (30, "30"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_events_behind_a_total_are_listed_page_by_page() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    let events = a_day_and_a_half();
    // Those of one instant as well, which only their names keep apart.
    let same = (0..30).map(|number| event("acme", &format!("same {number:02}"), "2026-01-05T23:00:00Z", "1"));
    record(
        &mut admin,
        events
            .iter()
            .map(|(_, event)| event.clone())
            .chain(same)
            .collect(),
    )
    .await;
    let mut request = ListUsageEventsRequest {
        account: "acme".to_owned(),
        meter: "call".to_owned(),
        from: instant(at("2026-01-01T00:00:00Z")),
        until: instant(at("2026-02-01T00:00:00Z")),
        page_size: 20,
        page_token: String::new(),
    };
    let mut listed = Vec::new();
    loop {
        let page = admin
            .list_usage_events(request.clone())
            .await
            .unwrap()
            .into_inner();
        listed.extend(page.events);
        request.page_token = page.next_page_token;
        if request.page_token.is_empty() {
            break;
        }
    }
    let ids: std::collections::BTreeSet<_> = listed.iter().map(|event| event.id.clone()).collect();
    assert_eq!((listed.len(), ids.len()), (157, 157), "each once");
    assert!(listed.is_sorted_by_key(|event| event.time.map(|time| time.seconds)));
    assert_eq!(listed[0], events[0].1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_cannot_be_answered_is_refused_by_name() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    let (from, until) = (at("2026-01-01T00:00:00Z"), at("2026-02-01T00:00:00Z"));
    let empty = admin
        .get_usage(asked(from, until, &[]))
        .await
        .unwrap()
        .into_inner();
    assert!(empty.quantities.is_empty(), "no usage is an answer");
    let unknown = GetUsageRequest {
        meter: "cal".to_owned(),
        ..asked(from, until, &[])
    };
    let refused = admin.get_usage(unknown).await.unwrap_err();
    assert_eq!(refusal(&refused).1.as_deref(), Some("UNKNOWN_METER"));
    let turned = admin.get_usage(asked(until, from, &[])).await.unwrap_err();
    assert_eq!(
        (turned.code(), refusal(&turned).2),
        (Code::InvalidArgument, vec!["until".to_owned()])
    );
    let theirs = world
        .stranger()
        .await
        .get_usage(asked(from, until, &[]))
        .await
        .unwrap_err();
    assert_eq!(
        theirs.code(),
        Code::NotFound,
        "another company's usage is not there"
    );
}
