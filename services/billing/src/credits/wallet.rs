//! Wallets: balances of money that pay the fees of one invoice.

use pricing::money::Money;
use pricing::money::MoneyError;
use rust_decimal::Decimal;

/// A balance of money with the fees it may pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wallet {
    /// What people call it.
    pub id: String,
    /// At least 0.
    pub balance: Money,
    /// Lower numbers pay first; of equal ones the older, which stands earlier in the list.
    pub priority: i64,
    /// Kinds of fee it may pay; all if empty.
    pub pays: Vec<String>,
}

/// A fee of an invoice, tax included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fee {
    /// Its kind.
    pub kind: String,
    /// With tax.
    pub amount: Money,
}

/// What the wallets paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// In all.
    pub paid: Money,
    /// What remains to be paid.
    pub due: Money,
    /// The wallets as they are left, in the order given.
    pub wallets: Vec<Wallet>,
}

/// Pays the fees in order, each from the wallets by priority and then age. A fee below zero (a credit) moves nothing.
pub fn apply_wallets(mut wallets: Vec<Wallet>, fees: &[Fee], zero: Money) -> Result<Applied, MoneyError> {
    let mut order: Vec<usize> = (0..wallets.len()).collect();
    order.sort_by_key(|at| wallets.get(*at).map(|wallet| wallet.priority));
    let (mut paid, mut due) = (zero, zero);
    for fee in fees {
        let mut left = fee.amount;
        for at in &order {
            let Some(wallet) = wallets.get_mut(*at) else {
                continue;
            };
            if !wallet.pays.is_empty() && !wallet.pays.contains(&fee.kind) {
                continue;
            }
            let part = wallet.balance.amount.min(left.amount).max(Decimal::ZERO);
            let part = Money::new(part, left.currency);
            wallet.balance = wallet.balance.minus(part)?;
            left = left.minus(part)?;
            paid = paid.plus(part)?;
        }
        due = due.plus(left)?;
    }
    Ok(Applied { paid, due, wallets })
}
