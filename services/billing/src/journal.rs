//! The double-entry journal. An entry that does not balance cannot be built.

mod issue;

use std::fmt;

use jiff::civil::Date;
use pricing::money::{Currency, Money, MoneyError};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub(crate) use issue::net_of_included_tax;
pub use issue::on_issue;

/// Postings of one event, whose debits equal their credits. Built by [`JournalEntry::try_new`] alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked", into = "Unchecked")]
pub struct JournalEntry {
    date: Date,
    text: String,
    currency: Currency,
    postings: Vec<Posting>,
}

/// An amount on one side of one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Posting {
    /// Which account.
    pub account: LedgerAccount,
    /// Which side of it.
    pub side: Side,
    /// Above zero, in the entry's currency.
    pub amount: Decimal,
    /// Id of the charge, commitment or pool it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge: Option<String>,
}

/// The accounts that billing and revenue post to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case", deny_unknown_fields)]
pub enum LedgerAccount {
    /// Asset: invoiced and not yet paid.
    AccountsReceivable,
    /// Asset: earned and not yet invoiced.
    ContractAsset,
    /// Liability: invoiced and not yet earned.
    DeferredRevenue,
    /// Liability: credits and promised spend that were bought and not yet used.
    CustomerCredits,
    /// Liability: tax that is owed to an authority.
    TaxPayable {
        /// Id of the tax.
        tax: String,
    },
    /// Income.
    Revenue,
    /// Income: bought credits that will never be used.
    Breakage,
    /// Asset: money that came in.
    Cash,
    /// Liability: paid and more than was owed.
    UnappliedCash,
    /// What customers need not pay because they paid early; it lessens income.
    EarlyPaymentDiscounts,
    /// Expense: owed and never paid.
    BadDebt,
    /// Income: what paying late costs.
    LateFees,
}

/// The side of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Left: assets grow, liabilities and income shrink.
    Debit,
    /// Right: liabilities and income grow, assets shrink.
    Credit,
}

/// Why postings are not an entry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JournalError {
    /// The sides differ.
    #[error("the entry \"{text}\" does not balance: debits {debits}, credits {credits}")]
    Unbalanced {
        /// What the entry is for.
        text: String,
        /// Sum of the left side.
        debits: Money,
        /// Sum of the right side.
        credits: Money,
    },
    /// A posting of nothing, or of less.
    #[error(
        "the entry \"{text}\" posts {amount} to {account}: post a positive amount to the other side instead"
    )]
    NotPositive {
        /// What the entry is for.
        text: String,
        /// The account.
        account: LedgerAccount,
        /// The amount.
        amount: Decimal,
    },
    /// A sum could not be computed.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl JournalEntry {
    /// Postings on a day that balance; an entry without postings is allowed and says that nothing moved.
    pub fn try_new(
        date: Date,
        text: String,
        currency: Currency,
        postings: Vec<Posting>,
    ) -> Result<Self, JournalError> {
        if let Some(posting) = postings.iter().find(|posting| posting.amount <= Decimal::ZERO) {
            return Err(JournalError::NotPositive {
                text,
                account: posting.account.clone(),
                amount: posting.amount,
            });
        }
        let debits = side_sum(currency, &postings, Side::Debit)?;
        let credits = side_sum(currency, &postings, Side::Credit)?;
        if debits != credits {
            return Err(JournalError::Unbalanced {
                text,
                debits,
                credits,
            });
        }
        Ok(Self {
            date,
            text,
            currency,
            postings,
        })
    }

    /// The day it is posted on.
    #[must_use]
    pub fn date(&self) -> Date {
        self.date
    }

    /// What it is for.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All its amounts are in it.
    #[must_use]
    pub fn currency(&self) -> Currency {
        self.currency
    }

    /// Its postings.
    #[must_use]
    pub fn postings(&self) -> &[Posting] {
        &self.postings
    }
}

impl Posting {
    /// An amount on its side: a negative one stands on the other side; nothing for zero.
    #[must_use]
    pub fn signed(
        account: LedgerAccount,
        side: Side,
        amount: Decimal,
        charge: Option<String>,
    ) -> Option<Self> {
        if amount.is_zero() {
            return None;
        }
        let side = if amount.is_sign_negative() {
            side.other()
        } else {
            side
        };
        Some(Self {
            account,
            side,
            amount: amount.abs(),
            charge,
        })
    }
}

impl Side {
    /// The opposite side.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Debit => Self::Credit,
            Self::Credit => Self::Debit,
        }
    }
}

fn side_sum(currency: Currency, postings: &[Posting], side: Side) -> Result<Money, MoneyError> {
    postings
        .iter()
        .filter(|posting| posting.side == side)
        .try_fold(Money::zero(currency), |sum, posting| {
            sum.plus(Money::new(posting.amount, currency))
        })
}

impl fmt::Display for LedgerAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AccountsReceivable => f.write_str("accounts receivable"),
            Self::ContractAsset => f.write_str("contract asset"),
            Self::DeferredRevenue => f.write_str("deferred revenue"),
            Self::CustomerCredits => f.write_str("customer credits"),
            Self::TaxPayable { tax } => write!(f, "tax payable ({tax})"),
            Self::Revenue => f.write_str("revenue"),
            Self::Breakage => f.write_str("breakage"),
            Self::Cash => f.write_str("cash"),
            Self::UnappliedCash => f.write_str("unapplied cash"),
            Self::EarlyPaymentDiscounts => f.write_str("early payment discounts"),
            Self::BadDebt => f.write_str("bad debt"),
            Self::LateFees => f.write_str("late fees"),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    date: Date,
    text: String,
    currency: Currency,
    postings: Vec<Posting>,
}

impl TryFrom<Unchecked> for JournalEntry {
    type Error = JournalError;

    fn try_from(entry: Unchecked) -> Result<Self, JournalError> {
        Self::try_new(entry.date, entry.text, entry.currency, entry.postings)
    }
}

impl From<JournalEntry> for Unchecked {
    fn from(entry: JournalEntry) -> Self {
        Self {
            date: entry.date,
            text: entry.text,
            currency: entry.currency,
            postings: entry.postings,
        }
    }
}

#[cfg(test)]
mod tests;
