//! A plan that uses every part of the model goes out and comes back equal; faults are all named at once.

use serde_json::json;

use super::*;

/// One charge for each kind of schedule, quantity and price, with every adjustment somewhere.
fn everything() -> Plan {
    let clause = json!({ "from": "clause", "document": "ab", "page": 3, "quote": "$0.10 per call",
        "boxes": [{ "left": 1, "top": 2, "right": 3, "bottom": 4 }] });
    let tiers = json!({ "rows": [
        { "up_to": "1000", "unit_price": "0.10" },
        { "unit_price": "0.05", "flat_fee": "7", "percent": "1.50", "flat_cap": "900", "block": "100" } ],
        "bound": "upper_exclusive", "count": "over_term", "zero": "first_fee_due" });
    let monthly = json!({ "kind": "recurring", "every": { "count": 1, "unit": "month" }, "timing": "arrears",
        "anchor": { "from": "day_of_month", "day": 31 }, "stub": "merged" });
    let prices = json!([
        { "model": "flat", "amount": "500.00" },
        { "model": "per_unit", "unit_price": "0.00000015", "per": "1000000" },
        { "model": "graduated", "tiers": tiers }, { "model": "volume", "tiers": tiers },
        { "model": "stairstep", "tiers": tiers }, { "model": "graduated_percentage", "tiers": tiers },
        { "model": "package", "size": "100", "package_price": "9.90", "started": "exact" },
        { "model": "percentage", "rate": { "percent": "2.9", "fixed_fee": "0.30", "per_transaction_min": "0.5",
            "per_transaction_max": "9", "free_events": 0, "free_amount": "10",
            "free_ends": "first_reached" } },
        { "model": "matrix", "dimensions": ["region"], "otherwise": { "model": "flat", "amount": "1" },
          "cells": [{ "values": ["eu"], "price": { "model": "flat", "amount": "2" } }] },
    ]);
    let schedules = json!([
        monthly,
        { "kind": "once", "at": { "day": "signing" } }, { "kind": "once", "at": { "day": "start" } },
        { "kind": "once", "at": { "day": "on", "date": "2026-02-01" } },
        { "kind": "on_milestone", "milestone": "go-live" },
        { "kind": "instalments", "payments": [{ "date": "2026-03-01", "amount": "10.00" }] },
        { "kind": "recurring", "every": { "count": 2, "unit": "half_month" }, "timing": "advance",
          "anchor": { "from": "on", "date": "2026-01-15" }, "stub": "full" },
        { "kind": "recurring", "every": { "count": 3, "unit": "year" }, "timing": "advance",
          "anchor": { "from": "calendar" } },
        { "kind": "recurring", "every": { "count": 1, "unit": "half_month" }, "timing": "advance",
          "anchor": { "from": "days_of_month", "first": 1, "second": 15 } },
    ]);
    let quantities = json!([
        { "kind": "fixed", "units": "1" },
        { "kind": "seats", "initial": "10", "floor": "5", "ratchet": true, "true_up": "average" },
        { "kind": "seats", "initial": "10" },
        { "kind": "metered", "meter": "calls" },
        { "kind": "amount", "of": { "kind": "meter", "meter": "calls" } },
        { "kind": "amount", "of": { "kind": "charges", "charges": ["c0"] } },
        { "kind": "amount", "of": { "kind": "fixed", "amount": "200000" } },
        { "kind": "metered", "meter": "calls" }, { "kind": "metered", "meter": "calls" },
    ]);
    let charges: Vec<serde_json::Value> = (0..9)
        .map(|n: usize| {
            json!({ "id": format!("c{n}"), "name": "Charge", "schedule": schedules[n], "quantity": quantities[n],
                "price": prices[n], "starts": "2026-01-01", "included": { "units": "5", "over_term": true },
                "ramp": [{ "from": "2026-06-01", "price": prices[0], "sources": [{ "field": "", "source": clause }] }],
                "escalators": [{ "first": "2027-01-01", "every": { "count": 1, "unit": "year" }, "compounding": false,
                    "by": { "kind": "lesser_of", "of": [{ "kind": "percent", "percent": "3" },
                        { "kind": "index", "series": "CPI-U", "lag_months": 2, "floor": "1", "cap": "5", "plus": "0.5" }] } }],
                "discounts": [{ "name": "d", "value": { "kind": "units", "units": "1" }, "until": "2026-02-01" }],
                "minimum": { "amount": "1", "prorated": true },
                "conversion": { "multiplier": "8", "divisor": "1000", "rounding": "up" }, "prorated": n.is_multiple_of(2), "tax": "vat",
                "sources": [{ "field": "price", "source": clause }] })
        })
        .collect();
    serde_json::from_value(json!({
        "title": "T", "account": "acme", "provider": "P", "customer": "C", "currency": "KWD", "time_zone": "Europe/Berlin",
        "signed": "2025-12-15", "term": { "start": "2026-01-01", "end": "2027-01-01" },
        "renewal": { "kind": "automatic", "months": 12, "notice_days": 60, "uplift_percent": "5" },
        "payment": { "due": { "rule": "day_of_month", "day": 15, "months_later": 1 }, "weekend": "next",
            "early": { "percent": "2", "days": 10 }, "late": { "percent": "1.5", "per": "month" } },
        "policy": { "day_count": "actual365", "discount_order": "percent_added", "credits_as": "next_invoice",
            "tax_base": "unrounded_lines", "remainder": "last_part" },
        "charges": charges,
        "meters": [{ "id": "calls", "name": "Calls", "unit": "call", "aggregation": { "kind": "percentile", "rank": 95 },
            "filters": [{ "dimension": "region", "value": "eu" }], "dimensions": ["region"] }],
        "milestones": [{ "id": "go-live", "name": "Go-live", "planned": "2026-05-01",
            "acceptance": { "by": "written", "deemed_after_days": 10 }, "holdback": { "percent": "10", "released_by": "go-live" } }],
        "pools": [
            { "id": "p", "name": "Credits", "unit": { "in": "money" }, "grant": "50000", "bought_by": "c1", "pays": ["c3"],
              "priority": -1, "expiry": { "when": "after", "span": { "count": 1, "unit": "year" } },
              "rollover": { "every": { "count": 1, "unit": "month" }, "min": "0", "max": "10" },
              "top_up": { "below": "5000", "grant": "25000", "price": "25000", "to": "30000" }, "pays_tax": true },
            { "id": "q", "name": "Tokens", "unit": { "in": "units", "name": "token" }, "grant": "1",
              "expiry": { "when": "on", "date": "2026-12-31" } }],
        "commitments": [
            { "id": "m", "name": "Minimum", "amount": "1", "span": { "kind": "term" }, "settlement": "take_or_pay" },
            { "id": "n", "name": "Minimum", "amount": "1", "span": { "kind": "each", "every": { "count": 1, "unit": "week" } },
              "settlement": "true_forward", "settled_on": { "when": "after", "span": { "count": 10, "unit": "day" } } },
            { "id": "o", "name": "Minimum", "amount": "1", "span": { "kind": "term" }, "settlement": "true_up",
              "settled_on": { "when": "on", "date": "2027-01-31" } }],
        "ceilings": [
            { "id": "h", "name": "Cap", "amount": "900", "charges": ["c3"], "prorated": true,
              "span": { "kind": "each", "every": { "count": 1, "unit": "month" } } },
            { "id": "i", "name": "Not to exceed", "amount": "90000", "span": { "kind": "term" } }],
        "discounts": [{ "name": "d", "value": { "kind": "percent", "percent": "10" }, "charges": ["c0"] },
            { "name": "e", "value": { "kind": "amount", "amount": "10" } }],
        "taxes": [{ "id": "vat", "name": "VAT", "percent": "19", "included": true }],
        "amends": { "plan": "cd", "effective": "2026-04-01" },
        "documents": [{ "sha256": "ab", "name": "contract.pdf" }],
        "sources": [{ "field": "term.start", "source": { "from": "derived", "how": "the effective date" } },
            { "field": "currency", "source": { "from": "person", "name": "dana", "reason": "stated in the e-mail" } }],
    }))
    .unwrap()
}

