//! What changes a price, each adjustment by itself.

use serde_json::{Value, json};

use super::*;
use crate::index::IndexValue;
use crate::plan::{DayCount, UnitConversion, UnitRounding};

/// A fee of 1,000 a month with adjustments, as the plan's file writes them.
fn fee(adjustments: &Value) -> Charge {
    let mut fee = json!({
        "id": "fee", "name": "Fee", "quantity": { "kind": "fixed", "units": "1" },
        "schedule": { "kind": "recurring", "every": { "count": 1, "unit": "month" }, "timing": "advance" },
        "price": { "model": "flat", "amount": "1000" },
    });
    fee.as_object_mut()
        .unwrap()
        .extend(adjustments.as_object().unwrap().clone());
    serde_json::from_value(fee).unwrap()
}

fn working_from(charge: &Charge, start: &str, indices: &[IndexSeries]) -> String {
    let start: Date = start.parse().unwrap();
    let end = start.checked_add(jiff::Span::new().months(1)).unwrap();
    let whole = Period::try_new(start, end).unwrap();
    let measured = Measured::Units(Decimal::ONE);
    let input = RateInput::of_charge(charge, "USD".parse().unwrap(), Policy::default(), whole, measured);
    match rate(&RateInput { indices, ..input }) {
        Ok(line) => {
            assert_eq!(line.working.recompute(), Ok(line.amount));
            line.working.to_string()
        }
        Err(fault) => fault.to_string(),
    }
}

#[test]
fn the_price_in_force_is_that_of_the_last_segment_begun() {
    let charge = fee(&json!({ "ramp": [
        { "from": "2025-01-01", "price": { "model": "flat", "amount": "0" } },
        { "from": "2025-04-01", "price": { "model": "flat", "amount": "800" } },
    ] }));
    for (start, working) in [
        ("2024-12-01", "1,000.00"),
        ("2025-01-01", "at the price from 2025-01-01; 0.00"),
        ("2025-03-01", "at the price from 2025-01-01; 0.00"),
        ("2025-04-01", "at the price from 2025-04-01; 800.00"),
    ] {
        assert_eq!(working_from(&charge, start, &[]), working, "{start}");
    }
}

#[test]
fn increases_follow_their_rule() {
    let yearly = |by: Value, compounding: bool| {
        fee(&json!({ "escalators": [{ "first": "2025-01-01",
            "every": { "count": 1, "unit": "year" }, "by": by, "compounding": compounding }] }))
    };
    let percent = |percent: &str| json!({ "kind": "percent", "percent": percent });
    let cpi = |more: Value| {
        let mut cpi = json!({ "kind": "index", "series": "CPI-U", "lag_months": 2 });
        cpi.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        cpi
    };
    // November to November: 300 to 306 is two percent, 306 to 336.6 ten percent.
    let value = |month: &str, value: &str| IndexValue {
        month: month.parse().unwrap(),
        value: decimal(value),
    };
    let values = vec![
        value("2023-11-15", "300"),
        value("2024-11-15", "306"),
        value("2025-11-15", "336.6"),
    ];
    let series = [IndexSeries {
        name: "CPI-U".to_owned(),
        values,
    }];
    let none = json!({});
    for (by, compounding, start, ends_with) in [
        (percent("3"), true, "2024-12-01", "1,000.00"),
        (percent("3"), true, "2025-01-01", "= 1,030.00"),
        (percent("3"), true, "2027-01-01", "= 1,092.727; rounded 1,092.73"),
        (percent("3"), false, "2027-01-01", "= 1,090.00"),
        (cpi(none.clone()), true, "2025-01-01", "= 1,020.00"),
        (cpi(none.clone()), true, "2026-01-01", "= 1,122.00"),
        (cpi(json!({ "cap": "5" })), true, "2026-01-01", "= 1,071.00"),
        (cpi(json!({ "floor": "3" })), true, "2025-01-01", "= 1,030.00"),
        (cpi(json!({ "plus": "1" })), true, "2025-01-01", "= 1,030.00"),
        (
            json!({ "kind": "greater_of", "of": [percent("3"), cpi(none.clone())] }),
            true,
            "2025-01-01",
            "= 1,030.00",
        ),
        (
            json!({ "kind": "lesser_of", "of": [percent("3"), cpi(none.clone())] }),
            true,
            "2025-01-01",
            "= 1,020.00",
        ),
        (
            cpi(none),
            true,
            "2027-01-01",
            "fee: the index CPI-U has no value for 2026-11: enter it, then bill again",
        ),
    ] {
        let found = working_from(&yearly(by.clone(), compounding), start, &series);
        assert!(found.ends_with(ends_with), "{by} on {start}: {found}");
    }
}

/// A published index has six digits or more, and every year multiplies them: thirty years must still have a price.
#[test]
fn an_index_compounds_over_thirty_years() {
    let by = json!({ "kind": "index", "series": "CPI-U", "lag_months": 2 });
    let lease = fee(&json!({ "escalators": [{ "first": "2025-01-01",
        "every": { "count": 1, "unit": "year" }, "by": by }] }));
    let value = |year: i16| IndexValue {
        month: jiff::civil::date(year, 11, 1),
        value: Decimal::new(i64::from(year - 1980) * 7_019 + 3, 3),
    };
    let series = [IndexSeries {
        name: "CPI-U".to_owned(),
        values: (2023..2060).map(value).collect(),
    }];
    // Years in between cancel out: the fee of 1,000 times the last index over the first, 301.820.
    for (start, ends_with) in [
        ("2025-06-01", "rounded 1,023.26"),
        ("2030-06-01", "rounded 1,139.53"),
        ("2035-06-01", "rounded 1,255.81"),
        ("2054-06-01", "rounded 1,697.67"),
    ] {
        let found = working_from(&lease, start, &series);
        assert!(found.ends_with(ends_with), "{start}: {found}");
    }
}

