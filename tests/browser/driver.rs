//! Chromium, driven over WebDriver (W3C): JSON over HTTP, as chromedriver speaks it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How WebDriver writes keys that are no letters.
pub(crate) const ENTER: &str = "\u{E007}";
pub(crate) const TAB: &str = "\u{E004}";
pub(crate) const ESCAPE: &str = "\u{E00C}";

/// One browser window. It ends with the value.
pub(crate) struct Browser {
    driver: Child,
    port: u16,
    session: String,
    base: String,
    /// Keys pressed so far.
    pub(crate) presses: usize,
}

impl Browser {
    /// A window on that site; none, said loudly, where there is no Chromium.
    pub(crate) fn open(base: &str) -> Option<Self> {
        let mut command = Command::new("chromedriver");
        command
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let Ok(mut driver) = command.spawn() else {
            eprintln!(
                "\n*** no chromedriver here (apt install chromium chromium-driver): pages are not tested in a browser ***\n"
            );
            return None;
        };
        let port = port_of(&mut driver);
        let mut browser = Self {
            driver,
            port,
            session: String::new(),
            base: base.to_owned(),
            presses: 0,
        };
        let options = json!({
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--window-size=1440,900"]
        });
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}
        }}});
        let answer = browser.call("POST", "/session", &wanted);
        browser.session = format!("/session/{}", answer["sessionId"].as_str().unwrap());
        Some(browser)
    }

    pub(crate) fn go(&mut self, path: &str) {
        let url = format!("{}{path}", self.base);
        self.ask("POST", "/url", &json!({ "url": url }));
    }

    /// The path of the page that is shown.
    pub(crate) fn at(&mut self) -> String {
        let url = self.ask("GET", "/url", &Value::Null);
        url.as_str().unwrap().trim_start_matches(&self.base).to_owned()
    }

    /// What a script answers; it may wait for a promise.
    pub(crate) fn run(&mut self, script: &str) -> Value {
        self.ask("POST", "/execute/sync", &json!({ "script": script, "args": [] }))
    }

    pub(crate) fn shows(&mut self, script: &str) -> bool {
        self.run(&format!("return Boolean({script})")) == Value::Bool(true)
    }

    /// Waits until an expression is true.
    pub(crate) fn until(&mut self, expression: &str) {
        let began = Instant::now();
        while !self.shows(expression) {
            if began.elapsed() > Duration::from_secs(60) {
                let text = self.run("return document.body.innerText");
                panic!("waited in vain for {expression} on {}:\n{text}", self.at());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Presses keys one after the other, wherever the focus is, and counts them.
    pub(crate) fn press(&mut self, keys: &str) {
        let strokes: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                [
                    json!({"type": "keyDown", "value": key.to_string()}),
                    json!({"type": "keyUp", "value": key.to_string()}),
                ]
            })
            .collect();
        self.presses += keys.chars().count();
        let actions = json!({"actions": [{"type": "key", "id": "keys", "actions": strokes}]});
        self.ask("POST", "/actions", &actions);
    }

    /// Clicks as a person does: on what is there to be seen.
    pub(crate) fn click(&mut self, selector: &str) {
        let element = self.find(selector);
        self.ask("POST", &format!("/element/{element}/click"), &json!({}));
    }

    /// Types into a field, or gives a file's path to one that takes files.
    pub(crate) fn fill(&mut self, selector: &str, text: &str) {
        let element = self.find(selector);
        self.ask(
            "POST",
            &format!("/element/{element}/value"),
            &json!({ "text": text }),
        );
    }

    fn find(&mut self, selector: &str) -> String {
        let found = self.ask(
            "POST",
            "/element",
            &json!({"using": "css selector", "value": selector}),
        );
        let reference = found.as_object().unwrap().values().next().unwrap();
        reference.as_str().unwrap().to_owned()
    }

    /// Shows pages as a window of that width does, in that colour scheme.
    pub(crate) fn look(&mut self, width: u32, height: u32, scheme: &str) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.devtools("Emulation.setEmulatedMedia", &features);
    }

    fn devtools(&mut self, command: &str, parameters: &Value) {
        self.ask(
            "POST",
            "/goog/cdp/execute",
            &json!({ "cmd": command, "params": parameters }),
        );
    }

    /// The window as a PNG in base64.
    pub(crate) fn picture(&mut self) -> String {
        self.ask("GET", "/screenshot", &Value::Null)
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// What the browser complained about since it was last asked.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        let log = self.ask("POST", "/se/log", &json!({"type": "browser"}));
        let lines = log.as_array().unwrap().iter();
        lines
            .map(|line| line["message"].as_str().unwrap().to_owned())
            .collect()
    }

    fn ask(&mut self, method: &str, path: &str, body: &Value) -> Value {
        let path = format!("{}{path}", self.session);
        self.call(method, &path, body)
    }

    fn call(&mut self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.port,
            body.len()
        );
        let mut connection = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        connection.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).unwrap();
        let text = String::from_utf8(answer).unwrap();
        let (_, body) = text.split_once("\r\n\r\n").unwrap();
        let mut answer: Value = serde_json::from_str(body).unwrap();
        let value = answer["value"].take();
        assert!(value.get("error").is_none(), "{method} {path}: {value:#}");
        value
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if !self.session.is_empty() && !std::thread::panicking() {
            self.ask("DELETE", "", &Value::Null);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The driver says which free port it took.
fn port_of(driver: &mut Child) -> u16 {
    let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
    let line = lines.find_map(|line| {
        let line = line.ok()?;
        line.contains("started successfully on port").then_some(line)
    });
    // Whoever reads nothing any more must not stop it from writing.
    std::thread::spawn(move || lines.for_each(drop));
    let line = line.expect("chromedriver says on which port it listens");
    line.trim_end_matches('.')
        .rsplit(' ')
        .next()
        .unwrap()
        .parse()
        .unwrap()
}
