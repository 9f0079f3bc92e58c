//! Promised spend: what is missing to it is billed at the end of its span, or all of it in advance.

use jiff::civil::Date;
use pricing::commitment::shortfall;
use pricing::money::{Money, MoneyError};
use pricing::period::Period;
use pricing::plan::{Commitment, CommitmentSpan, Settlement};
use pricing::rate::part_of;
use pricing::working::{Step, Working};
use rust_decimal::Decimal;

use super::BillingError;
use super::known::{Known, amount_fault};
use super::pool::{Account, Payer, Purse, UnitsPaid, drawn_lines, grant_on, midnight, of_lines};
use super::stretch::Strand;
use crate::component::Component;
use crate::credits::Grant;
use crate::line::ExpectedLine;
use crate::schedule::{Recurrence, Window, cycles};

pub(super) fn settle(known: &Known<'_>, lines: &mut Vec<ExpectedLine>) -> Result<(), BillingError> {
    for commitment in &known.plan.commitments {
        let spans = spans(known, commitment)?;
        let added = match commitment.settlement {
            Settlement::TrueUp => shortfalls(known, commitment, &spans, lines, false)?,
            Settlement::TrueForward => shortfalls(known, commitment, &spans, lines, true)?,
            Settlement::TakeOrPay => in_advance(known, commitment, &spans, lines)?,
        };
        lines.extend(added);
    }
    Ok(())
}

/// A span of a commitment, and the whole one it is a part of.
struct Span {
    days: Period,
    whole: Period,
}

/// The spans that have begun. The last one ends with the plan.
fn spans(known: &Known<'_>, commitment: &Commitment) -> Result<Vec<Span>, BillingError> {
    let fault = |fault| BillingError::Schedule {
        charge: commitment.id.clone(),
        fault,
    };
    let start = known.in_force.start;
    let end = known.in_force.last_end();
    match commitment.span {
        CommitmentSpan::Each { every } => {
            let recurrence = Recurrence {
                every,
                timing: pricing::plan::Timing::Advance,
                anchor: pricing::plan::Anchor::Start,
                stub: pricing::plan::Stub::Short,
            };
            let Ok(window) = Window::try_new(start, end) else {
                return Ok(Vec::new());
            };
            let begun = cycles(&recurrence, window, known.through).map_err(fault)?;
            Ok(begun
                .into_iter()
                .map(|cycle| Span {
                    days: cycle.service,
                    whole: cycle.whole,
                })
                .collect())
        }
        CommitmentSpan::Term => Ok(terms(known, start, end)),
    }
}

/// The term and each of its renewals; a term ended early owes its whole commitment.
fn terms(known: &Known<'_>, start: Date, end: Option<Date>) -> Vec<Span> {
    let starts = std::iter::once(start).chain(known.in_force.renewals.iter().copied());
    let ends = known.in_force.renewals.iter().copied().map(Some).chain([end]);
    starts
        .zip(ends)
        .filter_map(|(start, next)| {
            let until = [next, end].into_iter().flatten().min()?;
            let days = Period::try_new(start, until).ok()?;
            Some(Span { days, whole: days })
        })
        .collect()
}

fn shortfalls(
    known: &Known<'_>,
    commitment: &Commitment,
    spans: &[Span],
    lines: &[ExpectedLine],
    forward: bool,
) -> Result<Vec<ExpectedLine>, BillingError> {
    let fault = amount_fault(&commitment.id);
    let mut committed = commitment.amount;
    let mut owed = Vec::new();
    for span in spans.iter().filter(|span| span.days.end() <= known.through) {
        let spent = spent(known, commitment, span.days, lines).map_err(&fault)?;
        owed.extend(missing(known, commitment, span, committed, spent).map_err(&fault)?);
        if forward {
            committed = committed.max(spent.amount);
        }
    }
    Ok(owed)
}

/// The part of the span that the plan's day count gives, less what was spent in it; nothing where nothing is missing.
fn missing(
    known: &Known<'_>,
    commitment: &Commitment,
    span: &Span,
    committed: Decimal,
    spent: Money,
) -> Result<Option<ExpectedLine>, MoneyError> {
    let part = part_of(span.days, span.whole, known.plan.policy.day_count);
    let (amount, working) = shortfall(&commitment.name, committed, part, spent)?;
    if amount.amount.is_zero() {
        return Ok(None);
    }
    let on = span.days.end();
    let component = Component::CommitmentShortfall;
    Ok(Some(line(
        known, commitment, component, span.days, on, amount, working,
    )))
}

