//! Files of usage, row by row: CSV, one JSON object a line, or Parquet.

mod parquet;

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, Lines};
use std::path::Path;

use serde_json::{Map, Value};
use wire::invoicing::v1::UsageEvent;

use crate::facts::timestamp;
use crate::failure::Failure;

/// The columns every file has; any other column is a dimension, save `corrects`.
const COLUMNS: [&str; 6] = ["source", "id", "account", "meter", "time", "value"];

/// A row of a file.
#[derive(Debug)]
pub(super) struct Row {
    /// As an editor counts lines in a file without line breaks in its values; the header of a CSV file is 1, and so is the
    /// first row of a Parquet file, which has none.
    pub(super) number: u64,
    /// Why it is no event, if it is none.
    pub(super) event: Result<UsageEvent, String>,
}

/// All rows of a file, read as they are asked for.
pub(super) enum Rows {
    Csv {
        headers: csv::StringRecord,
        records: csv::StringRecordsIntoIter<File>,
        number: u64,
    },
    Json {
        lines: Lines<BufReader<File>>,
        number: u64,
        bytes: u64,
    },
    Parquet(Box<parquet::Parquet>),
}

impl Rows {
    /// `.ndjson`, `.jsonl` and `.json` hold one JSON object a line, `.parquet` is Parquet, everything else is CSV.
    pub(super) fn open(file: &Path) -> Result<Self, Failure> {
        let kind = file.extension().and_then(|kind| kind.to_str());
        let kind = kind.unwrap_or_default().to_ascii_lowercase();
        let opened = File::open(file).map_err(|error| error.to_string());
        let rows = opened.and_then(|opened| match kind.as_str() {
            "ndjson" | "jsonl" | "json" => Ok(Self::json(opened)),
            "parquet" => Ok(Self::Parquet(Box::new(parquet::Parquet::open(opened)?))),
            _ => Self::csv(opened),
        });
        rows.map_err(|why| Failure::refused(format!("{}: {why}", file.display())))
    }

    fn json(opened: File) -> Self {
        Self::Json {
            lines: BufReader::new(opened).lines(),
            number: 0,
            bytes: 0,
        }
    }

    fn csv(opened: File) -> Result<Self, String> {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(opened);
        let headers = reader.headers().map_err(|error| error.to_string())?.clone();
        required(headers.iter())?;
        Ok(Self::Csv {
            headers,
            records: reader.into_records(),
            number: 1,
        })
    }
}

/// Each column that a file must have is there, and no two have one name: one would hide the other.
fn required<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(format!("two columns are named `{name}`"));
        }
    }
    match COLUMNS.into_iter().find(|name| !seen.contains(name)) {
        None => Ok(()),
        Some(missing) => Err(format!("the column `{missing}` is missing")),
    }
}

impl Rows {
    /// Where in the file it is, in bytes.
    pub(super) fn position(&self) -> u64 {
        match self {
            Self::Csv { records, .. } => records.reader().position().byte(),
            Self::Json { bytes, .. } => *bytes,
            Self::Parquet(parquet) => parquet.position(),
        }
    }
}

impl Iterator for Rows {
    type Item = Result<Row, std::io::Error>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Csv {
                headers,
                records,
                number,
            } => {
                let record = records.next()?;
                *number += 1;
                let event = match record {
                    Ok(record) => of_record(headers, &record),
                    Err(error) if error.is_io_error() => return Some(Err(error.into())),
                    Err(error) => Err(error.to_string()),
                };
                let number = *number;
                Some(Ok(Row { number, event }))
            }
            Self::Json { lines, number, bytes } => loop {
                let line = match lines.next()? {
                    Ok(line) => line,
                    Err(error) => return Some(Err(error)),
                };
                *number += 1;
                *bytes += u64::try_from(line.len()).unwrap_or_default() + 1;
                if !line.trim().is_empty() {
                    let (number, event) = (*number, of_line(&line));
                    return Some(Ok(Row { number, event }));
                }
            },
            Self::Parquet(parquet) => parquet.next().transpose(),
        }
    }
}

fn of_record(headers: &csv::StringRecord, row: &csv::StringRecord) -> Result<UsageEvent, String> {
    if row.len() != headers.len() {
        return Err(format!(
            "it has {} cells, but the header names {} columns",
            row.len(),
            headers.len()
        ));
    }
    of_cells(headers.iter().zip(row.iter()).collect())
}

