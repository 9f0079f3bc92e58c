//! Charges and what stands of them.

use serde_json::{Value, json};

use super::{PAGE, charge, charged, codes, line, shown};
use crate::flag::Code;
use crate::terms::{Mark, Match, Status};

#[test]
fn a_charge_is_read_from_its_words() {
    let platform = line(&charge(
        "p1.l2",
        "Platform fee $500.00 per month, billed annually in advance",
        "$500.00",
        &json!({ "name": "Platform fee", "cadence": "billed annually", "timing": "in advance" }),
    ));
    assert_eq!(platform.description, "Platform fee");
    assert_eq!(shown(&platform.price.amount), "Some(500.00)");
    assert_eq!(
        platform.price.amount.evidence[0].quote(),
        "Platform fee $500.00 per month, billed annually in advance;"
    );
    assert_eq!(platform.price.amount.evidence[0].matched(), Match::Exact);
    let cadences = (
        platform.cadence.value.unwrap().to_string(),
        platform.price.period.value.unwrap().to_string(),
    );
    assert_eq!(cadences, (String::from("annual"), String::from("monthly")));
    assert_eq!(shown(&platform.timing), "Some(Advance)");
    let calls = line(&charge(
        "p1.l4",
        "Calls cost $2.50 per 1,000 calls",
        "$2.50",
        &json!({ "kind": "usage", "name": "Calls" }),
    ));
    assert_eq!(
        (shown(&calls.price.unit_price), shown(&calls.price.per)),
        ("Some(2.50)".to_owned(), "Some(1000)".to_owned())
    );
    assert_eq!(calls.unit.as_deref(), Some("call"));
}

#[test]
fn a_price_that_is_not_there_stays_away() {
    let hosting = "hosting costs $[***] a month";
    let cases = [
        (
            charge("p1.l4", hosting, "$[***]", &json!({})),
            Status::Withheld,
            vec![],
        ),
        (
            charge("p1.l4", hosting, "x", &json!({ "printed_price": null })),
            Status::Withheld,
            vec![],
        ),
        (
            charge("p1.l4", hosting, "$300", &json!({})),
            Status::Unsupported,
            vec![Code::ValueNotInQuote],
        ),
        (
            charge("p1.l2", "Platform fee $500.00 per month", "$50", &json!({})),
            Status::Unsupported,
            vec![Code::ValueNotInQuote],
        ),
        (
            charge(
                "p1.l2",
                "Platform fee $500.00 per month, billed annually in advance; setup fee EUR 1,200",
                "$500.00 per month, billed annually in advance; setup fee EUR 1,200",
                &json!({}),
            ),
            Status::Unsupported,
            vec![Code::SeveralPrices],
        ),
    ];
    for (charge, status, expected) in cases {
        let reading = charged(&charge, PAGE);
        let item = &reading.terms.line_items[0];
        assert_eq!(
            (&item.price.amount.status, item.price.amount.value),
            (&status, None),
            "{charge}"
        );
        assert_eq!(codes(&reading), expected, "{charge}");
    }
    let invented = charged(
        &charge("p1.l2", "Gold plan $9,999.00 per month", "$9,999.00", &json!({})),
        PAGE,
    );
    assert_eq!(
        (invented.terms.line_items.len(), codes(&invented)),
        (0, vec![Code::QuoteNotFound])
    );
}

#[test]
fn hidden_words_never_ground_and_recognised_ones_are_noted() {
    let hidden = charged(
        &charge("p1.l5", "The price is $1.00 a month", "$1.00", &json!({})),
        PAGE,
    );
    assert_eq!(
        (hidden.terms.line_items.len(), codes(&hidden)),
        (0, vec![Code::QuoteNotFound])
    );
    let picture = charged(&charge("p1.l6", "Reports cost $70 each", "$70", &json!({})), PAGE);
    assert_eq!(codes(&picture), [Code::RecognisedNumber]);
    assert_eq!(shown(&picture.terms.line_items[0].price.amount), "Some(70)");
}

#[test]
fn words_that_mean_two_things_have_no_value() {
    let reading = charged(
        &charge(
            "p1.l6",
            "Reports cost $70 each bi-monthly",
            "$70",
            &json!({ "cadence": "bi-monthly" }),
        ),
        PAGE,
    );
    assert!(codes(&reading).contains(&Code::AmbiguousCadence));
    assert_eq!(reading.terms.line_items[0].cadence.value, None);
}

