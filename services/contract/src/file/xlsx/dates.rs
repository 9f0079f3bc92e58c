//! Days as spreadsheets count them.

use jiff::ToSpan;
use jiff::civil::{Date, date};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::formats::Kind;

/// The last day before 1 March 1900, as spreadsheets count: they believe in a 29 February 1900.
const NO_SUCH_DAY: i64 = 60;
const MINUTES: i64 = 24 * 60;
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A day by its number, written so that nobody takes its month for its day; as much of it as the format shows.
pub(super) fn written(number: Decimal, kind: Kind, from_1904: bool) -> Option<String> {
    let whole = number.trunc();
    match kind {
        Kind::Date { day, month, time } => {
            let on = day_of(whole.to_i64()?, from_1904)?;
            let clock = if time {
                clock(number.checked_sub(whole)?)
            } else {
                None
            };
            let clock = clock.map(|clock| format!(" {clock}")).unwrap_or_default();
            match (day, month) {
                (true, _) => Some(format!("{on}{clock}")),
                (false, true) => Some(format!("{} {}", month_name(on)?, on.year())),
                (false, false) => Some(on.year().to_string()),
            }
        }
        Kind::Time => clock(number.checked_sub(whole)?),
        _ => None,
    }
}

fn day_of(number: i64, from_1904: bool) -> Option<Date> {
    let (zero, number) = match from_1904 {
        true => (date(1904, 1, 1), number),
        false if number > NO_SUCH_DAY => (date(1899, 12, 30), number),
        false if number < NO_SUCH_DAY => (date(1899, 12, 31), number),
        false => return None,
    };
    (0..3_000_000).contains(&number).then_some(())?;
    zero.checked_add(number.days()).ok()
}

fn month_name(on: Date) -> Option<&'static str> {
    MONTHS
        .get(usize::try_from(on.month()).ok()?.checked_sub(1)?)
        .copied()
}

fn clock(part: Decimal) -> Option<String> {
    let minutes = part.checked_mul(Decimal::from(MINUTES))?.round().to_i64()?;
    Some(format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::xlsx::formats::Format;

    #[test]
    fn days_are_counted_as_spreadsheets_do() {
        for (number, code, from_1904, text) in [
            ("46143", "dd/mm/yyyy", false, Some("2026-05-01")),
            ("44681", "dd/mm/yyyy", true, Some("2026-05-01")),
            ("1", "d-mmm-yy", false, Some("1900-01-01")),
            ("59", "d-mmm-yy", false, Some("1900-02-28")),
            ("60", "d-mmm-yy", false, None),
            ("61", "d-mmm-yy", false, Some("1900-03-01")),
            ("46143", "mmm yyyy", false, Some("May 2026")),
            ("46143", "yyyy", false, Some("2026")),
            ("46143.75", "yyyy-mm-dd hh:mm", false, Some("2026-05-01 18:00")),
            ("0.375", "hh:mm", false, Some("09:00")),
            ("-5", "yyyy-mm-dd", false, None),
            ("99999999", "yyyy-mm-dd", false, None),
        ] {
            let written = written(number.parse().unwrap(), Format::read(code).kind, from_1904);
            assert_eq!(written.as_deref(), text, "{number} {code}");
        }
    }
}
