//! What was measured wrongly is corrected by other events or taken back whole; what was billed for it is set right by exactly
//! the difference.

use serde_json::json;
use wire::invoicing::v1::rejected_event::Reason;
use wire::invoicing::v1::{
    GetUsageRequest, GetUsageResponse, ListUsageEventsRequest, RecordUsageRequest, RecordUsageResponse,
    ReverseBackfillRequest, UsageEvent,
};

use super::support::{
    Client, World, bill, call_meter, calls, event, plan, record, refusal, register, registration, request_id,
    shown,
};

fn used(id: &str, day: u8, value: &str) -> UsageEvent {
    event("acme", id, &format!("2026-01-{day:02}T10:00:00Z"), value)
}

fn correcting(wrong: &str, right: UsageEvent) -> UsageEvent {
    UsageEvent {
        corrects: wrong.to_owned(),
        ..right
    }
}

/// 1,000 calls at 0.10, the others at 0.05.
async fn register_graduated(client: &mut Client) {
    let mut charge = calls("0.10");
    charge["price"] = json!({ "model": "graduated", "tiers": {
        "rows": [{ "up_to": "1000", "unit_price": "0.10" }, { "unit_price": "0.05" }] } });
    register(
        client,
        &plan("acme", &json!({ "charges": [charge], "meters": [call_meter()] })),
    )
    .await;
}

/// What January comes to: the sum, the events, the smallest, the largest, the different values.
async fn january(client: &mut Client) -> String {
    let instant = |text: &str| {
        let at: jiff::Timestamp = text.parse().unwrap();
        Some(prost_types::Timestamp {
            seconds: at.as_second(),
            nanos: 0,
        })
    };
    let request = GetUsageRequest {
        account: "acme".to_owned(),
        meter: "call".to_owned(),
        from: instant("2026-01-01T00:00:00Z"),
        until: instant("2026-02-01T00:00:00Z"),
        dimensions: Vec::new(),
        unique: true,
    };
    let GetUsageResponse { quantities, unique } = client.get_usage(request).await.unwrap().into_inner();
    match quantities.first() {
        None => format!("nothing, {unique} values"),
        Some(all) => format!(
            "{} in {} from {} to {}, {unique} values",
            all.sum, all.count, all.min, all.max
        ),
    }
}

async fn backfill(client: &mut Client, name: &str, events: Vec<UsageEvent>) -> RecordUsageResponse {
    let request = RecordUsageRequest {
        request_id: request_id(),
        events,
        backfill: name.to_owned(),
    };
    client.record_usage(request).await.unwrap().into_inner()
}

fn reversal(name: &str) -> ReverseBackfillRequest {
    ReverseBackfillRequest {
        request_id: request_id(),
        backfill: name.to_owned(),
        reason: "the export had the wrong month".to_owned(),
    }
}

