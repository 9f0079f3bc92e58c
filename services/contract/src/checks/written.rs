//! Terms written in tests: a whole contract of one year, changed where a test says so.

use serde_json::{Map, Value, json};

use crate::flag::Flag;
use crate::terms::Terms;

/// A value that a reader found.
pub(super) fn found(value: impl Into<Value>) -> Value {
    printed(value, "")
}

/// A value that a reader found, as printed.
pub(super) fn printed(value: impl Into<Value>, printed: &str) -> Value {
    json!({ "value": value.into(), "printed": printed, "evidence": [], "status": "supported" })
}

/// A value that the contract hides.
pub(super) fn withheld(printed: &str) -> Value {
    json!({ "value": null, "printed": printed, "evidence": [], "status": "withheld" })
}

/// A line of 500.00 a month in advance, changed where `changes` says so; `null` takes a field away.
pub(super) fn line(changes: &Value) -> Value {
    let whole = json!({
        "id": "L01", "kind": "recurring", "description": "Platform",
        "price": { "amount": found("500.00") }, "cadence": found("monthly"), "timing": found("advance"),
        "status": "supported", "evidence": [],
    });
    changed(whole, changes)
}

/// Terms of the year 2026 with that one line, changed where `changes` says so; `null` takes a field away.
pub(super) fn terms(changes: &Value) -> Terms {
    let whole = json!({
        "provider": found("Larkfield Ltd"), "customer": found("Morrow & Pike LLP"), "currency": found("USD"),
        "term": { "start": found("2026-01-01"), "end": found("2026-12-31") },
        "payment": { "due": found(json!({ "rule": "net", "days": 30 })) },
        "line_items": [line(&json!({}))],
    });
    serde_json::from_value(changed(whole, changes)).unwrap()
}

/// The same terms with these lines instead.
pub(super) fn of_lines(lines: &[Value]) -> Terms {
    terms(&json!({ "line_items": lines }))
}

/// Each flag as its code and its path.
pub(super) fn codes(flags: &[Flag]) -> Vec<String> {
    let shown = |flag: &Flag| format!("{} {}", flag.code, flag.path.as_deref().unwrap_or_default());
    flags
        .iter()
        .map(|flag| shown(flag).trim_end().to_owned())
        .collect()
}

fn changed(mut whole: Value, changes: &Value) -> Value {
    let fields: &mut Map<String, Value> = whole.as_object_mut().unwrap();
    for (field, value) in changes.as_object().unwrap() {
        if value.is_null() {
            fields.remove(field);
        } else {
            fields.insert(field.clone(), value.clone());
        }
    }
    whole
}
