//! `quittance usage load`: a file of usage as a stream named by its content. Broken off and started again, it goes on behind
//! the last batch that was acknowledged. What was not taken goes row by row into a file beside it.

use std::fs::{File, OpenOptions};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;
use wire::invoicing::v1::{
    RecordUsageResponse, RejectedEvent, StreamUsageRequest, StreamUsageResponse, UnmatchedUsage,
};

use super::rows::{Row, Rows};
use crate::connection::{Invoicing, Services};
use crate::failure::Failure;
use crate::printing::{Output, progress};

/// Rows sent at a time.
const BATCH: usize = 2000;
/// Batches made ready while one is under way.
const AHEAD: usize = 4;
/// Refusals shown; the file has all.
const SHOWN: usize = 10;

pub(super) async fn load(
    file: &Path,
    backfill: &str,
    rejected: Option<&Path>,
    to: &Services,
    output: Output,
) -> Result<(), Failure> {
    // What is wrong with the file as a whole is known before anything is sent.
    drop(Rows::open(file)?);
    let name = stream_name(file, backfill)?;
    let mut invoicing = to.invoicing().await?;
    let mut call = Call::open(&mut invoicing, name).await?;
    let rejected = rejected.map_or_else(|| beside(file), Path::to_owned);
    let mut report = Report::resumed(call.stands, rejected);
    let (batches, mut prepared) = mpsc::channel(AHEAD);
    let reading = {
        let (file, backfill, stands) = (file.to_owned(), backfill.to_owned(), call.stands);
        tokio::task::spawn_blocking(move || read(&file, &backfill, stands, &batches))
    };
    let bar = progress(std::fs::metadata(file)?.len(), "loading usage");
    while let Some(batch) = prepared.recv().await {
        bar.set_position(batch.bytes);
        let receipt = call
            .send(batch.request)
            .await
            .map_err(|failure| interrupted(&failure))?;
        report.add(receipt, &batch.rows, batch.wrong)?;
    }
    bar.finish_and_clear();
    reading
        .await
        .map_err(|panic| Failure::broken(panic.to_string()))??;
    output.show(|| report.json(), || report.people());
    match report.refused {
        0 => Ok(()),
        _ => Err(Failure::refused(
            "some rows were not taken; the others are stored",
        )),
    }
}

fn interrupted(failure: &Failure) -> Failure {
    Failure::broken(format!(
        "{failure}; start the same command again: it goes on behind the last rows that were acknowledged"
    ))
}

fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".rejected.csv");
    PathBuf::from(name)
}

/// The same file, for the same backfill and cut into the same batches, is the same stream.
fn stream_name(file: &Path, backfill: &str) -> Result<String, Failure> {
    let mut hash = Sha256::new();
    hash.update(format!("{BATCH} {backfill}\n"));
    let mut reader = File::open(file)?;
    let mut piece = vec![0; 1 << 16];
    loop {
        let read = reader.read(&mut piece)?;
        match piece.get(..read) {
            Some(piece) if !piece.is_empty() => hash.update(piece),
            _ => break,
        }
    }
    let half: String = hash
        .finalize()
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(format!("file {half}"))
}

/// The call that the file goes over.
struct Call {
    outgoing: mpsc::Sender<StreamUsageRequest>,
    answers: Streaming<StreamUsageResponse>,
    /// The last batch that was acknowledged before.
    stands: u64,
}

impl Call {
    async fn open(invoicing: &mut Invoicing, stream: String) -> Result<Self, Failure> {
        let (outgoing, requests) = mpsc::channel(1);
        let opening = StreamUsageRequest {
            stream,
            ..StreamUsageRequest::default()
        };
        outgoing.send(opening).await.map_err(|_| ended())?;
        let answers = invoicing
            .stream_usage(ReceiverStream::new(requests))
            .await?
            .into_inner();
        let mut call = Self {
            outgoing,
            answers,
            stands: 0,
        };
        call.stands = call.answer().await?.batch;
        Ok(call)
    }

    async fn send(&mut self, request: StreamUsageRequest) -> Result<RecordUsageResponse, Failure> {
        // Where the call has ended, its answer says why.
        let _ended = self.outgoing.send(request).await;
        self.answer().await?.receipt.ok_or_else(ended)
    }

    async fn answer(&mut self) -> Result<StreamUsageResponse, Failure> {
        self.answers.message().await?.ok_or_else(ended)
    }
}

fn ended() -> Failure {
    Failure::broken("the service ended the call")
}

/// Some rows of the file.
struct Batch {
    request: StreamUsageRequest,
    /// The row of each event.
    rows: Vec<u64>,
    /// Rows that are no events.
    wrong: Vec<(u64, String)>,
    /// Where in the file it ends.
    bytes: u64,
}

/// Reads the file and passes on the batches behind the one where the stream stands.
fn read(file: &Path, backfill: &str, stands: u64, batches: &mpsc::Sender<Batch>) -> Result<(), Failure> {
    let mut rows = Rows::open(file)?;
    for number in 1_u64.. {
        let taken = rows.by_ref().take(BATCH).collect::<Result<Vec<Row>, _>>();
        let taken = taken.map_err(|error| unreadable(file, number, &error))?;
        if taken.is_empty() {
            break;
        }
        if number <= stands {
            continue;
        }
        let batch = batch(number, backfill, taken, rows.position());
        if batches.blocking_send(batch).is_err() {
            // Nobody sends any more: the reason is told there.
            break;
        }
    }
    Ok(())
}

