//! Any field of a plan replaced by something absurd: checked, billed and drafted without a panic, and what a check
//! finds sound has a sum or a reason.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

use super::*;
use crate::difference::difference;
use crate::draft::{Run, draft};

/// A plan that has something of everything.
fn rich() -> Value {
    let every = |timing: &str, anchor: Value, stub: &str| {
        json!({ "kind": "recurring", "every": { "count": 1, "unit": "month" }, "timing": timing,
            "anchor": anchor, "stub": stub })
    };
    let ahead = every("advance", json!({ "from": "day_of_month", "day": 31 }), "merged");
    let after = every("arrears", json!({ "from": "calendar" }), "short");
    let tiers = json!({ "rows": [
        { "up_to": "100", "unit_price": "0.10", "flat_fee": "5" },
        { "up_to": "1000", "unit_price": "0.08", "flat_cap": "50" },
        { "unit_price": "0.05" } ] });
    json!({
        "title": "Services", "account": "acme", "provider": "North", "customer": "Acme", "currency": "USD",
        "time_zone": "Europe/Paris", "signed": "2024-12-20",
        "term": { "start": "2025-01-10", "end": "2026-01-10" },
        "renewal": { "kind": "automatic", "months": 12, "notice_days": 30, "uplift_percent": "4", "at_most": 2 },
        "payment": { "due": { "rule": "day_of_month", "day": 15, "months_later": 1 }, "weekend": "next",
            "early": { "percent": "2", "days": 10 }, "late": { "percent": "1.5", "per": "month" } },
        "charges": [
            { "id": "platform", "name": "Platform", "schedule": ahead, "tax": "vat",
              "quantity": { "kind": "fixed", "units": "3" }, "price": { "model": "flat", "amount": "500.00" },
              "ramp": [{ "from": "2025-05-20", "price": { "model": "flat", "amount": "650" } }],
              "escalators": [{ "first": "2025-07-01", "every": { "count": 6, "unit": "month" }, "compounding": true,
                  "by": { "kind": "greater_of", "of": [{ "kind": "percent", "percent": "3" },
                      { "kind": "index", "series": "CPI", "lag_months": 2, "floor": "1", "cap": "5", "plus": "1" }] } }],
              "discounts": [{ "name": "Launch", "value": { "kind": "percent", "percent": "10" },
                  "from": "2025-01-01", "until": "2025-06-01" }] },
            { "id": "seats", "name": "Seats", "schedule": ahead,
              "quantity": { "kind": "seats", "initial": "10", "floor": "5", "ratchet": true, "true_up": "peak" },
              "price": { "model": "graduated", "tiers": tiers } },
            { "id": "calls", "name": "Calls", "schedule": after, "tax": "vat",
              "quantity": { "kind": "metered", "meter": "calls" },
              "conversion": { "multiplier": "2", "divisor": "3", "rounding": "up" },
              "included": { "units": "50", "over_term": true },
              "minimum": { "amount": "20", "prorated": true }, "maximum": { "amount": "900" },
              "price": { "model": "volume", "tiers": tiers } },
            { "id": "traffic", "name": "Traffic", "schedule": after,
              "quantity": { "kind": "metered", "meter": "calls" },
              "price": { "model": "package", "size": "100", "package_price": "9.90" } },
            { "id": "share", "name": "Share", "schedule": after,
              "quantity": { "kind": "amount", "of": { "kind": "charges", "charges": ["platform"] } },
              "price": { "model": "percentage", "rate": { "percent": "2.9" } } },
            { "id": "setup", "name": "Set-up", "schedule": { "kind": "once", "at": { "day": "on", "date": "2025-02-01" } },
              "quantity": { "kind": "fixed", "units": "1" }, "price": { "model": "flat", "amount": "9000" } },
            { "id": "rates", "name": "Rates", "schedule": { "kind": "instalments", "payments": [
                  { "date": "2025-03-01", "amount": "100" }, { "date": "2025-09-01", "amount": "200" }] },
              "quantity": { "kind": "fixed", "units": "1" }, "price": { "model": "flat", "amount": "0" } },
        ],
        "meters": [{ "id": "calls", "name": "Calls", "unit": "call", "aggregation": { "kind": "sum" } }],
        "pools": [{ "id": "credits", "name": "Credits", "unit": { "in": "money" }, "grant": "5000",
            "bought_by": "setup", "pays": ["calls"], "priority": 1, "pays_tax": true,
            "expiry": { "when": "after", "span": { "count": 6, "unit": "month" } },
            "rollover": { "every": { "count": 1, "unit": "month" }, "min": "0", "max": "1000" },
            "top_up": { "below": "100", "grant": "500", "price": "450" } }],
        "commitments": [{ "id": "quarterly", "name": "Commitment", "amount": "3000",
            "span": { "kind": "each", "every": { "count": 3, "unit": "month" } }, "settlement": "true_forward" }],
        "ceilings": [{ "id": "cap", "name": "Cap", "amount": "900", "charges": ["platform", "calls"], "prorated": true,
            "span": { "kind": "each", "every": { "count": 1, "unit": "month" } } }],
        "discounts": [{ "name": "Bundle", "value": { "kind": "amount", "amount": "15" }, "charges": ["platform", "calls"] }],
        "taxes": [{ "id": "vat", "name": "VAT", "percent": "20" }]
    })
}

