//! The working as text: `1,000 × 0.10 = 100.00; 9,000 × 0.08 = 720.00; sum 820.00`.

use std::fmt;

use rust_decimal::Decimal;

use super::{Step, Working};
use crate::fraction::Fraction;
use crate::money::{Currency, grouped};

impl fmt::Display for Working {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.phrases().join("; "))
    }
}

impl Working {
    /// The text, one phrase a step; a step that changed nothing has none.
    #[must_use]
    pub fn phrases(&self) -> Vec<String> {
        let mut phrases = Vec::with_capacity(self.steps.len());
        let mut running = Some(Fraction::ZERO);
        let mut parts = 0_usize;
        for step in &self.steps {
            if !step.adds() && parts > 1 && !step.explains() {
                phrases.push(format!("sum {}", self.amount(running)));
                parts = 0;
            }
            let after = running.and_then(|running| step.apply(running));
            phrases.extend(self.phrase(step, running, after));
            parts = parts.saturating_add(usize::from(step.adds()));
            running = after;
        }
        if parts > 1 && self.steps.last().is_some_and(Step::adds) {
            phrases.push(format!("sum {}", self.amount(running)));
        }
        phrases
    }

    fn phrase(&self, step: &Step, before: Option<Fraction>, after: Option<Fraction>) -> Option<String> {
        if step.adds() {
            return Some(step.addition(self.currency, self.amount(step.part())));
        }
        if step.explains() {
            return Some(step.explanation(self.currency));
        }
        let changed = before != after;
        let text = step.change(self.currency)?;
        match step {
            Step::Rounded { .. } if !changed => None,
            Step::Minimum { .. } | Step::Maximum { .. } if !changed => None,
            Step::Minimum { .. } | Step::Maximum { .. } => Some(text),
            _ => Some(format!("{text} = {}", self.amount(after))),
        }
        .map(|text| match step {
            Step::Rounded { .. } => format!("rounded {}", self.amount(after)),
            _ => text,
        })
    }

    fn amount(&self, amount: Option<Fraction>) -> String {
        amount.map_or_else(|| "too large".to_owned(), |amount| exact(amount, self.currency))
    }
}

impl Step {
    /// Does it add a part of its own, which a sum then closes?
    fn adds(&self) -> bool {
        matches!(
            self,
            Self::Flat { .. }
                | Self::PerUnit { .. }
                | Self::Tier { .. }
                | Self::Weighted { .. }
                | Self::TierPercentage { .. }
                | Self::Package { .. }
                | Self::Percentage { .. }
                | Self::TransactionFees { .. }
                | Self::TransactionsRaised { .. }
                | Self::TransactionsCapped { .. }
                | Self::Amount { .. }
                | Self::TaxedAmount { .. }
        )
    }

    /// Does it leave the amount as it is?
    fn explains(&self) -> bool {
        matches!(
            self,
            Self::Converted { .. }
                | Self::Included { .. }
                | Self::UnitsOff { .. }
                | Self::RampUsed { .. }
                | Self::Cell { .. }
                | Self::Free { .. }
        )
    }

    fn explanation(&self, currency: Currency) -> String {
        match self {
            Self::Converted { measured, units } => {
                format!("{} measured = {} units", plain(*measured), plain(*units))
            }
            Self::Included { units, free } => format!("{} − {} included", plain(*units), plain(*free)),
            Self::UnitsOff { name, units } => format!("{} units off ({name})", plain(*units)),
            Self::RampUsed { from } => format!("at the price from {from}"),
            Self::Cell { values } => format!("for {}", values.join(", ")),
            Self::Free { events, amount } => {
                format!("{events} transactions and {} free", money(*amount, currency))
            }
            _ => String::new(),
        }
    }

