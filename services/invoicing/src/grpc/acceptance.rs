//! Deliveries that wait for acceptance, and their rejection.

use runtime::rejection;
use tonic::Status;
use wire::invoicing::v1::{
    MilestoneCompletion, RejectDeliveryRequest, RejectDeliveryResponse, ReportDeliveryRequest,
    ReportDeliveryResponse,
};

use super::facts::completion;
use super::write::{self, Begun};
use crate::Invoicing;
use crate::acceptance::{AcceptanceError, report};
use crate::author::Author;
use crate::store::milestones::{Completion, Kind};

pub(super) async fn deliver(
    service: &Invoicing,
    author: Author,
    request: ReportDeliveryRequest,
) -> Result<ReportDeliveryResponse, Status> {
    let begun = write::begin(
        &service.pool,
        &author,
        "ReportDelivery",
        &request.request_id,
        &request,
    );
    let mut write = match begun.await? {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let told = told("delivery", request.delivery.as_ref(), Kind::Delivered)?;
    let reported = report(&mut write.transaction, &author, &request.plan, told).await?;
    let answer = ReportDeliveryResponse {
        id: reported.id,
        deemed_on: reported.deemed.map(|day| day.to_string()).unwrap_or_default(),
    };
    write.finish(answer).await
}

pub(super) async fn reject(
    service: &Invoicing,
    author: Author,
    request: RejectDeliveryRequest,
) -> Result<RejectDeliveryResponse, Status> {
    let begun = write::begin(
        &service.pool,
        &author,
        "RejectDelivery",
        &request.request_id,
        &request,
    );
    let mut write = match begun.await? {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let told = told("rejection", request.rejection.as_ref(), Kind::Rejected)?;
    let id = report(&mut write.transaction, &author, &request.plan, told)
        .await?
        .id;
    write.finish(RejectDeliveryResponse { id }).await
}

fn told(field: &str, message: Option<&MilestoneCompletion>, kind: Kind) -> Result<Completion, Status> {
    let message = message.ok_or_else(|| rejection::invalid(field, "is missing"))?;
    Ok(Completion {
        kind,
        ..completion(message)?
    })
}

impl From<AcceptanceError> for Status {
    fn from(error: AcceptanceError) -> Self {
        let sentence = error.to_string();
        match error {
            AcceptanceError::Milestone(error) => error.into(),
            AcceptanceError::NeedsNone(_) => rejection::failed_precondition("NEEDS_NO_ACCEPTANCE", sentence),
            AcceptanceError::NotDelivered { .. } => rejection::failed_precondition("NOT_DELIVERED", sentence),
            AcceptanceError::AlreadyDeemed { .. } => {
                rejection::failed_precondition("ALREADY_DEEMED", sentence)
            }
            AcceptanceError::IdTaken(_) => rejection::already_exists("MILESTONE_REPORT_EXISTS", sentence),
            AcceptanceError::Deemed(_) => rejection::failed_precondition("OUT_OF_CALENDAR", sentence),
        }
    }
}
