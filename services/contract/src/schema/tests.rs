use serde_json::{Value, json};

use super::{REPLY_SCHEMA, TERMS_SCHEMA, compiled, portable, terms, validate};
use crate::terms::Terms;

fn schema(text: &str) -> Value {
    serde_json::from_str(text).expect("a schema is JSON")
}

fn reply() -> Value {
    json!({
        "coverage": {"first_line": "p1.l1", "last_line": "p1.l9"},
        "statements": [{"id": "s1", "lines": ["p1.l2"], "quote": "Net 30", "printed": "Net 30", "kind": "payment_terms"}],
        "charges": [{
            "id": "c1", "lines": ["p1.l3"], "quote": "$500 per month", "printed_price": "$500", "kind": "recurring",
            "name": "Platform", "unit": null, "quantity": null, "included": null, "cadence": "per month",
            "timing": null, "start": null, "end": null, "event": null, "tier_mode": null, "tiers": [],
            "flow": "customer_pays"
        }],
        "other_money": []
    })
}

#[test]
fn both_schemas_compile() {
    for text in [REPLY_SCHEMA, TERMS_SCHEMA] {
        compiled(text).expect("the schema compiles");
    }
}

#[test]
fn the_reply_schema_keeps_the_portable_profile() {
    assert_eq!(portable(&schema(REPLY_SCHEMA)), Vec::new());
}

#[test]
fn the_lint_finds_what_is_not_portable() {
    let cases = [
        (
            json!({"type": "array", "items": {"type": "string"}}),
            "the root must be an object",
        ),
        (
            json!({"type": "object", "properties": {}, "required": []}),
            "additionalProperties must be false",
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": "string", "pattern": "x"}}, "required": ["a"], "additionalProperties": false}),
            "`pattern` is not portable",
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": [], "additionalProperties": false}),
            "required must list every property, in order",
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": ["object", "null"]}}, "required": ["a"], "additionalProperties": false}),
            "a union may only be one plain type and null",
        ),
    ];
    for (schema, rule) in cases {
        let found: Vec<String> = portable(&schema)
            .into_iter()
            .map(|departure| departure.rule)
            .collect();
        assert!(found.iter().any(|known| known == rule), "{schema}: {found:?}");
    }
}

#[test]
fn a_reply_as_asked_is_read_with_or_without_a_fence() {
    let text = reply().to_string();
    assert_eq!(validate(&text), validate(&format!("```json\n{text}\n```")));
    assert_eq!(validate(&text).expect("valid").charges.len(), 1);
}

#[test]
fn every_violation_names_its_place() {
    let mut wrong = reply();
    wrong["charges"][0]["kind"] = json!("rent");
    wrong["charges"][0]["extra"] = json!(1);
    wrong["statements"][0]["quote"] = json!(12);
    let violations = validate(&wrong.to_string()).expect_err("three faults");
    let places: Vec<&str> = violations.iter().map(|violation| violation.at.as_str()).collect();
    for place in ["/charges/0/kind", "/charges/0", "/statements/0/quote"] {
        assert!(places.contains(&place), "{place} in {places:?}");
    }
}

#[test]
fn what_is_not_json_is_one_violation() {
    for text in ["", "Sorry, I cannot", "{\"coverage\": {", "[]"] {
        assert!(validate(text).is_err(), "{text}");
    }
}

#[test]
fn terms_keep_their_own_schema() {
    let empty = serde_json::to_string(&Terms::default()).expect("terms serialise");
    assert_eq!(terms(&empty), Ok(Terms::default()));
    let wrong = empty.replacen("\"absent\"", "\"certain\"", 1);
    assert!(!terms(&wrong).expect_err("an unknown status").is_empty());
}
