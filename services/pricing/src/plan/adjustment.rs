//! What changes a price: included units, ramps, escalators, discounts, minimum and maximum, ceilings over several
//! charges, tax, in that order.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::charge::Cadence;
use super::credit::CommitmentSpan;
use crate::price::Price;
use crate::source::FieldSource;

/// Turns what is measured into units of the price, before anything else is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitConversion {
    /// One measured unit is so many, before they are divided; above 0.
    #[serde(default = "one")]
    pub multiplier: Decimal,
    /// So many of them are one unit of the price; above 0.
    #[serde(default = "one")]
    pub divisor: Decimal,
    /// What a part of a unit becomes.
    #[serde(default)]
    pub rounding: UnitRounding,
}

fn one() -> Decimal {
    Decimal::ONE
}

/// What a part of a unit becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitRounding {
    /// It stays a part.
    #[default]
    Exact,
    /// A whole unit.
    Up,
    /// Nothing.
    Down,
    /// A whole unit from one half on.
    Nearest,
}

/// Units that cost nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Included {
    /// How many.
    pub units: Decimal,
    /// Over the whole term rather than each period?
    #[serde(default)]
    pub over_term: bool,
}

/// Another price from a date on, until the next segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RampSegment {
    /// First day at this price.
    pub from: Date,
    /// The price from then on; a flat zero is a free period.
    pub price: Price,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<FieldSource>,
}

/// An agreed increase on certain dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Escalator {
    /// First day at the increased price.
    pub first: Date,
    /// How often after that; once if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<Cadence>,
    /// By how much.
    pub by: Escalation,
    /// Is each increase taken on the increased price?
    #[serde(default = "yes")]
    pub compounding: bool,
}

fn yes() -> bool {
    true
}

/// By how much a price rises.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Escalation {
    /// By a percentage.
    Percent {
        /// 3 means three percent.
        percent: Decimal,
    },
    /// By the change of a published index.
    Index {
        /// Name of the series, as facts give it.
        series: String,
        /// The reference month lies this many months before the increase.
        lag_months: u32,
        /// Never less than this percentage.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        floor: Option<Decimal>,
        /// Never more than this percentage.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cap: Option<Decimal>,
        /// Percentage points added to the change.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        plus: Option<Decimal>,
    },
    /// The greatest of several.
    GreaterOf {
        /// At least two.
        of: Vec<Escalation>,
    },
    /// The least of several.
    LesserOf {
        /// At least two.
        of: Vec<Escalation>,
    },
}

/// An agreed reduction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Discount {
    /// What stands on the invoice.
    pub name: String,
    /// How much.
    pub value: DiscountValue,
    /// First day; the charge's own start if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Date>,
    /// The day after the last; without end if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// On a plan's discount: ids of the charges it reduces, all if empty. Empty on a charge's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<String>,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<FieldSource>,
}

/// How much a discount takes off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum DiscountValue {
    /// A share of the amount; 10 means ten percent.
    Percent {
        /// From 0 to 100.
        percent: Decimal,
    },
    /// A fixed amount each period.
    Amount {
        /// In the plan's currency.
        amount: Decimal,
    },
    /// So many units free.
    Units {
        /// At least 0.
        units: Decimal,
    },
}

/// The least or the most a period of one charge costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    /// In the plan's currency, for a whole period.
    pub amount: Decimal,
    /// Does a part of a period have a part of the bound?
    #[serde(default)]
    pub prorated: bool,
}

/// The most that several charges cost together. Each line counts in the order of its invoice date and of the plan, after
/// its discounts and before credits; what is above is not billed. The least they cost together is a
/// [`Commitment`](super::Commitment).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ceiling {
    /// Unique in the plan.
    pub id: String,
    /// What the working of a lowered line says.
    pub name: String,
    /// In the plan's currency, for a whole span.
    pub amount: Decimal,
    /// Ids of the charges that count; all if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<String>,
    /// Over which time.
    pub span: CommitmentSpan,
    /// Does a part of a span have a part of the amount?
    #[serde(default)]
    pub prorated: bool,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<FieldSource>,
}

/// A tax that charges name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tax {
    /// Unique in the plan.
    pub id: String,
    /// What stands on the invoice.
    pub name: String,
    /// 20 means twenty percent.
    pub percent: Decimal,
    /// Do prices already contain it?
    #[serde(default)]
    pub included: bool,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<FieldSource>,
}
