//! Billing runs.

use jiff::ToSpan;
use jiff::civil::Date;
use runtime::rejection;
use sqlx::PgConnection;
use tonic::Status;
use wire::invoicing::v1::{RunBillingRequest, RunBillingResponse};

use super::facts::date;
use super::write::{self, Begun};
use super::{database, messages};
use crate::Invoicing;
use crate::author::Author;
use crate::billing_run::{self, Order, RunError};
use crate::store::accounts::Parked;
use crate::store::invoices;

/// Invoices in one answer; a message has its limits.
const MOST_SHOWN: u16 = 200;

pub(super) async fn run(
    service: &Invoicing,
    author: Author,
    request: RunBillingRequest,
) -> Result<RunBillingResponse, Status> {
    let through = through(service, &request.through)?;
    if request.dry_run {
        return rehearse(service, &author, &request, through).await;
    }
    // A run takes many transactions, so the request is not held open meanwhile. What it issues carries its id: an
    // attempt that broke off is completed by sending the request again, and the answer holds what both issued.
    if let Begun::Answered(answer) = begin(service, &author, &request).await? {
        return Ok(answer);
    }
    let order = Order {
        through,
        run: request.request_id.clone(),
    };
    let parked = billing_run::run(&service.pool, &author, &order, account(&request)).await?;
    match begin(service, &author, &request).await? {
        Begun::Answered(answer) => Ok(answer),
        Begun::New(mut write) => {
            let answer = answer(&mut write.transaction, &author, &order, &parked).await;
            write
                .finish(answer.map_err(database("reading what was issued"))?)
                .await
        }
    }
}

/// How far ahead anything is billed: further is a slip of the pen, and invoices cannot be taken back.
const MOST_YEARS_AHEAD: i32 = 5;

fn through(service: &Invoicing, given: &str) -> Result<Date, Status> {
    let through = date("through", given)?;
    let last = service.clock.today().saturating_add(MOST_YEARS_AHEAD.years());
    if through > last {
        let sentence =
            format!("{through} lies more than {MOST_YEARS_AHEAD} years ahead: bill through {last} at most");
        return Err(rejection::invalid("through", sentence));
    }
    Ok(through)
}

async fn begin(
    service: &Invoicing,
    author: &Author,
    request: &RunBillingRequest,
) -> Result<Begun<RunBillingResponse>, Status> {
    write::begin(&service.pool, author, "RunBilling", &request.request_id, request).await
}

fn account(request: &RunBillingRequest) -> Option<&str> {
    Some(request.account.as_str()).filter(|account| !account.is_empty())
}

async fn answer(
    connection: &mut PgConnection,
    author: &Author,
    order: &Order,
    parked: &[Parked],
) -> Result<RunBillingResponse, sqlx::Error> {
    let issued = invoices::of_run(connection, author.tenant(), &order.run, MOST_SHOWN.into()).await?;
    let first = invoices::of_ids(connection, author.tenant(), &issued.first).await?;
    Ok(RunBillingResponse {
        invoices: first.iter().map(messages::invoice).collect(),
        parked: parked.iter().map(messages::parked).collect(),
        invoice_count: u64::try_from(issued.invoices).unwrap_or_default(),
        line_count: u64::try_from(issued.lines).unwrap_or_default(),
    })
}

async fn rehearse(
    service: &Invoicing,
    author: &Author,
    request: &RunBillingRequest,
    through: Date,
) -> Result<RunBillingResponse, Status> {
    let order = Order {
        through,
        run: String::new(),
    };
    let drafted = billing_run::rehearse(&service.pool, author, &order, account(request)).await?;
    let (mut drafts, parked) = billing_run::sort_out(drafted);
    drafts.sort_by(|a, b| (a.invoice_date, &a.account).cmp(&(b.invoice_date, &b.account)));
    Ok(RunBillingResponse {
        invoices: drafts
            .iter()
            .take(MOST_SHOWN.into())
            .map(messages::invoice)
            .collect(),
        parked: parked.iter().map(messages::parked).collect(),
        invoice_count: count(&drafts),
        line_count: drafts.iter().map(|draft| count(&draft.lines)).sum(),
    })
}

fn count<T>(items: &[T]) -> u64 {
    u64::try_from(items.len()).unwrap_or(u64::MAX)
}

impl From<RunError> for Status {
    fn from(error: RunError) -> Self {
        let sentence = error.to_string();
        match error {
            RunError::UnknownAccount(_) => rejection::not_found("UNKNOWN_ACCOUNT", sentence),
            RunError::Worker(error) => rejection::internal("running billing", &error),
            RunError::Database(error) => database("running billing")(error),
        }
    }
}
