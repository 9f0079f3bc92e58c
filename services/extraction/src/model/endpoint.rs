//! One request to the model's server and what came of it.

use std::time::Duration;

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use serde_json::Value;

use super::completion::Completion;
use super::transport::Transport;
use super::{ModelError, ModelSettings};

/// The model's server.
#[derive(Debug)]
pub(super) struct Endpoint {
    client: Client<OpenAIConfig>,
}

/// Whose words a request holds: a server's complaint may repeat them, and the contract's must not be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    Ours,
    Contract,
}

/// What went wrong with one request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    /// The server answered with a fault: by its HTTP status, or by an error in an answer it called good.
    #[error("status {status}")]
    Status {
        status: u16,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
        /// The reason, as far as its words give it away.
        reason: Reason,
        /// What it says.
        message: String,
    },
    #[error("no answer within {} seconds", limit.as_secs())]
    Timeout { limit: Duration },
    #[error("{why}")]
    Unreachable { why: String },
    #[error("{what}")]
    NotACompletion { what: String },
}

/// A reason for a fault that its status alone does not tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reason {
    /// The account has no credit: waiting does not help.
    NoCredit,
    /// The prompt is longer than the model's context.
    LongPrompt,
    /// The answer might become longer than the model, or its context after the prompt, allows.
    LongAnswer,
    /// A filter did not let the prompt through.
    Filter,
    /// None of these.
    Other,
}

impl Endpoint {
    pub(super) fn new(settings: &ModelSettings) -> Result<Self, ModelError> {
        let transport = Transport::new(settings)?;
        let key = settings.key.as_ref().map(|key| key.reveal()).unwrap_or_default();
        // Everything is set here: what is left out would be taken from variables meant for other programs.
        let config = OpenAIConfig::new()
            .with_api_base(&settings.url)
            .with_api_key(key)
            .with_org_id("")
            .with_project_id("");
        Ok(Self {
            client: Client::build(transport.client(), config).with_http_service(transport),
        })
    }

    /// Sends a request once.
    pub(super) async fn post(&self, request: &Value, words: Words) -> Result<Completion, Fault> {
        let answer: Result<Value, OpenAIError> = self.client.chat().create_byot(request).await;
        let completion = answer.map_err(fault).and_then(|body| Completion::read(&body));
        completion.map_err(|fault| fault.without(words))
    }
}

/// The transport has found out all there is to know; what the client adds are faults of its own.
fn fault(error: OpenAIError) -> Fault {
    match error {
        OpenAIError::Boxed(inner) => match inner.downcast::<Fault>() {
            Ok(fault) => *fault,
            Err(_) => Fault::Unreachable {
                why: "the request broke off".to_owned(),
            },
        },
        OpenAIError::JSONDeserialize(..) => Fault::NotACompletion {
            what: "something that is not JSON".to_owned(),
        },
        _ => Fault::Unreachable {
            why: "the request could not be made".to_owned(),
        },
    }
}

impl Fault {
    pub(super) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    fn without(mut self, words: Words) -> Self {
        if let (Self::Status { message, .. }, Words::Contract) = (&mut self, words) {
            message.clear();
        }
        self
    }
}

impl From<Fault> for ModelError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Status {
                reason: Reason::LongPrompt,
                ..
            } => Self::Truncated,
            Fault::Status {
                reason: Reason::LongAnswer,
                ..
            } => Self::AnswerTooLong,
            Fault::Status {
                reason: Reason::NoCredit,
                ..
            } => Self::QuotaSpent,
            Fault::Status {
                reason: Reason::Filter,
                ..
            } => Self::Filtered,
            Fault::Status {
                status: status @ (401 | 403),
                ..
            } => Self::Unauthorized { status },
            Fault::Status {
                status: 429,
                retry_after,
                ..
            } => Self::RateLimited { after: retry_after },
            Fault::Status {
                status: status @ 500..,
                ..
            } => Self::Unavailable {
                why: format!("its server answers {status}"),
            },
            Fault::Status { status, message, .. } => Self::BadRequest { status, message },
            Fault::Timeout { limit } => Self::Timeout { limit },
            Fault::Unreachable { why } => Self::Unavailable { why },
            Fault::NotACompletion { what } => Self::NotACompletion { what },
        }
    }
}
