//! The console in a real browser: from a file to an issued invoice by mouse and by keyboard, every page judged by axe in
//! both colour schemes and at the width of a phone, and a picture of each left in `target/pages` to be looked at.
//!
//! `browser/axe.min.js` is axe-core 4.14.1 by Deque Systems, under the Mozilla Public License 2.0, unchanged; it judges
//! pages here and is no part of the product.

#[path = "browser/driver.rs"]
mod driver;
mod program;

use std::fs;
use std::process::Command;

use driver::{Browser, ENTER, ESCAPE, TAB};
use program::{Installation, Running, complaint, json, root};
use serde_json::Value;

const AXE: &str = include_str!("browser/axe.min.js");

/// The most keys a reviewer may have to press for the enterprise sample, every flag settled.
const FEW: usize = 40;

struct House {
    installation: Installation,
    running: Running,
}

impl House {
    fn open() -> Self {
        let installation = Installation::new();
        let anywhere = "127.0.0.1:0";
        let environment = [
            ("QUITTANCE_EXTRACTION_ADDRESS", anywhere),
            ("QUITTANCE_INVOICING_ADDRESS", anywhere),
            ("QUITTANCE_CONSOLE_ADDRESS", anywhere),
        ];
        let running = installation.serve(&["serve"], &environment, 3);
        Self {
            installation,
            running,
        }
    }

    fn key(&self, name: &str, role: &str) -> String {
        let output = self.installation.run(&["key", "issue", name, role, "--json"]);
        assert!(output.status.success(), "{}", complaint(&output));
        json(&output)["key"].as_str().unwrap().to_owned()
    }

    fn ask(&self, arguments: &[&str]) -> Value {
        let mut command: Command = self.installation.command(arguments);
        command.arg("--json");
        command.env("QUITTANCE_EXTRACTION_URL", self.running.url("extraction"));
        command.env("QUITTANCE_INVOICING_URL", self.running.url("invoicing"));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", complaint(&output));
        json(&output)
    }
}

/// Signs in by keyboard alone.
fn sign_in(browser: &mut Browser, name: &str, key: &str) {
    browser.go("/sign-in");
    browser.run("document.querySelector('input[name=name]').focus()");
    browser.press(&format!("{name}{TAB}{key}{ENTER}"));
    browser.until("document.querySelector('.tabs')");
}

fn sign_out(browser: &mut Browser) {
    browser.click(".who form button");
    browser.until("document.querySelector('input[name=key]')");
}

fn upload(browser: &mut Browser, story: &str) -> String {
    let file = root().join("samples").join(story).join("contract.pdf");
    browser.click("a[href='/contracts/new']");
    browser.until("document.querySelector('input[type=file]')");
    browser.fill("input[type=file]", file.to_str().unwrap());
    browser.click("form[enctype] button");
    browser.until("document.querySelector('.panes')");
    browser.at()
}

#[test]
fn from_a_file_to_an_issued_invoice_by_mouse_and_by_keyboard() {
    let house = House::open();
    let Some(mut browser) = Browser::open(house.running.url("console")) else {
        return;
    };
    let (uma, dana, omar) = (
        house.key("uma", "uploader"),
        house.key("dana", "reviewer"),
        house.key("omar", "approver"),
    );
    sign_in(&mut browser, "uma", &uma);
    let contract = upload(&mut browser, "10-enterprise");
    let second = upload(&mut browser, "11-redacted-price");
    sign_out(&mut browser);

    sign_in(&mut browser, "dana", &dana);
    browser.go(&contract);
    look_at_every_page(&mut browser, &contract);
    look_at_every_page(&mut browser, &second);
    by_mouse(&mut browser, &contract);
    by_keyboard(&mut browser, &contract);
    sign_out(&mut browser);

    sign_in(&mut browser, "omar", &omar);
    browser.go(&contract);
    browser.press("a");
    browser.until("document.querySelector('input[name=confirmation]')");
    judge(&mut browser, "approve");
    let name = browser.run("return document.querySelector('label > b').textContent");
    browser.fill("input[name=confirmation]", name.as_str().unwrap());
    browser.press(ENTER);
    browser.until("document.querySelector('.chip.good')");
    program::eventually("invoices", || {
        let run = house.ask(&["bill", "run", "--through", "2026-02-01"]);
        run["invoices"]
            .as_array()
            .filter(|invoices| !invoices.is_empty())
            .map(drop)
    });
    assert_eq!(
        browser.complaints(),
        Vec::<String>::new(),
        "the policy holds, and nothing failed"
    );
}

