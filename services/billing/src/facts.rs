//! What became known about one plan: usage, seats, milestones, index values, endings, payments that are late. Facts are never changed; a
//! later fact replaces or withdraws an earlier one by name.
//!
//! Dates and times are local to the plan's time zone. Whoever stores the facts converts once, on the way in.

use std::collections::BTreeMap;

use jiff::civil::{Date, DateTime};
use pricing::period::Period;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Everything known about one plan. The order of the lists means nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Single events. A meter's usage comes as events or as measured quantities, never as both.
    #[serde(default)]
    pub events: Vec<UsageEvent>,
    /// Quantities that a usage log has already put together.
    #[serde(default)]
    pub measured: Vec<Measured>,
    /// How many seats there are from a day on.
    #[serde(default)]
    pub seats: Vec<SeatChange>,
    /// What was delivered, accepted, rejected.
    #[serde(default)]
    pub milestones: Vec<MilestoneReport>,
    /// Published values of index series.
    #[serde(default)]
    pub indices: Vec<IndexValue>,
    /// Terminations and notices.
    #[serde(default)]
    pub endings: Vec<Ending>,
    /// Issued invoices on which late fees are charged, as far as they were paid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub receivables: Vec<Receivable>,
}

/// One thing that was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsageEvent {
    /// Unique among the plan's facts. The same event twice counts once; the same id with other content is refused.
    pub id: String,
    /// Id of the meter.
    pub meter: String,
    /// When it was used.
    pub at: DateTime,
    /// How much, in the meter's unit; money for a meter of money.
    pub value: Decimal,
    /// What a unique count counts; the value itself if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Region, model, direction: whatever filters and matrix prices ask for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dimensions: BTreeMap<String, String>,
    /// Id of the event that this one corrects; that one no longer counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<String>,
}

/// The quantity of a meter in a period, put together by a usage log.
///
/// For a meter that adds (sum, count, weighted sum) the parts of a period add up, so days serve any period; for every
/// other aggregation the period must be exactly the one that is billed ([`crate::expected::windows`] names them).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// Unique among the plan's facts.
    pub id: String,
    /// Id of the meter.
    pub meter: String,
    /// The days it covers.
    pub period: Period,
    /// The meter's aggregate over those days, after its filters.
    pub quantity: Decimal,
    /// How many events it holds.
    pub count: u64,
    /// The combination of dimension values it is for; empty when the meter has no dimensions.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub dimensions: BTreeMap<String, String>,
}

/// The number of seats from a day on; the day belongs to the new number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeatChange {
    /// Unique among the plan's facts.
    pub id: String,
    /// Id of the charge.
    pub charge: String,
    /// First day with this number.
    pub on: Date,
    /// How many there are from then on, in all.
    pub count: Decimal,
    /// Position in the order of recording: of two changes on one day the later recorded counts.
    pub recorded: u64,
}

/// Something that was said about a milestone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MilestoneReport {
    /// Unique among the plan's facts.
    pub id: String,
    /// Id of the milestone.
    pub milestone: String,
    /// The day it happened.
    pub on: Date,
    /// What happened.
    pub event: MilestoneEvent,
    /// The certificate, the mail, the person: what proves it.
    pub evidence: String,
}

/// What happened to a milestone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum MilestoneEvent {
    /// The provider delivered; silence of the customer may count as acceptance later.
    Delivered,
    /// It is complete; where the contract asks for written acceptance, the customer gave it.
    Completed,
    /// The customer refused what was delivered.
    Rejected,
    /// An earlier report was a mistake.
    Withdrawn {
        /// Id of that report.
        report: String,
    },
}

/// A published value of an index series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndexValue {
    /// Unique among the plan's facts.
    pub id: String,
    /// Name of the series, as the plan's escalators give it.
    pub series: String,
    /// Any day of the reference month.
    pub month: Date,
    /// The published value.
    pub value: Decimal,
}

/// How the plan ends otherwise than by its term.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ending {
    /// Unique among the plan's facts.
    pub id: String,
    /// What was declared.
    pub event: EndingEvent,
}

/// What was declared about the plan's end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum EndingEvent {
    /// It ends early.
    Terminated {
        /// The last day served; it is billed.
        last_day: Date,
        /// Does the contract give back what was paid for later days?
        refund_unused: bool,
    },
    /// It will not renew.
    NotRenewed {
        /// The day the notice was given.
        notice: Date,
    },
}

/// An issued invoice on which late fees are charged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receivable {
    /// Unique among the plan's facts.
    pub id: String,
    /// Its number.
    pub invoice: String,
    /// The day it had to be paid.
    pub due: Date,
    /// What had to be paid, tax included, late fees left out.
    pub amount: Decimal,
    /// What came in, or need not be paid.
    pub payments: Vec<Paid>,
    /// The day it was written off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Date>,
}

/// What came in for an invoice on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paid {
    /// The day.
    pub on: Date,
    /// How much.
    pub amount: Decimal,
}

/// Id of a fact, as a line names what it rests on.
pub type FactId = String;
