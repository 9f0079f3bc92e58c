//! What a plan would bill with given facts: the computation of a run, with nothing stored.

use billing::facts::{Facts, MilestoneReport, SeatChange, UsageEvent};
use jiff::ToSpan;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use pricing::plan::Plan;
use runtime::rejection;
use tonic::Status;
use wire::invoicing::v1::{self, PreviewPlanRequest, PreviewPlanResponse};

use super::facts::{completion, date, seat_change};
use super::messages::{self, violations};
use super::plans::within;
use super::recording::event;
use crate::billing_run::{self, Book, event_fact, milestone_fact, seat_fact};
use crate::registration::plan_faults;

pub(super) async fn preview(request: PreviewPlanRequest) -> Result<PreviewPlanResponse, Status> {
    let through = date("through", &request.through)?;
    let message = request
        .plan
        .ok_or_else(|| rejection::invalid("plan", "is missing"))?;
    let plan = wire::plan::plan(&message).map_err(|faults| violations(within("plan", faults)))?;
    let faults = plan_faults(&plan);
    if !faults.is_empty() {
        return Err(rejection::invalid_fields(&faults));
    }
    check_span(&plan, through)?;
    let facts = facts(&plan, &request.facts.unwrap_or_default())?;
    let book = Book::new(plan, facts);
    let drafting = tokio::task::spawn_blocking(move || billing_run::draft(&book, through)).await;
    let drafts = drafting.map_err(|error| rejection::internal("computing a preview", &error))?;
    let refused = |sentence| rejection::failed_precondition("CANNOT_BE_BILLED", sentence);
    let drafts = drafts.map_err(|error| refused(error.to_string()))?;
    // A preview without a charge would be taken for the whole.
    if let Some(waiting) = drafts.waiting {
        return Err(refused(waiting));
    }
    Ok(PreviewPlanResponse {
        invoices: drafts.invoices.iter().map(messages::invoice).collect(),
    })
}

/// How much of a plan a preview shows; a longer one is a slip of the pen, and costs an hour of computing.
const MOST_YEARS: i32 = 50;

pub(super) fn check_span(plan: &Plan, through: Date) -> Result<(), Status> {
    let last = plan.term.start.saturating_add(MOST_YEARS.years());
    if through <= last {
        return Ok(());
    }
    let sentence = format!(
        "{through} lies more than {MOST_YEARS} years after the plan's start: ask through {last} at most"
    );
    Err(rejection::invalid("through", sentence))
}

fn facts(plan: &Plan, messages: &v1::Facts) -> Result<Facts, Status> {
    Ok(Facts {
        events: usage(plan, &messages.usage)?,
        seats: seats(&messages.seats)?,
        milestones: milestones(&messages.milestones)?,
        ..Facts::default()
    })
}

fn usage(plan: &Plan, messages: &[v1::UsageEvent]) -> Result<Vec<UsageEvent>, Status> {
    let unknown = || {
        rejection::invalid(
            "plan.time_zone",
            format!("`{}` is not an IANA time zone", plan.time_zone),
        )
    };
    let zone = TimeZone::get(&plan.time_zone).map_err(|_| unknown())?;
    let each = messages.iter().enumerate().map(|(index, message)| {
        let field = format!("facts.usage.{index}");
        let event =
            event(&mut message.clone()).map_err(|error| rejection::invalid(&field, error.to_string()))?;
        if event.account != plan.account {
            return Err(rejection::invalid(
                &field,
                format!("is for `{}`, the plan for `{}`", event.account, plan.account),
            ));
        }
        if plan.meters.iter().all(|meter| meter.id != event.meter) {
            return Err(rejection::invalid(
                &field,
                format!("the plan has no meter `{}`", event.meter),
            ));
        }
        Ok(event_fact(&event, &zone))
    });
    each.collect()
}

fn seats(messages: &[v1::SeatChange]) -> Result<Vec<SeatChange>, Status> {
    let each = (0..).zip(messages).map(|(position, message)| {
        let mut change = seat_change(message)?;
        if change.id.is_empty() {
            change.id = format!("seats-{position}");
        }
        Ok(seat_fact(change, position))
    });
    each.collect()
}

fn milestones(messages: &[v1::MilestoneCompletion]) -> Result<Vec<MilestoneReport>, Status> {
    let each = messages.iter().map(|message| {
        let mut completion = completion(message)?;
        if completion.id.is_empty() {
            completion.id.clone_from(&completion.milestone);
        }
        Ok(milestone_fact(completion))
    });
    each.collect()
}
