//! What a plan waits for: meters that measure and milestones that are reached.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::source::FieldSource;

/// Something that is measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meter {
    /// Unique in the plan; usage events name it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What one is called: API call, GB, transaction.
    pub unit: String,
    /// How the events of a period become one number.
    pub aggregation: Aggregation,
    /// Only events whose dimensions hold these values count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<DimensionFilter>,
    /// Dimensions that a matrix price asks for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dimensions: Vec<String>,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<FieldSource>,
}

/// How the events of a period become one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Aggregation {
    /// The sum of their values.
    Sum,
    /// How many there are.
    Count,
    /// The smallest value.
    Min,
    /// The largest value.
    Max,
    /// The value of the last one by time.
    Last,
    /// The mean of their values.
    Average,
    /// How many different values a dimension takes; the event's value is that key.
    UniqueCount,
    /// The sum of level × time, in the unit's hours (GB-hours).
    WeightedSum,
    /// The value below which so many percent lie (nearest rank).
    Percentile {
        /// From 1 to 100.
        rank: u8,
    },
}

/// A dimension and the value it must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DimensionFilter {
    /// Name of the dimension.
    pub dimension: String,
    /// The value.
    pub value: String,
}

/// Something that has to be reached before a charge falls due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    /// Unique in the plan.
    pub id: String,
    /// What the contract calls it.
    pub name: String,
    /// When it is planned; never bills by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<Date>,
    /// How it counts as reached.
    #[serde(default)]
    pub acceptance: Acceptance,
    /// A part kept back until later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holdback: Option<Holdback>,
    /// Where it comes from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<FieldSource>,
}

/// How a milestone counts as reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum Acceptance {
    /// Somebody reports it complete.
    #[default]
    Report,
    /// The customer accepts in writing, or is deemed to have after so many days of silence.
    Written {
        /// Days after delivery; never deemed if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deemed_after_days: Option<u32>,
    },
}

/// A part of a milestone's amount kept back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holdback {
    /// From 0 to 100.
    pub percent: Decimal,
    /// Id of the milestone that releases it.
    pub released_by: String,
}
