//! Facts: seats and milestones. Usage has a way of its own.

use jiff::civil::Date;
use runtime::rejection;
use rust_decimal::Decimal;
use tonic::Status;
use wire::invoicing::v1::{
    self, ChangeSeatsRequest, ChangeSeatsResponse, CompleteMilestoneRequest, CompleteMilestoneResponse,
};

use super::database;
use super::write::{self, Begun};
use crate::Invoicing;
use crate::author::Author;
use crate::milestones::{self, MilestoneError};
use crate::seats::{self, SeatsError, Wish};
use crate::store::milestones::{Completion, Kind};
use crate::store::seats::SeatChange;

pub(super) async fn change_seats(
    service: &Invoicing,
    author: Author,
    request: ChangeSeatsRequest,
) -> Result<ChangeSeatsResponse, Status> {
    let mut write = match write::begin(
        &service.pool,
        &author,
        "ChangeSeats",
        &request.request_id,
        &request,
    )
    .await?
    {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let change = request
        .change
        .as_ref()
        .ok_or_else(|| rejection::invalid("change", "is missing"))?;
    let wish = Wish {
        plan: request.plan,
        change: seat_change(change)?,
        reason: request.reason,
    };
    let id = seats::change(&mut write.transaction, &author, wish).await?;
    write.finish(ChangeSeatsResponse { id }).await
}

/// A change of seats by its message.
pub(super) fn seat_change(message: &v1::SeatChange) -> Result<SeatChange, Status> {
    let date = date("change.date", &message.date)?;
    // Exact: a number of more than 28 digits is refused, not rounded.
    let quantity = Decimal::from_str_exact(&message.quantity);
    let wrong = |_| {
        rejection::invalid(
            "change.quantity",
            format!("`{}` is no number of seats: write 25", message.quantity),
        )
    };
    Ok(SeatChange {
        id: checked_id("change.id", &message.id)?,
        charge: message.charge.clone(),
        date,
        quantity: quantity.map_err(wrong)?,
    })
}

pub(super) async fn complete_milestone(
    service: &Invoicing,
    author: Author,
    request: CompleteMilestoneRequest,
) -> Result<CompleteMilestoneResponse, Status> {
    let begun = write::begin(
        &service.pool,
        &author,
        "CompleteMilestone",
        &request.request_id,
        &request,
    )
    .await?;
    let mut write = match begun {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let told = request
        .completion
        .as_ref()
        .ok_or_else(|| rejection::invalid("completion", "is missing"))?;
    let id = milestones::complete(&mut write.transaction, &author, &request.plan, completion(told)?).await?;
    write.finish(CompleteMilestoneResponse { id }).await
}

/// A completion by its message.
pub(super) fn completion(message: &v1::MilestoneCompletion) -> Result<Completion, Status> {
    Ok(Completion {
        id: checked_id("completion.id", &message.id)?,
        milestone: message.milestone.clone(),
        kind: Kind::Completed,
        date: date("completion.date", &message.date)?,
        evidence: text("completion.evidence", &message.evidence, 2000)?,
    })
}

pub(super) fn date(field: &str, given: &str) -> Result<Date, Status> {
    let wrong = |_| rejection::invalid(field, format!("`{given}` is not a date: write 2026-01-31"));
    given.parse().map_err(wrong)
}

pub(super) fn checked_id(field: &str, given: &str) -> Result<String, Status> {
    text(field, given, 200)
}

/// A text that can be stored.
pub(super) fn text(field: &str, given: &str, most: usize) -> Result<String, Status> {
    if given.contains('\0') {
        return Err(rejection::invalid(
            field,
            "contains a zero character, which no text has",
        ));
    }
    match given.chars().count() {
        length if length > most => Err(rejection::invalid(
            field,
            format!("has {length} characters; at most {most} are allowed"),
        )),
        _ => Ok(given.to_owned()),
    }
}

impl From<SeatsError> for Status {
    fn from(error: SeatsError) -> Self {
        let sentence = error.to_string();
        match error {
            SeatsError::UnknownPlan { .. } => rejection::not_found("UNKNOWN_PLAN", sentence),
            SeatsError::UnknownCharge { .. } => rejection::not_found("UNKNOWN_CHARGE", sentence),
            SeatsError::NotBySeats { .. } => rejection::failed_precondition("CHARGE_NOT_BY_SEATS", sentence),
            SeatsError::Negative { .. } => rejection::invalid("change.quantity", sentence),
            SeatsError::BeforeStart { .. } => rejection::invalid("change.date", sentence),
            SeatsError::IdTaken { .. } => rejection::already_exists("SEAT_CHANGE_EXISTS", sentence),
            SeatsError::Database(error) => database("changing seats")(error),
        }
    }
}

impl From<MilestoneError> for Status {
    fn from(error: MilestoneError) -> Self {
        let sentence = error.to_string();
        match error {
            MilestoneError::UnknownPlan { .. } => rejection::not_found("UNKNOWN_PLAN", sentence),
            MilestoneError::UnknownMilestone { .. } => rejection::not_found("UNKNOWN_MILESTONE", sentence),
            MilestoneError::NoEvidence { .. } => rejection::invalid("completion.evidence", sentence),
            MilestoneError::AlreadyCompleted { .. } => {
                rejection::already_exists("MILESTONE_ALREADY_COMPLETED", sentence)
            }
            MilestoneError::UnknownCompletion { .. } => rejection::not_found("UNKNOWN_COMPLETION", sentence),
            MilestoneError::NoReason => rejection::invalid("reason", sentence),
            MilestoneError::IdTaken { .. } => rejection::already_exists("COMPLETION_EXISTS", sentence),
            MilestoneError::Database(error) => database("completing a milestone")(error),
        }
    }
}
