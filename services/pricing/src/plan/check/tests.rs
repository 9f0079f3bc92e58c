use serde_json::{Value, json};

use super::*;
use crate::money::Money;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A plan without fault: a platform fee, metered calls by volume, a milestone, a pool, a commitment.
fn sound() -> Value {
    let monthly =
        json!({ "kind": "recurring", "every": { "count": 1, "unit": "month" }, "timing": "arrears" });
    json!({
        "title": "Services", "account": "acme", "provider": "North", "customer": "Acme", "currency": "USD",
        "time_zone": "UTC", "term": { "start": "2026-01-01", "end": "2027-01-01" },
        "renewal": { "kind": "not_stated" }, "payment": { "due": { "rule": "net", "days": 30 } },
        "charges": [
            { "id": "platform", "name": "Platform", "schedule": monthly,
              "quantity": { "kind": "fixed", "units": "1" }, "price": { "model": "flat", "amount": "500.00" } },
            { "id": "calls", "name": "API calls", "schedule": monthly,
              "quantity": { "kind": "metered", "meter": "calls" },
              "price": { "model": "volume", "tiers": { "rows": [
                  { "up_to": "1000", "unit_price": "0.10" }, { "up_to": "10000", "unit_price": "0.08" },
                  { "unit_price": "0.05" } ] } } },
            { "id": "setup", "name": "Set-up", "schedule": { "kind": "on_milestone", "milestone": "go-live" },
              "quantity": { "kind": "fixed", "units": "1" }, "price": { "model": "flat", "amount": "9000" } },
        ],
        "meters": [{ "id": "calls", "name": "Calls", "unit": "call", "aggregation": { "kind": "sum" } }],
        "milestones": [{ "id": "go-live", "name": "Go-live" }],
        "pools": [{ "id": "credits", "name": "Credits", "unit": { "in": "money" }, "grant": "50000",
            "bought_by": "setup" }],
        "ceilings": [{ "id": "monthly", "name": "Ceiling", "amount": "9000", "charges": ["calls"],
                       "span": { "kind": "each", "every": { "count": 1, "unit": "month" } } }],
        "commitments": [{ "id": "yearly", "name": "Commitment", "amount": "12000", "span": { "kind": "term" },
            "settlement": "true_up" }],
        "taxes": [{ "id": "vat", "name": "VAT", "percent": "20" }]
    })
}

fn plan(changes: &[(&str, Value)]) -> Plan {
    let mut plan = sound();
    for (pointer, value) in changes {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        match plan.pointer_mut(parent).unwrap() {
            Value::Object(fields) => drop(fields.insert(key.to_owned(), value.clone())),
            Value::Array(rows) => rows[key.parse::<usize>().unwrap()] = value.clone(),
            other => panic!("{other} holds nothing"),
        }
    }
    serde_json::from_value(plan).unwrap()
}

#[test]
fn a_sound_plan_has_no_fault() {
    assert_eq!(plan(&[]).check(), []);
}

