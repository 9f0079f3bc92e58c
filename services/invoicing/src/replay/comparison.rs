//! What an invoice says against what was computed: every value that differs, by its place.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::Value;

use super::Difference;
use crate::invoice::Invoice;

/// Every value of the invoice that is not the computed one. Ids, number and time of issue are no part of it.
pub(super) fn compare(stated: &Invoice, computed: &Invoice) -> Vec<Difference> {
    let (stated, computed) = (values(stated), values(computed));
    let paths: std::collections::BTreeSet<&String> = stated.keys().chain(computed.keys()).collect();
    let value = |values: &BTreeMap<String, String>, path: &str| values.get(path).cloned().unwrap_or_default();
    let each = paths
        .into_iter()
        .map(|path| (path, value(&stated, path), value(&computed, path)));
    each.filter(|(_, stated, computed)| !same(stated, computed))
        .map(|(path, stated, computed)| Difference::Value {
            path: path.clone(),
            stated,
            computed,
        })
        .collect()
}

/// 500 and 500.00 are one amount.
fn same(stated: &str, computed: &str) -> bool {
    let number = |text: &str| Decimal::from_str_exact(text).ok();
    stated == computed || number(stated).is_some_and(|stated| number(computed) == Some(stated))
}

/// Each single value by its path: `lines.0.amount`.
fn values(invoice: &Invoice) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    // Serialising owned data with string keys into memory has no way to fail.
    walk(
        String::new(),
        serde_json::to_value(invoice).unwrap_or_default(),
        &mut found,
    );
    found
}

fn walk(path: String, value: Value, found: &mut BTreeMap<String, String>) {
    let under = |name: String| {
        if path.is_empty() {
            name
        } else {
            format!("{path}.{name}")
        }
    };
    match value {
        Value::Null => {}
        Value::Object(fields) => fields
            .into_iter()
            .for_each(|(name, value)| walk(under(name), value, found)),
        Value::Array(items) => (0_usize..)
            .zip(items)
            .for_each(|(place, value)| walk(under(place.to_string()), value, found)),
        Value::String(text) => drop(found.insert(path, text)),
        Value::Bool(_) | Value::Number(_) => drop(found.insert(path, value.to_string())),
    }
}
