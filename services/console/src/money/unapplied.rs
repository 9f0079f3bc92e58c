//! Money that came in and settles no invoice: whose it is, and what is done with it.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use serde::Deserialize;
use tonic::{Code, Status};
use wire::invoicing::v1::{ListUnappliedCashRequest, MoveCashRequest, RefundCashRequest, UnappliedCash};

use super::amounts::money;
use crate::answer::{Answer, go, page_as};
use crate::connection::request_id;
use crate::fault::{Fault, sentence_of};
use crate::filled::Filled;
use crate::layout::{Frame, Section};
use crate::link;
use crate::sheets;
use crate::visitor::Visitor;

const ROWS: u32 = 50;
const AT_ONCE: u32 = 1_000;
const HERE: &str = "/collections/unapplied";

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    account: String,
    #[serde(default)]
    after: String,
    #[serde(default, rename = "as")]
    form: String,
}

#[derive(Template)]
#[template(path = "money/unapplied.html")]
struct Unapplied {
    frame: Frame,
    account: String,
    today: String,
    rows: Vec<Row>,
    refused: Refused,
    /// May this person decide about money?
    decides: bool,
    first: Option<String>,
    next: Option<String>,
    file: String,
}

struct Row {
    payment: String,
    account: String,
    account_link: String,
    invoice: String,
    invoice_link: String,
    amount: String,
    bare: String,
    date: String,
    reference: String,
    /// Names of the writes that its forms ask for, so that sending one twice does it once.
    requests: (String, String),
}

/// What was asked for and refused, shown where it was typed.
#[derive(Debug, Default)]
struct Refused {
    payment: String,
    sentence: String,
    invoice: String,
    amount: String,
    reason: String,
}

/// Both forms: what is done with the money of a payment.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Decided {
    request: String,
    payment: String,
    #[serde(default)]
    account: String,
    #[serde(default)]
    invoice: String,
    #[serde(default)]
    amount: String,
    #[serde(default)]
    date: String,
    #[serde(default)]
    reason: String,
}

pub(super) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Answer {
    if asked.form == sheets::AS_FILE {
        return take_away(&visitor, &asked.account).await;
    }
    draw(&visitor, asked, Refused::default(), StatusCode::OK).await
}

pub(super) async fn apply(filled: Filled<Decided>) -> Answer {
    let (visitor, form) = (filled.visitor, filled.form);
    let request = MoveCashRequest {
        request_id: form.request.clone(),
        payment: form.payment.clone(),
        from_invoice: String::new(),
        to_invoice: form.invoice.trim().to_owned(),
        amount: form.amount.trim().replace(',', ""),
        date: form.date.trim().to_owned(),
        reason: form.reason.clone(),
    };
    if request.to_invoice.is_empty() {
        let sentence = "Say which invoice it is for.".to_owned();
        return again(&visitor, form, sentence, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let answer = visitor.invoicing().move_cash(request).await.map(drop);
    let told = format!("Applied to {}.", form.invoice.trim());
    done(&visitor, form, answer, &told).await
}

pub(super) async fn refund(filled: Filled<Decided>) -> Answer {
    let (visitor, form) = (filled.visitor, filled.form);
    let request = RefundCashRequest {
        request_id: form.request.clone(),
        payment: form.payment.clone(),
        amount: form.amount.trim().replace(',', ""),
        date: form.date.trim().to_owned(),
        reason: form.reason.clone(),
    };
    let answer = visitor.invoicing().refund_cash(request).await.map(drop);
    done(&visitor, form, answer, "Noted as paid back.").await
}

async fn done(visitor: &Visitor, form: Decided, answer: Result<(), Status>, told: &str) -> Answer {
    let Err(status) = answer else {
        visitor.tell(told);
        return go(&address(&form.account, "", ""));
    };
    let answerable = answerable(&status);
    let sentence = sentence_of(&status);
    let fault = Fault::from(status);
    if answerable {
        again(visitor, form, sentence, fault.status).await
    } else {
        Err(fault)
    }
}

/// Can whoever filled in a form do something about it, there and then?
pub(super) fn answerable(status: &Status) -> bool {
    matches!(
        status.code(),
        Code::InvalidArgument
            | Code::FailedPrecondition
            | Code::PermissionDenied
            | Code::NotFound
            | Code::AlreadyExists
            | Code::Aborted
    )
}

async fn again(visitor: &Visitor, form: Decided, sentence: String, status: StatusCode) -> Answer {
    let asked = Asked {
        account: form.account,
        ..Asked::default()
    };
    let refused = Refused {
        payment: form.payment,
        invoice: form.invoice,
        amount: form.amount,
        reason: form.reason,
        sentence,
    };
    draw(visitor, asked, refused, status).await
}

async fn draw(visitor: &Visitor, asked: Asked, refused: Refused, status: StatusCode) -> Answer {
    let request = ListUnappliedCashRequest {
        account: asked.account.trim().to_owned(),
        page_size: ROWS,
        page_token: asked.after.clone(),
    };
    let listed = visitor
        .invoicing()
        .list_unapplied_cash(request)
        .await?
        .into_inner();
    let next = listed.next_page_token.as_str();
    page_as(
        status,
        &Unapplied {
            rows: listed.cash.iter().map(row).collect(),
            first: (!asked.after.is_empty()).then(|| address(&asked.account, "", "")),
            next: (!next.is_empty()).then(|| address(&asked.account, next, "")),
            file: address(&asked.account, "", sheets::AS_FILE),
            today: visitor.console.clock.today().to_string(),
            decides: visitor.works_as("finance"),
            frame: visitor.frame(Section::Collections),
            account: asked.account,
            refused,
        },
    )
}

fn address(account: &str, after: &str, form: &str) -> String {
    link::with(
        HERE,
        &[("account", account.trim()), ("after", after), ("as", form)],
    )
}

fn row(cash: &UnappliedCash) -> Row {
    Row {
        payment: cash.payment.clone(),
        account: cash.account.clone(),
        account_link: link::account(&cash.account),
        invoice: cash.invoice.clone(),
        invoice_link: link::invoice(&cash.invoice),
        amount: money(&cash.amount, &cash.currency),
        bare: cash.amount.clone(),
        date: cash.date.clone(),
        reference: cash.reference.clone(),
        requests: (request_id(), request_id()),
    }
}

async fn take_away(visitor: &Visitor, account: &str) -> Answer {
    let head = [
        "date",
        "account",
        "amount",
        "currency",
        "reference",
        "invoice",
        "payment",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    let mut request = ListUnappliedCashRequest {
        account: account.trim().to_owned(),
        page_size: AT_ONCE,
        page_token: String::new(),
    };
    loop {
        let mut asked = visitor.invoicing();
        let listed = asked.list_unapplied_cash(request.clone()).await?.into_inner();
        rows.extend(listed.cash.into_iter().map(|cash| {
            vec![
                cash.date,
                cash.account,
                cash.amount,
                cash.currency,
                cash.reference,
                cash.invoice,
                cash.payment,
            ]
        }));
        if listed.next_page_token.is_empty() {
            return sheets::file("unapplied-cash", rows);
        }
        request.page_token = listed.next_page_token;
    }
}
