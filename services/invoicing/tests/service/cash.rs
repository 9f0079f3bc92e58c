//! Cash that settles nothing, or the wrong invoice: applied later, moved, paid back.

use wire::invoicing::v1::{
    Invoice, InvoiceState, ListUnappliedCashRequest, MoveCashRequest, MoveCashResponse, RefundCashRequest,
    ReturnPaymentRequest, UnappliedCash, VoidInvoiceRequest, WriteOffInvoiceRequest,
};

use super::settlement::{begin, deeds, ledger, pay};
use super::support::{Client, World, bill, fee_plan, refusal, register, request_id};

const FIRST: &str = "INV-000001";
const SECOND: &str = "INV-000002";

fn cash(payment: &str, from: &str, to: &str, amount: &str, date: &str) -> MoveCashRequest {
    MoveCashRequest {
        request_id: request_id(),
        payment: payment.to_owned(),
        from_invoice: from.to_owned(),
        to_invoice: to.to_owned(),
        amount: amount.to_owned(),
        date: date.to_owned(),
        reason: "as the customer asked".to_owned(),
    }
}

fn refund(payment: &str, amount: &str) -> RefundCashRequest {
    RefundCashRequest {
        request_id: request_id(),
        payment: payment.to_owned(),
        amount: amount.to_owned(),
        date: "2026-03-01".to_owned(),
        reason: "transfer 77 to the customer".to_owned(),
    }
}

async fn moved(admin: &mut Client, request: MoveCashRequest) -> MoveCashResponse {
    admin.move_cash(request).await.unwrap().into_inner()
}

async fn unapplied(admin: &mut Client) -> Vec<(String, String)> {
    let request = ListUnappliedCashRequest {
        account: "acme".to_owned(),
        ..ListUnappliedCashRequest::default()
    };
    let answer = admin.list_unapplied_cash(request).await.unwrap().into_inner();
    let shown = |cash: UnappliedCash| (cash.payment, format!("{} {}", cash.amount, cash.currency));
    answer.cash.into_iter().map(shown).collect()
}

fn owed(invoice: Option<Invoice>) -> (InvoiceState, String) {
    let invoice = invoice.unwrap();
    (invoice.state(), invoice.settlement.unwrap().owed)
}

