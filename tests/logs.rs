//! What a contract says reaches no log: not at the most talkative level, not in any service, and not when the model's
//! server repeats it in every complaint.

mod program;

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

use program::{Installation, complaint, eventually, json};
use serde_json::Value;

const CONTRACT: &str = "samples/01-subscription/contract.pdf";

#[test]
fn what_a_contract_says_reaches_no_log_at_any_level() {
    let installation = Installation::new();
    let said = said(&installation);
    assert!(said.len() > 5, "{said:?}");
    let model = repeating_model();
    let environment = [
        ("RUST_LOG", "trace"),
        ("QUITTANCE_MODEL_URL", model.as_str()),
        ("QUITTANCE_MODEL", "parrot"),
        ("QUITTANCE_EXTRACTION_ADDRESS", "127.0.0.1:0"),
        ("QUITTANCE_INVOICING_ADDRESS", "127.0.0.1:0"),
        ("QUITTANCE_CONSOLE_ADDRESS", "127.0.0.1:0"),
    ];
    let running = installation.serve(&["serve"], &environment, 3);
    let ask = |key: Option<&str>, arguments: &[&str]| -> Value {
        let mut command = installation.command(arguments);
        command
            .arg("--json")
            .env("QUITTANCE_EXTRACTION_URL", running.url("extraction"))
            .env("QUITTANCE_INVOICING_URL", running.url("invoicing"));
        if let Some(key) = key {
            command.env("QUITTANCE_API_KEY", key);
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", complaint(&output));
        json(&output)
    };
    let key = |name: &str, role: &str| {
        ask(None, &["key", "issue", name, role])["key"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (dana, omar) = (key("dana", "reviewer"), key("omar", "approver"));
    let uploaded = ask(None, &["contract", "upload", CONTRACT]);
    let id = uploaded["summary"]["contract_id"].as_str().unwrap();
    let shown = ask(None, &["contract", "show", id]).to_string();
    assert!(shown.contains("MODEL_NOT_USED"), "the model was asked: {shown}");
    ask(Some(&dana), &["contract", "submit", id]);
    ask(Some(&omar), &["contract", "approve", id]);
    eventually("the hand-off", || {
        let shown = ask(None, &["contract", "show", id]);
        (shown["summary"]["state"] == "CONTRACT_STATE_HANDED_OVER").then_some(())
    });
    ask(None, &["bill", "run", "--through", "2026-02-28"]);
    assert!(running.terminate().success());
    let log = log(&installation);
    assert!(
        log.contains("the model was not used") && log.len() > 50_000,
        "it is the log, and a talkative one"
    );
    for words in said {
        assert!(
            !log.contains(&words),
            "the log says “{words}”:\n{}",
            around(&log, &words)
        );
    }
}

/// What stands on the contract's pages, in pieces long enough to be nobody else's words.
fn said(installation: &Installation) -> BTreeSet<String> {
    let output = installation.run(&["read", "--json", CONTRACT]);
    let mut quotes = BTreeSet::new();
    let answer = json(&output);
    for term in answer[0]["terms"].as_array().unwrap() {
        let evidence = term["evidence"].as_array().unwrap().iter();
        quotes.extend(evidence.map(|evidence| evidence["quote"].as_str().unwrap().to_owned()));
    }
    quotes.retain(|quote| quote.len() >= 12);
    quotes
}

fn log(installation: &Installation) -> String {
    let files = fs::read_dir(installation.path())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let logs = files.filter(|path| path.extension().is_some_and(|end| end == "log"));
    logs.map(|path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned())
        .collect()
}

fn around<'a>(log: &'a str, words: &str) -> &'a str {
    log.lines().find(|line| line.contains(words)).unwrap_or_default()
}

/// A model's server that takes the probe, and answers everything else with a complaint that repeats what it was sent.
fn repeating_model() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for connection in listener.incoming() {
            std::thread::spawn(move || repeat(connection.unwrap()));
        }
    });
    url
}

fn repeat(mut connection: TcpStream) {
    let Some(body) = request(&connection) else { return };
    let (status, answer) = if body["response_format"]["json_schema"]["name"] == "probe" {
        let message = serde_json::json!({ "content": "{\"ready\":\"yes\"}" });
        (
            200,
            serde_json::json!({ "choices": [{ "message": message, "finish_reason": "stop" }] }),
        )
    } else {
        let words = body["messages"][1]["content"].clone();
        (
            422,
            serde_json::json!({ "error": { "message": words, "code": words } }),
        )
    };
    let answer = answer.to_string();
    let head = format!(
        "HTTP/1.1 {status} Said\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        answer.len()
    );
    // A client that hung up has what it wanted.
    let _sent = connection.write_all((head + &answer).as_bytes());
}

fn request(connection: &TcpStream) -> Option<Value> {
    let mut reader = BufReader::new(connection);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let line = line.trim().to_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}
