//! Each sort of line becomes the charge a person would write.

use jiff::civil::date;
use pricing::plan::{Cadence, CadenceUnit, Due, OnceAt, Quantity, Schedule, Timing};
use pricing::price::Price;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::*;
use crate::terms::Kind;

fn found(value: &Value) -> Value {
    json!({ "value": value, "printed": "", "evidence": [], "status": "supported" })
}

/// Terms of a year from 2026-01-01 with these lines.
fn terms(lines: Vec<Value>) -> Terms {
    let lines: Vec<Value> = lines
        .into_iter()
        .enumerate()
        .map(|(at, mut line)| {
            line["id"] = json!(format!("L{:02}", at + 1));
            line["status"] = json!("supported");
            line["evidence"] = json!([]);
            line
        })
        .collect();
    serde_json::from_value(json!({
        "provider": found(&json!("Larkfield Ltd")), "customer": found(&json!("Morrow & Pike LLP")),
        "currency": found(&json!("USD")), "signature_date": found(&json!("2025-12-12")),
        "term": { "start": found(&json!("2026-01-01")), "end": found(&json!("2026-12-31")) },
        "payment": { "due": found(&json!({ "rule": "net", "days": 30 })) },
        "line_items": lines,
    }))
    .unwrap()
}

fn charge(line: Value) -> Charge {
    let interpretation = interpret(&terms(vec![line]), &[]);
    assert_eq!(interpretation.flags, Vec::new());
    interpretation.plan.unwrap().charges.remove(0)
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

#[test]
fn the_head_is_half_open_and_named_after_the_customer() {
    let line = json!({ "kind": "recurring", "description": "Plan Room", "price": { "amount": found(&json!("500")) },
        "cadence": found(&json!("monthly")), "timing": found(&json!("advance")) });
    let plan = interpret(&terms(vec![line]), &[]).plan.unwrap();
    assert_eq!(plan.account, "morrow-pike-llp");
    assert_eq!(
        (plan.term.start, plan.term.end),
        (date(2026, 1, 1), Some(date(2027, 1, 1)))
    );
    assert_eq!(plan.payment.due, Due::Net { days: 30 });
    assert_eq!(plan.charges[0].id, "plan-room");
}

#[test]
fn a_price_for_a_month_billed_by_the_year_is_twelve_of_them() {
    let seat = charge(
        json!({ "kind": "seat", "description": "Seats", "quantity": found(&json!("10")),
        "price": { "unit_price": found(&json!("50.00")), "period": found(&json!("monthly")) },
        "cadence": found(&json!("annual")), "timing": found(&json!("advance")) }),
    );
    assert_eq!(
        seat.price,
        Price::PerUnit {
            unit_price: dec("600.00"),
            per: Decimal::ONE
        }
    );
    assert!(matches!(seat.quantity, Quantity::Seats { initial, .. } if initial == dec("10")));
    let derived = seat
        .sources
        .iter()
        .any(|source| format!("{source:?}").contains("× 12"));
    assert!(derived, "{:?}", seat.sources);
}

#[test]
fn usage_is_measured_and_billed_after_its_period() {
    let usage = charge(
        json!({ "kind": "usage", "description": "API calls", "unit": "API call",
        "price": { "unit_price": found(&json!("0.15")), "per": found(&json!("1000000")) },
        "included": found(&json!("10000")), "cadence": found(&json!("monthly")) }),
    );
    assert_eq!(
        usage.quantity,
        Quantity::Metered {
            meter: "api-call".to_owned()
        }
    );
    assert_eq!(
        usage.price,
        Price::PerUnit {
            unit_price: dec("0.15"),
            per: dec("1000000")
        }
    );
    assert_eq!(usage.included.unwrap().units, dec("10000"));
    let month = Cadence {
        count: 1,
        unit: CadenceUnit::Month,
    };
    assert!(
        matches!(usage.schedule, Schedule::Recurring { every, timing: Timing::Arrears, .. } if every == month)
    );
}

#[test]
fn tiers_without_a_stated_mode_are_refused() {
    let rows = json!([{ "from": "0", "to": "1000", "unit_price": found(&json!("0.10")) },
        { "from": "1000", "to": null, "unit_price": found(&json!("0.05")) }]);
    let line = |mode: Value| {
        json!({ "kind": "usage", "description": "Calls", "cadence": found(&json!("monthly")),
            "price": { "tiers": { "mode": mode, "rows": rows } } })
    };
    let graduated = charge(line(found(&json!("graduated"))));
    assert!(matches!(graduated.price, Price::Graduated { .. }));
    let absent = json!({ "value": null, "printed": "", "evidence": [], "status": "absent" });
    let interpretation = interpret(&terms(vec![line(absent)]), &[]);
    assert_eq!(interpretation.flags[0].code, Code::AmbiguousTierMode);
    assert_eq!(
        interpretation.flags[0].path.as_deref(),
        Some("/line_items/0/price/tiers/mode")
    );
}

#[test]
fn fees_fall_due_at_signing_on_dates_or_on_events() {
    let fee = |more: Value| {
        let mut line = json!({ "kind": "one_time", "description": "Implementation fee",
            "price": { "amount": found(&json!("15000")) }, "cadence": found(&json!("one_time")) });
        line.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        charge(line).schedule
    };
    assert_eq!(
        fee(json!({ "event": found(&json!("upon signing")) })),
        Schedule::Once { at: OnceAt::Signing }
    );
    assert_eq!(fee(json!({})), Schedule::Once { at: OnceAt::Start });
    let on = OnceAt::On {
        date: date(2026, 3, 1),
    };
    assert_eq!(
        fee(json!({ "start": found(&json!("2026-03-01")) })),
        Schedule::Once { at: on }
    );
    let milestone = Schedule::OnMilestone {
        milestone: "implementation-fee".to_owned(),
    };
    assert_eq!(fee(json!({ "event": found(&json!("go-live")) })), milestone);
}

#[test]
fn credits_open_a_pool_that_pays_what_is_metered() {
    let lines = vec![
        json!({ "kind": "prepaid_credit", "description": "API credits", "price": { "amount": found(&json!("50000")) },
            "cadence": found(&json!("one_time")),
            "credits": { "top_up_below": found(&json!("5000")), "top_up_amount": found(&json!("25000")) } }),
        json!({ "kind": "usage", "description": "API requests", "unit": "request",
            "price": { "unit_price": found(&json!("0.02")) }, "cadence": found(&json!("monthly")) }),
    ];
    let plan = interpret(&terms(lines), &[]).plan.unwrap();
    let pool = &plan.pools[0];
    assert_eq!(
        (pool.grant, pool.bought_by.as_deref()),
        (dec("50000"), Some("api-credits"))
    );
    assert_eq!(pool.top_up.as_ref().unwrap().price, dec("25000"));
}

#[test]
fn instalments_and_ramps_are_told_apart() {
    let segment = |from: &str, to: Option<&str>, amount: &str| {
        let mut segment = json!({ "from": found(&json!(from)), "amount": found(&json!(amount)) });
        if let Some(to) = to {
            segment["to"] = found(&json!(to));
        }
        segment
    };
    let dated = charge(
        json!({ "kind": "one_time", "description": "Licence", "cadence": found(&json!("dated")),
        "schedule": [segment("2026-02-01", None, "100"), segment("2026-05-01", None, "200")] }),
    );
    assert!(matches!(dated.schedule, Schedule::Instalments { ref payments } if payments.len() == 2));
    let ramp = charge(
        json!({ "kind": "recurring", "description": "Platform", "cadence": found(&json!("monthly")),
        "timing": found(&json!("advance")),
        "schedule": [segment("2026-01-01", Some("2026-06-30"), "0"), segment("2026-07-01", Some("2026-12-31"), "900")] }),
    );
    assert_eq!(
        ramp.price,
        Price::Flat {
            amount: Decimal::ZERO
        }
    );
    assert_eq!(
        (ramp.ramp[0].from, &ramp.ramp[0].price),
        (date(2026, 7, 1), &Price::Flat { amount: dec("900") })
    );
}

#[test]
fn what_is_held_up_or_never_bills_stays_out() {
    let line = |marks: Value| {
        json!({ "kind": "recurring", "description": "Support", "price": { "amount": found(&json!("10")) },
            "cadence": found(&json!("monthly")), "timing": found(&json!("advance")), "marks": marks })
    };
    let terms = terms(vec![
        line(json!([])),
        line(json!(["contingent"])),
        line(json!([])),
    ]);
    let open = Flag::new(Code::SeveralPrices, "Two prices.", "Choose.").at("/line_items/2/price");
    let plan = interpret(&terms, &[open]).plan.unwrap();
    let ids: Vec<&str> = plan.charges.iter().map(|charge| charge.id.as_str()).collect();
    assert_eq!(ids, ["support"]);
    assert_eq!(terms.line_items[0].kind, Kind::Recurring);
}

#[test]
fn a_quantity_that_may_count_the_periods_is_refused() {
    let line = |quantity: &str, unit: Option<&str>| {
        json!({ "kind": "recurring", "description": "Suite", "quantity": found(&json!(quantity)), "unit": unit,
            "price": { "unit_price": found(&json!("2400")) }, "cadence": found(&json!("monthly")),
            "timing": found(&json!("advance")) })
    };
    let codes = |line: Value| -> Vec<Code> {
        let flags = interpret(&terms(vec![line]), &[]).flags;
        flags
            .iter()
            .map(|flag| flag.code)
            .filter(|code| *code != Code::PlanFault)
            .collect()
    };
    assert_eq!(codes(line("12", None)), [Code::AmbiguousUnit]);
    assert_eq!(codes(line("12", Some("licence"))), []);
    assert_eq!(codes(line("3", None)), []);
}

#[test]
fn without_a_currency_there_is_no_plan() {
    let mut terms = terms(Vec::new());
    terms.currency = crate::terms::Found::absent();
    assert_eq!(interpret(&terms, &[]).plan, None);
}
