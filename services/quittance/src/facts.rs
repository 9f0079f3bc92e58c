//! `quittance seats` and `milestone`: what happened, reported to invoicing.

use jiff::civil::Date;
use serde_json::json;
use wire::invoicing::v1::{
    ChangeSeatsRequest, CompleteMilestoneRequest, ListPlansRequest, MilestoneCompletion,
    RejectDeliveryRequest, ReportDeliveryRequest, SeatChange, WithdrawMilestoneRequest,
};

use crate::command::{Milestone, Seats};
use crate::connection::{Invoicing, Services, request_id};
use crate::failure::Failure;
use crate::printing::Output;

/// A time such as 2026-01-31T12:00:00Z, or a date, which stands for its noon in UTC.
pub(crate) fn timestamp(text: &str) -> Result<prost_types::Timestamp, String> {
    let whole = if text.contains('T') {
        text.to_owned()
    } else {
        format!("{text}T12:00:00Z")
    };
    let time: jiff::Timestamp = whole
        .parse()
        .map_err(|_| format!("`{text}` is not a time: write 2026-01-31T12:00:00Z"))?;
    Ok(prost_types::Timestamp {
        seconds: time.as_second(),
        nanos: time.subsec_nanosecond(),
    })
}

pub(crate) async fn seats(command: &Seats, to: &Services, output: Output) -> Result<(), Failure> {
    let Seats::Set {
        plan,
        charge,
        quantity,
        from,
        reason,
    } = command;
    let mut invoicing = to.invoicing().await?;
    let change = SeatChange {
        id: String::new(),
        charge: charge.clone(),
        date: from.to_string(),
        quantity: quantity.to_string(),
    };
    let plan = whole_hash(&mut invoicing, plan).await?;
    let request = ChangeSeatsRequest {
        request_id: request_id(),
        plan,
        change: Some(change),
        reason: reason.clone(),
    };
    let answer = invoicing.change_seats(request).await?.into_inner();
    output.show(
        || json!({ "id": answer.id }),
        || format!("{charge}: {quantity} seats from {from}"),
    );
    Ok(())
}

pub(crate) async fn milestone(command: &Milestone, to: &Services, output: Output) -> Result<(), Failure> {
    let mut invoicing = to.invoicing().await?;
    match command {
        Milestone::Complete {
            plan,
            milestone,
            on,
            evidence,
        } => {
            let request = CompleteMilestoneRequest {
                request_id: request_id(),
                plan: whole_hash(&mut invoicing, plan).await?,
                completion: Some(report(milestone, *on, evidence)),
            };
            let id = invoicing.complete_milestone(request).await?.into_inner().id;
            output.show(
                || json!({ "id": id }),
                || format!("{milestone} was reached on {on} ({id})"),
            );
        }
        Milestone::Deliver {
            plan,
            milestone,
            on,
            evidence,
        } => {
            let request = ReportDeliveryRequest {
                request_id: request_id(),
                plan: whole_hash(&mut invoicing, plan).await?,
                delivery: Some(report(milestone, *on, evidence)),
            };
            let answer = invoicing.report_delivery(request).await?.into_inner();
            let said = || match answer.deemed_on.as_str() {
                "" => format!("{milestone} waits for acceptance ({})", answer.id),
                day => format!("{milestone} is accepted by silence on {day} ({})", answer.id),
            };
            output.show(|| wire::json::json(&answer), said);
        }
        Milestone::Reject {
            plan,
            milestone,
            on,
            evidence,
        } => {
            let request = RejectDeliveryRequest {
                request_id: request_id(),
                plan: whole_hash(&mut invoicing, plan).await?,
                rejection: Some(report(milestone, *on, evidence)),
            };
            let id = invoicing.reject_delivery(request).await?.into_inner().id;
            output.show(
                || json!({ "id": id }),
                || format!("{milestone} was rejected on {on} ({id})"),
            );
        }
        Milestone::Withdraw { plan, id, on, reason } => {
            let request = WithdrawMilestoneRequest {
                request_id: request_id(),
                plan: whole_hash(&mut invoicing, plan).await?,
                id: id.clone(),
                date: on.to_string(),
                reason: reason.clone(),
            };
            invoicing.withdraw_milestone(request).await?;
            output.show(
                || json!({ "id": id }),
                || format!("the report {id} no longer counts"),
            );
        }
    }
    Ok(())
}

fn report(milestone: &str, on: Date, evidence: &str) -> MilestoneCompletion {
    MilestoneCompletion {
        id: String::new(),
        milestone: milestone.to_owned(),
        date: on.to_string(),
        evidence: evidence.to_owned(),
    }
}

/// People type the start of a hash; it must name one plan.
pub(crate) async fn whole_hash(invoicing: &mut Invoicing, start: &str) -> Result<String, Failure> {
    if start.len() == 64 {
        return Ok(start.to_owned());
    }
    let request = ListPlansRequest {
        page_size: 1000,
        ..ListPlansRequest::default()
    };
    let plans = invoicing.list_plans(request).await?.into_inner().plans;
    let mut found = plans
        .into_iter()
        .map(|plan| plan.content_hash)
        .filter(|hash| hash.starts_with(start));
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        (None, _) => Err(Failure::refused(format!(
            "no registered plan starts with `{start}`"
        ))),
        (Some(_), Some(_)) => Err(Failure::refused(format!(
            "more than one plan starts with `{start}`: give more of its hash"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_time_is_named() {
        assert_eq!(
            timestamp("31.1.26").unwrap_err(),
            "`31.1.26` is not a time: write 2026-01-31T12:00:00Z"
        );
    }
}
