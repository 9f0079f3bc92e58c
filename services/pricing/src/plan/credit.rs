//! Prepaid credits and promised spend.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::charge::Cadence;
use crate::source::FieldSource;

/// Credits bought in advance that usage draws down. Pools pay in the order priority, expiry, id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreditPool {
    /// Unique in the plan.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What it is counted in.
    pub unit: PoolUnit,
    /// Credits granted when the purchase below is billed, in the pool's unit.
    pub grant: Decimal,
    /// Id of the charge that buys it; granted on the plan's first day if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bought_by: Option<String>,
    /// Ids of the charges it pays; all metered ones if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pays: Vec<String>,
    /// Lower numbers pay first.
    #[serde(default)]
    pub priority: i32,
    /// When what is left is lost.
    #[serde(default)]
    pub expiry: Expiry,
    /// What of it goes over into the next grant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rollover: Option<Rollover>,
    /// Bought again by itself when the balance falls low.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_up: Option<TopUp>,
    /// Does it pay the tax too?
    #[serde(default)]
    pub pays_tax: bool,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<FieldSource>,
}

/// What a pool is counted in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "in", rename_all = "snake_case", deny_unknown_fields)]
pub enum PoolUnit {
    /// The plan's currency: it pays amounts.
    Money,
    /// The units of the charges it pays (tokens, requests): it pays quantities, before the price.
    Units {
        /// What one is called.
        name: String,
    },
}

/// When what is left of a grant is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "when", rename_all = "snake_case", deny_unknown_fields)]
pub enum Expiry {
    /// Never before the plan's end.
    #[default]
    Never,
    /// So long after the grant.
    After {
        /// The span.
        span: Cadence,
    },
    /// On a date: the first day on which nothing is left.
    On {
        /// The date.
        date: Date,
    },
}

/// What of a grant goes over when it is renewed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rollover {
    /// A new grant every so often.
    pub every: Cadence,
    /// The balance after renewal is at least this.
    pub min: Decimal,
    /// The balance after renewal is at most this.
    pub max: Decimal,
}

/// Credits bought again by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TopUp {
    /// When the balance falls below this, in the pool's unit.
    pub below: Decimal,
    /// So much is added at a time, in the pool's unit.
    pub grant: Decimal,
    /// What that costs, in the plan's currency.
    pub price: Decimal,
    /// Rather than so much at a time: as much as brings the balance to this, at the same price for each unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Decimal>,
}

/// Spend the customer promised over a set of charges.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commitment {
    /// Unique in the plan.
    pub id: String,
    /// What stands on the invoice when it is topped up.
    pub name: String,
    /// In the plan's currency.
    pub amount: Decimal,
    /// Ids of the charges that count toward it; all if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub charges: Vec<String>,
    /// Over which time.
    pub span: CommitmentSpan,
    /// What happens at its end.
    pub settlement: Settlement,
    /// When a shortfall is billed.
    #[serde(default, skip_serializing_if = "SettledOn::is_default")]
    pub settled_on: SettledOn,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<FieldSource>,
}

/// The time over which a commitment counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum CommitmentSpan {
    /// Each period by itself.
    Each {
        /// Counted from the plan's first day.
        every: Cadence,
    },
    /// The whole term, burned across invoices.
    Term,
}

/// What happens at the end of a commitment's span.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Settlement {
    /// The shortfall is billed.
    TrueUp,
    /// The shortfall is billed, and spend above it raises the next span's commitment.
    TrueForward,
    /// The whole amount is billed in advance, spend counts against it, nothing comes back.
    TakeOrPay,
}

/// When the shortfall of a span is billed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "when", rename_all = "snake_case", deny_unknown_fields)]
pub enum SettledOn {
    /// On the day after its last.
    #[default]
    SpanEnd,
    /// So long after that.
    After {
        /// At least a day.
        span: Cadence,
    },
    /// On an agreed date, for a commitment over the term; never before its end.
    On {
        /// The date.
        date: Date,
    },
}

impl SettledOn {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}
