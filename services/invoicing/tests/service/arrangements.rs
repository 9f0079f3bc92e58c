//! Who pays: parents, several payers, and one invoice for several contracts.

use pricing::plan::Plan;
use serde_json::json;
use wire::invoicing::v1::{
    AccountBilling, ArrangeBillingRequest, ChangeSeatsRequest, ExportInvoiceRequest,
    GetAccountBillingRequest, ListAccountsRequest, Payer, SeatChange, VoidInvoiceRequest, payer,
};

use super::settlement::{ledger, pay};
use super::support::{
    Client, World, bill, fee_plan, monthly_fee, plan, refusal, register, registration, request_id, shown,
};

fn payer(account: &str, pays: payer::Pays) -> Payer {
    Payer {
        account: account.to_owned(),
        customer: account.to_uppercase(),
        pays: Some(pays),
    }
}

fn percent(account: &str, percent: &str) -> Payer {
    payer(account, payer::Pays::Percent(percent.to_owned()))
}

fn charges(account: &str, ids: &[&str]) -> Payer {
    let ids = ids.iter().map(|id| (*id).to_owned()).collect();
    payer(account, payer::Pays::Charges(payer::Charges { ids }))
}

fn arranged(account: &str, collective: bool, payers: Vec<Payer>) -> ArrangeBillingRequest {
    ArrangeBillingRequest {
        request_id: request_id(),
        account: account.to_owned(),
        billing: Some(AccountBilling { collective, payers }),
        reason: "as the framework agreement says".to_owned(),
    }
}

async fn arrange(admin: &mut Client, account: &str, collective: bool, payers: Vec<Payer>) {
    admin
        .arrange_billing(arranged(account, collective, payers))
        .await
        .unwrap();
}

/// A plan with 7.3 % tax on a fee.
fn taxed(account: &str, id: &str, amount: &str) -> Plan {
    let mut fee = monthly_fee(amount);
    (fee["id"], fee["tax"]) = (json!(id), json!("vat"));
    let taxes = json!([{ "id": "vat", "name": "VAT", "percent": "7.3" }]);
    plan(account, &json!({ "charges": [fee], "taxes": taxes }))
}

async fn register_as(admin: &mut Client, plan: &Plan, contract: &str) -> String {
    let mut request = registration(plan);
    request.approval.as_mut().unwrap().contract_id = contract.to_owned();
    admin.register_plan(request).await.unwrap();
    plan.content_hash()
}

