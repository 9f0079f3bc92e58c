//! Published index series (consumer prices, wages) that escalators follow.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What one published series came to, month by month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexSeries {
    /// The name escalators call it by.
    pub name: String,
    /// As published, in any order.
    pub values: Vec<IndexValue>,
}

/// One month of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexValue {
    /// Any day of the month it stands for.
    pub month: Date,
    /// Above 0.
    pub value: Decimal,
}

impl IndexSeries {
    /// The value of the month that holds a day, if it has been published.
    #[must_use]
    pub fn value_in(&self, month: Date) -> Option<Decimal> {
        let first = month.first_of_month();
        self.values
            .iter()
            .find(|value| value.month.first_of_month() == first)
            .map(|value| value.value)
    }
}
