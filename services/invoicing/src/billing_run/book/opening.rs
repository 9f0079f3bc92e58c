//! Opening books: from the tables to what billing takes.

use std::collections::{BTreeSet, HashMap};

use billing::expected::BillingError;
use billing::facts::{Ending, Facts, IndexValue, MilestoneEvent, MilestoneReport, Receivable, SeatChange};
use jiff::civil::Date;
use pricing::plan::{Escalation, Plan};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{Book, Version, Versions};
use crate::billing_run::drafting::{Drafted, DraftingError};
use crate::billing_run::facts::name;
use crate::billing_run::metering;
use crate::store::corrupt;
use crate::store::invoices;
use crate::store::plans::{self, PlanVersion};
use crate::store::{arrangements, endings, indices, late_fees, milestones, seats};

/// Opens the books of some accounts: in a few statements, however many there are. A book that cannot be opened is a
/// failure of its agreement alone.
pub(in crate::billing_run) async fn open(
    connection: &mut PgConnection,
    tenant: Uuid,
    accounts: &[String],
    through: Date,
) -> Result<Vec<Result<Book, Drafted>>, sqlx::Error> {
    open_with(connection, tenant, accounts, |book| book.known_through(through)).await
}

/// The same with the usage of each book through a day of its own.
pub(in crate::billing_run) async fn open_with(
    connection: &mut PgConnection,
    tenant: Uuid,
    accounts: &[String],
    known_through: impl Fn(&Book) -> Date,
) -> Result<Vec<Result<Book, Drafted>>, sqlx::Error> {
    let books = gather(connection, tenant, accounts).await?;
    metering::measure(connection, tenant, books, known_through).await
}

/// The book of one agreement, or why it cannot be opened; none where the account has no such agreement.
pub(crate) async fn of_agreement(
    connection: &mut PgConnection,
    tenant: Uuid,
    (account, agreement): (&str, &str),
    through: Date,
) -> Result<Option<Result<Book, DraftingError>>, sqlx::Error> {
    let mut books = gather(connection, tenant, &[account.to_owned()]).await?;
    books.retain(|book| book.agreement == agreement);
    let known_through = |book: &Book| book.known_through(through);
    let opened = metering::measure(connection, tenant, books, known_through).await?;
    Ok(opened
        .into_iter()
        .next()
        .map(|book| book.map_err(|failed| failed.reason())))
}

/// An agreement as it stands and with an amendment, from their first day on and with nothing billed: for comparing the
/// two. The agreement is registered.
pub(crate) async fn with_and_without(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreement: &str,
    amendment: Plan,
    through: Date,
) -> Result<Result<(Book, Book), DraftingError>, sqlx::Error> {
    let accounts = [amendment.account.clone()];
    let books = gather(connection, tenant, &accounts).await?;
    let found = books.into_iter().find(|book| book.agreement == agreement);
    let mut before = found.ok_or_else(|| corrupt("an agreement without a version"))?;
    before.billed.clear();
    before.facts.receivables.clear();
    before.issued_through = None;
    let mut after = before.clone();
    after.versions.amendments.push(Version {
        content_hash: amendment.content_hash(),
        effective: amendment
            .amends
            .as_ref()
            .map_or(amendment.term.start, |amends| amends.effective),
        plan: amendment,
    });
    after.facts.indices = of_series(
        &index_values(connection, tenant, std::slice::from_ref(&after)).await?,
        &after.series(),
    );
    let known_through = |book: &Book| book.known_through(through);
    let measured = metering::measure(connection, tenant, vec![before, after], known_through).await?;
    let both: Result<Vec<Book>, DraftingError> = measured
        .into_iter()
        .map(|book| book.map_err(|failed| failed.reason()))
        .collect();
    Ok(both
        .and_then(|both| <[Book; 2]>::try_from(both).map_err(|_| BillingError::NoPlan.into()))
        .map(|[before, after]| (before, after)))
}

