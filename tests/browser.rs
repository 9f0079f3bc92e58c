//! The console in a real browser: from a file to an issued invoice by mouse and by keyboard alone, and every page as it
//! looks and as it can be used by whoever does not see it. Pictures of all pages are left in `target/browser`.
//!
//! Without Chromium and its driver nothing of this runs, and says so past the test harness.

#[path = "browser/accessibility.rs"]
mod accessibility;
#[path = "browser/chromium.rs"]
mod chromium;
#[path = "console/house.rs"]
mod house;
#[path = "browser/pages.rs"]
mod pages;
#[path = "browser/script.rs"]
mod script;

mod program;

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};

use accessibility::{axe, faults, named, report};
use chromium::{Driver, ENTER, View, Window};
use house::House;
use pages::{comment, pages, pay_too_much};
use program::{Installation, root};

const LIGHT: View = View {
    name: "light",
    width: 1360,
    dark: false,
};
const DARK: View = View {
    name: "dark",
    width: 1360,
    dark: true,
};
/// What a page must fit into without scrolling sideways (WCAG 2.2, 1.4.10).
const NARROW: View = View {
    name: "narrow",
    width: 320,
    dark: false,
};

/// One browser at a time: each is as large as all the rest together.
static BROWSER: Mutex<()> = Mutex::new(());

fn browser() -> Option<(MutexGuard<'static, ()>, Driver)> {
    let turn = BROWSER.lock().unwrap_or_else(PoisonError::into_inner);
    Some((turn, Driver::start()?))
}

fn file(story: &str) -> String {
    let path = root().join("samples").join(story).join("contract.pdf");
    path.to_string_lossy().into_owned()
}

/// Somebody new at the browser, where somebody else may have been before.
fn sign_in(window: &Window, house: &House, name: &str, role: &str) {
    let key = house.key(name, role);
    window.open("/sign-in");
    window.fill("input[name=name]", name);
    window.fill("input[name=key]", &key);
    window.click("form[action='/sign-in'] button.main");
    window.until("signing in", "document.querySelector('.who')");
}

/// Every flag that waits is settled with a press, then it is submitted.
const NONE_WAITS: &str = "!document.querySelector('[data-flag]') && !document.documentElement.ariaBusy";

#[test]
fn from_a_file_to_an_issued_invoice_by_mouse() {
    let Some((_turn, driver)) = browser() else { return };
    let house = House::open();
    let window = driver.window(house.running.url("console"), LIGHT);
    sign_in(&window, &house, "uma", "uploader");
    window.click("a[href='/contracts/new']");
    window.fill("input[type=file]", &file("01-subscription"));
    window.click("form[enctype] button.main");
    window.until("reading the file", "document.querySelector('.panes')");

    sign_in(&window, &house, "dana", "reviewer");
    window.click("a[data-row]");
    window.click(".field dt a");
    window.until(
        "looking at a term",
        "document.querySelector('.chosen-term blockquote')",
    );
    while window.ask(
        "return Boolean(document.querySelector('button[name=usual]'))",
        &[],
    ) == true
    {
        window.click("button[name=usual]");
        window.until("settling a flag", "!document.documentElement.ariaBusy");
    }
    window.click("form[action$='/submit'] button");
    window.until(
        "submitting",
        "document.querySelector('.contract-head .chip.info')",
    );

    sign_in(&window, &house, "omar", "approver");
    window.click("a[data-row]");
    window.click("a[href$='/approve']");
    let customer = window.ask("return document.querySelector('label b').textContent", &[]);
    window.fill("input[name=confirmation]", customer.as_str().unwrap());
    window.click("form[action$='/approve'] button.main");
    window.until("approving", "document.querySelector('.told p')");

    sign_in(&window, &house, "finn", "finance");
    window.click("nav a[href='/invoices']");
    window.click("a[href='/invoices/drafts']");
    due_through_the_year(&window);
    window.click("form[action='/invoices/run'] button");
    window.until(
        "billing",
        "document.querySelectorAll('tbody a[data-row]').length === 12",
    );
    window.click("tbody a[data-row]");
    window.until("an invoice", "document.querySelector('.document .total')");
    assert!(window.text().contains("500.00"), "{}", window.text());
    window.click("a[href*='/lines/']");
    window.until(
        "the words it rests on",
        "document.querySelector('.excerpt .words')",
    );
    assert!(window.text().contains("Why 500.00 USD"), "{}", window.text());
}