/// Damage that shows in the middle of a file: what stands before it is stored already.
fn unreadable(file: &Path, batch: u64, error: &std::io::Error) -> Failure {
    let sent = rows_of(batch.saturating_sub(1));
    let told = format!(
        "{}: {error}; its first {sent} rows were loaded, and none behind them: load a mended file as a whole, what is known \
         already counts once",
        file.display()
    );
    match error.kind() {
        std::io::ErrorKind::InvalidData => Failure::refused(told),
        _ => Failure::broken(told),
    }
}

/// Rows in so many batches.
fn rows_of(batches: u64) -> u64 {
    batches.saturating_mul(u64::try_from(BATCH).unwrap_or(u64::MAX))
}

fn batch(number: u64, backfill: &str, taken: Vec<Row>, bytes: u64) -> Batch {
    let (mut rows, mut events, mut wrong) = (Vec::new(), Vec::new(), Vec::new());
    for Row { number, event } in taken {
        match event {
            Ok(event) => {
                rows.push(number);
                events.push(event);
            }
            Err(why) => wrong.push((number, why)),
        }
    }
    let request = StreamUsageRequest {
        stream: String::new(),
        batch: number,
        events,
        backfill: backfill.to_owned(),
    };
    Batch {
        request,
        rows,
        wrong,
        bytes,
    }
}

/// What became of the file.
struct Report {
    /// Rows that an earlier run sent.
    before: u64,
    sum: RecordUsageResponse,
    refused: u64,
    shown: Vec<String>,
    file: PathBuf,
    writer: Option<csv::Writer<File>>,
}

impl Report {
    fn resumed(stands: u64, file: PathBuf) -> Self {
        Self {
            before: rows_of(stands),
            sum: RecordUsageResponse::default(),
            refused: 0,
            shown: Vec::new(),
            file,
            writer: None,
        }
    }

    fn add(
        &mut self,
        receipt: RecordUsageResponse,
        rows: &[u64],
        wrong: Vec<(u64, String)>,
    ) -> Result<(), Failure> {
        self.sum.accepted = self.sum.accepted.saturating_add(receipt.accepted);
        self.sum.duplicates = self.sum.duplicates.saturating_add(receipt.duplicates);
        self.sum.unmatched = self.sum.unmatched.saturating_add(receipt.unmatched);
        add_unmatched(&mut self.sum.unmatched_usage, receipt.unmatched_usage);
        let told = receipt.rejected.into_iter().map(|rejected| {
            let place = usize::try_from(rejected.index).unwrap_or(usize::MAX);
            let row = rows.get(place).copied().unwrap_or_default();
            (row, rejected)
        });
        let wrong = wrong.into_iter().map(|(row, detail)| {
            let rejected = RejectedEvent {
                detail,
                ..RejectedEvent::default()
            };
            (row, rejected)
        });
        let mut refused: Vec<_> = wrong.chain(told).collect();
        refused.sort_by_key(|(row, _)| *row);
        for (
            row,
            RejectedEvent {
                source, id, detail, ..
            },
        ) in refused
        {
            self.refuse(row, &source, &id, &detail)?;
        }
        if let Some(writer) = &mut self.writer {
            writer.flush()?;
        }
        Ok(())
    }

    /// Into the file; behind what an earlier run wrote where this one goes on.
    fn refuse(&mut self, row: u64, source: &str, id: &str, why: &str) -> Result<(), Failure> {
        self.refused += 1;
        if self.shown.len() < SHOWN {
            self.shown.push(format!("row {row}: {why}"));
        }
        let broken = |error: csv::Error| Failure::broken(format!("{}: {error}", self.file.display()));
        if self.writer.is_none() {
            let goes_on = self.before > 0 && self.file.exists();
            let mut options = OpenOptions::new();
            options
                .create(true)
                .write(true)
                .append(goes_on)
                .truncate(!goes_on);
            let mut writer = csv::Writer::from_writer(options.open(&self.file)?);
            if !goes_on {
                writer
                    .write_record(["row", "source", "id", "why"])
                    .map_err(broken)?;
            }
            self.writer = Some(writer);
        }
        match &mut self.writer {
            Some(writer) => writer
                .write_record([&row.to_string(), source, id, why])
                .map_err(broken),
            None => Ok(()),
        }
    }

    fn json(&self) -> Value {
        let mut told = wire::json::json(&self.sum);
        told["rows_before"] = json!(self.before);
        told["refused"] = json!(self.refused);
        if self.refused > 0 {
            told["rejected_file"] = json!(self.file.display().to_string());
        }
        told
    }

    fn people(&self) -> String {
        let mut text = format!(
            "{} counted, {} known already, {} waiting for a plan, {} not taken",
            self.sum.accepted, self.sum.duplicates, self.sum.unmatched, self.refused
        );
        if self.before > 0 {
            text.push_str("; what an earlier run of this file had sent is not counted here");
        }
        for unmatched in &self.sum.unmatched_usage {
            text.push_str(&format!("\n  {} waiting: {}", unmatched.events, unmatched.detail));
        }
        for line in &self.shown {
            text.push_str(&format!("\n  {line}"));
        }
        if self.refused > 0 {
            text.push_str(&format!(
                "\n  each row that was not taken: {}",
                self.file.display()
            ));
        }
        text
    }
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
