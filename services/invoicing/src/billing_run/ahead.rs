//! Usage of periods that have begun and are not over: what a threshold invoice bills ahead of its day, and how an ordinary
//! run goes on from there.
//!
//! A line that was billed ahead stays expected, with what it comes to by now: nothing is taken back before its day, and on
//! its day the run bills the difference.

use billing::component::Component;
use billing::expected::{BillingError, Computable, computable_over};
use billing::line::ExpectedLine;
use jiff::ToSpan;
use jiff::civil::Date;
use pricing::plan::{AmountBase, Cadence, CadenceUnit, Charge, Plan, Quantity, Schedule};

use super::book::Book;
use crate::store::invoices::Billed;

/// Days within which a period that is over was invoiced, wherever its bill day lies.
const INVOICED_WITHIN: i64 = 62;

/// The day by which usage of all periods that had begun by a day is invoiced.
pub(super) fn reach<'p>(plans: impl IntoIterator<Item = &'p Plan>, day: Date) -> Date {
    let charges = plans.into_iter().flat_map(|plan| &plan.charges);
    match charges.filter_map(longest_period).max() {
        Some(days) => day.saturating_add(days.saturating_add(INVOICED_WITHIN).days()),
        None => day,
    }
}

/// Days that a period of a metered charge has at most; none of any other charge.
fn longest_period(charge: &Charge) -> Option<i64> {
    let metered = matches!(
        charge.quantity,
        Quantity::Metered { .. }
            | Quantity::Amount {
                of: AmountBase::Meter { .. }
            }
    );
    let Schedule::Recurring { every, .. } = &charge.schedule else {
        return None;
    };
    let Cadence { count, unit } = every;
    let days = match unit {
        CadenceUnit::Day => 1,
        CadenceUnit::Week => 7,
        CadenceUnit::HalfMonth => 16,
        CadenceUnit::Month => 31,
        CadenceUnit::Year => 366,
    };
    // A century is more than any term has.
    metered.then(|| i64::from(*count).saturating_mul(days).min(36_600))
}

/// Lines of usage, and of what pays it.
pub(super) fn is_usage(component: &Component) -> bool {
    match component {
        Component::Usage => true,
        Component::CreditsDrawn { of, .. } | Component::CommitmentDrawn { of, .. } => is_usage(of),
        _ => false,
    }
}

/// Was it billed before its days were over?
fn is_ahead(billed: &Billed) -> bool {
    let line = &billed.line;
    is_usage(&line.component)
        && line
            .service
            .is_some_and(|service| line.invoice_date < service.end())
}

/// Has anything of it been billed ahead?
pub(super) fn any(book: &Book) -> bool {
    book.billed.iter().any(is_ahead)
}

/// Usage of periods that had begun by a day and are invoiced later.
pub(super) fn running(book: &Book, plans: &[&Plan], day: Date) -> Result<Computable, BillingError> {
    let mut computed = computable_over(plans, &book.facts, reach(plans.iter().copied(), day))?;
    computed.lines.retain(|line| {
        let has_begun = line.service.is_some_and(|service| service.start() <= day);
        is_usage(&line.component) && has_begun && line.invoice_date > day
    });
    Ok(computed)
}

/// Those of them that were billed ahead.
pub(super) fn expected(book: &Book, plans: &[&Plan], day: Date) -> Result<Computable, BillingError> {
    if !any(book) {
        return Ok(Computable::default());
    }
    let mut computed = running(book, plans, day)?;
    computed.lines.retain(|line| {
        let mut ahead = book.billed.iter().filter(|billed| is_ahead(billed));
        ahead.any(|billed| is_same(&billed.line, line))
    });
    Ok(computed)
}

fn is_same(billed: &billing::line::BilledLine, expected: &ExpectedLine) -> bool {
    let days = || Some(billed.service?.overlap(expected.service?).is_some());
    billed.charge == expected.charge && billed.component == expected.component && days().unwrap_or(false)
}
