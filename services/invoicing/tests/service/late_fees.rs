//! Late fees: charged where somebody decides so, restated as payments become known, never where no contract agrees them.

use serde_json::json;
use wire::invoicing::v1::DecideLateFeesRequest;

use super::settlement::{begin, deeds, ledger, pay, replayed};
use super::support::{Client, World, bill, monthly_fee, plan, refusal, register, request_id, shown};

/// 1,000.00 a month; 1.5 % for each month overdue.
async fn with_late_fees(world: &World) -> Client {
    let mut admin = world.admin().await;
    let terms = json!({
        "charges": [monthly_fee("1000")],
        "payment": {
            "due": { "rule": "net", "days": 30 }, "late": { "percent": "1.5", "per": "month" },
        },
    });
    register(&mut admin, &plan("acme", &terms)).await;
    bill(&mut admin, "2026-01-01").await;
    admin
}

async fn decide(admin: &mut Client, invoice: &str, charged: bool) -> Result<(), tonic::Status> {
    let request = DecideLateFeesRequest {
        request_id: request_id(),
        invoice: invoice.to_owned(),
        charged,
        reason: "third reminder".to_owned(),
    };
    admin.decide_late_fees(request).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn late_fees_are_billed_once_somebody_decides_to_charge_them() {
    let world = World::start().await;
    let mut admin = with_late_fees(&world).await;
    assert_eq!(
        bill(&mut admin, "2026-02-28").await.invoice_count,
        1,
        "nobody decided"
    );
    decide(&mut admin, "INV-000001", true).await.unwrap();
    // Due on 31 January: a month overdue on 28 February, and another on 31 March.
    let billed = shown(&bill(&mut admin, "2026-02-28").await.invoices);
    assert_eq!(
        billed,
        ["INV-000003 2026-02-28 15.00: late-fee late-fee:INV-000001 2026-01-31/2026-02-28 15.00"]
    );
    assert_eq!(bill(&mut admin, "2026-02-28").await.invoice_count, 0);
    // Paid on 10 February, as is learned later: 1,000 × 1.5 % × 10 / 28.
    pay(&mut admin, "INV-000001", "2026-02-10", "1000").await;
    let set_right = shown(&bill(&mut admin, "2026-03-31").await.invoices);
    assert_eq!(set_right.len(), 2);
    assert!(set_right[1].ends_with("-9.64"), "{set_right:?}");
    for number in ["INV-000003", "CN-000001"] {
        assert_eq!(
            replayed(&mut admin, number).await,
            Vec::<String>::new(),
            "{number}"
        );
    }
    assert!(ledger(&world).await.contains(&"late_fees -5.36".to_owned()));
    decide(&mut admin, "INV-000001", false).await.unwrap();
    let waived = shown(&bill(&mut admin, "2026-03-31").await.invoices);
    assert_eq!(waived.len(), 1);
    assert!(waived[0].starts_with("CN-000002 2026-03-31 -5.36"), "{waived:?}");
    assert!(
        !ledger(&world)
            .await
            .iter()
            .any(|held| held.starts_with("late_fees"))
    );
    assert_eq!(
        deeds(&world, "INV-000001").await,
        [
            "invoice.issued",
            "invoice.late-fees-charged",
            "invoice.payment-recorded",
            "invoice.late-fees-waived"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn no_late_fees_are_charged_that_the_contract_does_not_agree() {
    let world = World::start().await;
    let mut admin = begin(&world).await;
    let refused = decide(&mut admin, "INV-000001", true).await.unwrap_err();
    assert_eq!(refusal(&refused).1.as_deref(), Some("NO_LATE_FEES"));
}
