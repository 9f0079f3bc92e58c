//! Comma-separated values: a sheet without a name.

use super::sheet::{self, Sheet, SheetCell, SheetRow};
use super::{ReadError, flow, identity, text};
use crate::page::{Document, Media};

/// What may stand between values.
const MARKS: [u8; 3] = *b",;\t";
/// A value longer than this on average is prose.
const LONG: usize = 60;
/// Prose has a blank after its commas; values rarely do, in percent.
const SPACED_PERCENT: usize = 20;

/// Reads values by the mark that parts them.
///
/// # Errors
/// No readable text, or more cells than any price list has.
pub(super) fn read(bytes: &[u8]) -> Result<Document, ReadError> {
    let text = text::decode(bytes);
    let mark = mark(&text).unwrap_or(b',');
    let mut sheet = Sheet::default();
    for (number, record) in (1u32..).zip(records(&text, mark)) {
        let cells = (0u32..).zip(record).filter(|(_, value)| !value.trim().is_empty());
        let cells: Vec<SheetCell> = cells
            .map(|(column, text)| SheetCell {
                column,
                text,
                visible: true,
            })
            .collect();
        if !cells.is_empty() {
            sheet.rows.push(SheetRow { number, cells });
        }
    }
    sheet::limit(std::slice::from_ref(&sheet))?;
    let laid = sheet::lay(&sheet, 1);
    flow::readable(Document {
        id: identity(bytes),
        media: Media::Csv,
        title: None,
        pages: vec![laid.page],
        tables: laid.tables,
        findings: laid.findings,
    })
}

/// Is a text values rather than sentences?
pub(super) fn is_values(text: &str) -> bool {
    mark(text).is_some()
}

/// The mark that parts as many values, two or more, in every row.
fn mark(text: &str) -> Option<u8> {
    MARKS
        .into_iter()
        .find(|mark| parts_values(&records(text, *mark), *mark))
}

fn parts_values(records: &[Vec<String>], mark: u8) -> bool {
    let filled: Vec<&Vec<String>> = records
        .iter()
        .filter(|record| record.iter().any(|value| !value.trim().is_empty()))
        .collect();
    let Some(first) = filled.first() else { return false };
    let columns = first.len();
    let even = filled.iter().all(|record| record.len() == columns);
    let values = || filled.iter().flat_map(|record| record.iter());
    let count = values().count();
    let spaced = values().filter(|value| value.starts_with(' ')).count();
    let letters: usize = values().map(String::len).sum();
    let figures =
        values().filter(|value| value.starts_with(|c: char| c.is_ascii_digit() || "$€£".contains(c)));
    even && columns >= 2
        && filled.len() >= 2
        && figures.count() >= filled.len().saturating_sub(1)
        && letters <= count.saturating_mul(LONG)
        && (mark != b',' || spaced.saturating_mul(100) <= count.saturating_mul(SPACED_PERCENT))
}

fn records(text: &str, mark: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new();
    let reader = reader.has_headers(false).flexible(true).delimiter(mark);
    let records = reader.from_reader(text.as_bytes()).into_records();
    records
        .map_while(Result::ok)
        .map(|record| record.iter().map(str::to_owned).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_from_sentences() {
        for (text, values) in [
            ("Item,Unit,Price\nSeat,user,$12.00\nStorage,GB,$0.08\n", true),
            ("Item;Price\nSeat;12,50 €\nStorage;0,08 €\n", true),
            ("Item\tPrice\nSeat\t12.50\n", true),
            ("\"Seat, annual\",\"$1,200.00\"\n\"Storage\",\"$0.08\"\n", true),
            (
                "Provider: Tern, Inc.\nCustomer: Cove, Ltd.\nFee: $5, monthly\n",
                false,
            ),
            (
                "The fee is $12,000 a year.\nInvoices are due in 30 days.\n",
                false,
            ),
            ("Customer pays $100, monthly, in advance\n", false),
            ("12,5\n", false),
            ("", false),
        ] {
            assert_eq!(is_values(text), values, "{text}");
        }
    }
}
