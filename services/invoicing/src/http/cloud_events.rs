//! CloudEvents 1.0 as usage events.
//!
//! `source`, `id` and `time` are the event's own; `type` names the meter and `subject` the account, unless the data say
//! otherwise. The data are a JSON object: `value` (a text, or a whole number), and where there are any `dimensions`,
//! `account`, `meter` and `corrects`. Anything else in them is refused: a misspelt field would be lost in silence.

use axum::http::{HeaderMap, header};
use runtime::rejection;
use serde_json::{Map, Value};
use tonic::Status;
use wire::invoicing::v1::UsageEvent;

use crate::grpc::messages::timestamp;
use crate::grpc::recording::Malformed;

/// How events are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Binary,
    Structured,
    Batch,
}

impl Mode {
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Status> {
        let kind = headers
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok());
        let kind = kind
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default()
            .trim();
        match kind.to_ascii_lowercase().as_str() {
            "application/cloudevents-batch+json" => Ok(Self::Batch),
            "application/cloudevents+json" => Ok(Self::Structured),
            "application/json" if headers.contains_key("ce-id") => Ok(Self::Binary),
            other => Err(rejection::invalid(
                "content-type",
                format!(
                    "is `{other}`: send application/cloudevents+json, application/cloudevents-batch+json, or \
                     application/json with the headers ce-specversion, ce-id, ce-source and ce-type"
                ),
            )),
        }
    }
}

/// All events of a request, each with what is wrong with it if anything is.
pub(super) fn events(
    mode: Mode,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Vec<Result<UsageEvent, Malformed>>, Status> {
    let body: Value = serde_json::from_slice(body)
        .map_err(|error| rejection::invalid("body", format!("is no JSON: {error}")))?;
    match (mode, body) {
        (Mode::Batch, Value::Array(events)) => Ok(events.into_iter().map(event).collect()),
        (Mode::Batch, _) => Err(rejection::invalid("body", "is no array of events")),
        (Mode::Structured, body) => Ok(vec![event(body)]),
        (Mode::Binary, data) => {
            let mut attributes = attributes(headers)?;
            attributes.insert("data".to_owned(), data);
            Ok(vec![event(Value::Object(attributes))])
        }
    }
}

/// Of the headers that begin with `ce-`.
fn attributes(headers: &HeaderMap) -> Result<Map<String, Value>, Status> {
    let mut attributes = Map::new();
    for (name, value) in headers {
        let Some(name) = name.as_str().strip_prefix("ce-") else {
            continue;
        };
        let value = decoded(value.as_bytes()).ok_or_else(|| {
            rejection::invalid(&format!("ce-{name}"), "is no text in percent-encoded UTF-8")
        })?;
        attributes.insert(name.to_owned(), Value::String(value));
    }
    Ok(attributes)
}

/// Percent-encoded, as headers carry what is not ASCII.
fn decoded(bytes: &[u8]) -> Option<String> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(byte) = rest.next() {
        if *byte == b'%' {
            let mut digit = || char::from(*rest.next()?).to_digit(16);
            decoded.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
        } else {
            decoded.push(*byte);
        }
    }
    String::from_utf8(decoded).ok()
}

fn event(written: Value) -> Result<UsageEvent, Malformed> {
    let Value::Object(mut written) = written else {
        return Err(Malformed {
            source: String::new(),
            id: String::new(),
            why: "it is no JSON object".to_owned(),
        });
    };
    let mut take = |name: &str| match written.remove(name) {
        Some(Value::String(text)) => text,
        _ => String::new(),
    };
    let (source, id) = (take("source"), take("id"));
    let (version, kind, subject, time) = (take("specversion"), take("type"), take("subject"), take("time"));
    let read = || {
        if version != "1.0" {
            return Err(format!("specversion is `{version}`: this service takes 1.0"));
        }
        let mut data = data(written)?;
        let at: jiff::Timestamp = time
            .parse()
            .map_err(|_| format!("time is `{time}`: write 2026-01-31T12:00:00Z"))?;
        let event = UsageEvent {
            source: source.clone(),
            id: id.clone(),
            account: data.text("account")?.unwrap_or(subject),
            meter: data.text("meter")?.unwrap_or(kind),
            time: Some(timestamp(at)),
            value: data.value()?,
            dimensions: data.dimensions()?,
            corrects: data.text("corrects")?.unwrap_or_default(),
        };
        data.nothing_left()?;
        Ok(event)
    };
    read().map_err(|why| Malformed {
        source: source.clone(),
        id: id.clone(),
        why,
    })
}

