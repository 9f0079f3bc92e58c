//! The plans in `samples/`, billed by the pure engine alone, come to what was worked out by hand, to the cent.

use std::fs;
use std::path::{Path, PathBuf};

use billing::difference::difference;
use billing::draft::{DraftInvoice, Run, draft};
use billing::expected::expected;
use billing::facts::{Facts, MilestoneEvent, MilestoneReport, SeatChange, UsageEvent};
use jiff::civil::Date;
use pricing::plan::Plan;
use rust_decimal::Decimal;
use serde_json::Value;

fn stories() -> Vec<PathBuf> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let mut folders: Vec<PathBuf> = fs::read_dir(samples)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("plan.json").exists() && path.join("invoices.json").exists())
        .collect();
    folders.sort();
    folders
}

fn json(folder: &Path, name: &str) -> Value {
    let path = folder.join(name);
    serde_json::from_str(&fs::read_to_string(&path).unwrap())
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not text: {value}"))
}

fn facts(folder: &Path) -> (Facts, Date) {
    let json = json(folder, "facts.json");
    let list = |name: &str| json[name].as_array().cloned().unwrap_or_default();
    let usage = |fact: &Value| UsageEvent {
        id: text(&fact["id"]).to_owned(),
        meter: text(&fact["meter"]).to_owned(),
        at: text(&fact["at"]).parse::<Date>().unwrap().at(12, 0, 0, 0),
        value: text(&fact["value"]).parse().unwrap(),
        key: None,
        dimensions: serde_json::from_value(fact["dimensions"].clone()).unwrap(),
        replaces: None,
    };
    let seats = |(at, fact): (usize, &Value)| SeatChange {
        id: text(&fact["id"]).to_owned(),
        charge: text(&fact["charge"]).to_owned(),
        on: text(&fact["date"]).parse().unwrap(),
        count: text(&fact["quantity"]).parse().unwrap(),
        recorded: u64::try_from(at).unwrap(),
    };
    let milestone = |fact: &Value| MilestoneReport {
        id: text(&fact["id"]).to_owned(),
        milestone: text(&fact["milestone"]).to_owned(),
        on: text(&fact["date"]).parse().unwrap(),
        event: MilestoneEvent::Completed,
        evidence: text(&fact["note"]).to_owned(),
    };
    let facts = Facts {
        events: list("usage").iter().map(usage).collect(),
        seats: list("seats").iter().enumerate().map(seats).collect(),
        milestones: list("milestones").iter().map(milestone).collect(),
        ..Facts::default()
    };
    (facts, text(&json["through"]).parse().unwrap())
}

fn invoices(folder: &Path) -> Vec<DraftInvoice> {
    let plan: Plan = serde_json::from_value(json(folder, "plan.json")).unwrap();
    assert_eq!(plan.check(), Vec::new(), "{}", folder.display());
    let (facts, through) = facts(folder);
    let due = difference(&expected(&plan, &facts, through).unwrap(), &[]).unwrap();
    draft(
        &plan,
        due,
        Run {
            through,
            issued_through: None,
        },
    )
    .unwrap()
}

/// An invoice in one line of text: what must be equal. A line of zero says that usage stayed within what is included; it
/// is there for the customer's information and not worked out by hand.
fn said(date: &str, due: &str, tax: Decimal, total: Decimal, mut lines: Vec<(String, Decimal)>) -> String {
    lines.retain(|(_, amount)| !amount.is_zero());
    lines.sort();
    let lines: Vec<String> = lines
        .into_iter()
        .map(|(service, amount)| format!("{service} {}", amount.normalize()))
        .collect();
    format!(
        "{date} due {due} tax {} total {}: {}",
        tax.normalize(),
        total.normalize(),
        lines.join(", ")
    )
}

fn found(invoice: &DraftInvoice) -> String {
    let line = |due: &billing::line::DueLine| {
        let service = due
            .line
            .service
            .map(|period| format!("{}/{}", period.start(), period.end()));
        (service.unwrap_or_default(), due.line.amount.amount)
    };
    let tax = invoice.taxes.iter().map(|tax| tax.amount.amount).sum();
    let lines = invoice.lines.iter().map(line).collect();
    said(
        &invoice.invoice_date.to_string(),
        &invoice.due_date.to_string(),
        tax,
        invoice.total.amount,
        lines,
    )
}

fn wanted(invoice: &Value) -> String {
    let money = |value: &Value| text(value).parse::<Decimal>().unwrap();
    let line = |line: &Value| {
        let service = line["service"]
            .as_object()
            .map(|service| format!("{}/{}", text(&service["start"]), text(&service["end"])));
        (service.unwrap_or_default(), money(&line["amount"]))
    };
    let lines = invoice["lines"].as_array().unwrap().iter().map(line).collect();
    said(
        text(&invoice["date"]),
        text(&invoice["due"]),
        money(&invoice["tax"]),
        money(&invoice["total"]),
        lines,
    )
}

#[test]
fn every_plan_bills_what_was_worked_out_by_hand() {
    let stories = stories();
    assert!(stories.len() >= 10);
    let mut wrong = Vec::new();
    for folder in stories {
        let found: Vec<String> = invoices(&folder).iter().map(found).collect();
        let wanted: Vec<String> = json(&folder, "invoices.json")
            .as_array()
            .unwrap()
            .iter()
            .map(wanted)
            .collect();
        let only = |left: &[String], right: &[String]| -> Vec<String> {
            left.iter().filter(|one| !right.contains(one)).cloned().collect()
        };
        let (extra, missing) = (only(&found, &wanted), only(&wanted, &found));
        if !(extra.is_empty() && missing.is_empty()) {
            wrong.push(format!(
                "{}\n  billed:  {extra:#?}\n  by hand: {missing:#?}",
                folder.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