/// Books of some accounts with everything but their usage.
async fn gather(
    connection: &mut PgConnection,
    tenant: Uuid,
    accounts: &[String],
) -> Result<Vec<Book>, sqlx::Error> {
    let versions = plans::of_accounts(connection, tenant, accounts).await?;
    let mut books = books(versions);
    let agreements: Vec<String> = books.iter().map(|book| book.agreement.clone()).collect();
    let agreements: Vec<&str> = agreements.iter().map(String::as_str).collect();
    let mut seats = seats_by_agreement(connection, tenant, &agreements).await?;
    let mut milestones = milestones_by_agreement(connection, tenant, &agreements).await?;
    let mut endings = endings_by_agreement(connection, tenant, &agreements).await?;
    let mut receivables = receivables_by_agreement(connection, tenant, &agreements).await?;
    let indices = index_values(connection, tenant, &books).await?;
    let mut billed = invoices::histories(connection, tenant, &agreements).await?;
    let payers = arrangements::payers(connection, tenant, accounts).await?;
    for book in &mut books {
        book.facts.seats = seats.remove(&book.agreement).unwrap_or_default();
        book.facts.milestones = milestones.remove(&book.agreement).unwrap_or_default();
        book.facts.endings = endings.remove(&book.agreement).unwrap_or_default();
        book.facts.receivables = receivables.remove(&book.agreement).unwrap_or_default();
        book.facts.indices = of_series(&indices, &book.series());
        let history = billed.remove(&book.agreement).unwrap_or_default();
        (book.billed, book.issued_through) = (history.lines, history.through);
        book.payers = payers
            .get(&book.versions.first.plan.account)
            .cloned()
            .unwrap_or_default();
    }
    Ok(books)
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
                payers: Vec::new(),
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
    for (agreement, milestone, withdrawal) in milestones::withdrawals(connection, tenant, agreements).await? {
        by_agreement
            .entry(agreement)
            .or_default()
            .push(withdrawal_fact(milestone, withdrawal));
    }
    Ok(by_agreement)
}

fn withdrawal_fact(milestone: String, withdrawal: milestones::Withdrawal) -> MilestoneReport {
    let milestones::Withdrawal {
        completion,
        date,
        reason,
    } = withdrawal;
    MilestoneReport {
        id: name("milestone-withdrawal", &completion),
        milestone,
        on: date,
        event: MilestoneEvent::Withdrawn {
            report: name("milestone", &completion),
        },
        evidence: reason,
    }
}

/// Endings that nobody took back.
async fn endings_by_agreement(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreements: &[&str],
) -> Result<HashMap<String, Vec<Ending>>, sqlx::Error> {
    let mut by_agreement: HashMap<String, Vec<Ending>> = HashMap::new();
    let declared = endings::of_agreements(connection, tenant, agreements).await?;
    for (agreement, declared) in declared.into_iter().filter(|(_, declared)| !declared.withdrawn) {
        by_agreement.entry(agreement).or_default().push(Ending {
            id: name("ending", &declared.ending.id),
            event: declared.ending.event,
        });
    }
    Ok(by_agreement)
}

/// Invoices on which late fees are charged.
async fn receivables_by_agreement(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreements: &[&str],
) -> Result<HashMap<String, Vec<Receivable>>, sqlx::Error> {
    let mut by_agreement: HashMap<String, Vec<Receivable>> = HashMap::new();
    for (agreement, receivable) in late_fees::of_agreements(connection, tenant, agreements).await? {
        let id = name("invoice", &receivable.id);
        by_agreement
            .entry(agreement)
            .or_default()
            .push(Receivable { id, ..receivable });
    }
    Ok(by_agreement)
}

/// The values of every series that any of the books follows.
async fn index_values(
    connection: &mut PgConnection,
    tenant: Uuid,
    books: &[Book],
) -> Result<Vec<IndexValue>, sqlx::Error> {
    let series: BTreeSet<&str> = books.iter().flat_map(Book::series).collect();
    if series.is_empty() {
        return Ok(Vec::new());
    }
    let series: Vec<&str> = series.into_iter().collect();
    let values = indices::of_series(connection, tenant, &series).await?;
    Ok(values.into_iter().map(indices::Published::fact).collect())
}

fn of_series(values: &[IndexValue], series: &BTreeSet<&str>) -> Vec<IndexValue> {
    let of_them = values
        .iter()
        .filter(|value| series.contains(value.series.as_str()));
    of_them.cloned().collect()
}

impl Book {
    /// The index series that its prices follow.
    fn series(&self) -> BTreeSet<&str> {
        self.versions.each().flat_map(series_of).collect()
    }
}

fn series_of(plan: &Plan) -> BTreeSet<&str> {
    let escalators = plan.charges.iter().flat_map(|charge| &charge.escalators);
    let mut series = BTreeSet::new();
    for escalator in escalators {
        add_series(&escalator.by, &mut series);
    }
    series
}

fn add_series<'a>(escalation: &'a Escalation, series: &mut BTreeSet<&'a str>) {
    match escalation {
        Escalation::Percent { .. } => {}
        Escalation::Index { series: name, .. } => drop(series.insert(name)),
        Escalation::GreaterOf { of } | Escalation::LesserOf { of } => {
            of.iter().for_each(|each| add_series(each, series));
        }
    }
}

/// A report on a milestone as billing takes it.
pub(crate) fn milestone_fact(completion: milestones::Completion) -> MilestoneReport {
    let milestones::Completion {
        id,
        milestone,
        kind,
        date,
        evidence,
    } = completion;
    MilestoneReport {
        id: name("milestone", &id),
        milestone,
        on: date,
        event: match kind {
            milestones::Kind::Completed => MilestoneEvent::Completed,
            milestones::Kind::Delivered => MilestoneEvent::Delivered,
            milestones::Kind::Rejected => MilestoneEvent::Rejected,
        },
        evidence,
    }
}
