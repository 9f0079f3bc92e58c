//! An event by itself: its parts, and the hash that names its content.

use jiff::Timestamp;
use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use super::count;
use crate::store::usage::{Dimensions, UsageEvent};

/// What is wrong with an event by itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Invalid {
    #[error("{field} is empty: every event names its source, id, account and meter")]
    Missing { field: &'static str },
    #[error("{field} has {length} characters; at most 200 are allowed")]
    TooLong { field: &'static str, length: usize },
    #[error("{field} contains a zero character, which no text has")]
    ZeroCharacter { field: &'static str },
    #[error("`{value}` is not a decimal of at most 28 digits: write 1234.5, without separators")]
    NotADecimal { value: String },
    #[error("time is missing or no point in time")]
    NoTime,
    #[error("an event has {0} dimensions; at most 50 are allowed")]
    TooManyDimensions(usize),
    /// It was not even written as one; says what and where.
    #[error("{0}")]
    Malformed(String),
}

const LONGEST_TEXT: usize = 200;
const MOST_DIMENSIONS: usize = 50;

/// When something happened and how much it was, if an event of these parts is one.
pub(crate) fn check(
    [source, id, account, meter]: [&str; 4],
    at: Option<Timestamp>,
    value: &str,
    dimensions: &Dimensions,
    corrects: &str,
) -> Result<(Timestamp, Decimal), Invalid> {
    for (field, text) in [
        ("source", source),
        ("id", id),
        ("account", account),
        ("meter", meter),
    ] {
        check_text(field, text)?;
    }
    if !corrects.is_empty() {
        check_text("corrects", corrects)?;
    }
    check_dimensions(dimensions)?;
    let value = Decimal::from_str_exact(value).map_err(|_| Invalid::NotADecimal {
        value: value.to_owned(),
    })?;
    let at = at.and_then(to_microsecond).ok_or(Invalid::NoTime)?;
    Ok((at, value))
}

/// An event of parts that were checked.
pub(crate) fn event(
    [source, id, account, meter]: [String; 4],
    (at, value): (Timestamp, Decimal),
    dimensions: Dimensions,
    corrects: String,
) -> UsageEvent {
    let corrects = (!corrects.is_empty()).then_some(corrects);
    let content = content([&account, &meter], at, value, &dimensions, corrects.as_deref());
    UsageEvent {
        source,
        id,
        account,
        meter,
        at,
        value,
        dimensions,
        corrects,
        content,
    }
}

fn check_text(field: &'static str, text: &str) -> Result<(), Invalid> {
    match text.chars().count() {
        0 => Err(Invalid::Missing { field }),
        length if length > LONGEST_TEXT => Err(Invalid::TooLong { field, length }),
        _ if text.contains('\0') => Err(Invalid::ZeroCharacter { field }),
        _ => Ok(()),
    }
}

fn check_dimensions(dimensions: &Dimensions) -> Result<(), Invalid> {
    if dimensions.len() > MOST_DIMENSIONS {
        return Err(Invalid::TooManyDimensions(dimensions.len()));
    }
    for text in dimensions.iter().flat_map(|(name, value)| [name, value]) {
        match text.chars().count() {
            length if length > LONGEST_TEXT => {
                return Err(Invalid::TooLong {
                    field: "a dimension",
                    length,
                });
            }
            _ if text.contains('\0') => return Err(Invalid::ZeroCharacter { field: "a dimension" }),
            _ => {}
        }
    }
    Ok(())
}

/// Down to the microsecond, which is what the database keeps. Never up: the last instant of a day stays in it.
fn to_microsecond(at: Timestamp) -> Option<Timestamp> {
    let microseconds = at.as_nanosecond().div_euclid(1000);
    let at = Timestamp::from_microsecond(i64::try_from(microseconds).ok()?).ok()?;
    (at >= FIRST_INSTANT).then_some(at)
}

/// The year 1 in UTC, as the interface has it.
const FIRST_INSTANT: Timestamp = Timestamp::constant(-62_135_596_800, 0);

/// Names what an event says. The lengths keep neighbouring texts apart; 1 and 1.0 say the same.
fn content(
    names: [&str; 2],
    at: Timestamp,
    value: Decimal,
    dimensions: &Dimensions,
    corrects: Option<&str>,
) -> [u8; 16] {
    let mut told = Vec::with_capacity(USUAL_CONTENT);
    let mut add = |text: &str| {
        told.extend_from_slice(&count(text.len()).to_be_bytes());
        told.extend_from_slice(text.as_bytes());
    };
    names.into_iter().for_each(&mut add);
    add(&at.as_microsecond().to_string());
    add(&value.normalize().to_string());
    for (name, held) in dimensions {
        add(name);
        add(held);
    }
    // Dimensions come in twos: one text more is no dimension.
    corrects.into_iter().for_each(&mut add);
    let mut half = [0; 16];
    half.copy_from_slice(Sha256::digest(&told).split_at(16).0);
    half
}

/// Bytes that what an event says hardly ever exceeds.
const USUAL_CONTENT: usize = 192;

#[cfg(test)]
mod tests;