#[test]
fn every_fault_is_named_with_its_field() {
    let rows = |rows: Value| json!({ "rows": rows });
    let unknown = |what, id: &str| Fault::Unknown { what, id: id.into() };
    let cases: Vec<(&str, Value, &str, Fault)> = vec![
        ("/charges", json!([]), "charges", Fault::NoCharges),
        ("/account", json!(" "), "account", Fault::Blank),
        ("/charges/0/name", json!(""), "charges.0.name", Fault::Blank),
        (
            "/time_zone",
            json!("Mars/Phobos"),
            "time_zone",
            Fault::UnknownTimeZone {
                name: "Mars/Phobos".into(),
            },
        ),
        (
            "/payment",
            json!({ "due": { "rule": "net", "days": 10 }, "early": { "percent": "2", "days": 30 } }),
            "payment.early.days",
            Fault::EarlyAfterDue { early: 30, due: 10 },
        ),
        (
            "/charges/0/starts",
            json!("2027-01-01"),
            "charges.0.starts",
            Fault::NeverCharged {
                start: Date::constant(2027, 1, 1),
                end: Date::constant(2027, 1, 1),
            },
        ),
        (
            "/milestones/0/holdback",
            json!({ "percent": "10", "released_by": "go-live" }),
            "milestones.0.holdback.released_by",
            Fault::ReleasedByItself,
        ),
        (
            "/pools/0",
            json!({ "id": "tokens", "name": "Tokens", "unit": { "in": "units", "name": "token" },
                    "grant": "10", "pays": ["platform"] }),
            "pools.0.pays.0",
            Fault::PoolPaysNoUnits {
                charge: "platform".into(),
            },
        ),
        (
            "/charges/0/schedule/anchor",
            json!({ "from": "days_of_month", "first": 1, "second": 15 }),
            "charges.0.schedule.anchor",
            Fault::DaysWithoutHalfMonths { first: 1, second: 15 },
        ),
        (
            "/charges/0/schedule",
            json!({ "kind": "recurring", "every": { "count": 1, "unit": "half_month" }, "timing": "advance",
                    "anchor": { "from": "days_of_month", "first": 28, "second": 31 } }),
            "charges.0.schedule.anchor.first",
            Fault::DaysOfMonthTogether {
                first: 28,
                second: 31,
            },
        ),
        (
            "/pools/0/top_up",
            json!({ "below": "500", "grant": "100", "price": "90", "to": "400" }),
            "pools.0.top_up.to",
            Fault::TopUpStaysBelow {
                to: decimal("400"),
                below: decimal("500"),
            },
        ),
        (
            "/commitments/0/settled_on",
            json!({ "when": "on", "date": "2026-11-30" }),
            "commitments.0.settled_on.date",
            Fault::SettledBeforeEnd {
                date: Date::constant(2026, 11, 30),
                end: Date::constant(2027, 1, 1),
            },
        ),
        (
            "/charges/2/id",
            json!("calls"),
            "charges.2.id",
            Fault::DuplicateId { id: "calls".into() },
        ),
        (
            "/meters",
            json!([]),
            "charges.1.quantity.meter",
            unknown(Referent::Meter, "calls"),
        ),
        (
            "/milestones",
            json!([]),
            "charges.2.schedule.milestone",
            unknown(Referent::Milestone, "go-live"),
        ),
        (
            "/charges/0/tax",
            json!("gst"),
            "charges.0.tax",
            unknown(Referent::Tax, "gst"),
        ),
        (
            "/pools/0/bought_by",
            json!("x"),
            "pools.0.bought_by",
            unknown(Referent::Charge, "x"),
        ),
        (
            "/pools/0/pays",
            json!(["calls", "x"]),
            "pools.0.pays.1",
            unknown(Referent::Charge, "x"),
        ),
        (
            "/ceilings/0/charges",
            json!(["x"]),
            "ceilings.0.charges.0",
            unknown(Referent::Charge, "x"),
        ),
        (
            "/commitments/0/charges",
            json!(["x"]),
            "commitments.0.charges.0",
            unknown(Referent::Charge, "x"),
        ),
        (
            "/term/end",
            json!("2026-01-01"),
            "term.end",
            Fault::EndsBeforeStart {
                start: "2026-01-01".parse().unwrap(),
                end: "2026-01-01".parse().unwrap(),
            },
        ),
        (
            "/charges/0/schedule",
            json!({ "kind": "once", "at": { "day": "signing" } }),
            "charges.0.schedule.at",
            Fault::SigningDateMissing,
        ),
        (
            "/term/end",
            Value::Null,
            "commitments.0.span",
            Fault::TermEndMissing,
        ),
        (
            "/charges/0/schedule/every/count",
            json!(0),
            "charges.0.schedule.every",
            Fault::ZeroCadence { unit: "months" },
        ),
        (
            "/charges/0/schedule/anchor",
            json!({ "from": "day_of_month", "day": 32 }),
            "charges.0.schedule.anchor.day",
            Fault::NoSuchDay { day: 32 },
        ),
        (
            "/charges/1/price/tiers",
            rows(json!([])),
            "charges.1.price.tiers",
            Fault::TooFew { found: 0, needed: 1 },
        ),
        (
            "/charges/1/price/tiers/rows/2/up_to",
            json!("20000"),
            "charges.1.price.tiers",
            Fault::TiersLeaveGap {
                after: decimal("20000"),
            },
        ),
        (
            "/charges/1/price/tiers/rows/1/up_to",
            json!("900"),
            "charges.1.price.tiers.1.up_to",
            Fault::TiersOverlap {
                previous: decimal("1000"),
                up_to: decimal("900"),
            },
        ),
        (
            "/charges/1/price/tiers/rows/0/up_to",
            Value::Null,
            "charges.1.price.tiers.0.up_to",
            Fault::OpenTierInside,
        ),
        (
            "/charges/1/price/tiers/rows/0/unit_price",
            Value::Null,
            "charges.1.price.tiers.0",
            Fault::TierWithoutPrice {
                needs: "unit price or a flat fee",
            },
        ),
        (
            "/charges/0/quantity/units",
            json!("-1"),
            "charges.0.quantity.units",
            Fault::Negative { value: decimal("-1") },
        ),
        (
            "/charges/0/price",
            json!({ "model": "per_unit", "unit_price": "1", "per": "0" }),
            "charges.0.price.per",
            Fault::NotAboveZero { value: Decimal::ZERO },
        ),
        (
            "/taxes/0/percent",
            json!("120"),
            "taxes.0.percent",
            Fault::PercentOutOfRange {
                value: decimal("120"),
                least: Decimal::ZERO,
                most: Decimal::ONE_HUNDRED,
            },
        ),
        (
            "/charges/0/price/amount",
            json!("99.999"),
            "charges.0.price.amount",
            Fault::TooPrecise {
                value: decimal("99.999"),
                currency: "USD".parse().unwrap(),
            },
        ),
        (
            "/charges/0/ramp",
            json!([{ "from": "2026-06-01", "price": { "model": "flat", "amount": "1" } },
                { "from": "2026-03-01", "price": { "model": "flat", "amount": "2" } }]),
            "charges.0.ramp.1.from",
            Fault::DatesOutOfOrder {
                previous: "2026-06-01".parse().unwrap(),
                date: "2026-03-01".parse().unwrap(),
            },
        ),
        (
            "/charges/0/quantity",
            json!({ "kind": "amount", "of": { "kind": "charges", "charges": ["calls", "platform"] } }),
            "charges.0.quantity.of.charges",
            Fault::PercentageOfItself,
        ),
        (
            "/charges/1/price",
            json!({ "model": "matrix", "dimensions": ["region"], "cells": [] }),
            "charges.1.price.dimensions",
            Fault::DimensionNotMeasured {
                dimension: "region".into(),
            },
        ),
    ];
    for (pointer, value, field, fault) in cases {
        let found = plan(&[(pointer, value)]).check();
        assert!(
            found
                .iter()
                .any(|found| found.field == field && found.fault == fault),
            "{pointer}: wanted {field}: {fault:?}, found {found:#?}"
        );
    }
}

