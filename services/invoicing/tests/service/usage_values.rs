//! Different values are counted exactly in any period, in whatever order the events come, and without the events where a
//! plan counts them.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use wire::invoicing::v1::{GetUsageRequest, UsageEvent};

use super::support::{Client, World, bill, call_meter, calls, event, plan, record, registration};

/// In days of Kolkata, whose midnights are at half past six in the evening in UTC.
const ZONE: &str = "Asia/Kolkata";

/// Forty days of events in an order that looks thrown, of values that come again after hours, days and weeks.
fn events() -> Vec<(Timestamp, UsageEvent)> {
    let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
    let numbers = (0..300_i64).map(|number| number * 137 % 300);
    numbers
        .map(|number| {
            let at = start + SignedDuration::from_mins(number * 191);
            let value = (number * number + number / 7) % 41;
            // The same value, however it is written.
            let written = if number % 2 == 0 {
                format!("{value}.0")
            } else {
                value.to_string()
            };
            (
                at,
                event("acme", &format!("e{number}"), &at.to_string(), &written),
            )
        })
        .collect()
}

fn naive(events: &[(Timestamp, UsageEvent)], from: Timestamp, until: Timestamp) -> u64 {
    let within = events.iter().filter(|(at, _)| (from..until).contains(at));
    let values: BTreeSet<_> = within
        .map(|(_, event)| event.value.trim_end_matches(".0"))
        .collect();
    u64::try_from(values.len()).unwrap()
}

async fn unique(client: &mut Client, from: Timestamp, until: Timestamp) -> u64 {
    let instant = |at: Timestamp| {
        Some(prost_types::Timestamp {
            seconds: at.as_second(),
            nanos: at.subsec_nanosecond(),
        })
    };
    let request = GetUsageRequest {
        account: "acme".to_owned(),
        meter: "call".to_owned(),
        from: instant(from),
        until: instant(until),
        dimensions: Vec::new(),
        unique: true,
    };
    client.get_usage(request).await.unwrap().into_inner().unique
}

async fn register_counting(client: &mut Client, kind: &str) {
    let mut meter = call_meter();
    meter["aggregation"] = json!({ "kind": kind });
    let parts = json!({ "charges": [calls("1")], "meters": [meter], "time_zone": ZONE });
    let mut request = registration(&plan("acme", &parts));
    // An agreement of its own for each way of counting.
    request.approval.as_mut().unwrap().contract_id = kind.to_owned();
    client.register_plan(request).await.unwrap();
}

const PERIODS: [(&str, &str); 8] = [
    // Whole days of the plan, a month of it, and one day.
    ("2025-12-31T18:30:00Z", "2026-02-28T18:30:00Z"),
    ("2025-12-31T18:30:00Z", "2026-01-31T18:30:00Z"),
    ("2026-01-09T18:30:00Z", "2026-01-10T18:30:00Z"),
    // Days of UTC, which cut those of the plan at both ends.
    ("2026-01-08T00:00:00Z", "2026-01-19T00:00:00Z"),
    ("2026-01-08T18:30:00Z", "2026-01-19T00:00:00Z"),
    ("2026-01-08T00:00:00Z", "2026-01-19T18:30:00Z"),
    // No whole day.
    ("2026-01-08T01:00:00Z", "2026-01-08T15:00:00Z"),
    ("2026-05-01T00:00:00Z", "2026-06-01T00:00:00Z"),
];

async fn check(client: &mut Client, events: &[(Timestamp, UsageEvent)], when: &str) {
    for (from, until) in PERIODS {
        let (from, until) = (from.parse().unwrap(), until.parse().unwrap());
        assert_eq!(
            unique(client, from, until).await,
            naive(events, from, until),
            "{when}: {from} {until}"
        );
    }
}

async fn send(client: &mut Client, events: &[(Timestamp, UsageEvent)]) {
    for batch in events.chunks(37) {
        record(client, batch.iter().map(|(_, event)| event.clone()).collect()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn different_values_are_counted_in_any_period() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let events = events();
    let (first, rest) = events.split_at(120);
    register_counting(&mut admin, "unique_count").await;
    send(&mut admin, first).await;
    check(&mut admin, first, "with a part of them").await;
    send(&mut admin, rest).await;
    send(&mut admin, first).await;
    check(&mut admin, &events, "with all, and some again").await;
    let (from, until) = (
        "2025-12-31T18:30:00Z".parse().unwrap(),
        "2026-01-31T18:30:00Z".parse().unwrap(),
    );
    let invoices = bill(&mut admin, "2026-02-01").await.invoices;
    assert_eq!(invoices[0].total, format!("{}.00", naive(&events, from, until)));
}

#[tokio::test(flavor = "multi_thread")]
async fn values_of_before_anybody_counted_them_count_too() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let events = events();
    let (early, late) = events.split_at(200);
    send(&mut admin, early).await;
    register_counting(&mut admin, "sum").await;
    check(&mut admin, early, "from the events").await;
    assert_eq!(world.count("usage_value").await, 0, "nobody counts them yet");
    register_counting(&mut admin, "unique_count").await;
    check(&mut admin, early, "of before").await;
    send(&mut admin, late).await;
    check(&mut admin, &events, "of before and after").await;
    assert!(world.count("usage_distinct").await > 30);
}
