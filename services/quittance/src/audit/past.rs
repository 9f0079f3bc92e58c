//! Past invoices from a file: one row a line, as another system issued them.

use std::path::Path;

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::Part;
use crate::failure::Failure;

/// The columns of the file. `from` and `until` are the first day served and the first day no longer served, both empty
/// on a one-time line; `charge` is the charge's id in the plan; `amount` is before tax, negative on a credit.
const COLUMNS: [&str; 6] = ["account", "charge", "from", "until", "currency", "amount"];

/// A line that was invoiced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) part: Part,
    pub(super) amount: Decimal,
}

/// Every row of the file; one that cannot be read refuses all of it, for a sum with holes proves nothing.
pub(super) fn read(file: &Path) -> Result<Vec<Row>, Failure> {
    let named = |error: &dyn std::fmt::Display| Failure::refused(format!("{}: {error}", file.display()));
    let mut reader = csv::Reader::from_path(file).map_err(|error| named(&error))?;
    let headers = reader.headers().map_err(|error| named(&error))?.clone();
    let mut places = [0; 6];
    for (place, column) in places.iter_mut().zip(COLUMNS) {
        *place = headers
            .iter()
            .position(|header| header.trim() == column)
            .ok_or_else(|| {
                named(&format!(
                    "the column `{column}` is missing; the columns are {}",
                    COLUMNS.join(",")
                ))
            })?;
    }
    let rows = reader.records().zip(2_usize..);
    rows.map(|(record, at)| {
        let record = record.map_err(|error| named(&error))?;
        row(places.map(|place| record.get(place).unwrap_or_default().trim()))
            .map_err(|why| named(&format!("row {at}: {why}")))
    })
    .collect()
}

fn row([account, charge, from, until, currency, amount]: [&str; 6]) -> Result<Row, String> {
    let service = [from, until];
    if service.iter().any(|day| !day.is_empty()) {
        for day in service {
            day.parse::<Date>()
                .map_err(|_| format!("`{day}` is not a date: write 2026-01-31"))?;
        }
    }
    let part = Part {
        account: account.to_owned(),
        charge: charge.to_owned(),
        from: from.to_owned(),
        until: until.to_owned(),
        currency: currency.to_uppercase(),
    };
    let amount =
        Decimal::from_str_exact(amount).map_err(|_| format!("`{amount}` is no amount: write 1234.50"))?;
    Ok(Row { part, amount })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_that_cannot_be_read_is_named() {
        let cases = [
            (
                ["acme", "fee", "2026-01-01", "2026-02-01", "usd", "5,00"],
                "`5,00` is no amount: write 1234.50",
            ),
            (
                ["acme", "fee", "1.1.26", "2026-02-01", "USD", "5"],
                "`1.1.26` is not a date: write 2026-01-31",
            ),
            (
                ["acme", "fee", "2026-01-01", "", "USD", "5"],
                "`` is not a date: write 2026-01-31",
            ),
        ];
        for (cells, why) in cases {
            assert_eq!(row(cells).unwrap_err(), why);
        }
        let once = row(["acme", "setup", "", "", "usd", "-5.00"]).unwrap();
        assert_eq!(
            (once.part.currency.as_str(), once.amount.to_string()),
            ("USD", "-5.00".to_owned())
        );
    }

    #[test]
    fn a_column_that_is_missing_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("past.csv");
        std::fs::write(&file, "account,charge,from,until,amount\n").unwrap();
        assert!(
            read(&file)
                .unwrap_err()
                .to_string()
                .contains("the column `currency` is missing")
        );
        std::fs::write(
            &file,
            "amount,currency,until,from,charge,account,invoice\n5,USD,,,fee,acme,A-1\n",
        )
        .unwrap();
        assert_eq!(read(&file).unwrap()[0].part.account, "acme");
    }
}
