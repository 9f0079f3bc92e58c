//! `quittance usage`, `seats` and `milestone`: what happened, reported to invoicing.

use std::collections::HashMap;
use std::path::Path;

use serde_json::json;
use wire::invoicing::v1::{
    ChangeSeatsRequest, CompleteMilestoneRequest, ListPlansRequest, MilestoneCompletion, RecordUsageRequest,
    RecordUsageResponse, ReverseBackfillRequest, SeatChange, UnmatchedUsage, UsageEvent,
    WithdrawMilestoneRequest,
};

use crate::command::{Milestone, Seats, Usage};
use crate::connection::{Invoicing, Services, request_id};
use crate::failure::Failure;
use crate::printing::{Output, progress};

/// Events sent at a time.
const BATCH: usize = 1000;

/// The columns every usage file has; any other column is a dimension.
const COLUMNS: [&str; 6] = ["source", "id", "account", "meter", "time", "value"];

pub(crate) async fn usage(command: &Usage, to: &Services, output: Output) -> Result<(), Failure> {
    match command {
        Usage::Load { file, backfill } => load(file, backfill, to, output).await,
        Usage::Reverse { backfill, reason } => reverse(backfill, reason, to, output).await,
    }
}

async fn reverse(backfill: &str, reason: &str, to: &Services, output: Output) -> Result<(), Failure> {
    let request = ReverseBackfillRequest {
        request_id: request_id(),
        backfill: backfill.to_owned(),
        reason: reason.to_owned(),
    };
    let answer = to
        .invoicing()
        .await?
        .reverse_backfill(request)
        .await?
        .into_inner();
    output.show(
        || wire::json::json(&answer),
        || {
            format!(
                "{} events of `{backfill}` no longer count; the next run gives back what was billed for them",
                answer.events
            )
        },
    );
    Ok(())
}

async fn load(file: &Path, backfill: &str, to: &Services, output: Output) -> Result<(), Failure> {
    let events = read_events(file)?;
    let mut invoicing = to.invoicing().await?;
    let bar = progress(u64::try_from(events.len()).unwrap_or(u64::MAX), "loading usage");
    let mut sum = RecordUsageResponse::default();
    for batch in events.chunks(BATCH) {
        add(
            &mut sum,
            record_as(&mut invoicing, batch.to_vec(), backfill).await?,
            bar.position(),
        );
        bar.inc(u64::try_from(batch.len()).unwrap_or_default());
    }
    bar.finish_and_clear();
    output.show(|| wire::json::json(&sum), || summary(&sum));
    if sum.rejected.is_empty() {
        Ok(())
    } else {
        Err(Failure::refused(
            "some rows were not taken; the others are stored",
        ))
    }
}

/// Why not everything of an answer counts, if anything does not.
pub(crate) fn check(answer: &RecordUsageResponse) -> Result<(), Failure> {
    let rejected = answer
        .rejected
        .first()
        .map(|rejected| format!("{}: {}", rejected.id, rejected.detail));
    let unmatched = answer
        .unmatched_usage
        .first()
        .map(|unmatched| unmatched.detail.clone());
    rejected
        .or(unmatched)
        .map_or(Ok(()), |why| Err(Failure::refused(why)))
}

/// Sends one batch of events.
pub(crate) async fn record(
    invoicing: &mut Invoicing,
    events: Vec<UsageEvent>,
) -> Result<RecordUsageResponse, Failure> {
    record_as(invoicing, events, "").await
}

/// Sends one batch of events of a backfill; of none if its name is empty.
async fn record_as(
    invoicing: &mut Invoicing,
    events: Vec<UsageEvent>,
    backfill: &str,
) -> Result<RecordUsageResponse, Failure> {
    let request = RecordUsageRequest {
        request_id: request_id(),
        events,
        backfill: backfill.to_owned(),
    };
    Ok(invoicing.record_usage(request).await?.into_inner())
}

fn add(sum: &mut RecordUsageResponse, batch: RecordUsageResponse, before: u64) {
    sum.accepted = sum.accepted.saturating_add(batch.accepted);
    sum.duplicates = sum.duplicates.saturating_add(batch.duplicates);
    sum.unmatched = sum.unmatched.saturating_add(batch.unmatched);
    add_unmatched(&mut sum.unmatched_usage, batch.unmatched_usage);
    let before = u32::try_from(before).unwrap_or(u32::MAX);
    sum.rejected
        .extend(batch.rejected.into_iter().map(|mut rejected| {
            rejected.index = rejected.index.saturating_add(before);
            rejected
        }));
}