/// An event of what stands in a row, by the names of its columns.
fn of_cells(mut cells: HashMap<&str, &str>) -> Result<UsageEvent, String> {
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

fn of_line(line: &str) -> Result<UsageEvent, String> {
    let mut object: Map<String, Value> =
        serde_json::from_str(line).map_err(|error| format!("it is no JSON object: {error}"))?;
    let dimensions = match object.remove("dimensions") {
        None | Some(Value::Null) => HashMap::new(),
        Some(Value::Object(held)) => {
            let each = held
                .into_iter()
                .map(|(name, value)| Ok((name.clone(), text(&name, value)?)));
            each.collect::<Result<_, String>>()?
        }
        Some(other) => return Err(format!("dimensions is {other}, which is no object of texts")),
    };
    let mut take = |name: &str| match object.remove(name) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(value) => text(name, value),
    };
    let event = UsageEvent {
        source: take("source")?,
        id: take("id")?,
        account: take("account")?,
        meter: take("meter")?,
        time: Some(timestamp(&take("time")?)?),
        value: take("value")?,
        dimensions,
        corrects: take("corrects")?,
    };
    match object.keys().next() {
        None => Ok(event),
        Some(name) => Err(format!(
            "`{name}` is not known: what an event is told apart by goes into `dimensions`"
        )),
    }
}

/// A text, or a whole number as one. Other numbers lose digits in many programs, so nobody can tell what was meant.
fn text(name: &str, value: Value) -> Result<String, String> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(number) if number.is_i64() || number.is_u64() => Ok(number.to_string()),
        Value::Number(number) => Err(format!(
            "{name} is the JSON number {number}, which programs round on the way: write it as a text, \"{number}\""
        )),
        other => Err(format!("{name} is {other}, which is no text")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn rows(name: &str, content: &str) -> Result<Vec<Row>, Failure> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(name);
        File::create(&file)
            .unwrap()
            .write_all(content.as_bytes())
            .unwrap();
        Ok(Rows::open(&file)?.map(Result::unwrap).collect())
    }

    #[test]
    fn further_columns_are_dimensions() {
        let content = "source,id,account,meter,time,value,region\ns,1,acme,call,2026-01-31,12.5,eu\n\
                       s,2,acme,call,31.1.26,1,\ns,3\n";
        let rows = rows("usage.csv", content).unwrap();
        let event = rows[0].event.as_ref().unwrap();
        assert_eq!(
            (&*event.value, event.time.unwrap().seconds),
            ("12.5", 1_769_860_800)
        );
        assert_eq!(event.dimensions["region"], "eu");
        assert_eq!(rows.iter().map(|row| row.number).collect::<Vec<_>>(), [2, 3, 4]);
        assert!(rows[1].event.as_ref().unwrap_err().contains("31.1.26"));
        assert!(rows[2].event.as_ref().unwrap_err().contains("2 cells"));
    }

    #[test]
    fn a_line_is_an_event() {
        let content = r#"{"source":"s","id":7,"account":"acme","meter":"call","time":"2026-01-31","value":"12.5","dimensions":{"region":"eu"}}

{"source":"s","id":"8","account":"acme","meter":"call","time":"2026-01-31","value":12.5}
{"source":"s","id":"9","account":"acme","meter":"call","time":"2026-01-31","vaule":"1"}
[]"#;
        let rows = rows("usage.ndjson", content).unwrap();
        let event = rows[0].event.as_ref().unwrap();
        assert_eq!(
            (&*event.id, &*event.value, &*event.dimensions["region"]),
            ("7", "12.5", "eu")
        );
        let wrong = |place: usize| {
            (
                rows[place].number,
                rows[place].event.as_ref().unwrap_err().clone(),
            )
        };
        assert!(matches!(wrong(1), (3, why) if why.starts_with("value is the JSON number")));
        assert!(matches!(wrong(2), (4, why) if why.contains("vaule")));
        assert!(matches!(wrong(3), (5, why) if why.contains("no JSON object")));
    }

    #[test]
    fn a_missing_column_is_named() {
        let refused = rows("usage.csv", "source,id\n").unwrap_err();
        assert!(refused.to_string().contains("`account`"), "{refused}");
    }

    #[test]
    fn two_columns_of_one_name_are_refused() {
        let refused = rows("usage.csv", "source,id,account,meter,time,value,region,region\n").unwrap_err();
        assert!(
            refused.to_string().contains("two columns are named `region`"),
            "{refused}"
        );
    }
}
