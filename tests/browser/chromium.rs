//! A real browser: Chromium without a window, told what to do by WebDriver.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::program::root;

/// The program that drives the browser; ended with it.
pub(crate) struct Driver {
    process: Child,
    port: u16,
}

/// One window of a person.
pub(crate) struct Window {
    driver: u16,
    session: String,
    /// Where the console is.
    home: String,
    /// Keys pressed so far.
    pub(crate) presses: usize,
}

/// How a page is looked at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    pub(crate) name: &'static str,
    pub(crate) width: u32,
    pub(crate) dark: bool,
}

impl Driver {
    /// None where there is no browser, and then it says so where nobody can miss it.
    pub(crate) fn start() -> Option<Self> {
        let spawned = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let Ok(mut process) = spawned else {
            loudly("there is no chromedriver on this machine (Debian: chromium and chromium-driver)");
            return None;
        };
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut ports = lines.map_while(Result::ok).filter_map(|line| {
            let (_, port) = line.rsplit_once("successfully on port ")?;
            port.trim_end_matches('.').parse::<u16>().ok()
        });
        let Some(port) = ports.next() else {
            loudly("chromedriver ended before it listened");
            return None;
        };
        std::thread::spawn(move || ports.for_each(drop));
        let driver = Self { process, port };
        // A driver without a browser that can run here (no sandbox, no memory) tests nothing, and that is no fault of a page.
        let begun = || call(port, "POST", "/session", &wanted(false));
        match begun().or_else(|_| begun()) {
            Ok(begun) => {
                let session = begun["sessionId"].as_str().unwrap_or_default();
                call(port, "DELETE", &format!("/session/{session}"), &Value::Null).ok();
                Some(driver)
            }
            Err(why) => {
                loudly(&format!("Chromium does not start: {why}"));
                None
            }
        }
    }

    pub(crate) fn window(&self, home: &str, view: View) -> Window {
        let begun = call(self.port, "POST", "/session", &wanted(view.dark)).expect("a browser starts");
        let window = Window {
            driver: self.port,
            session: begun["sessionId"].as_str().unwrap().to_owned(),
            home: home.to_owned(),
            presses: 0,
        };
        window.measure(view.width, 900);
        window
    }
}

/// What browser is wanted.
fn wanted(dark: bool) -> Value {
    let mut arguments = vec![
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--hide-scrollbars",
        "--lang=en-US",
        "--window-size=1360,900",
    ];
    if dark {
        arguments.push("--blink-settings=preferredColorScheme=0");
    }
    let wanted = json!({ "browserName": "chrome", "goog:chromeOptions": { "args": arguments } });
    json!({ "capabilities": { "alwaysMatch": wanted } })
}

