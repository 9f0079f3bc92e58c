//! Two services in two processes do what one does, and a killed one loses nothing.

mod program;

use std::process::Output;

use program::{Installation, Running, complaint, eventually, json};
use serde_json::Value;

/// The services of one installation, each in a process of its own, and somebody to ask them.
struct House {
    installation: Installation,
    invoicing: Option<Running>,
    extraction: Option<Running>,
    invoicing_address: String,
    extraction_address: String,
}

impl House {
    fn new() -> Self {
        Self {
            installation: Installation::new(),
            invoicing: None,
            extraction: None,
            invoicing_address: "127.0.0.1:0".to_owned(),
            extraction_address: "127.0.0.1:0".to_owned(),
        }
    }

    /// Takes a free port at the first start and the same one ever after.
    fn start_invoicing(&mut self) {
        let environment = [("QUITTANCE_INVOICING_ADDRESS", self.invoicing_address.as_str())];
        let running = self.installation.serve(&["serve", "invoicing"], &environment, 1);
        self.invoicing_address = running.url("invoicing").trim_start_matches("http://").to_owned();
        self.invoicing = Some(running);
    }

    fn start_extraction(&mut self) {
        let handoff = format!("http://{}", self.invoicing_address);
        let environment = [
            ("QUITTANCE_EXTRACTION_ADDRESS", self.extraction_address.as_str()),
            ("QUITTANCE_INVOICING_URL", &handoff),
        ];
        let running = self.installation.serve(&["serve", "extraction"], &environment, 1);
        self.extraction_address = running.url("extraction").trim_start_matches("http://").to_owned();
        self.extraction = Some(running);
    }

    fn both() -> Self {
        let mut house = Self::new();
        house.start_invoicing();
        house.start_extraction();
        house
    }

    fn ask(&self, key: Option<&str>, arguments: &[&str]) -> Output {
        let mut command = self.installation.command(arguments);
        command.env(
            "QUITTANCE_EXTRACTION_URL",
            format!("http://{}", self.extraction_address),
        );
        command.env(
            "QUITTANCE_INVOICING_URL",
            format!("http://{}", self.invoicing_address),
        );
        if let Some(key) = key {
            command.env("QUITTANCE_API_KEY", key);
        }
        command.output().unwrap()
    }

    fn done(&self, key: Option<&str>, arguments: &[&str]) -> Value {
        let mut arguments = arguments.to_vec();
        arguments.push("--json");
        let output = self.ask(key, &arguments);
        assert!(output.status.success(), "{arguments:?}: {}", complaint(&output));
        json(&output)
    }

