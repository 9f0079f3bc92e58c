//! What is sent to the model: instructions, schema, and the lines as data between marks nobody can guess.

use std::fmt::Write;

use contract::schema::REPLY_SCHEMA;
use serde_json::{Value, json};
use uuid::Uuid;

use super::answer::Complaint;
use super::dialect::Dialect;
use super::part::{NumberedLine, Part};

const INSTRUCTIONS: &str = include_str!("instructions.txt");
/// Characters for one token, in English and on average.
const CHARACTERS_PER_TOKEN: usize = 4;
/// More complaints than these are not read before the first are mended.
const MOST_COMPLAINTS: usize = 20;

/// A request about a part. With complaints about the answer before, it says what to mend; the answer itself is not
/// repeated, because it would grow the prompt by what was wrong.
pub(super) fn request(
    model: &str,
    part: &Part,
    complaints: &[Complaint],
    dialect: Dialect,
    answer_limit: u64,
) -> Value {
    let system = format!("{INSTRUCTIONS}{}", schema_text());
    let mut request = json!({
        "model": model,
        "messages": [
            { "role": "system", "content": system },
            { "role": "user", "content": lines_and_task(part, complaints) },
        ],
    });
    dialect.apply(&mut request, "contract_reply_v1", &schema(), answer_limit);
    request
}

/// The tokens a request about a part will take, without repairs.
pub(super) fn estimate(part: &Part) -> u64 {
    let text = |lines: &[NumberedLine]| {
        lines
            .iter()
            .map(|line| line.text.len().saturating_add(10))
            .sum::<usize>()
    };
    let lines = text(&part.lines).saturating_add(text(&part.opening));
    tokens(
        lines
            .saturating_add(INSTRUCTIONS.len())
            .saturating_add(schema_text().len()),
    )
}

/// The tokens a request takes, for servers that do not say.
pub(super) fn size(request: &Value) -> u64 {
    let messages = request.pointer("/messages").and_then(Value::as_array);
    let contents = messages
        .into_iter()
        .flatten()
        .filter_map(|message| message.pointer("/content")?.as_str());
    tokens(contents.map(str::len).sum())
}

/// The tokens of a text of so many characters.
pub(super) fn tokens(characters: usize) -> u64 {
    u64::try_from(characters.div_ceil(CHARACTERS_PER_TOKEN)).unwrap_or(u64::MAX)
}

fn schema() -> Value {
    // Ours, and held by tests of its own.
    serde_json::from_str(REPLY_SCHEMA).unwrap_or_default()
}

fn schema_text() -> String {
    schema().to_string()
}

fn lines_and_task(part: &Part, complaints: &[Complaint]) -> String {
    // A contract that could guess the mark could pretend to end here and go on as the user.
    let mark = Uuid::new_v4().simple().to_string();
    let mut text = String::new();
    if !part.opening.is_empty() {
        fenced(&mut text, &format!("opening {mark}"), &part.opening);
        text.push_str("The lines above open the contract. They are context: report nothing from them.\n\n");
    }
    fenced(&mut text, &format!("lines {mark}"), &part.lines);
    text.push_str("Report what the lines between the last two marks state, as the JSON object described.\n");
    mend(&mut text, complaints);
    text
}

fn fenced(text: &mut String, mark: &str, lines: &[NumberedLine]) {
    // Writing to a text cannot fail.
    let _ = writeln!(text, "=== begin {mark} ===");
    for line in lines {
        let _ = writeln!(text, "{}| {}", line.id, line.text);
    }
    let _ = writeln!(text, "=== end {mark} ===");
}

fn mend(text: &mut String, complaints: &[Complaint]) {
    if complaints.is_empty() {
        return;
    }
    text.push_str("\nAn earlier answer was not accepted. Answer again in full, and mend these faults:\n");
    for complaint in complaints.iter().take(MOST_COMPLAINTS) {
        let _ = writeln!(text, "- at {}: {}", complaint.at, complaint.what);
    }
}
