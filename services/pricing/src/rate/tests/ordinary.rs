//! What a contract may well say always has a price: nothing ordinary is refused as too large.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::index::IndexValue;

/// Monthly values of a published index with three decimals, over thirty years.
fn index(steps: &[u16]) -> IndexSeries {
    let value = |(at, step): (usize, &u16)| IndexValue {
        month: jiff::civil::date(2024 + i16::try_from(at).unwrap(), 11, 1),
        value: Decimal::new(250_000 + 5_000 * i64::try_from(at).unwrap() + i64::from(*step), 3),
    };
    IndexSeries {
        name: "CPI".to_owned(),
        values: steps.iter().enumerate().map(value).collect(),
    }
}

proptest! {
    #[test]
    fn an_ordinary_line_is_never_too_large(
        steps in prop::collection::vec(0u16..9_000, 31), year in 2026i16..2055, first in 1i8..28,
        units in 0i64..10_000_000_000_000, unit_price in 1i64..10_000_000_000, price_digits in 0u32..10,
        percents in prop::collection::vec(1i64..99_999, 1..4), uplift in 0i64..999, tiered: bool, fixed: bool,
    ) {
        let percent = |percent: &i64| json!({ "name": "Discount",
            "value": { "kind": "percent", "percent": Decimal::new(*percent, 3).to_string() } });
        let unit_price = Decimal::new(unit_price, price_digits).to_string();
        let price = if tiered {
            json!({ "model": "graduated", "tiers": { "rows": [
                { "up_to": "1000.5", "unit_price": unit_price, "flat_fee": "3.333" }, { "unit_price": unit_price }] } })
        } else {
            json!({ "model": "per_unit", "unit_price": unit_price, "per": "1000" })
        };
        let units = Decimal::new(units, 6);
        let quantity = if fixed {
            json!({ "kind": "fixed", "units": units.to_string() })
        } else {
            json!({ "kind": "metered", "meter": "usage" })
        };
        let yearly = json!({ "count": 1, "unit": "year" });
        let charge: Charge = serde_json::from_value(json!({
            "id": "lease", "name": "Lease", "quantity": quantity, "price": price,
            "schedule": { "kind": "recurring", "every": { "count": 1, "unit": "month" }, "timing": "arrears" },
            "conversion": { "multiplier": "1", "divisor": "3" },
            "minimum": { "amount": "99.99", "prorated": true },
            "discounts": percents.iter().map(percent).collect::<Vec<_>>(),
            "escalators": [
                { "first": "2026-01-01", "every": yearly, "by": { "kind": "index", "series": "CPI", "lag_months": 2 } },
                { "first": "2026-07-01", "every": yearly,
                  "by": { "kind": "percent", "percent": Decimal::new(uplift, 2).to_string() } }],
        })).unwrap();
        let start = jiff::civil::date(year, 3, 1);
        let whole = Period::try_new(start, jiff::civil::date(year, 4, 1)).unwrap();
        let service = Period::try_new(jiff::civil::date(year, 3, first), whole.end()).unwrap();
        let input = RateInput::of_charge(
            &charge, "USD".parse().unwrap(), Policy::default(), whole, Measured::Units(units));
        let indices = [index(&steps)];
        let line = rate(&RateInput { service, indices: &indices, ..input });
        let line = line.map_err(|fault| TestCaseError::fail(fault.to_string()))?;
        prop_assert_eq!(line.working.recompute(), Ok(line.amount));
    }
}
