//! A fixed discount over several charges, divided over their lines of one invoice date by what those come to.

use std::collections::BTreeMap;

use jiff::civil::Date;
use pricing::money::Money;
use pricing::period::Period;
use pricing::plan::{Discount, DiscountValue};
use pricing::split::{Share, split};
use pricing::working::Step;
use rust_decimal::Decimal;

use super::BillingError;
use super::known::{Known, amount_fault};
use super::stretch::{applies, is_divided};
use crate::component::Component;
use crate::line::ExpectedLine;

/// Each version's discounts reduce what begins while it is in force.
pub(super) fn spread(known: &Known<'_>, lines: &mut [ExpectedLine]) -> Result<(), BillingError> {
    for plan in known.plans() {
        for discount in plan
            .discounts
            .iter()
            .filter(|discount| is_divided(plan, discount))
        {
            let DiscountValue::Amount { amount } = discount.value else {
                continue;
            };
            let in_force = |day| std::ptr::eq(known.plan_on(day), plan);
            for places in by_date(discount, lines, in_force).into_values() {
                divide(known, discount, amount, &places, lines)?;
            }
        }
    }
    Ok(())
}

/// Places of the lines a discount reduces, by invoice date. Seats added between two invoices share none of it: the
/// invoice of the period has taken it whole.
fn by_date(
    discount: &Discount,
    lines: &[ExpectedLine],
    in_force: impl Fn(Date) -> bool,
) -> BTreeMap<Date, Vec<usize>> {
    let mut dates: BTreeMap<Date, Vec<usize>> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        let day = line.service.map_or(line.invoice_date, Period::start);
        let agreed =
            discount.from.is_none_or(|from| from <= day) && discount.until.is_none_or(|until| day < until);
        let is_own = matches!(line.component, Component::Base | Component::Usage);
        if agreed
            && is_own
            && applies(discount, &line.charge)
            && in_force(day)
            && line.amount.amount > Decimal::ZERO
        {
            dates.entry(line.invoice_date).or_default().push(at);
        }
    }
    dates
}

/// Divided so that the parts add up to the whole, the last cent by the plan's policy.
fn divide(
    known: &Known<'_>,
    discount: &Discount,
    amount: Decimal,
    places: &[usize],
    lines: &mut [ExpectedLine],
) -> Result<(), BillingError> {
    let fault = amount_fault(&discount.name);
    let reduced: Vec<&ExpectedLine> = places.iter().filter_map(|at| lines.get(*at)).collect();
    let total = reduced
        .iter()
        .try_fold(known.zero(), |sum, line| sum.plus(line.amount))
        .map_err(&fault)?;
    let whole = Money::new(amount.min(total.amount), total.currency).rounded();
    let shares: Vec<Share<'_>> = reduced.iter().map(|line| share_of(line)).collect();
    let digits = whole.currency.minor_digits();
    let parts = split(whole.amount, &shares, digits, known.plan.policy.remainder).map_err(|fault| {
        BillingError::Split {
            discount: discount.name.clone(),
            fault,
        }
    })?;
    for (at, part) in places.iter().zip(parts) {
        let Some(line) = lines.get_mut(*at) else { continue };
        line.amount = line
            .amount
            .minus(Money::new(part, whole.currency))
            .map_err(&fault)?;
        line.working.steps.push(Step::DiscountAmount {
            name: discount.name.clone(),
            amount: part,
        });
    }
    Ok(())
}

fn share_of(line: &ExpectedLine) -> Share<'_> {
    Share {
        id: &line.charge,
        weight: line.amount.amount,
    }
}
