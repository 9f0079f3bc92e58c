//! By value, not by text, and only what the source states.

use jiff::Timestamp;
use pricing::fraction::Fraction;
use rust_decimal::Decimal;
use serde_json::{Map, Value};

/// What differs, if anything: only names in `expected` are looked at.
pub(crate) fn differences(expected: &Map<String, Value>, found: &Map<String, Value>) -> Vec<String> {
    let mut differences = Vec::new();
    for (name, expected) in expected {
        match found.get(name) {
            Some(found) if is_equal(name, expected, found) => {}
            Some(found) => differences.push(format!("{name}: expected {expected}, found {found}")),
            None => differences.push(format!("{name}: expected {expected}, the adapter gives none")),
        }
    }
    differences
}

fn is_equal(name: &str, expected: &Value, found: &Value) -> bool {
    match (expected, found) {
        (Value::Array(expected), Value::Array(found)) if expected.iter().all(Value::is_object) => {
            are_the_same_rows(name, expected, found)
        }
        (Value::Array(expected), Value::Array(found)) => {
            let mut pairs = expected.iter().zip(found);
            expected.len() == found.len() && pairs.all(|(expected, found)| is_equal(name, expected, found))
        }
        (Value::Object(expected), Value::Object(found)) => expected.iter().all(|(key, expected)| {
            found
                .get(key)
                .is_some_and(|found| is_equal(name, expected, found))
        }),
        _ => match (as_fraction(expected), as_fraction(found)) {
            (Some(expected), Some(found)) => is_close(name, expected, found),
            _ => is_same_moment(expected, found),
        },
    }
}

/// Rows name what they are about; sources list them in orders of their own, and leave out what comes to nothing.
fn are_the_same_rows(name: &str, expected: &[Value], found: &[Value]) -> bool {
    let mut left: Vec<&Value> = found.iter().collect();
    let all_found = expected.iter().all(|row| {
        let at = left.iter().position(|found| is_equal(name, row, found));
        at.map(|at| left.remove(at)).is_some()
    });
    all_found && left.into_iter().all(comes_to_nothing)
}

fn comes_to_nothing(row: &Value) -> bool {
    row.get("amount").and_then(as_fraction) == Some(Fraction::ZERO)
}

/// The same moment, however it is written.
fn is_same_moment(expected: &Value, found: &Value) -> bool {
    let moment = |value: &Value| value.as_str()?.parse::<Timestamp>().ok();
    expected == found || moment(expected).is_some_and(|expected| Some(expected) == moment(found))
}

fn as_fraction(value: &Value) -> Option<Fraction> {
    match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

fn is_close(name: &str, expected: Fraction, found: Fraction) -> bool {
    let Some(difference) = expected.checked_sub(found).and_then(Fraction::approximate) else {
        return false;
    };
    difference.abs() <= tolerance(name)
}

/// Figures that sources keep as binary fractions; everything else is exact.
fn tolerance(name: &str) -> Decimal {
    match name {
        "precise_minor_units" | "average_unit_amount" => Decimal::new(1, 9),
        "line_discounts_minor" => Decimal::new(1, 4),
        _ => Decimal::ZERO,
    }
}