/// The plan arrives at invoicing a moment after its approval.
fn due_through_the_year(window: &Window) {
    window.until("the plan at invoicing", {
        "fetch('/accounts').then((page) => page.text()).then((text) => { window.known = text.includes('data-row') }) && window.known"
    });
    window.fill("form.choose input[type=date]", "12312026");
    window.click("form.choose button");
    window.until(
        "what is due",
        "document.querySelector('form[action=\"/invoices/run\"]')",
    );
}

#[test]
fn from_a_file_to_an_issued_invoice_by_keyboard_alone() {
    let Some((_turn, driver)) = browser() else { return };
    let house = House::open();
    let mut window = driver.window(house.running.url("console"), LIGHT);
    sign_in_by_keys(&mut window, &house, "uma", "uploader");
    window.press('u');
    window.until("the form", "document.querySelector('input[type=file]')");
    // The dialog in which a file is chosen is the system's own.
    window.fill("input[type=file]", &file("01-subscription"));
    window.tab_to("form[enctype] button.main");
    window.press(ENTER);
    window.until("reading the file", "document.querySelector('.panes')");

    sign_in_by_keys(&mut window, &house, "dana", "reviewer");
    review_by_keys(&mut window);

    sign_in_by_keys(&mut window, &house, "omar", "approver");
    window.press('j');
    window.press(ENTER);
    window.until("the contract", "document.querySelector('.panes')");
    window.press('a');
    window.until(
        "the approval",
        "document.querySelector('input[name=confirmation]')",
    );
    let customer = window.ask("return document.querySelector('label b').textContent", &[]);
    window.tab_to("input[name=confirmation]");
    window.write(customer.as_str().unwrap());
    window.press(ENTER);
    window.until("approving", "document.querySelector('.told p')");

    sign_in_by_keys(&mut window, &house, "finn", "finance");
    window.tab_to("nav a[href='/invoices']");
    window.press(ENTER);
    window.until("the invoices", "location.pathname === '/invoices'");
    window.press('u');
    window.until("the drafts", "location.pathname === '/invoices/drafts'");
    window.until("the plan at invoicing", {
        "fetch('/accounts').then((page) => page.text()).then((text) => { window.known = text.includes('data-row') }) && window.known"
    });
    window.tab_to("form.choose input[type=date]");
    window.write("12312026");
    window.press(ENTER);
    window.until(
        "what is due",
        "document.querySelector('form[action=\"/invoices/run\"]')",
    );
    window.press('s');
    window.until(
        "billing",
        "document.querySelectorAll('tbody a[data-row]').length === 12",
    );
    window.press('j');
    window.press(ENTER);
    window.until("an invoice", "document.querySelector('.document .total')");
    window.press('j');
    window.press(ENTER);
    window.until(
        "the words it rests on",
        "document.querySelector('.excerpt .words')",
    );
    assert!(window.text().contains("Why 500.00 USD"), "{}", window.text());
}

fn sign_in_by_keys(window: &mut Window, house: &House, name: &str, role: &str) {
    let key = house.key(name, role);
    window.open("/sign-in");
    window.tab_to("input[name=name]");
    window.write(name);
    window.tab_to("input[name=key]");
    window.write(&key);
    window.press(ENTER);
    window.until("signing in", "document.querySelector('.who')");
}

