//! One field that both readings may have.

use serde::Serialize;

use super::Meeting;
use crate::flag::{Code, Flag};
use crate::terms::{Evidence, Found, Status};

/// A field of both readings: its path in the rules' terms, its path in the model's, and when two values are the same.
pub(super) struct Field<'p, T> {
    pub(super) path: &'p str,
    pub(super) of_model: &'p str,
    pub(super) same: fn(&T, &T) -> bool,
}

impl<'p, T: PartialEq> Field<'p, T> {
    /// A field whose values are the same where they are equal.
    pub(super) fn at(path: &'p str, of_model: &'p str) -> Self {
        Self {
            path,
            of_model,
            same: T::eq,
        }
    }
}

impl<T: Clone + Serialize> Field<'_, T> {
    /// Brings both together in the rules' field. What only the model has is taken over and waits for a person.
    pub(super) fn meet(&self, meeting: &mut Meeting, rules: &mut Found<T>, model: &Found<T>) {
        match (&rules.value, &model.value) {
            (Some(own), Some(other)) if (self.same)(own, other) => self.agree(meeting, rules, model),
            (Some(_), Some(_)) if is_derived_from(rules, model) => {}
            (Some(_), Some(_)) => self.dispute(meeting, rules, model),
            (None, Some(_)) if rules.status == Status::Withheld => {
                meeting.flags.push(disagreement(self.path, rules, model));
            }
            (None, Some(_)) => {
                meeting.flags.push(only_of_model(self.path, model));
                *rules = model.clone();
            }
            (None, None) if rules.is_absent() => *rules = model.clone(),
            (_, None) => {}
        }
    }

    /// Agreement verifies what one reader found, unless its words cannot be trusted.
    fn agree(&self, meeting: &Meeting, rules: &mut Found<T>, model: &Found<T>) {
        let plain = rules.status == Status::Supported && model.status == Status::Supported;
        if plain && !meeting.is_weak(self.of_model) {
            rules.status = Status::Verified;
        }
        let new: Vec<Evidence> = model
            .evidence
            .iter()
            .filter(|seen| !rules.evidence.contains(seen))
            .cloned()
            .collect();
        rules.evidence.extend(new);
    }

    fn dispute(&self, meeting: &mut Meeting, rules: &mut Found<T>, model: &Found<T>) {
        meeting.flags.push(disagreement(self.path, rules, model));
        rules.status = Status::Conflict { other: shown(model) };
    }
}

/// "72,000 a year" is no other value than 18,000 a quarter that was computed from it.
fn is_derived_from<T>(rules: &Found<T>, model: &Found<T>) -> bool {
    let derived = matches!(rules.status, Status::Derived { .. });
    derived
        && !model.printed.is_empty()
        && rules
            .evidence
            .iter()
            .any(|seen| seen.quote().contains(&model.printed))
}

fn disagreement<T: Serialize>(path: &str, rules: &Found<T>, model: &Found<T>) -> Flag {
    let sentence = format!("The rules read “{}”, the model “{}”.", shown(rules), shown(model));
    let evidence = rules.evidence.iter().chain(&model.evidence).cloned();
    Flag::new(
        Code::ReadersDisagree,
        sentence,
        "Look which of them the contract says.",
    )
    .at(path)
    .seen(evidence)
}

fn only_of_model<T: Serialize>(path: &str, model: &Found<T>) -> Flag {
    let sentence = format!("Only the model read “{}”.", shown(model));
    let flag = Flag::new(
        Code::ReadersDisagree,
        sentence,
        "Look whether the contract says so.",
    );
    flag.at(path).seen(model.evidence.iter().cloned())
}

/// As printed; in normal form where nothing was.
fn shown<T: Serialize>(found: &Found<T>) -> String {
    if !found.printed.is_empty() {
        return found.printed.clone();
    }
    let value = serde_json::to_value(&found.value).unwrap_or_default();
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Names are the same where their letters and digits are, or where one names more of the same party than the other.
pub(crate) fn same_name(one: &String, other: &String) -> bool {
    let letters = |name: &String| -> String {
        name.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect()
    };
    let (one, other) = (letters(one), letters(other));
    let within =
        |short: &String, long: &String| short.chars().count() >= 6 && long.starts_with(short.as_str());
    one == other || within(&one, &other) || within(&other, &one)
}
