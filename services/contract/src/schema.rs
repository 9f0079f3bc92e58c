//! What a model must answer, and whether an answer is that: JSON, then schema, then types.

mod lint;
mod reply;

#[cfg(test)]
mod tests;

use std::fmt;

use jsonschema::Validator;
use serde_json::Value;

pub use lint::{Departure, portable};
pub use reply::{Charge, Coverage, Flow, ModelReply, OtherMoney, ReplyTier, Statement, StatementKind};

use crate::terms::Terms;

/// What a model must answer, in the portable subset that every provider takes: `contract-reply.v1`.
pub const REPLY_SCHEMA: &str = include_str!("../../../schemas/contract-reply.v1.json");

/// The terms of a contract as services exchange them: `contract-terms.v1`.
pub const TERMS_SCHEMA: &str = include_str!("../../../schemas/contract-terms.v1.json");

/// One thing wrong with a reply or with terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// JSON pointer to the place; empty for the whole.
    pub at: String,
    /// What is wrong there.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = if self.at.is_empty() { "/" } else { &self.at };
        write!(f, "{at}: {}", self.what)
    }
}

/// Reads a model's reply. A fence around the JSON is forgiven; anything else must be as the schema says.
///
/// # Errors
/// Every violation, each with its place, so that a repair round can name them all at once.
pub fn validate(reply: &str) -> Result<ModelReply, Vec<Violation>> {
    let value: Value =
        serde_json::from_str(without_fence(reply)).map_err(|error| whole(&error.to_string()))?;
    let violations = violations(REPLY_SCHEMA, &value);
    if !violations.is_empty() {
        return Err(violations);
    }
    serde_json::from_value(value).map_err(|error| whole(&error.to_string()))
}

/// Reads terms from JSON and checks them against their schema.
///
/// # Errors
/// Every violation, each with its place.
pub fn terms(json: &str) -> Result<Terms, Vec<Violation>> {
    let value: Value = serde_json::from_str(json).map_err(|error| whole(&error.to_string()))?;
    let violations = violations(TERMS_SCHEMA, &value);
    if !violations.is_empty() {
        return Err(violations);
    }
    serde_json::from_value(value).map_err(|error| whole(&error.to_string()))
}

fn violations(schema: &str, value: &Value) -> Vec<Violation> {
    match compiled(schema) {
        Ok(validator) => validator
            .iter_errors(value)
            .map(|error| Violation {
                at: error.instance_path().to_string(),
                what: error.to_string(),
            })
            .collect(),
        Err(broken) => whole(&broken),
    }
}

fn compiled(schema: &str) -> Result<Validator, String> {
    let schema: Value = serde_json::from_str(schema).map_err(|error| error.to_string())?;
    jsonschema::validator_for(&schema).map_err(|error| error.to_string())
}

fn whole(what: &str) -> Vec<Violation> {
    vec![Violation {
        at: String::new(),
        what: what.to_owned(),
    }]
}

/// Some models wrap their answer in a Markdown fence however often they are told not to.
fn without_fence(reply: &str) -> &str {
    let inner = reply
        .trim()
        .strip_prefix("```")
        .and_then(|rest| rest.strip_suffix("```"));
    inner.map_or(reply.trim(), |fenced| {
        fenced.strip_prefix("json").unwrap_or(fenced).trim()
    })
}
