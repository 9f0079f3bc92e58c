//! A year passes: each month what happened is reported, then everything due is billed.

use std::time::Instant;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use runtime::clock::TestClock;
use wire::invoicing::v1::{
    ChangeSeatsRequest, CompleteMilestoneRequest, MilestoneCompletion, RunBillingRequest, SeatChange,
    UsageEvent,
};

use super::people::People;
use super::story::{Milestone, Plan, Seats, Story, Usage};
use crate::connection::{Invoicing, request_id};
use crate::facts::timestamp;
use crate::failure::Failure;
use crate::printing::Output;
use crate::usage::{check, record};
use crate::{bill, invoices};

/// Lives every story's year, all accounts together, month by month.
pub(crate) async fn live(
    stories: &[(&Story, Plan)],
    people: &mut People,
    hands: &TestClock,
    output: Output,
    began: Instant,
) -> Result<(), Failure> {
    let mut first = true;
    let mut after = Date::MIN;
    for day in month_ends(stories)? {
        hands
            .set_date(day)
            .map_err(|error| Failure::broken(error.to_string()))?;
        for (story, plan) in stories {
            report(&mut people.finance, story, plan, after, day).await?;
        }
        let request = RunBillingRequest {
            request_id: request_id(),
            through: day.to_string(),
            ..RunBillingRequest::default()
        };
        let run = bill::whole_run(&mut people.finance, request).await?;
        output.say(&format!(
            "\n━━ the clock stands at {day}: {} invoices ━━",
            run.invoices.len()
        ));
        for invoice in &run.invoices {
            output.say(&invoices::text(invoice));
            if first {
                output.say(&format!(
                    "(first invoice {:.1} s after the start)",
                    began.elapsed().as_secs_f64()
                ));
                first = false;
            }
        }
        if let Some(parked) = run.parked.first() {
            return Err(Failure::refused(format!(
                "{} is parked: {}",
                parked.account, parked.reason
            )));
        }
        after = day;
    }
    Ok(())
}

/// The moment at which everything begins: the first day of the month of the first invoice.
pub(crate) fn before(stories: &[Story]) -> Result<Timestamp, Failure> {
    let first = stories
        .iter()
        .flat_map(|story| story.invoices.iter().map(|invoice| invoice.date))
        .min();
    let day = first
        .ok_or_else(|| Failure::refused("no story expects an invoice"))?
        .first_of_month();
    let moment = day
        .to_zoned(TimeZone::UTC)
        .map_err(|error| Failure::broken(error.to_string()))?;
    Ok(moment.timestamp())
}

/// The last day of every month from the earliest fact or invoice to the last day any story goes through.
fn month_ends(stories: &[(&Story, Plan)]) -> Result<Vec<Date>, Failure> {
    let invoices = stories
        .iter()
        .flat_map(|(story, _)| story.invoices.iter().map(|invoice| invoice.date));
    let (Some(from), Some(to)) = (
        invoices.min(),
        stories.iter().filter_map(|(story, _)| story.facts.through).max(),
    ) else {
        return Ok(Vec::new());
    };
    let mut ends = Vec::new();
    let mut day = from.last_of_month();
    while day < to {
        ends.push(day);
        day = day
            .tomorrow()
            .map_err(|error| Failure::broken(error.to_string()))?
            .last_of_month();
    }
    ends.push(to);
    Ok(ends)
}

/// Tells invoicing what happened after one day, up to and including another.
async fn report(
    finance: &mut Invoicing,
    story: &Story,
    plan: &Plan,
    after: Date,
    day: Date,
) -> Result<(), Failure> {
    let now = |date: Date| after < date && date <= day;
    let usage: Vec<&Usage> = story.facts.usage.iter().filter(|usage| now(usage.at)).collect();
    if !usage.is_empty() {
        used(finance, story, plan, &usage).await?;
    }
    for seats in story.facts.seats.iter().filter(|seats| now(seats.date)) {
        seated(finance, plan, seats).await?;
    }
    for milestone in story
        .facts
        .milestones
        .iter()
        .filter(|milestone| now(milestone.date))
    {
        reached(finance, plan, milestone).await?;
    }
    Ok(())
}

async fn used(finance: &mut Invoicing, story: &Story, plan: &Plan, usage: &[&Usage]) -> Result<(), Failure> {
    let event = |usage: &&Usage| -> Result<UsageEvent, Failure> {
        Ok(UsageEvent {
            source: format!("samples/{}", story.name),
            id: usage.id.clone(),
            account: plan.account.clone(),
            meter: usage.meter.clone(),
            time: Some(timestamp(&usage.at.to_string()).map_err(Failure::refused)?),
            value: usage.value.to_string(),
            dimensions: usage.dimensions.clone(),
            corrects: String::new(),
        })
    };
    let answer = record(finance, usage.iter().map(event).collect::<Result<_, _>>()?).await?;
    check(&answer)
}

async fn seated(finance: &mut Invoicing, plan: &Plan, seats: &Seats) -> Result<(), Failure> {
    let change = SeatChange {
        id: seats.id.clone(),
        charge: seats.charge.clone(),
        date: seats.date.to_string(),
        quantity: seats.quantity.to_string(),
    };
    let request = ChangeSeatsRequest {
        request_id: request_id(),
        plan: plan.hash.clone(),
        change: Some(change),
        reason: "amendment signed by both parties".to_owned(),
    };
    finance.change_seats(request).await?;
    Ok(())
}

async fn reached(finance: &mut Invoicing, plan: &Plan, milestone: &Milestone) -> Result<(), Failure> {
    let completion = MilestoneCompletion {
        id: milestone.id.clone(),
        milestone: milestone.milestone.clone(),
        date: milestone.date.to_string(),
        evidence: milestone.note.clone(),
    };
    let request = CompleteMilestoneRequest {
        request_id: request_id(),
        plan: plan.hash.clone(),
        completion: Some(completion),
    };
    finance.complete_milestone(request).await?;
    Ok(())
}
