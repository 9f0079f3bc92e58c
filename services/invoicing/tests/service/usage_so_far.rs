//! How an account stands: asked once, and pushed whenever it changes.

use std::time::Duration;

use serde_json::json;
use tokio::time::timeout;
use tonic::{Code, Streaming};
use wire::invoicing::v1::{AgreementSoFar, GetUsageSoFarRequest, WatchUsageRequest, WatchUsageResponse};

use super::support::{World, bill, call_meter, calls, event, monthly_fee, plan, record, register};

/// Meter sums, credits and bill in one line.
fn shown(stand: &AgreementSoFar) -> String {
    let totals = stand.totals.iter().map(|total| {
        let sum = total
            .quantity
            .as_ref()
            .map_or("nothing", |quantity| &quantity.sum);
        format!("{} {}/{} {sum}", total.meter, total.from, total.until)
    });
    let credits = stand
        .credits
        .iter()
        .map(|credits| format!("{} {}", credits.pool, credits.balance));
    let bill = stand
        .bill
        .as_ref()
        .map(|bill| format!("{} {}", bill.currency, bill.net));
    totals.chain(credits).chain(bill).collect::<Vec<_>>().join("; ")
}

async fn next(changes: &mut Streaming<WatchUsageResponse>) -> String {
    let change = timeout(Duration::from_secs(10), changes.message())
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    shown(&change.so_far.unwrap().agreements[0])
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_watches_hears_of_each_change() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let terms = json!({
        "charges": [monthly_fee("500.00"), calls("0.10")],
        "meters": [call_meter()],
        "pools": [{
            "id": "start", "name": "Starting credit", "unit": { "in": "money" }, "grant": "20", "pays": ["calls"],
        }],
    });
    register(&mut admin, &plan("acme", &terms)).await;
    let request = WatchUsageRequest {
        account: "acme".to_owned(),
    };
    let mut changes = admin.watch_usage(request).await.unwrap().into_inner();
    assert_eq!(
        next(&mut changes).await,
        "call 2026-01-01/2026-02-01 nothing; start 20; USD 500.00"
    );
    record(
        &mut admin,
        vec![event("acme", "a", "2026-01-01T05:00:00Z", "150")],
    )
    .await;
    assert_eq!(
        next(&mut changes).await,
        "call 2026-01-01/2026-02-01 150; start 5; USD 500.00"
    );
    // Written by another service.
    let mut replica = world.replica().await;
    record(
        &mut replica,
        vec![event("acme", "b", "2026-01-01T06:00:00Z", "100")],
    )
    .await;
    assert_eq!(
        next(&mut changes).await,
        "call 2026-01-01/2026-02-01 250; start 0; USD 505.00"
    );
    bill(&mut admin, "2026-01-01").await;
    assert_eq!(
        next(&mut changes).await,
        "call 2026-01-01/2026-02-01 250; start 0; USD 5.00"
    );
    let once = admin
        .get_usage_so_far(GetUsageSoFarRequest {
            account: "acme".to_owned(),
        })
        .await
        .unwrap();
    let once = once.into_inner().so_far.unwrap();
    assert_eq!(
        shown(&once.agreements[0]),
        "call 2026-01-01/2026-02-01 250; start 0; USD 5.00"
    );
    assert_eq!(once.agreements[0].day, "2026-01-01");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_nobody_knows_is_no_empty_answer() {
    let world = World::start().await;
    let mut stranger = world.stranger().await;
    register(
        &mut world.admin().await,
        &plan("acme", &json!({ "charges": [monthly_fee("1.00")] })),
    )
    .await;
    let account = || "acme".to_owned();
    let refused = stranger
        .get_usage_so_far(GetUsageSoFarRequest { account: account() })
        .await
        .unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    let mut changes = stranger
        .watch_usage(WatchUsageRequest { account: account() })
        .await
        .unwrap()
        .into_inner();
    assert_eq!(changes.message().await.unwrap_err().code(), Code::NotFound);
}
