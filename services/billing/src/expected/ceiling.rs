//! The most that several charges cost together: what is above it in a span is not billed.
//!
//! The lines of a span count in the order of their invoice dates, so what was invoiced early is never lowered because
//! of what is invoiced later. Each line becomes the difference it makes to the lesser of the sum and the ceiling:
//! however the charges are cut into lines, these come to the lesser of the two.

use jiff::civil::Date;
use pricing::money::{Money, MoneyError};
use pricing::period::Period;
use pricing::plan::{Ceiling, Plan};
use pricing::rate::part_of;
use pricing::working::Step;

use super::BillingError;
use super::known::{Known, amount_fault};
use super::span::{Span, spans};
use crate::line::ExpectedLine;

pub(super) fn hold(known: &Known<'_>, lines: &mut [ExpectedLine]) -> Result<(), BillingError> {
    let ceilings = known.all(|plan| &plan.ceilings, |ceiling| &ceiling.id);
    if ceilings.is_empty() {
        return Ok(());
    }
    let order = known.places(lines);
    // What is invoiced ahead of its span counts in it too.
    let last = lines.iter().map(first_day).fold(known.through, Date::max);
    for ceiling in ceilings {
        let agreed = |plan: &Plan| {
            let of_version = plan
                .ceilings
                .iter()
                .find(|of_version| of_version.id == ceiling.id);
            of_version.map(|ceiling| ceiling.amount)
        };
        for span in spans(known, &ceiling.id, ceiling.span, last, agreed)? {
            let fault = amount_fault(&ceiling.id);
            let most = most(known, ceiling, &span).map_err(&fault)?;
            lower(known, (ceiling, most), &span, &order, lines).map_err(&fault)?;
        }
    }
    Ok(())
}

/// The ceiling of a span, rounded once.
fn most(known: &Known<'_>, ceiling: &Ceiling, span: &Span) -> Result<Money, MoneyError> {
    let whole = Money::new(span.amount, known.plan.currency).rounded();
    if !ceiling.prorated {
        return Ok(whole);
    }
    let part = part_of(span.days, span.whole, known.plan.policy.day_count);
    let exact = part.checked_mul(span.amount.into());
    let rounded = exact.and_then(|exact| exact.rounded(whole.currency.minor_digits()));
    Ok(Money::new(rounded.ok_or(MoneyError::Overflow)?, whole.currency).rounded())
}

fn lower(
    known: &Known<'_>,
    (ceiling, most): (&Ceiling, Money),
    span: &Span,
    order: &[usize],
    lines: &mut [ExpectedLine],
) -> Result<(), MoneyError> {
    let lesser = |sum: Money| if sum.amount > most.amount { most } else { sum };
    let mut sum = known.zero();
    for at in order {
        let Some(line) = lines.get_mut(*at).filter(|line| counts(ceiling, span, line)) else {
            continue;
        };
        let next = sum.plus(line.amount)?;
        let held = lesser(next).minus(lesser(sum))?;
        sum = next;
        let above = held.minus(line.amount)?;
        if above.amount.is_zero() {
            continue;
        }
        line.amount = held;
        line.working.steps.push(Step::Amount {
            name: format!("above {}", ceiling.name),
            amount: above.amount,
        });
    }
    Ok(())
}

fn counts(ceiling: &Ceiling, span: &Span, line: &ExpectedLine) -> bool {
    let named = ceiling.charges.is_empty() || ceiling.charges.contains(&line.charge);
    named && span.days.contains(first_day(line))
}

fn first_day(line: &ExpectedLine) -> Date {
    line.service.map_or(line.invoice_date, Period::start)
}
