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

/// One month has two different values: which of them was published cannot be known from the series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TwoValues;

impl IndexSeries {
    /// The value of the month that holds a day; none where it has not been published yet.
    pub fn value_in(&self, month: Date) -> Result<Option<Decimal>, TwoValues> {
        let first = month.first_of_month();
        let mut values = self
            .values
            .iter()
            .filter(|value| value.month.first_of_month() == first)
            .map(|value| value.value);
        let value = values.next();
        if values.any(|other| Some(other) != value) {
            return Err(TwoValues);
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rust_decimal::Decimal;

    use super::{IndexSeries, IndexValue, TwoValues};

    #[test]
    fn a_month_has_one_value_none_or_is_refused() {
        let on = |day: i8, value: i64| IndexValue {
            month: date(2025, 9, day),
            value: Decimal::from(value),
        };
        let cases = [
            (vec![], Ok(None)),
            (vec![on(1, 324)], Ok(Some(Decimal::from(324)))),
            (vec![on(1, 324), on(15, 324)], Ok(Some(Decimal::from(324)))),
            (vec![on(1, 324), on(15, 325)], Err(TwoValues)),
        ];
        for (values, expected) in cases {
            let series = IndexSeries {
                name: "CPI-U".to_owned(),
                values,
            };
            assert_eq!(series.value_in(date(2025, 9, 30)), expected, "{series:?}");
            assert_eq!(series.value_in(date(2025, 10, 1)), Ok(None), "{series:?}");
        }
    }
}