#[test]
fn all_faults_come_at_once_and_know_their_charge() {
    let broken = plan(&[
        ("/account", json!("")),
        ("/charges/1/price/tiers/rows/2/up_to", json!("20000")),
        ("/pools/0/pays", json!(["nothing"])),
    ]);
    let found: Vec<_> = broken
        .check()
        .into_iter()
        .map(|found| (found.charge.clone(), found.to_string()))
        .collect();
    assert_eq!(
        found,
        [
            (None, "it is blank: fill it in".to_owned()),
            (
                Some("calls".to_owned()),
                "calls: quantities above 20000 have no price: add a tier without an upper bound".to_owned()
            ),
            (
                None,
                "there is no charge `nothing` in the plan: add it, or name one that is there".to_owned()
            ),
        ]
    );
}

#[test]
fn a_volume_price_that_falls_is_a_warning_with_its_figures() {
    let usd = |text: &str| Money::new(decimal(text), "USD".parse().unwrap());
    let cliff = |at: &str, below: &str, above: &str| Warning::VolumeCliff {
        at: decimal(at),
        below: usd(below),
        above: usd(above),
    };
    let found: Vec<Warning> = plan(&[])
        .warnings()
        .into_iter()
        .map(|found| found.warning)
        .collect();
    assert_eq!(
        found,
        [
            cliff("1000", "100.00", "80.08"),
            cliff("10000", "800.00", "500.05")
        ]
    );
    let graduated = plan(&[("/charges/1/price/model", json!("graduated"))]);
    assert_eq!(graduated.warnings(), []);
}

#[test]
fn what_nothing_uses_is_a_warning() {
    let unused = json!([{ "id": "calls", "name": "Calls", "unit": "call", "aggregation": { "kind": "sum" } },
        { "id": "rows", "name": "Rows", "unit": "row", "aggregation": { "kind": "count" } }]);
    let found = plan(&[("/meters", unused)]).warnings();
    let found: Vec<&str> = found.iter().map(|warning| warning.field.as_str()).collect();
    assert_eq!(
        found,
        ["charges.1.price.tiers", "charges.1.price.tiers", "meters.1"]
    );
}

#[test]
fn a_charge_before_the_plan_begins_is_a_warning() {
    let early = plan(&[("/charges/0/starts", json!("2025-06-01"))]);
    assert_eq!(early.check(), []);
    let found: Vec<String> = early.warnings().iter().map(PlanWarning::to_string).collect();
    let expected = "platform: it is charged from 2025-06-01, before the plan begins on 2026-01-01: does the contract mean that?";
    assert!(found.contains(&expected.to_owned()), "{found:?}");
}
