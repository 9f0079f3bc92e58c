//! Decimals, dates and periods as they travel: text in, exact values out, every fault named with its field.

use jiff::civil::Date;
use pricing::period::Period;
use rust_decimal::Decimal;

use crate::Violation;
use crate::plan::v1;

/// Collects what is wrong with a message while it is read, so that a caller learns all of it at once.
#[derive(Debug, Default)]
pub struct Reading {
    path: Vec<String>,
    violations: Vec<Violation>,
}

impl Reading {
    /// Reads a part of the message under its field's name.
    pub fn within<T>(&mut self, field: impl Into<String>, read: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(field.into());
        let value = read(self);
        self.path.pop();
        value
    }

    /// Notes a fault at the present field.
    pub fn fault(&mut self, description: impl Into<String>) {
        self.violations.push(Violation {
            field: self.path.join("."),
            description: description.into(),
        });
    }

    /// The value, if nothing was wrong.
    pub fn finish<T>(self, value: Option<T>) -> Result<T, Vec<Violation>> {
        match value {
            Some(value) if self.violations.is_empty() => Ok(value),
            Some(_) | None => Err(self.violations),
        }
    }

    /// A decimal that must be there.
    pub fn decimal(&mut self, field: &str, text: &str) -> Option<Decimal> {
        // Exact: the plain parser would round a 29th digit away in silence.
        let parsed = Decimal::from_str_exact(text).ok();
        if parsed.is_none() {
            let fault =
                format!("`{text}` is not a decimal of at most 28 digits: write 1234.50, without separators");
            self.within(field, |at| at.fault(fault));
        }
        parsed
    }

    /// A decimal that may be absent; the outer `None` is a fault.
    pub fn optional_decimal(&mut self, field: &str, text: &str) -> Option<Option<Decimal>> {
        if text.is_empty() {
            Some(None)
        } else {
            self.decimal(field, text).map(Some)
        }
    }

    /// A date that must be there.
    pub fn date(&mut self, field: &str, text: &str) -> Option<Date> {
        self.within(field, |at| match text.parse() {
            Ok(value) => Some(value),
            Err(_) => {
                at.fault(format!("`{text}` is not a date: write 2026-01-31"));
                None
            }
        })
    }

    /// A date that may be absent; the outer `None` is a fault.
    pub fn optional_date(&mut self, field: &str, text: &str) -> Option<Option<Date>> {
        if text.is_empty() {
            Some(None)
        } else {
            self.date(field, text).map(Some)
        }
    }

    /// A part of the message that must be there.
    pub fn required<'m, T, U>(
        &mut self,
        field: &str,
        part: Option<&'m T>,
        read: impl FnOnce(&mut Self, &'m T) -> Option<U>,
    ) -> Option<U> {
        self.within(field, |at| match part {
            Some(part) => read(at, part),
            None => {
                at.fault("is missing");
                None
            }
        })
    }

    /// A part of the message that may be absent; the outer `None` is a fault.
    pub fn optional<'m, T, U>(
        &mut self,
        field: &str,
        part: Option<&'m T>,
        read: impl FnOnce(&mut Self, &'m T) -> Option<U>,
    ) -> Option<Option<U>> {
        match part {
            Some(part) => self.within(field, |at| read(at, part)).map(Some),
            None => Some(None),
        }
    }

    /// Every element of a list; all of them are read, so that all faults are found.
    pub fn list<'m, T, U>(
        &mut self,
        field: &str,
        parts: &'m [T],
        mut read: impl FnMut(&mut Self, &'m T) -> Option<U>,
    ) -> Option<Vec<U>> {
        let values: Vec<Option<U>> = parts
            .iter()
            .enumerate()
            .map(|(index, part)| self.within(format!("{field}.{index}"), |at| read(at, part)))
            .collect();
        values.into_iter().collect()
    }

    /// An enum value that the caller must have chosen.
    pub fn chosen<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.within(field, |at| {
                at.fault("must be one of the named values, not unspecified");
            });
        }
        value
    }

    /// A period.
    pub fn period(&mut self, message: &v1::Period) -> Option<Period> {
        let (start, end) = (self.date("start", &message.start), self.date("end", &message.end));
        match Period::try_new(start?, end?) {
            Ok(period) => Some(period),
            Err(empty) => {
                self.fault(empty.to_string());
                None
            }
        }
    }
}

/// A period as it travels.
#[must_use]
pub fn period_message(period: Period) -> v1::Period {
    v1::Period {
        start: period.start().to_string(),
        end: period.end().to_string(),
    }
}

/// An optional value as text, empty when absent.
pub(crate) fn text<T: ToString>(value: Option<&T>) -> String {
    value.map(ToString::to_string).unwrap_or_default()
}