#[test]
fn a_plan_goes_out_and_comes_back_with_its_hash() {
    let before = everything();
    let after = plan(&plan_message(&before)).unwrap();
    assert_eq!(after, before);
    assert_eq!(after.content_hash(), before.content_hash());
}

#[test]
fn the_other_variants_go_out_and_come_back() {
    for (path, value) in [
        ("/renewal", json!({ "kind": "ends" })),
        ("/renewal", json!({ "kind": "not_stated" })),
        ("/payment/due", json!({ "rule": "net", "days": 0 })),
        ("/payment/due", json!({ "rule": "net_business", "days": 10 })),
        ("/payment/due", json!({ "rule": "end_of_month", "days": 30 })),
        ("/milestones/0/acceptance", json!({ "by": "report" })),
        ("/pools/0/expiry", json!({ "when": "never" })),
        ("/meters/0/aggregation", json!({ "kind": "weighted_sum" })),
        (
            "/charges/0/escalators/0/by",
            json!({ "kind": "greater_of", "of": [{ "kind": "percent", "percent": "3.0" }] }),
        ),
    ] {
        let mut text = serde_json::to_value(everything()).unwrap();
        *text.pointer_mut(path).unwrap() = value;
        let before: Plan = serde_json::from_value(text).unwrap();
        assert_eq!(plan(&plan_message(&before)).unwrap(), before, "{path}");
    }
}

#[test]
fn every_fault_is_named_with_its_field_at_once() {
    let mut message = plan_message(&everything());
    message.currency = "XYZ".to_owned();
    message.charges[1].price = None;
    message.charges[3].starts = "1st of May".to_owned();
    message.payment.as_mut().unwrap().weekend = 0;
    message.pools[0].grant = "1,000".to_owned();
    let fields: Vec<String> = plan(&message)
        .unwrap_err()
        .into_iter()
        .map(|violation| violation.field)
        .collect();
    assert_eq!(
        fields,
        [
            "currency",
            "payment.weekend",
            "charges.1.price",
            "charges.3.starts",
            "pools.0.grant"
        ]
    );
}

#[test]
fn a_decimal_that_would_lose_digits_is_refused() {
    let mut message = plan_message(&everything());
    message.commitments[0].amount = "0.12345678901234567890123456789012".to_owned();
    assert_eq!(plan(&message).unwrap_err()[0].field, "commitments.0.amount");
}
