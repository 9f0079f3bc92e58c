//! What invoices were computed from, as it was known when they were.

use billing::draft::Payer;
use billing::facts::Facts;
use jiff::civil::Date;
use uuid::Uuid;

use super::book::Book;
use super::drafting::Drafted;
use crate::invoice::Invoice;

/// Single events that are kept a second time with an invoice. Sums are kept whatever they add up; only meters that look
/// at each event have any.
const MOST_EVENTS: usize = 5_000;

/// What the invoices of one agreement were computed from in one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Basis {
    /// Content hash of the agreement's first version.
    pub(crate) agreement: String,
    /// The day the run billed through.
    pub(crate) through: Date,
    /// Was usage billed with it that was not due by then?
    pub(crate) so_far: bool,
    /// Date of the agreement's latest invoice before the run.
    pub(crate) issued_through: Option<Date>,
    /// How many versions the agreement had.
    pub(crate) versions: i32,
    pub(crate) facts: Facts,
    /// Events that `facts` leaves out.
    pub(crate) events_left_out: i64,
    /// Who paid; the account itself if empty.
    pub(crate) payers: Vec<Payer>,
}

/// A basis and the invoices that rest on it, in the order in which they were drafted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Founded {
    pub(crate) basis: Basis,
    pub(crate) invoices: Vec<Uuid>,
}

impl Basis {
    /// Of a book that a run billed through a day, or with it the usage so far.
    pub(super) fn of(book: Book, (through, so_far): (Date, bool)) -> Self {
        let mut facts = book.facts;
        let mut left_out = 0;
        if facts.events.len() > MOST_EVENTS {
            left_out = i64::try_from(facts.events.len()).unwrap_or(i64::MAX);
            facts.events.clear();
        }
        Self {
            agreement: book.agreement,
            through,
            so_far,
            issued_through: book.issued_through,
            versions: i32::try_from(book.versions.each().count()).unwrap_or(i32::MAX),
            facts,
            events_left_out: left_out,
            payers: book.payers,
        }
    }

    /// Of a document that repeats another, computed from no facts.
    pub(super) fn of_nothing(agreement: String, on: Date) -> Self {
        Self {
            agreement,
            through: on,
            so_far: false,
            issued_through: None,
            versions: 1,
            facts: Facts::default(),
            events_left_out: 0,
            payers: Vec::new(),
        }
    }
}

/// The bases of whatever was drafted, out of the drafts.
pub(super) fn take(drafted: &mut [Drafted]) -> Vec<Basis> {
    drafted
        .iter_mut()
        .filter_map(|drafted| drafted.basis.take())
        .collect()
}

/// Each basis with the invoices that were issued on it.
pub(super) fn found(bases: Vec<Basis>, issued: &[Invoice]) -> Vec<Founded> {
    let invoices = |agreement: &str| {
        let of_it = issued
            .iter()
            .filter(|invoice| invoice.agreements().contains(&agreement));
        of_it.map(|invoice| invoice.id).collect::<Vec<_>>()
    };
    let each = bases.into_iter().map(|basis| Founded {
        invoices: invoices(&basis.agreement),
        basis,
    });
    each.filter(|founded| !founded.invoices.is_empty()).collect()
}
