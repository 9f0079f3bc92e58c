//! What becomes of issued invoices: paid, paid early, too little and too much, void, written off.

use serde_json::json;
use wire::invoicing::v1::{
    ExportInvoiceRequest, Invoice, InvoiceState, RecordPaymentRequest, ReturnPaymentRequest, Settlement,
    VoidInvoiceRequest, WriteOffInvoiceRequest,
};

use super::support::{Client, World, bill, monthly_fee, plan, refusal, register, request_id, shown};

/// 1,000.00 a month and 20 % VAT; paid within ten days, 2 % less are enough.
pub(super) async fn begin(world: &World) -> Client {
    let mut admin = world.admin().await;
    let mut fee = monthly_fee("1000");
    fee["tax"] = json!("vat");
    let terms = json!({
        "charges": [fee],
        "taxes": [{ "id": "vat", "name": "VAT", "percent": "20" }],
        "payment": { "due": { "rule": "net", "days": 30 }, "early": { "percent": "2", "days": 10 } },
    });
    register(&mut admin, &plan("acme", &terms)).await;
    bill(&mut admin, "2026-02-01").await;
    admin
}

fn payment(invoice: &str, date: &str, amount: &str) -> RecordPaymentRequest {
    RecordPaymentRequest {
        request_id: request_id(),
        invoice: invoice.to_owned(),
        id: format!("{invoice} of {date}"),
        date: date.to_owned(),
        amount: amount.to_owned(),
        reference: format!("statement of {date}"),
    }
}

pub(super) async fn pay(admin: &mut Client, invoice: &str, date: &str, amount: &str) -> Invoice {
    let answer = admin
        .record_payment(payment(invoice, date, amount))
        .await
        .unwrap();
    answer.into_inner().invoice.unwrap()
}

fn void(invoice: &str, date: &str) -> VoidInvoiceRequest {
    VoidInvoiceRequest {
        request_id: request_id(),
        invoice: invoice.to_owned(),
        date: date.to_owned(),
        reason: "sent to the wrong address".to_owned(),
    }
}

fn write_off(invoice: &str, date: &str) -> WriteOffInvoiceRequest {
    WriteOffInvoiceRequest {
        request_id: request_id(),
        invoice: invoice.to_owned(),
        date: date.to_owned(),
        reason: "insolvent".to_owned(),
    }
}

/// State, paid, owed, discount, over, closed on.
fn standing(invoice: &Invoice) -> (InvoiceState, [&str; 5]) {
    let Settlement {
        paid,
        owed,
        discount,
        over,
        closed_on,
        ..
    } = invoice.settlement.as_ref().unwrap();
    (invoice.state(), [paid, owed, discount, over, closed_on])
}

/// What the ledger holds on each of its accounts, debits less credits.
pub(super) async fn ledger(world: &World) -> Vec<String> {
    let rows: Vec<(String, rust_decimal::Decimal)> = sqlx::query_as(
        "SELECT ledger ->> 'name', sum(debit) - sum(credit) FROM posting GROUP BY 1 \
         HAVING sum(debit) <> sum(credit) ORDER BY 1",
    )
    .fetch_all(&mut *world.tables().await)
    .await
    .unwrap();
    rows.iter().map(|(name, sum)| format!("{name} {sum}")).collect()
}

