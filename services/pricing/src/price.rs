//! Prices: how a quantity becomes an amount. One rule a file; this one holds what they are made of.

pub mod capacity;
pub mod movement;

mod block;
mod flat;
mod graduated;
mod graduated_percentage;
mod matrix;
mod measured;
mod package;
mod per_unit;
mod percentage;
mod stairstep;
mod tier;
mod volume;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::fraction::is_below_zero;
use crate::working::Step;

pub use measured::{Measured, MeasuredCell};

/// How a quantity becomes an amount, in the plan's currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "model", rename_all = "snake_case", deny_unknown_fields)]
pub enum Price {
    /// The same amount whatever the quantity.
    Flat {
        /// For a whole period.
        amount: Decimal,
    },
    /// Quantity × price.
    PerUnit {
        /// For [`per`](Price::PerUnit::per) units.
        unit_price: Decimal,
        /// How many units the price is for: 1, or 1,000,000 in "$0.15 per 1M tokens". Above 0.
        #[serde(default = "one")]
        per: Decimal,
    },
    /// Every unit at the price of the tier it falls in.
    Graduated {
        /// In order.
        tiers: Tiers,
    },
    /// All units at the price of the tier the quantity reaches.
    Volume {
        /// In order.
        tiers: Tiers,
    },
    /// One flat fee: that of the tier the quantity reaches.
    Stairstep {
        /// In order; each holds a flat fee.
        tiers: Tiers,
    },
    /// Sold in packages.
    Package {
        /// Units in one; above 0.
        size: Decimal,
        /// Price of one.
        package_price: Decimal,
        /// What a started package counts.
        #[serde(default)]
        started: StartedPackage,
    },
    /// A share of money (take rate, revenue share, royalty).
    Percentage {
        /// Of the money.
        rate: PercentageRate,
    },
    /// Each part of the money at the rate of its tier.
    GraduatedPercentage {
        /// In order; each holds a rate.
        tiers: Tiers,
    },
    /// Another price for each combination of dimension values (region, model, input or output).
    Matrix {
        /// Names of the dimensions, in the order of each cell's values.
        dimensions: Vec<String>,
        /// The combinations.
        cells: Vec<MatrixCell>,
        /// For combinations not listed; refused without one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        otherwise: Option<Box<Price>>,
    },
}

fn one() -> Decimal {
    Decimal::ONE
}

/// Tiers and how they are counted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tiers {
    /// In order of their upper bounds; only the last may be open.
    pub rows: Vec<Tier>,
    /// Does a tier hold its upper bound?
    #[serde(default)]
    pub bound: TierBound,
    /// Over which time units fill the tiers.
    #[serde(default)]
    pub count: TierCount,
    /// Is the first tier's flat fee due when nothing was used?
    #[serde(default, skip_serializing_if = "ZeroUsage::is_default")]
    pub zero: ZeroUsage,
}

/// One tier: above the one before it, up to its bound.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Upper bound as the contract prints it; open if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<Decimal>,
    /// Price of one unit in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_price: Option<Decimal>,
    /// Charged once when the tier is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flat_fee: Option<Decimal>,
    /// Share of the money in it; 2.5 means two and a half percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<Decimal>,
    /// The tier costs no more than this, flat fee included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flat_cap: Option<Decimal>,
    /// Sold in whole blocks of so many units, above 0: the unit price is then the price of one started block.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<Decimal>,
}

/// Does a tier hold its upper bound? Bounds are continuous either way: 999.5 units always fall in one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TierBound {
    /// Yes: "up to 1,000", "1 – 1,000".
    #[default]
    UpperInclusive,
    /// No: "fewer than 1,000", and the next "at least 1,000".
    UpperExclusive,
}

/// Over which time units fill the tiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TierCount {
    /// Each period begins at the first tier.
    #[default]
    PerPeriod,
    /// Units of the whole term add up.
    OverTerm,
}

/// Is the first tier's flat fee due when nothing was used?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZeroUsage {
    /// No: nothing used, nothing due.
    #[default]
    NothingDue,
    /// Yes: the contract calls it a base or minimum fee.
    FirstFeeDue,
}

impl ZeroUsage {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// What a started package counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartedPackage {
    /// A whole one.
    #[default]
    Whole,
    /// Its exact part.
    Exact,
    /// Nothing.
    Nothing,
}

/// A share of money, with what is taken or spared for each transaction.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PercentageRate {
    /// 2.9 means two point nine percent.
    pub percent: Decimal,
    /// Added for each transaction that is not free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed_fee: Option<Decimal>,
    /// The least a transaction costs, fixed fee included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_transaction_min: Option<Decimal>,
    /// The most a transaction costs, fixed fee included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_transaction_max: Option<Decimal>,
    /// So many transactions of a period are free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_events: Option<u32>,
    /// So much money of a period is free.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_amount: Option<Decimal>,
    /// With free transactions and free money both: how they go together.
    #[serde(default, skip_serializing_if = "FreeEnds::is_default")]
    pub free_ends: FreeEnds,
}

