//! The stories in `samples/` go on: in a second year each is amended and something is learned late. Billed step by step,
//! as months pass and news arrive, every invoice and credit note comes to what was worked out by hand, to the cent.

use std::fs;
use std::path::{Path, PathBuf};

use billing::difference::difference;
use billing::draft::{DraftInvoice, Run, draft_over};
use billing::expected::expected_over;
use billing::facts::{Ending, EndingEvent, Facts, MilestoneEvent, MilestoneReport, SeatChange, UsageEvent};
use billing::line::BilledLine;
use jiff::civil::Date;
use pricing::plan::{Amends, Plan};
use rust_decimal::Decimal;
use serde_json::Value;

/// A story as it stands: the versions of its plan, what is known, and what was billed.
struct Story {
    plan: Value,
    versions: Vec<Plan>,
    facts: Facts,
    billed: Vec<BilledLine>,
    issued_through: Option<Date>,
}

fn stories() -> Vec<PathBuf> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let entries = fs::read_dir(samples).unwrap();
    let folders = entries.map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = folders.filter(|path| path.join("plan.json").exists()).collect();
    folders.sort();
    folders
}

fn json(folder: &Path, name: &str) -> Value {
    let path = folder.join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not text: {value}"))
}

fn day(value: &Value) -> Date {
    text(value).parse().unwrap()
}

fn list(of: &Value, name: &str) -> Vec<Value> {
    of[name].as_array().cloned().unwrap_or_default()
}

impl Story {
    fn begin(folder: &Path) -> Self {
        let plan = json(folder, "plan.json");
        let mut story = Self {
            versions: vec![serde_json::from_value(plan.clone()).unwrap()],
            plan,
            facts: Facts::default(),
            billed: Vec::new(),
            issued_through: None,
        };
        let first_year = json(folder, "facts.json");
        story.learn(&first_year);
        story.bill(day(&first_year["through"]));
        story
    }

    fn learn(&mut self, told: &Value) {
        for fact in list(told, "usage") {
            self.facts.events.push(UsageEvent {
                id: text(&fact["id"]).to_owned(),
                meter: text(&fact["meter"]).to_owned(),
                at: day(&fact["at"]).at(12, 0, 0, 0),
                value: text(&fact["value"]).parse().unwrap(),
                key: None,
                dimensions: std::collections::BTreeMap::new(),
                replaces: fact["corrects"].as_str().map(str::to_owned),
            });
        }
        for fact in list(told, "seats") {
            self.facts.seats.push(SeatChange {
                id: text(&fact["id"]).to_owned(),
                charge: text(&fact["charge"]).to_owned(),
                on: day(&fact["date"]),
                count: text(&fact["quantity"]).parse().unwrap(),
                recorded: u64::try_from(self.facts.seats.len()).unwrap(),
            });
        }
        for fact in list(told, "milestones") {
            self.report(text(&fact["id"]), &fact, MilestoneEvent::Completed);
        }
        for fact in list(told, "withdrawn") {
            let report = text(&fact["report"]).to_owned();
            self.report(
                &format!("{report} withdrawn"),
                &fact,
                MilestoneEvent::Withdrawn { report },
            );
        }
        if let Some(ended) = told.get("termination") {
            self.facts.endings.push(Ending {
                id: text(&ended["id"]).to_owned(),
                event: EndingEvent::Terminated {
                    last_day: day(&ended["last_day"]),
                    refund_unused: ended["refund_unused"].as_bool().unwrap(),
                },
            });
        }
    }

    fn report(&mut self, id: &str, fact: &Value, event: MilestoneEvent) {
        self.facts.milestones.push(MilestoneReport {
            id: id.to_owned(),
            milestone: text(&fact["milestone"]).to_owned(),
            on: day(&fact["date"]),
            event,
            evidence: "as told".to_owned(),
        });
    }

    /// The plan with some of its values changed, from a day on.
    fn amend(&mut self, amendment: &Value) {
        for change in list(amendment, "change") {
            let (parent, name) = text(&change["at"]).rsplit_once('/').unwrap();
            match self
                .plan
                .pointer_mut(parent)
                .unwrap_or_else(|| panic!("no {parent}"))
            {
                Value::Array(members) => members.push(change["value"].clone()),
                parent => parent[name] = change["value"].clone(),
            }
        }
        let mut plan: Plan = serde_json::from_value(self.plan.clone()).unwrap();
        plan.amends = Some(Amends {
            plan: self.versions.last().unwrap().content_hash(),
            effective: day(&amendment["effective"]),
        });
        assert_eq!(plan.check(), Vec::new());
        self.versions.push(plan);
    }

