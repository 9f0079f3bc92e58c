//! Tax, for each rate on the sum of its lines, by the plan's policy.

use std::collections::BTreeMap;

use pricing::fraction::Fraction;
use pricing::money::{Money, MoneyError};
use pricing::plan::{Plan, Tax};
use pricing::tax::TaxedLine;
use pricing::working::{Step, Working};
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

/// The taxes of the version in force, then those of the others, the latest agreed first.
pub(super) fn known<'a>(versions: &[&'a Plan], in_force: &'a Plan) -> Vec<&'a Tax> {
    let others = versions.iter().rev().flat_map(|plan| &plan.taxes);
    in_force.taxes.iter().chain(others).collect()
}

/// The taxes of some lines, in the order in which they are known; of two with one id the first counts.
pub(super) fn on_lines(plan: &Plan, known: &[&Tax], lines: &[DueLine]) -> Result<Vec<TaxLine>, DraftError> {
    let mut taxed: BTreeMap<usize, Vec<TaxedLine>> = BTreeMap::new();
    for due in lines {
        let Some(tax) = &due.line.tax else { continue };
        let at = known.iter().position(|known| known.id == *tax);
        let at = at.ok_or_else(|| DraftError::UnknownTax {
            line: due.line.description.clone(),
            tax: tax.clone(),
        })?;
        taxed.entry(at).or_default().push(TaxedLine {
            rounded: due.line.amount,
            unrounded: unrounded(due),
        });
    }
    taxed
        .into_iter()
        .filter_map(|(at, lines)| Some(tax_on(plan, known.get(at)?, &lines)))
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

/// The lines stay as they are rounded, whatever the tax is taken of.
fn tax_on(plan: &Plan, tax: &Tax, lines: &[TaxedLine]) -> Result<TaxLine, MoneyError> {
    let taxed = pricing::tax::on_lines(tax, lines, plan.currency, plan.policy.tax_base)?;
    let sum = lines
        .iter()
        .try_fold(Money::zero(plan.currency), |sum, line| sum.plus(line.rounded))?;
    Ok(TaxLine {
        tax: tax.id.clone(),
        name: tax.name.clone(),
        percent: tax.percent,
        included: tax.included,
        base: if tax.included { sum.minus(taxed.tax)? } else { sum },
        amount: taxed.tax,
    })
}

/// A correction is of rounded amounts; a first line has its steps without the rounding.
fn unrounded(due: &DueLine) -> Fraction {
    let rounded = Fraction::whole(due.line.amount.amount);
    if due.reason.is_adjustment() {
        return rounded;
    }
    let steps = &due.line.working.steps;
    let exact = steps
        .iter()
        .filter(|step| !matches!(step, Step::Rounded { .. }))
        .cloned()
        .collect();
    let working = Working {
        currency: due.line.working.currency,
        steps: exact,
    };
    working.total().unwrap_or(rounded)
}
