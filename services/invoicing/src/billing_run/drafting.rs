//! Expected less billed, drafted: the one computation behind run, dry run and preview. No I/O.

use std::collections::BTreeMap;

use billing::difference::difference;
use billing::draft::{DraftError, DraftInvoice, DraftKind, Payer, Run, divide, draft_over};
use billing::expected::{BillingError, Computable, computable_over};
use billing::journal::{JournalError, on_issue};
use billing::line::{BilledLine, DueLine};
use jiff::civil::Date;
use pricing::money::MoneyError;
use pricing::split::SplitError;
use uuid::Uuid;

use super::ahead;
use super::basis::Basis;
use super::book::Book;
use super::collective;
use super::facts::FactIndex;
use super::sequence::Places;
use crate::invoice::{FactUsed, Invoice, Line, Series, Standing};
use crate::store::accounts::Parked;

/// What came of one agreement.
#[derive(Debug)]
pub(crate) struct Drafted {
    pub(crate) account: String,
    pub(crate) agreement: String,
    pub(crate) outcome: Result<Drafts, DraftingError>,
    /// What the outcome was computed from; none where nothing was.
    pub(crate) basis: Option<Basis>,
}

/// Invoices and credit notes, and what could not be put on them yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Drafts {
    pub(crate) invoices: Vec<Invoice>,
    /// Why some charges wait while the others are billed; none where all are.
    pub(crate) waiting: Option<String>,
}

impl Drafts {
    /// The invoices, where nothing is missing on them.
    pub(crate) fn whole(self) -> Result<Vec<Invoice>, DraftingError> {
        match self.waiting {
            None => Ok(self.invoices),
            Some(waiting) => Err(DraftingError::Waiting(waiting)),
        }
    }
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
    #[error("it cannot be divided over its payers: {0}")]
    Payers(#[from] SplitError),
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// Some charges wait, and a part would be taken for the whole.
    #[error("{0}")]
    Waiting(String),
}

/// The invoices and credit notes that an agreement is due for through a day.
pub(crate) fn draft(book: &Book, through: Date) -> Result<Drafts, DraftingError> {
    let horizon = book.horizon(through);
    let plans = book.versions.plans();
    let computed = computable_over(&plans, &book.facts, horizon)?;
    let ahead = ahead::expected(book, &plans, horizon)?;
    let (mut due, waiting) = less_billed(book, computed, ahead)?;
    let waits = |due: &DueLine| due.line.invoice_date > horizon;
    due.retain(|due| due.line.invoice_date <= through || due.reason.is_adjustment() && !waits(due));
    put_on_invoices(book, horizon, due, &waiting)
}

/// The invoices and credit notes that bill at once what an agreement has come to by a day: what is due, and the usage of
/// periods that are not over yet.
pub(crate) fn draft_so_far(book: &Book, day: Date) -> Result<Drafts, DraftingError> {
    let horizon = book.horizon(day);
    let plans = book.versions.plans();
    let computed = computable_over(&plans, &book.facts, horizon)?;
    let running = ahead::running(book, &plans, horizon)?;
    let (mut due, waiting) = less_billed(book, computed, running)?;
    due.retain(|due| {
        let is_due = due.line.invoice_date <= day || due.reason.is_adjustment();
        is_due || ahead::is_usage(&due.line.component)
    });
    for due in &mut due {
        due.line.invoice_date = due.line.invoice_date.min(day);
    }
    put_on_invoices(book, horizon, due, &waiting)
}

/// The charges that wait, each with what for.
type Waiting = BTreeMap<String, BillingError>;

/// What is expected by a day and ahead of it, less what was billed. Charges that wait for something are left out of both.
fn less_billed(
    book: &Book,
    computed: Computable,
    ahead: Computable,
) -> Result<(Vec<DueLine>, Waiting), DraftingError> {
    let (mut expected, mut waiting) = (computed.lines, computed.waiting);
    expected.extend(ahead.lines);
    waiting.extend(ahead.waiting);
    expected.retain(|line| !waiting.contains_key(&line.charge));
    let billed = book.billed.iter().map(|billed| &billed.line);
    let billed: Vec<BilledLine> = billed
        .filter(|line| !waiting.contains_key(&line.charge))
        .cloned()
        .collect();
    Ok((difference(&expected, &billed)?, waiting))
}

fn put_on_invoices(
    book: &Book,
    horizon: Date,
    due: Vec<DueLine>,
    waiting: &Waiting,
) -> Result<Drafts, DraftingError> {
    let plans = book.versions.plans();
    let run = Run {
        through: horizon,
        issued_through: book.issued_through,
    };
    let in_force = &book.versions.in_force(horizon).plan;
    let mut drafts = Vec::new();
    for paid in divide(due, &book.payers, in_force.policy.remainder)? {
        for draft in draft_over(&plans, in_force, paid.lines, run)? {
            drafts.push(of_payer(draft, paid.by.as_ref(), paid.further));
        }
    }
    // In the order in which they are numbered.
    drafts.sort_by(|a, b| {
        (a.draft.invoice_date, &a.draft.account).cmp(&(b.draft.invoice_date, &b.draft.account))
    });
    let places = places(book, &drafts);
    let facts = FactIndex::of(&book.facts);
    let invoices = drafts
        .iter()
        .zip(places)
        .map(|(draft, places)| invoice(book, &facts, draft, &places));
    Ok(Drafts {
        invoices: invoices.collect::<Result<_, _>>()?,
        waiting: sentence(waiting),
    })
}

/// A draft and who gets it.
struct ForPayer {
    draft: DraftInvoice,
    /// As the payer is addressed; as the contract names the customer if the account itself pays.
    customer: Option<String>,
    /// Does another draft bill the first part of its lines?
    further: bool,
}

fn of_payer(draft: DraftInvoice, payer: Option<&Payer>, further: bool) -> ForPayer {
    let other = payer.filter(|payer| payer.account != draft.account);
    ForPayer {
        customer: other.map(|payer| payer.customer.clone()),
        draft: DraftInvoice {
            account: other.map_or(draft.account, |payer| payer.account.clone()),
            ..draft
        },
        further,
    }
}

/// What waits and what for.
fn sentence(waiting: &Waiting) -> Option<String> {
    let mut reasons: Vec<String> = waiting.values().map(ToString::to_string).collect();
    reasons.dedup();
    let charges: Vec<&str> = waiting.keys().map(String::as_str).collect();
    let (reasons, charges) = (reasons.join("; "), charges.join(", "));
    (!waiting.is_empty()).then(|| format!("{reasons} (only {charges} waits, everything else is billed)"))
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
            let has_any = outcome.as_ref().is_ok_and(|drafts| !drafts.invoices.is_empty());
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
        let reason = match outcome {
            Ok(drafted) => {
                drafts.extend(drafted.invoices);
                drafted.waiting
            }
            Err(error) => Some(error.to_string()),
        };
        parked.extend(reason.map(|reason| Parked {
            account,
            plan: agreement,
            reason,
        }));
    }
    (drafts, parked)
}

