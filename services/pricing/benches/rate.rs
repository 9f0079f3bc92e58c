//! How long one line takes, and the lines of a small invoice with the text of their working.
//!
//! `cargo bench -p pricing`

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::civil::date;
use pricing::period::Period;
use pricing::plan::Plan;
use pricing::price::Measured;
use pricing::rate::{RateInput, rate};
use rust_decimal::Decimal;
use serde_json::{Value, json};

/// A platform fee with a discount, seats added in mid-month, metered calls, traffic in packages, a share of sales.
fn plan() -> Option<Plan> {
    let charge = |id: &str, quantity: Value, price: Value, adjustments: Value| {
        let mut charge = json!({
            "id": id, "name": id, "quantity": quantity, "price": price,
            "schedule": { "kind": "recurring", "every": { "count": 1, "unit": "month" }, "timing": "arrears" },
        });
        if let (Some(charge), Value::Object(more)) = (charge.as_object_mut(), adjustments) {
            charge.extend(more);
        }
        charge
    };
    let metered = || json!({ "kind": "metered", "meter": "calls" });
    let tiers = json!({ "rows": [
        { "up_to": "1000", "unit_price": "0.10" }, { "up_to": "10000", "unit_price": "0.08" },
        { "unit_price": "0.05" } ] });
    let launch =
        json!({ "discounts": [{ "name": "Launch", "value": { "kind": "percent", "percent": "10" } }] });
    serde_json::from_value(json!({
        "title": "Services", "account": "acme", "provider": "North", "customer": "Acme", "currency": "USD",
        "time_zone": "UTC", "term": { "start": "2026-01-01" }, "renewal": { "kind": "not_stated" },
        "payment": { "due": { "rule": "net", "days": 30 } },
        "charges": [
            charge("calls", metered(), json!({ "model": "graduated", "tiers": tiers }), json!({})),
            charge("platform", json!({ "kind": "fixed", "units": "1" }),
                json!({ "model": "flat", "amount": "500.00" }), launch),
            charge("seats", json!({ "kind": "seats", "initial": "20" }),
                json!({ "model": "per_unit", "unit_price": "50" }), json!({})),
            charge("traffic", metered(),
                json!({ "model": "package", "size": "100", "package_price": "9.90" }),
                json!({ "included": { "units": "500" }, "minimum": { "amount": "50" } })),
            charge("sales", json!({ "kind": "amount", "of": { "kind": "meter", "meter": "calls" } }),
                json!({ "model": "percentage", "rate": { "percent": "2.9" } }), json!({})),
        ],
    }))
    .ok()
}

fn measure(criterion: &mut Criterion) {
    let month = Period::try_new(date(2026, 4, 1), date(2026, 5, 1));
    let rest = Period::try_new(date(2026, 4, 16), date(2026, 5, 1));
    let (Some(plan), Ok(month), Ok(rest)) = (plan(), month, rest) else {
        return;
    };
    let units = Measured::Units(Decimal::from(12_000));
    let Some(calls) = plan.charge("calls") else { return };
    criterion.bench_function("one graduated line of three tiers", |bencher| {
        bencher.iter(|| rate(black_box(&RateInput::new(&plan, calls, month, units))));
    });
    // The seats came on the sixteenth.
    let services = [month, month, rest, month, month];
    criterion.bench_function("five lines with the text of their working", |bencher| {
        bencher.iter(|| {
            let line = |(charge, service)| {
                let line = rate(&RateInput {
                    service,
                    ..RateInput::new(&plan, charge, month, units)
                })
                .ok()?;
                Some((line.working.to_string(), line))
            };
            black_box(&plan)
                .charges
                .iter()
                .zip(services)
                .map(line)
                .collect::<Option<Vec<_>>>()
        });
    });
}

criterion_group!(benches, measure);
criterion_main!(benches);