/// One request to the driver: what it answers, or why it refuses.
fn call(port: u16, method: &str, path: &str, body: &Value) -> Result<Value, String> {
    let body = if method == "POST" {
        body.to_string()
    } else {
        String::new()
    };
    let head = format!(
        "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\ncontent-type: application/json\r\n\
         content-length: {}\r\n\r\n",
        body.len()
    );
    let mut connection = TcpStream::connect(("127.0.0.1", port)).map_err(|error| error.to_string())?;
    connection
        .write_all((head + &body).as_bytes())
        .map_err(|error| error.to_string())?;
    connection
        .set_read_timeout(Some(PATIENCE))
        .map_err(|error| error.to_string())?;
    let mut answer = BufReader::new(connection);
    // The driver does not close the connection: the answer is as long as its head says.
    let mut length = 0;
    for line in answer.by_ref().lines() {
        let line = line.map_err(|error| error.to_string())?.to_ascii_lowercase();
        if let Some(told) = line.strip_prefix("content-length:") {
            length = told.trim().parse().map_err(|_| line.clone())?;
        }
        if line.is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    answer.read_exact(&mut body).map_err(|error| error.to_string())?;
    let mut answer: Value = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
    match answer["value"]["error"].as_str() {
        Some(error) => Err(format!("{error}: {}", answer["value"]["message"])),
        None => Ok(answer["value"].take()),
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

/// Past the harness, which shows nothing of tests that pass.
pub(crate) fn loudly(sentence: &str) {
    writeln!(
        std::io::stderr(),
        "\n*** NOT TESTED IN A BROWSER: {sentence} ***\n"
    )
    .ok();
}

/// A figure that a test measured, past the harness as well.
pub(crate) fn note(sentence: &str) {
    writeln!(std::io::stderr(), "\n  {sentence}\n").ok();
}

/// Where pictures of pages are kept, and what tests in a browser bring along.
pub(crate) fn folder() -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    let folder = target.join("browser");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The name under which an element travels (WebDriver, "web element identifier").
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

impl Window {
    fn tell(&self, path: &str, body: &Value) -> Result<Value, String> {
        call(
            self.driver,
            "POST",
            &format!("/session/{}{path}", self.session),
            body,
        )
    }

    /// How large the page is, whatever the window could be.
    fn measure(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        let command = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": size });
        self.tell("/goog/cdp/execute", &command).unwrap();
    }

    pub(crate) fn open(&self, address: &str) {
        let url = json!({ "url": format!("{}{address}", self.home) });
        self.tell("/url", &url).unwrap();
    }

    /// What script on the page answers.
    pub(crate) fn ask(&self, script: &str, arguments: &[Value]) -> Value {
        let body = json!({ "script": script, "args": arguments });
        self.tell("/execute/sync", &body)
            .unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// The same where the answer comes later.
    pub(crate) fn ask_later(&self, script: &str) -> Value {
        let body = json!({ "script": script, "args": [] });
        self.tell("/execute/async", &body).unwrap()
    }

    pub(crate) fn address(&self) -> String {
        let url = self.ask("return location.pathname + location.search", &[]);
        url.as_str().unwrap().to_owned()
    }

    pub(crate) fn text(&self) -> String {
        let text = self.ask("return document.body.innerText", &[]);
        text.as_str().unwrap().to_owned()
    }

    /// Addresses of the links that a selector finds.
    pub(crate) fn links(&self, selector: &str) -> Vec<String> {
        let script =
            "return [...document.querySelectorAll(arguments[0])].map((one) => one.getAttribute('href'))";
        let found = self.ask(script, &[json!(selector)]);
        let found = found.as_array().unwrap().iter();
        found.map(|one| one.as_str().unwrap().to_owned()).collect()
    }

    fn find(&self, selector: &str) -> String {
        let wanted = json!({ "using": "css selector", "value": selector });
        let began = Instant::now();
        loop {
            match self.tell("/element", &wanted) {
                Ok(found) => return found[ELEMENT].as_str().unwrap().to_owned(),
                Err(_) if began.elapsed() < Duration::from_secs(20) => std::thread::sleep(BLINK),
                Err(error) => panic!("{selector} on {}: {error}", self.address()),
            }
        }
    }

    /// Presses what a selector finds with the mouse. A page that comes meanwhile takes its elements along: then it is
    /// looked for once more.
    pub(crate) fn click(&self, selector: &str) {
        for _ in 0..5 {
            let found = self.find(selector);
            match self.tell(&format!("/element/{found}/click"), &json!({})) {
                Ok(_) => return,
                Err(error) if error.starts_with("stale element") => std::thread::sleep(BLINK),
                Err(error) => panic!("{selector} on {}: {error}", self.address()),
            }
        }
        panic!("{selector} on {} never stays", self.address());
    }

    /// Fills a field that a selector finds, as a person does who clicked into it.
    pub(crate) fn fill(&self, selector: &str, text: &str) {
        let found = self.find(selector);
        let typed = self.tell(&format!("/element/{found}/value"), &json!({ "text": text }));
        typed.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Presses one key and lets it go; wherever the focus is.
    pub(crate) fn press(&mut self, key: char) {
        let key = key.to_string();
        let strokes = json!([{ "type": "keyDown", "value": key }, { "type": "keyUp", "value": key }]);
        let actions = json!({ "actions": [{ "type": "key", "id": "keys", "actions": strokes }] });
        self.tell("/actions", &actions).unwrap();
        self.presses += 1;
    }

    /// Presses the keys of a text.
    pub(crate) fn write(&mut self, text: &str) {
        text.chars().for_each(|key| self.press(key));
    }

    /// Goes on with Tab until what a selector finds has the focus.
    pub(crate) fn tab_to(&mut self, selector: &str) {
        for _ in 0..150 {
            self.press(TAB);
            let there = "return document.activeElement.matches(arguments[0])";
            if self.ask(there, &[json!(selector)]) == true {
                return;
            }
        }
        panic!("Tab never comes to {selector} on {}", self.address());
    }

    /// Waits until script on the page answers yes.
    pub(crate) fn until(&self, what: &str, script: &str) {
        let body = json!({ "script": format!("return Boolean({script})"), "args": [] });
        let began = Instant::now();
        // Between two pages there is nothing to ask.
        while self.tell("/execute/sync", &body) != Ok(json!(true)) {
            let patient = began.elapsed() < Duration::from_secs(60);
            assert!(patient, "{what} did not happen within a minute: {}", self.text());
            std::thread::sleep(BLINK);
        }
    }

    /// The whole page as a picture.
    pub(crate) fn picture(&self, name: &str, view: View) {
        let script = "return Math.min(Math.max(document.documentElement.scrollHeight, 600), 3000)";
        let height = self.ask(script, &[]).as_u64().unwrap();
        self.measure(view.width, u32::try_from(height).unwrap());
        let shot = call(
            self.driver,
            "GET",
            &format!("/session/{}/screenshot", self.session),
            &Value::Null,
        );
        let png = decoded(shot.unwrap().as_str().unwrap());
        fs::write(folder().join(format!("{name}-{}.png", view.name)), png).unwrap();
        self.measure(view.width, 900);
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        call(
            self.driver,
            "DELETE",
            &format!("/session/{}", self.session),
            &Value::Null,
        )
        .ok();
    }
}

/// Base 64, as pictures travel.
fn decoded(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let value = |letter: u8| LETTERS.iter().position(|known| *known == letter);
    let sixes: Vec<usize> = text.bytes().filter_map(value).collect();
    let four = |sixes: &[usize]| {
        let bits = sixes.iter().fold(0, |bits, six| (bits << 6) | six) << (6 * (4 - sixes.len()));
        [16, 8, 0].map(|shift| ((bits >> shift) & 255) as u8)[..sixes.len() - 1].to_vec()
    };
    sixes
        .chunks(4)
        .filter(|sixes| sixes.len() > 1)
        .flat_map(four)
        .collect()
}

/// How long a browser may take to do one thing.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks at a page.
const BLINK: Duration = Duration::from_millis(40);

pub(crate) const TAB: char = '\u{e004}';
pub(crate) const ENTER: char = '\u{e007}';
