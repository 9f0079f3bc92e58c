//! Promised spend: what is missing to it at the end of a span.

use rust_decimal::Decimal;

use crate::fraction::Fraction;
use crate::money::{Money, MoneyError};
use crate::working::{Step, Working};

/// What is missing to a promise: the part of it that applies, rounded, less what was spent; never below zero. The
/// working recomputes to it.
pub fn shortfall(
    name: &str,
    promised: Decimal,
    part: Fraction,
    spent: Money,
) -> Result<(Money, Working), MoneyError> {
    let mut working = Working::new(spent.currency);
    working.steps.push(Step::Amount {
        name: format!("{name} promised"),
        amount: promised,
    });
    if part != Fraction::ONE {
        working.steps.push(Step::Maximum {
            amount: promised,
            part,
        });
    }
    working.steps.push(Step::Rounded {
        digits: spent.currency.minor_digits(),
    });
    let amount = Money::zero(spent.currency).minus(spent)?.amount;
    working.steps.push(Step::Amount {
        name: "spent".to_owned(),
        amount,
    });
    working.steps.push(Step::Minimum {
        amount: Decimal::ZERO,
        part: Fraction::ONE,
    });
    let missing = working.recompute().map_err(|_| MoneyError::Overflow)?;
    Ok((missing, working))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_due_and_no_more() {
        for (promised, part, spent, missing) in [
            ("100", "1", "50", "50.00"),
            ("10", "25/28", "8", "0.93"),
            ("100", "1", "100", "0.00"),
            ("100", "1", "250", "0.00"),
        ] {
            let spent = Money::new(spent.parse().unwrap(), "USD".parse().unwrap());
            let (found, working) = shortfall(
                "Commitment",
                promised.parse().unwrap(),
                part.parse().unwrap(),
                spent,
            )
            .unwrap();
            assert_eq!(found.amount.to_string(), missing, "{working}");
        }
    }
}
