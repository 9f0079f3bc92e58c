//! Two readings of one contract, and what becomes of them.

mod lines;

use serde_json::{Value, json};

use super::reconcile;
use crate::flag::{Code, Flag, Severity};
use crate::reading::Reading;
use crate::terms::{Status, Terms};

fn evidence(line: &str, quote: &str) -> Value {
    json!([{ "document": "d", "page": 1, "lines": [line], "quote": quote, "boxes": [], "match": "exact" }])
}

fn found(value: impl Into<Value>, line: &str) -> Value {
    let value = value.into();
    let printed = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    json!({ "value": value, "printed": printed, "evidence": evidence(line, &printed), "status": "supported" })
}

fn line(name: &str, price: &str, at: &str, changes: &Value) -> Value {
    let mut line = json!({ "id": "L01", "kind": "recurring", "description": name, "price": { "amount": found(price, at) },
        "cadence": found("monthly", at), "status": "supported", "evidence": evidence(at, name) });
    for (field, value) in changes.as_object().unwrap() {
        line[field] = value.clone();
    }
    line
}

fn reading(terms: Value) -> Reading {
    let terms: Terms = serde_json::from_value(terms).unwrap();
    Reading {
        terms,
        flags: Vec::new(),
    }
}

fn meet(rules: Value, model: Value) -> Reading {
    reconcile(reading(rules), Some(reading(model)))
}

fn lines(rules: &[Value], model: &[Value]) -> Reading {
    meet(json!({ "line_items": rules }), json!({ "line_items": model }))
}

fn flags(reading: &Reading) -> Vec<(Code, &str, Severity)> {
    let shown = |flag: &Flag| (flag.code, flag.severity);
    reading
        .flags
        .iter()
        .map(|flag| {
            (
                shown(flag).0,
                flag.path.as_deref().unwrap_or_default(),
                shown(flag).1,
            )
        })
        .collect()
}

const DISAGREE: Code = Code::ReadersDisagree;

#[test]
fn without_a_model_nothing_changes() {
    let rules = reading(json!({ "provider": found("Larkfield", "p1.l1") }));
    assert_eq!(reconcile(rules.clone(), None), rules);
}

#[test]
fn a_field_is_verified_disputed_or_taken_over() {
    let withheld = json!({ "value": null, "printed": "[***]", "evidence": [], "status": "withheld" });
    let cases = [
        (
            "agreement",
            json!({ "provider": found("Larkfield, Ltd.", "p1.l1") }),
            json!({ "provider": found("LARKFIELD LTD", "p1.l9") }),
            "/provider",
            Status::Verified,
            "Larkfield, Ltd.",
            0,
        ),
        (
            "dispute",
            json!({ "provider": found("Larkfield", "p1.l1") }),
            json!({ "provider": found("Morrow", "p1.l2") }),
            "/provider",
            Status::Conflict {
                other: "Morrow".to_owned(),
            },
            "Larkfield",
            1,
        ),
        (
            "model alone",
            json!({}),
            json!({ "provider": found("Morrow", "p1.l2") }),
            "/provider",
            Status::Supported,
            "Morrow",
            1,
        ),
        (
            "rules alone",
            json!({ "provider": found("Larkfield", "p1.l1") }),
            json!({}),
            "/provider",
            Status::Supported,
            "Larkfield",
            0,
        ),
        (
            "withheld",
            json!({ "customer": withheld }),
            json!({ "customer": found("Morrow", "p1.l2") }),
            "/customer",
            Status::Withheld,
            "",
            1,
        ),
    ];
    for (name, rules, model, path, status, value, flagged) in cases {
        let reading = meet(rules, model);
        let field = if path == "/provider" {
            &reading.terms.provider
        } else {
            &reading.terms.customer
        };
        assert_eq!(
            (&field.status, field.get().map_or("", String::as_str)),
            (&status, value),
            "{name}"
        );
        assert_eq!(
            flags(&reading),
            vec![(DISAGREE, path, Severity::Review); flagged],
            "{name}"
        );
    }
}

