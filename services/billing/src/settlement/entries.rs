//! The entries of payments and write-offs, and of what is taken back.

use jiff::civil::Date;
use pricing::money::{Money, MoneyError};

use super::{Allocation, Claim};
use crate::journal::{JournalEntry, JournalError, LedgerAccount, Posting, Side};

/// Debits cash, and the discount that was taken; credits accounts receivable with what is settled (the loss, where it
/// was written off before) and the customer's unapplied cash with what was too much.
pub fn on_payment(
    claim: &Claim,
    payment: &Allocation,
    was_written_off: bool,
) -> Result<JournalEntry, JournalError> {
    let settled = payment.applied.plus(payment.discount)?;
    let owed_by = if was_written_off {
        LedgerAccount::BadDebt
    } else {
        LedgerAccount::AccountsReceivable
    };
    let postings = [
        (LedgerAccount::Cash, Side::Debit, payment.amount),
        (
            LedgerAccount::EarlyPaymentDiscounts,
            Side::Debit,
            payment.discount,
        ),
        (owed_by, Side::Credit, settled),
        (LedgerAccount::UnappliedCash, Side::Credit, payment.over),
    ];
    entry(
        payment.on,
        format!("payment of {}", claim.number),
        claim,
        postings,
    )
}

/// Cash that is applied later: debits the customer's unapplied cash, and the discount that was taken; credits accounts
/// receivable, or the loss. What is taken off an invoice stands on the other sides.
pub fn on_transfer(
    claim: &Claim,
    moved: &Allocation,
    was_written_off: bool,
) -> Result<JournalEntry, JournalError> {
    let settled = moved.applied.plus(moved.discount)?;
    let owed_by = if was_written_off {
        LedgerAccount::BadDebt
    } else {
        LedgerAccount::AccountsReceivable
    };
    let is_off = moved.applied.amount.is_sign_negative();
    let text = if is_off {
        format!("cash taken off {}", claim.number)
    } else {
        format!("cash applied to {}", claim.number)
    };
    let postings = [
        (LedgerAccount::UnappliedCash, Side::Debit, moved.applied),
        (LedgerAccount::EarlyPaymentDiscounts, Side::Debit, moved.discount),
        (owed_by, Side::Credit, settled),
    ];
    entry(moved.on, text, claim, postings)
}

/// Debits the customer's unapplied cash, credits cash.
pub fn on_refund(claim: &Claim, on: Date, amount: Money) -> Result<JournalEntry, JournalError> {
    let postings = [
        (LedgerAccount::UnappliedCash, Side::Debit, amount),
        (LedgerAccount::Cash, Side::Credit, amount),
    ];
    let text = format!("refund of what was paid over {}", claim.number);
    entry(on, text, claim, postings)
}

/// Debits the loss, credits accounts receivable.
pub fn on_write_off(claim: &Claim, on: Date, amount: Money) -> Result<JournalEntry, JournalError> {
    let postings = [
        (LedgerAccount::BadDebt, Side::Debit, amount),
        (LedgerAccount::AccountsReceivable, Side::Credit, amount),
    ];
    entry(on, format!("write-off of {}", claim.number), claim, postings)
}

/// The same amounts on the other sides, on another day.
pub fn reversed(entry: &JournalEntry, on: Date, text: String) -> Result<JournalEntry, JournalError> {
    let postings = entry.postings().iter().map(|posting| Posting {
        side: posting.side.other(),
        ..posting.clone()
    });
    JournalEntry::try_new(on, text, entry.currency(), postings.collect())
}

fn entry<const N: usize>(
    on: Date,
    text: String,
    claim: &Claim,
    postings: [(LedgerAccount, Side, Money); N],
) -> Result<JournalEntry, JournalError> {
    let currency = claim.total.currency;
    if let Some((_, _, other)) = postings.iter().find(|(_, _, amount)| amount.currency != currency) {
        let mixed = Money::zero(currency).plus(*other);
        return Err(mixed.err().unwrap_or(MoneyError::Overflow).into());
    }
    let postings = postings
        .into_iter()
        .filter_map(|(account, side, amount)| Posting::signed(account, side, amount.amount, None));
    JournalEntry::try_new(on, text, currency, postings.collect())
}
