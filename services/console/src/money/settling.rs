//! What finance does with an issued invoice: each a form of its own. What the service refuses is shown where it was typed.

use axum::extract::Path;
use serde::Deserialize;
use tonic::{Code, Status};
use wire::invoicing::v1::{
    DecideLateFeesRequest, RecordPaymentRequest, ReturnPaymentRequest, VoidInvoiceRequest,
    WriteOffInvoiceRequest,
};

use super::invoice::{Refused, again};
use crate::answer::{Answer, go};
use crate::connection::request_id;
use crate::fault::{Fault, sentence_of};
use crate::filled::Filled;
use crate::link;
use crate::visitor::Visitor;

/// The form carries the name of its write, so that sending it twice records one payment.
#[derive(Debug, Deserialize)]
pub(super) struct Paid {
    request: String,
    #[serde(default)]
    date: String,
    #[serde(default)]
    amount: String,
    #[serde(default)]
    reference: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Returned {
    payment: String,
    #[serde(default)]
    date: String,
    #[serde(default)]
    reason: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Decided {
    #[serde(default)]
    date: String,
    #[serde(default)]
    reason: String,
    /// Of late fees: are they charged?
    #[serde(default)]
    charged: String,
}

pub(super) async fn pay(Path(name): Path<String>, filled: Filled<Paid>) -> Answer {
    let (visitor, form) = (filled.visitor, filled.form);
    let request = RecordPaymentRequest {
        request_id: form.request,
        invoice: name.clone(),
        id: String::new(),
        date: form.date.trim().to_owned(),
        amount: form.amount.trim().replace(',', ""),
        reference: form.reference.trim().to_owned(),
    };
    let answer = visitor.invoicing().record_payment(request).await.map(drop);
    let typed = Refused {
        form: "pay",
        date: form.date,
        amount: form.amount,
        words: form.reference,
        ..Refused::default()
    };
    done(&visitor, &name, answer, "The payment is recorded.", typed).await
}

pub(super) async fn take_back(Path(name): Path<String>, filled: Filled<Returned>) -> Answer {
    let (visitor, form) = (filled.visitor, filled.form);
    let request = ReturnPaymentRequest {
        request_id: request_id(),
        id: form.payment,
        date: form.date.clone(),
        reason: form.reason.clone(),
    };
    let answer = visitor.invoicing().return_payment(request).await.map(drop);
    let typed = Refused {
        form: "return",
        date: form.date,
        words: form.reason,
        ..Refused::default()
    };
    done(
        &visitor,
        &name,
        answer,
        "The payment is taken back; what it settled is owed again.",
        typed,
    )
    .await
}

pub(super) async fn void(Path(name): Path<String>, filled: Filled<Decided>) -> Answer {
    let (visitor, form) = (filled.visitor, filled.form);
    let request = VoidInvoiceRequest {
        request_id: request_id(),
        invoice: name.clone(),
        date: form.date.clone(),
        reason: form.reason.clone(),
    };
    let answer = visitor.invoicing().void_invoice(request).await.map(drop);
    let told =
        "The invoice is void: a credit note takes it back. The next run bills what the terms then say.";
    done(&visitor, &name, answer, told, typed("void", form)).await
}

pub(super) async fn write_off(Path(name): Path<String>, filled: Filled<Decided>) -> Answer {
    let (visitor, form) = (filled.visitor, filled.form);
    let request = WriteOffInvoiceRequest {
        request_id: request_id(),
        invoice: name.clone(),
        date: form.date.clone(),
        reason: form.reason.clone(),
    };
    let answer = visitor.invoicing().write_off_invoice(request).await.map(drop);
    let told = "Written off. Money that comes in later can still be recorded.";
    done(&visitor, &name, answer, told, typed("write-off", form)).await
}

pub(super) async fn late_fees(Path(name): Path<String>, filled: Filled<Decided>) -> Answer {
    let (visitor, form) = (filled.visitor, filled.form);
    let charged = form.charged == "yes";
    let request = DecideLateFeesRequest {
        request_id: request_id(),
        invoice: name.clone(),
        charged,
        reason: form.reason.clone(),
    };
    let answer = visitor.invoicing().decide_late_fees(request).await.map(drop);
    let told = if charged {
        "Late fees are charged from now on; the next run bills them."
    } else {
        "Late fees are waived; the next run gives back what was charged."
    };
    done(&visitor, &name, answer, told, typed("late-fees", form)).await
}

fn typed(form: &'static str, decided: Decided) -> Refused {
    Refused {
        form,
        date: decided.date,
        words: decided.reason,
        ..Refused::default()
    }
}

/// Back to the invoice; where the service refused, with its sentence and what was typed.
async fn done(
    visitor: &Visitor,
    name: &str,
    answer: Result<(), Status>,
    told: &str,
    typed: Refused,
) -> Answer {
    let Err(status) = answer else {
        visitor.tell(told);
        return go(&link::invoice(name));
    };
    let answerable = matches!(
        status.code(),
        Code::InvalidArgument
            | Code::FailedPrecondition
            | Code::PermissionDenied
            | Code::AlreadyExists
            | Code::Aborted
    );
    let sentence = sentence_of(&status);
    let fault = Fault::from(status);
    if answerable {
        again(visitor, name, fault.status, Refused { sentence, ..typed }).await
    } else {
        Err(fault)
    }
}
