//! A person changes one field of the terms, named by JSON pointer.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Act, Refusal};
use crate::flag::{Flag, FlagState};
use crate::terms::Terms;

/// One change to the terms and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// JSON pointer into the terms: `/customer`, `/line_items/0/price/amount`, `/line_items`.
    pub path: String,
    /// What becomes of it.
    pub change: Change,
    /// Why, in the person's own words.
    pub reason: String,
}

/// What becomes of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// It takes this value; `null` says that there is none.
    Set(Value),
    /// An element of a list goes.
    Remove,
    /// A list gains this element. A line item needs `kind` and `description` only; its values are set afterwards.
    Add(Value),
}

/// The terms after the change.
pub(super) fn apply(terms: &Terms, edit: &Edit, act: Act<'_>) -> Result<Terms, Refusal> {
    let unchanged = serde_json::to_value(terms).map_err(|error| misfit(edit, &error))?;
    let candidates = match &edit.change {
        Change::Set(value) => set(&unchanged, edit, value, &person(edit, act))?,
        Change::Remove => vec![remove(&unchanged, edit)?],
        Change::Add(item) => vec![add(&unchanged, edit, item, &person(edit, act))?],
    };
    let mut failure = Refusal::UnknownField {
        path: edit.path.clone(),
    };
    for candidate in candidates {
        match serde_json::from_value(candidate) {
            Ok(changed) => return Ok(changed),
            Err(error) => failure = misfit(edit, &error),
        }
    }
    Err(failure)
}

/// Flags about the changed field count as decided; flags of a removed element go, those after it move up.
pub(super) fn decide_flags(flags: &mut Vec<Flag>, edit: &Edit, decision: &FlagState) {
    if edit.change == Change::Remove {
        flags.retain_mut(|flag| follow_removal(flag, &edit.path));
        return;
    }
    for flag in flags {
        let about = flag.path.as_deref().is_some_and(|path| covers(path, &edit.path));
        if about && flag.waits() {
            flag.state = decision.clone();
        }
    }
}

/// Is the edited field the flagged one, or a part of it? A flag about a whole element (`/line_items/0`) stays: one
/// corrected field does not answer a question about all of it.
fn covers(flagged: &str, edited: &str) -> bool {
    let part = edited
        .strip_prefix(flagged)
        .is_some_and(|rest| rest.starts_with('/'));
    let whole_element = split(flagged).is_none_or(|(_, key)| key.parse::<usize>().is_ok());
    flagged == edited || (part && !whole_element)
}

fn follow_removal(flag: &mut Flag, removed: &str) -> bool {
    let Some(path) = flag.path.clone() else {
        return true;
    };
    let Some((list, index)) = split(removed) else {
        return true;
    };
    let Some(rest) = path.strip_prefix(list).and_then(|rest| rest.strip_prefix('/')) else {
        return true;
    };
    let (number, tail) = rest
        .split_once('/')
        .map_or((rest, ""), |(number, tail)| (number, tail));
    let (Ok(number), Ok(index)) = (number.parse::<usize>(), index.parse::<usize>()) else {
        return true;
    };
    if number > index {
        let separator = if tail.is_empty() { "" } else { "/" };
        flag.path = Some(format!("{list}/{}{separator}{tail}", number.saturating_sub(1)));
    }
    number != index
}

fn person(edit: &Edit, act: Act<'_>) -> Value {
    json!({"edited": {"by": act.by, "reason": edit.reason.trim(), "at": act.at.to_string()}})
}

fn set(terms: &Value, edit: &Edit, value: &Value, status: &Value) -> Result<Vec<Value>, Refusal> {
    let unknown = || Refusal::UnknownField {
        path: edit.path.clone(),
    };
    let (parent, key) = split(&edit.path).ok_or_else(unknown)?;
    let holder = terms.pointer(parent).ok_or_else(unknown)?;
    let known = holder.get(key).cloned().or_else(|| element(holder, key));
    if known.is_none() && !holder.is_object() {
        return Err(unknown());
    }
    let put = |new: Value| with(terms, parent, key, new);
    let forms = forms(known.as_ref(), value, status);
    forms
        .into_iter()
        .map(|form| put(form).ok_or_else(unknown))
        .collect()
}

