//! Facts as a line names them: what each was when the line was computed.

use std::collections::{BTreeMap, HashMap};

use billing::facts::{EndingEvent, FactId, Facts, Measured, MilestoneEvent, MilestoneReport, UsageEvent};

use crate::invoice::FactUsed;

/// The facts of one agreement by their ids.
#[derive(Debug)]
pub(super) struct FactIndex<'a>(HashMap<&'a str, Fact<'a>>);

#[derive(Debug, Clone, Copy)]
enum Fact<'a> {
    Event(&'a UsageEvent),
    Measured(&'a Measured),
    Seats(&'a billing::facts::SeatChange),
    Milestone(&'a MilestoneReport),
    Index(&'a billing::facts::IndexValue),
    Ending(&'a billing::facts::Ending),
    Receivable(&'a billing::facts::Receivable),
}

/// The name of a fact among all facts of an agreement, from its id among its kind: people number seats and milestones
/// alike.
pub(super) fn name(kind: &str, id: &str) -> FactId {
    format!("{kind}:{id}")
}

/// A fact's id among its kind.
fn id_of(name: &str) -> &str {
    name.split_once(':').map_or(name, |(_, id)| id)
}

impl<'a> FactIndex<'a> {
    pub(super) fn of(facts: &'a Facts) -> Self {
        let events = facts
            .events
            .iter()
            .map(|event| (event.id.as_str(), Fact::Event(event)));
        let measured = facts
            .measured
            .iter()
            .map(|row| (row.id.as_str(), Fact::Measured(row)));
        let seats = facts
            .seats
            .iter()
            .map(|change| (change.id.as_str(), Fact::Seats(change)));
        let milestones = facts
            .milestones
            .iter()
            .map(|report| (report.id.as_str(), Fact::Milestone(report)));
        let indices = facts
            .indices
            .iter()
            .map(|value| (value.id.as_str(), Fact::Index(value)));
        let endings = facts
            .endings
            .iter()
            .map(|ending| (ending.id.as_str(), Fact::Ending(ending)));
        let receivables = facts
            .receivables
            .iter()
            .map(|receivable| (receivable.id.as_str(), Fact::Receivable(receivable)));
        Self(
            events
                .chain(measured)
                .chain(seats)
                .chain(milestones)
                .chain(indices)
                .chain(endings)
                .chain(receivables)
                .collect(),
        )
    }

    /// The facts of these ids. One that is not a fact of the agreement is named all the same: it was used.
    pub(super) fn used(&self, ids: &[FactId]) -> Vec<FactUsed> {
        ids.iter()
            .map(|id| {
                self.0
                    .get(id.as_str())
                    .map_or_else(|| unknown(id), |fact| describe(id, *fact))
            })
            .collect()
    }
}

fn unknown(id: &str) -> FactUsed {
    used("fact", id, String::new(), String::new(), String::new())
}

fn describe(id: &str, fact: Fact<'_>) -> FactUsed {
    match fact {
        Fact::Event(event) => {
            let note = with_dimensions(&event.meter, &event.dimensions);
            used("usage", id, event.at.to_string(), event.value.to_string(), note)
        }
        Fact::Measured(row) => measured(id, row),
        Fact::Seats(change) => used(
            "seats",
            id,
            change.on.to_string(),
            change.count.to_string(),
            format!("seats of {}", change.charge),
        ),
        Fact::Milestone(report) => milestone(id, report),
        Fact::Index(value) => used(
            "index",
            id,
            value.month.to_string(),
            value.value.to_string(),
            value.series.clone(),
        ),
        Fact::Ending(ending) => ended(id, &ending.event),
        Fact::Receivable(receivable) => overdue(id, receivable),
    }
}

fn measured(id: &str, row: &Measured) -> FactUsed {
    let events = if row.count == 1 {
        "1 event".to_owned()
    } else {
        format!("{} events", row.count)
    };
    let note = format!("{events} of {}", with_dimensions(&row.meter, &row.dimensions));
    used("usage", id, days(row), row.quantity.normalize().to_string(), note)
}

fn days(row: &Measured) -> String {
    let (start, end) = (row.period.start(), row.period.end());
    if row.period.days() == 1 {
        start.to_string()
    } else {
        format!("{start} to before {end}")
    }
}

fn milestone(id: &str, report: &MilestoneReport) -> FactUsed {
    let what = match &report.event {
        MilestoneEvent::Delivered => "delivered",
        MilestoneEvent::Completed => "completed",
        MilestoneEvent::Rejected => "rejected",
        MilestoneEvent::Withdrawn { .. } => "report withdrawn",
    };
    let note = format!("{what}: {}", report.evidence);
    used(
        "milestone",
        id,
        report.on.to_string(),
        report.milestone.clone(),
        note,
    )
}

fn ended(id: &str, event: &EndingEvent) -> FactUsed {
    let (date, note) = match event {
        EndingEvent::Terminated { last_day, .. } => (last_day, "terminated, last day served"),
        EndingEvent::NotRenewed { notice } => (notice, "notice that it will not renew"),
    };
    used("ending", id, date.to_string(), String::new(), note.to_owned())
}

fn overdue(id: &str, receivable: &billing::facts::Receivable) -> FactUsed {
    let paid = receivable.payments.iter();
    let paid: Vec<String> = paid
        .map(|payment| format!("{} paid on {}", payment.amount, payment.on))
        .collect();
    let note = if paid.is_empty() {
        "due; nothing was paid".to_owned()
    } else {
        format!("due; {}", paid.join(", "))
    };
    let (due, amount) = (receivable.due.to_string(), receivable.amount.to_string());
    used("invoice", id, due, amount, note)
}

fn with_dimensions(meter: &str, dimensions: &BTreeMap<String, String>) -> String {
    let held = dimensions.iter().map(|(name, value)| format!(", {name} {value}"));
    std::iter::once(meter.to_owned()).chain(held).collect()
}

fn used(kind: &str, id: &str, date: String, value: String, note: String) -> FactUsed {
    FactUsed {
        kind: kind.to_owned(),
        id: id_of(id).to_owned(),
        date,
        value,
        note,
    }
}
