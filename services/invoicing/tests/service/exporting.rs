//! An invoice leaves the house with everything it was computed from, and is recomputed where there is no service.

use serde_json::{Value, json};
use wire::invoicing::v1::{ChangeSeatsRequest, ExportInvoiceRequest, ExportInvoiceResponse, SeatChange};

use super::support::{
    Client, World, bill, event, monthly_fee, plan, record, refusal, register, request_id, usage_plan,
};

async fn export(client: &mut Client, invoice: &str) -> ExportInvoiceResponse {
    let invoice = invoice.to_owned();
    let answer = client.export_invoice(ExportInvoiceRequest { invoice }).await;
    answer.unwrap().into_inner()
}

fn differences(text: &str) -> Vec<String> {
    let replay = invoicing::replay::replay(text).unwrap();
    replay.differences.iter().map(ToString::to_string).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_of_what_was_known_then_whatever_is_learned_later() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    record(&mut admin, vec![event("acme", "a", "2026-01-05T10:00:00Z", "10")]).await;
    let first = bill(&mut admin, "2026-02-01").await.invoices[0].clone();
    record(
        &mut admin,
        vec![event("acme", "late", "2026-01-06T10:00:00Z", "5")],
    )
    .await;
    let second = bill(&mut admin, "2026-02-02").await.invoices[0].clone();
    record(
        &mut admin,
        vec![event("acme", "later", "2026-01-07T10:00:00Z", "70")],
    )
    .await;
    for (invoice, total) in [(&first, "1.00 USD"), (&second, "0.50 USD")] {
        let exported = export(&mut admin, &invoice.number).await;
        let replay = invoicing::replay::replay(&exported.dossier_json).unwrap();
        assert_eq!(replay.differences, [], "{}", exported.dossier_json);
        assert_eq!((replay.total.as_str(), &replay.number), (total, &invoice.number));
        assert_eq!(
            (&replay.digest, exported.number),
            (&exported.digest, replay.number.clone())
        );
        // The same by its id, byte for byte.
        assert_eq!(
            export(&mut admin, &invoice.id).await.dossier_json,
            exported.dossier_json
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_invoice_of_an_amended_year_recomputes() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let seats = json!({
        "id": "seats", "name": "Seats",
        "schedule": { "kind": "recurring", "every": { "count": 1, "unit": "year" }, "timing": "advance" },
        "quantity": { "kind": "seats", "initial": "10" },
        "price": { "model": "per_unit", "unit_price": "365", "per": "1" },
    });
    let first = plan("acme", &json!({ "charges": [monthly_fee("500.00"), seats] }));
    let hash = register(&mut admin, &first).await;
    let mut issued = bill(&mut admin, "2026-03-01").await.invoices;
    let change = SeatChange {
        id: "1".to_owned(),
        charge: "seats".to_owned(),
        date: "2026-02-10".to_owned(),
        quantity: "12".to_owned(),
    };
    let request = ChangeSeatsRequest {
        request_id: request_id(),
        plan: hash.clone(),
        change: Some(change),
        reason: "back-dated".to_owned(),
    };
    admin.change_seats(request).await.unwrap();
    issued.extend(bill(&mut admin, "2026-03-15").await.invoices);
    let mut second = first.clone();
    second.charges[0] = serde_json::from_value(monthly_fee("620.00")).unwrap();
    second.amends = serde_json::from_value(json!({ "plan": hash, "effective": "2026-04-11" })).unwrap();
    let mut application = super::support::registration(&second);
    application.approval.as_mut().unwrap().contract_id = "amendment of acme".to_owned();
    admin.register_plan(application).await.unwrap();
    issued.extend(bill(&mut admin, "2026-12-31").await.invoices);
    assert!(issued.len() > 12, "{}", issued.len());
    for invoice in &issued {
        let exported = export(&mut admin, &invoice.number).await;
        assert_eq!(differences(&exported.dossier_json), [""; 0], "{}", invoice.number);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_tampered_with_is_noticed() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    record(&mut admin, vec![event("acme", "a", "2026-01-05T10:00:00Z", "10")]).await;
    let invoice = bill(&mut admin, "2026-02-01").await.invoices[0].clone();
    let exported = export(&mut admin, &invoice.number).await;
    let mut file: Value = serde_json::from_str(&exported.dossier_json).unwrap();
    file["contents"]["invoice"]["total"] = json!("9.00");
    assert_eq!(
        differences(&file.to_string()),
        [
            "`invoice` was changed after it was exported",
            "total: the invoice says 9.00, its terms and facts say 1.00"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_was_issued_to_ones_own_is_exported() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    register(&mut admin, &usage_plan("acme")).await;
    record(&mut admin, vec![event("acme", "a", "2026-01-05T10:00:00Z", "10")]).await;
    let number = bill(&mut admin, "2026-02-01").await.invoices[0].number.clone();
    let mut stranger = world.stranger().await;
    let request = ExportInvoiceRequest { invoice: number };
    let refused = stranger.export_invoice(request).await.unwrap_err();
    assert_eq!(refusal(&refused).1.as_deref(), Some("UNKNOWN_INVOICE"));
}
