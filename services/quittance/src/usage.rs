//! `quittance usage`: what was used, reported to invoicing.

mod alerts;
mod archive;
mod load;
mod rows;
mod so_far;

use wire::invoicing::v1::{
    ListUnmatchedUsageRequest, ListUsageConflictsRequest, RecordUsageRequest, RecordUsageResponse,
    ReverseBackfillRequest, UsageConflict, UsageEvent,
};

use crate::command::Usage;
use crate::connection::{Invoicing, Services, request_id};
use crate::failure::Failure;
use crate::printing::{Output, table};

pub(crate) async fn usage(command: &Usage, to: &Services, output: Output) -> Result<(), Failure> {
    match command {
        Usage::Load {
            file,
            backfill,
            rejected,
        } => load::load(file, backfill, rejected.as_deref(), to, output).await,
        Usage::Reverse { backfill, reason } => reverse(backfill, reason, to, output).await,
        Usage::Waiting => waiting(to, output).await,
        Usage::Conflicts { source } => conflicts(source, to, output).await,
        Usage::SoFar { account, watch } => so_far::show(account, *watch, to, output).await,
        Usage::Months => archive::months(to, output).await,
        Usage::Archive { month, out, retire } => archive::write(month, out, *retire, to, output).await,
        Usage::Restore { month, file } => archive::restore(month, file, to, output).await,
        Usage::Alert(alert) => alerts::change(alert, to, output).await,
        Usage::Alerts { account } => alerts::list(account, to, output).await,
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
    let request = RecordUsageRequest {
        request_id: request_id(),
        events,
        backfill: String::new(),
    };
    Ok(invoicing.record_usage(request).await?.into_inner())
}

/// What no plan knows yet.
async fn waiting(to: &Services, output: Output) -> Result<(), Failure> {
    let mut invoicing = to.invoicing().await?;
    let mut request = ListUnmatchedUsageRequest {
        page_size: 1000,
        page_token: String::new(),
    };
    let mut waiting = Vec::new();
    loop {
        let page = invoicing
            .list_unmatched_usage(request.clone())
            .await?
            .into_inner();
        waiting.extend(page.usage);
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    output.show(
        || waiting.iter().map(wire::json::json).collect(),
        || match waiting.as_slice() {
            [] => "no usage waits for a plan".to_owned(),
            waiting => {
                let each = waiting.iter();
                let each = each.map(|one| format!("{} events: {}", one.events, one.detail));
                each.collect::<Vec<_>>().join("\n")
            }
        },
    );
    Ok(())
}

/// What was refused because another event has its name.
async fn conflicts(source: &str, to: &Services, output: Output) -> Result<(), Failure> {
    let mut invoicing = to.invoicing().await?;
    let mut request = ListUsageConflictsRequest {
        source: source.to_owned(),
        page_size: 1000,
        page_token: String::new(),
    };
    let mut conflicts = Vec::new();
    loop {
        let page = invoicing
            .list_usage_conflicts(request.clone())
            .await?
            .into_inner();
        conflicts.extend(page.conflicts);
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    output.show(
        || conflicts.iter().map(wire::json::json).collect(),
        || match conflicts.as_slice() {
            [] => "no event was refused because another has its name".to_owned(),
            conflicts => table(
                &["source", "id", "counts", "refused", "times", "sent by"],
                &["times"],
                conflicts.iter().map(row).collect(),
            ),
        },
    );
    Ok(())
}

fn row(conflict: &UsageConflict) -> Vec<String> {
    let short = |event: Option<&UsageEvent>| {
        event.map_or_else(String::new, |event| {
            format!("{} {} {}", event.account, event.value, event.meter)
        })
    };
    let (refused, counted) = (conflict.refused.as_ref(), conflict.counted.as_ref());
    vec![
        refused.map(|event| event.source.clone()).unwrap_or_default(),
        refused.map(|event| event.id.clone()).unwrap_or_default(),
        short(counted),
        short(refused),
        conflict.times.to_string(),
        conflict.sent_by.clone(),
    ]
}
