//! What each step does to the running amount. Rating itself folds its steps through here, so an amount and its
//! working cannot disagree.

use rust_decimal::Decimal;

use super::{Step, Working};
use crate::fraction::Fraction;
use crate::money::Money;

/// Why a working gives no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("step {step} of the working cannot be computed: a number in it is too large or a divisor is zero")]
pub struct RecomputeError {
    /// Its place in the list, from 1.
    pub step: usize,
}

impl Working {
    /// The amount, from the steps alone, rounded to the currency's minor unit.
    pub fn recompute(&self) -> Result<Money, RecomputeError> {
        let exact = self.total()?;
        let rounded = exact
            .rounded(self.currency.minor_digits())
            .ok_or(RecomputeError {
                step: self.steps.len(),
            })?;
        Ok(Money::new(rounded, self.currency).rounded())
    }

    /// How much the steps of one kind changed the running amount, all together: what discounts took off, what a
    /// minimum added.
    pub fn change_by(&self, counts: impl Fn(&Step) -> bool) -> Result<Fraction, RecomputeError> {
        let (mut running, mut change) = (Fraction::ZERO, Fraction::ZERO);
        for (at, step) in self.steps.iter().enumerate() {
            let next = step.apply(running);
            let moved = next.and_then(|next| next.checked_sub(running));
            let sum = moved.and_then(|moved| {
                if counts(step) {
                    change.checked_add(moved)
                } else {
                    Some(change)
                }
            });
            let stuck = RecomputeError {
                step: at.saturating_add(1),
            };
            (running, change) = next.zip(sum).ok_or(stuck)?;
        }
        Ok(change)
    }

    /// The running amount after the last step, as exact as the steps leave it.
    pub fn total(&self) -> Result<Fraction, RecomputeError> {
        let (done, sum) = self.plain_sum();
        let mut running = Fraction::whole(sum);
        for (at, step) in self.steps.iter().enumerate().skip(done) {
            running = step.apply(running).ok_or(RecomputeError {
                step: at.saturating_add(1),
            })?;
        }
        Ok(running)
    }

    /// How many steps from the first only add decimals, and their sum. Most lines are little else, and a sum of
    /// decimals takes half the time of one of fractions. A sum that does not fit ends it, for the fractions to say so.
    fn plain_sum(&self) -> (usize, Decimal) {
        let (mut done, mut sum) = (0_usize, Decimal::ZERO);
        for step in &self.steps {
            let Some(next) = step.decimal_part().and_then(|part| sum.checked_add(part)) else {
                break;
            };
            (done, sum) = (done.saturating_add(1), next);
        }
        (done, sum)
    }
}

impl Step {
    /// The running amount after this step; none if it does not fit or divides by zero.
    #[must_use]
    pub fn apply(&self, running: Fraction) -> Option<Fraction> {
        match self {
            Self::Escalated { factor, .. } => running.checked_mul(*factor),
            Self::DiscountPercent { percent, .. } => {
                percent_of(running, Decimal::ONE_HUNDRED.checked_sub(*percent)?)
            }
            Self::DiscountAmount { amount, .. } => reduced(running, *amount),
            Self::Minimum { amount, part } => running.checked_max(part.checked_mul((*amount).into())?),
            Self::Maximum { amount, part } => running.checked_min(part.checked_mul((*amount).into())?),
            Self::Prorated { days, of } => {
                running.checked_mul(Fraction::try_new((*days).into(), (*of).into())?)
            }
            Self::Rounded { digits } => running.rounded(*digits).map(Fraction::whole),
            Self::Tax {
                percent, included, ..
            } => tax_on(running, *percent, *included),
            _ => running.checked_add(self.part()?),
        }
    }

    /// What this step adds by itself: zero where it only explains or works on the running amount; none if it does not
    /// fit.
    #[must_use]
    pub fn part(&self) -> Option<Fraction> {
        match self {
            Self::Flat { .. } | Self::Amount { .. } | Self::Tier { .. } | Self::Package { .. } => {
                self.decimal_part().map(Fraction::whole)
            }
            Self::TaxedAmount { amount } => Some(*amount),
            Self::PerUnit {
                quantity,
                unit_price,
                per,
            } => Fraction::try_new(quantity.checked_mul(*unit_price)?, *per),
            Self::Weighted {
                units,
                part,
                unit_price,
                ..
            } => product(*units, *unit_price)?.checked_mul(*part),
            Self::TierPercentage {
                base,
                percent,
                flat_fee,
                ..
            } => percent_of((*base).into(), *percent)?.checked_add((*flat_fee).into()),
            Self::Percentage { base, percent } => percent_of((*base).into(), *percent),
            Self::TransactionFees { count, fee: each }
            | Self::TransactionsRaised { count, to: each }
            | Self::TransactionsCapped { count, at: each } => product((*count).into(), *each),
            Self::TermBefore { amount, .. } => Fraction::ZERO.checked_sub(*amount),
            Self::Before { amount, .. } | Self::CreditDrawn { amount, .. } => {
                Fraction::ZERO.checked_sub((*amount).into())
            }
            _ => Some(Fraction::ZERO),
        }
    }

    /// What this step adds, where that is always a decimal; none for every other step, and if it does not fit.
    fn decimal_part(&self) -> Option<Decimal> {
        match self {
            Self::Flat { amount } | Self::Amount { amount, .. } => Some(*amount),
            Self::Tier {
                quantity,
                unit_price,
                flat_fee,
                cap,
                ..
            } => {
                let amount = quantity.checked_mul(*unit_price)?;
                let amount = if flat_fee.is_zero() {
                    amount
                } else {
                    amount.checked_add(*flat_fee)?
                };
                Some(cap.map_or(amount, |cap| amount.min(cap)))
            }
            Self::Package {
                packages,
                package_price,
                ..
            } => packages.checked_mul(*package_price),
            _ => None,
        }
    }
}

fn product(left: Decimal, right: Decimal) -> Option<Fraction> {
    left.checked_mul(right).map(Fraction::whole)
}

fn percent_of(amount: Fraction, percent: Decimal) -> Option<Fraction> {
    // Times 0.01 rather than over 100: exact in decimals, and a denominator of one is quicker to round.
    amount.checked_mul(percent.checked_mul(Decimal::new(1, 2))?.into())
}

fn reduced(running: Fraction, amount: Decimal) -> Option<Fraction> {
    if running.is_negative() {
        return Some(running);
    }
    running.checked_sub(amount.into())?.checked_max(Fraction::ZERO)
}

/// Tax on a net amount, or the tax a gross amount contains: gross × rate / (100 + rate).
fn tax_on(running: Fraction, percent: Decimal, included: bool) -> Option<Fraction> {
    if !included {
        return percent_of(running, percent);
    }
    running.checked_mul(Fraction::try_new(
        percent,
        Decimal::ONE_HUNDRED.checked_add(percent)?,
    )?)
}