    fn addition(&self, currency: Currency, amount: String) -> String {
        let price = |value: Decimal| money(value, currency);
        match self {
            Self::PerUnit {
                quantity,
                unit_price,
                per,
            } if *per == Decimal::ONE => {
                format!("{} × {} = {amount}", plain(*quantity), price(*unit_price))
            }
            Self::PerUnit {
                quantity,
                unit_price,
                per,
            } => {
                format!(
                    "{} × {} / {} = {amount}",
                    plain(*quantity),
                    price(*unit_price),
                    plain(*per)
                )
            }
            Self::Tier { .. } => self.tier(currency, amount),
            Self::Weighted {
                units,
                part,
                unit_price,
                ..
            } => {
                format!("{} × {} × {part} = {amount}", plain(*units), price(*unit_price))
            }
            Self::TierPercentage {
                base,
                percent,
                flat_fee,
                ..
            } => {
                format!(
                    "{} × {} %{} = {amount}",
                    price(*base),
                    plain(*percent),
                    plus(*flat_fee, currency)
                )
            }
            Self::Package {
                quantity,
                packages,
                package_price,
            } => format!(
                "{} units in {} packages × {} = {amount}",
                plain(*quantity),
                plain(*packages),
                price(*package_price)
            ),
            Self::Percentage { base, percent } => {
                format!("{} × {} % = {amount}", price(*base), plain(*percent))
            }
            Self::TransactionFees { count, fee } => {
                format!("{count} transactions × {} = {amount}", price(*fee))
            }
            Self::TransactionsRaised { count, to } => {
                format!("{count} transactions raised to {} = {amount}", price(*to))
            }
            Self::TransactionsCapped { count, at } => {
                format!("{count} transactions capped at {} = {amount}", price(*at))
            }
            Self::Amount { name, .. } => format!("{name} {amount}"),
            _ => amount,
        }
    }

    fn tier(&self, currency: Currency, amount: String) -> String {
        let Self::Tier {
            quantity,
            block,
            unit_price,
            flat_fee,
            cap,
            ..
        } = self
        else {
            return amount;
        };
        if quantity.is_zero() || unit_price.is_zero() && !flat_fee.is_zero() {
            return format!("{} units = {amount}", plain(*quantity));
        }
        let blocks = block.map_or_else(String::new, |block| format!(" blocks of {}", plain(block)));
        let cap = cap.map_or_else(String::new, |cap| format!(", at most {}", money(cap, currency)));
        format!(
            "{}{blocks} × {}{}{cap} = {amount}",
            plain(*quantity),
            money(*unit_price, currency),
            plus(*flat_fee, currency)
        )
    }

    fn change(&self, currency: Currency) -> Option<String> {
        let text = match self {
            Self::TermBefore { units, amount } => {
                format!(
                    "− {} for {} units before",
                    exact(*amount, currency),
                    plain(*units)
                )
            }
            Self::Escalated { on, factor, rule, .. } => format!("× {factor} ({rule}, from {on})"),
            Self::DiscountPercent { name, percent } => format!("− {} % ({name})", plain(*percent)),
            Self::DiscountAmount { name, amount } => format!("− {} ({name})", money(*amount, currency)),
            Self::Minimum { amount, part } => {
                format!("raised to the minimum {}", bound(*amount, *part, currency))
            }
            Self::Maximum { amount, part } => {
                format!("lowered to the maximum {}", bound(*amount, *part, currency))
            }
            Self::Prorated { days, of } => format!("× {days}/{of} days"),
            Self::Rounded { .. } => String::new(),
            Self::Before { units, amount } => {
                format!(
                    "− {} billed before for {} units",
                    money(*amount, currency),
                    plain(*units)
                )
            }
            Self::CreditDrawn { pool, amount } => format!("− {} from {pool}", money(*amount, currency)),
            Self::Tax {
                name,
                percent,
                included: false,
            } => format!("× {} % {name}", plain(*percent)),
            Self::Tax {
                name,
                percent,
                included: true,
            } => format!("contains {} % {name}", plain(*percent)),
            _ => return None,
        };
        Some(text)
    }
}

fn bound(amount: Decimal, part: Fraction, currency: Currency) -> String {
    if part == Fraction::ONE {
        return money(amount, currency);
    }
    format!("{} × {part}", money(amount, currency))
}

fn plus(flat_fee: Decimal, currency: Currency) -> String {
    if flat_fee.is_zero() {
        String::new()
    } else {
        format!(" + {}", money(flat_fee, currency))
    }
}

fn plain(value: Decimal) -> String {
    grouped(value.normalize(), 0)
}

fn money(value: Decimal, currency: Currency) -> String {
    grouped(value.normalize(), currency.minor_digits())
}

/// Exact where it ends within ten decimals, otherwise cut there with an ellipsis: shown, never computed with.
fn exact(amount: Fraction, currency: Currency) -> String {
    let Some(value) = amount.approximate() else {
        return amount.to_string();
    };
    let shown = value.round_dp(10);
    let dots = if Fraction::whole(shown) == amount {
        ""
    } else {
        "…"
    };
    let shown = if dots.is_empty() {
        shown
    } else {
        value.trunc_with_scale(6)
    };
    format!("{}{dots}", money(shown, currency))
}