fn reasons(answer: &RecordUsageResponse) -> Vec<(&str, Reason)> {
    answer
        .rejected
        .iter()
        .map(|rejected| (&*rejected.id, rejected.reason()))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_correction_after_the_invoice_is_billed_by_exactly_the_difference() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register_graduated(&mut admin).await;
    record(&mut admin, vec![used("a", 10, "900"), used("b", 10, "300")]).await;
    assert_eq!(bill(&mut admin, "2026-02-01").await.invoices[0].total, "110.00");
    assert_eq!(january(&mut admin).await, "1200 in 2 from 300 to 900, 2 values");

    let answer = record(&mut admin, vec![correcting("a", used("a2", 10, "1100"))]).await;
    assert_eq!((answer.accepted, answer.rejected.len()), (1, 0));
    assert_eq!(january(&mut admin).await, "1400 in 2 from 300 to 1100, 2 values");
    // 1,000 at 0.10 and 400 at 0.05 are 120.00, of which 110.00 were billed.
    assert_eq!(
        shown(&bill(&mut admin, "2026-02-15").await.invoices),
        ["INV-000002 2026-02-15 10.00: calls usage 2026-01-01/2026-02-01 10.00"]
    );
    // To another day and less: the largest is another one now.
    record(&mut admin, vec![correcting("a2", used("a3", 12, "250"))]).await;
    assert_eq!(january(&mut admin).await, "550 in 2 from 250 to 300, 2 values");
    assert_eq!(
        shown(&bill(&mut admin, "2026-02-20").await.invoices),
        ["CN-000001 2026-02-20 -65.00: calls usage 2026-01-01/2026-02-01 -65.00"]
    );
    assert_eq!(bill(&mut admin, "2026-02-20").await.invoice_count, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_takes_the_place_of_one_event_that_counts() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register_graduated(&mut admin).await;
    record(&mut admin, vec![used("a", 1, "10"), used("b", 2, "20")]).await;
    let batch = vec![
        correcting("d", used("e", 4, "40")),
        correcting("nothing", used("c", 3, "30")),
        correcting("a", used("a2", 1, "11")),
        correcting("a", used("a3", 1, "12")),
        used("d", 4, "39"),
        correcting("c", used("f", 3, "31")),
        correcting("a2", used("a4", 1, "13")),
        correcting("g", used("g", 5, "1")),
    ];
    let answer = record(&mut admin, batch.clone()).await;
    let told = [
        ("c", Reason::CorrectsUnknown),
        ("a3", Reason::CorrectsWithdrawn),
        ("f", Reason::CorrectsUnknown),
        ("g", Reason::CorrectsUnknown),
    ];
    assert_eq!(reasons(&answer), told);
    assert!(
        answer.rejected[1].detail.contains("`a2` has taken its place"),
        "{}",
        answer.rejected[1].detail
    );
    assert_eq!(answer.accepted, 4);
    // b, e for d, and a4 for a2 for a.
    assert_eq!(january(&mut admin).await, "73 in 3 from 13 to 40, 3 values");
    let again = record(&mut admin, batch).await;
    assert_eq!((reasons(&again), again.duplicates), (told.to_vec(), 4));
    let other = record(
        &mut admin,
        vec![used("a2", 1, "11"), correcting("b", used("a2", 1, "11"))],
    )
    .await;
    assert_eq!(
        reasons(&other),
        [
            ("a2", Reason::ConflictingContent),
            ("a2", Reason::ConflictingContent)
        ]
    );
    assert_eq!(january(&mut admin).await, "73 in 3 from 13 to 40, 3 values");

    let listing = ListUsageEventsRequest {
        account: "acme".to_owned(),
        meter: "call".to_owned(),
        from: Some(prost_types::Timestamp::default()),
        until: Some(prost_types::Timestamp {
            seconds: 4_000_000_000,
            nanos: 0,
        }),
        ..ListUsageEventsRequest::default()
    };
    let listed = admin
        .list_usage_events(listing)
        .await
        .unwrap()
        .into_inner()
        .events;
    let listed: Vec<_> = listed
        .iter()
        .map(|event| (&*event.id, &*event.corrects))
        .collect();
    assert_eq!(listed, [("a4", "a2"), ("b", ""), ("e", "d")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backfill_is_taken_back_whole() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register_graduated(&mut admin).await;
    // Of a plan that bills later and counts already.
    let parts = json!({ "charges": [calls("1")], "meters": [call_meter()], "time_zone": "Europe/Berlin",
        "term": { "start": "2030-01-01", "end": "2031-01-01" } });
    let mut counting = plan("acme", &parts);
    counting.meters[0].aggregation = pricing::plan::Aggregation::UniqueCount;
    let mut request = registration(&counting);
    request.approval.as_mut().unwrap().contract_id = "counting".to_owned();
    admin.register_plan(request).await.unwrap();
    record(
        &mut admin,
        vec![used("a", 10, "100"), used("b", 10, "7"), used("c", 11, "7")],
    )
    .await;
    let before = "114 in 3 from 7 to 100, 2 values";
    assert_eq!(january(&mut admin).await, before);
    let filled = vec![
        used("f1", 10, "7"),
        used("f2", 12, "7"),
        used("f3", 20, "500"),
        correcting("a", used("f4", 10, "101")),
        correcting("f1", used("f5", 10, "8")),
    ];
    assert_eq!(
        backfill(&mut admin, "december export", filled.clone())
            .await
            .accepted,
        5
    );
    assert_eq!(
        backfill(&mut admin, "other", vec![used("o", 21, "1000")])
            .await
            .accepted,
        1
    );
    assert_eq!(january(&mut admin).await, "1630 in 7 from 7 to 1000, 5 values");
    assert_eq!(bill(&mut admin, "2026-02-01").await.invoices[0].total, "131.50");

    let request = reversal("december export");
    let answer = admin
        .reverse_backfill(request.clone())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(answer.events, 4, "f1 no longer counted");
    assert_eq!(
        admin.reverse_backfill(request).await.unwrap().into_inner(),
        answer,
        "sent again"
    );
    assert_eq!(january(&mut admin).await, "1114 in 4 from 7 to 1000, 3 values");
    // 1,000 at 0.10 and 114 at 0.05 are 105.70.
    assert_eq!(
        shown(&bill(&mut admin, "2026-02-10").await.invoices),
        ["CN-000001 2026-02-10 -25.80: calls usage 2026-01-01/2026-02-01 -25.80"]
    );
    for (name, reason) in [
        ("december export", "BACKFILL_ALREADY_REVERSED"),
        ("dezember", "UNKNOWN_BACKFILL"),
    ] {
        let refused = admin.reverse_backfill(reversal(name)).await.unwrap_err();
        assert_eq!(refusal(&refused).1.as_deref(), Some(reason));
    }
    let late = backfill(&mut admin, "december export", vec![used("f6", 10, "1")]).await;
    assert_eq!(reasons(&late), [("f6", Reason::BackfillReversed)]);
    admin.reverse_backfill(reversal("other")).await.unwrap();
    assert_eq!(january(&mut admin).await, before);
}
