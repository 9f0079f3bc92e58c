//! Opening books: from the tables to what billing takes.

use std::collections::HashMap;

use billing::facts::{Facts, MilestoneEvent, MilestoneReport, SeatChange};
use jiff::civil::Date;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Book, Version, Versions};
use crate::billing_run::drafting::Drafted;
use crate::billing_run::facts::name;
use crate::billing_run::metering;
use crate::store::invoices::{self, Billed};
use crate::store::plans::{self, PlanVersion};
use crate::store::{milestones, seats};

/// Opens the books of some accounts: in a few statements, however many there are. A book that cannot be opened is a
/// failure of its agreement alone.
pub(in crate::billing_run) async fn open(
    connection: &mut PgConnection,
    tenant: Uuid,
    accounts: &[String],
    through: Date,
) -> Result<Vec<Result<Book, Drafted>>, sqlx::Error> {
    let versions = plans::of_accounts(connection, tenant, accounts).await?;
    let mut books = books(versions);
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

/// A book for each agreement; versions come in order, those of an agreement together.
fn books(versions: Vec<PlanVersion>) -> Vec<Book> {
    let mut books: Vec<Book> = Vec::with_capacity(versions.len());
    for PlanVersion {
        agreement,
        content_hash,
        effective,
        plan,
        ..
    } in versions
    {
        let version = Version {
            content_hash,
            effective,
            plan,
        };
        match books.last_mut() {
            Some(book) if book.agreement == agreement => book.versions.amendments.push(version),
            _ => books.push(Book {
                agreement,
                versions: Versions {
                    first: version,
                    amendments: Vec::new(),
                },
                facts: Facts::default(),
                billed: Vec::new(),
                issued_through: None,
            }),
        }
    }
    books
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
        id: name("seats", &id),
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
        id: name("milestone", &id),
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
