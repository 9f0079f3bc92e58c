//! What becomes of an invoice: `quittance invoice pay`, `return-payment`, `void` and `write-off`.

use wire::invoicing::v1::{
    DecideLateFeesRequest, Invoice as InvoiceMessage, InvoiceState, RecordPaymentRequest,
    ReturnPaymentRequest, Settlement, VoidInvoiceRequest, WriteOffInvoiceRequest,
};

use crate::command::Settle;
use crate::connection::{Invoicing, Services, request_id};
use crate::failure::Failure;
use crate::printing::Output;

pub(crate) async fn run(command: &Settle, to: &Services, output: Output) -> Result<(), Failure> {
    let mut invoicing = to.invoicing().await?;
    match command {
        Settle::Pay {
            number,
            amount,
            on,
            reference,
            id,
        } => {
            let request = RecordPaymentRequest {
                request_id: request_id(),
                invoice: number.clone(),
                id: id.clone().unwrap_or_default(),
                date: on.to_string(),
                amount: amount.to_string(),
                reference: reference.clone(),
            };
            let answer = invoicing.record_payment(request).await?.into_inner();
            let said = || {
                format!(
                    "payment {} is recorded: {}",
                    answer.id,
                    standing(answer.invoice.as_ref())
                )
            };
            output.show(|| wire::json::json(&answer), said);
        }
        Settle::ReturnPayment { id, on, reason } => {
            let request = ReturnPaymentRequest {
                request_id: request_id(),
                id: id.clone(),
                date: on.to_string(),
                reason: reason.clone(),
            };
            let answer = invoicing.return_payment(request).await?.into_inner();
            let said = || {
                format!(
                    "payment {id} no longer counts: {}",
                    standing(answer.invoice.as_ref())
                )
            };
            output.show(|| wire::json::json(&answer), said);
        }
        Settle::Void { number, on, reason } => {
            let request = VoidInvoiceRequest {
                request_id: request_id(),
                invoice: number.clone(),
                date: on.map(|day| day.to_string()).unwrap_or_default(),
                reason: reason.clone(),
            };
            let answer = invoicing.void_invoice(request).await?.into_inner();
            output.show(|| wire::json::json(&answer), || standing(answer.invoice.as_ref()));
        }
        Settle::ChargeLateFees { number, reason } => {
            decide(&mut invoicing, number, true, reason, output).await?;
        }
        Settle::WaiveLateFees { number, reason } => {
            decide(&mut invoicing, number, false, reason, output).await?;
        }
        Settle::WriteOff { number, on, reason } => {
            let request = WriteOffInvoiceRequest {
                request_id: request_id(),
                invoice: number.clone(),
                date: on.map(|day| day.to_string()).unwrap_or_default(),
                reason: reason.clone(),
            };
            let answer = invoicing.write_off_invoice(request).await?.into_inner();
            output.show(|| wire::json::json(&answer), || standing(answer.invoice.as_ref()));
        }
    }
    Ok(())
}

async fn decide(
    invoicing: &mut Invoicing,
    number: &str,
    charged: bool,
    reason: &str,
    output: Output,
) -> Result<(), Failure> {
    let request = DecideLateFeesRequest {
        request_id: request_id(),
        invoice: number.to_owned(),
        charged,
        reason: reason.to_owned(),
    };
    let answer = invoicing.decide_late_fees(request).await?.into_inner();
    output.show(|| wire::json::json(&answer), || standing(answer.invoice.as_ref()));
    Ok(())
}

/// Where an invoice stands, in a sentence.
pub(crate) fn standing(invoice: Option<&InvoiceMessage>) -> String {
    let Some(invoice) = invoice else {
        return String::new();
    };
    let (number, currency) = (&invoice.number, &invoice.currency);
    let Some(told) = &invoice.settlement else {
        return format!("{number} gives back what it says");
    };
    let Settlement {
        paid,
        owed,
        discount,
        over,
        closed_on,
        reason,
        credit_note,
        ..
    } = told;
    match invoice.state() {
        InvoiceState::Paid => {
            let part = |amount: &str, what: &str| {
                let nothing = amount.chars().all(|sign| matches!(sign, '0' | '.'));
                if nothing {
                    String::new()
                } else {
                    format!(", {amount} {what}")
                }
            };
            format!(
                "{number} is paid since {closed_on} with {paid} {currency}{}{}",
                part(discount, "taken off for paying early"),
                part(over, "more than was owed")
            )
        }
        InvoiceState::Void => {
            format!("{number} is void since {closed_on}, taken back by {credit_note}: {reason}")
        }
        InvoiceState::Uncollectible => {
            format!("{number} was written off on {closed_on}, {owed} {currency} are lost: {reason}")
        }
        _ => format!(
            "{number} is open: {paid} {currency} paid, {owed} owed{}{}",
            offer(told),
            if told.late_fees {
                ", late fees are charged"
            } else {
                ""
            }
        ),
    }
}

fn offer(told: &Settlement) -> String {
    told.early.as_ref().map_or_else(String::new, |early| {
        format!(" (paid by {}, {} settle it)", early.until, early.payable)
    })
}
