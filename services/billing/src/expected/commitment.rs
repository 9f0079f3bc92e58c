//! Promised spend: what is missing to it is billed at the end of its span, or all of it in advance.

use jiff::civil::Date;
use pricing::commitment::shortfall;
use pricing::money::{Money, MoneyError};
use pricing::period::Period;
use pricing::plan::{Commitment, Plan, SettledOn, Settlement};
use pricing::rate::part_of;
use pricing::working::{Step, Working};
use rust_decimal::Decimal;

use super::BillingError;
use super::known::{Known, amount_fault};
use super::pool::{Account, Payer, Purse, UnitsPaid, drawn_lines, grant_on, midnight, of_lines};
use super::span::{Span, spans};
use super::stretch::Strand;
use crate::component::Component;
use crate::credits::Grant;
use crate::line::ExpectedLine;
use crate::schedule::Grid;

pub(super) fn settle(known: &Known<'_>, lines: &mut Vec<ExpectedLine>) -> Result<(), BillingError> {
    for commitment in known.all(|plan| &plan.commitments, |commitment| &commitment.id) {
        let promised = |plan: &Plan| promised(plan, &commitment.id).map(|promise| promise.amount);
        let spans = spans(known, &commitment.id, commitment.span, known.through, promised)?;
        let added = match commitment.settlement {
            Settlement::TrueUp => shortfalls(known, commitment, &spans, lines, false)?,
            Settlement::TrueForward => shortfalls(known, commitment, &spans, lines, true)?,
            Settlement::TakeOrPay => in_advance(known, commitment, &spans, lines)?,
        };
        lines.extend(added);
    }
    Ok(())
}

fn promised<'p>(plan: &'p Plan, id: &str) -> Option<&'p Commitment> {
    plan.commitments.iter().find(|commitment| commitment.id == id)
}

fn shortfalls(
    known: &Known<'_>,
    commitment: &Commitment,
    spans: &[Span],
    lines: &[ExpectedLine],
    forward: bool,
) -> Result<Vec<ExpectedLine>, BillingError> {
    let fault = amount_fault(&commitment.id);
    let mut carried = Decimal::ZERO;
    let mut owed = Vec::new();
    for span in spans.iter().filter(|span| span.days.end() <= known.through) {
        let spent = spent(known, commitment, span.days, lines).map_err(&fault)?;
        let committed = span.amount.max(carried);
        let on = settled_on(commitment, span.days.end())?;
        if on <= known.through {
            owed.extend(missing(known, commitment, span, (committed, spent), on).map_err(&fault)?);
        }
        if forward {
            carried = committed.max(spent.amount);
        }
    }
    Ok(owed)
}

/// The day on which the shortfall of a span is billed. One that ends early is not settled before it ended.
fn settled_on(commitment: &Commitment, end: Date) -> Result<Date, BillingError> {
    match commitment.settled_on {
        SettledOn::SpanEnd => Ok(end),
        SettledOn::On { date } => Ok(date.max(end)),
        SettledOn::After { span } => {
            let after = Grid::try_new(end, span).and_then(|grid| grid.date(1));
            after.map_err(|fault| BillingError::Schedule {
                charge: commitment.id.clone(),
                fault,
            })
        }
    }
}

/// The part of the span that the plan's day count gives, less what was spent in it; nothing where nothing is missing.
fn missing(
    known: &Known<'_>,
    commitment: &Commitment,
    span: &Span,
    (committed, spent): (Decimal, Money),
    on: Date,
) -> Result<Option<ExpectedLine>, MoneyError> {
    let part = part_of(span.days, span.whole, known.plan.policy.day_count);
    let (amount, working) = shortfall(&commitment.name, committed, part, spent)?;
    if amount.amount.is_zero() {
        return Ok(None);
    }
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
        let pool = known.latest(|plan| plan.pools.iter().find(|known| known.id == *pool));
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
    // A promise that an amendment adds is billed when the amendment comes into force.
    let since = known.since(|plan| promised(plan, &commitment.id).is_some());
    let mut added = Vec::new();
    let mut grants = Vec::new();
    for (at, span) in spans.iter().enumerate() {
        let on = since.map_or(span.days.start(), |since| since.max(span.days.start()));
        let advance = advance(known, commitment, span, on);
        let grant = grant_on(&commitment.id, at, on, advance.amount.amount, 0);
        grants.push(Grant {
            ends: Some(midnight(span.days.end())),
            ..grant
        });
        added.push(advance);
    }
    added.extend(drawn(known, commitment, grants, lines)?);
    Ok(added)
}

fn advance(known: &Known<'_>, commitment: &Commitment, span: &Span, on: Date) -> ExpectedLine {
    let amount = Money::new(span.amount, known.plan.currency).rounded();
    let mut working = Working::new(amount.currency);
    working.steps.push(Step::Amount {
        name: commitment.name.clone(),
        amount: span.amount,
    });
    working.steps.push(Step::Rounded {
        digits: amount.currency.minor_digits(),
    });
    line(
        known,
        commitment,
        Component::CommitmentAdvance,
        span.days,
        on,
        amount,
        working,
    )
}

/// What the advance pays of each counted line.
fn drawn(
    known: &Known<'_>,
    commitment: &Commitment,
    grants: Vec<Grant>,
    lines: &[ExpectedLine],
) -> Result<Vec<ExpectedLine>, BillingError> {
    let is_counted = |strand: &&Strand<'_>| counts(commitment, &strand.charge.id);
    let counted: Vec<&Strand<'_>> = known.strands.iter().filter(is_counted).collect();
    let account = Account {
        id: commitment.id.clone(),
        pays: counted.iter().map(|strand| strand.charge.id.clone()).collect(),
        grants,
        dropped: None,
        top_ups: Vec::new(),
        priority: 0,
    };
    let mut requests = of_lines(known, counted.into_iter(), &UnitsPaid::default(), lines, false)?;
    for request in &mut requests {
        // Spend counts in the span in which it happened, even when its invoice is dated on the next one's first day.
        let last_day = request.service.and_then(|service| service.end().yesterday().ok());
        request.on = last_day.map_or(request.on, |last| request.on.min(last));
    }
    let paid = Purse::open(vec![account])?.pay(requests)?;
    let (name, sources) = (commitment.name.as_str(), commitment.sources.as_slice());
    let payer = |_: &str| {
        Some(Payer {
            name,
            pays_tax: false,
            sources,
        })
    };
    let component = |id: &str, of: Component| Component::CommitmentDrawn {
        commitment: id.to_owned(),
        of: Box::new(of),
    };
    drawn_lines(known, paid, payer, component)
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