/// A click on a value lights up its words; a click on words chooses the value; the page is not loaded anew.
fn by_mouse(browser: &mut Browser, contract: &str) {
    browser.go(contract);
    browser.run("window.stayed = true");
    browser.click(".field dt a[href*='%2Fcustomer']");
    browser.until("document.querySelector('.mark.chosen rect') && document.querySelector('.chosen-term h2').textContent === 'Customer'");
    browser.click(".mark:not(.chosen)");
    browser.until("document.querySelector('.chosen-term h2')?.textContent !== 'Customer'");
    assert!(browser.shows("window.stayed"), "the page stays where it is");
    let words = browser.run("return document.querySelectorAll('.sheet tspan').length");
    assert!(
        words.as_u64().unwrap() > 100,
        "the page's words are there as text: {words}"
    );
}

/// A reviewer's whole path without a mouse.
fn by_keyboard(browser: &mut Browser, contract: &str) {
    browser.go(contract);
    let before = browser.presses;
    browser.press("?");
    browser.until("document.getElementById('keys').open");
    browser.press(ESCAPE);
    browser.until("!document.getElementById('keys').open");
    browser.press("jj");
    browser.until("document.querySelector('.field.chosen')");
    browser.press("e");
    assert!(browser.shows("document.activeElement.name === 'value'"));
    browser.press(&format!("{ESCAPE}f"));
    while browser.shows("[...document.querySelectorAll('[data-key=\"1\"]')].length") {
        let waiting = browser.run("return document.querySelectorAll('[data-flag]').length");
        browser.press("1");
        browser.until(&format!(
            "document.querySelectorAll('[data-flag]').length < {waiting}"
        ));
    }
    browser.press("s");
    browser.until("document.querySelector('.chip.info')?.textContent === 'to approve'");
    let pressed = browser.presses - before;
    eprintln!("a reviewer pressed {pressed} keys for the enterprise sample");
    assert!(pressed <= FEW, "{pressed} keys");
}

fn look_at_every_page(browser: &mut Browser, contract: &str) {
    let id: String = contract.rsplit('/').next().unwrap().chars().take(4).collect();
    let term = format!("{contract}?term=%2Fcustomer");
    for (name, page) in [
        ("inbox", "/contracts".to_owned()),
        ("inbox-empty", "/contracts?queue=approve&search=nobody".to_owned()),
        ("preferences", "/preferences".to_owned()),
        ("fault", "/nowhere".to_owned()),
        ("terms", contract.to_owned()),
        ("term", term),
        ("preview", format!("{contract}/preview")),
        ("changes", format!("{contract}/changes")),
        ("history", format!("{contract}/history")),
    ] {
        browser.go(&page);
        judge(browser, &format!("{id}-{name}"));
    }
    // A page that is not there is a fault on purpose.
    browser
        .complaints()
        .iter()
        .for_each(|line| assert!(line.contains("404"), "{line}"));
}

/// Wide and narrow, light and dark: axe finds nothing, and nothing has to be scrolled sideways.
fn judge(browser: &mut Browser, name: &str) {
    for (width, scheme) in [(1440, "light"), (1440, "dark"), (320, "light")] {
        browser.look(width, 900, scheme);
        browser.until("document.readyState === 'complete'");
        keep(browser, &format!("{name}-{width}-{scheme}"));
        browser.run(AXE);
        let found = browser.run("return axe.run().then((found) => found.violations)");
        let found: Vec<String> = found.as_array().unwrap().iter().map(told).collect();
        assert!(
            found.is_empty(),
            "{name} at {width} in {scheme}:\n{}",
            found.join("\n")
        );
        let over = browser.run("return document.scrollingElement.scrollWidth - window.innerWidth");
        assert!(
            over.as_i64().unwrap() <= 0,
            "{name} is {over} pixels wider than a window of {width}"
        );
    }
    browser.look(1440, 900, "light");
}

fn told(violation: &Value) -> String {
    let nodes = violation["nodes"].as_array().unwrap().iter();
    let where_from: Vec<_> = nodes
        .take(3)
        .map(|node| format!("{} {}", node["html"], node["failureSummary"]))
        .collect();
    format!(
        "{}: {}\n  {}",
        violation["id"],
        violation["help"],
        where_from.join("\n  ")
    )
}

fn keep(browser: &mut Browser, name: &str) {
    let folder = root().join("target/pages");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("{name}.png")), decoded(&browser.picture())).unwrap();
}

/// Base64, without a crate for it.
fn decoded(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes() {
        let Some(value) = LETTERS.iter().position(|known| *known == letter) else {
            continue;
        };
        held = (held << 6) | u32::try_from(value).unwrap();
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 0xFF).unwrap());
        }
    }
    bytes
}
