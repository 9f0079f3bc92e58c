//! Expected less billed, drafted: the one computation behind run, dry run and preview. No I/O.

use billing::difference::difference;
use billing::draft::{DraftError, DraftInvoice, DraftKind, Run, draft_over};
use billing::expected::{BillingError, expected_over};
use billing::journal::{JournalError, on_issue};
use billing::line::{BilledLine, DueLine};
use jiff::civil::Date;
use pricing::money::MoneyError;
use uuid::Uuid;

use super::ahead;
use super::basis::Basis;
use super::book::Book;
use super::facts::FactIndex;
use super::sequence::Places;
use crate::invoice::{FactUsed, Invoice, Line, Series, Standing, TaxTotal};
use crate::store::accounts::Parked;

/// What came of one agreement.
#[derive(Debug)]
pub(crate) struct Drafted {
    pub(crate) account: String,
    pub(crate) agreement: String,
    pub(crate) outcome: Result<Vec<Invoice>, DraftingError>,
    /// What the outcome was computed from; none where nothing was.
    pub(crate) basis: Option<Basis>,
}

impl Drafted {
    /// Why nothing came of it.
    pub(super) fn reason(self) -> DraftingError {
        self.outcome.err().unwrap_or(BillingError::NoPlan.into())
    }
}

/// Why an agreement could not be billed. It is parked with this sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DraftingError {
    #[error(transparent)]
    Expected(#[from] BillingError),
    #[error("what was billed before cannot be compared with what is due: {0}")]
    Difference(#[from] MoneyError),
    #[error(transparent)]
    Draft(#[from] DraftError),
    #[error(transparent)]
    Journal(#[from] JournalError),
}

/// The invoices and credit notes that an agreement is due for through a day.
pub(crate) fn draft(book: &Book, through: Date) -> Result<Vec<Invoice>, DraftingError> {
    let horizon = book.horizon(through);
    let plans = book.versions.plans();
    let mut expected = expected_over(&plans, &book.facts, horizon)?;
    expected.extend(ahead::expected(book, &plans, horizon)?);
    let mut due = difference(&expected, &billed(book))?;
    let waits = |due: &DueLine| due.line.invoice_date > horizon;
    due.retain(|due| due.line.invoice_date <= through || due.reason.is_adjustment() && !waits(due));
    put_on_invoices(book, horizon, due)
}

/// The invoices and credit notes that bill at once what an agreement has come to by a day: what is due, and the usage of
/// periods that are not over yet.
pub(crate) fn draft_so_far(book: &Book, day: Date) -> Result<Vec<Invoice>, DraftingError> {
    let horizon = book.horizon(day);
    let plans = book.versions.plans();
    let mut expected = expected_over(&plans, &book.facts, horizon)?;
    expected.extend(ahead::running(book, &plans, horizon)?);
    let mut due = difference(&expected, &billed(book))?;
    due.retain(|due| {
        let is_due = due.line.invoice_date <= day || due.reason.is_adjustment();
        is_due || ahead::is_usage(&due.line.component)
    });
    for due in &mut due {
        due.line.invoice_date = due.line.invoice_date.min(day);
    }
    put_on_invoices(book, horizon, due)
}

fn billed(book: &Book) -> Vec<BilledLine> {
    book.billed.iter().map(|billed| billed.line.clone()).collect()
}

fn put_on_invoices(book: &Book, horizon: Date, due: Vec<DueLine>) -> Result<Vec<Invoice>, DraftingError> {
    let plans = book.versions.plans();
    let run = Run {
        through: horizon,
        issued_through: book.issued_through,
    };
    let drafts = draft_over(&plans, &book.versions.in_force(horizon).plan, due, run)?;
    let places = places(book, &drafts);
    let facts = FactIndex::of(&book.facts);
    drafts
        .iter()
        .zip(places)
        .map(|(draft, places)| invoice(book, &facts, draft, &places))
        .collect()
}

/// Drafts many, beside the threads that serve requests.
pub(super) async fn draft_all(
    opened: Vec<Result<Book, Drafted>>,
    through: Date,
) -> Result<Vec<Drafted>, tokio::task::JoinError> {
    let each = move || {
        opened
            .into_iter()
            .map(|opened| drafted(opened, |_| (through, false)))
            .collect()
    };
    tokio::task::spawn_blocking(each).await
}

/// Drafts what is due through a day, or with it the usage that is not due yet.
pub(super) fn drafted(opened: Result<Book, Drafted>, through: impl FnOnce(&Book) -> (Date, bool)) -> Drafted {
    match opened {
        Err(failed) => failed,
        Ok(book) => {
            let (through, so_far) = through(&book);
            let outcome = if so_far {
                draft_so_far(&book, through)
            } else {
                draft(&book, through)
            };
            let account = book.versions.first.plan.account.clone();
            let has_any = outcome.as_ref().is_ok_and(|drafts| !drafts.is_empty());
            Drafted {
                account,
                agreement: book.agreement.clone(),
                outcome,
                basis: has_any.then(|| Basis::of(book, (through, so_far))),
            }
        }
    }
}

/// What can be issued, and what has to be parked.
pub(super) fn sort_out(drafted: Vec<Drafted>) -> (Vec<Invoice>, Vec<Parked>) {
    let mut drafts = Vec::new();
    let mut parked = Vec::new();
    for Drafted {
        account,
        agreement,
        outcome,
        ..
    } in drafted
    {
        match outcome {
            Ok(invoices) => drafts.extend(invoices),
            Err(error) => parked.push(Parked {
                account,
                plan: agreement,
                reason: error.to_string(),
            }),
        }
    }
    (drafts, parked)
}

/// The place of every line of every draft.
fn places(book: &Book, drafts: &[DraftInvoice]) -> Vec<Vec<i32>> {
    let all: Vec<&DueLine> = drafts.iter().flat_map(|draft| &draft.lines).collect();
    let mut assigned = Places::of(&book.billed).assign(&all).into_iter();
    drafts
        .iter()
        .map(|draft| assigned.by_ref().take(draft.lines.len()).collect())
        .collect()
}

fn invoice(
    book: &Book,
    facts: &FactIndex<'_>,
    draft: &DraftInvoice,
    places: &[i32],
) -> Result<Invoice, DraftingError> {
    let version = book.versions.in_force(draft.invoice_date);
    let lines = draft
        .lines
        .iter()
        .zip(places)
        .map(|(due, place)| line(due, *place, facts.used(&due.line.facts)))
        .collect();
    Ok(Invoice {
        id: Uuid::nil(),
        standing: Standing::Preview,
        series: match draft.kind {
            DraftKind::Invoice => Series::Invoice,
            DraftKind::CreditNote => Series::CreditNote,
        },
        account: draft.account.clone(),
        customer: version.plan.customer.clone(),
        issuer: version.plan.provider.clone(),
        agreement: book.agreement.clone(),
        version: version.content_hash.clone(),
        currency: draft.currency,
        invoice_date: draft.invoice_date,
        due_date: draft.due_date,
        lines,
        taxes: draft.taxes.iter().map(tax).collect(),
        net: draft.net.amount,
        tax: draft.total.minus(draft.net)?.amount,
        total: draft.total.amount,
        entry: on_issue(draft)?,
        settled: None,
    })
}

/// A line as it is stored: what is due, its place, and the facts it rests on.
pub(super) fn line(due: &DueLine, place: i32, facts: Vec<FactUsed>) -> Line {
    let line = &due.line;
    Line {
        id: Uuid::nil(),
        charge: line.charge.clone(),
        component: line.component.to_string(),
        description: line.description.clone(),
        service: line.service,
        sequence: place,
        quantity: line.quantity,
        amount: line.amount.amount,
        tax: line.tax.clone(),
        reason: due.reason.clone(),
        working: line.working.clone(),
        facts,
        sources: line.sources.clone(),
    }
}

fn tax(tax: &billing::draft::TaxLine) -> TaxTotal {
    TaxTotal {
        tax: tax.tax.clone(),
        name: tax.name.clone(),
        percent: tax.percent,
        included: tax.included,
        net: tax.base.amount,
        amount: tax.amount.amount,
    }
}
