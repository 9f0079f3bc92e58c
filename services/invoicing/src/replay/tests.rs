use billing::facts::{Facts, Measured};
use jiff::civil::date;
use pricing::period::Period;
use pricing::plan::Plan;
use serde_json::{Value, json};

use super::*;

fn plan() -> Plan {
    serde_json::from_value(json!({
        "title": "Agreement", "account": "acme", "provider": "Larkfield", "customer": "Acme",
        "currency": "USD", "time_zone": "UTC", "term": { "start": "2026-01-01", "end": "2027-01-01" },
        "renewal": { "kind": "ends" }, "payment": { "due": { "rule": "net", "days": 30 } },
        "meters": [{ "id": "call", "name": "API calls", "unit": "call", "aggregation": { "kind": "sum" } }],
        "charges": [{
            "id": "calls", "name": "API calls",
            "schedule": { "kind": "recurring", "every": { "count": 1, "unit": "month" }, "timing": "arrears" },
            "quantity": { "kind": "metered", "meter": "call" },
            "price": { "model": "per_unit", "unit_price": "0.10", "per": "1" },
        }],
    }))
    .unwrap()
}

/// 1,500 calls in January, billed on the first of February.
fn exported() -> Value {
    let january = Period::try_new(date(2026, 1, 1), date(2026, 2, 1)).unwrap();
    let facts = Facts {
        measured: vec![Measured {
            id: "measured:call january".to_owned(),
            meter: "call".to_owned(),
            period: january,
            quantity: 1500.into(),
            count: 2,
            dimensions: std::collections::BTreeMap::new(),
        }],
        ..Facts::default()
    };
    let through = date(2026, 2, 1);
    let invoice = billing_run::draft(&Book::new(plan(), facts.clone()), through)
        .unwrap()
        .invoices
        .remove(0);
    let approved = Approved {
        contract: "c".to_owned(),
        revision: 1,
        submitted_by: "Rosa".to_owned(),
        approved_by: "Ada".to_owned(),
        approved_at: jiff::Timestamp::UNIX_EPOCH,
    };
    let version = Version {
        content_hash: plan().content_hash(),
        effective: date(2026, 1, 1),
        approval: approved,
        plan: plan(),
    };
    let issued = Issued {
        id: "1".to_owned(),
        number: "INV-000001".to_owned(),
        at: jiff::Timestamp::UNIX_EPOCH,
    };
    let run = Run {
        through,
        issued_through: None,
        so_far: false,
        place: 0,
        payers: Vec::new(),
    };
    let contents = Contents {
        issued,
        run,
        versions: vec![version],
        facts,
        billed: Vec::new(),
        invoice,
        others: Vec::new(),
    };
    serde_json::to_value(Dossier::new(contents)).unwrap()
}

fn differences(dossier: &Value) -> Vec<String> {
    let replay = replay(&dossier.to_string()).unwrap();
    replay.differences.iter().map(ToString::to_string).collect()
}

/// A file whose seals fit what was changed in it.
fn sealed(changed: Value) -> Value {
    let dossier: Dossier = serde_json::from_value(changed).unwrap();
    serde_json::to_value(Dossier::new(dossier.contents)).unwrap()
}

#[test]
fn an_untouched_file_recomputes_to_the_cent() {
    let replay = replay(&exported().to_string()).unwrap();
    assert_eq!((replay.total.as_str(), replay.lines), ("150.00 USD", 1));
    assert_eq!(replay.differences, []);
}

#[test]
fn whatever_is_changed_is_noticed() {
    let cases = [
        (
            "/contents/invoice/lines/0/amount",
            json!("160.00"),
            "lines.0.amount: the invoice says 160.00, its terms and facts say 150.00",
        ),
        (
            "/contents/invoice/due_date",
            json!("2026-04-01"),
            "due_date: the invoice says 2026-04-01, its terms and facts say 2026-03-03",
        ),
        (
            "/contents/facts/measured/0/quantity",
            json!("1600"),
            "total: the invoice says 150.00, its terms and facts say 160.00",
        ),
        (
            "/contents/versions/0/plan/charges/0/price/unit_price",
            json!("0.11"),
            "total: the invoice says 150.00, its terms and facts say 165.00",
        ),
        (
            "/contents/run/through",
            json!("2026-01-31"),
            "the invoice cannot be recomputed: its terms and facts give 0 invoices, and this would be another",
        ),
    ];
    for (place, value, sentence) in cases {
        let mut changed = exported();
        *changed.pointer_mut(place).unwrap() = value;
        let part = place.split('/').nth(2).unwrap();
        let careless = differences(&changed);
        assert_eq!(careless[0], format!("`{part}` was changed after it was exported"));
        let careful = differences(&sealed(changed));
        assert!(
            careful.iter().any(|found| found == sentence),
            "{place}: {careful:#?}"
        );
    }
}

#[test]
fn a_plan_that_was_not_approved_is_named_by_its_hash() {
    let mut changed = exported();
    *changed.pointer_mut("/contents/versions/0/plan/title").unwrap() = json!("Another");
    let found = differences(&sealed(changed));
    assert!(found[0].starts_with("the plan approved as "), "{found:#?}");
}

#[test]
fn what_is_no_dossier_is_refused() {
    for text in ["", "{}", "[1]", r#"{"format":"other"}"#] {
        assert!(replay(text).is_err(), "{text}");
    }
    let mut other = exported();
    other["format"] = json!("quittance invoice dossier 9");
    assert!(
        replay(&other.to_string())
            .unwrap_err()
            .to_string()
            .contains("dossier 9")
    );
}
