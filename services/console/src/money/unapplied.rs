//! Money that came in and settles no invoice: whose it is, and what is done with it.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use serde::Deserialize;
use tonic::{Code, Status};
use wire::invoicing::v1::{ListUnappliedCashRequest, MoveCashRequest, RefundCashRequest, UnappliedCash};

use super::amounts::{decimal, money, most_used};
use super::list::{self, Asked};
use crate::answer::{Answer, go, page_as};
use crate::chart::{About, Chart, Column, columns, width_of_each};
use crate::connection::request_id;
use crate::fault::{Fault, sentence_of};
use crate::filled::Filled;
use crate::layout::{Frame, Section};
use crate::link;
use crate::visitor::Visitor;

const ROWS: u32 = 50;
const AT_ONCE: u32 = 1_000;
const TOO_MANY: &str = "More than 100,000 payments are too many for one file: ask for one account.";
const HERE: &str = "/collections/unapplied";

#[derive(Template)]
#[template(path = "money/unapplied.html")]
struct Unapplied {
    frame: Frame,
    account: String,
    today: String,
    charts: Vec<Chart>,
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
    if asked.as_file() {
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
        return go(&link::with(HERE, &[("account", form.account.trim())]));
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
    page_as(
        status,
        &Unapplied {
            charts: charts(&listed.cash),
            rows: listed.cash.iter().map(row).collect(),
            first: asked.first(HERE),
            next: asked.next(HERE, &listed.next_page_token),
            file: asked.file(HERE),
            today: visitor.console.clock.today().to_string(),
            decides: visitor.works_as("finance"),
            frame: visitor.frame(Section::Collections),
            account: asked.account,
            refused,
        },
    )
}

/// Each payment that is listed, by what of it settles nothing.
fn charts(cash: &[UnappliedCash]) -> Vec<Chart> {
    let currencies = most_used(cash.iter().map(|one| one.currency.as_str()));
    let chart = |(at, currency): (usize, &&str)| {
        let of_it = cash.iter().filter(|one| one.currency == **currency);
        let column = |one: &UnappliedCash| Column {
            label: one.date.clone(),
            name: format!("{}, {}, {}", one.account, one.date, one.reference),
            parts: vec![decimal(&one.amount)],
        };
        let about = About {
            id: &format!("unapplied-{at}"),
            title: &format!("What the payments listed here have left over, in {currency}"),
            unit: currency,
            width: width_of_each(currencies.len()),
        };
        columns(about, &of_it.map(column).collect::<Vec<_>>(), Vec::new())
    };
    currencies.iter().enumerate().map(chart).collect()
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
    let all = ListUnappliedCashRequest {
        account: account.trim().to_owned(),
        page_size: AT_ONCE,
        page_token: String::new(),
    };
    list::whole("unapplied-cash", &head, TOO_MANY, |page_token| {
        let (mut asking, all) = (visitor.invoicing(), all.clone());
        async move {
            let request = ListUnappliedCashRequest { page_token, ..all };
            let listed = asking.list_unapplied_cash(request).await?.into_inner();
            Ok((
                listed.cash.into_iter().map(cells).collect(),
                listed.next_page_token,
            ))
        }
    })
    .await
}

fn cells(cash: UnappliedCash) -> Vec<String> {
    vec![
        cash.date,
        cash.account,
        cash.amount,
        cash.currency,
        cash.reference,
        cash.invoice,
        cash.payment,
    ]
}
