//! Everything that is known about an agreement, opened for billing it.

use std::collections::HashMap;

use billing::expected::{BillingError, MeterWindow, windows};
use billing::facts::{Facts, MilestoneEvent, MilestoneReport, SeatChange};
use jiff::civil::Date;
use pricing::plan::Plan;
use sqlx::PgConnection;
use uuid::Uuid;

use super::drafting::{Drafted, DraftingError};
use super::metering;
use crate::store::invoices::{self, Billed};
use crate::store::plans::{self, PlanVersion};
use crate::store::{milestones, seats};

/// An agreement with its facts and what was billed of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Book {
    /// Content hash of the agreement's first version.
    pub(crate) agreement: String,
    /// Content hash of the version in force.
    pub(crate) version: String,
    pub(crate) plan: Plan,
    pub(crate) facts: Facts,
    pub(crate) billed: Vec<Billed>,
    /// Date of its latest invoice.
    pub(crate) issued_through: Option<Date>,
}

impl Book {
    /// A plan that nothing was billed of.
    pub(crate) fn new(plan: Plan, facts: Facts) -> Self {
        let version = plan.content_hash();
        Self {
            agreement: version.clone(),
            version,
            plan,
            facts,
            billed: Vec::new(),
            issued_through: None,
        }
    }

    /// The day through which everything has to be computed when a run bills through a day: what was billed for later
    /// days is still owed, and would be taken back if nobody expected it.
    pub(super) fn horizon(&self, through: Date) -> Date {
        self.issued_through.map_or(through, |issued| issued.max(through))
    }

    /// What it asks of the usage log when a run bills through a day.
    pub(super) fn windows(&self, through: Date) -> Result<Vec<MeterWindow>, BillingError> {
        windows(&self.plan, &self.facts, self.horizon(through))
    }

    /// Nothing can be billed of it, for this reason.
    pub(super) fn failed(self, error: DraftingError) -> Drafted {
        Drafted {
            account: self.plan.account,
            agreement: self.agreement,
            outcome: Err(error),
        }
    }
}

/// Opens the books of some accounts: in a few statements, however many there are. A book that cannot be opened is a
/// failure of its agreement alone.
pub(super) async fn open(
    connection: &mut PgConnection,
    tenant: Uuid,
    accounts: &[String],
    through: Date,
) -> Result<Vec<Result<Book, Drafted>>, sqlx::Error> {
    let versions = plans::of_accounts(connection, tenant, accounts).await?;
    let mut books: Vec<Book> = newest(versions).into_iter().map(book).collect();
    let agreements: Vec<String> = books.iter().map(|book| book.agreement.clone()).collect();
    let agreements: Vec<&str> = agreements.iter().map(String::as_str).collect();
    let mut seats = seats_by_agreement(connection, tenant, &agreements).await?;
    let mut milestones = milestones_by_agreement(connection, tenant, &agreements).await?;
    let mut billed = billed_by_agreement(connection, tenant, &agreements).await?;
    let issued_through = invoices::issued_through(connection, tenant, &agreements).await?;
    for book in &mut books {
        book.facts.seats = seats.remove(&book.agreement).unwrap_or_default();
        book.facts.milestones = milestones.remove(&book.agreement).unwrap_or_default();
        book.billed = billed.remove(&book.agreement).unwrap_or_default();
        book.issued_through = issued_through.get(&book.agreement).copied();
    }
    metering::measure(connection, tenant, books, through).await
}

/// The newest version of each agreement; versions come ordered.
fn newest(versions: Vec<PlanVersion>) -> Vec<PlanVersion> {
    let mut newest: Vec<PlanVersion> = Vec::with_capacity(versions.len());
    for version in versions {
        match newest.last_mut() {
            Some(last) if last.agreement == version.agreement => *last = version,
            _ => newest.push(version),
        }
    }
    newest
}

fn book(version: PlanVersion) -> Book {
    Book {
        agreement: version.agreement,
        version: version.content_hash,
        plan: version.plan,
        facts: Facts::default(),
        billed: Vec::new(),
        issued_through: None,
    }
}

async fn seats_by_agreement(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreements: &[&str],
) -> Result<HashMap<String, Vec<SeatChange>>, sqlx::Error> {
    let mut by_agreement: HashMap<String, Vec<SeatChange>> = HashMap::new();
    for seats::Recorded {
        agreement,
        change,
        position,
    } in seats::of_agreements(connection, tenant, agreements).await?
    {
        by_agreement
            .entry(agreement)
            .or_default()
            .push(seat_fact(change, position));
    }
    Ok(by_agreement)
}

/// A change of seats as billing takes it.
pub(crate) fn seat_fact(change: seats::SeatChange, recorded: u64) -> SeatChange {
    let seats::SeatChange {
        id,
        charge,
        date,
        quantity,
    } = change;
    SeatChange {
        id,
        charge,
        on: date,
        count: quantity,
        recorded,
    }
}

async fn milestones_by_agreement(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreements: &[&str],
) -> Result<HashMap<String, Vec<MilestoneReport>>, sqlx::Error> {
    let mut by_agreement: HashMap<String, Vec<MilestoneReport>> = HashMap::new();
    for (agreement, completion) in milestones::of_agreements(connection, tenant, agreements).await? {
        by_agreement
            .entry(agreement)
            .or_default()
            .push(milestone_fact(completion));
    }
    Ok(by_agreement)
}

/// A completed milestone as billing takes it.
pub(crate) fn milestone_fact(completion: milestones::Completion) -> MilestoneReport {
    let milestones::Completion {
        id,
        milestone,
        date,
        evidence,
    } = completion;
    MilestoneReport {
        id,
        milestone,
        on: date,
        event: MilestoneEvent::Completed,
        evidence,
    }
}

async fn billed_by_agreement(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreements: &[&str],
) -> Result<HashMap<String, Vec<Billed>>, sqlx::Error> {
    let mut by_agreement: HashMap<String, Vec<Billed>> = HashMap::new();
    for billed in invoices::billed(connection, tenant, agreements).await? {
        by_agreement
            .entry(billed.agreement.clone())
            .or_default()
            .push(billed);
    }
    Ok(by_agreement)
}
