//! A completion as servers send it, each a little differently: read for what we need, forgiving about the rest.

use reqwest::header::HeaderMap;
use serde_json::Value;

use super::endpoint::Fault;
use super::prompt;
use super::transport::refused;
use super::{ModelError, Tokens};

/// A completion that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Completion {
    content: String,
    ending: Ending,
    prompt_tokens: Option<u64>,
    answer_tokens: Option<u64>,
}

/// Why the model stopped writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// It had finished, as far as the server says.
    Finished,
    /// It reached a limit.
    Limit,
    /// A filter stopped it.
    Filter,
    /// It declined.
    Refusal,
}

impl Completion {
    /// Reads a completion. Some servers put an error into an answer they call good.
    pub(super) fn read(body: &Value) -> Result<Self, Fault> {
        if let Some(error) = body.get("error").filter(|error| !error.is_null()) {
            return Err(refused(
                status_in(error),
                &HeaderMap::new(),
                body.to_string().as_bytes(),
            ));
        }
        let choice = body.pointer("/choices/0").ok_or_else(|| Fault::NotACompletion {
            what: "JSON without an answer in it".to_owned(),
        })?;
        Ok(Self {
            content: content(choice.pointer("/message/content")),
            ending: Ending::of(choice),
            prompt_tokens: body.pointer("/usage/prompt_tokens").and_then(Value::as_u64),
            answer_tokens: body.pointer("/usage/completion_tokens").and_then(Value::as_u64),
        })
    }

    /// What the model wrote, if it came to an end by itself. The reason for the ending comes before the text: an answer
    /// that was cut off may still parse.
    pub(super) fn text(&self) -> Result<String, ModelError> {
        match self.ending {
            Ending::Refusal => Err(ModelError::Refused),
            Ending::Filter => Err(ModelError::Filtered),
            Ending::Limit => Err(ModelError::Truncated),
            Ending::Finished => Ok(self.content.clone()),
        }
    }

    /// The tokens of the exchange; estimated where the server does not say.
    pub(super) fn tokens(&self, estimated_input: u64) -> Tokens {
        Tokens {
            input: self.prompt_tokens.unwrap_or(estimated_input),
            output: self
                .answer_tokens
                .unwrap_or_else(|| prompt::tokens(self.content.len())),
        }
    }

    /// True when the server took much less than was sent: some cut long prompts without a word.
    pub(super) fn prompt_was_cut(&self, estimated: u64) -> bool {
        let seventy_percent = estimated.saturating_mul(7).div_euclid(10);
        self.prompt_tokens
            .is_some_and(|counted| counted > 0 && counted < seventy_percent)
    }
}

impl Ending {
    fn of(choice: &Value) -> Self {
        let refusal = choice.pointer("/message/refusal").and_then(Value::as_str);
        if refusal.is_some_and(|refusal| !refusal.is_empty()) {
            return Self::Refusal;
        }
        // Servers have many words for a good end, and some have none.
        match choice.pointer("/finish_reason").and_then(Value::as_str) {
            Some("length" | "max_tokens" | "MAX_TOKENS") => Self::Limit,
            Some("content_filter" | "safety" | "SAFETY") => Self::Filter,
            Some("refusal") => Self::Refusal,
            _ => Self::Finished,
        }
    }
}

/// A text, or a list of pieces of text.
fn content(content: Option<&Value>) -> String {
    match content {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(pieces)) => pieces
            .iter()
            .filter_map(|piece| piece.get("text").and_then(Value::as_str))
            .collect(),
        _ => String::new(),
    }
}

/// The status inside an error; 502 where it does not say: a server behind the server failed.
fn status_in(error: &Value) -> u16 {
    let code = ["code", "status"]
        .iter()
        .find_map(|field| error.get(*field)?.as_u64());
    code.and_then(|code| u16::try_from(code).ok())
        .filter(|code| (400..600).contains(code))
        .unwrap_or(502)
}