#[test]
fn a_number_is_never_read_across_cells() {
    let page = "| Item | Qty | Price |\n|--|--|--|\n| Seats | 12 | 400.00 |";
    let seats = |price: &str, quantity: &str| {
        charge(
            "p1.l2",
            "Seats 12 400.00",
            price,
            &json!({ "kind": "seat", "name": "Seats", "unit": "Seats", "quantity": quantity }),
        )
    };
    let reading = charged(&seats("400.00", "12"), page);
    let item = &reading.terms.line_items[0];
    assert_eq!(
        (shown(&item.price.unit_price), shown(&item.quantity)),
        ("Some(400.00)".to_owned(), "Some(12)".to_owned())
    );
    let merged = charged(&seats("12400.00", "12"), page);
    assert_eq!(merged.terms.line_items[0].price.unit_price.value, None);
}

#[test]
fn tiers_stand_whole_or_not_at_all() {
    let page = "Each call is charged at the price of its tier:\nup to 1,000 calls $0.10\nup to 10,000 calls $0.08\nover 10,000 calls $0.05\nthe next 9,000 calls $0.07";
    let tier = |line: &str, from: Value, to: Value, price: &str| json!({ "line": line, "from": from, "to": to, "price": price });
    let usage = |tiers: Value| {
        let lines = json!(["p1.l1", "p1.l2", "p1.l3", "p1.l4", "p1.l5"]);
        charge(
            "p1.l1",
            "charged at the price of its tier",
            "",
            &json!({ "kind": "usage", "name": "call", "lines": lines,
            "printed_price": null, "tier_mode": "graduated", "tiers": tiers }),
        )
    };
    let whole = usage(json!([
        tier("p1.l2", json!(null), json!("1,000"), "$0.10"),
        tier("p1.l3", json!(null), json!("10,000"), "$0.08"),
        tier("p1.l4", json!("10,000"), json!(null), "$0.05"),
    ]));
    let reading = charged(&whole, page);
    let tiers = reading.terms.line_items[0].price.tiers.as_ref().unwrap();
    let rows: Vec<(String, Option<String>)> = tiers
        .rows
        .iter()
        .map(|row| (row.from.to_string(), row.to.map(|to| to.to_string())))
        .collect();
    let expected = [("0", Some("1000")), ("1000", Some("10000")), ("10000", None)];
    assert_eq!(
        rows,
        expected.map(|(from, to)| (from.to_owned(), to.map(str::to_owned)))
    );
    assert_eq!(shown(&tiers.mode), "Some(Graduated)");
    let broken = [
        json!([tier("p1.l2", json!(null), json!("2,000"), "$0.10")]),
        json!([tier("p1.l2", json!(null), json!("1,000"), "$0.11")]),
        json!([
            tier("p1.l2", json!(null), json!("1,000"), "$0.10"),
            tier("p1.l5", json!(null), json!("9,000"), "$0.07")
        ]),
        json!([
            tier("p1.l3", json!(null), json!("10,000"), "$0.08"),
            tier("p1.l2", json!(null), json!("1,000"), "$0.10")
        ]),
    ];
    for tiers in broken {
        let reading = charged(&usage(tiers.clone()), page);
        assert_eq!(reading.terms.line_items[0].price.tiers, None, "{tiers}");
        assert_eq!(codes(&reading), [Code::ValueNotInQuote], "{tiers}");
    }
}

#[test]
fn how_tiers_count_must_be_said() {
    let page = "up to 1,000 calls $0.10\nover 1,000 calls $0.05";
    let tiers = json!([
        { "line": "p1.l1", "from": null, "to": "1,000", "price": "$0.10" },
        { "line": "p1.l2", "from": "1,000", "to": null, "price": "$0.05" },
    ]);
    let usage = charge(
        "p1.l1",
        "up to 1,000 calls",
        "",
        &json!({ "kind": "usage", "printed_price": null,
        "tier_mode": "volume", "tiers": tiers, "lines": ["p1.l1", "p1.l2"] }),
    );
    let reading = charged(&usage, page);
    assert_eq!(
        reading.terms.line_items[0]
            .price
            .tiers
            .as_ref()
            .unwrap()
            .mode
            .status,
        Status::Unsupported
    );
}

#[test]
fn who_pays_whom_is_kept() {
    let flow = |flow: &str| {
        let charge = charge(
            "p1.l2",
            "setup fee EUR 1,200",
            "EUR 1,200",
            &json!({ "flow": flow, "kind": "one_time" }),
        );
        charged(&charge, PAGE).terms
    };
    assert_eq!(flow("provider_pays").line_items[0].marks, [Mark::PaidByProvider]);
    let other = flow("other");
    assert_eq!((other.line_items.len(), other.mentions.len()), (0, 1));
}
