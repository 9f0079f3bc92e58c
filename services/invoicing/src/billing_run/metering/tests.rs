use std::collections::BTreeMap;

use jiff::civil::date;

use super::*;

fn plan(parts: &serde_json::Value) -> Plan {
    let mut plan = serde_json::json!({
        "title": "t", "account": "acme", "provider": "p", "customer": "c", "currency": "USD",
        "time_zone": "Europe/Berlin", "term": { "start": "2026-01-01" }, "renewal": { "kind": "ends" },
        "payment": { "due": { "rule": "net", "days": 30 } },
        "meters": [{ "id": "gb", "name": "GB", "unit": "GB", "aggregation": { "kind": "sum" } }],
    });
    for (field, value) in parts.as_object().unwrap() {
        plan[field] = value.clone();
    }
    serde_json::from_value(plan).unwrap()
}

fn charge(price: &serde_json::Value) -> serde_json::Value {
    serde_json::json!({
        "id": "storage", "name": "Storage",
        "schedule": { "kind": "recurring", "every": { "count": 1, "unit": "month" }, "timing": "arrears" },
        "quantity": { "kind": "metered", "meter": "gb" }, "price": price,
    })
}

fn per_unit() -> serde_json::Value {
    serde_json::json!({ "model": "per_unit", "unit_price": "1", "per": "1" })
}

fn ask(plan: Plan, through: Date) -> Vec<Asked> {
    asked(&questions(0, &Book::new(plan, billing::facts::Facts::default()), through).unwrap())
}

#[test]
fn a_meter_that_adds_is_asked_for_each_period_by_the_midnights_of_the_plan() {
    let asked = ask(
        plan(&serde_json::json!({ "charges": [charge(&per_unit())] })),
        date(2026, 4, 1),
    );
    let spans: Vec<String> = asked
        .iter()
        .map(|asked| format!("{} {}", asked.from, asked.until))
        .collect();
    // Berlin is an hour ahead, two once the clocks have changed on 29 March.
    assert_eq!(
        spans,
        [
            "2025-12-31T23:00:00Z 2026-01-31T23:00:00Z",
            "2026-01-31T23:00:00Z 2026-02-28T23:00:00Z",
            "2026-02-28T23:00:00Z 2026-03-31T22:00:00Z",
        ]
    );
}

#[test]
fn a_meter_that_looks_at_each_event_is_asked_for_all_of_them() {
    let fees =
        serde_json::json!({ "model": "percentage", "rate": { "percent": "2.9", "fixed_fee": "0.30" } });
    let by_event = plan(&serde_json::json!({ "charges": [charge(&fees)] }));
    let mut latest = plan(&serde_json::json!({ "charges": [charge(&per_unit())] }));
    latest.meters[0].aggregation = Aggregation::Last;
    let mut mean_by_region = latest.clone();
    mean_by_region.meters[0].aggregation = Aggregation::Average;
    mean_by_region.meters[0].dimensions = vec!["region".to_owned()];
    for plan in [by_event, latest, mean_by_region] {
        let asked = ask(plan, date(2026, 4, 1));
        assert_eq!(asked.len(), 1);
        assert!(
            asked[0].until >= "2026-04-01T21:59:59Z".parse().unwrap(),
            "the day asked for is whole"
        );
    }
}

#[test]
fn what_a_meter_shows_of_a_whole_period_is_read_and_not_made_from_events() {
    let quantity = Quantity {
        asked: 0,
        dimensions: BTreeMap::new(),
        sum: Decimal::TEN,
        count: 4,
        least: Decimal::ONE,
        greatest: Decimal::from(9),
    };
    for (aggregation, shown) in [
        (Aggregation::Sum, "10"),
        (Aggregation::Count, "4"),
        (Aggregation::Min, "1"),
        (Aggregation::Max, "9"),
        (Aggregation::Average, "2.5"),
        (Aggregation::UniqueCount, "3"),
    ] {
        let mut plan = plan(&serde_json::json!({ "charges": [charge(&per_unit())] }));
        plan.meters[0].aggregation = aggregation;
        let questions = questions(
            0,
            &Book::new(plan, billing::facts::Facts::default()),
            date(2026, 4, 1),
        )
        .unwrap();
        assert_eq!(questions.len(), 3, "{aggregation:?}: one for each month");
        assert!(questions.iter().all(|question| question.way < Way::Singly));
        let measured = measured(&questions[0], quantity.clone(), Some(3)).unwrap();
        assert_eq!(measured.quantity, shown.parse().unwrap(), "{aggregation:?}");
    }
}

#[test]
fn a_filter_leaves_out_what_does_not_hold_its_value() {
    let mut plan = plan(&serde_json::json!({ "charges": [charge(&per_unit())] }));
    plan.meters[0].filters = vec![plan::DimensionFilter {
        dimension: "region".to_owned(),
        value: "eu".to_owned(),
    }];
    let book = Book::new(plan, billing::facts::Facts::default());
    let questions = questions(0, &book, date(2026, 2, 1)).unwrap();
    assert_eq!(questions[0].asked.dimensions, ["region"]);
    let held = |region: &str| Quantity {
        asked: 0,
        dimensions: BTreeMap::from([("region".to_owned(), region.to_owned())]),
        sum: Decimal::TEN,
        count: 2,
        least: Decimal::ONE,
        greatest: Decimal::from(9),
    };
    assert_eq!(measured(&questions[0], held("us"), None), None);
    let counted = measured(&questions[0], held("eu"), None).unwrap();
    assert_eq!((counted.quantity, counted.count), (Decimal::TEN, 2));
    assert_eq!(counted.id, r#"measured:gb 2026-01-01/2026-02-01 {"region":"eu"}"#);
}

#[test]
fn no_two_events_share_a_name() {
    let names = [("a/b", "c"), ("a", "b/c"), ("a%2Fb", "c")];
    let ids: BTreeSet<String> = names.iter().map(|(source, id)| event_name(source, id)).collect();
    assert_eq!(ids.len(), names.len(), "{ids:?}");
}
