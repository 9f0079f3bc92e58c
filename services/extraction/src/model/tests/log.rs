//! The contract's words reach no log and no error, whatever a server does with them.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::*;

/// Everything every part of the program logs, at every level.
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

#[tokio::test]
async fn the_contracts_words_reach_no_log_and_no_error() {
    let echo = |status: u16| ResponseTemplate::new(status).set_body_string(SECRET);
    let error = json!({ "error": { "message": SECRET, "code": SECRET } });
    let mut faulty = reply(1, 1);
    faulty["charges"][0]["kind"] = json!(SECRET);
    faulty[SECRET] = json!(SECRET);
    for response in [
        answered(1, 1),
        said(SECRET),
        said(&faulty.to_string()),
        ends("length", SECRET),
        echo(200),
        echo(400),
        echo(429),
        echo(500),
        ResponseTemplate::new(422).set_body_json(&error),
        ok(&error),
    ] {
        let log = Everything::default();
        let guard = tracing::subscriber::set_default(log.clone());
        let (result, _) = ask_after_probe(vec![response; 9]).await;
        drop(guard);
        let log = log.0.lock().unwrap().clone();
        assert!(log.contains("the model"), "what we log ourselves is there: {log}");
        assert!(!log.contains("Kestrel"), "{log}");
        if let Err(error) = result {
            assert!(!format!("{error} {error:?}").contains("Kestrel"), "{error:?}");
        }
    }
}
