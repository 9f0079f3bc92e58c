//! The stories in `samples/`: a year of each, billed by the service, against invoices worked out by hand.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use pricing::plan::Plan;
use rust_decimal::Decimal;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use wire::invoicing::v1::{
    ChangeSeatsRequest, CompleteMilestoneRequest, Invoice, MilestoneCompletion, SeatChange, UsageEvent,
};

use super::support::{Client, World, bill, record, register, request_id, samples};

#[derive(Deserialize)]
struct Facts {
    usage: Vec<Used>,
    seats: Vec<Seats>,
    milestones: Vec<Milestone>,
    through: String,
}

#[derive(Deserialize)]
struct Used {
    id: String,
    meter: String,
    at: String,
    value: String,
    dimensions: HashMap<String, String>,
}

#[derive(Deserialize)]
struct Seats {
    id: String,
    charge: String,
    date: String,
    quantity: String,
}

#[derive(Deserialize)]
struct Milestone {
    id: String,
    milestone: String,
    date: String,
    note: String,
}

#[derive(Deserialize)]
struct Wanted {
    date: String,
    due: String,
    currency: String,
    lines: Vec<WantedLine>,
    tax: Decimal,
    total: Decimal,
}

#[derive(Deserialize)]
struct WantedLine {
    charge: String,
    service: Option<Service>,
    amount: Decimal,
}

#[derive(Deserialize)]
struct Service {
    start: String,
    end: String,
}

fn read<T: DeserializeOwned>(path: &Path) -> T {
    serde_json::from_str(&fs::read_to_string(path).unwrap())
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The stories that are billed, in order.
fn stories() -> Vec<PathBuf> {
    let folders = fs::read_dir(samples())
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut billed: Vec<PathBuf> = folders
        .filter(|folder| folder.join("plan.json").exists())
        .collect();
    billed.sort();
    billed
}

#[tokio::test(flavor = "multi_thread")]
async fn every_story_bills_its_year_to_the_cent() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    let stories = stories();
    assert!(
        stories.len() >= 10,
        "the nine billing models and one that mixes them"
    );
    for story in stories {
        let plan: Plan = read(&story.join("plan.json"));
        let facts: Facts = read(&story.join("facts.json"));
        register(&mut admin, &plan).await;
        tell(&mut admin, &plan, &facts).await;
        let answer = bill(&mut admin, &facts.through).await;
        assert_eq!(answer.parked, [], "{}", story.display());
        let wanted: Vec<Wanted> = read(&story.join("invoices.json"));
        assert_eq!(
            summary(&answer.invoices),
            wanted.iter().map(expected).collect::<Vec<_>>(),
            "{}",
            story.display()
        );
        assert_eq!(
            bill(&mut admin, &facts.through).await.invoice_count,
            0,
            "a run repeated bills nothing"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_year_billed_day_by_day_is_the_year_billed_at_once() {
    let world = World::start().await;
    let mut admin = world.admin().await;
    for story in stories() {
        let plan: Plan = read(&story.join("plan.json"));
        let facts: Facts = read(&story.join("facts.json"));
        register(&mut admin, &plan).await;
        tell(&mut admin, &plan, &facts).await;
        let wanted: Vec<Wanted> = read(&story.join("invoices.json"));
        let mut billed = Vec::new();
        for wanted in &wanted {
            billed.extend(bill(&mut admin, &wanted.date).await.invoices);
        }
        assert_eq!(
            summary(&billed),
            wanted.iter().map(expected).collect::<Vec<_>>(),
            "{}",
            story.display()
        );
    }
}

async fn tell(admin: &mut Client, plan: &Plan, facts: &Facts) {
    let hash = plan.content_hash();
    let events: Vec<UsageEvent> = facts.usage.iter().map(|used| usage(plan, used)).collect();
    let count = events.len();
    let receipt = record(admin, events).await;
    assert_eq!(
        (receipt.accepted, receipt.rejected),
        (u64::try_from(count).unwrap(), Vec::new())
    );
    for Seats {
        id,
        charge,
        date,
        quantity,
    } in &facts.seats
    {
        let change = SeatChange {
            id: id.clone(),
            charge: charge.clone(),
            date: date.clone(),
            quantity: quantity.clone(),
        };
        let (plan, reason) = (hash.clone(), "people joined".to_owned());
        let request = ChangeSeatsRequest {
            request_id: request_id(),
            plan,
            change: Some(change),
            reason,
        };
        admin.change_seats(request).await.unwrap();
    }
    for Milestone {
        id,
        milestone,
        date,
        note,
    } in &facts.milestones
    {
        let (milestone, evidence) = (milestone.clone(), note.clone());
        let completion = MilestoneCompletion {
            id: id.clone(),
            milestone,
            date: date.clone(),
            evidence,
        };
        let request = CompleteMilestoneRequest {
            request_id: request_id(),
            plan: hash.clone(),
            completion: Some(completion),
        };
        admin.complete_milestone(request).await.unwrap();
    }
}

/// Used at noon where the contract lives.
fn usage(plan: &Plan, used: &Used) -> UsageEvent {
    let day: jiff::civil::Date = used.at.parse().unwrap();
    let noon = day.at(12, 0, 0, 0).in_tz(&plan.time_zone).unwrap().timestamp();
    UsageEvent {
        source: "meter".to_owned(),
        id: used.id.clone(),
        account: plan.account.clone(),
        meter: used.meter.clone(),
        time: Some(prost_types::Timestamp {
            seconds: noon.as_second(),
            nanos: 0,
        }),
        value: used.value.clone(),
        dimensions: used.dimensions.clone(),
        corrects: String::new(),
    }
}

/// What is compared: lines in any order, without those of zero.
type Summary = (
    String,
    String,
    String,
    Vec<(String, String, Decimal)>,
    Decimal,
    Decimal,
);

fn summary(invoices: &[Invoice]) -> Vec<Summary> {
    invoices.iter().map(of_invoice).collect()
}

fn of_invoice(invoice: &Invoice) -> Summary {
    let lines = invoice.lines.iter().map(|line| {
        let service = line
            .service
            .as_ref()
            .map(|service| format!("{}/{}", service.start, service.end));
        (
            line.charge.clone(),
            service.unwrap_or_default(),
            line.amount.parse().unwrap(),
        )
    });
    let (tax, total) = (invoice.tax.parse().unwrap(), invoice.total.parse().unwrap());
    let (date, due) = (invoice.invoice_date.clone(), invoice.due_date.clone());
    (date, due, invoice.currency.clone(), ordered(lines), tax, total)
}

fn expected(wanted: &Wanted) -> Summary {
    let lines = wanted.lines.iter().map(|line| {
        let service = line
            .service
            .as_ref()
            .map(|service| format!("{}/{}", service.start, service.end));
        (line.charge.clone(), service.unwrap_or_default(), line.amount)
    });
    let (date, due) = (wanted.date.clone(), wanted.due.clone());
    (
        date,
        due,
        wanted.currency.clone(),
        ordered(lines),
        wanted.tax,
        wanted.total,
    )
}

fn ordered(lines: impl Iterator<Item = (String, String, Decimal)>) -> Vec<(String, String, Decimal)> {
    let mut lines: Vec<_> = lines.filter(|(_, _, amount)| !amount.is_zero()).collect();
    lines.sort();
    lines
}
