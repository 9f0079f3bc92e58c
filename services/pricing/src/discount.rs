//! Reductions over a sum or over several lines, in the plan's order, never below zero.

use rust_decimal::Decimal;

use crate::fraction::Fraction;
use crate::money::{Money, MoneyError};
use crate::plan::{Discount, DiscountOrder};
use crate::rate::ordered_discounts;
use crate::working::{Step, Working};

/// A sum after its discounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reduced {
    /// What was taken off.
    pub taken: Money,
    /// What is left; never below zero.
    pub left: Money,
    /// How; recomputes to `left`.
    pub working: Working,
}

/// A sum less its discounts, rounded once. Discounts in units reduce quantities and do nothing here.
pub fn reduce(subtotal: Money, discounts: &[Discount], order: DiscountOrder) -> Result<Reduced, MoneyError> {
    let mut working = Working::new(subtotal.currency);
    working.steps.push(Step::Amount {
        name: "subtotal".to_owned(),
        amount: subtotal.amount,
    });
    working.steps.extend(ordered_discounts(discounts.iter(), order));
    working.steps.push(Step::Rounded {
        digits: subtotal.currency.minor_digits(),
    });
    let left = working.recompute().map_err(|_| MoneyError::Overflow)?;
    Ok(Reduced {
        taken: subtotal.minus(left)?,
        left,
        working,
    })
}

/// What each discount takes off each line, exact: a percentage of every line, and of a fixed amount a share in
/// proportion to what the discounts before it left. One list a discount, in the order they were applied.
pub fn spread(
    lines: &[Decimal],
    discounts: &[Discount],
    order: DiscountOrder,
) -> Result<Vec<Vec<Fraction>>, MoneyError> {
    let mut left: Vec<Fraction> = lines.iter().copied().map(Fraction::whole).collect();
    let mut taken = Vec::with_capacity(discounts.len());
    for step in ordered_discounts(discounts.iter(), order) {
        let parts = parts_of(&step, &left).ok_or(MoneyError::Overflow)?;
        for (line, part) in left.iter_mut().zip(&parts) {
            *line = line.checked_sub(*part).ok_or(MoneyError::Overflow)?;
        }
        taken.push(parts);
    }
    Ok(taken)
}

fn parts_of(step: &Step, left: &[Fraction]) -> Option<Vec<Fraction>> {
    let total = left
        .iter()
        .try_fold(Fraction::ZERO, |sum, line| sum.checked_add(*line))?;
    let off = total.checked_sub(step.apply(total)?)?;
    if off == Fraction::ZERO {
        return Some(vec![Fraction::ZERO; left.len()]);
    }
    let rate = off.checked_div(total)?;
    left.iter().map(|line| line.checked_mul(rate)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::DiscountValue;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn off(text: &str) -> Discount {
        let value = match text.strip_suffix('%') {
            Some(percent) => DiscountValue::Percent {
                percent: decimal(percent),
            },
            None => DiscountValue::Amount {
                amount: decimal(text),
            },
        };
        Discount {
            name: text.to_owned(),
            value,
            from: None,
            until: None,
            charges: vec![],
            sources: vec![],
        }
    }

    #[test]
    fn the_order_of_discounts_is_the_plans() {
        use DiscountOrder::{AsListed, FixedFirst, PercentAdded, PercentFirst};
        for (subtotal, listed, order, left) in [
            ("100", vec!["10%", "25%"], PercentFirst, "67.50"),
            ("100", vec!["10%", "25%"], PercentAdded, "65.00"),
            ("100", vec!["20", "10%"], PercentFirst, "70.00"),
            ("100", vec!["20", "10%"], FixedFirst, "72.00"),
            ("100", vec!["20", "10%", "5"], AsListed, "67.00"),
            ("100", vec!["80", "50"], PercentFirst, "0.00"),
            ("100", vec!["60%", "70%"], PercentAdded, "0.00"),
        ] {
            let discounts: Vec<Discount> = listed.iter().map(|text| off(text)).collect();
            let reduced = reduce(
                Money::new(decimal(subtotal), "USD".parse().unwrap()),
                &discounts,
                order,
            )
            .unwrap();
            assert_eq!(
                reduced.left.amount,
                decimal(left),
                "{listed:?} {order:?}: {}",
                reduced.working
            );
            assert_eq!(
                reduced.taken.plus(reduced.left).unwrap().amount,
                decimal(subtotal)
            );
        }
    }

    #[test]
    fn a_fixed_amount_is_shared_by_what_is_left_of_the_lines() {
        let taken = spread(
            &[decimal("100"), decimal("50")],
            &[off("30"), off("24")],
            DiscountOrder::PercentFirst,
        );
        let amounts: Vec<Vec<Option<Decimal>>> = taken
            .unwrap()
            .iter()
            .map(|parts| parts.iter().map(|part| part.rounded(4)).collect())
            .collect();
        assert_eq!(
            amounts,
            [
                vec![Some(decimal("20")), Some(decimal("10"))],
                vec![Some(decimal("16")), Some(decimal("8"))]
            ]
        );
    }
}