fn add_unmatched(sum: &mut Vec<UnmatchedUsage>, batch: Vec<UnmatchedUsage>) {
    for unmatched in batch {
        let known = sum
            .iter_mut()
            .find(|known| (&known.account, &known.meter) == (&unmatched.account, &unmatched.meter));
        match known {
            Some(known) => known.events = known.events.saturating_add(unmatched.events),
            None => sum.push(unmatched),
        }
    }
}

fn summary(sum: &RecordUsageResponse) -> String {
    let mut text = format!(
        "{} counted, {} known already, {} waiting for a plan, {} not taken",
        sum.accepted,
        sum.duplicates,
        sum.unmatched,
        sum.rejected.len()
    );
    for unmatched in &sum.unmatched_usage {
        text.push_str(&format!("\n  {} waiting: {}", unmatched.events, unmatched.detail));
    }
    for rejected in &sum.rejected {
        // The header is row 1.
        text.push_str(&format!(
            "\n  row {}: {}",
            rejected.index.saturating_add(2),
            rejected.detail
        ));
    }
    text
}

fn read_events(file: &Path) -> Result<Vec<UsageEvent>, Failure> {
    let named = |error: csv::Error| Failure::refused(format!("{}: {error}", file.display()));
    let mut reader = csv::Reader::from_path(file).map_err(named)?;
    let headers = reader.headers().map_err(named)?.clone();
    for column in COLUMNS {
        if !headers.iter().any(|header| header == column) {
            return Err(Failure::refused(format!(
                "{}: the column `{column}` is missing",
                file.display()
            )));
        }
    }
    let rows = reader.records().enumerate();
    rows.map(|(at, row)| event(&headers, &row.map_err(named)?).map_err(|why| at_row(file, at, &why)))
        .collect()
}

fn at_row(file: &Path, at: usize, why: &str) -> Failure {
    Failure::refused(format!("{}, row {}: {why}", file.display(), at.saturating_add(2)))
}

fn event(headers: &csv::StringRecord, row: &csv::StringRecord) -> Result<UsageEvent, String> {
    let mut cells: HashMap<&str, &str> = headers.iter().zip(row.iter()).collect();
    let mut take = |column: &str| cells.remove(column).unwrap_or_default().trim().to_owned();
    let (source, id, account, meter) = (take("source"), take("id"), take("account"), take("meter"));
    let (time, value, corrects) = (take("time"), take("value"), take("corrects"));
    let dimensions = cells.into_iter().filter(|(_, value)| !value.is_empty());
    Ok(UsageEvent {
        source,
        id,
        account,
        meter,
        time: Some(timestamp(&time)?),
        value,
        dimensions: dimensions
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        corrects,
    })
}

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
            let completion = MilestoneCompletion {
                id: String::new(),
                milestone: milestone.clone(),
                date: on.to_string(),
                evidence: evidence.clone(),
            };
            let request = CompleteMilestoneRequest {
                request_id: request_id(),
                plan: whole_hash(&mut invoicing, plan).await?,
                completion: Some(completion),
            };
            let id = invoicing.complete_milestone(request).await?.into_inner().id;
            output.show(
                || json!({ "id": id }),
                || format!("{milestone} was reached on {on} ({id})"),
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
                || format!("the completion {id} no longer counts"),
            );
        }
    }
    Ok(())
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
    fn further_columns_are_dimensions() {
        let headers = csv::StringRecord::from(vec![
            "source", "id", "account", "meter", "time", "value", "region",
        ]);
        let row = csv::StringRecord::from(vec!["s", "1", "acme", "call", "2026-01-31", "12.5", "eu"]);
        let event = event(&headers, &row).unwrap();
        assert_eq!(event.dimensions.get("region").map(String::as_str), Some("eu"));
        assert_eq!(event.value, "12.5");
        assert_eq!(event.time.unwrap().seconds, 1_769_860_800);
    }

    #[test]
    fn a_wrong_time_is_named() {
        assert_eq!(
            timestamp("31.1.26").unwrap_err(),
            "`31.1.26` is not a time: write 2026-01-31T12:00:00Z"
        );
    }
}
