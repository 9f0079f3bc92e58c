//! Agreed increases on the charges they raise.

use jiff::civil::Date;
use pricing::plan::{Cadence, CadenceUnit, Escalation, Escalator, Schedule};

use super::{Parts, head, schedule, sources};
use crate::terms::{self, EscalatorKind, EscalatorTerm, Terms};

/// Puts every increase that happens by itself on its charges. A right to raise prices changes nothing until somebody
/// uses it, and prices of a renewed term begin with that term.
pub(super) fn apply(parts: &mut Parts<'_>, terms: &Terms) {
    for term in &terms.escalators {
        let Some(escalator) = escalator(term, terms) else {
            continue;
        };
        let named = parts.charges_of(&term.applies_to);
        for charge in &mut parts.charges {
            let recurs = matches!(charge.schedule, Schedule::Recurring { .. });
            if recurs && (named.is_empty() || named.contains(&charge.id)) {
                charge.escalators.push(escalator.clone());
                charge
                    .sources
                    .extend(sources::clauses("escalators", &term.evidence));
            }
        }
    }
}

fn escalator(term: &EscalatorTerm, terms: &Terms) -> Option<Escalator> {
    let by = match term.kind {
        EscalatorKind::Fixed => Escalation::Percent {
            percent: term.percent.copied()?,
        },
        EscalatorKind::Index => Escalation::Index {
            series: term.index.get()?.clone(),
            lag_months: 0,
            floor: term.minimum_percent.copied(),
            cap: term.maximum_percent.copied(),
            plus: term.percent.copied(),
        },
        EscalatorKind::Right | EscalatorKind::AtRenewal | EscalatorKind::IndexAtRenewal => return None,
    };
    let every = match term.every.copied() {
        Some(terms::Cadence::Every(span)) => Some(schedule::cadence(span)),
        _ => None,
    };
    Some(Escalator {
        first: first(term, every, terms)?,
        every,
        by,
        compounding: true,
    })
}

/// The first day at the increased price: as stated, else the first anniversary that the cadence names.
fn first(term: &EscalatorTerm, every: Option<Cadence>, terms: &Terms) -> Option<Date> {
    if let Some(first) = term.first.copied() {
        return Some(first);
    }
    let every = every?;
    let months = match every.unit {
        CadenceUnit::Month => i64::from(every.count),
        CadenceUnit::Year => i64::from(every.count).checked_mul(12)?,
        CadenceUnit::Day | CadenceUnit::Week | CadenceUnit::HalfMonth => return None,
    };
    head::start(terms)?
        .checked_add(jiff::Span::new().try_months(months).ok()?)
        .ok()
}