    /// Bills through a day what is not billed yet.
    fn bill(&mut self, through: Date) -> Vec<DraftInvoice> {
        let versions: Vec<&Plan> = self.versions.iter().collect();
        let horizon = self.issued_through.map_or(through, |issued| issued.max(through));
        let expected = expected_over(&versions, &self.facts, horizon).unwrap();
        let mut due = difference(&expected, &self.billed).unwrap();
        due.retain(|due| due.reason.is_adjustment() || due.line.invoice_date <= through);
        let run = Run {
            through: horizon,
            issued_through: self.issued_through,
        };
        let begun = versions.iter().rfind(|plan| {
            plan.amends
                .as_ref()
                .is_none_or(|amends| amends.effective <= horizon)
        });
        let drafts = draft_over(&versions, begun.unwrap(), due, run).unwrap();
        for draft in &drafts {
            self.issued_through = self.issued_through.max(Some(draft.invoice_date));
            let number = format!("{} of {}", self.billed.len(), draft.invoice_date);
            self.billed.extend(draft.lines.iter().map(|due| BilledLine {
                charge: due.line.charge.clone(),
                component: due.line.component.clone(),
                service: due.line.service,
                invoice_date: draft.invoice_date,
                amount: due.line.amount,
                tax: due.line.tax.clone(),
                description: due.line.description.clone(),
                invoice: number.clone(),
            }));
        }
        drafts
    }
}

/// A document in one line of text: what must be equal. Lines of zero are told to the customer and not worked out by hand.
fn said(date: &str, due: &str, total: Decimal, mut lines: Vec<(String, Decimal)>) -> String {
    lines.retain(|(_, amount)| !amount.is_zero());
    lines.sort();
    let line = |(what, amount): (String, Decimal)| format!("{what} {}", amount.normalize());
    let lines: Vec<String> = lines.into_iter().map(line).collect();
    format!(
        "{date} due {due} total {}: {}",
        total.normalize(),
        lines.join(", ")
    )
}

fn found(invoice: &DraftInvoice) -> String {
    let line = |due: &billing::line::DueLine| {
        let service = due.line.service;
        let service = service.map(|period| format!(" {}/{}", period.start(), period.end()));
        (
            format!("{}{}", due.line.charge, service.unwrap_or_default()),
            due.line.amount.amount,
        )
    };
    said(
        &invoice.invoice_date.to_string(),
        &invoice.due_date.to_string(),
        invoice.total.amount,
        invoice.lines.iter().map(line).collect(),
    )
}

fn wanted(invoice: &Value) -> String {
    let money = |value: &Value| text(value).parse::<Decimal>().unwrap();
    let line = |line: &Value| {
        let service = line["service"].as_object();
        let service = service.map(|days| format!(" {}/{}", text(&days["start"]), text(&days["end"])));
        (
            format!("{}{}", text(&line["charge"]), service.unwrap_or_default()),
            money(&line["amount"]),
        )
    };
    let lines: Vec<(String, Decimal)> = list(invoice, "lines").iter().map(line).collect();
    let total = money(&invoice["total"]);
    assert_eq!(
        lines.iter().map(|(_, amount)| amount).sum::<Decimal>(),
        total,
        "{invoice}"
    );
    said(text(&invoice["date"]), text(&invoice["due"]), total, lines)
}

/// What is wrong with a story; nothing if it comes to what was worked out by hand.
fn faults(folder: &Path) -> Vec<String> {
    let mut story = Story::begin(folder);
    let mut faults = Vec::new();
    for step in list(&json(folder, "second-year.json"), "steps") {
        if let Some(amendment) = step.get("amendment") {
            story.amend(amendment);
        }
        story.learn(&step["learned"]);
        let through = day(&step["through"]);
        let billed: Vec<String> = story.bill(through).iter().map(found).collect();
        let by_hand: Vec<String> = list(&step, "invoices").iter().map(wanted).collect();
        if billed != by_hand {
            let folder = folder.display();
            faults.push(format!(
                "{folder} through {through}\n  billed:  {billed:#?}\n  by hand: {by_hand:#?}"
            ));
        }
        assert!(
            story.bill(through).is_empty(),
            "{} through {through}: billed twice",
            folder.display()
        );
    }
    faults
}

#[test]
fn a_second_year_with_an_amendment_and_late_news_bills_what_was_worked_out_by_hand() {
    let stories = stories();
    assert!(stories.len() >= 10);
    let faults: Vec<String> = stories.iter().flat_map(|folder| faults(folder)).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
