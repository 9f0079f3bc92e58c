//! The contract's words reach no log and no error, whatever the model's server does with them. A process of its own,
//! because it listens to everything that is logged anywhere in it.
#![expect(clippy::unwrap_used, reason = "in a test a failed expectation is the point")]

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use contract::page::{BBox, Document, Line, LineId, LineRole, Media, Page, Visibility, Word};
use extraction::model::{ModelAnswer, ModelError, ModelSettings, Pace, ask};
use serde_json::{Value, json};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use wiremock::matchers::body_string_contains;
use wiremock::{Mock, MockServer, ResponseTemplate};

const SECRET: &str = "Kestrel pays 120.00 USD a month";

/// Everything any part of the program logs, at every level.
#[derive(Clone, Default)]
struct Everything(Arc<Mutex<String>>);

impl Visit for Everything {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        writeln!(self.0.lock().unwrap(), "{field}={value:?}").unwrap();
    }
}

impl Subscriber for Everything {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn document() -> Document {
    let words = SECRET.split(' ').map(|text| Word {
        text: text.to_owned(),
        at: BBox::default(),
        size: 1_000,
        visible: Visibility::Shown,
    });
    let line = Line {
        id: LineId { page: 1, line: 1 },
        words: words.collect(),
        role: LineRole::Body,
    };
    let page = Page {
        number: 1,
        width: 61_200,
        height: 79_200,
        lines: vec![line],
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

fn ok(body: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

fn ends(finish_reason: &str, content: &str) -> ResponseTemplate {
    ok(&json!({ "choices": [{ "message": { "content": content }, "finish_reason": finish_reason }] }))
}

/// Asks about the contract; the server answers the probe as it should, and the contract's lines with this.
async fn asked(response: ResponseTemplate) -> Result<ModelAnswer, ModelError> {
    let server = MockServer::start().await;
    let lines = Mock::given(body_string_contains("Kestrel"))
        .respond_with(response)
        .with_priority(1);
    lines.mount(&server).await;
    let ready = Mock::given(body_string_contains("probe")).respond_with(ends("stop", r#"{"ready":"yes"}"#));
    ready.mount(&server).await;
    let pace = Pace {
        first: Duration::from_millis(1),
        longest: Duration::from_millis(5),
    };
    ask(
        &document(),
        &ModelSettings {
            pace,
            ..ModelSettings::new(&server.uri(), "m")
        },
    )
    .await
}

fn reply(kind: &str) -> Value {
    json!({
        "coverage": { "first_line": "p1.l1", "last_line": "p1.l1" },
        "statements": [{ "id": "s1", "lines": ["p1.l1"], "quote": SECRET, "printed": "USD", "kind": kind }],
        "charges": [],
        "other_money": []
    })
}

#[tokio::test]
async fn the_contracts_words_reach_no_log_and_no_error() {
    let log = Everything::default();
    tracing::subscriber::set_global_default(log.clone()).unwrap();
    let echo = |status: u16| ResponseTemplate::new(status).set_body_string(SECRET);
    let error = json!({ "error": { "message": SECRET, "code": SECRET } });
    let mut faulty = reply(SECRET);
    faulty[SECRET] = json!(SECRET);
    for response in [
        ends("stop", &reply("currency").to_string()),
        ends("stop", SECRET),
        ends("stop", &faulty.to_string()),
        ends("length", SECRET),
        echo(200),
        echo(400),
        echo(429),
        echo(500),
        ResponseTemplate::new(422).set_body_json(&error),
        ok(&error),
    ] {
        if let Err(error) = asked(response).await {
            assert!(!format!("{error} {error:?}").contains("Kestrel"), "{error:?}");
        }
    }
    let log = log.0.lock().unwrap();
    for ours in ["the model answered", "the model was not used"] {
        assert!(log.contains(ours), "what we log ourselves is there: {ours}");
    }
    assert!(!log.contains("Kestrel"), "{log}");
}