/// A field with evidence keeps it and takes the value; an absent one may be either sort.
fn forms(known: Option<&Value>, value: &Value, status: &Value) -> Vec<Value> {
    let fresh = json!({"value": value, "printed": "", "evidence": [], "status": status});
    match known {
        Some(Value::Object(found)) if found.contains_key("status") && found.contains_key("value") => {
            let mut changed = found.clone();
            changed.insert(String::from("value"), value.clone());
            changed.insert(String::from("status"), status.clone());
            vec![Value::Object(changed)]
        }
        Some(_) => vec![value.clone()],
        None => vec![fresh, value.clone()],
    }
}

fn element(holder: &Value, key: &str) -> Option<Value> {
    holder.as_array()?.get(key.parse::<usize>().ok()?).cloned()
}

pub(super) fn with(terms: &Value, parent: &str, key: &str, new: Value) -> Option<Value> {
    let mut changed = terms.clone();
    match changed.pointer_mut(parent)? {
        Value::Object(fields) => {
            fields.insert(key.to_owned(), new);
        }
        Value::Array(items) => *items.get_mut(key.parse::<usize>().ok()?)? = new,
        _ => return None,
    }
    Some(changed)
}

fn remove(terms: &Value, edit: &Edit) -> Result<Value, Refusal> {
    let unknown = || Refusal::UnknownField {
        path: edit.path.clone(),
    };
    let (parent, key) = split(&edit.path).ok_or_else(unknown)?;
    let mut changed = terms.clone();
    let list = changed
        .pointer_mut(parent)
        .and_then(Value::as_array_mut)
        .ok_or_else(unknown)?;
    let index = key.parse::<usize>().ok().filter(|index| *index < list.len());
    list.remove(index.ok_or_else(unknown)?);
    Ok(changed)
}

fn add(terms: &Value, edit: &Edit, item: &Value, status: &Value) -> Result<Value, Refusal> {
    let mut changed = terms.clone();
    let list = changed.pointer_mut(&edit.path).and_then(Value::as_array_mut);
    let list = list.ok_or_else(|| Refusal::UnknownField {
        path: edit.path.clone(),
    })?;
    let item = match item {
        Value::Object(fields) if edit.path == "/line_items" => {
            Value::Object(line_item(fields, &free_id(list), status))
        }
        other => other.clone(),
    };
    list.push(by_hand(item, status));
    Ok(changed)
}

/// Whatever values an element brings along are its author's: nothing else of it was found anywhere.
fn by_hand(item: Value, status: &Value) -> Value {
    match item {
        Value::Object(mut fields) if fields.contains_key("value") => {
            fields.entry("printed").or_insert_with(|| json!(""));
            fields.insert(String::from("evidence"), json!([]));
            fields.insert(String::from("status"), status.clone());
            Value::Object(fields)
        }
        Value::Object(fields) => fields
            .into_iter()
            .map(|(key, value)| (key, by_hand(value, status)))
            .collect(),
        Value::Array(elements) => elements
            .into_iter()
            .map(|element| by_hand(element, status))
            .collect(),
        plain => plain,
    }
}

fn line_item(given: &Map<String, Value>, id: &str, status: &Value) -> Map<String, Value> {
    let mut fields = given.clone();
    fields.insert(String::from("id"), json!(id));
    fields.insert(String::from("status"), status.clone());
    fields.insert(String::from("evidence"), json!([]));
    fields
}

fn free_id(list: &[Value]) -> String {
    let taken = |id: &str| {
        list.iter()
            .any(|item| item.get("id").and_then(Value::as_str) == Some(id))
    };
    (1u32..)
        .map(|number| format!("L{number:02}"))
        .find(|id| !taken(id))
        .unwrap_or_default()
}

pub(super) fn split(path: &str) -> Option<(&str, &str)> {
    path.rsplit_once('/').filter(|(_, key)| !key.is_empty())
}

fn misfit(edit: &Edit, error: &serde_json::Error) -> Refusal {
    Refusal::ValueDoesNotFit {
        path: edit.path.clone(),
        detail: error.to_string(),
    }
}
