//! Percentage: a share of money, with a fee, a floor and a ceiling for each transaction, and some of it free.

use rust_decimal::Decimal;

use super::{FreeEnds, PercentageRate, PriceError};
use crate::working::Step;

/// On a total of which the single transactions are not known.
pub(super) fn of_total(total: Decimal, rate: &PercentageRate, out: &mut Vec<Step>) -> Result<(), PriceError> {
    if rate.asks_for_transactions() {
        return Err(PriceError::TransactionsNeeded);
    }
    let free = rate.free_amount.unwrap_or(Decimal::ZERO).min(total);
    if !free.is_zero() {
        out.push(Step::Free {
            events: 0,
            amount: free,
        });
    }
    let base = total.checked_sub(free).ok_or(PriceError::TooLarge)?;
    out.push(Step::Percentage {
        base,
        percent: rate.percent,
    });
    Ok(())
}

/// On single transactions, in the order in which they happened.
pub(super) fn of_transactions(
    transactions: &[Decimal],
    rate: &PercentageRate,
    out: &mut Vec<Step>,
) -> Result<(), PriceError> {
    let mut tally = Tally::default();
    let mut free = FreeLeft::new(rate);
    for &amount in transactions {
        if amount < Decimal::ZERO {
            return Err(PriceError::Negative { quantity: amount });
        }
        match free.take(amount).ok_or(PriceError::TooLarge)? {
            Taken::Whole => tally.free(amount).ok_or(PriceError::TooLarge)?,
            Taken::Part(part) => tally.charged(amount, part, rate).ok_or(PriceError::TooLarge)?,
        }
    }
    tally.steps(rate, out);
    Ok(())
}

impl PercentageRate {
    /// Can it only be applied to single transactions?
    #[must_use]
    pub fn asks_for_transactions(&self) -> bool {
        self.fixed_fee.is_some()
            || self.per_transaction_min.is_some()
            || self.per_transaction_max.is_some()
            || self.free_events.is_some()
    }
}

/// What of a transaction is free.
enum Taken {
    Whole,
    Part(Decimal),
}

/// What is still free in the period.
struct FreeLeft {
    events: Option<u32>,
    amount: Option<Decimal>,
    ends: FreeEnds,
}

impl FreeLeft {
    fn new(rate: &PercentageRate) -> Self {
        Self {
            events: rate.free_events,
            amount: rate.free_amount,
            ends: rate.free_ends,
        }
    }

    fn take(&mut self, amount: Decimal) -> Option<Taken> {
        match (self.events, self.amount, self.ends) {
            (None, None, _) => Some(Taken::Part(Decimal::ZERO)),
            (Some(_), Some(_), FreeEnds::FirstReached) => self.take_both(amount),
            (Some(left), _, _) if left > 0 => {
                self.events = left.checked_sub(1);
                Some(Taken::Whole)
            }
            (_, Some(left), _) => self.take_amount(amount, left),
            _ => Some(Taken::Part(Decimal::ZERO)),
        }
    }

    /// Both limits run together: where one is used up, neither gives anything more.
    fn take_both(&mut self, amount: Decimal) -> Option<Taken> {
        let (Some(events), Some(left)) = (self.events, self.amount) else {
            return Some(Taken::Part(Decimal::ZERO));
        };
        if events == 0 {
            self.amount = Some(Decimal::ZERO);
            return Some(Taken::Part(Decimal::ZERO));
        }
        let taken = self.take_amount(amount, left)?;
        self.events = match taken {
            Taken::Whole => events.checked_sub(1),
            Taken::Part(_) => Some(0),
        };
        Some(taken)
    }

    fn take_amount(&mut self, amount: Decimal, left: Decimal) -> Option<Taken> {
        if amount <= left && !left.is_zero() {
            self.amount = Some(left.checked_sub(amount)?);
            return Some(Taken::Whole);
        }
        self.amount = Some(Decimal::ZERO);
        Some(Taken::Part(left))
    }
}

/// Transactions sorted by what they cost, so that the working of a million of them is a few steps.
#[derive(Default)]
struct Tally {
    free_events: u64,
    free_amount: Decimal,
    base: Decimal,
    fees: u64,
    raised: u64,
    capped: u64,
}

impl Tally {
    fn free(&mut self, amount: Decimal) -> Option<()> {
        self.free_events = self.free_events.checked_add(1)?;
        self.free_amount = self.free_amount.checked_add(amount)?;
        Some(())
    }

    fn charged(&mut self, amount: Decimal, free: Decimal, rate: &PercentageRate) -> Option<()> {
        self.free_amount = self.free_amount.checked_add(free)?;
        let base = amount.checked_sub(free)?;
        let fee = rate.fixed_fee.unwrap_or(Decimal::ZERO);
        let cost = base
            .checked_mul(rate.percent)?
            .checked_mul(Decimal::new(1, 2))?
            .checked_add(fee)?;
        if rate.per_transaction_max.is_some_and(|most| cost > most) {
            self.capped = self.capped.checked_add(1)?;
        } else if rate.per_transaction_min.is_some_and(|least| cost < least) {
            self.raised = self.raised.checked_add(1)?;
        } else {
            self.base = self.base.checked_add(base)?;
            self.fees = self.fees.checked_add(1)?;
        }
        Some(())
    }

    fn steps(&self, rate: &PercentageRate, out: &mut Vec<Step>) {
        if self.free_events > 0 || !self.free_amount.is_zero() {
            out.push(Step::Free {
                events: self.free_events,
                amount: self.free_amount,
            });
        }
        out.push(Step::Percentage {
            base: self.base,
            percent: rate.percent,
        });
        if let Some(fee) = rate.fixed_fee.filter(|_| self.fees > 0) {
            out.push(Step::TransactionFees {
                count: self.fees,
                fee,
            });
        }
        if let Some(to) = rate.per_transaction_min.filter(|_| self.raised > 0) {
            out.push(Step::TransactionsRaised {
                count: self.raised,
                to,
            });
        }
        if let Some(at) = rate.per_transaction_max.filter(|_| self.capped > 0) {
            out.push(Step::TransactionsCapped {
                count: self.capped,
                at,
            });
        }
    }
}
