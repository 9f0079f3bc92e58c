//! Accounts with a time of their own, and accounts that are tried again as soon as something is new.

use serde_json::json;
use wire::invoicing::v1::{AdvanceClockRequest, PublishIndexValueRequest};

use super::automatic::{configure, issued, service, time};
use super::support::{Client, World, fee_plan, monthly_fee, plan, refusal, register, request_id};

fn advance(account: &str, to: &str) -> AdvanceClockRequest {
    AdvanceClockRequest {
        request_id: request_id(),
        account: account.to_owned(),
        to: Some(prost_types::Timestamp {
            seconds: time(to).as_second(),
            nanos: 0,
        }),
    }
}

async fn move_clock(admin: &mut Client, account: &str, to: &str) {
    admin.advance_clock(advance(account, to)).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_bills_its_account_ahead_and_nobody_else() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    // Before the account has a plan, so that not even the first invoice is one of the world's time.
    move_clock(&mut admin, "test", "2025-12-31T12:00:00Z").await;
    for account in ["acme", "test"] {
        register(&mut admin, &fee_plan(account)).await;
    }
    configure(&mut admin, true, 0).await;
    let (service, _) = service(&world, "2026-02-10T12:00:00Z");
    service.bill_what_is_due().await.unwrap();
    assert_eq!(issued(&mut admin).await.len(), 2);
    move_clock(&mut admin, "test", "2026-06-15T12:00:00Z").await;
    service.bill_what_is_due().await.unwrap();
    service.bill_what_is_due().await.unwrap();
    // Six months of the one, two of the other.
    let (mut ahead, mut others) = (0, 0);
    for invoice in issued(&mut admin).await {
        let is_ahead = invoice.contains("2026-06") || invoice.contains("2026-05");
        ahead += i32::from(is_ahead);
        others += i32::from(!is_ahead);
    }
    assert_eq!((ahead, others), (3, 5));
    let by_account: Vec<(String, i64)> =
        sqlx::query_as("SELECT account, count(*) FROM invoice GROUP BY 1 ORDER BY 1")
            .fetch_all(&mut *world.tables().await)
            .await
            .unwrap();
    assert_eq!(by_account, [("acme".to_owned(), 2), ("test".to_owned(), 6)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_goes_forward_alone_and_never_on_an_account_that_was_billed() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    move_clock(&mut admin, "test", "2026-03-01T00:00:00Z").await;
    move_clock(&mut admin, "test", "2026-03-01T00:00:00Z").await;
    register(&mut admin, &fee_plan("acme")).await;
    super::support::bill(&mut admin, "2026-01-01").await;
    for (request, reason, field) in [
        (advance("test", "2026-02-28T23:59:59Z"), None, "to"),
        (advance("test", "2031-01-02T00:00:00Z"), None, "to"),
        (advance("", "2026-03-02T00:00:00Z"), None, "account"),
        (
            AdvanceClockRequest {
                to: None,
                ..advance("test", "2026-03-02T00:00:00Z")
            },
            None,
            "to",
        ),
        (
            advance("acme", "2026-03-02T00:00:00Z"),
            Some("ACCOUNT_BILLED"),
            "",
        ),
    ] {
        let (_, found, fields) = refusal(&admin.advance_clock(request).await.unwrap_err());
        assert_eq!((found.as_deref(), fields.join(",")), (reason, field.to_owned()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parked_account_is_tried_again_as_soon_as_its_index_value_is_published() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let mut fee = monthly_fee("1000");
    fee["escalators"] = json!([{
        "first": "2026-01-01", "every": { "count": 1, "unit": "year" }, "compounding": true,
        "by": { "kind": "index", "series": "CPI-U", "lag_months": 3 },
    }]);
    let terms = json!({ "charges": [fee], "term": { "start": "2025-01-01", "end": "2027-01-01" } });
    register(&mut admin, &plan("acme", &terms)).await;
    configure(&mut admin, true, 0).await;
    // The world's own service records at the same time, so nothing recorded before is mistaken for new.
    let (service, _) = service(&world, "2026-01-01T08:05:00Z");
    assert_eq!(service.bill_what_is_due().await.unwrap(), 1);
    let before = issued(&mut admin).await.len();
    assert_eq!(world.count("parked_account").await, 1);
    assert_eq!(service.bill_what_is_due().await.unwrap(), 0);
    let (later, _) = super::automatic::service(&world, "2026-01-01T08:30:00Z");
    let mut finance = world.served_by(later.clone()).await;
    for (month, value) in [("2024-10-01", "100"), ("2025-10-01", "103")] {
        let request = PublishIndexValueRequest {
            request_id: request_id(),
            series: "CPI-U".to_owned(),
            month: month.to_owned(),
            value: value.to_owned(),
            publication: "the office's bulletin".to_owned(),
            revises: false,
        };
        finance.publish_index_value(request).await.unwrap();
    }
    assert_eq!(later.bill_what_is_due().await.unwrap(), 1);
    assert_eq!(world.count("parked_account").await, 0);
    let after = issued(&mut admin).await;
    assert_eq!(after.len() - before, 13 - before);
    assert!(
        after.iter().any(|invoice| invoice.contains("2026-01-01 1030.00")),
        "{after:?}"
    );
    assert_eq!(later.bill_what_is_due().await.unwrap(), 0);
}
