//! The HTTP underneath the client: our time limits, one attempt a request, and the status before the body.
//!
//! The client's own transport waits without end, tries again by rules of its own, loses the status of every error that
//! does not look like OpenAI's, and logs bodies it cannot parse. This one hands it only answers that it can parse, and
//! everything else as a [`Fault`].

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Client, Response};
use serde_json::Value;
use tower::Service;

use super::endpoint::{Fault, Reason};
use super::{ModelError, ModelSettings};

/// No answer to any question of ours is longer, in bytes.
const LARGEST_ANSWER: usize = 8 * 1024 * 1024;
/// A server's complaint is shown up to here, in characters.
const LONGEST_MESSAGE: usize = 200;

#[derive(Debug, Clone)]
pub(super) struct Transport {
    client: Client,
    limit: Duration,
}

impl Transport {
    pub(super) fn new(settings: &ModelSettings) -> Result<Self, ModelError> {
        runtime::install_tls();
        let client = Client::builder()
            .connect_timeout(settings.connect)
            .read_timeout(settings.silence)
            .timeout(settings.request)
            // The contract goes where the settings say, not where a server sends it on to.
            .redirect(reqwest::redirect::Policy::none())
            .build();
        let unable = |cause: reqwest::Error| ModelError::Unavailable {
            why: cause.to_string(),
        };
        Ok(Self {
            client: client.map_err(unable)?,
            limit: settings.request.min(settings.silence),
        })
    }

    pub(super) fn client(&self) -> Client {
        self.client.clone()
    }

    async fn send(self, request: HttpRequestFactory) -> Result<Response, OpenAIError> {
        let request = request.build().await?;
        let answer = self.exchange(request).await;
        answer.map_err(|fault| OpenAIError::Boxed(Box::new(fault)))
    }

    async fn exchange(&self, request: reqwest::Request) -> Result<Response, Fault> {
        let broken = |error: reqwest::Error| self.broken(&error);
        let mut response = self.client.execute(request).await.map_err(broken)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(broken)? {
            body.extend_from_slice(&piece);
            if body.len() > LARGEST_ANSWER {
                return Err(Fault::NotACompletion {
                    what: "more than 8 MiB".to_owned(),
                });
            }
        }
        if !status.is_success() {
            return Err(refused(status.as_u16(), &headers, &body));
        }
        if serde_json::from_slice::<Value>(&body).is_err() {
            return Err(Fault::NotACompletion {
                what: not_json(&headers, &body),
            });
        }
        Ok(Response::from(http::Response::new(body)))
    }

    /// The URL is left out: it may carry a key.
    fn broken(&self, error: &reqwest::Error) -> Fault {
        let why = if error.is_connect() {
            "nothing answers there"
        } else if error.is_timeout() {
            return Fault::Timeout { limit: self.limit };
        } else {
            "the connection broke off"
        };
        Fault::Unreachable { why: why.to_owned() }
    }
}

impl Service<HttpRequestFactory> for Transport {
    type Response = Response;
    type Error = OpenAIError;
    type Future = Pin<Box<dyn Future<Output = Result<Response, OpenAIError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), OpenAIError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: HttpRequestFactory) -> Self::Future {
        Box::pin(self.clone().send(request))
    }
}

/// A fault by its status alone; of the body, which looks different from each vendor, only hints are taken.
pub(super) fn refused(status: u16, headers: &HeaderMap, body: &[u8]) -> Fault {
    let body = String::from_utf8_lossy(body);
    Fault::Status {
        status,
        retry_after: retry_after(headers),
        reason: reason(status, &body),
        message: message(&body),
    }
}

/// Which hints stand in a complaint. A limit on the answer comes first: it may speak of the context as well.
fn reason(status: u16, body: &str) -> Reason {
    let says = |hints: &[&str]| hints.iter().any(|hint| body.contains(hint));
    let refuses = (400..500).contains(&status);
    let limit = says(&["max_tokens", "max_completion_tokens"]) && says(&["too large", "at most"]);
    if status == 402 || says(&["insufficient_quota", "billing_hard_limit_reached"]) {
        Reason::NoCredit
    } else if refuses && (limit || says(&["in the completion"])) {
        Reason::LongAnswer
    } else if status == 413
        || says(&[
            "context_length_exceeded",
            "maximum context length",
            "exceed_context_size",
        ])
    {
        Reason::LongPrompt
    } else if refuses && says(&["content_filter", "content management policy"]) {
        Reason::Filter
    } else {
        Reason::Other
    }
}

/// As whole seconds, which is what model servers send; a date counts as none given.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse::<u64>()
        .ok()?;
    Some(Duration::from_secs(seconds))
}

/// What the server says, wherever its vendor puts it.
fn message(body: &str) -> String {
    let body = serde_json::from_str::<Value>(body).unwrap_or_default();
    let places = [
        "/error/message",
        "/0/error/message",
        "/message",
        "/detail",
        "/error",
    ];
    let said = places
        .iter()
        .find_map(|place| body.pointer(place)?.as_str())
        .unwrap_or_default();
    said.chars()
        .filter(|character| !character.is_control())
        .take(LONGEST_MESSAGE)
        .collect()
}

fn not_json(headers: &HeaderMap, body: &[u8]) -> String {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    if body.is_empty() {
        "nothing".to_owned()
    } else if kind.starts_with("text/html") || body.trim_ascii_start().starts_with(b"<") {
        "a web page".to_owned()
    } else if kind.starts_with("application/json") {
        "JSON that breaks off".to_owned()
    } else {
        "something that is not JSON".to_owned()
    }
}
