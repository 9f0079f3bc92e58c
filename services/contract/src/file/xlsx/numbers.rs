//! Numbers as a person sees them in their cells, without losing what the cells hold.

use rust_decimal::{Decimal, RoundingStrategy};

use super::formats::{Format, Kind};

/// Spreadsheets compute with fifteen digits; what stands behind them in a file is noise of binary fractions.
const DIGITS: u32 = 15;

/// A number in its format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Written {
    /// What is read.
    pub(super) text: String,
    /// What the cell shows, where that is less than it holds.
    pub(super) shown: Option<String>,
}

/// The number that a file writes: `38.299999999999997`, `1E-3`.
pub(super) fn number(stored: &str) -> Option<Decimal> {
    let stored = stored.trim();
    let number = Decimal::from_str_exact(stored)
        .or_else(|_| stored.parse())
        .or_else(|_| Decimal::from_scientific(&stored.to_lowercase()))
        .ok()?;
    Some(number.round_sf(DIGITS)?.normalize())
}

/// A number in a format of numbers.
pub(super) fn written(number: Decimal, format: &Format) -> Option<Written> {
    let (number, most, least, sign) = match format.kind {
        Kind::General => (number, u32::MAX, 0, ""),
        Kind::Number { most, least } => (number, most, least, ""),
        Kind::Percent { most } => (
            number.checked_mul(Decimal::ONE_HUNDRED)?.normalize(),
            most,
            0,
            "%",
        ),
        Kind::Date { .. } | Kind::Time | Kind::Nothing => return None,
    };
    let dressed = |number: Decimal, least: u32| {
        let minus = if number.is_sign_negative() && !number.is_zero() {
            "-"
        } else {
            ""
        };
        format!(
            "{minus}{}{}{sign}{}",
            format.before,
            padded(number.abs(), least),
            format.after
        )
    };
    let shown = (number.scale() > most)
        .then(|| number.round_dp_with_strategy(most, RoundingStrategy::MidpointAwayFromZero))
        .map(|rounded| dressed(rounded, least.max(most)));
    Some(Written {
        text: dressed(number, least),
        shown,
    })
}

/// At least so many decimals. Three would look like thousands to readers of some countries.
fn padded(number: Decimal, least: u32) -> String {
    let decimals = match number.scale().max(least) {
        3 => 4,
        decimals => decimals,
    };
    let mut padded = number;
    padded.rescale(decimals);
    // What does not fit so many decimals is written as it is.
    if padded == number {
        padded.to_string()
    } else {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(stored: &str, code: &str) -> (String, Option<String>) {
        let written = written(number(stored).unwrap(), &Format::read(code)).unwrap();
        (written.text, written.shown)
    }

    #[test]
    fn numbers_are_written_as_their_format_shows_them() {
        for (stored, code, text) in [
            ("1200", "General", "1200"),
            ("38.299999999999997", "General", "38.3"),
            ("38.299999999999997", "\"$\"#,##0.00", "$38.30"),
            ("0.1", "0%", "10%"),
            ("0.125", "0.0%", "12.5%"),
            ("7.0000000000000007E-2", "0%", "7%"),
            ("1E-3", "General", "0.0010"),
            ("1250", "#,##0.00\\ [$€-407]", "1250.00 €"),
            ("-40", "\"$\"#,##0.00", "-$40.00"),
            ("1.234", "General", "1.2340"),
        ] {
            assert_eq!(show(stored, code), (text.to_owned(), None), "{stored} {code}");
        }
    }

    #[test]
    fn what_a_cell_holds_beyond_what_it_shows_is_not_lost() {
        let less = |shown: &str| Some(shown.to_owned());
        assert_eq!(show("0.0125", "\"$\"0.00"), ("$0.0125".to_owned(), less("$0.01")));
        assert_eq!(show("0.005", "0%"), ("0.5%".to_owned(), less("1%")));
        assert_eq!(show("99.6", "0"), ("99.6".to_owned(), less("100")));
    }

    #[test]
    fn what_is_no_number_is_none() {
        for stored in ["", "abc", "1e999", "NaN", "--5"] {
            assert_eq!(number(stored), None, "{stored}");
        }
    }
}