/// Opens the first contract of the inbox, settles what waits and submits it.
fn review_by_keys(window: &mut Window) {
    window.press('j');
    window.press(ENTER);
    window.until("the contract", "document.querySelector('.panes')");
    for _ in 0..20 {
        if window.ask("return !document.querySelector('[data-flag]')", &[]) == true {
            break;
        }
        settle_one(window);
    }
    window.until("settling every flag", NONE_WAITS);
    window.press('s');
    window.until(
        "submitting",
        "document.querySelector('.contract-head .chip.info')",
    );
}

/// The first flag of the list: what blocks is opened and its value entered, anything else has its reason on a key.
fn settle_one(window: &mut Window) {
    let before = window.ask("return document.querySelectorAll('[data-flag]').length", &[]);
    let blocks = "return document.querySelector('.flag').classList.contains('stop')";
    if window.ask(blocks, &[]) == true {
        window.press('f');
        window.until("the term", "document.querySelector('.edit [name=value]')");
        window.press('e');
        window.write("12152025");
        window.tab_to(".edit input[name=reason]");
        window.write("as signed");
        window.press(ENTER);
    } else {
        window.press('1');
    }
    window.until(
        "settling a flag",
        &format!(
            "document.querySelectorAll('[data-flag]').length < {before} && !document.documentElement.ariaBusy"
        ),
    );
}

/// The enterprise sample: a person who knows the pages reviews it with few presses.
#[test]
fn an_enterprise_contract_is_reviewed_with_at_most_forty_presses() {
    let Some((_turn, driver)) = browser() else { return };
    let house = House::open();
    let mut window = driver.window(house.running.url("console"), LIGHT);
    sign_in(&window, &house, "ada", "admin");
    window.click("a[href='/contracts/new']");
    window.fill("input[type=file]", &file("10-enterprise"));
    window.click("form[enctype] button.main");
    window.until("reading the file", "document.querySelector('.panes')");
    window.open("/contracts?queue=review");
    window.presses = 0;
    review_by_keys(&mut window);
    let presses = window.presses;
    assert!(presses <= 40, "{presses} presses");
    chromium::note(&format!(
        "the enterprise sample was reviewed with {presses} key presses"
    ));
}

/// The demonstration as it stays up: everything has something to show.
struct Demo {
    process: Child,
    home: String,
    _installation: Installation,
}

impl Demo {
    fn start() -> Self {
        let installation = Installation::new();
        let mut command = installation.command(&["demo", "--console-address", "127.0.0.1:0"]);
        let mut process = command
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let home = lines.find_map(|line| {
            let (_, rest) = line.split_once("Open http://")?;
            Some(format!("http://{}", rest.split(' ').next()?))
        });
        std::thread::spawn(move || lines.for_each(drop));
        Self {
            process,
            home: home.expect("the demo says where its console is"),
            _installation: installation,
        }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let id = self.process.id().to_string();
        std::process::Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .ok();
        self.process.wait().ok();
    }
}

#[test]
fn every_page_is_accessible_light_and_dark_wide_and_narrow() {
    let Some((_turn, driver)) = browser() else { return };
    let axe = axe();
    let demo = Demo::start();
    let mut wrong = Vec::new();
    for view in [LIGHT, DARK, NARROW] {
        let window = driver.window(&demo.home, view);
        let mut look = |address: &str| {
            window.open(address);
            // axe-core takes its time, and finds the same in every width; contrast is checked by our own rules as well.
            let rules = axe.as_deref().filter(|_| view.width > NARROW.width);
            let found = faults(&window, rules);
            window.picture(&named(address), view);
            if !found.is_empty() {
                wrong.push((format!("{address} {}", view.name), found));
            }
        };
        look("/sign-in");
        window.click("button[value=admin]");
        window.until("signing in", "document.querySelector('.who')");
        if view.name == LIGHT.name {
            comment(&window);
            pay_too_much(&window);
        }
        for address in pages(&window) {
            look(&address);
        }
    }
    assert!(wrong.is_empty(), "{}", report(&wrong));
}
