//! Usage is stored once, or refused by name; what arrives late is billed as a difference.

use std::collections::HashMap;

use serde_json::json;
use wire::invoicing::v1::rejected_event::Reason;
use wire::invoicing::v1::{
    InvoiceKind, ListUnmatchedUsageRequest, RecordUsageRequest, UsageEvent, unmatched_usage,
};

use super::support::{
    World, bill, call_meter, calls, event, plan, record, register, request_id, shown, usage_plan,
};

#[tokio::test(flavor = "multi_thread")]
async fn each_event_of_a_batch_is_stored_or_refused_by_itself() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    let good = |id: &str| event("acme", id, "2026-01-05T10:00:00Z", "10");
    record(&mut admin, vec![good("known")]).await;
    let batch = vec![
        good("b"),
        event("nobody", "c", "2026-01-05T10:00:00Z", "1"),
        UsageEvent {
            meter: "steps".to_owned(),
            ..good("d")
        },
        UsageEvent {
            value: "11".to_owned(),
            ..good("known")
        },
        UsageEvent {
            value: "many".to_owned(),
            ..good("e")
        },
        UsageEvent {
            time: None,
            ..good("f")
        },
        UsageEvent {
            value: "10.00".to_owned(),
            ..good("known")
        },
        good("b"),
        UsageEvent {
            value: "9".to_owned(),
            ..good("b")
        },
        good("a"),
    ];
    let receipt = record(&mut admin, batch).await;
    assert_eq!((receipt.accepted, receipt.duplicates), (2, 2));
    let rejected: Vec<_> = receipt
        .rejected
        .iter()
        .map(|event| (event.index, event.id.as_str(), event.reason()))
        .collect();
    assert_eq!(
        rejected,
        [
            (3, "known", Reason::ConflictingContent),
            (4, "e", Reason::Invalid),
            (5, "f", Reason::Invalid),
            (8, "b", Reason::ConflictingContent),
        ]
    );
    let unmatched: Vec<_> = receipt
        .unmatched_usage
        .iter()
        .map(|usage| (&*usage.account, &*usage.meter, usage.events, usage.reason()))
        .collect();
    assert_eq!(
        unmatched,
        [
            ("acme", "steps", 1, unmatched_usage::Reason::UnknownMeter),
            ("nobody", "call", 1, unmatched_usage::Reason::UnknownAccount),
        ]
    );
    assert_eq!(receipt.unmatched, 2);
    assert!(
        receipt.rejected.iter().all(|event| event.detail.len() > 20),
        "each says what to do"
    );
    let invoices = bill(&mut admin, "2026-02-01").await.invoices;
    assert_eq!(
        shown(&invoices),
        ["INV-000001 2026-02-01 3.00: calls usage 2026-01-01/2026-02-01 3.00"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_sent_again_counts_once() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    let events = vec![
        event("acme", "a", "2026-01-05T10:00:00Z", "1"),
        event("acme", "b", "2026-01-06T10:00:00Z", "2"),
    ];
    let request = RecordUsageRequest {
        request_id: request_id(),
        events: events.clone(),
        backfill: String::new(),
    };
    let first = admin.record_usage(request.clone()).await.unwrap().into_inner();
    assert_eq!(admin.record_usage(request).await.unwrap().into_inner(), first);
    let again = record(&mut admin, events).await;
    assert_eq!((first.accepted, again.accepted, again.duplicates), (2, 0, 2));
    assert_eq!(world.count("usage_name").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_that_comes_before_its_contract_waits_and_is_billed_with_it() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let early = vec![
        event("acme", "a", "2026-01-05T10:00:00Z", "10"),
        event("acme", "b", "2026-01-06T10:00:00Z", "20"),
    ];
    let receipt = record(&mut admin, early.clone()).await;
    assert_eq!((receipt.accepted, receipt.unmatched), (0, 2));
    let again = record(&mut admin, early).await;
    assert_eq!((again.unmatched, again.duplicates), (0, 2), "it is kept already");
    let other = vec![
        event("acme", "a", "2026-01-05T10:00:00Z", "11"),
        UsageEvent {
            meter: "steps".to_owned(),
            ..event("acme", "c", "2026-01-05T10:00:00Z", "1")
        },
    ];
    let receipt = record(&mut admin, other).await;
    assert_eq!(
        receipt.rejected[0].reason(),
        Reason::ConflictingContent,
        "its name is taken"
    );
    let waiting = |page_token: String| ListUnmatchedUsageRequest {
        page_size: 1,
        page_token,
    };
    let first = admin
        .list_unmatched_usage(waiting(String::new()))
        .await
        .unwrap()
        .into_inner();
    let second = admin
        .list_unmatched_usage(waiting(first.next_page_token.clone()))
        .await
        .unwrap()
        .into_inner();
    let listed: Vec<_> = first
        .usage
        .iter()
        .chain(&second.usage)
        .map(|usage| (&*usage.account, &*usage.meter, usage.events, usage.reason()))
        .collect();
    let unknown = unmatched_usage::Reason::UnknownAccount;
    assert_eq!(
        listed,
        [("acme", "call", 2, unknown), ("acme", "steps", 1, unknown)]
    );
    assert_eq!(second.next_page_token, "");

    register(&mut admin, &usage_plan("acme")).await;
    let receipt = record(&mut admin, vec![event("acme", "d", "2026-01-07T10:00:00Z", "5")]).await;
    assert_eq!((receipt.accepted, receipt.unmatched), (1, 0));
    let left = admin
        .list_unmatched_usage(waiting(String::new()))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        (&*left.usage[0].meter, left.usage[0].reason()),
        ("steps", unmatched_usage::Reason::UnknownMeter)
    );
    assert_eq!(
        shown(&bill(&mut admin, "2026-02-01").await.invoices),
        ["INV-000001 2026-02-01 3.50: calls usage 2026-01-01/2026-02-01 3.50"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn batches_that_share_events_neither_lose_nor_double_any() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    let events: Vec<_> = (0..200)
        .map(|n| event("acme", &format!("e{n}"), "2026-01-05T10:00:00Z", "1"))
        .collect();
    let mut sending = tokio::task::JoinSet::new();
    for shift in 0..6 {
        let (mut client, mut batch) = (admin.clone(), events.clone());
        batch.rotate_left(shift * 31);
        sending.spawn(async move { record(&mut client, batch).await });
    }
    let receipts = sending.join_all().await;
    assert_eq!(receipts.iter().map(|receipt| receipt.accepted).sum::<u64>(), 200);
    assert!(
        receipts
            .iter()
            .all(|receipt| receipt.accepted + receipt.duplicates == 200)
    );
    assert_eq!(bill(&mut admin, "2026-02-01").await.invoices[0].total, "20.00");
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_that_comes_late_is_billed_as_a_difference() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let graduated = json!({ "model": "graduated", "tiers": {
        "rows": [{ "up_to": "1000", "unit_price": "0.10" }, { "unit_price": "0.05" }] } });
    let mut charge = calls("0.10");
    charge["price"] = graduated;
    register(
        &mut admin,
        &plan("acme", &json!({ "charges": [charge], "meters": [call_meter()] })),
    )
    .await;
    record(
        &mut admin,
        vec![event("acme", "a", "2026-01-10T00:00:00Z", "900")],
    )
    .await;
    bill(&mut admin, "2026-02-01").await;
    record(
        &mut admin,
        vec![event("acme", "late", "2026-01-31T23:59:59Z", "300")],
    )
    .await;
    let late = bill(&mut admin, "2026-02-15").await.invoices;
    // 900 × 0.10 was billed; 1,000 × 0.10 and 200 × 0.05 are owed: the tiers know what came before.
    assert_eq!(
        shown(&late),
        ["INV-000002 2026-02-15 20.00: calls usage 2026-01-01/2026-02-01 20.00"]
    );
    assert_eq!(
        late[0].lines[0].adjusts,
        "INV-000001 billed USD 90.00, it comes to USD 110.00"
    );
    record(
        &mut admin,
        vec![event("acme", "corrected", "2026-01-10T00:00:01Z", "-700")],
    )
    .await;
    let given_back = bill(&mut admin, "2026-02-20").await.invoices;
    assert_eq!(
        shown(&given_back),
        ["CN-000001 2026-02-20 -60.00: calls usage 2026-01-01/2026-02-01 -60.00"]
    );
    assert_eq!(given_back[0].kind(), InvoiceKind::CreditNote);
    assert_eq!(bill(&mut admin, "2026-02-20").await.invoice_count, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_of_measuring_reaches_the_invoice() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let samples = [
        ("2026-01-01T00:00:00Z", "4"),
        ("2026-01-11T00:00:00Z", "10"),
        ("2026-01-21T00:00:00Z", "4"),
    ];
    let cases = [
        (json!({ "kind": "sum" }), "18.00"),
        (json!({ "kind": "count" }), "3.00"),
        (json!({ "kind": "min" }), "4.00"),
        (json!({ "kind": "max" }), "10.00"),
        (json!({ "kind": "last" }), "4.00"),
        (json!({ "kind": "average" }), "6.00"),
        (json!({ "kind": "unique_count" }), "2.00"),
        // 10 days at 4, 10 at 10, 11 at 4, in hours.
        (json!({ "kind": "weighted_sum" }), "4416.00"),
        (json!({ "kind": "percentile", "rank": 95 }), "10.00"),
    ];
    for (place, (aggregation, total)) in cases.into_iter().enumerate() {
        let account = format!("account-{place}");
        let mut meter = call_meter();
        meter["aggregation"] = aggregation.clone();
        register(
            &mut admin,
            &plan(&account, &json!({ "charges": [calls("1")], "meters": [meter] })),
        )
        .await;
        let events = samples
            .iter()
            .map(|(time, value)| event(&account, &format!("{place} {time}"), time, value));
        record(&mut admin, events.collect()).await;
        let invoices = bill(&mut admin, "2026-02-01").await.invoices;
        assert_eq!(invoices[0].total, total, "{aggregation}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn prices_by_dimension_and_filters_see_the_dimensions() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let cell = |region: &str, price: &str| json!({ "values": [region], "price": { "model": "per_unit", "unit_price": price, "per": "1" } });
    let mut charge = calls("0");
    charge["price"] =
        json!({ "model": "matrix", "dimensions": ["region"], "cells": [cell("eu", "2"), cell("us", "3")] });
    let mut meter = call_meter();
    meter["dimensions"] = json!(["region"]);
    meter["filters"] = json!([{ "dimension": "kind", "value": "paid" }]);
    register(
        &mut admin,
        &plan("acme", &json!({ "charges": [charge], "meters": [meter] })),
    )
    .await;
    let held = |region: &str, kind: &str| {
        HashMap::from([
            ("region".to_owned(), region.to_owned()),
            ("kind".to_owned(), kind.to_owned()),
        ])
    };
    let used = |id: &str, value: &str, dimensions| UsageEvent {
        dimensions,
        ..event("acme", id, "2026-01-05T00:00:00Z", value)
    };
    let events = vec![
        used("1", "10", held("eu", "paid")),
        used("2", "1", held("us", "paid")),
        used("3", "100", held("eu", "free")),
        used("4", "5", held("eu", "paid")),
    ];
    record(&mut admin, events).await;
    let invoices = bill(&mut admin, "2026-02-01").await.invoices;
    assert_eq!(
        invoices[0].total, "33.00",
        "15 at 2, 1 at 3, the free ones not at all"
    );
}