async fn replays(admin: &mut Client, invoice: &str) {
    let request = ExportInvoiceRequest {
        invoice: invoice.to_owned(),
    };
    let file = admin.export_invoice(request).await.unwrap().into_inner();
    let replay = invoicing::replay::replay(&file.dossier_json).unwrap();
    assert!(
        replay.differences.is_empty(),
        "{invoice}: {:?}",
        replay.differences
    );
    assert_eq!(replay.digest, file.digest);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_gets_one_invoice_for_all_its_contracts_if_it_wants() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let hashes = [
        register_as(&mut admin, &taxed("acme", "a", "10.10"), "one").await,
        register_as(&mut admin, &taxed("acme", "b", "10.10"), "two").await,
    ];
    assert_eq!(bill(&mut admin, "2026-01-01").await.invoice_count, 2);
    arrange(&mut admin, "acme", true, Vec::new()).await;
    let invoices = bill(&mut admin, "2026-02-01").await.invoices;
    // Tax on 20.20 is 1.47; twice that on 10.10 would be 1.48.
    let mut lines = [
        "a base 2026-02-01/2026-03-01 10.10",
        "b base 2026-02-01/2026-03-01 10.10",
    ];
    let of_first = invoices[0].lines[0].charge == "a";
    if !of_first {
        lines.reverse();
    }
    assert_eq!(
        shown(&invoices),
        [format!("INV-000003 2026-02-01 21.67: {}, {}", lines[0], lines[1])]
    );
    let (own, other) = (&invoices[0].plan, &invoices[0].lines[1].plan);
    assert!(hashes.contains(own) && hashes.contains(other) && own != other);
    assert_eq!(
        (invoices[0].lines[0].plan.as_str(), invoices[0].tax.as_str()),
        ("", "1.47")
    );
    replays(&mut admin, "INV-000003").await;
    assert_eq!(bill(&mut admin, "2026-02-01").await.invoice_count, 0);
    // Taken back as one, billed again as one.
    let void = VoidInvoiceRequest {
        request_id: request_id(),
        invoice: "INV-000003".to_owned(),
        date: "2026-02-02".to_owned(),
        reason: "wrong address".to_owned(),
    };
    let note = admin.void_invoice(void).await.unwrap().into_inner();
    assert_eq!(note.credit_note.unwrap().total, "-21.67");
    let again = bill(&mut admin, "2026-02-03").await.invoices;
    assert_eq!((again.len(), again[0].total.as_str()), (1, "21.67"));
    replays(&mut admin, &again[0].number).await;
    assert_eq!(bill(&mut admin, "2026-03-01").await.invoice_count, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_children_are_charged_stands_on_the_parents_invoice() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &fee_plan("parent")).await;
    for (child, amount) in [("east", "10.10"), ("west", "20.20")] {
        register(&mut admin, &taxed(child, child, amount)).await;
        arrange(&mut admin, child, false, vec![percent("parent", "100")]).await;
    }
    arrange(&mut admin, "parent", true, Vec::new()).await;
    let invoices = bill(&mut admin, "2026-01-01").await.invoices;
    assert_eq!(
        shown(&invoices),
        [
            "INV-000001 2026-01-01 532.51: fee base 2026-01-01/2026-02-01 500.00, east base 2026-01-01/2026-02-01 10.10, \
          west base 2026-01-01/2026-02-01 20.20"
        ]
    );
    assert_eq!(
        (invoices[0].account.as_str(), invoices[0].customer.as_str()),
        ("parent", "PARENT")
    );
    replays(&mut admin, "INV-000001").await;
    // Asked for one child alone, the parent's invoice comes.
    let mut alone = super::support::run_through("2026-02-01");
    alone.account = "west".to_owned();
    let february = admin.run_billing(alone).await.unwrap().into_inner().invoices;
    assert_eq!((february.len(), february[0].lines.len()), (1, 3));
    assert_eq!(bill(&mut admin, "2026-02-01").await.invoice_count, 0);
    pay(&mut admin, "INV-000001", "2026-01-20", "532.51").await;
    let accounts = admin.list_accounts(ListAccountsRequest::default()).await.unwrap();
    let owed: Vec<(String, usize)> = accounts
        .into_inner()
        .accounts
        .iter()
        .map(|account| (account.id.clone(), account.balances.len()))
        .collect();
    assert_eq!(
        owed,
        [
            ("east".to_owned(), 0),
            ("parent".to_owned(), 1),
            ("west".to_owned(), 0)
        ]
    );
    assert_eq!(
        ledger(&world).await[..2],
        ["accounts_receivable 532.51", "cash 532.51"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn several_payers_pay_by_percent_to_the_cent_whatever_changes_later() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let seats = json!({
        "id": "seats", "name": "Seats",
        "schedule": { "kind": "recurring", "every": { "count": 1, "unit": "month" }, "timing": "advance" },
        "quantity": { "kind": "seats", "initial": "3" },
        "price": { "model": "per_unit", "unit_price": "33.37", "per": "1" },
    });
    let hash = register(&mut admin, &plan("acme", &json!({ "charges": [seats] }))).await;
    arrange(
        &mut admin,
        "acme",
        false,
        vec![percent("acme", "33.3"), percent("bank", "66.7")],
    )
    .await;
    // 100.11: 33.34 and 66.77.
    let january = bill(&mut admin, "2026-01-01").await.invoices;
    assert_eq!(
        shown(&january),
        [
            "INV-000001 2026-01-01 33.34: seats base 2026-01-01/2026-02-01 33.34",
            "INV-000002 2026-01-01 66.77: seats base 2026-01-01/2026-02-01 66.77"
        ]
    );
    assert_eq!(
        (january[1].account.as_str(), january[1].customer.as_str()),
        ("bank", "BANK")
    );
    assert!(january[1].lines[0].working.contains("66.7 % of 100.11"));
    // One seat fewer from the start, learned late: 33.37 come back, 11.11 and 22.26.
    let change = ChangeSeatsRequest {
        request_id: request_id(),
        plan: hash,
        change: Some(SeatChange {
            id: "fewer".to_owned(),
            charge: "seats".to_owned(),
            date: "2026-01-01".to_owned(),
            quantity: "2".to_owned(),
        }),
        reason: "never installed".to_owned(),
    };
    admin.change_seats(change).await.unwrap();
    let corrected = bill(&mut admin, "2026-01-02").await.invoices;
    assert_eq!(
        shown(&corrected),
        [
            "CN-000001 2026-01-02 -11.11: seats base 2026-01-01/2026-02-01 -11.11",
            "CN-000002 2026-01-02 -22.26: seats base 2026-01-01/2026-02-01 -22.26"
        ]
    );
    assert_eq!(bill(&mut admin, "2026-01-03").await.invoice_count, 0);
    for number in ["INV-000001", "INV-000002", "CN-000001", "CN-000002"] {
        replays(&mut admin, number).await;
    }
    let february = bill(&mut admin, "2026-02-01").await.invoices;
    let totals: Vec<&str> = february.iter().map(|invoice| invoice.total.as_str()).collect();
    assert_eq!(totals, ["22.22", "44.52"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn charges_are_paid_by_whoever_is_named_for_them() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let mut hosting = monthly_fee("70.00");
    hosting["id"] = json!("hosting");
    let terms = json!({ "charges": [monthly_fee("500.00"), hosting] });
    register(&mut admin, &plan("acme", &terms)).await;
    arrange(&mut admin, "acme", false, vec![charges("landlord", &["hosting"])]).await;
    let invoices = bill(&mut admin, "2026-01-01").await.invoices;
    let by: Vec<(&str, &str)> = invoices
        .iter()
        .map(|invoice| (invoice.account.as_str(), invoice.total.as_str()))
        .collect();
    assert_eq!(by, [("acme", "500.00"), ("landlord", "70.00")]);
    let asked = GetAccountBillingRequest {
        account: "acme".to_owned(),
    };
    let told = admin.get_account_billing(asked).await.unwrap().into_inner();
    assert_eq!(told.billing.unwrap().payers, [charges("landlord", &["hosting"])]);
}

#[tokio::test(flavor = "multi_thread")]
async fn payers_that_do_not_add_up_are_refused_by_name() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    for account in ["acme", "brook"] {
        register(&mut admin, &fee_plan(account)).await;
    }
    arrange(&mut admin, "brook", false, vec![percent("parent", "100")]).await;
    let nameless = Payer {
        customer: String::new(),
        ..percent("nobody", "100")
    };
    let payers = Some("billing.payers");
    for (account, told, reason, field) in [
        (
            "acme",
            vec![percent("a", "60"), percent("b", "39.9")],
            None,
            payers,
        ),
        ("acme", vec![percent("a", "50"), percent("a", "50")], None, payers),
        (
            "acme",
            vec![percent("a", "100"), charges("b", &["fee"])],
            None,
            payers,
        ),
        (
            "acme",
            vec![charges("a", &["fee"]), charges("b", &["fee"])],
            None,
            payers,
        ),
        ("acme", vec![charges("acme", &["fee"])], None, payers),
        (
            "acme",
            vec![percent("a", "0")],
            None,
            Some("billing.payers.0.percent"),
        ),
        (
            "acme",
            vec![charges("a", &[])],
            None,
            Some("billing.payers.0.pays"),
        ),
        ("acme", vec![nameless], Some("UNKNOWN_PAYER"), None),
        (
            "acme",
            vec![percent("brook", "100")],
            Some("PAYER_IS_PAID_FOR"),
            None,
        ),
        ("parent", vec![percent("acme", "100")], Some("ACCOUNT_PAYS"), None),
        ("stranger", Vec::new(), Some("UNKNOWN_ACCOUNT"), None),
    ] {
        let refused = admin
            .arrange_billing(arranged(account, false, told.clone()))
            .await;
        let (_, found, fields) = refusal(&refused.unwrap_err());
        assert_eq!(
            (found.as_deref(), fields.first().map(String::as_str)),
            (reason, field),
            "{told:?}"
        );
    }
}
