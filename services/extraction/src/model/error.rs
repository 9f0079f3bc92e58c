//! Why there is no answer from the model, in words for the person who set it up. The contract is read by rules all the
//! same; a flag carries the sentence.

use std::time::Duration;

/// Why there is no answer from the model.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The document has no line to send.
    #[error("there is no text to send to the model")]
    NothingToRead,
    /// Too many requests, still after waiting.
    #[error("the model's provider takes no more requests for now{}; try again later, or raise the account's limit", wait(*after))]
    RateLimited {
        /// How long the provider asks to wait, where it says so.
        after: Option<Duration>,
    },
    /// The account has no credit.
    #[error("the account at the model's provider has no credit left; top it up, or name another model")]
    QuotaSpent,
    /// No answer in time.
    #[error("the model did not answer within {} seconds; try again, or allow more with QUITTANCE_MODEL_SECONDS and QUITTANCE_MODEL_SILENCE_SECONDS", limit.as_secs())]
    Timeout {
        /// How long one request may take.
        limit: Duration,
    },
    /// The model declined.
    #[error("the model declined to read this contract; read it by rules, or name another model")]
    Refused,
    /// An answer or a prompt was cut off, even for a single line.
    #[error(
        "the model's answers are cut off even for a small part of the contract; give it a longer context (for Ollama: num_ctx), or name another model"
    )]
    Truncated,
    /// The server does not let the model write as much as an answer needs.
    #[error(
        "the model may not write answers as long as a contract needs; give it a longer context (for Ollama: num_ctx), or name another model"
    )]
    AnswerTooLong,
    /// The provider's filter stepped in.
    #[error(
        "the provider's content filter stopped the answer; read the contract by rules, or name another model"
    )]
    Filtered,
    /// The answers are not as asked, also after being told what is wrong.
    #[error("the model's answer is still not as asked after {} repairs ({} faults, the first at {}); name a more capable model", super::REPAIRS, places.len(), first(places))]
    InvalidOutput {
        /// JSON pointers to what is wrong in the last answer.
        places: Vec<String>,
    },
    /// Something answers at the URL, but no model.
    #[error(
        "what answers at QUITTANCE_MODEL_URL is not a model: it sent {what}; the URL of an OpenAI-compatible server usually ends in /v1"
    )]
    NotACompletion {
        /// What came instead, in words.
        what: String,
    },
    /// The key is wrong or missing.
    #[error("the model's provider does not accept the key ({status}); check QUITTANCE_MODEL_KEY")]
    Unauthorized {
        /// The HTTP status.
        status: u16,
    },
    /// The server does not take the request.
    #[error(
        "the model's server does not take the request ({status}{}); check QUITTANCE_MODEL and QUITTANCE_MODEL_URL",
        said(message)
    )]
    BadRequest {
        /// The HTTP status.
        status: u16,
        /// What the server says, where the request held no contract text.
        message: String,
    },
    /// Nothing answers, or only with faults of its own.
    #[error("the model cannot be reached: {why}; check that it runs and that QUITTANCE_MODEL_URL is right")]
    Unavailable {
        /// What happened, in words.
        why: String,
    },
    /// The budget of one contract does not suffice.
    #[error(
        "asking the model about this contract takes more than the {what} allowed for one; raise {setting}, or read it by rules"
    )]
    BudgetSpent {
        /// What ran out, with its amount.
        what: String,
        /// The setting that holds it.
        setting: &'static str,
    },
}

fn wait(after: Option<Duration>) -> String {
    after
        .map(|after| format!(" (it asks to wait {} seconds)", after.as_secs()))
        .unwrap_or_default()
}

fn first(places: &[String]) -> &str {
    places
        .first()
        .map(String::as_str)
        .filter(|place| !place.is_empty())
        .unwrap_or("/")
}

fn said(message: &str) -> String {
    if message.is_empty() {
        String::new()
    } else {
        format!(": {message}")
    }
}
