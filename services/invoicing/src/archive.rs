//! Archived usage in files: how a month's events stand in a CSV file, written down to the disk and read back as they were.

use std::fs::File;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use wire::archive::Digest;
use wire::invoicing::v1::ArchivedEvent;

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

/// What is wrong with a file of archived usage.
#[derive(Debug, thiserror::Error)]
#[error("{}: {what}", file.display())]
pub struct ArchiveError {
    file: PathBuf,
    what: String,
}

impl ArchiveError {
    fn of<W: std::fmt::Display>(file: &Path) -> impl Fn(W) -> Self {
        move |what| Self {
            file: file.to_owned(),
            what: what.to_string(),
        }
    }
}

/// A file that is being written, and the digest of what is in it so far.
#[derive(Debug)]
pub struct Writer {
    file: PathBuf,
    rows: csv::Writer<File>,
    digest: Digest,
}

impl Writer {
    /// Begins a new file; there must be none of its name.
    pub fn create(file: &Path) -> Result<Self, ArchiveError> {
        let created = File::create_new(file).map_err(ArchiveError::of(file))?;
        let mut rows = csv::Writer::from_writer(created);
        rows.write_record(COLUMNS).map_err(ArchiveError::of(file))?;
        Ok(Self {
            file: file.to_owned(),
            rows,
            digest: Digest::default(),
        })
    }

    /// Writes the next event.
    pub fn add(&mut self, event: &ArchivedEvent) -> Result<(), ArchiveError> {
        self.digest.add(event);
        let row = row(event).ok_or("an archived event has no time");
        let row = row.map_err(ArchiveError::of(&self.file))?;
        self.rows.write_record(row).map_err(ArchiveError::of(&self.file))
    }

    /// Waits until everything is on the disk, reads it again, and answers its digest.
    pub fn finish(self) -> Result<Digest, ArchiveError> {
        let written = self.rows.into_inner().map_err(ArchiveError::of(&self.file))?;
        written.sync_all().map_err(ArchiveError::of(&self.file))?;
        let mut again = Digest::default();
        for event in read(&self.file)? {
            again.add(&event?);
        }
        if again.finish() != self.digest.clone().finish() {
            return Err(ArchiveError::of(&self.file)(
                "it does not read back as it was written",
            ));
        }
        Ok(self.digest)
    }
}

fn row(event: &ArchivedEvent) -> Option<[String; 9]> {
    let time = |at: Option<&prost_types::Timestamp>| Some(shown(at?)).filter(|text| !text.is_empty());
    Some([
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

fn shown(at: &prost_types::Timestamp) -> String {
    Timestamp::new(at.seconds, at.nanos).map_or_else(|_| String::new(), |at| at.to_string())
}

/// The events of a file, in its order.
pub fn read(
    file: &Path,
) -> Result<impl Iterator<Item = Result<ArchivedEvent, ArchiveError>> + Send + use<>, ArchiveError> {
    let mut reader = csv::Reader::from_path(file).map_err(ArchiveError::of(file))?;
    let header = reader.headers().map_err(ArchiveError::of(file))?;
    if header.iter().ne(COLUMNS) {
        let what = format!("its columns are not {}", COLUMNS.join(","));
        return Err(ArchiveError::of(file)(what));
    }
    let file = file.to_owned();
    Ok(reader.into_records().map(move |record| {
        let record = record.map_err(ArchiveError::of(&file))?;
        event(&record).ok_or_else(|| {
            let line = record.position().map_or(0, csv::Position::line);
            ArchiveError::of(&file)(format!("line {line} is no archived event"))
        })
    }))
}

fn event(record: &csv::StringRecord) -> Option<ArchivedEvent> {
    let field = |place: usize| record.get(place).map(str::to_owned);
    let time = |place: usize| {
        let at: Timestamp = record.get(place)?.parse().ok()?;
        Some(crate::grpc::timestamp(at))
    };
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
