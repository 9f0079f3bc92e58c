//! Accounts that are billed by themselves: on their day, once, after any downtime, by one service at a time.

use invoicing::Invoicing;
use jiff::Timestamp;
use runtime::clock::{Clock, TestClock};
use serde_json::json;
use wire::invoicing::v1::{
    BillingSettings, ConfigureBillingRequest, GetBillingSettingsRequest, ListInvoicesRequest,
};

use super::support::{Client, World, fee_plan, monthly_fee, plan, refusal, register, request_id, shown};

/// A service on the world's database whose clock is moved by hand.
pub(super) fn service(world: &World, now: &str) -> (Invoicing, TestClock) {
    let (clock, hands) = Clock::test(time(now));
    (Invoicing::new(world.database.pool().clone(), clock), hands)
}

pub(super) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(super) async fn configure(admin: &mut Client, automatic: bool, grace_days: u32) {
    let request = ConfigureBillingRequest {
        request_id: request_id(),
        settings: Some(BillingSettings {
            automatic,
            grace_days,
        }),
    };
    admin.configure_billing(request).await.unwrap();
}

pub(super) async fn issued(admin: &mut Client) -> Vec<String> {
    let answer = admin.list_invoices(ListInvoicesRequest::default()).await.unwrap();
    shown(&answer.into_inner().invoices)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_billed_by_itself_until_it_is_turned_on() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &fee_plan("acme")).await;
    let (service, _) = service(&world, "2026-03-15T12:00:00Z");
    assert_eq!(service.bill_what_is_due().await.unwrap(), 0);
    configure(&mut admin, true, 0).await;
    let told = admin
        .get_billing_settings(GetBillingSettingsRequest {})
        .await
        .unwrap();
    assert!(told.into_inner().settings.unwrap().automatic);
    assert_eq!(service.bill_what_is_due().await.unwrap(), 1);
    // Three months that nobody billed are caught up; the same day again, there is nothing to do.
    assert_eq!(issued(&mut admin).await.len(), 3);
    assert_eq!(service.bill_what_is_due().await.unwrap(), 0);
    configure(&mut admin, false, 0).await;
    let (later, _) = self::service(&world, "2026-04-15T12:00:00Z");
    assert_eq!(later.bill_what_is_due().await.unwrap(), 0);
    assert_eq!(issued(&mut admin).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_day_comes_in_the_contracts_time_zone_and_waits_for_the_days_of_grace() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    for (account, zone) in [("auckland", "Pacific/Auckland"), ("honolulu", "Pacific/Honolulu")] {
        let terms = json!({ "charges": [monthly_fee("500.00")], "time_zone": zone });
        register(&mut admin, &plan(account, &terms)).await;
    }
    configure(&mut admin, true, 0).await;
    let (service, hands) = service(&world, "2026-01-31T10:30:00Z");
    let mut billed = Vec::new();
    // 31 January, 23:30 in Auckland; an hour later it is February there; in Honolulu at 10:00.
    for now in [
        "2026-01-31T10:30:00Z",
        "2026-01-31T11:30:00Z",
        "2026-02-01T09:59:00Z",
        "2026-02-01T10:00:00Z",
    ] {
        hands.set(time(now));
        service.bill_what_is_due().await.unwrap();
        billed.push(issued(&mut admin).await.len());
    }
    assert_eq!(billed, [2, 3, 3, 4]);
    configure(&mut admin, true, 3).await;
    let mut billed = Vec::new();
    for now in [
        "2026-03-01T12:00:00Z",
        "2026-03-03T12:00:00Z",
        "2026-03-04T12:00:00Z",
    ] {
        hands.set(time(now));
        service.bill_what_is_due().await.unwrap();
        billed.push(issued(&mut admin).await.len());
    }
    assert_eq!(billed, [4, 5, 6]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amendment_is_billed_as_soon_as_it_is_approved() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let seats = |initial: &str| {
        json!({
            "id": "seats", "name": "Seats",
            "schedule": { "kind": "recurring", "every": { "count": 1, "unit": "month" }, "timing": "advance" },
            "quantity": { "kind": "seats", "initial": initial },
            "price": { "model": "per_unit", "unit_price": "30", "per": "1" },
        })
    };
    let first = register(&mut admin, &plan("acme", &json!({ "charges": [seats("10")] }))).await;
    configure(&mut admin, true, 0).await;
    let (service, _) = service(&world, "2026-01-20T12:00:00Z");
    service.bill_what_is_due().await.unwrap();
    assert_eq!(issued(&mut admin).await.len(), 1);
    let mut more = plan("acme", &json!({ "charges": [seats("20")] }));
    more.amends = Some(pricing::plan::Amends {
        plan: first,
        effective: "2026-01-17".parse().unwrap(),
    });
    register(&mut admin, &more).await;
    assert_eq!(service.bill_what_is_due().await.unwrap(), 1);
    // 15 of 31 days: 300 given back by the old terms, 600 owed by the new.
    let invoices = issued(&mut admin).await;
    assert!(invoices[1].contains(" 145.16: "), "{invoices:?}");
    assert_eq!(service.bill_what_is_due().await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_service_works_at_a_time_and_nothing_is_billed_twice() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    for number in 0..60 {
        register(&mut admin, &fee_plan(&format!("account-{number:02}"))).await;
    }
    configure(&mut admin, true, 0).await;
    let mut turns = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (service, _) = service(&world, "2026-02-15T12:00:00Z");
        turns.spawn(async move { service.bill_what_is_due().await.unwrap() });
    }
    turns.join_all().await;
    assert_eq!(world.count("invoice").await, 120);
    let too_patient = ConfigureBillingRequest {
        request_id: request_id(),
        settings: Some(BillingSettings {
            automatic: true,
            grace_days: 61,
        }),
    };
    let (_, _, fields) = refusal(&admin.configure_billing(too_patient).await.unwrap_err());
    assert_eq!(fields, ["settings.grace_days"]);
}
