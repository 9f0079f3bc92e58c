//! Everything that is learned after the final invoice restates its own service period, by tiers, minimums, caps and
//! credits, and nothing else.

use serde_json::{Value, json};
use wire::invoicing::v1::{
    DeclareEndingRequest, RecordUsageRequest, ReverseBackfillRequest, Termination, UsageEvent,
    declare_ending_request::Ending,
};

use super::support::{
    Client, World, bill, call_meter, calls, event, monthly_fee, plan, record, register, request_id, shown,
};

/// An account with calls, and what else its plan has.
async fn begin(world: &World, charge: Value, parts: &[(&str, Value)]) -> Client {
    let mut admin = world.admin().await;
    let mut terms = json!({ "charges": [charge], "meters": [call_meter()] });
    for (field, value) in parts {
        terms[*field] = value.clone();
    }
    register(&mut admin, &plan("acme", &terms)).await;
    admin
}

async fn use_calls(admin: &mut Client, id: &str, value: &str) {
    record(admin, vec![event("acme", id, "2026-01-20T12:00:00Z", value)]).await;
}

/// The only document that a run through a day issues, as text; nothing where there is none.
async fn issues(admin: &mut Client, through: &str) -> String {
    let invoices = bill(admin, through).await.invoices;
    assert!(invoices.len() <= 1, "{:?}", shown(&invoices));
    shown(&invoices).join("")
}

const JANUARY: &str = "calls usage 2026-01-01/2026-02-01";

