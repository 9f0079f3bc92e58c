//! Contracts and what happens under them, made by counting: the same on every machine and in every run.
//!
//! Of twenty contracts eight are subscriptions by the seat with a platform fee, five a fee with graduated usage over an
//! allowance, four usage with a minimum, two have fee, seats, usage, a quarterly promise and a tax, and one draws prepaid
//! credits. Terms of a year begin on the 1st to the 28th of January 2025. Every contract has something due every month.

mod recording;

use pricing::plan::Plan;
use serde_json::{Value, json};
use wire::invoicing::v1::{Approval, RegisterPlanRequest, UsageEvent};
use wire::plan::plan_message;

use crate::connection::request_id;
use crate::facts::timestamp;
use crate::failure::Failure;

pub(super) use recording::record_all;

/// Days of a month on which something is used: a contract with usage has one event on each.
const DAYS_OF_USE: [u8; 6] = [2, 7, 12, 17, 22, 27];

/// The request that registers a contract.
pub(super) fn registration(number: u32) -> Result<RegisterPlanRequest, Failure> {
    let plan = plan(number)?;
    Ok(RegisterPlanRequest {
        request_id: request_id(),
        content_hash: plan.content_hash(),
        plan: Some(plan_message(&plan)),
        approval: Some(Approval {
            contract_id: format!("contract-{number:07}"),
            revision: 1,
            submitted_by: "dana".to_owned(),
            approved_by: "omar".to_owned(),
            approved_at: Some(timestamp("2025-01-01").map_err(Failure::broken)?),
        }),
    })
}

/// What is used under a contract in a month of 2025 (1 to 12).
pub(super) fn usage(number: u32, month: u8) -> Result<Vec<UsageEvent>, Failure> {
    if !kind(number).uses() {
        return Ok(Vec::new());
    }
    let days = DAYS_OF_USE.iter();
    days.map(|day| {
        let amount = 40 + (number * 7 + u32::from(month) * 131 + u32::from(*day) * 17) % 400;
        Ok(UsageEvent {
            source: "bench".to_owned(),
            id: format!("{number:07}-{month:02}-{day:02}"),
            account: account(number),
            meter: "call".to_owned(),
            time: Some(timestamp(&format!("2025-{month:02}-{day:02}")).map_err(Failure::broken)?),
            value: amount.to_string(),
            dimensions: std::collections::HashMap::new(),
            corrects: String::new(),
        })
    })
    .collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Seats,
    Graduated,
    Minimum,
    Enterprise,
    Prepaid,
}

impl Kind {
    fn uses(self) -> bool {
        self != Self::Seats
    }
}

fn kind(number: u32) -> Kind {
    match number % 20 {
        0..8 => Kind::Seats,
        8..13 => Kind::Graduated,
        13..17 => Kind::Minimum,
        17..19 => Kind::Enterprise,
        _ => Kind::Prepaid,
    }
}

fn account(number: u32) -> String {
    format!("account-{number:07}")
}

fn plan(number: u32) -> Result<Plan, Failure> {
    let day = 1 + number % 28;
    let mut plan = json!({
        "title": format!("Order {number}"),
        "account": account(number),
        "provider": "Larkfield Software, Inc.",
        "customer": format!("Customer {number}, Inc."),
        "currency": "USD",
        "time_zone": "UTC",
        "term": { "start": format!("2025-01-{day:02}"), "end": format!("2026-01-{day:02}") },
        "renewal": renewal(number),
        "payment": { "due": { "rule": "net", "days": 30 } },
    });
    for (field, value) in parts(number) {
        plan[field] = value;
    }
    serde_json::from_value(plan).map_err(|error| Failure::broken(format!("a contract of the bench: {error}")))
}

/// Every second contract renews by itself, unless notice is given some weeks before.
fn renewal(number: u32) -> Value {
    if number.is_multiple_of(2) {
        json!({ "kind": "automatic", "months": 12, "notice_days": 10 + number % 80 })
    } else {
        json!({ "kind": "ends" })
    }
}

