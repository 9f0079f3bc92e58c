//! Tax: for each rate on the sum of its lines, added to prices or contained in them.

use rust_decimal::Decimal;

use crate::fraction::Fraction;
use crate::money::{Currency, Money, MoneyError};
use crate::plan::{Tax, TaxBase};
use crate::working::{Step, Working};

/// The lines of one rate added up, and the tax on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taxed {
    /// Without the tax.
    pub net: Money,
    /// The tax, rounded once.
    pub tax: Money,
    /// With the tax.
    pub total: Money,
    /// How the tax came about; recomputes to `tax`.
    pub working: Working,
}

/// An amount of a line, before and after it was rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaxedLine {
    /// As it stands on the invoice.
    pub rounded: Money,
    /// As exact as it was.
    pub unrounded: Fraction,
}

/// The tax on lines of one rate, by the plan's policy.
pub fn on_lines(
    tax: &Tax,
    lines: &[TaxedLine],
    currency: Currency,
    base: TaxBase,
) -> Result<Taxed, MoneyError> {
    let rounded = lines
        .iter()
        .try_fold(Money::zero(currency), |sum, line| sum.plus(line.rounded))?;
    let exact = match base {
        TaxBase::RoundedLines => rounded.amount.into(),
        TaxBase::UnroundedLines => sum(lines).ok_or(MoneyError::Overflow)?,
    };
    let (amount, working) = on_amount(tax, exact, currency)?;
    match base {
        TaxBase::RoundedLines if tax.included => Ok(Taxed {
            net: rounded.minus(amount)?,
            tax: amount,
            total: rounded,
            working,
        }),
        TaxBase::RoundedLines => Ok(Taxed {
            net: rounded,
            tax: amount,
            total: rounded.plus(amount)?,
            working,
        }),
        TaxBase::UnroundedLines => {
            let total = total_of(tax, exact, currency).ok_or(MoneyError::Overflow)?;
            Ok(Taxed {
                net: total.minus(amount)?,
                tax: amount,
                total,
                working,
            })
        }
    }
}

/// The tax on one amount, however exact that is, rounded once.
pub fn on_amount(tax: &Tax, amount: Fraction, currency: Currency) -> Result<(Money, Working), MoneyError> {
    let mut working = Working::new(currency);
    let exact = Step::Tax {
        name: tax.name.clone(),
        percent: tax.percent,
        included: tax.included,
    };
    let taken = exact.apply(amount).ok_or(MoneyError::Overflow)?;
    // The amount itself may be a fraction, which an amount step would have to cut.
    working.steps.push(Step::TaxedAmount { amount });
    working.steps.push(exact);
    working.steps.push(Step::Rounded {
        digits: currency.minor_digits(),
    });
    let rounded = taken
        .rounded(currency.minor_digits())
        .ok_or(MoneyError::Overflow)?;
    Ok((Money::new(rounded, currency).rounded(), working))
}

fn sum(lines: &[TaxedLine]) -> Option<Fraction> {
    lines
        .iter()
        .try_fold(Fraction::ZERO, |sum, line| sum.checked_add(line.unrounded))
}

fn total_of(tax: &Tax, exact: Fraction, currency: Currency) -> Option<Money> {
    let with = if tax.included { Decimal::ZERO } else { tax.percent };
    let factor = Decimal::ONE_HUNDRED
        .checked_add(with)?
        .checked_mul(Decimal::new(1, 2))?;
    let total = exact
        .checked_mul(factor.into())?
        .rounded(currency.minor_digits())?;
    Some(Money::new(total, currency).rounded())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tax(percent: &str, included: bool) -> Tax {
        Tax {
            id: "vat".into(),
            name: "VAT".into(),
            percent: percent.parse().unwrap(),
            included,
            sources: vec![],
        }
    }

    fn lines(amounts: &[&str]) -> Vec<TaxedLine> {
        let eur: Currency = "EUR".parse().unwrap();
        let line = |text: &&str| {
            let unrounded: Fraction = text.parse().unwrap();
            TaxedLine {
                rounded: Money::new(unrounded.rounded(2).unwrap(), eur).rounded(),
                unrounded,
            }
        };
        amounts.iter().map(line).collect()
    }

    #[test]
    fn net_tax_and_total_add_up_in_every_policy() {
        use TaxBase::{RoundedLines, UnroundedLines};
        for (amounts, percent, included, base, net, tax_amount, total) in [
            (
                vec!["726.86"],
                "20",
                false,
                RoundedLines,
                "726.86",
                "145.37",
                "872.23",
            ),
            (vec!["120"], "20", true, RoundedLines, "100.00", "20.00", "120.00"),
            // Three thirds of a cent round away each by itself, and are a cent together.
            (
                vec!["1/300", "1/300", "1/300"],
                "10",
                false,
                RoundedLines,
                "0.00",
                "0.00",
                "0.00",
            ),
            (
                vec!["1/300", "1/300", "1/300"],
                "10",
                false,
                UnroundedLines,
                "0.01",
                "0.00",
                "0.01",
            ),
            (
                vec!["0.125", "0.125"],
                "20",
                false,
                RoundedLines,
                "0.26",
                "0.05",
                "0.31",
            ),
            (
                vec!["0.125", "0.125"],
                "20",
                false,
                UnroundedLines,
                "0.25",
                "0.05",
                "0.30",
            ),
        ] {
            let taxed = on_lines(
                &tax(percent, included),
                &lines(&amounts),
                "EUR".parse().unwrap(),
                base,
            )
            .unwrap();
            let found = [taxed.net, taxed.tax, taxed.total].map(|money| money.amount.to_string());
            assert_eq!(found, [net, tax_amount, total], "{amounts:?} {base:?}");
            assert_eq!(taxed.working.recompute(), Ok(taxed.tax));
        }
    }
}
