//! Collective invoices: what several contracts bill one account on one day, on one document.
//!
//! Net is the sum of the parts to the cent. The tax of each rate is on the sum of all lines, as everywhere: where the
//! parts had rounded it one by one, the cents between stand in the entry too.

use std::collections::BTreeMap;

use jiff::civil::Date;
use pricing::fraction::Fraction;
use pricing::money::{Currency, Money, MoneyError};
use pricing::plan::{Tax, TaxBase};
use pricing::tax::{TaxedLine, on_lines};
use rust_decimal::Decimal;

use super::{DraftError, TaxLine};
use crate::journal::{JournalEntry, JournalError, LedgerAccount, Posting, Side};

/// What one contract brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its taxes.
    pub taxes: Vec<TaxLine>,
    /// Before tax.
    pub net: Money,
    /// The entry it would be issued with alone.
    pub entry: JournalEntry,
}

/// All of them together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collective {
    /// One for each tax, on the sum of its lines.
    pub taxes: Vec<TaxLine>,
    /// Before tax.
    pub net: Money,
    /// What is to be paid.
    pub total: Money,
    /// What it does to the ledger.
    pub entry: JournalEntry,
}

/// Why parts do not come together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CollectiveError {
    /// A sum could not be computed.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The entry does not balance.
    #[error(transparent)]
    Journal(#[from] JournalError),
}

impl From<MoneyError> for CollectiveError {
    fn from(error: MoneyError) -> Self {
        Self::Draft(error.into())
    }
}

/// Can these taxes stand on one document? One id is one rate there.
#[must_use]
pub fn agree(one: &[TaxLine], other: &[TaxLine]) -> bool {
    let same = |a: &TaxLine, b: &TaxLine| {
        a.tax != b.tax || (&a.name, a.percent, a.included) == (&b.name, b.percent, b.included)
    };
    one.iter().all(|a| other.iter().all(|b| same(a, b)))
}

/// Puts parts together that agree, dated as one.
pub fn collect(
    date: Date,
    text: String,
    currency: Currency,
    parts: &[Part],
) -> Result<Collective, CollectiveError> {
    let mut gross = Money::zero(currency);
    let mut sums: Sums = BTreeMap::new();
    for part in parts {
        gross = gross.plus(part.net)?;
        for posting in part.entry.postings() {
            add(&mut sums, posting)?;
        }
    }
    let (mut taxes, mut net, mut total) = (Vec::new(), gross, gross);
    for (before, lines) in by_tax(parts) {
        let tax = together(before, &lines, currency)?;
        let was = lines
            .iter()
            .try_fold(Money::zero(currency), |sum, line| sum.plus(line.amount))?;
        let more = tax.amount.minus(was)?;
        // Contained in the lines, it takes from the net; added to them, it is owed.
        net = if tax.included { net.minus(more)? } else { net };
        total = total
            .plus(tax.amount)?
            .minus(if tax.included { more } else { Money::zero(currency) })?;
        shift(&mut sums, &tax, more)?;
        taxes.push(tax);
    }
    let postings = sums
        .into_iter()
        .filter_map(|((account, charge), credit)| Posting::signed(account, Side::Credit, credit, charge));
    let entry = JournalEntry::try_new(date, text, currency, postings.collect())?;
    Ok(Collective {
        taxes,
        net,
        total,
        entry,
    })
}

/// Credits less debits of each account of the ledger, by charge.
type Sums = BTreeMap<(LedgerAccount, Option<String>), Decimal>;

fn add(sums: &mut Sums, posting: &Posting) -> Result<(), MoneyError> {
    let amount = match posting.side {
        Side::Credit => Some(posting.amount),
        Side::Debit => Decimal::ZERO.checked_sub(posting.amount),
    };
    let key = (posting.account.clone(), posting.charge.clone());
    add_to(sums, key, amount)
}

fn add_to(
    sums: &mut Sums,
    key: (LedgerAccount, Option<String>),
    amount: Option<Decimal>,
) -> Result<(), MoneyError> {
    let sum = sums.entry(key).or_default();
    *sum = amount
        .and_then(|amount| sum.checked_add(amount))
        .ok_or(MoneyError::Overflow)?;
    Ok(())
}

/// The cents by which a tax on the sum differs from the sum of taxes: owed by the customer, or taken from what is earned.
fn shift(sums: &mut Sums, tax: &TaxLine, more: Money) -> Result<(), MoneyError> {
    if more.amount.is_zero() {
        return Ok(());
    }
    let payable = LedgerAccount::TaxPayable { tax: tax.tax.clone() };
    let earned = sums.iter().find(|((account, charge), credit)| {
        charge.is_some() && **credit > Decimal::ZERO && *account != payable
    });
    let against = match earned.filter(|_| tax.included) {
        Some((key, _)) => key.clone(),
        None => (LedgerAccount::AccountsReceivable, None),
    };
    add_to(sums, (payable, None), Some(more.amount))?;
    add_to(sums, against, Decimal::ZERO.checked_sub(more.amount))
}

/// The taxes of all parts by their ids, in the order in which they come.
fn by_tax(parts: &[Part]) -> Vec<(&TaxLine, Vec<&TaxLine>)> {
    let mut taxes: Vec<(&TaxLine, Vec<&TaxLine>)> = Vec::new();
    for tax in parts.iter().flat_map(|part| &part.taxes) {
        match taxes.iter_mut().find(|(first, _)| first.tax == tax.tax) {
            Some((_, lines)) => lines.push(tax),
            None => taxes.push((tax, vec![tax])),
        }
    }
    taxes
}

/// One tax on the sum of what several were on.
fn together(tax: &TaxLine, lines: &[&TaxLine], currency: Currency) -> Result<TaxLine, MoneyError> {
    let mut sum = Money::zero(currency);
    for line in lines {
        sum = sum.plus(line.base)?;
        if tax.included {
            sum = sum.plus(line.amount)?;
        }
    }
    let rate = Tax {
        id: tax.tax.clone(),
        name: tax.name.clone(),
        percent: tax.percent,
        included: tax.included,
        sources: Vec::new(),
    };
    let line = TaxedLine {
        rounded: sum,
        unrounded: Fraction::whole(sum.amount),
    };
    let taxed = on_lines(&rate, &[line], currency, TaxBase::RoundedLines)?;
    Ok(TaxLine {
        base: taxed.net,
        amount: taxed.tax,
        ..tax.clone()
    })
}

#[cfg(test)]
mod tests;
