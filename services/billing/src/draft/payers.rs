//! Who pays: the lines of an agreement on one account, divided over the accounts that pay for it.

use pricing::money::Money;
use pricing::plan::Remainder;
use pricing::split::{Share, SplitError, split};
use pricing::working::{Step, Working};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::line::DueLine;

/// An account that pays for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payer {
    /// Who pays.
    pub account: String,
    /// As invoices address them.
    pub customer: String,
    /// What of it.
    pub pays: Pays,
}

/// What of an account's lines a payer pays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Pays {
    /// A part of every line. The percentages of all payers come to one hundred.
    Percent {
        /// 60 means sixty percent.
        percent: Decimal,
    },
    /// Every line of some charges, commitments or pools. What nobody is named for stays with the account itself.
    Charges {
        /// Their ids.
        charges: Vec<String>,
    },
}

/// The lines that one account pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paid {
    /// The payer; none where the account pays for itself.
    pub by: Option<Payer>,
    /// What it pays.
    pub lines: Vec<DueLine>,
    /// Does another payer before it pay a part of the same lines?
    pub further: bool,
}

/// Divides lines over payers, in the payers' order and what stays with the account last. Parts of a line always sum to
/// it, to the minor unit; a payer whose part comes to nothing has no line.
pub fn divide(lines: Vec<DueLine>, payers: &[Payer], remainder: Remainder) -> Result<Vec<Paid>, SplitError> {
    let mut paid: Vec<Paid> = payers.iter().enumerate().map(nothing_yet).collect();
    let mut own = Vec::new();
    for line in lines {
        if payers
            .iter()
            .any(|payer| matches!(payer.pays, Pays::Percent { .. }))
        {
            let parts = parts(&line, payers, remainder)?;
            for (paid, part) in paid.iter_mut().zip(parts) {
                paid.lines.extend(part);
            }
        } else {
            match paid.iter_mut().find(|paid| is_named(paid, &line)) {
                Some(paid) => paid.lines.push(line),
                None => own.push(line),
            }
        }
    }
    paid.push(Paid {
        by: None,
        lines: own,
        further: false,
    });
    paid.retain(|paid| !paid.lines.is_empty());
    Ok(paid)
}

fn nothing_yet((at, payer): (usize, &Payer)) -> Paid {
    Paid {
        by: Some(payer.clone()),
        lines: Vec::new(),
        further: at > 0 && matches!(payer.pays, Pays::Percent { .. }),
    }
}

fn is_named(paid: &Paid, line: &DueLine) -> bool {
    let pays = paid.by.as_ref().map(|payer| &payer.pays);
    matches!(pays, Some(Pays::Charges { charges }) if charges.contains(&line.line.charge))
}

/// The part of each payer.
fn parts(due: &DueLine, payers: &[Payer], remainder: Remainder) -> Result<Vec<Option<DueLine>>, SplitError> {
    let percent = |payer: &Payer| match payer.pays {
        Pays::Percent { percent } => percent,
        Pays::Charges { .. } => Decimal::ZERO,
    };
    let shares: Vec<Share<'_>> = payers
        .iter()
        .map(|payer| Share {
            id: &payer.account,
            weight: percent(payer),
        })
        .collect();
    let whole = due.line.amount;
    let amounts = split(whole.amount, &shares, whole.currency.minor_digits(), remainder)?;
    let part = |(payer, amount): (&Payer, Decimal)| {
        let owes = !amount.is_zero() || whole.amount.is_zero();
        owes.then(|| part_of(due, percent(payer), amount))
    };
    Ok(payers.iter().zip(amounts).map(part).collect())
}

/// A line of a part of another; its working becomes the words of one step. The whole stays as it is.
fn part_of(due: &DueLine, percent: Decimal, amount: Decimal) -> DueLine {
    let mut part = due.clone();
    if percent == Decimal::ONE_HUNDRED {
        return part;
    }
    let whole = due.line.amount;
    let name = format!(
        "{} % of {} ({})",
        percent.normalize(),
        whole.amount,
        due.line.working
    );
    part.line.amount = Money::new(amount, whole.currency);
    part.line.quantity = None;
    part.line.working = Working {
        currency: whole.currency,
        steps: vec![Step::Amount { name, amount }],
    };
    part
}

#[cfg(test)]
mod tests;