fn data(mut written: Map<String, Value>) -> Result<Data, String> {
    if written.contains_key("data_base64") {
        return Err("data_base64 is not taken: write the data as a JSON object in `data`".to_owned());
    }
    match written.remove("data") {
        Some(Value::Object(data)) => Ok(Data(data)),
        _ => Err("data is no JSON object: write {\"value\": \"12.5\"}".to_owned()),
    }
}

/// What the data say, taken out piece by piece.
struct Data(Map<String, Value>);

impl Data {
    fn text(&mut self, name: &str) -> Result<Option<String>, String> {
        match self.0.remove(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(format!("data.{name} is {other}, which is no text")),
        }
    }

    fn value(&mut self) -> Result<String, String> {
        match self.0.remove("value") {
            Some(Value::String(text)) => Ok(text),
            Some(Value::Number(number)) if number.is_i64() || number.is_u64() => Ok(number.to_string()),
            Some(Value::Number(number)) => Err(format!(
                "data.value is the JSON number {number}, which programs round on the way: write it as a text, \"{number}\""
            )),
            None | Some(Value::Null) => Err("data.value is missing: say how much was used".to_owned()),
            Some(other) => Err(format!(
                "data.value is {other}: write a decimal as a text, \"12.5\""
            )),
        }
    }

    fn dimensions(&mut self) -> Result<std::collections::HashMap<String, String>, String> {
        let held = match self.0.remove("dimensions") {
            None | Some(Value::Null) => return Ok(std::collections::HashMap::new()),
            Some(Value::Object(held)) => held,
            Some(other) => return Err(format!("data.dimensions is {other}, which is no object of texts")),
        };
        let each = held.into_iter().map(|(name, value)| match value {
            Value::String(text) => Ok((name, text)),
            other => Err(format!("data.dimensions.{name} is {other}, which is no text")),
        });
        each.collect()
    }

    fn nothing_left(&self) -> Result<(), String> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(name) => Err(format!(
                "data.{name} is not known: data hold value, dimensions, account, meter and corrects; what an event is \
                 told apart by goes into dimensions"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn whole() -> Value {
        json!({
            "specversion": "1.0", "id": "e1", "source": "gateway", "type": "call", "subject": "acme",
            "time": "2026-01-05T11:00:00+01:00", "data": { "value": "12.50", "dimensions": { "region": "eu" } },
        })
    }

    fn with(path: &[&str], value: Value) -> Value {
        let mut event = whole();
        let mut place = &mut event;
        for name in path {
            place = &mut place[*name];
        }
        *place = value;
        event
    }

    #[test]
    fn an_event_says_what_was_used() {
        let read = event(whole()).unwrap();
        assert_eq!(
            (&*read.source, &*read.id, &*read.account, &*read.meter),
            ("gateway", "e1", "acme", "call")
        );
        assert_eq!(
            (&*read.value, read.time.unwrap().seconds),
            ("12.50", 1_767_607_200)
        );
        assert_eq!(read.dimensions["region"], "eu");
        let elsewhere = event(with(
            &["data"],
            json!({ "value": 3, "account": "b", "meter": "m", "corrects": "e0" }),
        ));
        let elsewhere = elsewhere.unwrap();
        assert_eq!(
            (
                &*elsewhere.account,
                &*elsewhere.meter,
                &*elsewhere.value,
                &*elsewhere.corrects
            ),
            ("b", "m", "3", "e0")
        );
    }

    #[test]
    fn what_is_none_is_named() {
        for (wrong, part) in [
            (with(&["specversion"], json!("0.3")), "specversion"),
            (with(&["time"], json!("yesterday")), "time"),
            (with(&["data"], json!("12")), "data"),
            (with(&["data", "value"], json!(12.5)), "data.value"),
            (with(&["data", "value"], Value::Null), "data.value"),
            (with(&["data", "vaule"], json!("1")), "data.vaule"),
            (
                with(&["data", "dimensions", "region"], json!(1)),
                "data.dimensions.region",
            ),
            (with(&["data_base64"], json!("MQ==")), "data_base64"),
        ] {
            let refused = event(wrong).unwrap_err();
            assert!(refused.why.starts_with(part), "{}", refused.why);
            assert_eq!((&*refused.source, &*refused.id), ("gateway", "e1"));
        }
    }

    #[test]
    fn headers_are_percent_encoded() {
        assert_eq!(decoded(b"Gro%C3%9F 1").unwrap(), "Gro\u{df} 1");
        for wrong in [b"%C3".as_slice(), b"%G0", b"%4"] {
            assert_eq!(decoded(wrong), None);
        }
    }
}
