//! What becomes of an issued invoice: payments and what they settle, cash that changes its place, voiding, writing off,
//! and what each does to the journal.

mod cash;
mod entries;

use jiff::civil::Date;
use pricing::money::{Money, MoneyError};
use rust_decimal::Decimal;

use crate::draft::EarlyOffer;

pub use cash::{apply, leave, release};
pub use entries::{on_payment, on_refund, on_transfer, on_write_off, reversed};

/// An issued invoice as somebody owes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// As the invoice carries it.
    pub number: String,
    /// Date of the invoice.
    pub date: Date,
    /// Tax included.
    pub total: Money,
    /// What settles it if paid early, where the contract rewards that.
    pub early: Option<EarlyOffer>,
}

/// What a payment did to its invoice, decided when it was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allocation {
    /// The day the money came in.
    pub on: Date,
    /// What came in: what was applied and what was too much.
    pub amount: Money,
    /// What of it settles the invoice.
    pub applied: Money,
    /// What need not be paid because enough was paid early.
    pub discount: Money,
    /// More than was owed; it stays the customer's.
    pub over: Money,
}

impl Allocation {
    /// Was something paid, rather than taken off again or paid back?
    fn came_in(&self) -> bool {
        !self.amount.amount.is_sign_negative() && !self.applied.amount.is_sign_negative()
    }
}

/// How a claim ends otherwise than by being paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closing {
    /// A credit note took all of it back.
    Voided {
        /// The day.
        on: Date,
        /// Its number.
        credit_note: String,
    },
    /// Nobody expects it any more.
    WrittenOff {
        /// The day.
        on: Date,
        /// What was owed then.
        amount: Money,
    },
}

/// Where an invoice stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settlement {
    /// Something is owed.
    Open {
        /// What came in so far.
        paid: Money,
        /// What is missing.
        owed: Money,
    },
    /// Nothing is owed.
    Paid {
        /// The day of the last payment; the invoice's own where nothing was to be paid.
        on: Date,
        /// What came in.
        paid: Money,
        /// What need not be paid.
        discount: Money,
        /// More than was owed.
        over: Money,
    },
    /// Taken back by a credit note.
    Void {
        /// The day.
        on: Date,
        /// Its number.
        credit_note: String,
    },
    /// Written off.
    Uncollectible {
        /// The day.
        on: Date,
        /// What came in, before and after.
        paid: Money,
        /// What never did.
        lost: Money,
    },
}

/// Why nothing was done to an invoice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettlementError {
    /// Nothing was paid.
    #[error("a payment of {0} is none: give the amount that came in, above zero")]
    NotPositive(Decimal),
    /// More decimals than the currency has.
    #[error("{0} is no amount that can be paid: give it to the currency's minor unit")]
    NotPayable(Money),
    /// It was taken back.
    #[error(
        "{number} is void since {on} (credit note {credit_note}): record the payment against the invoice that took its place"
    )]
    Void {
        /// Of the invoice.
        number: String,
        /// Since when.
        on: Date,
        /// Number of the credit note.
        credit_note: String,
    },
    /// It was written off.
    #[error(
        "{number} was written off on {on}: it can still be paid, but neither voided nor written off again"
    )]
    WrittenOff {
        /// Of the invoice.
        number: String,
        /// Since when.
        on: Date,
    },
    /// Money came in for it.
    #[error(
        "{paid} are paid of {number}: take the payments back or move them to another invoice before it is voided"
    )]
    HasPayments {
        /// Of the invoice.
        number: String,
        /// How much.
        paid: Money,
    },
    /// Nothing is owed.
    #[error("nothing is owed of {number}: there is nothing to write off")]
    NothingOwed {
        /// Of the invoice.
        number: String,
    },
    /// An invoice takes no more than is owed.
    #[error("{owed} are owed of {number}, not {amount}: apply that much at most, the rest stays unapplied")]
    MoreThanOwed {
        /// Of the invoice.
        number: String,
        /// What was to be applied.
        amount: Money,
        /// What is owed.
        owed: Money,
    },
    /// A payment has less on an invoice than was to be taken off.
    #[error("the payment has {applied} on {number}, not {amount}: take off that much at most")]
    MoreThanApplied {
        /// Of the invoice.
        number: String,
        /// What was to be taken off.
        amount: Money,
        /// What it has on it.
        applied: Money,
    },
    /// A payment has less unapplied than was to be used.
    #[error("{unapplied} of the payment are unapplied, not {amount}: use that much at most")]
    MoreThanUnapplied {
        /// What was to be used.
        amount: Money,
        /// What there is.
        unapplied: Money,
    },
    /// A sum could not be computed.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// What a payment does, given those that were recorded before. Paying after a write-off is welcome.
