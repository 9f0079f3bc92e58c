//! `quittance usage archive`, `restore` and `months`: months of usage in files, and back.

use std::fs::File;
use std::path::Path;

use jiff::Timestamp;
use serde_json::json;
use wire::archive::Digest;
use wire::invoicing::v1::{
    ArchivedEvent, ExportUsageMonthRequest, ListUsageMonthsRequest, RestoreUsageMonthRequest,
    RetireUsageMonthRequest, UsageMonth,
};

use crate::connection::{Invoicing, Services, request_id};
use crate::facts::timestamp;
use crate::failure::Failure;
use crate::printing::{Output, table};

const COLUMNS: [&str; 9] = [
    "source",
    "id",
    "account",
    "meter",
    "time",
    "value",
    "backfill",
    "recorded_at",
    "dimensions",
];
/// Events in one message.
const TOGETHER: usize = 2000;

/// Writes a month out, reads the file again, and takes the month off if that is wanted.
pub(super) async fn archive(
    month: &str,
    file: &Path,
    retire: bool,
    to: &Services,
    output: Output,
) -> Result<(), Failure> {
    let mut invoicing = to.invoicing().await?;
    let (events, digest) = write_out(&mut invoicing, month, file).await?;
    if read_again(file)? != digest {
        let why = format!(
            "{}: the file does not read back as it was written",
            file.display()
        );
        return Err(Failure::broken(why));
    }
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
    let created = File::create_new(file).map_err(|error| refused(file, &error))?;
    let mut writer = csv::Writer::from_writer(created);
    writer
        .write_record(COLUMNS)
        .map_err(|error| refused(file, &error))?;
    let mut told = Digest::default();
    while let Some(message) = incoming.message().await? {
        for event in &message.events {
            told.add(event);
            let written = writer.write_record(row(event)?);
            written.map_err(|error| refused(file, &error))?;
        }
    }
    let written = writer.into_inner().map_err(|error| refused(file, &error))?;
    written.sync_all()?;
    Ok((told.events(), told.finish()))
}

fn read_again(file: &Path) -> Result<Vec<u8>, Failure> {
    let mut read = Digest::default();
    for event in events_of(file)? {
        read.add(&event?);
    }
    Ok(read.finish())
}

/// Reads a month back from the file that was written of it.
pub(super) async fn restore(month: &str, file: &Path, to: &Services, output: Output) -> Result<(), Failure> {
    let mut events = events_of(file)?;
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
            let next: Vec<ArchivedEvent> = events.by_ref().take(TOGETHER).collect::<Result<_, _>>()?;
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

fn refused(file: &Path, why: &dyn std::fmt::Display) -> Failure {
    Failure::refused(format!("{}: {why}", file.display()))
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn shown(at: &prost_types::Timestamp) -> String {
    Timestamp::new(at.seconds, at.nanos).map_or_else(|_| String::new(), |at| at.to_string())
}

fn row(event: &ArchivedEvent) -> Result<[String; 9], Failure> {
    let time = |at: Option<&prost_types::Timestamp>| {
        at.map(shown)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| Failure::broken("an archived event has no time"))
    };
    Ok([
        event.source.clone(),
        event.id.clone(),
        event.account.clone(),
        event.meter.clone(),
        time(event.time.as_ref())?,
        event.value.clone(),
        event.backfill.clone(),
        time(event.recorded_at.as_ref())?,
        event.dimensions_json.clone(),
    ])
}

/// The events of a file, in its order.
fn events_of(
    file: &Path,
) -> Result<impl Iterator<Item = Result<ArchivedEvent, Failure>> + Send + use<>, Failure> {
    let mut reader = csv::Reader::from_path(file).map_err(|error| refused(file, &error))?;
    let header = reader.headers().map_err(|error| refused(file, &error))?;
    if header.iter().ne(COLUMNS) {
        return Err(refused(
            file,
            &format!("its columns are not {}", COLUMNS.join(",")),
        ));
    }
    let name = file.to_owned();
    Ok(reader.into_records().map(move |record| {
        let record = record.map_err(|error| refused(&name, &error))?;
        event(&record).ok_or_else(|| {
            let line = record.position().map_or(0, csv::Position::line);
            refused(&name, &format!("line {line} is no archived event"))
        })
    }))
}

fn event(record: &csv::StringRecord) -> Option<ArchivedEvent> {
    let field = |place: usize| record.get(place).map(str::to_owned);
    let time = |place: usize| timestamp(record.get(place)?).ok();
    Some(ArchivedEvent {
        source: field(0)?,
        id: field(1)?,
        account: field(2)?,
        meter: field(3)?,
        time: Some(time(4)?),
        value: field(5)?,
        backfill: field(6)?,
        recorded_at: Some(time(7)?),
        dimensions_json: field(8)?,
    })
}
