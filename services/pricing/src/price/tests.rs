use serde_json::{Value, json};

use super::*;
use crate::working::Working;

fn price(json: Value) -> Price {
    serde_json::from_value(json).unwrap()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn working(price: &Price, measured: Measured<'_>) -> Result<Working, PriceError> {
    let mut working = Working::new("USD".parse().unwrap());
    price.steps(measured, &mut working.steps)?;
    Ok(working)
}

fn text(price: &Price, measured: Measured<'_>) -> String {
    working(price, measured).map_or_else(|fault| fault.to_string(), |working| working.to_string())
}

/// Each price at some quantities, as the line would explain it.
#[test]
fn every_price_by_units() {
    let tiers = |more: Value| {
        let mut tiers = json!({ "rows": [
            { "up_to": "5", "unit_price": "10", "flat_fee": "100" },
            { "up_to": "10", "unit_price": "8" },
            { "unit_price": "5", "flat_fee": "20" },
        ] });
        tiers
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        tiers
    };
    let cases = [
        (json!({ "model": "flat", "amount": "500.00" }), "7", "500.00"),
        (
            json!({ "model": "per_unit", "unit_price": "0.005" }),
            "2000",
            "2,000 × 0.005 = 10.00",
        ),
        (
            json!({ "model": "per_unit", "unit_price": "0.15", "per": "1000000" }),
            "12345678",
            "12,345,678 × 0.15 / 1,000,000 = 1.8518517",
        ),
        (
            json!({ "model": "graduated", "tiers": tiers(json!({})) }),
            "12",
            "5 × 10.00 + 100.00 = 150.00; 5 × 8.00 = 40.00; 2 × 5.00 + 20.00 = 30.00; sum 220.00",
        ),
        (
            json!({ "model": "graduated", "tiers": tiers(json!({})) }),
            "0",
            "0 units = 0.00",
        ),
        (
            json!({ "model": "graduated", "tiers": tiers(json!({ "zero": "first_fee_due" })) }),
            "0",
            "0 units = 100.00",
        ),
        // Tiers are continuous: what lies just above a bound is in the next.
        (
            json!({ "model": "graduated", "tiers": tiers(json!({})) }),
            "5.001",
            "5 × 10.00 + 100.00 = 150.00; 0.001 × 8.00 = 0.008; sum 150.008",
        ),
        (
            json!({ "model": "volume", "tiers": tiers(json!({})) }),
            "10",
            "10 × 8.00 = 80.00",
        ),
        (
            json!({ "model": "volume", "tiers": tiers(json!({})) }),
            "10.5",
            "10.5 × 5.00 + 20.00 = 72.50",
        ),
        // "Fewer than 10" does not hold 10.
        (
            json!({ "model": "volume", "tiers": tiers(json!({ "bound": "upper_exclusive" })) }),
            "10",
            "10 × 5.00 + 20.00 = 70.00",
        ),
        (
            json!({ "model": "stairstep", "tiers": { "rows": [
                { "up_to": "5", "flat_fee": "100" }, { "flat_fee": "180" } ] } }),
            "6",
            "6 units = 180.00",
        ),
        (
            json!({ "model": "graduated", "tiers": { "rows": [
                { "unit_price": "3", "flat_cap": "250" } ] } }),
            "100",
            "100 × 3.00, at most 250.00 = 250.00",
        ),
        (
            json!({ "model": "graduated", "tiers": { "rows": [
                { "up_to": "1000", "unit_price": "1", "block": "100" },
                { "unit_price": "5", "block": "1000" } ] } }),
            "1001",
            "10 blocks of 100 × 1.00 = 10.00; 1 blocks of 1,000 × 5.00 = 5.00; sum 15.00",
        ),
        (
            json!({ "model": "package", "size": "100", "package_price": "9.90" }),
            "201",
            "201 units in 3 packages × 9.90 = 29.70",
        ),
        (
            json!({ "model": "package", "size": "100", "package_price": "9.90", "started": "nothing" }),
            "299",
            "299 units in 2 packages × 9.90 = 19.80",
        ),
        (
            json!({ "model": "package", "size": "100", "package_price": "9.90", "started": "exact" }),
            "250",
            "250 × 9.90 / 100 = 24.75",
        ),
        (
            json!({ "model": "percentage", "rate": { "percent": "2.9", "free_amount": "1000" } }),
            "5000",
            "0 transactions and 1,000.00 free; 4,000.00 × 2.9 % = 116.00",
        ),
        (
            json!({ "model": "graduated_percentage", "tiers": { "rows": [
                { "up_to": "1000", "percent": "3" }, { "percent": "2", "flat_fee": "5" } ] } }),
            "1500",
            "1,000.00 × 3 % = 30.00; 500.00 × 2 % + 5.00 = 15.00; sum 45.00",
        ),
    ];
    for (json, units, expected) in cases {
        assert_eq!(
            text(&price(json.clone()), Measured::Units(decimal(units))),
            expected,
            "{json}"
        );
    }
}

#[test]
fn a_share_of_transactions_has_fees_limits_and_free_ones() {
    let sales = ["50", "100", "250", "400"].map(decimal);
    let cases = [
        (json!({ "percent": "1.3" }), "800.00 × 1.3 % = 10.40"),
        (
            json!({ "percent": "1.3", "fixed_fee": "2", "free_events": 3 }),
            "3 transactions and 400.00 free; 400.00 × 1.3 % = 5.20; 1 transactions × 2.00 = 2.00; sum 7.20",
        ),
        // The third sale is free in part: it pays the fee.
        (
            json!({ "percent": "1.3", "fixed_fee": "2", "free_amount": "250" }),
            "2 transactions and 250.00 free; 550.00 × 1.3 % = 7.15; 2 transactions × 2.00 = 4.00; sum 11.15",
        ),
        // One free sale, and 200 of what follows it.
        (
            json!({ "percent": "10", "free_events": 1, "free_amount": "200" }),
            "2 transactions and 250.00 free; 550.00 × 10 % = 55.00",
        ),
        // Whichever is reached first ends both: after one sale nothing more is free.
        (
            json!({ "percent": "10", "free_events": 1, "free_amount": "200", "free_ends": "first_reached" }),
            "1 transactions and 50.00 free; 750.00 × 10 % = 75.00",
        ),
        (
            json!({ "percent": "2", "per_transaction_min": "3", "per_transaction_max": "7" }),
            "250.00 × 2 % = 5.00; 2 transactions raised to 3.00 = 6.00; 1 transactions capped at 7.00 = 7.00; sum 18.00",
        ),
    ];
    for (rate, expected) in cases {
        let price = price(json!({ "model": "percentage", "rate": rate }));
        assert_eq!(text(&price, Measured::Transactions(&sales)), expected, "{rate}");
    }
}

#[test]
fn a_matrix_prices_each_combination_and_refuses_the_unknown() {
    let cell = |model: &str, kind: &str, price: &str| json!({ "values": [model, kind], "price": { "model": "per_unit", "unit_price": price, "per": "1000000" } });
    let listed = json!({ "model": "matrix", "dimensions": ["model", "kind"],
        "cells": [cell("small", "input", "0.15"), cell("small", "output", "0.60")] });
    let used = |kind: &str, quantity: &str| MeasuredCell {
        values: vec!["small".to_owned(), kind.to_owned()],
        quantity: decimal(quantity),
    };
    let both = [used("input", "2000000"), used("output", "500000")];
    assert_eq!(
        text(&price(listed.clone()), Measured::Cells(&both)),
        "for small, input; 2,000,000 × 0.15 / 1,000,000 = 0.30; for small, output; 500,000 × 0.60 / 1,000,000 = 0.30; sum 0.60"
    );
    let cached = [used("cached", "1")];
    assert_eq!(
        working(&price(listed.clone()), Measured::Cells(&cached)),
        Err(PriceError::CellNotListed {
            values: "small, cached".to_owned()
        })
    );
    let mut open = listed;
    open["otherwise"] = json!({ "model": "flat", "amount": "1" });
    assert_eq!(
        text(&price(open), Measured::Cells(&cached)),
        "for small, cached; 1.00"
    );
}

#[test]
fn what_a_price_cannot_be_applied_to_is_said() {
    let bounded = json!({ "model": "volume", "tiers": { "rows": [{ "up_to": "10", "unit_price": "1" }] } });
    let cases = [
        (
            bounded,
            "11",
            PriceError::AboveLastTier {
                quantity: decimal("11"),
                up_to: decimal("10"),
            },
        ),
        (
            json!({ "model": "flat", "amount": "1" }),
            "-1",
            PriceError::Negative {
                quantity: decimal("-1"),
            },
        ),
        (
            json!({ "model": "graduated", "tiers": { "rows": [] } }),
            "1",
            PriceError::NoTiers,
        ),
        (
            json!({ "model": "per_unit", "unit_price": "1", "per": "0" }),
            "1",
            PriceError::NotAboveZero {
                what: "per",
                value: Decimal::ZERO,
            },
        ),
        (
            json!({ "model": "package", "size": "0", "package_price": "1" }),
            "1",
            PriceError::NotAboveZero {
                what: "package size",
                value: Decimal::ZERO,
            },
        ),
        (
            json!({ "model": "stairstep", "tiers": { "rows": [{ "unit_price": "1" }] } }),
            "1",
            PriceError::TierWithoutPrice { tier: 1 },
        ),
        (
            json!({ "model": "percentage", "rate": { "percent": "1", "fixed_fee": "1" } }),
            "1",
            PriceError::TransactionsNeeded,
        ),
        (
            json!({ "model": "matrix", "dimensions": ["region"], "cells": [] }),
            "1",
            PriceError::DimensionsNeeded,
        ),
    ];
    for (json, units, fault) in cases {
        assert_eq!(
            working(&price(json.clone()), Measured::Units(decimal(units))),
            Err(fault),
            "{json}"
        );
    }
}
