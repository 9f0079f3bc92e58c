//! Issued invoices: listing, showing, explaining.

use runtime::rejection;
use runtime::tenancy::begin_as;
use sqlx::PgConnection;
use tonic::Status;
use uuid::Uuid;
use wire::invoicing::v1::{
    ExplainLineRequest, ExplainLineResponse, GetInvoiceRequest, GetInvoiceResponse, InvoiceKind,
    InvoiceOrder, ListInvoicesRequest, ListInvoicesResponse,
};
use wire::plan::sources_message;

use super::facts::date;
use super::{database, messages, page_size};
use crate::Invoicing;
use crate::author::Author;
use crate::invoice::Invoice;
use crate::store::invoices::{self, Order, Wanted};
use crate::store::page;

const MOST_INVOICES: u16 = 200;

pub(super) async fn list(
    service: &Invoicing,
    author: &Author,
    request: ListInvoicesRequest,
) -> Result<ListInvoicesResponse, Status> {
    let failed = database("listing invoices");
    let size = page_size(request.page_size, MOST_INVOICES);
    let wanted = Wanted {
        account: &request.account,
        run: &request.run,
        search: request.search.trim(),
        series: series(request.kind()),
        order: order(&request)?,
        after: page_token(&request.page_token)?,
    };
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    let limit = i64::from(size).saturating_add(1);
    let ids = invoices::list(&mut transaction, author.tenant(), wanted, limit)
        .await
        .map_err(&failed)?;
    let (ids, next_page_token) = page(ids, size.into(), Uuid::to_string);
    let found = invoices::of_ids(&mut transaction, author.tenant(), &ids)
        .await
        .map_err(failed)?;
    Ok(ListInvoicesResponse {
        invoices: found.iter().map(messages::invoice).collect(),
        next_page_token,
    })
}

fn series(kind: InvoiceKind) -> &'static str {
    match kind {
        InvoiceKind::Unspecified => "",
        InvoiceKind::Invoice => "invoice",
        InvoiceKind::CreditNote => "credit-note",
    }
}

fn order(request: &ListInvoicesRequest) -> Result<Order, Status> {
    let by_due_date = request.order() == InvoiceOrder::ByDueDate;
    if !request.due_before.is_empty() && !by_due_date {
        let sentence = "can be asked for in the order BY_DUE_DATE alone: ask for that, or leave it empty";
        return Err(rejection::invalid("due_before", sentence));
    }
    Ok(match request.order() {
        InvoiceOrder::Unspecified => Order::OldestFirst,
        InvoiceOrder::NewestFirst => Order::NewestFirst,
        InvoiceOrder::ByDueDate if request.due_before.is_empty() => Order::ByDueDate(None),
        InvoiceOrder::ByDueDate => Order::ByDueDate(Some(date("due_before", &request.due_before)?)),
    })
}

fn page_token(token: &str) -> Result<Option<Uuid>, Status> {
    let wrong = |_| {
        rejection::invalid(
            "page_token",
            "is none that this service gave; leave it empty to begin again",
        )
    };
    if token.is_empty() {
        Ok(None)
    } else {
        Uuid::try_parse(token).map(Some).map_err(wrong)
    }
}

pub(super) async fn get(
    service: &Invoicing,
    author: &Author,
    request: GetInvoiceRequest,
) -> Result<GetInvoiceResponse, Status> {
    let mut transaction = begin_as(&service.pool, &author.caller)
        .await
        .map_err(database("looking up an invoice"))?;
    let found = called(&mut transaction, author, &request.invoice).await?;
    Ok(GetInvoiceResponse {
        invoice: Some(messages::invoice(&found)),
    })
}

/// The invoice of that number or id.
pub(super) async fn called(
    connection: &mut PgConnection,
    author: &Author,
    name: &str,
) -> Result<Invoice, Status> {
    let failed = database("looking up an invoice");
    let ids = invoices::called(connection, author.tenant(), name)
        .await
        .map_err(&failed)?;
    if ids.len() > 1 {
        let sentence = format!("several issuers have an invoice {name}; ask for it by its id");
        return Err(rejection::failed_precondition("AMBIGUOUS_NUMBER", sentence));
    }
    let found = invoices::of_ids(connection, author.tenant(), &ids)
        .await
        .map_err(failed)?;
    let unknown = || {
        rejection::not_found(
            "UNKNOWN_INVOICE",
            format!("there is no invoice `{name}`: give its number or its id"),
        )
    };
    found.into_iter().next().ok_or_else(unknown)
}

pub(super) async fn explain(
    service: &Invoicing,
    author: &Author,
    request: ExplainLineRequest,
) -> Result<ExplainLineResponse, Status> {
    let failed = database("looking up a line");
    let wrong = |_| {
        rejection::invalid(
            "line_id",
            "is not a line's id; an invoice names the ids of its lines",
        )
    };
    let id = Uuid::try_parse(&request.line_id).map_err(wrong)?;
    let mut transaction = begin_as(&service.pool, &author.caller).await.map_err(&failed)?;
    let found = invoices::line(&mut transaction, author.tenant(), id)
        .await
        .map_err(failed)?;
    let unknown = || rejection::not_found("UNKNOWN_LINE", format!("there is no line `{id}`"));
    let issued = found.ok_or_else(unknown)?;
    let line = &issued.line;
    let working_json = serde_json::to_string(&line.working);
    Ok(ExplainLineResponse {
        line: Some(messages::line(line, line.working.currency)),
        invoice_number: issued.invoice_number,
        steps: line.working.phrases(),
        working_json: working_json.map_err(|error| rejection::internal("writing out a working", &error))?,
        facts: line.facts.iter().map(messages::fact).collect(),
        sources: sources_message(&line.sources),
    })
}
