//! Charges that wait for an index value while the rest of their contract is billed.

use serde_json::json;
use wire::invoicing::v1::{ListAccountsRequest, PublishIndexValueRequest};

use super::support::{Client, World, bill, monthly_fee, plan, register, request_id, shown};

async fn publish(admin: &mut Client, month: &str, value: &str) {
    let request = PublishIndexValueRequest {
        request_id: request_id(),
        series: "CPI-U".to_owned(),
        month: month.to_owned(),
        value: value.to_owned(),
        publication: "the office's bulletin".to_owned(),
        revises: false,
    };
    admin.publish_index_value(request).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_index_value_holds_up_its_charge_and_says_so() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let mut rent = monthly_fee("1000.00");
    (rent["id"], rent["name"]) = (json!("rent"), json!("Rent"));
    rent["escalators"] = json!([{
        "first": "2026-03-01", "every": { "count": 1, "unit": "year" }, "compounding": true,
        "by": { "kind": "index", "series": "CPI-U", "lag_months": 2 },
    }]);
    let terms = json!({ "charges": [rent, monthly_fee("500.00")] });
    let hash = register(&mut admin, &plan("acme", &terms)).await;
    assert_eq!(
        shown(&bill(&mut admin, "2026-02-01").await.invoices),
        [
            "INV-000001 2026-01-01 1500.00: rent base 2026-01-01/2026-02-01 1000.00, fee base 2026-01-01/2026-02-01 500.00",
            "INV-000002 2026-02-01 1500.00: rent base 2026-02-01/2026-03-01 1000.00, fee base 2026-02-01/2026-03-01 500.00"
        ]
    );
    let march = bill(&mut admin, "2026-03-01").await;
    assert_eq!(
        shown(&march.invoices),
        ["INV-000003 2026-03-01 500.00: fee base 2026-03-01/2026-04-01 500.00"]
    );
    let reason = "rent: the index CPI-U has no value for 2026-01: enter it, then bill again (only rent waits, everything else is \
                  billed)";
    let parked = &march.parked[0];
    assert_eq!(
        (parked.plan.as_str(), parked.reason.as_str()),
        (hash.as_str(), reason)
    );
    // It can be read until it is set right.
    let accounts = admin.list_accounts(ListAccountsRequest::default()).await.unwrap();
    assert_eq!(accounts.into_inner().accounts[0].parked[0].reason, reason);
    assert_eq!(bill(&mut admin, "2026-03-02").await.invoice_count, 0);
    publish(&mut admin, "2026-01-01", "104").await;
    publish(&mut admin, "2025-01-01", "100").await;
    let caught_up = bill(&mut admin, "2026-03-03").await;
    assert_eq!(
        shown(&caught_up.invoices),
        ["INV-000004 2026-03-01 1040.00: rent base 2026-03-01/2026-04-01 1040.00"]
    );
    assert!(caught_up.parked.is_empty());
}