/// What no contract says, or says by mistake.
fn absurd() -> impl Strategy<Value = Value> {
    let texts = [
        "",
        " ",
        "0",
        "-1",
        "0.0000000000000000000000000001",
        "79228162514264337593543950335",
        "-79228162514264337593543950335",
        "99999999999.999999999",
        "2025-02-29",
        "9999-12-31",
        "2025-01-10",
        "2026-01-09",
        "calls",
        "platform",
        "credits",
        "peak",
        "week",
        "day",
        "half_month",
        "year",
        "volume",
        "JPY",
    ];
    let numbers = [0_u64, 1, 7, 31, 32, 255, 1_200, u64::from(u32::MAX)];
    prop_oneof![
        4 => prop::sample::select(texts.to_vec()).prop_map(Value::from),
        2 => prop::sample::select(numbers.to_vec()).prop_map(Value::from),
        1 => prop::sample::select(vec![Value::Null, json!(true), json!(false), json!([]), json!(-1)]),
    ]
}

/// Every field that holds no others.
fn leaves<'a>(value: &'a mut Value, found: &mut Vec<&'a mut Value>) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(|field| leaves(field, found)),
        Value::Array(rows) => rows.iter_mut().for_each(|row| leaves(row, found)),
        leaf => found.push(leaf),
    }
}

fn known() -> Facts {
    let month = |month: i8, value: &str| IndexValue {
        id: format!("cpi-{month}"),
        series: "CPI".to_owned(),
        month: date(2025, month, 1),
        value: dec(value),
    };
    let indices = vec![month(1, "310.1"), month(5, "312.2"), month(11, "318.3")];
    let days = [(2, "900"), (3, "40.5"), (4, "3000")];
    let events = days.map(|(month, value)| used(&format!("e{month}"), "calls", date(2025, month, 12), value));
    Facts {
        events: events.to_vec(),
        seats: vec![
            seats_from("more", "seats", date(2025, 2, 20), 140),
            seats_from("fewer", "seats", date(2025, 3, 2), 3),
        ],
        indices,
        ..NONE
    }
}

/// Checked, billed through a day and drafted; gives the lines where there are any.
fn billed_through(plan: &Plan, through: Date) -> Option<Vec<ExpectedLine>> {
    let lines = expected(plan, &known(), through).ok()?;
    let due = difference(&lines, &[]).ok()?;
    let _ = draft(
        plan,
        due,
        Run {
            through,
            issued_through: None,
        },
    );
    Some(lines)
}

#[test]
fn the_rich_plan_is_sound_and_bills() {
    let plan: Plan = serde_json::from_value(rich()).unwrap();
    assert_eq!(plan.check(), []);
    let lines = billed_through(&plan, date(2025, 6, 15)).unwrap();
    assert!(lines.len() > 20, "{}", lines.len());
}

proptest! {


    #[test]
    fn no_field_of_a_plan_makes_billing_panic(
        changes in prop::collection::vec((any::<Index>(), absurd()), 1..4), month in 1i8..=12,
    ) {
        let mut changed = rich();
        let mut fields = Vec::new();
        leaves(&mut changed, &mut fields);
        for (at, value) in changes {
            **at.get_mut(&mut fields) = value;
        }
        let Ok(plan) = serde_json::from_value::<Plan>(changed) else { return Ok(()) };
        let faults = plan.check();
        prop_assert!(faults.iter().all(|fault| !fault.to_string().is_empty()));
        let lines = billed_through(&plan, date(2025, month, 28)).unwrap_or_default();
        for line in lines {
            prop_assert_eq!(line.working.recompute(), Ok(line.amount), "{}", line.working);
        }
    }
}
