//! Where elements of the model's lists went, so that its flags point into the terms of both.

use serde_json::Value;

use crate::flag::{Code, Flag, Severity};
use crate::terms::Terms;

/// Old and new place of each element, as `/line_items/3`; `None` where it was let go.
#[derive(Default)]
pub(super) struct Paths {
    moves: Vec<(String, Option<String>)>,
}

impl Paths {
    /// An element of the model's list went there.
    pub(super) fn moved_to(&mut self, list: &str, from: usize, to: Option<usize>) {
        self.moves
            .push((format!("/{list}/{from}"), to.map(|to| format!("/{list}/{to}"))));
    }

    /// The model's flags with their new paths. Where the rules have a value of their own, a claim of the model that did
    /// not stand is only good to know.
    pub(super) fn moved(&self, flags: Vec<Flag>, rules: &Terms) -> Vec<Flag> {
        let rules = serde_json::to_value(rules).unwrap_or_default();
        flags
            .into_iter()
            .map(|flag| settled(self.relocate(flag), &rules))
            .collect()
    }

    fn relocate(&self, mut flag: Flag) -> Flag {
        flag.path = flag.path.and_then(|path| self.new_path(&path));
        flag
    }

    fn new_path(&self, path: &str) -> Option<String> {
        for (from, to) in &self.moves {
            let rest = path
                .strip_prefix(from.as_str())
                .filter(|rest| rest.is_empty() || rest.starts_with('/'));
            if let Some(rest) = rest {
                return to.as_ref().map(|to| format!("{to}{rest}"));
            }
        }
        Some(path.to_owned())
    }
}

fn settled(flag: Flag, rules: &Value) -> Flag {
    let about_claim = matches!(
        flag.code,
        Code::QuoteNotFound | Code::ValueNotInQuote | Code::ReadersDisagree
    );
    let known = flag.path.as_ref().is_some_and(|path| has_value(rules, path));
    if about_claim && known {
        flag.severity(Severity::Info)
    } else {
        flag
    }
}

/// Have the rules a value there, or another price of the same line?
fn has_value(rules: &Value, path: &str) -> bool {
    let valued = |json: &Value| json.get("value").is_some_and(|value| !value.is_null());
    if rules.pointer(path).is_some_and(valued) {
        return true;
    }
    let price = path
        .split_once("/price")
        .and_then(|(line, _)| rules.pointer(&format!("{line}/price")));
    let fields = price.and_then(Value::as_object);
    fields.is_some_and(|fields| {
        fields.get("tiers").is_some_and(Value::is_object)
            || ["amount", "unit_price", "percent"]
                .iter()
                .any(|field| fields.get(*field).is_some_and(valued))
    })
}
