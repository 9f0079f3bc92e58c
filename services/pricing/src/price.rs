//! Prices: how a quantity becomes an amount. One rule a file; this one holds what they are made of.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// One tier: above the one before it, up to its bound.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
