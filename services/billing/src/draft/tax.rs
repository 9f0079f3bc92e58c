//! Tax, for each rate on the sum of its rounded lines.

use std::collections::BTreeMap;

use pricing::money::{Money, MoneyError};
use pricing::plan::{Plan, Tax};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::DraftError;
use crate::line::DueLine;

/// One tax on an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxLine {
    /// Id of the tax in the plan.
    pub tax: String,
    /// What stands on the invoice.
    pub name: String,
    /// 20 means twenty percent.
    pub percent: Decimal,
    /// Is it contained in the lines, rather than added to them?
    pub included: bool,
    /// What the tax is on, without the tax.
    pub base: Money,
    /// The tax, rounded once.
    pub amount: Money,
}

/// The taxes of some lines, in the order of the plan.
pub(super) fn on_lines(plan: &Plan, lines: &[DueLine]) -> Result<Vec<TaxLine>, DraftError> {
    let mut sums: BTreeMap<usize, Money> = BTreeMap::new();
    for due in lines {
        let Some(tax) = &due.line.tax else { continue };
        let at = plan.taxes.iter().position(|known| known.id == *tax);
        let at = at.ok_or_else(|| DraftError::UnknownTax {
            line: due.line.description.clone(),
            tax: tax.clone(),
        })?;
        let sum = sums.entry(at).or_insert(Money::zero(plan.currency));
        *sum = sum.plus(due.line.amount)?;
    }
    sums.into_iter()
        .filter_map(|(at, sum)| plan.taxes.get(at).map(|tax| tax_on(tax, sum)))
        .collect::<Result<_, _>>()
        .map_err(DraftError::Money)
}

/// Net of included tax, and the sum with the tax that is added.
pub(super) fn net_and_total(sum: Money, taxes: &[TaxLine]) -> Result<(Money, Money), MoneyError> {
    taxes.iter().try_fold((sum, sum), |(net, total), tax| {
        Ok(if tax.included {
            (net.minus(tax.amount)?, total)
        } else {
            (net, total.plus(tax.amount)?)
        })
    })
}

fn tax_on(tax: &Tax, sum: Money) -> Result<TaxLine, MoneyError> {
    let amount = Money::new(share(tax, sum.amount).ok_or(MoneyError::Overflow)?, sum.currency).rounded();
    Ok(TaxLine {
        tax: tax.id.clone(),
        name: tax.name.clone(),
        percent: tax.percent,
        included: tax.included,
        base: if tax.included { sum.minus(amount)? } else { sum },
        amount,
    })
}

fn share(tax: &Tax, sum: Decimal) -> Option<Decimal> {
    let of = if tax.included {
        Decimal::ONE_HUNDRED.checked_add(tax.percent)?
    } else {
        Decimal::ONE_HUNDRED
    };
    sum.checked_mul(tax.percent)?.checked_div(of)
}
