//! `quittance usage archive`, `restore` and `months`: months of usage in files, and back.

use std::path::Path;

use invoicing::archive::{self, ArchiveError, Writer};
use jiff::Timestamp;
use serde_json::json;
use wire::invoicing::v1::{
    ArchivedEvent, ExportUsageMonthRequest, ListUsageMonthsRequest, RestoreUsageMonthRequest,
    RetireUsageMonthRequest, UsageMonth,
};

use crate::connection::{Invoicing, Services, request_id};
use crate::failure::Failure;
use crate::printing::{Output, table};

/// Events in one message.
const TOGETHER: usize = 2000;

/// Writes a month out, and takes it off if that is wanted.
pub(super) async fn write(
    month: &str,
    file: &Path,
    retire: bool,
    to: &Services,
    output: Output,
) -> Result<(), Failure> {
    let mut invoicing = to.invoicing().await?;
    let (events, digest) = write_out(&mut invoicing, month, file).await?;
    if retire {
        let request = RetireUsageMonthRequest {
            request_id: request_id(),
            month: month.to_owned(),
            digest: digest.clone(),
        };
        invoicing.retire_usage_month(request).await?;
    }
    output.show(
        || json!({ "month": month, "events": events, "sha256": hex(&digest), "retired": retire }),
        || {
            let taken = if retire {
                "; they are in the file alone now"
            } else {
                ""
            };
            format!("{events} events of {month} written to {}{taken}", file.display())
        },
    );
    Ok(())
}

/// Writes a month to a new file, down to the disk; answers how many events there were, and their digest.
async fn write_out(invoicing: &mut Invoicing, month: &str, file: &Path) -> Result<(u64, Vec<u8>), Failure> {
    let request = ExportUsageMonthRequest {
        month: month.to_owned(),
    };
    let mut incoming = invoicing.export_usage_month(request).await?.into_inner();
    let mut writer = Writer::create(file).map_err(|error| refused(&error))?;
    while let Some(message) = incoming.message().await? {
        for event in &message.events {
            writer.add(event).map_err(|error| refused(&error))?;
        }
    }
    let digest = writer.finish().map_err(|error| refused(&error))?;
    Ok((digest.events(), digest.finish()))
}

/// Reads a month back from the file that was written of it.
pub(super) async fn restore(month: &str, file: &Path, to: &Services, output: Output) -> Result<(), Failure> {
    let mut events = archive::read(file).map_err(|error| refused(&error))?;
    let opening = RestoreUsageMonthRequest {
        request_id: request_id(),
        month: month.to_owned(),
        events: Vec::new(),
    };
    let (sender, receiver) = tokio::sync::mpsc::channel(4);
    let reading = tokio::spawn(async move {
        let mut message = opening;
        loop {
            if sender.send(message).await.is_err() {
                // The service has answered already: its answer says why.
                return Ok(());
            }
            let next: Vec<ArchivedEvent> = events
                .by_ref()
                .take(TOGETHER)
                .collect::<Result<_, _>>()
                .map_err(|error| refused(&error))?;
            if next.is_empty() {
                return Ok::<(), Failure>(());
            }
            message = RestoreUsageMonthRequest {
                events: next,
                ..RestoreUsageMonthRequest::default()
            };
        }
    });
    let messages = futures::stream::unfold(receiver, async |mut receiver| {
        receiver.recv().await.map(|message| (message, receiver))
    });
    let answer = to.invoicing().await?.restore_usage_month(messages).await;
    reading
        .await
        .map_err(|panic| Failure::broken(panic.to_string()))??;
    let events = answer?.into_inner().events;
    output.show(
        || json!({ "month": month, "events": events }),
        || format!("{events} events of {month} are back"),
    );
    Ok(())
}

pub(super) async fn months(to: &Services, output: Output) -> Result<(), Failure> {
    let answer = to
        .invoicing()
        .await?
        .list_usage_months(ListUsageMonthsRequest {})
        .await?;
    let months = answer.into_inner().months;
    output.show(
        || months.iter().map(wire::json::json).collect(),
        || match months.as_slice() {
            [] => "nothing was used".to_owned(),
            months => table(
                &[
                    "month",
                    "events that count",
                    "archived",
                    "rows of the file",
                    "sha256",
                ],
                &["events that count", "rows of the file"],
                months.iter().map(month_row).collect(),
            ),
        },
    );
    Ok(())
}

fn month_row(month: &UsageMonth) -> Vec<String> {
    let at = month.archived_at.as_ref().map(shown).unwrap_or_default();
    let rows = match month.archived_at {
        None => String::new(),
        Some(_) => month.archived_events.to_string(),
    };
    vec![
        month.month.clone(),
        month.events.to_string(),
        at,
        rows,
        hex(&month.digest),
    ]
}

fn refused(why: &ArchiveError) -> Failure {
    Failure::refused(why.to_string())
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn shown(at: &prost_types::Timestamp) -> String {
    Timestamp::new(at.seconds, at.nanos).map_or_else(|_| String::new(), |at| at.to_string())
}