#[tokio::test(flavor = "multi_thread")]
async fn late_usage_and_its_correction_respect_the_tiers_of_their_month() {
    let world = World::start().await;
    let rows = json!([{ "up_to": "1000", "unit_price": "0.10" }, { "unit_price": "0.08" }]);
    let mut charge = calls("1");
    charge["price"] = json!({
        "model": "graduated", "tiers": { "rows": rows, "bound": "upper_inclusive", "count": "per_period" },
    });
    let mut admin = begin(&world, charge, &[]).await;
    use_calls(&mut admin, "in-time", "900").await;
    let first = issues(&mut admin, "2026-02-01").await;
    assert_eq!(first, format!("INV-000001 2026-02-01 90.00: {JANUARY} 90.00"));
    // 1,200 calls: 1,000 × 0.10 + 200 × 0.08 = 116.00.
    use_calls(&mut admin, "late", "300").await;
    let late = issues(&mut admin, "2026-02-10").await;
    assert_eq!(late, format!("INV-000002 2026-02-10 26.00: {JANUARY} 26.00"));
    // 1,000 calls after all: 100.00.
    let corrected = UsageEvent {
        corrects: "late".to_owned(),
        ..event("acme", "corrected", "2026-01-20T12:00:00Z", "100")
    };
    record(&mut admin, vec![corrected]).await;
    let back = issues(&mut admin, "2026-02-11").await;
    assert_eq!(back, format!("CN-000001 2026-02-11 -16.00: {JANUARY} -16.00"));
    assert_eq!(issues(&mut admin, "2026-02-12").await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reversed_backfill_gives_back_what_it_added() {
    let world = World::start().await;
    let mut admin = begin(&world, calls("0.10"), &[]).await;
    let backfill = RecordUsageRequest {
        request_id: request_id(),
        events: vec![event("acme", "b", "2026-01-20T12:00:00Z", "250")],
        backfill: "migration".to_owned(),
    };
    use_calls(&mut admin, "own", "100").await;
    assert!(
        issues(&mut admin, "2026-02-01")
            .await
            .contains("2026-02-01 10.00")
    );
    admin.record_usage(backfill).await.unwrap();
    assert!(
        issues(&mut admin, "2026-02-02")
            .await
            .contains(&format!("25.00: {JANUARY} 25.00"))
    );
    let reverse = ReverseBackfillRequest {
        request_id: request_id(),
        backfill: "migration".to_owned(),
        reason: "twice".to_owned(),
    };
    admin.reverse_backfill(reverse).await.unwrap();
    let back = issues(&mut admin, "2026-02-03").await;
    assert_eq!(back, format!("CN-000001 2026-02-03 -25.00: {JANUARY} -25.00"));
}

#[tokio::test(flavor = "multi_thread")]
async fn below_a_minimum_and_above_a_maximum_late_usage_changes_nothing() {
    let world = World::start().await;
    let mut charge = calls("0.10");
    charge["minimum"] = json!({ "amount": "60.00" });
    charge["maximum"] = json!({ "amount": "80.00" });
    let mut admin = begin(&world, charge, &[]).await;
    use_calls(&mut admin, "1", "400").await;
    assert!(
        issues(&mut admin, "2026-02-01")
            .await
            .contains("2026-02-01 60.00")
    );
    // 500 calls come to 50.00, still below.
    use_calls(&mut admin, "2", "100").await;
    assert_eq!(issues(&mut admin, "2026-02-02").await, "");
    // 700 come to 70.00.
    use_calls(&mut admin, "3", "200").await;
    let above = issues(&mut admin, "2026-02-03").await;
    assert_eq!(above, format!("INV-000002 2026-02-03 10.00: {JANUARY} 10.00"));
    // 1,000 would be 100.00, and 5,000 500.00.
    use_calls(&mut admin, "4", "300").await;
    let capped = issues(&mut admin, "2026-02-04").await;
    assert_eq!(capped, format!("INV-000003 2026-02-04 10.00: {JANUARY} 10.00"));
    use_calls(&mut admin, "5", "4000").await;
    assert_eq!(issues(&mut admin, "2026-02-05").await, "");
}

#[tokio::test(flavor = "multi_thread")]
async fn late_usage_draws_the_credits_that_are_left_and_pays_the_rest() {
    let world = World::start().await;
    let pool = json!({
        "id": "credits", "name": "Credits", "unit": { "in": "money" }, "grant": "50.00", "pays": ["calls"],
    });
    let mut admin = begin(&world, calls("0.10"), &[("pools", json!([pool]))]).await;
    use_calls(&mut admin, "1", "400").await;
    // 40.00 paid by credits: told, and nothing owed.
    let first = bill(&mut admin, "2026-02-01").await.invoices;
    assert_eq!(
        first
            .iter()
            .map(|invoice| invoice.total.as_str())
            .collect::<Vec<_>>(),
        ["0.00"]
    );
    // 60.00: 50.00 paid by credits, so 10.00 are owed.
    use_calls(&mut admin, "2", "200").await;
    let late = bill(&mut admin, "2026-02-02").await.invoices;
    let mut lines: Vec<&str> = late[0].lines.iter().map(|line| line.amount.as_str()).collect();
    lines.sort_unstable();
    assert_eq!(
        (late[0].total.as_str(), lines),
        ("10.00", vec!["-10.00", "20.00"])
    );
    assert_eq!(bill(&mut admin, "2026-02-03").await.invoice_count, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_end_and_an_amendment_learned_late_restate_what_was_billed_ahead() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let first = plan("acme", &json!({ "charges": [monthly_fee("310.00")] }));
    let hash = register(&mut admin, &first).await;
    assert!(issues(&mut admin, "2026-01-01").await.contains("310.00"));
    // From the 11th on 620.00: 21 of 31 days are given back and billed anew, 210.00 and 420.00.
    let mut dearer = plan("acme", &json!({ "charges": [monthly_fee("620.00")] }));
    dearer.amends = Some(pricing::plan::Amends {
        plan: hash,
        effective: "2026-01-11".parse().unwrap(),
    });
    let hash = register(&mut admin, &dearer).await;
    let amended = bill(&mut admin, "2026-01-20").await.invoices;
    let total: Vec<&str> = amended.iter().map(|invoice| invoice.total.as_str()).collect();
    assert_eq!(total, ["210.00"]);
    // It had ended with the 20th, and the contract gives back what was paid for later days: 11 of 31 days, 220.00.
    let ended = DeclareEndingRequest {
        request_id: request_id(),
        plan: hash,
        id: String::new(),
        ending: Some(Ending::Termination(Termination {
            last_day: "2026-01-20".to_owned(),
            refund_unused: true,
        })),
        reason: "mutual agreement of 20 January".to_owned(),
    };
    admin.declare_ending(ended).await.unwrap();
    let back = bill(&mut admin, "2026-01-25").await.invoices;
    let total: Vec<&str> = back.iter().map(|invoice| invoice.total.as_str()).collect();
    assert_eq!(total, ["-220.00"], "{:?}", shown(&back));
    assert_eq!(bill(&mut admin, "2026-03-01").await.invoice_count, 0);
}