/// How free transactions and free money go together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FreeEnds {
    /// The first transactions are free whatever their size; the free money is for those after them.
    #[default]
    Separately,
    /// Both run from the first transaction, and where one is used up the other ends too.
    FirstReached,
}

impl FreeEnds {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// One combination of dimension values and its price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatrixCell {
    /// In the order of the dimensions.
    pub values: Vec<String>,
    /// Not a matrix itself.
    pub price: Price,
}

/// Why a price cannot be applied to what was measured.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// More than 28 digits.
    #[error("the amount is too large to be exact (more than 28 digits)")]
    TooLarge,
    /// Less than nothing was used.
    #[error("a quantity of {quantity} is below zero: correct the usage it comes from")]
    Negative {
        /// What was measured.
        quantity: Decimal,
    },
    /// A divisor that is not above zero.
    #[error("the {what} of the price is {value}, but must be above zero")]
    NotAboveZero {
        /// Which one.
        what: &'static str,
        /// What it is.
        value: Decimal,
    },
    /// A tiered price without tiers.
    #[error("the price has no tiers")]
    NoTiers,
    /// The last tier has an upper bound, and more was used.
    #[error("{quantity} units are above the last tier, which ends at {up_to}: agree a price for them")]
    AboveLastTier {
        /// What was measured.
        quantity: Decimal,
        /// Where the last tier ends.
        up_to: Decimal,
    },
    /// A tier does not say what it costs.
    #[error("tier {tier} does not say what it costs")]
    TierWithoutPrice {
        /// From 1.
        tier: u32,
    },
    /// A fee or limit for each transaction needs the transactions.
    #[error("the price has terms for each transaction, but only a total was measured")]
    TransactionsNeeded,
    /// A matrix price needs the dimensions.
    #[error("the price depends on dimensions, but the usage was measured without them")]
    DimensionsNeeded,
    /// Only a matrix price takes quantities by dimension.
    #[error("the usage was measured by dimension, but the price does not depend on any")]
    NoMatrix,
    /// A combination without a price.
    #[error("no price is agreed for {values}: add the combination or a price for all others")]
    CellNotListed {
        /// The combination.
        values: String,
    },
    /// A matrix inside a matrix.
    #[error("a cell of a matrix price is itself a matrix")]
    NestedMatrix,
}

impl Price {
    /// Appends the steps by which this price turns what was measured into an amount.
    pub fn steps(&self, measured: Measured<'_>, out: &mut Vec<Step>) -> Result<(), PriceError> {
        match (self, measured) {
            (Self::Matrix { cells, otherwise, .. }, Measured::Cells(parts)) => {
                matrix::steps(parts, cells, otherwise.as_deref(), out)
            }
            (Self::Matrix { .. }, _) => Err(PriceError::DimensionsNeeded),
            (_, Measured::Cells(_)) => Err(PriceError::NoMatrix),
            (Self::Percentage { rate }, Measured::Transactions(transactions)) => {
                percentage::of_transactions(transactions, rate, out)
            }
            (_, Measured::Units(units)) => self.unit_steps(units, units, out),
            (_, Measured::Weighted { units, reached }) => self.unit_steps(units, reached, out),
            (_, Measured::Transactions(_)) => {
                let units = measured.total()?;
                self.unit_steps(units, units, out)
            }
        }
    }

    fn unit_steps(&self, units: Decimal, reached: Decimal, out: &mut Vec<Step>) -> Result<(), PriceError> {
        if is_below_zero(units) {
            return Err(PriceError::Negative { quantity: units });
        }
        match self {
            Self::Flat { amount } => {
                flat::steps(*amount, out);
                Ok(())
            }
            Self::PerUnit { unit_price, per } => per_unit::steps(units, *unit_price, *per, out),
            Self::Graduated { tiers } => graduated::steps(units, tiers, out),
            Self::Volume { tiers } => volume::steps(units, reached, tiers, out),
            Self::Stairstep { tiers } => stairstep::steps(units, reached, tiers, out),
            Self::Package {
                size,
                package_price,
                started,
            } => package::steps(units, *size, *package_price, *started, out),
            Self::Percentage { rate } => percentage::of_total(units, rate, out),
            Self::GraduatedPercentage { tiers } => graduated_percentage::steps(units, tiers, out),
            Self::Matrix { .. } => Err(PriceError::DimensionsNeeded),
        }
    }

    /// Its tiers, if it has any.
    #[must_use]
    pub fn tiers(&self) -> Option<&Tiers> {
        match self {
            Self::Graduated { tiers }
            | Self::Volume { tiers }
            | Self::Stairstep { tiers }
            | Self::GraduatedPercentage { tiers } => Some(tiers),
            _ => None,
        }
    }

    /// Do units of the whole term fill its tiers?
    #[must_use]
    pub fn counts_over_term(&self) -> bool {
        self.tiers()
            .is_some_and(|tiers| tiers.count == TierCount::OverTerm)
    }
}

#[cfg(test)]
mod tests;
