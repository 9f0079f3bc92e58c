//! From the text a person typed to a change of the terms.

use contract::review::{self, Act, Edit, Refusal, Review};
use serde_json::Value;

use crate::store::events::Change;

/// Ends a path that adds to a list, by the convention of JSON pointers (RFC 6901).
const END_OF_LIST: &str = "/-";

/// The review after an edit, and what the audit log keeps of it.
pub(super) fn apply(
    review: &Review,
    path: &str,
    value: &str,
    reason: &str,
    act: Act<'_>,
) -> Result<(Review, Change), Refusal> {
    let terms = terms_of(review);
    let edited = |change| {
        let path = path.strip_suffix(END_OF_LIST).unwrap_or(path).to_owned();
        review.edit(
            &Edit {
                path,
                change,
                reason: reason.to_owned(),
            },
            act,
        )
    };
    let next = match intent(&terms, path, value) {
        Intent::Remove => edited(review::Change::Remove),
        Intent::Clear => edited(review::Change::Set(Value::Null)),
        Intent::Add => first_fitting(value, |value| edited(review::Change::Add(value))),
        Intent::Set => first_fitting(value, |value| edited(review::Change::Set(value))),
    }?;
    let change = Change {
        path: path.to_owned(),
        before: terms.pointer(path).map(shown).unwrap_or_default(),
        after: value.to_owned(),
        reason: reason.trim().to_owned(),
    };
    Ok((next, change))
}

enum Intent {
    /// An element of a list goes.
    Remove,
    /// A field has no value any more.
    Clear,
    /// A list gains an element.
    Add,
    /// A field has this value.
    Set,
}

fn intent(terms: &Value, path: &str, value: &str) -> Intent {
    if path.ends_with(END_OF_LIST) {
        return Intent::Add;
    }
    if !value.is_empty() {
        return Intent::Set;
    }
    let parent = path
        .rsplit_once('/')
        .and_then(|(parent, _)| terms.pointer(parent));
    if parent.is_some_and(Value::is_array) {
        Intent::Remove
    } else {
        Intent::Clear
    }
}

/// A value arrives as text. Most fields are text in normal form (a date, a decimal, a name); the others take it as JSON
/// (a whole number, yes or no, a rule of several parts). The field itself says which.
fn first_fitting(
    text: &str,
    mut attempt: impl FnMut(Value) -> Result<Review, Refusal>,
) -> Result<Review, Refusal> {
    let as_text = attempt(Value::String(text.to_owned()));
    match (as_text, serde_json::from_str::<Value>(text)) {
        (Err(Refusal::ValueDoesNotFit { .. }), Ok(json)) if !json.is_string() => attempt(json),
        (result, _) => result,
    }
}

pub(super) fn terms_of(review: &Review) -> Value {
    let terms = review
        .draft
        .as_ref()
        .and_then(|draft| serde_json::to_value(&draft.terms).ok());
    terms.unwrap_or(Value::Null)
}

/// A field as the audit log shows it: its value where it has one, else all of it.
pub(super) fn shown(field: &Value) -> String {
    match field.get("value").unwrap_or(field) {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
