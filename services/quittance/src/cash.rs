//! `quittance cash`: what of the money that came in settles no invoice, or the wrong one.

use wire::invoicing::v1::{ListUnappliedCashRequest, MoveCashRequest, RefundCashRequest, UnappliedCash};

use crate::command::Cash;
use crate::connection::{Invoicing, Services, request_id};
use crate::failure::Failure;
use crate::payments::standing;
use crate::printing::{Output, table};

pub(crate) async fn run(command: &Cash, to: &Services, output: Output) -> Result<(), Failure> {
    let mut invoicing = to.invoicing().await?;
    match command {
        Cash::List { account } => {
            let cash = all(&mut invoicing, account).await?;
            output.show(|| cash.iter().map(wire::json::json).collect(), || list(&cash));
        }
        Cash::Move {
            payment,
            from,
            to,
            amount,
            on,
            reason,
        } => {
            let request = MoveCashRequest {
                request_id: request_id(),
                payment: payment.clone(),
                from_invoice: from.clone(),
                to_invoice: to.clone(),
                amount: shown(amount.as_ref()),
                date: shown(on.as_ref()),
                reason: reason.clone(),
            };
            moved(&mut invoicing, request, output).await?;
        }
        Cash::Refund {
            payment,
            amount,
            on,
            reason,
        } => {
            let request = RefundCashRequest {
                request_id: request_id(),
                payment: payment.clone(),
                amount: shown(amount.as_ref()),
                date: shown(on.as_ref()),
                reason: reason.clone(),
            };
            let answer = invoicing.refund_cash(request).await?.into_inner();
            let said = || format!("paid back; {}", left(answer.cash.as_ref()));
            output.show(|| wire::json::json(&answer), said);
        }
    }
    Ok(())
}

async fn moved(invoicing: &mut Invoicing, request: MoveCashRequest, output: Output) -> Result<(), Failure> {
    let answer = invoicing.move_cash(request).await?.into_inner();
    let said = || {
        let touched = [&answer.from_invoice, &answer.to_invoice].into_iter().flatten();
        let mut lines: Vec<String> = touched.map(|invoice| standing(Some(invoice))).collect();
        lines.push(left(answer.cash.as_ref()));
        lines.join("\n")
    };
    output.show(|| wire::json::json(&answer), said);
    Ok(())
}

/// As the service takes it; nothing says "choose".
fn shown(value: Option<&impl std::fmt::Display>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}

fn left(cash: Option<&UnappliedCash>) -> String {
    cash.map_or_else(String::new, |cash| {
        let UnappliedCash {
            amount,
            currency,
            payment,
            ..
        } = cash;
        format!("{amount} {currency} of the payment {payment} are unapplied")
    })
}

async fn all(invoicing: &mut Invoicing, account: &str) -> Result<Vec<UnappliedCash>, Failure> {
    let mut request = ListUnappliedCashRequest {
        account: account.to_owned(),
        page_size: 1000,
        page_token: String::new(),
    };
    let mut cash = Vec::new();
    loop {
        let page = invoicing.list_unapplied_cash(request.clone()).await?.into_inner();
        cash.extend(page.cash);
        if page.next_page_token.is_empty() {
            return Ok(cash);
        }
        request.page_token = page.next_page_token;
    }
}

fn list(cash: &[UnappliedCash]) -> String {
    if cash.is_empty() {
        return "every payment settles an invoice in full".to_owned();
    }
    let row = |cash: &UnappliedCash| {
        vec![
            cash.payment.clone(),
            cash.account.clone(),
            cash.date.clone(),
            cash.reference.clone(),
            cash.invoice.clone(),
            format!("{} {}", cash.amount, cash.currency),
        ]
    };
    table(
        &[
            "payment",
            "account",
            "came in",
            "reference",
            "recorded for",
            "unapplied",
        ],
        &["unapplied"],
        cash.iter().map(row).collect(),
    )
}
