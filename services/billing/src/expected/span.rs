//! The spans over which something is agreed of several charges together: each of a cadence by itself, or the term.

use jiff::civil::Date;
use pricing::period::Period;
use pricing::plan::{Anchor, Cadence, CommitmentSpan, Plan, Stub, Timing};
use rust_decimal::Decimal;

use super::BillingError;
use super::known::Known;
use crate::schedule::{Cycle, Recurrence, Window, cycles};

/// A span, the whole one it is a part of, and what was agreed for it.
pub(super) struct Span {
    pub(super) days: Period,
    pub(super) whole: Period,
    pub(super) amount: Decimal,
}

/// The spans that begin by a day. The last one ends with the plan. One that is counted by itself keeps what was in
/// force on its first day; the term as a whole has what was agreed last.
pub(super) fn spans(
    known: &Known<'_>,
    id: &str,
    span: CommitmentSpan,
    through: Date,
    agreed: impl Fn(&Plan) -> Option<Decimal>,
) -> Result<Vec<Span>, BillingError> {
    let start = known.in_force.start;
    match (span, known.in_force.last_end()) {
        (CommitmentSpan::Each { every }, end) => {
            let begun = each(id, every, (start, end), through)?;
            let span = |cycle: Cycle| {
                Some(Span {
                    days: cycle.service,
                    whole: cycle.whole,
                    amount: agreed(known.plan_on(cycle.service.start()))?,
                })
            };
            Ok(begun.into_iter().filter_map(span).collect())
        }
        (CommitmentSpan::Term, Some(end)) => {
            let amount = agreed(known.plan);
            Ok(amount.map_or_else(Vec::new, |amount| terms(known, amount, start, end)))
        }
        (CommitmentSpan::Term, None) => Err(BillingError::EndlessCommitment {
            commitment: id.to_owned(),
        }),
    }
}

fn each(
    id: &str,
    every: Cadence,
    (start, end): (Date, Option<Date>),
    through: Date,
) -> Result<Vec<Cycle>, BillingError> {
    let recurrence = Recurrence {
        every,
        timing: Timing::Advance,
        anchor: Anchor::Start,
        stub: Stub::Short,
    };
    let Ok(window) = Window::try_new(start, end) else {
        return Ok(Vec::new());
    };
    cycles(&recurrence, window, through).map_err(|fault| BillingError::Schedule {
        charge: id.to_owned(),
        fault,
    })
}

/// The term and each of its renewals; a term ended early keeps what was agreed for the whole of it.
fn terms(known: &Known<'_>, amount: Decimal, start: Date, end: Date) -> Vec<Span> {
    let renewals = &known.in_force.renewals;
    let starts = std::iter::once(start).chain(renewals.iter().copied());
    let ends = renewals.iter().copied().chain([end]);
    let span = |(start, next): (Date, Date)| {
        let days = Period::try_new(start, next.min(end)).ok()?;
        Some(Span {
            days,
            whole: days,
            amount,
        })
    };
    starts.zip(ends).filter_map(span).collect()
}
