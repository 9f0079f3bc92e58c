//! Seats of an account over time, charge by charge.

use askama::Template;
use axum::extract::{Path, Query};
use jiff::civil::Date;
use wire::invoicing::v1::{ListFactsRequest, RegisteredPlan, SeatChange};
use wire::plan::v1::Charge;
use wire::plan::v1::quantity::Kind;

use super::account::{Head, head, known, plans};
use super::amounts::decimal;
use super::list::Asked;
use crate::answer::{Answer, page};
use crate::chart::{About, Chart, Step, WIDE, steps};
use crate::fault::Fault;
use crate::layout::{Frame, Section};
use crate::link;
use crate::sheets;
use crate::visitor::Visitor;
use crate::wording::grouped;

#[derive(Template)]
#[template(path = "money/seats.html")]
struct Page {
    frame: Frame,
    head: Head,
    charges: Vec<Seats>,
    file: String,
}

/// The seats of one charge.
struct Seats {
    name: String,
    chart: Chart,
    /// From which day, how many, and how many more or fewer.
    rows: Vec<[String; 3]>,
}

pub(super) fn has_seats(charge: &Charge) -> bool {
    agreed(charge).is_some()
}

/// How many seats the contract begins with.
fn agreed(charge: &Charge) -> Option<&str> {
    match charge.quantity.as_ref()?.kind.as_ref()? {
        Kind::Seats(seats) => Some(&seats.initial),
        _ => None,
    }
}

pub(super) async fn show(visitor: Visitor, Path(id): Path<String>, Query(asked): Query<Asked>) -> Answer {
    let (known, plans) = tokio::try_join!(known(&visitor, &id), plans(&visitor, &id))?;
    let mut charges = Vec::new();
    for registered in in_force_last(&plans) {
        charges.extend(of_agreement(&visitor, registered).await?);
    }
    if asked.as_file() {
        return take_away(&charges);
    }
    page(&Page {
        file: asked.file(&format!("{}/seats", link::account(&id))),
        head: head(&known, &plans),
        frame: visitor.frame(Section::Accounts),
        charges,
    })
}

/// The newest version of each agreement.
pub(super) fn in_force_last(plans: &[RegisteredPlan]) -> impl Iterator<Item = &RegisteredPlan> {
    plans.iter().filter(|plan| plan.superseded_on.is_empty())
}

async fn of_agreement(visitor: &Visitor, registered: &RegisteredPlan) -> Result<Vec<Seats>, Fault> {
    let Some(plan) = registered.plan.as_ref() else {
        return Ok(Vec::new());
    };
    if !plan.charges.iter().any(has_seats) {
        return Ok(Vec::new());
    }
    let request = ListFactsRequest {
        plan: registered.content_hash.clone(),
    };
    let facts = visitor.invoicing().list_facts(request).await?.into_inner();
    let term = plan.term.clone().unwrap_or_default();
    let today = visitor.console.clock.today();
    let start = term.start.parse().unwrap_or(today);
    // Where there is no end, a little more than what is known.
    let end = term.end.parse().unwrap_or_else(|_| today.max(start));
    let charges = plan.charges.iter();
    let seats = charges.filter_map(|charge| {
        let changes = facts.seats.iter().filter(|change| change.charge == charge.id);
        let id = format!(
            "{}-{}",
            registered.content_hash.get(..8).unwrap_or_default(),
            charge.id
        );
        Some(seats(
            charge,
            agreed(charge)?,
            changes,
            (start, end),
            (today, &id),
        ))
    });
    Ok(seats.collect())
}

fn seats<'c>(
    charge: &Charge,
    agreed: &str,
    changes: impl Iterator<Item = &'c SeatChange>,
    (start, end): (Date, Date),
    (today, id): (Date, &str),
) -> Seats {
    let mut known = vec![Step {
        on: start,
        value: decimal(agreed),
    }];
    known.extend(changes.filter_map(|change| {
        Some(Step {
            on: change.date.parse().ok()?,
            value: decimal(&change.quantity),
        })
    }));
    let end = known.last().map_or(end, |last| last.on.max(end));
    let about = About {
        id,
        title: &format!("{}: seats over time", charge.name),
        unit: "seats",
        width: WIDE,
    };
    Seats {
        name: charge.name.clone(),
        chart: steps(about, &known, (start, end), today),
        rows: rows(&known),
    }
}

/// Newest first, each with what it changed.
fn rows(known: &[Step]) -> Vec<[String; 3]> {
    let before = std::iter::once(None).chain(known.iter().map(Some));
    let mut rows: Vec<[String; 3]> = known
        .iter()
        .zip(before)
        .map(|(step, before)| {
            let change = before.map(|before| step.value.saturating_sub(before.value));
            let change = match change {
                None => "as agreed".to_owned(),
                Some(more) if more.is_sign_negative() => grouped(&more.to_string()),
                Some(more) => format!("+{}", grouped(&more.to_string())),
            };
            [step.on.to_string(), grouped(&step.value.to_string()), change]
        })
        .collect();
    rows.reverse();
    rows
}

fn take_away(charges: &[Seats]) -> Answer {
    let head = ["charge", "from", "seats", "change"].map(str::to_owned).to_vec();
    let rows = charges.iter().flat_map(|seats| {
        seats.rows.iter().map(|[from, count, change]| {
            vec![
                seats.name.clone(),
                from.clone(),
                count.replace(',', ""),
                change.replace(',', "").replace('−', "-"),
            ]
        })
    });
    sheets::file("seats", std::iter::once(head).chain(rows))
}