/// What the database itself says is owed of everything.
async fn receivable(world: &World) -> Vec<String> {
    sqlx::query_scalar(
        "SELECT invoice.number || ' ' || receivable.owed FROM receivable \
         JOIN invoice ON invoice.id = receivable.invoice ORDER BY 1",
    )
    .fetch_all(&mut *world.tables().await)
    .await
    .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_paid_too_much_is_applied_later_and_the_rest_paid_back() {
    let world = World::start().await;
    let mut admin = begin(&world).await;
    pay(&mut admin, FIRST, "2026-02-03", "1500.00").await;
    let payment = format!("{FIRST} of 2026-02-03");
    assert_eq!(
        unapplied(&mut admin).await,
        [(payment.clone(), "300.00 USD".to_owned())]
    );
    let request = cash(&payment, "", SECOND, "250.00", "2026-02-20");
    let answer = moved(&mut admin, request.clone()).await;
    assert_eq!(answer.cash.as_ref().unwrap().amount, "50.00");
    assert_eq!(
        owed(answer.to_invoice),
        (InvoiceState::Issued, "950.00".to_owned())
    );
    // The same call again changes nothing.
    moved(&mut admin, request).await;
    assert_eq!(receivable(&world).await, [format!("{SECOND} 950.00")]);
    let wrong = admin.refund_cash(refund(&payment, "50.01")).await.unwrap_err();
    assert_eq!(refusal(&wrong).2, ["amount"]);
    let left = admin
        .refund_cash(refund(&payment, ""))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(left.cash.unwrap().amount, "0.00");
    assert_eq!(unapplied(&mut admin).await, []);
    assert_eq!(
        ledger(&world).await,
        [
            "accounts_receivable 950.00",
            "cash 1450.00",
            "deferred_revenue -2000.00",
            "tax_payable -400.00"
        ]
    );
    let told = deeds(&world, FIRST).await;
    assert_eq!(
        told,
        ["invoice.issued", "invoice.payment-recorded", "payment.refunded"]
    );
    let returned = ReturnPaymentRequest {
        request_id: request_id(),
        id: payment,
        date: "2026-03-02".to_owned(),
        reason: "the bank returned it".to_owned(),
    };
    let (_, reason, _) = refusal(&admin.return_payment(returned).await.unwrap_err());
    assert_eq!(reason.as_deref(), Some("PAYMENT_MOVED"));
}

#[tokio::test(flavor = "multi_thread")]
async fn cash_on_the_wrong_invoice_moves_to_the_right_one_and_leaves_it_free_to_be_voided() {
    let world = World::start().await;
    let mut admin = begin(&world).await;
    pay(&mut admin, FIRST, "2026-01-11", "1176.00").await;
    let payment = format!("{FIRST} of 2026-01-11");
    let void = |invoice: &str| VoidInvoiceRequest {
        request_id: request_id(),
        invoice: invoice.to_owned(),
        date: "2026-02-21".to_owned(),
        reason: "sent to the wrong address".to_owned(),
    };
    let (_, reason, _) = refusal(&admin.void_invoice(void(FIRST)).await.unwrap_err());
    assert_eq!(reason.as_deref(), Some("INVOICE_HAS_PAYMENTS"));
    // The discount of 24.00 goes with the money: the first invoice is owed in full again, the second is not paid early.
    let answer = moved(&mut admin, cash(&payment, FIRST, SECOND, "", "2026-02-20")).await;
    assert_eq!(
        owed(answer.from_invoice),
        (InvoiceState::Issued, "1200.00".to_owned())
    );
    assert_eq!(
        owed(answer.to_invoice),
        (InvoiceState::Issued, "24.00".to_owned())
    );
    assert_eq!(
        receivable(&world).await,
        [format!("{FIRST} 1200.00"), format!("{SECOND} 24.00")]
    );
    admin.void_invoice(void(FIRST)).await.unwrap();
    assert_eq!(
        ledger(&world).await,
        [
            "accounts_receivable 24.00",
            "cash 1176.00",
            "deferred_revenue -1000.00",
            "tax_payable -200.00"
        ]
    );
    let back = moved(&mut admin, cash(&payment, SECOND, "", "176.00", "2026-02-22")).await;
    assert_eq!(back.cash.unwrap().amount, "176.00");
    let (_, reason, _) = refusal(
        &admin
            .move_cash(cash(&payment, "", FIRST, "", "2026-02-23"))
            .await
            .unwrap_err(),
    );
    assert_eq!(reason.as_deref(), Some("INVOICE_VOID"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_returned_once_nothing_of_it_is_elsewhere() {
    let world = World::start().await;
    let mut admin = begin(&world).await;
    pay(&mut admin, FIRST, "2026-02-03", "1200.00").await;
    let payment = format!("{FIRST} of 2026-02-03");
    moved(&mut admin, cash(&payment, FIRST, SECOND, "500.00", "2026-02-04")).await;
    let returned = || ReturnPaymentRequest {
        request_id: request_id(),
        id: payment.clone(),
        date: "2026-02-09".to_owned(),
        reason: "the bank returned it".to_owned(),
    };
    let (_, reason, _) = refusal(&admin.return_payment(returned()).await.unwrap_err());
    assert_eq!(reason.as_deref(), Some("PAYMENT_MOVED"));
    moved(&mut admin, cash(&payment, SECOND, "", "500.00", "2026-02-05")).await;
    admin.return_payment(returned()).await.unwrap();
    assert_eq!(
        receivable(&world).await,
        [format!("{FIRST} 1200.00"), format!("{SECOND} 1200.00")]
    );
    assert_eq!(
        ledger(&world).await,
        [
            "accounts_receivable 2400.00",
            "deferred_revenue -2000.00",
            "tax_payable -400.00"
        ]
    );
    assert_eq!(unapplied(&mut admin).await, []);
    let (_, reason, _) = refusal(
        &admin
            .move_cash(cash(&payment, "", SECOND, "", "2026-02-10"))
            .await
            .unwrap_err(),
    );
    assert_eq!(reason.as_deref(), Some("PAYMENT_ALREADY_RETURNED"));
}

#[tokio::test(flavor = "multi_thread")]
async fn cash_lessens_a_loss_and_stays_with_its_account() {
    let world = World::start().await;
    let mut admin = begin(&world).await;
    register(&mut admin, &fee_plan("zenith")).await;
    bill(&mut admin, "2026-02-01").await;
    let lost = WriteOffInvoiceRequest {
        request_id: request_id(),
        invoice: SECOND.to_owned(),
        date: "2026-02-10".to_owned(),
        reason: "insolvent".to_owned(),
    };
    admin.write_off_invoice(lost).await.unwrap();
    pay(&mut admin, FIRST, "2026-02-12", "1300.00").await;
    let payment = format!("{FIRST} of 2026-02-12");
    for (request, reason, field) in [
        (
            cash(&payment, "", "INV-000003", "", "2026-02-20"),
            Some("OTHER_ACCOUNT"),
            "",
        ),
        (
            cash("nothing", "", SECOND, "", "2026-02-20"),
            Some("UNKNOWN_PAYMENT"),
            "",
        ),
        (cash(&payment, "", "", "", "2026-02-20"), None, "to_invoice"),
        (cash(&payment, "", SECOND, "", "2026-02-11"), None, "date"),
        (cash(&payment, "", SECOND, "100.01", "2026-02-20"), None, "amount"),
        (
            cash(&payment, SECOND, FIRST, "1.00", "2026-02-20"),
            None,
            "amount",
        ),
    ] {
        let (_, found, fields) = refusal(&admin.move_cash(request).await.unwrap_err());
        assert_eq!((found.as_deref(), fields.join(",")), (reason, field.to_owned()));
    }
    let answer = moved(&mut admin, cash(&payment, "", SECOND, "", "2026-02-20")).await;
    assert_eq!(
        owed(answer.to_invoice),
        (InvoiceState::Uncollectible, "1100.00".to_owned())
    );
    assert_eq!(
        ledger(&world).await,
        [
            "accounts_receivable 1000.00",
            "bad_debt 1100.00",
            "cash 1300.00",
            "deferred_revenue -3000.00",
            "tax_payable -400.00"
        ]
    );
}