/// The place of every line of every draft.
fn places(book: &Book, drafts: &[ForPayer]) -> Vec<Vec<i32>> {
    let lines = |of: &ForPayer| of.draft.lines.len();
    let all = drafts
        .iter()
        .flat_map(|of| of.draft.lines.iter().map(|line| (line, of.further)));
    let all: Vec<(&DueLine, bool)> = all.collect();
    let mut assigned = Places::of(&book.billed).assign(&all).into_iter();
    drafts
        .iter()
        .map(|of| assigned.by_ref().take(lines(of)).collect())
        .collect()
}

fn invoice(
    book: &Book,
    facts: &FactIndex<'_>,
    of: &ForPayer,
    places: &[i32],
) -> Result<Invoice, DraftingError> {
    let draft = &of.draft;
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
        customer: of
            .customer
            .clone()
            .unwrap_or_else(|| version.plan.customer.clone()),
        issuer: version.plan.provider.clone(),
        agreement: book.agreement.clone(),
        version: version.content_hash.clone(),
        currency: draft.currency,
        invoice_date: draft.invoice_date,
        due_date: draft.due_date,
        lines,
        taxes: draft.taxes.iter().map(collective::total).collect(),
        net: draft.net.amount,
        tax: draft.total.minus(draft.net)?.amount,
        total: draft.total.amount,
        entry: on_issue(draft)?,
        settled: None,
        bills_its_payer: of.customer.is_none(),
    })
}

/// A line as it is stored: what is due, its place, and the facts it rests on.
pub(super) fn line(due: &DueLine, place: i32, facts: Vec<FactUsed>) -> Line {
    let line = &due.line;
    Line {
        id: Uuid::nil(),
        agreement: None,
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
