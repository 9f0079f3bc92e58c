//! Cash that settles nothing, or the wrong invoice.

use runtime::rejection;
use runtime::tenancy::begin_as;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use tonic::Status;
use uuid::Uuid;
use wire::invoicing::v1::{
    self, ListUnappliedCashRequest, ListUnappliedCashResponse, MoveCashRequest, MoveCashResponse,
    RefundCashRequest, RefundCashResponse,
};

use super::messages::money;
use super::settlement::{amount, day, needed, reason, shown};
use super::write::{self, Begun};
use super::{database, invoices, page_size};
use crate::Invoicing;
use crate::author::Author;
use crate::invoice::Invoice;
use crate::settlement::cash::{self, Move, Refund};
use crate::store::cash::{Unapplied, unapplied, unapplied_of};
use crate::store::{corrupt, page};

const MOST_PAYMENTS: u16 = 1000;

pub(super) async fn move_cash(
    service: &Invoicing,
    author: Author,
    request: MoveCashRequest,
) -> Result<MoveCashResponse, Status> {
    let begun = write::begin(&service.pool, &author, "MoveCash", &request.request_id, &request);
    let mut write = match begun.await? {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    if request.from_invoice.is_empty() && request.to_invoice.is_empty() {
        let sentence = "name the invoice it is taken off, the one it is applied to, or both";
        return Err(rejection::invalid("to_invoice", sentence));
    }
    let connection = &mut write.transaction;
    let wish = Move {
        from: named(connection, &author, &request.from_invoice).await?,
        to: named(connection, &author, &request.to_invoice).await?,
        payment: payment(&request.payment)?,
        amount: some_amount(&request.amount)?,
        on: day(service, &request.date)?,
        reason: reason(&request.reason)?,
    };
    cash::move_cash(connection, &author, &wish).await?;
    let answer = MoveCashResponse {
        cash: left(connection, &author, &wish.payment).await?,
        from_invoice: now(connection, &author, wish.from.map(|invoice| invoice.id)).await?,
        to_invoice: now(connection, &author, wish.to.map(|invoice| invoice.id)).await?,
    };
    write.finish(answer).await
}

pub(super) async fn refund(
    service: &Invoicing,
    author: Author,
    request: RefundCashRequest,
) -> Result<RefundCashResponse, Status> {
    let begun = write::begin(
        &service.pool,
        &author,
        "RefundCash",
        &request.request_id,
        &request,
    );
    let mut write = match begun.await? {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let wish = Refund {
        payment: payment(&request.payment)?,
        amount: some_amount(&request.amount)?,
        on: day(service, &request.date)?,
        reason: reason(&request.reason)?,
    };
    cash::refund(&mut write.transaction, &author, &wish).await?;
    let cash = left(&mut write.transaction, &author, &wish.payment).await?;
    write.finish(RefundCashResponse { cash }).await
}

pub(super) async fn list(
    service: &Invoicing,
    author: &Author,
    request: ListUnappliedCashRequest,
) -> Result<ListUnappliedCashResponse, Status> {
    let failed = database("looking up unapplied cash");
    let size = page_size(request.page_size, MOST_PAYMENTS);
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    let limit = i64::from(size).saturating_add(1);
    let found = unapplied(
        &mut transaction,
        author.tenant(),
        &request.account,
        &request.page_token,
        limit,
    );
    let found = found.await.map_err(&failed)?;
    let (found, next_page_token) = page(found, size.into(), |last| last.payment.clone());
    let cash = found.into_iter().map(message).collect::<Result<_, _>>();
    Ok(ListUnappliedCashResponse {
        cash: cash.map_err(failed)?,
        next_page_token,
    })
}

fn payment(given: &str) -> Result<String, Status> {
    needed(
        "payment",
        given,
        "name the payment by the id under which it was recorded",
    )
}

fn some_amount(given: &str) -> Result<Option<Decimal>, Status> {
    if given.is_empty() {
        return Ok(None);
    }
    amount(given).map(Some)
}

async fn named(
    connection: &mut PgConnection,
    author: &Author,
    name: &str,
) -> Result<Option<Invoice>, Status> {
    if name.is_empty() {
        return Ok(None);
    }
    invoices::called(connection, author, name).await.map(Some)
}

async fn now(
    connection: &mut PgConnection,
    author: &Author,
    invoice: Option<Uuid>,
) -> Result<Option<v1::Invoice>, Status> {
    match invoice {
        None => Ok(None),
        Some(id) => shown(connection, author, id).await.map(Some),
    }
}

/// What is left unapplied of a payment.
async fn left(
    connection: &mut PgConnection,
    author: &Author,
    payment: &str,
) -> Result<Option<v1::UnappliedCash>, Status> {
    let failed = database("looking up unapplied cash");
    let found = unapplied_of(connection, author.tenant(), payment).await;
    let found = found.map_err(&failed)?.map(message);
    found.transpose().map_err(failed)
}

fn message(found: Unapplied) -> Result<v1::UnappliedCash, sqlx::Error> {
    let amount = money(found.amount, found.currency.parse().map_err(corrupt)?);
    Ok(v1::UnappliedCash {
        payment: found.payment,
        account: found.account,
        invoice: found.number,
        currency: found.currency,
        amount,
        date: found.date.to_jiff().to_string(),
        reference: found.reference,
    })
}
