//! Minimum, maximum and proration.
//!
//! A bound that is prorated applies to the whole period, before proration; one that is not applies to the part that
//! is billed, after it. Usage is never prorated (what was used was used), but a bound on it may be.

use super::RateInput;
use super::proration::{Days, days};
use crate::fraction::Fraction;
use crate::plan::{Bound, Quantity};
use crate::working::Step;

pub(super) fn bound_and_prorate(input: &RateInput<'_>, steps: &mut Vec<Step>) {
    let days = days(input);
    let charged_by_time = input.charge.prorated
        && matches!(
            input.charge.quantity,
            Quantity::Fixed { .. } | Quantity::Seats { .. }
        );
    match days {
        Some(days) if charged_by_time => {
            bounds(input, |bound| bound.prorated.then_some(Fraction::ONE), steps);
            steps.push(Step::Prorated {
                days: days.billed,
                of: days.whole,
            });
            bounds(input, |bound| (!bound.prorated).then_some(Fraction::ONE), steps);
        }
        _ => bounds(input, |bound| Some(part(bound, days)), steps),
    }
}

fn part(bound: &Bound, days: Option<Days>) -> Fraction {
    days.filter(|_| bound.prorated)
        .map_or(Fraction::ONE, Days::fraction)
}

fn bounds(input: &RateInput<'_>, part: impl Fn(&Bound) -> Option<Fraction>, steps: &mut Vec<Step>) {
    if let Some((bound, part)) = input
        .charge
        .minimum
        .as_ref()
        .filter(|_| input.last)
        .and_then(|bound| Some((bound, part(bound)?)))
    {
        steps.push(Step::Minimum {
            amount: bound.amount,
            part,
        });
    }
    if let Some((bound, part)) = input
        .charge
        .maximum
        .as_ref()
        .and_then(|bound| Some((bound, part(bound)?)))
    {
        steps.push(Step::Maximum {
            amount: bound.amount,
            part,
        });
    }
}