fn parts(number: u32) -> Vec<(&'static str, Value)> {
    let seats = 5 + number % 60;
    let meters = ("meters", json!([meter()]));
    match kind(number) {
        Kind::Seats => vec![("charges", json!([fee("250.00"), seats_charge(seats)]))],
        Kind::Graduated => {
            let mut calls = calls(&graduated());
            calls["included"] = json!({ "units": "500" });
            vec![("charges", json!([fee("99.00"), calls])), meters]
        }
        Kind::Minimum => {
            let mut calls = calls(&per_unit("0.08"));
            calls["minimum"] = json!({ "amount": "60.00" });
            vec![("charges", json!([fee("20.00"), calls])), meters]
        }
        Kind::Enterprise => enterprise(seats, meters),
        Kind::Prepaid => prepaid(meters),
    }
}

fn enterprise(seats: u32, meters: (&'static str, Value)) -> Vec<(&'static str, Value)> {
    let mut charges = [fee("2000.00"), seats_charge(seats), calls(&graduated())];
    for charge in &mut charges {
        charge["tax"] = json!("sales");
    }
    let promise = json!({
        "id": "promise", "name": "Quarterly minimum", "amount": "900.00", "charges": ["calls"],
        "span": { "kind": "each", "every": { "count": 3, "unit": "month" } }, "settlement": "true_up",
    });
    let tax = json!({ "id": "sales", "name": "Sales tax", "percent": "8.25", "included": false });
    vec![
        ("charges", json!(charges)),
        meters,
        ("commitments", json!([promise])),
        ("taxes", json!([tax])),
    ]
}

fn prepaid(meters: (&'static str, Value)) -> Vec<(&'static str, Value)> {
    let pool = json!({
        "id": "credits", "name": "Credits", "unit": { "in": "money" }, "grant": "1000.00", "pays": ["calls"],
    });
    let charges = json!([fee("49.00"), calls(&per_unit("0.05"))]);
    vec![("charges", charges), meters, ("pools", json!([pool]))]
}

fn fee(amount: &str) -> Value {
    json!({
        "id": "fee", "name": "Platform fee",
        "schedule": monthly("advance"),
        "quantity": { "kind": "fixed", "units": "1" },
        "price": { "model": "flat", "amount": amount },
    })
}

fn seats_charge(initial: u32) -> Value {
    json!({
        "id": "seats", "name": "Seats",
        "schedule": monthly("advance"),
        "quantity": { "kind": "seats", "initial": initial.to_string() },
        "price": per_unit("18.00"),
    })
}

fn calls(price: &Value) -> Value {
    json!({
        "id": "calls", "name": "API calls",
        "schedule": monthly("arrears"),
        "quantity": { "kind": "metered", "meter": "call" },
        "price": price,
    })
}

fn meter() -> Value {
    json!({ "id": "call", "name": "API calls", "unit": "call", "aggregation": { "kind": "sum" } })
}

fn monthly(timing: &str) -> Value {
    json!({ "kind": "recurring", "every": { "count": 1, "unit": "month" }, "timing": timing })
}

fn per_unit(price: &str) -> Value {
    json!({ "model": "per_unit", "unit_price": price, "per": "1" })
}

fn graduated() -> Value {
    let rows = json!([
        { "up_to": "1000", "unit_price": "0.10" },
        { "up_to": "10000", "unit_price": "0.08" },
        { "unit_price": "0.05" },
    ]);
    json!({ "model": "graduated", "tiers": { "rows": rows, "bound": "upper_inclusive", "count": "per_period" } })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every kind is a plan that the service takes, with the events its meters know.
    #[test]
    fn the_population_is_sound() {
        for number in 0..40 {
            let plan = plan(number).unwrap();
            assert_eq!(plan.check(), [], "contract {number}");
            let events = usage(number, 2).unwrap();
            assert_eq!(events.is_empty(), plan.meters.is_empty(), "contract {number}");
        }
    }
}