/// What the counted charges came to in a span. Credits count against what they pay only where their purchase counts
/// too: the money was spent once.
fn spent(
    known: &Known<'_>,
    commitment: &Commitment,
    span: Period,
    lines: &[ExpectedLine],
) -> Result<Money, MoneyError> {
    let purchase_counts = |pool: &str| {
        let pool = known.plan.pools.iter().find(|known| known.id == *pool);
        pool.and_then(|pool| pool.bought_by.as_ref())
            .is_some_and(|charge| counts(commitment, charge))
    };
    lines
        .iter()
        .filter(|line| span.contains(line.service.map_or(line.invoice_date, Period::start)))
        .filter(|line| match &line.component {
            Component::CreditsDrawn { pool, .. } => counts(commitment, &line.charge) && purchase_counts(pool),
            Component::CommitmentDrawn { .. }
            | Component::CommitmentAdvance
            | Component::CommitmentShortfall => false,
            Component::TopUp { .. } => purchase_counts(&line.charge),
            _ => counts(commitment, &line.charge),
        })
        .try_fold(known.zero(), |sum, line| sum.plus(line.amount))
}

/// The whole amount on the first day of each span; spend counts against it until it is used up.
fn in_advance(
    known: &Known<'_>,
    commitment: &Commitment,
    spans: &[Span],
    lines: &[ExpectedLine],
) -> Result<Vec<ExpectedLine>, BillingError> {
    let mut added = Vec::new();
    let mut grants = Vec::new();
    for (at, span) in spans.iter().enumerate() {
        let amount = Money::new(commitment.amount, known.plan.currency).rounded();
        let mut working = Working::new(amount.currency);
        working.steps.push(Step::Amount {
            name: commitment.name.clone(),
            amount: commitment.amount,
        });
        working.steps.push(Step::Rounded {
            digits: amount.currency.minor_digits(),
        });
        let on = span.days.start();
        added.push(line(
            known,
            commitment,
            Component::CommitmentAdvance,
            span.days,
            on,
            amount,
            working,
        ));
        let grant = grant_on(&commitment.id, at, on, amount.amount, 0);
        grants.push(Grant {
            ends: Some(midnight(span.days.end())),
            ..grant
        });
    }
    let counted: Vec<&Strand<'_>> = known
        .strands
        .iter()
        .filter(|strand| counts(commitment, &strand.charge.id))
        .collect();
    let account = Account {
        id: commitment.id.clone(),
        pays: counted.iter().map(|strand| strand.charge.id.clone()).collect(),
        grants,
        top_up: None,
        priority: 0,
        expiry: pricing::plan::Expiry::Never,
    };
    let mut requests = of_lines(known, counted.into_iter(), &UnitsPaid::default(), lines, false)?;
    for request in &mut requests {
        // Spend counts in the span in which it happened, even when its invoice is dated on the next one's first day.
        let last_day = request.service.and_then(|service| service.end().yesterday().ok());
        request.on = last_day.map_or(request.on, |last| request.on.min(last));
    }
    let drawn = Purse::open(vec![account])?.pay(requests)?;
    let payer = |_: &str| {
        Some(Payer {
            name: &commitment.name,
            pays_tax: false,
            sources: &commitment.sources,
        })
    };
    let component = |id: &str, of: Component| Component::CommitmentDrawn {
        commitment: id.to_owned(),
        of: Box::new(of),
    };
    added.extend(drawn_lines(known, drawn, payer, component)?);
    Ok(added)
}

fn counts(commitment: &Commitment, charge: &str) -> bool {
    commitment.charges.is_empty() || commitment.charges.iter().any(|id| id == charge)
}

fn line(
    known: &Known<'_>,
    commitment: &Commitment,
    component: Component,
    span: Period,
    invoice_date: Date,
    amount: Money,
    working: Working,
) -> ExpectedLine {
    ExpectedLine {
        charge: commitment.id.clone(),
        component,
        service: Some(span),
        invoice_date,
        description: commitment.name.clone(),
        quantity: None,
        amount,
        tax: common_tax(known, commitment),
        working,
        facts: Vec::new(),
        sources: commitment.sources.clone(),
    }
}

/// The tax of the counted charges, where they share one.
fn common_tax(known: &Known<'_>, commitment: &Commitment) -> Option<String> {
    let mut taxes = known
        .charges()
        .filter(|charge| counts(commitment, &charge.id))
        .map(|charge| &charge.tax);
    let first = taxes.next()?;
    taxes.all(|tax| tax == first).then(|| first.clone())?
}
