//! Reductions over a sum or over several lines, in the plan's order, never below zero.

use crate::fraction::Fraction;
use crate::money::{Money, MoneyError};
use crate::plan::{Discount, DiscountOrder, DiscountValue};
use crate::rate::ordered_discounts;
use crate::split::Share;
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

/// What each discount takes off each line, exact: of what is left of the lines it reduces, each bears its share. A
/// discount reduces the lines whose ids it names, all of them if it names none. One list a discount, in the order
/// they were applied; with added percentages, one list for those that were added.
pub fn spread(
    lines: &[Share<'_>],
    discounts: &[Discount],
    order: DiscountOrder,
) -> Result<Vec<Vec<Fraction>>, MoneyError> {
    let mut left: Vec<Fraction> = lines.iter().map(|line| line.weight.into()).collect();
    let mut taken = Vec::with_capacity(discounts.len());
    for same in in_order(discounts, order).chunk_by(|a, b| a.charges == b.charges) {
        let named = same
            .first()
            .map_or(&[] as &[String], |discount| discount.charges.as_slice());
        let is_reduced = |line: &Share<'_>| named.is_empty() || named.iter().any(|id| id == line.id);
        let reduced: Vec<bool> = lines.iter().map(is_reduced).collect();
        let steps = ordered_discounts(same.iter().copied(), order);
        taken.extend(take(&mut left, &reduced, &steps).ok_or(MoneyError::Overflow)?);
    }
    Ok(taken)
}

fn in_order(discounts: &[Discount], order: DiscountOrder) -> Vec<&Discount> {
    let mut sorted: Vec<&Discount> = discounts.iter().collect();
    let is_percent = |discount: &&Discount| matches!(discount.value, DiscountValue::Percent { .. });
    match order {
        DiscountOrder::AsListed => {}
        DiscountOrder::PercentFirst | DiscountOrder::PercentAdded => {
            sorted.sort_by_key(|discount| !is_percent(discount));
        }
        DiscountOrder::FixedFirst => sorted.sort_by_key(is_percent),
    }
    sorted
}

/// Takes discounts of the same lines off what is left of them. None of them changes how those lines stand to each
/// other, so every share is one of what was left before the first.
fn take(left: &mut [Fraction], reduced: &[bool], steps: &[Step]) -> Option<Vec<Vec<Fraction>>> {
    let before: Vec<Fraction> = left
        .iter()
        .zip(reduced)
        .map(|(line, reduced)| if *reduced { *line } else { Fraction::ZERO })
        .collect();
    let sum = before
        .iter()
        .try_fold(Fraction::ZERO, |sum, line| sum.checked_add(*line))?;
    let share = |line: &Fraction, of: Fraction| {
        if of == Fraction::ZERO || *line == Fraction::ZERO {
            return Some(Fraction::ZERO);
        }
        line.checked_div(sum)?.checked_mul(of)
    };
    let (mut rest, mut taken) = (sum, Vec::with_capacity(steps.len()));
    for step in steps {
        let after = step.apply(rest)?;
        let off = rest.checked_sub(after)?;
        taken.push(
            before
                .iter()
                .map(|line| share(line, off))
                .collect::<Option<Vec<_>>>()?,
        );
        rest = after;
    }
    for ((line, before), reduced) in left.iter_mut().zip(&before).zip(reduced) {
        if *reduced {
            *line = share(before, rest)?;
        }
    }
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_decimal::Decimal;

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

    fn parts(lines: &[(&str, &str)], discounts: &[Discount], order: DiscountOrder) -> Vec<Vec<String>> {
        let shares: Vec<Share<'_>> = lines
            .iter()
            .map(|(id, amount)| Share {
                id,
                weight: decimal(amount),
            })
            .collect();
        let rounded = |part: &Fraction| part.rounded(4).unwrap().normalize().to_string();
        let taken = spread(&shares, discounts, order).unwrap();
        taken
            .iter()
            .map(|parts| parts.iter().map(rounded).collect())
            .collect()
    }

    #[test]
    fn a_fixed_amount_is_shared_by_what_is_left_of_the_lines() {
        let lines = [("a", "100"), ("b", "50")];
        let taken = parts(&lines, &[off("30"), off("24")], DiscountOrder::PercentFirst);
        assert_eq!(taken, [["20", "10"], ["16", "8"]]);
    }

    #[test]
    fn a_discount_reduces_the_lines_it_names() {
        let only = |text: &str, ids: &[&str]| Discount {
            charges: ids.iter().map(|id| (*id).to_owned()).collect(),
            ..off(text)
        };
        let lines = [("a", "10"), ("b", "20"), ("c", "70")];
        let taken = parts(
            &lines,
            &[only("15", &["a", "b"]), off("17")],
            DiscountOrder::AsListed,
        );
        // 5 and 10 are left of the first two, 85 in all.
        assert_eq!(taken, [["5", "10", "0"], ["1", "2", "14"]]);
        // No more than there is on the lines it names.
        let taken = parts(
            &lines,
            &[only("40", &["a"]), only("50%", &["c"])],
            DiscountOrder::PercentFirst,
        );
        assert_eq!(taken, [["0", "0", "35"], ["10", "0", "0"]]);
    }
}
