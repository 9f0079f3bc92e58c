//! The whole way through a scripted OpenAI-compatible server, over real HTTP.

use std::collections::VecDeque;
use std::sync::Mutex;

use contract::page::{BBox, Line, LineId, LineRole, Media, Page, Visibility, Word};
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::*;

mod answers;
mod budget;
mod failures;

/// A contract's words that may be seen by the model and by nobody else.
const SECRET: &str = "Kestrel pays 120.00 USD a month";

fn word(text: &str, visible: Visibility) -> Word {
    Word {
        text: text.to_owned(),
        at: BBox::default(),
        size: 1_000,
        visible,
    }
}

fn line(number: u32, text: &str, role: LineRole) -> Line {
    let words = text
        .split(' ')
        .map(|text| word(text, Visibility::Shown))
        .collect();
    Line {
        id: LineId {
            page: 1,
            line: number,
        },
        words,
        role,
    }
}

fn document_of(lines: Vec<Line>) -> Document {
    let page = Page {
        number: 1,
        width: 61_200,
        height: 79_200,
        lines,
    };
    Document {
        id: "0".repeat(64),
        media: Media::Pdf,
        title: None,
        pages: vec![page],
        tables: Vec::new(),
        findings: Vec::new(),
    }
}

fn document(texts: &[&str]) -> Document {
    document_of(
        (1..)
            .zip(texts)
            .map(|(number, text)| line(number, text, LineRole::Body))
            .collect(),
    )
}

/// A reply that is as the schema says, about the lines between two numbers.
fn reply(first: u32, last: u32) -> Value {
    json!({
        "coverage": { "first_line": format!("p1.l{first}"), "last_line": format!("p1.l{last}") },
        "statements": [],
        "charges": [{
            "id": "c1", "lines": [format!("p1.l{first}")], "quote": SECRET, "printed_price": "120.00 USD",
            "kind": "recurring", "name": "Service", "unit": null, "quantity": null, "included": null,
            "cadence": "a month", "timing": null, "start": null, "end": null, "event": null, "tier_mode": null,
            "tiers": [], "flow": "customer_pays"
        }],
        "other_money": []
    })
}

fn said(content: &str) -> ResponseTemplate {
    ends("stop", content)
}

fn ends(finish_reason: &str, content: &str) -> ResponseTemplate {
    let message = json!({ "role": "assistant", "content": content });
    ok(&json!({ "choices": [{ "index": 0, "message": message, "finish_reason": finish_reason }] }))
}

fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn answered(first: u32, last: u32) -> ResponseTemplate {
    said(&reply(first, last).to_string())
}

/// What a model says to the probe when the server enforces its schema.
fn ready() -> ResponseTemplate {
    said(r#"{"ready":"yes"}"#)
}

/// Answers in order; when they are used up, something no test expects.
struct Script(Mutex<VecDeque<ResponseTemplate>>);

impl Respond for Script {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        self.0
            .lock()
            .unwrap()
            .pop_front()
            .unwrap_or_else(|| ResponseTemplate::new(418))
    }
}

/// A server with a script, and settings to ask it quickly.
async fn stage(script: Vec<ResponseTemplate>) -> (MockServer, ModelSettings) {
    let server = MockServer::start().await;
    let script = Script(Mutex::new(script.into()));
    Mock::given(method("POST"))
        .and(path("/v1/chat/completions"))
        .respond_with(script)
        .mount(&server)
        .await;
    let settings = ModelSettings {
        pace: Pace {
            first: Duration::from_millis(1),
            longest: Duration::from_millis(20),
        },
        request: Duration::from_millis(500),
        ..ModelSettings::new(&format!("{}/v1/", server.uri()), "test-model")
    };
    (server, settings)
}

/// What comes of asking about a contract of these lines, and the requests that were sent.
async fn ask_about(
    texts: &[&str],
    script: Vec<ResponseTemplate>,
) -> (Result<ModelAnswer, ModelError>, Vec<Value>) {
    let (server, settings) = stage(script).await;
    let result = ask(&document(texts), &settings).await;
    (result, requests(&server).await)
}

/// What comes of asking about a contract of one line, after the probe.
async fn ask_after_probe(script: Vec<ResponseTemplate>) -> (Result<ModelAnswer, ModelError>, Vec<Value>) {
    let script = [ready()].into_iter().chain(script).collect();
    ask_about(&[SECRET], script).await
}

async fn requests(server: &MockServer) -> Vec<Value> {
    let received = server.received_requests().await.unwrap();
    received
        .iter()
        .map(|request| request.body_json().unwrap())
        .collect()
}

/// Everything the model was told in one request.
fn told(request: &Value) -> String {
    let messages = request["messages"].as_array().unwrap().iter();
    messages
        .map(|message| message["content"].as_str().unwrap())
        .collect::<Vec<_>>()
        .join("\n")
}
