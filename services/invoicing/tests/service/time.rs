//! Days, and looking ahead: when something is billed, whatever the order of the runs.

use serde_json::json;
use wire::invoicing::v1::{Facts, Invoice, InvoiceState, PreviewPlanRequest, RunBillingRequest, SeatChange};
use wire::plan::plan_message;

use super::support::{
    World, bill, call_meter, calls, event, fee_plan, monthly_fee, plan, record, refusal, register,
    run_through, shown, usage_plan,
};

#[tokio::test(flavor = "multi_thread")]
async fn a_run_through_an_earlier_day_takes_nothing_back() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &fee_plan("acme")).await;
    assert_eq!(bill(&mut admin, "2026-06-30").await.invoice_count, 6);
    for earlier in ["2026-06-29", "2026-02-15", "2025-12-31"] {
        assert_eq!(bill(&mut admin, earlier).await.invoice_count, 0, "{earlier}");
    }
    assert_eq!(bill(&mut admin, "2026-07-01").await.invoice_count, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_the_contracts_own() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let parts = json!({ "charges": [calls("1")], "meters": [call_meter()], "time_zone": "Europe/Berlin" });
    register(&mut admin, &plan("acme", &parts)).await;
    let events = vec![
        event("acme", "last of January", "2026-01-31T22:59:59.999999Z", "1"),
        event("acme", "first of February", "2026-01-31T23:00:00Z", "10"),
        event("acme", "before the contract", "2025-12-31T22:59:59Z", "100"),
    ];
    record(&mut admin, events).await;
    let invoices = bill(&mut admin, "2026-03-01").await.invoices;
    assert_eq!(
        shown(&invoices),
        [
            "INV-000001 2026-02-01 1.00: calls usage 2026-01-01/2026-02-01 1.00",
            "INV-000002 2026-03-01 10.00: calls usage 2026-02-01/2026-03-01 10.00",
        ]
    );
}

/// An invoice without what only an issued one has.
fn as_preview(invoice: &Invoice) -> Invoice {
    let mut preview = invoice.clone();
    preview.id.clear();
    preview.number.clear();
    preview.issued_at = None;
    preview.settlement = None;
    preview.set_state(InvoiceState::Preview);
    for line in &mut preview.lines {
        line.id.clear();
    }
    preview
}

#[tokio::test(flavor = "multi_thread")]
async fn dry_run_preview_and_run_are_one_computation() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let seats = json!({
        "id": "seats", "name": "Seats",
        "schedule": { "kind": "recurring", "every": { "count": 1, "unit": "month" }, "timing": "advance" },
        "quantity": { "kind": "seats", "initial": "10" },
        "price": { "model": "per_unit", "unit_price": "50", "per": "1" },
    });
    let vat = json!([{ "id": "vat", "name": "VAT", "percent": "20" }]);
    let mut fee = monthly_fee("99.99");
    fee["tax"] = json!("vat");
    let plan = plan(
        "acme",
        &json!({ "charges": [fee, seats, calls("0.07")], "meters": [call_meter()], "taxes": vat }),
    );
    let hash = register(&mut admin, &plan).await;
    let used = event("acme", "a", "2026-01-05T10:00:00Z", "1234.5");
    record(&mut admin, vec![used.clone()]).await;
    let (id, charge) = ("s1".to_owned(), "seats".to_owned());
    let change = SeatChange {
        id,
        charge,
        date: "2026-01-16".to_owned(),
        quantity: "12".to_owned(),
    };
    let request = wire::invoicing::v1::ChangeSeatsRequest {
        request_id: super::support::request_id(),
        plan: hash,
        change: Some(change.clone()),
        reason: String::new(),
    };
    admin.change_seats(request).await.unwrap();
    let through = "2026-02-01";
    let rehearsal = RunBillingRequest {
        dry_run: true,
        request_id: String::new(),
        ..run_through(through)
    };
    let rehearsed = admin.run_billing(rehearsal).await.unwrap().into_inner();
    assert_eq!(world.count("invoice").await, 0, "a dry run stores nothing");
    let preview = PreviewPlanRequest {
        plan: Some(plan_message(&plan)),
        facts: Some(Facts {
            usage: vec![used],
            seats: vec![change],
            milestones: Vec::new(),
        }),
        through: through.to_owned(),
    };
    let previewed = admin.preview_plan(preview).await.unwrap().into_inner().invoices;
    let issued = bill(&mut admin, through).await.invoices;
    assert_eq!(issued.len(), 3);
    assert_eq!(issued[0].taxes[0].amount, "20.00");
    assert_eq!(
        issued.iter().map(as_preview).collect::<Vec<_>>(),
        rehearsed.invoices
    );
    assert_eq!(
        shown(&previewed),
        shown(&rehearsed.invoices),
        "only the names of facts differ"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_is_refused_by_name() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let cases = [
        (
            RunBillingRequest {
                through: "soon".to_owned(),
                ..run_through("")
            },
            "through",
        ),
        (run_through("2206-01-31"), "through"),
        (
            RunBillingRequest {
                account: "nobody".to_owned(),
                ..run_through("2026-01-31")
            },
            "UNKNOWN_ACCOUNT",
        ),
        (
            RunBillingRequest {
                account: "nobody".to_owned(),
                dry_run: true,
                ..run_through("2026-01-31")
            },
            "UNKNOWN_ACCOUNT",
        ),
        (
            RunBillingRequest {
                request_id: String::new(),
                ..run_through("2026-01-31")
            },
            "request_id",
        ),
    ];
    for (request, expected) in cases {
        let (_, reason, fields) = refusal(&admin.run_billing(request).await.unwrap_err());
        assert_eq!(
            reason.or_else(|| fields.first().cloned()).as_deref(),
            Some(expected)
        );
    }
    let mut stray = event("somebody else", "a", "2026-01-05T10:00:00Z", "1");
    let preview = |usage| PreviewPlanRequest {
        plan: Some(plan_message(&usage_plan("acme"))),
        facts: Some(Facts {
            usage: vec![usage],
            ..Facts::default()
        }),
        through: "2026-02-01".to_owned(),
    };
    let refused = admin.preview_plan(preview(stray.clone())).await.unwrap_err();
    assert_eq!(refusal(&refused).2, ["facts.usage.0"]);
    stray.account = "acme".to_owned();
    assert_eq!(
        admin
            .preview_plan(preview(stray))
            .await
            .unwrap()
            .into_inner()
            .invoices[0]
            .total,
        "0.10"
    );
}
