//! A charge: when × how much × of what.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::adjustment::{Bound, Discount, Escalator, Included, RampSegment, UnitConversion};
use crate::price::Price;
use crate::source::FieldSource;

/// One agreed rule to charge by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charge {
    /// Unique in the plan; lower-case words with dashes.
    pub id: String,
    /// What stands on the invoice.
    pub name: String,
    /// When it falls due.
    pub schedule: Schedule,
    /// How much is priced.
    pub quantity: Quantity,
    /// What it costs.
    pub price: Price,
    /// Turns what is measured into units of the price (bytes into gigabytes); they are the same if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversion: Option<UnitConversion>,
    /// First day charged, where it differs from the plan's start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub starts: Option<Date>,
    /// The day after the last day charged, where it differs from the plan's end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends: Option<Date>,
    /// Units that cost nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub included: Option<Included>,
    /// Other prices from certain dates on, in order of date.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ramp: Vec<RampSegment>,
    /// Agreed increases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub escalators: Vec<Escalator>,
    /// Agreed reductions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<Discount>,
    /// The least a period costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Bound>,
    /// The most a period costs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub maximum: Option<Bound>,
    /// Is a part of a period charged in part? `false`: every started period is charged whole.
    #[serde(default = "yes")]
    pub prorated: bool,
    /// Id of the tax on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<String>,
    /// Where its fields come from: `price.tiers.0.unit_price`, `schedule`, or the empty path for the whole charge.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<FieldSource>,
}

fn yes() -> bool {
    true
}

/// When a charge falls due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Schedule {
    /// One time.
    Once {
        /// On which day.
        at: OnceAt,
    },
    /// When a milestone is completed.
    OnMilestone {
        /// Id of the milestone.
        milestone: String,
    },
    /// Again and again.
    Recurring {
        /// How often.
        every: Cadence,
        /// Before or after the period.
        timing: Timing,
        /// What the periods are counted from.
        #[serde(default)]
        anchor: Anchor,
        /// What a short first period becomes.
        #[serde(default)]
        stub: Stub,
    },
    /// Fixed amounts on fixed dates; the charge's price is not asked.
    Instalments {
        /// In order of date.
        payments: Vec<Instalment>,
    },
}

/// The day of a one-time charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "day", rename_all = "snake_case", deny_unknown_fields)]
pub enum OnceAt {
    /// The day the contract was signed.
    Signing,
    /// The first day of the charge.
    Start,
    /// A named date.
    On {
        /// The date.
        date: Date,
    },
}

/// Every so many days, weeks, months or years; `count` is at least 1. A quarter is three months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cadence {
    /// How many units.
    pub count: u32,
    /// Of which length.
    pub unit: CadenceUnit,
}

/// The unit of a cadence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CadenceUnit {
    /// Calendar days.
    Day,
    /// Seven days.
    Week,
    /// Twice a month: on the two days of [`Anchor::DaysOfMonth`], the 1st and the 16th when aligned to the calendar,
    /// else the anchor day and 15 days after it.
    HalfMonth,
    /// Calendar months.
    Month,
    /// Calendar years.
    Year,
}

/// Is a period billed before or after it?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// On its first day.
    Advance,
    /// On the day after its last.
    Arrears,
}

/// What the periods of a recurring charge are counted from. Every date is computed from the anchor, never from the
/// previous date: 31 January, 28 February, 31 March.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case", deny_unknown_fields)]
pub enum Anchor {
    /// The first day of the charge.
    #[default]
    Start,
    /// A fixed day of the month (1 to 31, clamped to the month's last day).
    DayOfMonth {
        /// From 1 to 31.
        day: u8,
    },
    /// Two fixed days of each month (the 1st and the 15th, the 15th and the last); for half months.
    DaysOfMonth {
        /// From 1 to 27.
        first: u8,
        /// Later than the first, up to 31, clamped to the month's last day.
        second: u8,
    },
    /// The calendar: first of the month, quarter or year; Monday for weeks.
    Calendar,
    /// A named date.
    On {
        /// The date.
        date: Date,
    },
}

/// What a short first period becomes when the anchor is not the first day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stub {
    /// A period of its own, prorated.
    #[default]
    Short,
    /// Part of the first whole period.
    Merged,
    /// A period of its own at the full price.
    Full,
}

/// A fixed payment on a fixed date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instalment {
    /// Invoice date.
    pub date: Date,
    /// In the plan's currency.
    pub amount: Decimal,
}

/// How much is priced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Quantity {
    /// Always the same.
    Fixed {
        /// At least 0.
        units: Decimal,
    },
    /// A dated history of seats; the day of a change belongs to the new state.
    Seats {
        /// On the first day.
        initial: Decimal,
        /// Never billed below this.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        floor: Option<Decimal>,
        /// Never billed below the highest count so far.
        #[serde(default)]
        ratchet: bool,
        /// Billed by what was observed in the period, after it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        true_up: Option<SeatTrueUp>,
    },
    /// What a meter measured in the period.
    Metered {
        /// Id of the meter.
        meter: String,
    },
    /// Money that a percentage is taken of.
    Amount {
        /// Whose money.
        of: AmountBase,
    },
}

/// How observed seats are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeatTrueUp {
    /// The highest count of the period.
    Peak,
    /// The day-weighted mean of the period.
    Average,
}

/// Money that a percentage is taken of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum AmountBase {
    /// What a meter measured, in the plan's currency (sales, payment volume).
    Meter {
        /// Id of the meter.
        meter: String,
    },
    /// What other charges of the same period came to.
    Charges {
        /// Their ids.
        charges: Vec<String>,
    },
    /// A fixed sum (a project total).
    Fixed {
        /// In the plan's currency.
        amount: Decimal,
    },
}
