//! Endings, index values and milestone reports that were mistakes.

use billing::facts::{Ending, EndingEvent};
use runtime::rejection;
use rust_decimal::Decimal;
use tonic::Status;
use wire::invoicing::v1::declare_ending_request::Ending as Told;
use wire::invoicing::v1::{
    DeclareEndingRequest, DeclareEndingResponse, PublishIndexValueRequest, PublishIndexValueResponse,
    WithdrawEndingRequest, WithdrawEndingResponse, WithdrawMilestoneRequest, WithdrawMilestoneResponse,
};

use super::database;
use super::facts::{checked_id, date, text};
use super::write::{self, Begun};
use crate::Invoicing;
use crate::author::Author;
use crate::endings::{self, Declaration, EndingError};
use crate::indices::{self, IndexError};
use crate::milestones::{self, Withdrawal};
use crate::store::indices::Published;

pub(super) async fn declare(
    service: &Invoicing,
    author: Author,
    request: DeclareEndingRequest,
) -> Result<DeclareEndingResponse, Status> {
    let begun = write::begin(
        &service.pool,
        &author,
        "DeclareEnding",
        &request.request_id,
        &request,
    );
    let mut write = match begun.await? {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let declaration = Declaration {
        ending: Ending {
            id: checked_id("id", &request.id)?,
            event: event(request.ending)?,
        },
        plan: request.plan,
        reason: text("reason", &request.reason, 2000)?,
    };
    let id = endings::declare(&mut write.transaction, &author, declaration).await?;
    write.finish(DeclareEndingResponse { id }).await
}

fn event(told: Option<Told>) -> Result<EndingEvent, Status> {
    match told {
        Some(Told::Termination(termination)) => Ok(EndingEvent::Terminated {
            last_day: date("termination.last_day", &termination.last_day)?,
            refund_unused: termination.refund_unused,
        }),
        Some(Told::NonRenewal(notice)) => Ok(EndingEvent::NotRenewed {
            notice: date("non_renewal.notice", &notice.notice)?,
        }),
        None => Err(rejection::invalid(
            "ending",
            "is missing: say termination or non_renewal",
        )),
    }
}

pub(super) async fn withdraw(
    service: &Invoicing,
    author: Author,
    request: WithdrawEndingRequest,
) -> Result<WithdrawEndingResponse, Status> {
    let begun = write::begin(
        &service.pool,
        &author,
        "WithdrawEnding",
        &request.request_id,
        &request,
    );
    let mut write = match begun.await? {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let reason = text("reason", &request.reason, 2000)?;
    endings::withdraw(
        &mut write.transaction,
        &author,
        &request.plan,
        &request.id,
        &reason,
    )
    .await?;
    write.finish(WithdrawEndingResponse {}).await
}

pub(super) async fn withdraw_milestone(
    service: &Invoicing,
    author: Author,
    request: WithdrawMilestoneRequest,
) -> Result<WithdrawMilestoneResponse, Status> {
    let begun = write::begin(
        &service.pool,
        &author,
        "WithdrawMilestone",
        &request.request_id,
        &request,
    );
    let mut write = match begun.await? {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let withdrawal = Withdrawal {
        completion: request.id,
        date: date("date", &request.date)?,
        reason: text("reason", &request.reason, 2000)?,
    };
    milestones::withdraw(&mut write.transaction, &author, &request.plan, withdrawal).await?;
    write.finish(WithdrawMilestoneResponse {}).await
}

pub(super) async fn publish(
    service: &Invoicing,
    author: Author,
    request: PublishIndexValueRequest,
) -> Result<PublishIndexValueResponse, Status> {
    let begun = write::begin(
        &service.pool,
        &author,
        "PublishIndexValue",
        &request.request_id,
        &request,
    );
    let mut write = match begun.await? {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let published = Published {
        series: text("series", &request.series, 200)?,
        month: date("month", &request.month)?,
        value: value(&request.value)?,
        publication: text("publication", &request.publication, 2000)?,
    };
    indices::publish(&mut write.transaction, &author, published, request.revises).await?;
    write.finish(PublishIndexValueResponse {}).await
}

/// Exact: a number of more than 28 digits is refused, not rounded.
fn value(given: &str) -> Result<Decimal, Status> {
    let wrong = |_| rejection::invalid("value", format!("`{given}` is no index value: write 118.6"));
    Decimal::from_str_exact(given).map_err(wrong)
}

impl From<EndingError> for Status {
    fn from(error: EndingError) -> Self {
        let sentence = error.to_string();
        match error {
            EndingError::UnknownPlan { .. } => rejection::not_found("UNKNOWN_PLAN", sentence),
            EndingError::UnknownEnding { .. } => rejection::not_found("UNKNOWN_ENDING", sentence),
            EndingError::NoReason => rejection::invalid("reason", sentence),
            EndingError::BeforeStart { .. } => rejection::invalid("termination.last_day", sentence),
            EndingError::AlreadyDeclared { .. } => {
                rejection::already_exists("ENDING_ALREADY_DECLARED", sentence)
            }
            EndingError::IdTaken { .. } => rejection::already_exists("ENDING_EXISTS", sentence),
            EndingError::Database(error) => database("recording an ending")(error),
        }
    }
}

impl From<IndexError> for Status {
    fn from(error: IndexError) -> Self {
        let sentence = error.to_string();
        match error {
            IndexError::NoSeries => rejection::invalid("series", sentence),
            IndexError::NoPublication => rejection::invalid("publication", sentence),
            IndexError::NotPositive { .. } => rejection::invalid("value", sentence),
            IndexError::OtherValue { .. } => rejection::already_exists("INDEX_VALUE_EXISTS", sentence),
            IndexError::Database(error) => database("recording an index value")(error),
        }
    }
}
