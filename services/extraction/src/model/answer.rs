//! Whether what a model wrote is the reply that was asked for, and the replies of all parts as one.

use contract::schema::{self, Coverage, ModelReply};
use serde_json::Value;

use super::part::Part;

/// Something wrong with an answer, for the model to mend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Complaint {
    /// JSON pointer to the place.
    pub(super) at: String,
    /// What is wrong there. It may repeat the answer, and the answer the contract, so it goes back to the model and
    /// nowhere else.
    pub(super) what: String,
}

/// A complaint is told up to here, in characters.
const LONGEST_COMPLAINT: usize = 300;

/// Reads an answer about a part: JSON, then schema, then whether the model saw all of the part.
pub(super) fn check(text: &str, part: &Part) -> Result<ModelReply, Vec<Complaint>> {
    let object = object(text).ok_or_else(|| vec![complaint("", "this is not one complete JSON object")])?;
    let reply = schema::validate(&object.to_string()).map_err(|violations| {
        violations
            .iter()
            .map(|violation| complaint(&violation.at, &violation.what))
            .collect::<Vec<_>>()
    })?;
    let missed = uncovered(&reply.coverage, part);
    if missed.is_empty() { Ok(reply) } else { Err(missed) }
}

/// The JSON object in a text. Models think aloud before it, fence it, and leave commas before closing brackets; all of
/// that is forgiven, and nothing else.
pub(super) fn object(text: &str) -> Option<Value> {
    let spoken = text.rsplit("</think>").next().unwrap_or(text);
    let (start, end) = (spoken.find('{')?, spoken.rfind('}')?);
    let braces = spoken.get(start..=end)?;
    let parsed =
        serde_json::from_str(braces).or_else(|_| serde_json::from_str(&without_trailing_commas(braces)));
    parsed.ok()
}

/// Drops commas that come before a closing bracket, outside strings.
fn without_trailing_commas(json: &str) -> String {
    let mut kept = String::with_capacity(json.len());
    let mut comma = None;
    let (mut in_string, mut escaped) = (false, false);
    for symbol in json.chars() {
        if !in_string && symbol.is_whitespace() {
            continue;
        }
        if let Some(comma) = comma.take().filter(|_| !matches!(symbol, '}' | ']')) {
            kept.push(comma);
        }
        if !in_string && symbol == ',' {
            comma = Some(symbol);
            continue;
        }
        in_string ^= symbol == '"' && !escaped;
        escaped = in_string && symbol == '\\' && !escaped;
        kept.push(symbol);
    }
    kept
}

fn uncovered(coverage: &Coverage, part: &Part) -> Vec<Complaint> {
    let ends = [
        (
            "/coverage/first_line",
            &coverage.first_line,
            part.first(),
            "first",
        ),
        ("/coverage/last_line", &coverage.last_line, part.last(), "last"),
    ];
    let missed = ends
        .into_iter()
        .filter(|(_, said, shown, _)| shown.is_some_and(|shown| **said != shown.to_string()));
    missed
        .map(|(at, _, _, which)| {
            complaint(
                at,
                &format!("this is not the id of the {which} line you were shown"),
            )
        })
        .collect()
}

fn complaint(at: &str, what: &str) -> Complaint {
    Complaint {
        at: at.to_owned(),
        what: what.chars().take(LONGEST_COMPLAINT).collect(),
    }
}

/// The replies of all parts as one; none without parts. Numbers of entries stay unique.
pub(super) fn merge(replies: Vec<ModelReply>) -> Option<ModelReply> {
    let several = replies.len() > 1;
    let mut replies = (1_u32..)
        .zip(replies)
        .map(|(part, reply)| if several { renumbered(reply, part) } else { reply });
    let first = replies.next()?;
    Some(replies.fold(first, joined))
}

fn joined(mut all: ModelReply, next: ModelReply) -> ModelReply {
    all.coverage.last_line = next.coverage.last_line;
    all.statements.extend(next.statements);
    all.charges.extend(next.charges);
    all.other_money.extend(next.other_money);
    all
}

fn renumbered(mut reply: ModelReply, part: u32) -> ModelReply {
    let statements = reply.statements.iter_mut().map(|entry| &mut entry.id);
    let charges = reply.charges.iter_mut().map(|entry| &mut entry.id);
    let other_money = reply.other_money.iter_mut().map(|entry| &mut entry.id);
    for id in statements.chain(charges).chain(other_money) {
        *id = format!("{part}.{id}");
    }
    reply
}
