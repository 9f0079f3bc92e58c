//! Lines of two readings.

use serde_json::{Value, json};

use super::{DISAGREE, evidence, flags, found, line, lines, meet};
use crate::flag::Severity;
use crate::terms::Status;

#[test]
fn lines_that_agree_are_verified_wherever_they_stand() {
    let seat = json!({ "kind": "seat" });
    let cases = [
        (
            line("Platform", "500.00", "p1.l3", &json!({})),
            line("Platform fee", "500.00", "p1.l3", &json!({})),
        ),
        (
            line("Platform", "500.00", "p1.l3", &json!({})),
            line("Platform fee", "500.00", "p2.l9", &seat),
        ),
        (
            line("Platform", "500.00", "p1.l3", &json!({})),
            line(
                "Fee",
                "500.00",
                "p2.l9",
                &json!({ "price": { "unit_price": found("500.00", "p2.l9") } }),
            ),
        ),
    ];
    for (rules, model) in cases {
        let reading = lines(&[rules], std::slice::from_ref(&model));
        let item = &reading.terms.line_items[0];
        assert_eq!(
            (&item.status, &item.price.amount.status),
            (&Status::Verified, &Status::Verified),
            "{model}"
        );
        assert_eq!(
            (reading.terms.line_items.len(), flags(&reading)),
            (1, vec![]),
            "{model}"
        );
    }
}

#[test]
fn lines_of_the_same_words_with_other_prices_are_disputed() {
    let reading = lines(
        &[line("Platform", "500.00", "p1.l3", &json!({}))],
        &[line("Platform", "600.00", "p1.l3", &json!({}))],
    );
    let amount = &reading.terms.line_items[0].price.amount;
    assert_eq!(
        amount.status,
        Status::Conflict {
            other: String::from("600.00")
        }
    );
    assert_eq!(
        amount.value.map(|value| value.to_string()).as_deref(),
        Some("500.00")
    );
    assert_eq!(
        flags(&reading),
        [(DISAGREE, "/line_items/0/price/amount", Severity::Review)]
    );
}

#[test]
fn several_charges_of_one_line_find_their_own() {
    let rules = [
        line("Discovery", "50000", "p1.l3", &json!({ "kind": "milestone" })),
        line("Go-live", "100000", "p1.l3", &json!({ "kind": "milestone" })),
    ];
    let model = [
        line("Go-live", "100000", "p1.l3", &json!({ "kind": "milestone" })),
        line("Discovery", "50000", "p1.l3", &json!({ "kind": "one_time" })),
    ];
    let reading = lines(&rules, &model);
    assert_eq!((reading.terms.line_items.len(), flags(&reading)), (2, vec![]));
    assert!(
        reading
            .terms
            .line_items
            .iter()
            .all(|item| item.status == Status::Verified)
    );
}

#[test]
fn a_line_of_one_reader_stays_or_comes_behind() {
    let setup = line(
        "Setup",
        "900.00",
        "p1.l8",
        &json!({ "kind": "one_time", "id": "L01" }),
    );
    let reading = lines(&[line("Platform", "500.00", "p1.l3", &json!({}))], &[setup]);
    let ids: Vec<(&str, &Status)> = reading
        .terms
        .line_items
        .iter()
        .map(|item| (item.id.as_str(), &item.status))
        .collect();
    assert_eq!(ids, [("L01", &Status::Supported), ("L02", &Status::Supported)]);
    assert_eq!(flags(&reading), [(DISAGREE, "/line_items/1", Severity::Review)]);
    let unpriced = line("Hope", "1", "p1.l8", &json!({ "price": {} }));
    assert_eq!(lines(&[], &[unpriced]).terms.line_items, []);
}

#[test]
fn a_total_taken_for_a_charge_is_told_as_such() {
    let rules = json!({ "totals": [{ "label": "Total", "amount": found("6000.00", "p1.l9") }] });
    let reading = meet(
        rules,
        json!({ "line_items": [line("Total", "6000.00", "p1.l9", &json!({}))] }),
    );
    assert_eq!(
        reading.flags[0].sentence,
        "Only the model found a charge for “Total”; the rules take the amount for a sum."
    );
}

#[test]
fn tiers_agree_row_by_row() {
    let tiers = |price: &str, mode: Value| {
        json!({ "mode": mode, "rows": [{ "from": "0", "to": "10", "unit_price": found("2", "p1.l3") },
        { "from": "10", "unit_price": found(price, "p1.l4") }] })
    };
    let usage = |price: &str, mode: Value| {
        line(
            "Calls",
            "1",
            "p1.l3",
            &json!({ "kind": "usage", "price": { "tiers": tiers(price, mode) } }),
        )
    };
    let said = found("volume", "p1.l2");
    let same = lines(&[usage("1", said.clone())], &[usage("1", said.clone())]);
    let read = same.terms.line_items[0].price.tiers.as_ref().unwrap();
    assert_eq!(
        (&read.mode.status, &read.rows[1].unit_price.status),
        (&Status::Verified, &Status::Verified)
    );
    let other = lines(&[usage("1", said.clone())], &[usage("3", said)]);
    assert_eq!(
        flags(&other),
        [(DISAGREE, "/line_items/0/price/tiers", Severity::Review)]
    );
    assert!(
        other.flags[0]
            .sentence
            .contains("10 to up at 1; the model 0 to 10 at 2, 10 to up at 3"),
        "{}",
        other.flags[0].sentence
    );
}

#[test]
fn a_price_computed_from_the_models_is_no_dispute() {
    let mut derived = found("18000", "p1.l3");
    derived["status"] = json!({ "derived": { "how": "72,000 / 4" } });
    derived["evidence"] = evidence("p1.l3", "$72,000 a year");
    let rules = line(
        "Platform",
        "1",
        "p1.l3",
        &json!({ "price": { "amount": derived } }),
    );
    let mut stated = found("72000", "p1.l3");
    stated["printed"] = json!("$72,000");
    let reading = lines(
        &[rules],
        &[line(
            "Platform",
            "1",
            "p1.l3",
            &json!({ "price": { "amount": stated } }),
        )],
    );
    assert_eq!(flags(&reading), []);
    assert!(matches!(
        reading.terms.line_items[0].price.amount.status,
        Status::Derived { .. }
    ));
}
