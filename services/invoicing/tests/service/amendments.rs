//! Amendments: versions of one agreement, each in force from its day on.

use pricing::plan::Plan;
use serde_json::{Value, json};
use wire::invoicing::v1::GetPlanRequest;

use super::support::{
    World, bill, call_meter, calls, event, fee_plan, monthly_fee, plan, record, refusal, register,
    registration, shown, usage_plan,
};

fn amendment(account: &str, amends: &str, effective: &str, parts: &Value) -> Plan {
    let mut parts = parts.clone();
    parts["amends"] = json!({ "plan": amends, "effective": effective });
    plan(account, &parts)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amendment_that_cannot_follow_is_refused_by_name() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let vat = |percent: &str| json!([{ "id": "vat", "name": "VAT", "percent": percent }]);
    let taxed = plan(
        "acme",
        &json!({ "charges": [monthly_fee("500.00")], "taxes": vat("20") }),
    );
    let first = register(&mut admin, &taxed).await;
    let fee = json!({ "charges": [monthly_fee("600.00")] });
    let mut at_another_rate = fee.clone();
    at_another_rate["taxes"] = vat("19");
    let mut in_euro = fee.clone();
    in_euro["currency"] = json!("EUR");
    let mut elsewhere = fee.clone();
    elsewhere["time_zone"] = json!("Asia/Tokyo");
    let cases = [
        (
            "AMENDS_UNKNOWN_PLAN",
            amendment("acme", &"f".repeat(64), "2026-03-01", &fee),
        ),
        (
            "AMENDS_OTHER_ACCOUNT",
            amendment("else", &first, "2026-03-01", &fee),
        ),
        ("CURRENCY_MIX", amendment("acme", &first, "2026-03-01", &in_euro)),
        (
            "TIME_ZONE_CHANGED",
            amendment("acme", &first, "2026-03-01", &elsewhere),
        ),
        (
            "TAX_CHANGED",
            amendment("acme", &first, "2026-03-01", &at_another_rate),
        ),
        ("AMENDS_TOO_EARLY", amendment("acme", &first, "2025-12-31", &fee)),
    ];
    for (reason, amendment) in cases {
        let status = admin.register_plan(registration(&amendment)).await.unwrap_err();
        let (_, found, fields) = refusal(&status);
        assert_eq!(found.as_deref(), Some(reason), "{} {fields:?}", status.message());
    }
    assert_eq!(
        (world.count("account").await, world.count("plan_version").await),
        (1, 1)
    );
    let second = register(&mut admin, &amendment("acme", &first, "2026-03-01", &fee)).await;
    let late = amendment("acme", &first, "2026-04-01", &fee);
    let status = admin.register_plan(registration(&late)).await.unwrap_err();
    assert_eq!(refusal(&status).1.as_deref(), Some("AMENDS_OLD_VERSION"));
    assert!(status.message().contains(&second), "{}", status.message());
}

#[tokio::test(flavor = "multi_thread")]
async fn from_its_day_on_the_new_terms_bill() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let first = register(&mut admin, &fee_plan("acme")).await;
    bill(&mut admin, "2026-04-01").await;
    let dearer = amendment(
        "acme",
        &first,
        "2026-04-16",
        &json!({ "charges": [monthly_fee("600.00")] }),
    );
    register(&mut admin, &dearer).await;
    let amended = bill(&mut admin, "2026-05-01").await;
    assert_eq!(amended.parked, []);
    // Half of April is given back at 500.00 and billed at 600.00.
    assert_eq!(
        shown(&amended.invoices),
        [
            "INV-000005 2026-04-16 50.00: fee amended-credit:2026-04-16 2026-04-16/2026-05-01 -250.00, \
             fee amended:2026-04-16 2026-04-16/2026-05-01 300.00",
            "INV-000006 2026-05-01 600.00: fee base 2026-05-01/2026-06-01 600.00",
        ]
    );
    assert_eq!(
        amended.invoices[0].plan,
        dearer.content_hash(),
        "each invoice names the version it follows"
    );
    assert_eq!(bill(&mut admin, "2026-05-01").await.invoice_count, 0);
    let found = admin
        .get_plan(GetPlanRequest { content_hash: first })
        .await
        .unwrap()
        .into_inner();
    assert_eq!(found.plan.unwrap().superseded_on, "2026-04-16");
}

#[tokio::test(flavor = "multi_thread")]
async fn usage_is_rated_by_the_terms_of_its_day() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let first = register(&mut admin, &usage_plan("acme")).await;
    let cheaper = json!({ "charges": [calls("0.05")], "meters": [call_meter()] });
    register(&mut admin, &amendment("acme", &first, "2026-01-16", &cheaper)).await;
    let events = vec![
        event("acme", "old terms", "2026-01-15T23:59:59Z", "100"),
        event("acme", "new terms", "2026-01-16T00:00:00Z", "100"),
    ];
    record(&mut admin, events).await;
    let invoices = bill(&mut admin, "2026-02-01").await.invoices;
    let total: Vec<_> = invoices.iter().map(|invoice| invoice.total.as_str()).collect();
    assert_eq!(total, ["15.00"], "{:?}", shown(&invoices));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amendment_told_late_restates_what_was_billed() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let first = register(&mut admin, &fee_plan("acme")).await;
    bill(&mut admin, "2026-06-01").await;
    let cheaper = amendment(
        "acme",
        &first,
        "2026-04-01",
        &json!({ "charges": [monthly_fee("400.00")] }),
    );
    register(&mut admin, &cheaper).await;
    let restated = bill(&mut admin, "2026-06-10").await.invoices;
    let given_back: Vec<_> = restated
        .iter()
        .map(|invoice| (invoice.number.as_str(), invoice.total.as_str()))
        .collect();
    assert_eq!(given_back, [("CN-000001", "-300.00")], "{:?}", shown(&restated));
    assert_eq!(bill(&mut admin, "2026-06-10").await.invoice_count, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tax_that_was_dropped_comes_back_at_its_own_rate_alone() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let terms = |percent: Option<&str>| {
        let taxes = percent.map(|percent| json!([{ "id": "vat", "name": "VAT", "percent": percent }]));
        json!({ "charges": [monthly_fee("500.00")], "taxes": taxes.unwrap_or(json!([])) })
    };
    let first = register(&mut admin, &plan("acme", &terms(Some("20")))).await;
    let without = amendment("acme", &first, "2026-03-01", &terms(None));
    let second = register(&mut admin, &without).await;
    let at_another_rate = amendment("acme", &second, "2026-05-01", &terms(Some("19")));
    let refused = admin
        .register_plan(registration(&at_another_rate))
        .await
        .unwrap_err();
    assert_eq!(refusal(&refused).1.as_deref(), Some("TAX_CHANGED"));
    let as_before = amendment("acme", &second, "2026-05-01", &terms(Some("20")));
    register(&mut admin, &as_before).await;
}
