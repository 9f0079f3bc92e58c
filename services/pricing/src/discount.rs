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

/// What each discount takes off each line, exact: a share of what it takes off their sum, in proportion to the lines
/// (discounts before it left the proportions as they were). One list a discount, in the order they were applied.
pub fn spread(
    lines: &[Decimal],
    discounts: &[Discount],
    order: DiscountOrder,
) -> Result<Vec<Vec<Fraction>>, MoneyError> {
    let total = lines
        .iter()
        .try_fold(Decimal::ZERO, |sum, line| sum.checked_add(*line));
    let total = total.ok_or(MoneyError::Overflow)?;
    let mut left = Fraction::whole(total);
    let mut taken = Vec::with_capacity(discounts.len());
    for step in ordered_discounts(discounts.iter(), order) {
        let after = step.apply(left).ok_or(MoneyError::Overflow)?;
        let off = left.checked_sub(after).ok_or(MoneyError::Overflow)?;
        taken.push(in_proportion(off, lines, total).ok_or(MoneyError::Overflow)?);
        left = after;
    }
    Ok(taken)
}

fn in_proportion(off: Fraction, lines: &[Decimal], total: Decimal) -> Option<Vec<Fraction>> {
    if off == Fraction::ZERO {
        return Some(vec![Fraction::ZERO; lines.len()]);
    }
    let share = |line: &Decimal| Fraction::try_new(*line, total)?.checked_mul(off);
    lines.iter().map(share).collect()
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