/// What was done to a document.
pub(super) async fn deeds(world: &World, number: &str) -> Vec<String> {
    sqlx::query_scalar("SELECT action FROM audit_log WHERE subject = $1 ORDER BY id")
        .bind(number)
        .fetch_all(&mut *world.tables().await)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_leaves_the_rest_open_or_keeps_what_is_too_much() {
    let world = World::start().await;
    let mut admin = begin(&world).await;
    let open = pay(&mut admin, "INV-000001", "2026-01-20", "700.00").await;
    assert_eq!(
        standing(&open),
        (InvoiceState::Issued, ["700.00", "500.00", "", "", ""])
    );
    let paid = pay(&mut admin, "INV-000001", "2026-02-03", "510.00").await;
    let expected = ["1210.00", "", "0.00", "10.00", "2026-02-03"];
    assert_eq!(standing(&paid), (InvoiceState::Paid, expected));
    assert_eq!(
        ledger(&world).await,
        [
            "accounts_receivable 1200.00",
            "cash 1210.00",
            "deferred_revenue -2000.00",
            "tax_payable -400.00",
            "unapplied_cash -10.00"
        ]
    );
    assert_eq!(
        deeds(&world, "INV-000001").await,
        [
            "invoice.issued",
            "invoice.payment-recorded",
            "invoice.payment-recorded"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn paying_early_settles_with_what_the_contract_grants() {
    let world = World::start().await;
    let mut admin = begin(&world).await;
    let early = pay(&mut admin, "INV-000001", "2026-01-11", "1176.00").await;
    let expected = ["1176.00", "", "24.00", "0.00", "2026-01-11"];
    assert_eq!(standing(&early), (InvoiceState::Paid, expected));
    let late = pay(&mut admin, "INV-000002", "2026-02-12", "1176.00").await;
    assert_eq!(
        standing(&late),
        (InvoiceState::Issued, ["1176.00", "24.00", "", "", ""])
    );
    let offer = late.settlement.unwrap().early.unwrap();
    assert_eq!(
        [offer.until, offer.payable, offer.discount],
        ["2026-02-11", "1176.00", "24.00"]
    );
    assert_eq!(
        ledger(&world).await,
        [
            "accounts_receivable 24.00",
            "cash 2352.00",
            "deferred_revenue -2000.00",
            "early_payment_discounts 24.00",
            "tax_payable -400.00"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_counts_once_and_is_taken_back_once() {
    let world = World::start().await;
    let mut admin = begin(&world).await;
    let request = payment("INV-000001", "2026-01-20", "1200.00");
    let first = admin.record_payment(request.clone()).await.unwrap().into_inner();
    let again = RecordPaymentRequest {
        request_id: request_id(),
        ..request.clone()
    };
    assert_eq!(admin.record_payment(again).await.unwrap().into_inner(), first);
    let other = RecordPaymentRequest {
        request_id: request_id(),
        amount: "1.00".to_owned(),
        ..request.clone()
    };
    let (_, reason, _) = refusal(&admin.record_payment(other).await.unwrap_err());
    assert_eq!(reason.as_deref(), Some("PAYMENT_EXISTS"));
    let back = |date: &str| ReturnPaymentRequest {
        request_id: request_id(),
        id: first.id.clone(),
        date: date.to_owned(),
        reason: "the bank returned it".to_owned(),
    };
    let (_, _, fields) = refusal(&admin.return_payment(back("2026-01-19")).await.unwrap_err());
    assert_eq!(fields, ["date"]);
    for _ in 0..2 {
        let answer = admin
            .return_payment(back("2026-01-22"))
            .await
            .unwrap()
            .into_inner();
        let open = answer.invoice.unwrap();
        assert_eq!(
            standing(&open),
            (InvoiceState::Issued, ["0.00", "1200.00", "", "", ""])
        );
        assert_eq!(open.settlement.unwrap().payments[0].returned_on, "2026-01-22");
    }
    let (_, reason, _) = refusal(&admin.return_payment(back("2026-01-23")).await.unwrap_err());
    assert_eq!(reason.as_deref(), Some("PAYMENT_ALREADY_RETURNED"));
    assert_eq!(
        ledger(&world).await,
        [
            "accounts_receivable 2400.00",
            "deferred_revenue -2000.00",
            "tax_payable -400.00"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_void_invoice_is_taken_back_and_its_days_are_billed_again() {
    let world = World::start().await;
    let mut admin = begin(&world).await;
    let answer = admin
        .void_invoice(void("INV-000001", "2026-02-05"))
        .await
        .unwrap()
        .into_inner();
    let (taken_back, note) = (answer.invoice.unwrap(), answer.credit_note.unwrap());
    assert_eq!(
        standing(&taken_back),
        (InvoiceState::Void, ["", "", "", "", "2026-02-05"])
    );
    assert_eq!(taken_back.settlement.unwrap().credit_note, "CN-000001");
    assert_eq!(
        shown(std::slice::from_ref(&note)),
        ["CN-000001 2026-02-05 -1200.00: fee base 2026-01-01/2026-02-01 -1000.00"]
    );
    assert_eq!(
        (note.tax.as_str(), note.lines[0].adjusts.as_str()),
        ("-200.00", "INV-000001 is void")
    );
    assert_eq!(
        ledger(&world).await,
        [
            "accounts_receivable 1200.00",
            "deferred_revenue -1000.00",
            "tax_payable -200.00"
        ]
    );
    let rebilled = bill(&mut admin, "2026-02-10").await.invoices;
    assert_eq!(
        shown(&rebilled),
        ["INV-000003 2026-02-10 1200.00: fee base 2026-01-01/2026-02-01 1000.00"]
    );
    assert_eq!(bill(&mut admin, "2026-02-10").await.invoice_count, 0);
    let march = bill(&mut admin, "2026-03-01").await.invoices;
    assert_eq!(
        shown(&march),
        ["INV-000004 2026-03-01 1200.00: fee base 2026-03-01/2026-04-01 1000.00"]
    );
    assert_eq!(
        deeds(&world, "INV-000001").await,
        ["invoice.issued", "invoice.voided"]
    );
    assert_eq!(deeds(&world, "CN-000001").await, ["credit-note.issued"]);
    for number in ["INV-000001", "INV-000003", "INV-000004"] {
        assert_eq!(
            replayed(&mut admin, number).await,
            Vec::<String>::new(),
            "{number}"
        );
    }
    let request = ExportInvoiceRequest {
        invoice: "CN-000001".to_owned(),
    };
    let (_, reason, _) = refusal(&admin.export_invoice(request).await.unwrap_err());
    assert_eq!(reason.as_deref(), Some("REPEATS_AN_INVOICE"));
}

/// What differs when an exported invoice is computed again.
pub(super) async fn replayed(admin: &mut Client, number: &str) -> Vec<String> {
    let request = ExportInvoiceRequest {
        invoice: number.to_owned(),
    };
    let exported = admin.export_invoice(request).await.unwrap().into_inner();
    let replayed = invoicing::replay::replay(&exported.dossier_json).unwrap();
    replayed.differences.iter().map(ToString::to_string).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_off_is_lost_until_it_is_paid_after_all() {
    let world = World::start().await;
    let mut admin = begin(&world).await;
    pay(&mut admin, "INV-000001", "2026-01-20", "700.00").await;
    let request = write_off("INV-000001", "2026-06-30");
    let lost = admin
        .write_off_invoice(request)
        .await
        .unwrap()
        .into_inner()
        .invoice
        .unwrap();
    let expected = ["700.00", "500.00", "", "", "2026-06-30"];
    assert_eq!(standing(&lost), (InvoiceState::Uncollectible, expected));
    let recovered = pay(&mut admin, "INV-000001", "2026-07-10", "120.00").await;
    let expected = ["820.00", "380.00", "", "", "2026-06-30"];
    assert_eq!(standing(&recovered), (InvoiceState::Uncollectible, expected));
    assert_eq!(
        ledger(&world).await,
        [
            "accounts_receivable 1200.00",
            "bad_debt 380.00",
            "cash 820.00",
            "deferred_revenue -2000.00",
            "tax_payable -400.00"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_contradict_the_books_is_refused_by_name() {
    let world = World::start().await;
    let mut admin = begin(&world).await;
    pay(&mut admin, "INV-000001", "2026-01-20", "700.00").await;
    let refused = |status: tonic::Status| refusal(&status).1.unwrap_or_default();
    let has_payments = admin
        .void_invoice(void("INV-000001", "2026-02-05"))
        .await
        .unwrap_err();
    assert_eq!(refused(has_payments), "INVOICE_HAS_PAYMENTS");
    admin
        .void_invoice(void("INV-000002", "2026-02-05"))
        .await
        .unwrap();
    let again = admin
        .void_invoice(void("INV-000002", "2026-02-05"))
        .await
        .unwrap_err();
    assert_eq!(refused(again), "INVOICE_VOID");
    let request = payment("INV-000002", "2026-02-06", "1.00");
    assert_eq!(
        refused(admin.record_payment(request).await.unwrap_err()),
        "INVOICE_VOID"
    );
    let request = payment("CN-000001", "2026-02-06", "1.00");
    assert_eq!(
        refused(admin.record_payment(request).await.unwrap_err()),
        "NOT_AN_INVOICE"
    );
    let request = payment("INV-000009", "2026-02-06", "1.00");
    assert_eq!(
        refused(admin.record_payment(request).await.unwrap_err()),
        "UNKNOWN_INVOICE"
    );
    for (amount, date) in [
        ("0", "2026-02-06"),
        ("0.001", "2026-02-06"),
        ("x", "2026-02-06"),
        ("-1", "2026-02-06"),
    ] {
        let request = payment("INV-000001", date, amount);
        assert_eq!(
            refusal(&admin.record_payment(request).await.unwrap_err()).2,
            ["amount"],
            "{amount}"
        );
    }
    let early = admin
        .write_off_invoice(write_off("INV-000001", "2025-12-31"))
        .await
        .unwrap_err();
    assert_eq!(refusal(&early).2, ["date"]);
    let unreasoned = WriteOffInvoiceRequest {
        reason: " ".to_owned(),
        ..write_off("INV-000001", "2026-06-30")
    };
    let unreasoned = admin.write_off_invoice(unreasoned).await.unwrap_err();
    assert_eq!(refusal(&unreasoned).2, ["reason"]);
    pay(&mut admin, "INV-000001", "2026-02-20", "500.00").await;
    let nothing = admin
        .write_off_invoice(write_off("INV-000001", "2026-06-30"))
        .await
        .unwrap_err();
    assert_eq!(refused(nothing), "NOTHING_OWED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_payment_reported_by_many_at_once_counts_once() {
    let world = World::start().await;
    begin(&world).await;
    let mut reports = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let mut admin = world.admin().await;
        let request = payment("INV-000001", "2026-01-20", "100.00");
        reports.spawn(async move { admin.record_payment(request).await.unwrap().into_inner() });
    }
    let answers = reports.join_all().await;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(world.count("payment").await, 1);
}