    fn key(&self, name: &str, role: &str) -> String {
        self.done(None, &["key", "issue", name, role])["key"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    fn state(&self, contract: &str) -> String {
        let shown = self.done(None, &["contract", "show", contract]);
        shown["summary"]["state"].as_str().unwrap().to_owned()
    }

    /// From file to approval; the contract's id.
    fn approved(&self, file: &str) -> String {
        let (dana, omar) = (self.key("dana", "reviewer"), self.key("omar", "approver"));
        let uploaded = self.done(None, &["contract", "upload", file]);
        let id = uploaded["summary"]["contract_id"].as_str().unwrap().to_owned();
        self.done(Some(&dana), &["contract", "submit", &id]);
        self.done(Some(&omar), &["contract", "approve", &id]);
        id
    }

    fn plans(&self) -> usize {
        // Invoices of the first month tell plans apart: one account, one invoice a plan.
        let run = self.done(None, &["bill", "preview", "--through", "2026-01-31"]);
        run["invoices"].as_array().unwrap().len()
    }
}

const SUBSCRIPTION: &str = "samples/01-subscription/contract.pdf";

fn people_speak_and_quality_is_told(house: &House, id: &str) {
    let said = house.done(
        None,
        &[
            "contract",
            "comment",
            id,
            "Thirty days?",
            "--about",
            "/payment/due",
        ],
    );
    assert_eq!(said["path"], "/payment/due");
    let comments = house.done(None, &["contract", "comments", id]);
    let comments = comments.as_array().unwrap();
    assert_eq!(
        (comments.len(), &comments[0]["reason"]),
        (1, &"Thirty days?".into())
    );
    let quality = house.done(None, &["contract", "quality", "--days", "30"]);
    assert_eq!(quality["approved"], 1, "{quality:#}");
}

#[test]
fn two_processes_bill_a_contract() {
    let mut house = House::both();
    let id = house.approved(SUBSCRIPTION);
    eventually("the hand-off", || {
        (house.state(&id) == "CONTRACT_STATE_HANDED_OVER").then_some(())
    });
    people_speak_and_quality_is_told(&house, &id);
    let run = house.done(None, &["bill", "run", "--through", "2026-03-31"]);
    assert_eq!(run["invoices"].as_array().unwrap().len(), 3);
    let again = house.done(None, &["bill", "run", "--through", "2026-03-31"]);
    assert_eq!(
        again["invoices"].as_array().unwrap().len(),
        0,
        "a run repeated bills nothing"
    );
    let number = run["invoices"][0]["number"].as_str().unwrap();
    let explained = house.done(None, &["invoice", "explain", number]);
    assert!(
        explained[0]["sources"].as_array().unwrap().iter().any(|source| {
            source["source"]["clause"]["quote"]
                .as_str()
                .is_some_and(|quote| quote.contains("500"))
        }),
        "{explained:#}"
    );
    for running in [house.extraction.take().unwrap(), house.invoicing.take().unwrap()] {
        assert!(running.terminate().success(), "SIGTERM drains and ends well");
    }
}

#[test]
fn the_same_file_twice_is_the_same_contract() {
    let house = House::both();
    let first = house.done(None, &["contract", "upload", SUBSCRIPTION]);
    let second = house.done(None, &["contract", "upload", SUBSCRIPTION]);
    assert_eq!(first["summary"]["contract_id"], second["summary"]["contract_id"]);
    assert_eq!(
        house.done(None, &["contract", "list"]).as_array().unwrap().len(),
        1
    );
}

#[test]
fn a_plan_approved_while_invoicing_is_down_arrives_once_whoever_is_killed() {
    let mut house = House::both();
    house.invoicing.take().unwrap().kill();
    let id = house.approved(SUBSCRIPTION);
    assert_eq!(house.state(&id), "CONTRACT_STATE_APPROVED");
    house.extraction.take().unwrap().kill();
    house.start_extraction();
    house.start_invoicing();
    eventually("the hand-off", || {
        (house.state(&id) == "CONTRACT_STATE_HANDED_OVER").then_some(())
    });
    assert_eq!(house.plans(), 1);
}

#[test]
fn a_kill_at_any_moment_of_the_hand_off_registers_the_plan_once() {
    for wait in [0, 20, 60, 150, 400] {
        let mut house = House::both();
        let id = house.approved(SUBSCRIPTION);
        std::thread::sleep(std::time::Duration::from_millis(wait));
        house.extraction.take().unwrap().kill();
        house.invoicing.take().unwrap().kill();
        house.start_invoicing();
        house.start_extraction();
        eventually("the hand-off", || {
            (house.state(&id) == "CONTRACT_STATE_HANDED_OVER").then_some(())
        });
        assert_eq!(house.plans(), 1, "killed after {wait} ms");
    }
}

#[test]
fn refusals_have_names_and_exit_codes() {
    let house = House::both();
    let dana = house.key("dana", "reviewer");
    let uploaded = house.done(None, &["contract", "upload", SUBSCRIPTION]);
    let id = uploaded["summary"]["contract_id"].as_str().unwrap();
    house.done(Some(&dana), &["contract", "submit", id]);
    let cases: [(Option<&str>, &[&str], &str); 6] = [
        (Some("not-a-key"), &["contract", "list"], "key"),
        (Some(&dana), &["contract", "approve", id], "role"),
        (Some(&dana), &["contract", "submit", id], "submitted"),
        (
            None,
            &["contract", "show", "00000000-0000-0000-0000-000000000000"],
            "contract",
        ),
        (None, &["invoice", "show", "NO-1"], "NO-1"),
        (
            None,
            &["contract", "upload", "Cargo.lock.missing"],
            "No such file",
        ),
    ];
    for (key, arguments, word) in cases {
        let output = house.ask(key, arguments);
        let said = complaint(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(
            said.contains(word) && !said.contains("panicked"),
            "{arguments:?}: {said}"
        );
    }
}

#[test]
fn a_port_in_use_is_named() {
    let house = House::both();
    let mut command = house.installation.command(&["serve", "invoicing"]);
    let output = command
        .env("QUITTANCE_INVOICING_ADDRESS", &house.invoicing_address)
        .output()
        .unwrap();
    assert_ne!(output.status.code(), Some(0));
    assert!(
        complaint(&output).contains(&house.invoicing_address),
        "{}",
        complaint(&output)
    );
}

#[test]
fn nobody_at_home_is_said_with_what_to_do() {
    let house = House::new();
    let output = house.ask(Some("key"), &["contract", "list"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        complaint(&output).contains("quittance serve"),
        "{}",
        complaint(&output)
    );
}
