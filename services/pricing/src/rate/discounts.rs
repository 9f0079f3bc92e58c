//! Discounts in force on the first day of service, in the plan's order; never below zero.

use rust_decimal::Decimal;

use super::RateInput;
use crate::plan::{Discount, DiscountOrder, DiscountValue};
use crate::working::Step;

pub(super) fn discount(input: &RateInput<'_>, steps: &mut Vec<Step>) {
    // The plan's discounts come after the charge's own, whatever the order inside each.
    for list in [&input.charge.discounts, input.discounts] {
        if !list.is_empty() {
            steps.extend(ordered(in_force(list, input), input.policy.discount_order));
        }
    }
}

/// Discounts that make units free rather than money.
pub(super) fn units_off<'a>(input: &RateInput<'a>) -> impl Iterator<Item = (&'a Discount, Decimal)> {
    let plans = in_force(input.discounts, input);
    in_force(&input.charge.discounts, input)
        .chain(plans)
        .filter_map(|discount| match discount.value {
            DiscountValue::Units { units } => Some((discount, units)),
            _ => None,
        })
}

fn in_force<'a>(
    discounts: &'a [Discount],
    input: &RateInput<'_>,
) -> impl Iterator<Item = &'a Discount> + use<'a> {
    let day = input.service.start();
    discounts.iter().filter(move |discount| {
        discount.from.is_none_or(|from| from <= day) && discount.until.is_none_or(|until| day < until)
    })
}

/// Money discounts as steps, in the order of the policy.
pub(crate) fn ordered<'a>(discounts: impl Iterator<Item = &'a Discount>, order: DiscountOrder) -> Vec<Step> {
    let mut steps: Vec<Step> = discounts.filter_map(step).collect();
    if steps.len() < 2 {
        return steps;
    }
    let percent_first = |step: &Step| !matches!(step, Step::DiscountPercent { .. });
    match order {
        DiscountOrder::AsListed => {}
        DiscountOrder::PercentFirst => steps.sort_by_key(percent_first),
        DiscountOrder::FixedFirst => steps.sort_by_key(|step| !percent_first(step)),
        DiscountOrder::PercentAdded => {
            steps.sort_by_key(percent_first);
            return added(steps);
        }
    }
    steps
}

fn step(discount: &Discount) -> Option<Step> {
    let name = discount.name.clone();
    match discount.value {
        DiscountValue::Percent { percent } => Some(Step::DiscountPercent { name, percent }),
        DiscountValue::Amount { amount } => Some(Step::DiscountAmount { name, amount }),
        DiscountValue::Units { .. } => None,
    }
}

/// Percentages become one, the sum of all, at most a hundred.
fn added(steps: Vec<Step>) -> Vec<Step> {
    steps.into_iter().fold(Vec::new(), |mut done, next| {
        match (done.last_mut(), next) {
            (
                Some(Step::DiscountPercent { name, percent }),
                Step::DiscountPercent {
                    name: also,
                    percent: more,
                },
            ) => {
                *name = format!("{name} + {also}");
                *percent = percent.saturating_add(more).min(Decimal::ONE_HUNDRED);
            }
            (_, next) => done.push(next),
        }
        done
    })
}
