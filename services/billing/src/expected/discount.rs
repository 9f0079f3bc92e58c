//! A fixed discount over several charges, divided over their lines of one invoice date by what those come to.

use std::collections::BTreeMap;

use jiff::civil::Date;
use pricing::money::{Money, MoneyError};
use pricing::period::Period;
use pricing::plan::{Discount, DiscountValue};
use pricing::working::Step;
use rust_decimal::Decimal;

use super::BillingError;
use super::known::{Known, amount_fault};
use super::stretch::{applies, is_divided};
use crate::component::Component;
use crate::line::ExpectedLine;

pub(super) fn spread(known: &Known<'_>, lines: &mut [ExpectedLine]) -> Result<(), BillingError> {
    for discount in known
        .plan
        .discounts
        .iter()
        .filter(|discount| is_divided(known.plan, discount))
    {
        let DiscountValue::Amount { amount } = discount.value else {
            continue;
        };
        for places in by_date(discount, lines).into_values() {
            divide(known, discount, amount, &places, lines)?;
        }
    }
    Ok(())
}

/// Places of the lines a discount reduces, by invoice date. Seats added between two invoices share none of it: the
/// invoice of the period has taken it whole.
fn by_date(discount: &Discount, lines: &[ExpectedLine]) -> BTreeMap<Date, Vec<usize>> {
    let mut dates: BTreeMap<Date, Vec<usize>> = BTreeMap::new();
    for (at, line) in lines.iter().enumerate() {
        let day = line.service.map_or(line.invoice_date, Period::start);
        let in_force =
            discount.from.is_none_or(|from| from <= day) && discount.until.is_none_or(|until| day < until);
        let is_own = matches!(line.component, Component::Base | Component::Usage);
        if in_force && is_own && applies(discount, &line.charge) && line.amount.amount > Decimal::ZERO {
            dates.entry(line.invoice_date).or_default().push(at);
        }
    }
    dates
}

/// Running shares, so that the parts add up to the whole.
fn divide(
    known: &Known<'_>,
    discount: &Discount,
    amount: Decimal,
    places: &[usize],
    lines: &mut [ExpectedLine],
) -> Result<(), BillingError> {
    let fault = amount_fault(&discount.name);
    let amounts = places
        .iter()
        .filter_map(|at| lines.get(*at))
        .map(|line| line.amount);
    let total = amounts
        .clone()
        .try_fold(known.zero(), Money::plus)
        .map_err(&fault)?;
    let whole = Money::new(amount.min(total.amount), total.currency);
    let (mut reduced, mut spent) = (known.zero(), known.zero());
    for at in places {
        let Some(line) = lines.get_mut(*at) else { continue };
        reduced = reduced.plus(line.amount).map_err(&fault)?;
        let spent_by_now = share(whole, reduced, total).map_err(&fault)?;
        let part = spent_by_now.minus(spent).map_err(&fault)?;
        spent = spent_by_now;
        line.amount = line.amount.minus(part).map_err(&fault)?;
        line.working.steps.push(Step::DiscountAmount {
            name: discount.name.clone(),
            amount: part.amount,
        });
    }
    Ok(())
}

fn share(whole: Money, part: Money, total: Money) -> Result<Money, MoneyError> {
    let amount = whole
        .amount
        .checked_mul(part.amount)
        .and_then(|product| product.checked_div(total.amount));
    Ok(Money::new(amount.ok_or(MoneyError::Overflow)?, whole.currency).rounded())
}