///
/// The discount for paying early is taken once the payments dated on or before its last day come to what the contract
/// asks for; whoever pays in full all the same takes none.
pub fn allocate(
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
    let applied = if amount.amount > owed.amount { owed } else { amount };
    let rest = owed.minus(applied)?;
    let written_off = closing.is_some();
    let paid = Allocation {
        on,
        amount,
        applied,
        discount: Money::zero(amount.currency),
        over: amount.minus(applied)?,
    };
    Ok(Allocation {
        discount: if !written_off && earned_with(claim, before, &paid)? {
            rest
        } else {
            paid.discount
        },
        ..paid
    })
}

fn check_amount(amount: Money) -> Result<(), SettlementError> {
    if amount.amount <= Decimal::ZERO {
        return Err(SettlementError::NotPositive(amount.amount));
    }
    if amount.rounded() != amount {
        return Err(SettlementError::NotPayable(amount));
    }
    Ok(())
}

/// Does a payment, with those before it, come to what settles the invoice early? What was taken off again counts
/// whenever that was.
fn earned_with(claim: &Claim, before: &[Allocation], payment: &Allocation) -> Result<bool, MoneyError> {
    let Some(offer) = &claim.early else {
        return Ok(false);
    };
    let is_off = |payment: &Allocation| payment.applied.amount.is_sign_negative();
    let counts = |payment: &Allocation| payment.on <= offer.until || is_off(payment);
    let mut counting = before.iter().filter(|payment| counts(payment));
    let paid = counting.try_fold(payment.applied, |sum, payment| sum.plus(payment.applied))?;
    Ok(counts(payment) && paid.amount >= offer.payable.amount)
}

/// Where an invoice stands, given what happened to it.
pub fn settlement(
    claim: &Claim,
    payments: &[Allocation],
    closing: Option<&Closing>,
) -> Result<Settlement, MoneyError> {
    let paid = sum(claim, payments, |payment| payment.amount)?;
    let owed = owed(claim, payments)?;
    match closing {
        Some(Closing::Voided { on, credit_note }) => Ok(Settlement::Void {
            on: *on,
            credit_note: credit_note.clone(),
        }),
        Some(Closing::WrittenOff { on, .. }) => Ok(Settlement::Uncollectible {
            on: *on,
            paid,
            lost: owed,
        }),
        None if owed.amount > Decimal::ZERO => Ok(Settlement::Open { paid, owed }),
        None => Ok(Settlement::Paid {
            on: payments
                .iter()
                .filter(|payment| payment.came_in())
                .map(|payment| payment.on)
                .max()
                .unwrap_or(claim.date),
            paid,
            discount: sum(claim, payments, |payment| payment.discount)?,
            over: sum(claim, payments, |payment| payment.over)?,
        }),
    }
}

/// May the invoice be taken back?
pub fn check_void(
    claim: &Claim,
    payments: &[Allocation],
    closing: Option<&Closing>,
) -> Result<(), SettlementError> {
    check_not_closed(claim, closing)?;
    let paid = sum(claim, payments, |payment| payment.applied)?;
    if paid.amount.is_zero() {
        Ok(())
    } else {
        Err(SettlementError::HasPayments {
            number: claim.number.clone(),
            paid,
        })
    }
}

/// What is written off when nobody expects the rest any more.
pub fn write_off(
    claim: &Claim,
    payments: &[Allocation],
    closing: Option<&Closing>,
) -> Result<Money, SettlementError> {
    check_not_closed(claim, closing)?;
    let owed = owed(claim, payments)?;
    if owed.amount > Decimal::ZERO {
        Ok(owed)
    } else {
        Err(SettlementError::NothingOwed {
            number: claim.number.clone(),
        })
    }
}

fn check_not_closed(claim: &Claim, closing: Option<&Closing>) -> Result<(), SettlementError> {
    match closing {
        None => Ok(()),
        Some(Closing::Voided { on, credit_note }) => Err(void(claim, *on, credit_note)),
        Some(Closing::WrittenOff { on, .. }) => Err(SettlementError::WrittenOff {
            number: claim.number.clone(),
            on: *on,
        }),
    }
}

fn void(claim: &Claim, on: Date, credit_note: &str) -> SettlementError {
    SettlementError::Void {
        number: claim.number.clone(),
        on,
        credit_note: credit_note.to_owned(),
    }
}

fn owed(claim: &Claim, payments: &[Allocation]) -> Result<Money, MoneyError> {
    let settled = payments.iter().try_fold(claim.total, |rest, payment| {
        rest.minus(payment.applied)?.minus(payment.discount)
    })?;
    Ok(settled)
}

fn sum(claim: &Claim, payments: &[Allocation], part: fn(&Allocation) -> Money) -> Result<Money, MoneyError> {
    let zero = Money::zero(claim.total.currency);
    payments
        .iter()
        .try_fold(zero, |sum, payment| sum.plus(part(payment)))
}

#[cfg(test)]
mod tests;
