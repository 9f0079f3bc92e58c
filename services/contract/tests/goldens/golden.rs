//! A golden file: what a contract says, written down by people.

use std::path::{Path, PathBuf};

use rust_decimal::Decimal;
use serde_json::Value;

/// A golden file and the documents it is about.
pub(crate) struct Golden {
    pub(crate) id: String,
    pub(crate) value: Value,
    pub(crate) files: Vec<PathBuf>,
}

impl Golden {
    pub(crate) fn open(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).expect("a golden file is text");
        let value: Value = serde_json::from_str(&text).expect("a golden file is JSON");
        let id = value["id"].as_str().expect("a golden file has an id").to_owned();
        let folder = path.parent().expect("a golden file lies in a folder");
        let files = match &value["file"] {
            Value::String(file) => vec![folder.join(file)],
            Value::Array(files) => files
                .iter()
                .filter_map(Value::as_str)
                .map(|file| folder.join(file))
                .collect(),
            _ => Vec::new(),
        };
        Self { id, value, files }
    }

    pub(crate) fn items(&self) -> Vec<&Value> {
        self.value["line_items"]
            .as_array()
            .map(|items| items.iter().collect())
            .unwrap_or_default()
    }

    /// Numbers that must be no charge.
    pub(crate) fn forbidden(&self) -> Vec<Decimal> {
        let listed = self.value["must_not_extract"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        listed
            .iter()
            .flat_map(|entry| match entry {
                Value::String(text) => amounts(text),
                other => other["value"].as_str().and_then(number).into_iter().collect(),
            })
            .collect()
    }

    /// Sums that must be no charge.
    pub(crate) fn totals(&self) -> Vec<Decimal> {
        let totals = self.value["totals"].as_array().cloned().unwrap_or_default();
        totals
            .iter()
            .filter_map(|total| total["amount"].as_str().and_then(number))
            .collect()
    }

    /// Flags a reviewer must get: code and whether it waits for a decision.
    pub(crate) fn flags(&self) -> Vec<String> {
        let flags = self.value["flags"].as_array().cloned().unwrap_or_default();
        flags
            .iter()
            .filter_map(|flag| flag["code"].as_str().map(str::to_owned))
            .collect()
    }

    pub(crate) fn outcome(&self) -> &str {
        self.value["expected_outcome"].as_str().unwrap_or("extract")
    }

    pub(crate) fn has_text(&self) -> bool {
        self.value["has_text_layer"].as_bool().unwrap_or(true)
    }

    pub(crate) fn charges(&self) -> bool {
        self.value["billing_terms_present"].as_bool().unwrap_or(true)
    }
}

/// A decimal as goldens write them.
pub(crate) fn number(text: &str) -> Option<Decimal> {
    text.parse::<Decimal>().ok().map(|value| value.normalize())
}

pub(crate) fn decimal(value: &Value) -> Option<Decimal> {
    match value {
        Value::String(text) => number(text),
        Value::Number(value) => number(&value.to_string()),
        _ => None,
    }
}

/// Amounts with a currency sign in a sentence: "insurance limits $5,000,000 / $500,000".
fn amounts(text: &str) -> Vec<Decimal> {
    text.split('$')
        .skip(1)
        .filter_map(|rest| {
            let digits: String = rest
                .chars()
                .take_while(|c| c.is_ascii_digit() || matches!(c, ',' | '.'))
                .collect();
            let value = number(digits.trim_end_matches(['.', ',']).replace(',', "").as_str())?;
            let million = rest
                .trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ',' | '.'))
                .starts_with('m')
                || rest.contains(" million");
            if million {
                value.checked_mul(Decimal::from(1_000_000))
            } else {
                Some(value)
            }
        })
        .collect()
}