#[test]
fn discounts_hold_while_they_are_in_force() {
    let charge = fee(&json!({ "discounts": [
        { "name": "Launch", "value": { "kind": "percent", "percent": "10" }, "until": "2025-03-01" },
        { "name": "Loyalty", "value": { "kind": "amount", "amount": "50" }, "from": "2025-02-01" },
    ] }));
    for (start, working) in [
        ("2025-01-01", "1,000.00; − 10 % (Launch) = 900.00"),
        (
            "2025-02-01",
            "1,000.00; − 10 % (Launch) = 900.00; − 50.00 (Loyalty) = 850.00",
        ),
        ("2025-03-01", "1,000.00; − 50.00 (Loyalty) = 950.00"),
    ] {
        assert_eq!(working_from(&charge, start, &[]), working, "{start}");
    }
    let whole = period("2025-01-15", "2025-03-15");
    let days: Vec<String> = changes_in(&charge, &[], &[], whole)
        .iter()
        .map(Date::to_string)
        .collect();
    assert_eq!(days, ["2025-02-01", "2025-03-01"]);
}

#[test]
fn a_bound_is_prorated_only_where_it_says_so() {
    let half = |bound: Value, name: &str| {
        let charge = fee(&json!({ name: bound }));
        let mut april = month(&charge, "1");
        april.service = period("2025-04-16", "2025-05-01");
        amount(&april)
    };
    let bound = |amount: &str, prorated: bool| json!({ "amount": amount, "prorated": prorated });
    for (name, amount, prorated, expected) in [
        ("minimum", "1200", true, "600.00"),
        ("minimum", "1200", false, "1200.00"),
        ("minimum", "400", false, "500.00"),
        ("maximum", "600", true, "300.00"),
        ("maximum", "600", false, "500.00"),
        ("maximum", "200", false, "200.00"),
    ] {
        assert_eq!(
            half(bound(amount, prorated), name),
            expected,
            "{name} {amount} {prorated}"
        );
    }
}

#[test]
fn days_are_counted_by_the_plans_policy() {
    let charge = fee(&json!({}));
    let part = |service: Period, whole: Period, day_count| {
        let mut input = month(&charge, "1");
        (input.service, input.whole) = (service, whole);
        input.policy.day_count = day_count;
        amount(&input)
    };
    let (rest, may) = (
        period("2025-05-16", "2025-06-01"),
        period("2025-05-01", "2025-06-01"),
    );
    let year = period("2024-01-01", "2025-01-01");
    let spring = period("2024-03-01", "2024-06-01");
    for (service, whole, day_count, expected) in [
        (rest, may, DayCount::Actual, "516.13"),
        (rest, may, DayCount::ThirtyDayMonth, "500.00"),
        (spring, year, DayCount::Actual, "251.37"),
        (spring, year, DayCount::Actual365, "252.05"),
        (spring, year, DayCount::ThirtyDayMonth, "250.00"),
        (may, may, DayCount::ThirtyDayMonth, "1000.00"),
    ] {
        assert_eq!(
            part(service, whole, day_count),
            expected,
            "{service:?} {day_count:?}"
        );
    }
}

#[test]
fn included_units_over_the_term_are_used_up_once() {
    let mut charge = metered(Price::PerUnit {
        unit_price: Decimal::ONE,
        per: Decimal::ONE,
    });
    charge.included = Some(Included {
        units: decimal("100"),
        over_term: true,
    });
    let mut before = UnitsBefore::default();
    let mut amounts = Vec::new();
    for units in ["60", "60", "60"] {
        let line = rate(&RateInput {
            term_before: before,
            ..month(&charge, units)
        })
        .unwrap();
        before = UnitsBefore {
            units: before.units + line.units,
            charged: before.charged + line.charged,
        };
        amounts.push(line.amount.amount.to_string());
    }
    assert_eq!(amounts, ["0.00", "20.00", "60.00"]);
    assert_eq!(
        before,
        UnitsBefore {
            units: decimal("180"),
            charged: decimal("80")
        }
    );
}

#[test]
fn units_are_converted_before_anything_is_counted() {
    let mut charge = metered(Price::PerUnit {
        unit_price: decimal("10"),
        per: Decimal::ONE,
    });
    for (multiplier, divisor, rounding, units, expected) in [
        ("1", "1000", UnitRounding::Up, "1400", "20.00"),
        ("1", "1000", UnitRounding::Down, "1400", "10.00"),
        ("1", "1000", UnitRounding::Exact, "1400", "14.00"),
        ("3", "1", UnitRounding::Exact, "5", "150.00"),
    ] {
        let (multiplier, divisor) = (decimal(multiplier), decimal(divisor));
        charge.conversion = Some(UnitConversion {
            multiplier,
            divisor,
            rounding,
        });
        assert_eq!(
            amount(&month(&charge, units)),
            expected,
            "{multiplier} / {divisor}"
        );
    }
}

#[test]
fn credits_pay_what_they_hold_and_the_rest_is_overage() {
    let mut working = Working::new("USD".parse().unwrap());
    working.steps.push(Step::Amount {
        name: "drawn".to_owned(),
        amount: decimal("51234.56"),
    });
    working.steps.push(Step::CreditDrawn {
        pool: "Credits".to_owned(),
        amount: decimal("50000"),
    });
    assert_eq!(working.recompute().unwrap().amount, decimal("1234.56"));
    assert_eq!(
        working.to_string(),
        "drawn 51,234.56; − 50,000.00 from Credits = 1,234.56"
    );
}
