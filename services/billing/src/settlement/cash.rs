//! Cash that changes its place: applied later, taken off an invoice, paid back.

use jiff::civil::Date;
use pricing::money::Money;
use rust_decimal::Decimal;

use super::{Allocation, Claim, Closing, SettlementError, check_amount, earned_with, owed, void};

/// What unapplied cash does to an invoice that it is applied to. It counts from the day given, which decides whether the
/// invoice was paid early.
pub fn apply(
    claim: &Claim,
    before: &[Allocation],
    closing: Option<&Closing>,
    (on, amount): (Date, Money),
) -> Result<Allocation, SettlementError> {
    check_amount(amount)?;
    if let Some(Closing::Voided { on, credit_note }) = closing {
        return Err(void(claim, *on, credit_note));
    }
    let owed = owed(claim, before)?;
    if amount.amount > owed.amount {
        return Err(SettlementError::MoreThanOwed {
            number: claim.number.clone(),
            amount,
            owed,
        });
    }
    let applied = Allocation {
        on,
        amount,
        applied: amount,
        discount: Money::zero(amount.currency),
        over: Money::zero(amount.currency),
    };
    let is_early = closing.is_none() && earned_with(claim, before, &applied)?;
    Ok(Allocation {
        discount: if is_early {
            owed.minus(amount)?
        } else {
            applied.discount
        },
        ..applied
    })
}

/// What taking cash off an invoice does to it, of so much that a payment has on it: amounts with the other sign. A
/// discount for paying early that is no longer earned without it goes too.
pub fn release(
    claim: &Claim,
    before: &[Allocation],
    (on, amount): (Date, Money),
    applied: Money,
) -> Result<Allocation, SettlementError> {
    check_amount(amount)?;
    if amount.amount > applied.amount {
        return Err(SettlementError::MoreThanApplied {
            number: claim.number.clone(),
            amount,
            applied,
        });
    }
    let zero = Money::zero(amount.currency);
    let taken_off = Allocation {
        on,
        amount: zero.minus(amount)?,
        applied: zero.minus(amount)?,
        discount: zero,
        over: zero,
    };
    let granted = before
        .iter()
        .try_fold(zero, |sum, payment| sum.plus(payment.discount))?;
    let still = granted.amount > Decimal::ZERO && earned_with(claim, before, &taken_off)?;
    Ok(Allocation {
        // Still earned, it covers what was taken off; lost, all of it is owed again.
        discount: if still { amount } else { zero.minus(granted)? },
        ..taken_off
    })
}

/// How much of a payment's unapplied cash is paid back or put elsewhere, as its own invoice sees it.
pub fn leave(on: Date, amount: Money, unapplied: Money) -> Result<Allocation, SettlementError> {
    check_amount(amount)?;
    if amount.amount > unapplied.amount {
        return Err(SettlementError::MoreThanUnapplied { amount, unapplied });
    }
    let (zero, less) = (
        Money::zero(amount.currency),
        Money::zero(amount.currency).minus(amount)?,
    );
    Ok(Allocation {
        on,
        amount: less,
        applied: zero,
        discount: zero,
        over: less,
    })
}

#[cfg(test)]
mod tests;
