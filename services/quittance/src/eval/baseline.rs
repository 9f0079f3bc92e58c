//! A stored report that a new one may only improve.

use serde_json::Value;

/// Figures that may only rise, and those that may only fall. Time depends on the machine and is not held.
const RISE: [&str; 7] = [
    "item_precision",
    "item_recall",
    "item_f1",
    "field_f1",
    "evidence_page",
    "evidence_quote",
    "invoice_equal",
];
const FALL: [&str; 2] = ["hard_failures", "silent_error_rate"];

/// What became worse, in a sentence each. A figure that was measured and is no longer counts as worse.
pub(crate) fn worse(before: &Value, now: &Value) -> Vec<String> {
    let pair = |name: &str| (before["total"][name].as_f64(), now["total"][name].as_f64());
    let fell = |name: &&str| matches!(pair(name), (Some(before), now) if now.is_none_or(|now| now < before));
    let rose = |name: &&str| matches!(pair(name), (Some(before), now) if now.is_none_or(|now| now > before));
    let named = RISE
        .iter()
        .filter(|name| fell(name))
        .chain(FALL.iter().filter(|name| rose(name)));
    named
        .map(|name| {
            format!(
                "{name} was {}, now {}",
                before["total"][*name], now["total"][*name]
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_became_worse_is_named() {
        let total = |precision: Value, silent: f64| json!({"total": {"item_precision": precision, "silent_error_rate": silent}});
        let before = total(json!(0.9), 0.01);
        for (now, names) in [
            (total(json!(0.9), 0.01), 0),
            (total(json!(0.95), 0.0), 0),
            (total(json!(0.89), 0.01), 1),
            (total(json!(0.8), 0.02), 2),
            (total(Value::Null, 0.01), 1),
        ] {
            assert_eq!(worse(&before, &now).len(), names, "{now}");
        }
    }
}