#[test]
fn a_dispute_shows_both_values() {
    let reading = meet(
        json!({ "term": { "months": found(12, "p1.l1") } }),
        json!({ "term": { "months": found(24, "p1.l7") } }),
    );
    assert_eq!(reading.flags[0].sentence, "The rules read “12”, the model “24”.");
    assert_eq!(reading.flags[0].evidence.len(), 2);
    assert_eq!(reading.terms.term.months.value, Some(12));
}

#[test]
fn words_of_a_picture_verify_nothing() {
    let rules = reading(json!({ "line_items": [line("Platform", "500.00", "p1.l3", &json!({}))] }));
    let mut model = rules.clone();
    model.flags.push(
        Flag::new(Code::RecognisedNumber, "from a picture", "compare")
            .at("/line_items/0/price")
            .severity(Severity::Info),
    );
    let reading = reconcile(rules, Some(model));
    assert_eq!(reading.terms.line_items[0].price.amount.status, Status::Supported);
}

#[test]
fn flags_of_the_model_follow_its_lines() {
    let rules = reading(json!({ "provider": found("Larkfield", "p1.l1"),
        "line_items": [line("Support", "90.00", "p1.l2", &json!({})), line("Platform", "500.00", "p1.l3", &json!({}))] }));
    let mut model = reading(json!({ "line_items": [line("Platform", "500.00", "p1.l3", &json!({}))] }));
    for (code, path) in [
        (Code::ValueNotInQuote, "/line_items/0/timing"),
        (Code::ValueNotInQuote, "/line_items/0/price/amount"),
        (Code::QuoteNotFound, "/provider"),
        (Code::QuoteNotFound, "/customer"),
    ] {
        model.flags.push(Flag::new(code, "not there", "look").at(path));
    }
    let reading = reconcile(rules, Some(model));
    let expected = [
        (Code::ValueNotInQuote, "/line_items/1/timing", Severity::Review),
        (
            Code::ValueNotInQuote,
            "/line_items/1/price/amount",
            Severity::Info,
        ),
        (Code::QuoteNotFound, "/provider", Severity::Info),
        (Code::QuoteNotFound, "/customer", Severity::Review),
    ];
    assert_eq!(flags(&reading), expected);
}

#[test]
fn money_that_the_model_takes_for_no_price_is_looked_at() {
    let mention = |role: &str, value: &str| json!({ "printed": value, "value": value, "role": role, "evidence": evidence("p1.l3", value)[0] });
    let rules = || {
        json!({ "line_items": [line("Platform", "500.00", "p1.l3", &json!({}))],
        "mentions": [mention("unexplained", "70")] })
    };
    let cases = [
        (
            mention("liability", "500.00"),
            vec![(DISAGREE, "/line_items/0", Severity::Review)],
            1,
        ),
        (mention("cap", "500.00"), vec![], 1),
        (mention("liability", "70"), vec![], 1),
        (mention("liability", "9000"), vec![], 2),
    ];
    for (mention, expected, mentions) in cases {
        let reading = meet(rules(), json!({ "mentions": [mention] }));
        assert_eq!(
            (flags(&reading), reading.terms.mentions.len()),
            (expected, mentions),
            "{mention}"
        );
        assert_eq!(reading.terms.mentions[0].role, crate::terms::Role::Unexplained);
    }
}

#[test]
fn lists_meet_by_value_and_words() {
    let escalator = |percent: &str, at: &str| json!({ "kind": "fixed", "percent": found(percent, at), "evidence": evidence(at, "rises") });
    let rules = json!({ "totals": [{ "label": "Total", "amount": found("9", "p1.l9") }], "escalators": [escalator("3", "p1.l5")] });
    let model = json!({ "totals": [{ "label": "Sum", "amount": found("9", "p1.l9") }, { "label": "Other", "amount": found("8", "p1.l8") }],
        "escalators": [escalator("5", "p1.l5"), escalator("7", "p2.l2")] });
    let reading = meet(rules, model);
    assert_eq!(
        reading
            .terms
            .totals
            .iter()
            .map(|total| &total.amount.status)
            .collect::<Vec<_>>(),
        [&Status::Verified, &Status::Supported]
    );
    assert_eq!(reading.terms.escalators.len(), 2);
    let expected = [
        (DISAGREE, "/escalators/0/percent", Severity::Review),
        (DISAGREE, "/escalators/1", Severity::Review),
    ];
    assert_eq!(flags(&reading), expected);
}
