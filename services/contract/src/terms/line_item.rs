//! One thing that is charged, reduced or promised, as the contract says it.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Cadence, Evidence, Found, Status};

/// One thing that is charged, reduced or promised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineItem {
    /// Unique in the terms: `L01`.
    pub id: String,
    /// What sort of charge.
    pub kind: Kind,
    /// What it is for, in the contract's words.
    pub description: String,
    /// What it costs.
    #[serde(default)]
    pub price: Price,
    /// What one is called: `seat`, `API call`, `GB`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// How many are agreed.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub quantity: Found<Decimal>,
    /// Units in each period that cost nothing.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub included: Found<Decimal>,
    /// Over which time the included units count, where it differs from the billing cadence.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub included_period: Found<Cadence>,
    /// How often it is billed.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub cadence: Found<Cadence>,
    /// Before or after the period.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub timing: Found<Timing>,
    /// What its periods are counted from, where the contract says it.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub periods_from: Found<PeriodsFrom>,
    /// First day charged, where it differs from the term; the due date of a one-time charge.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub start: Found<Date>,
    /// Last day charged.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub end: Found<Date>,
    /// What must happen first, for a milestone or a conditional charge.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub event: Found<String>,
    /// When the event is planned.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub target_date: Found<Date>,
    /// Share of it that is kept back until later.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub retention_percent: Found<Decimal>,
    /// Other amounts from certain dates on (ramp), or amounts on certain dates (instalments), in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedule: Vec<Segment>,
    /// Rules of prepaid credits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credits: Option<Credits>,
    /// Ids of the lines a discount, percentage or minimum counts on; all if empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub applies_to: Vec<String>,
    /// What is particular about it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
    /// Why it has no price, where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing: Option<String>,
    /// How sure we are that it is charged at all; its fields have their own.
    pub status: Status,
    /// Where it stands.
    pub evidence: Vec<Evidence>,
}

/// Sorts of charge. How tiers count is said by [`Tiers::mode`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The same again and again.
    Recurring,
    /// By the number of seats, again and again.
    Seat,
    /// By what was used, with or without tiers.
    Usage,
    /// A share of money.
    Percentage,
    /// Once.
    OneTime,
    /// When something is reached.
    Milestone,
    /// Credits paid in advance and drawn down.
    PrepaidCredit,
    /// Spend that is topped up when it stays below.
    MinimumCommitment,
    /// A reduction.
    Discount,
}

/// What a line costs; several are set where the contract combines them (2.9 % + 0.30).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// A flat amount for [`Price::period`].
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub amount: Found<Decimal>,
    /// For [`Price::per`] units.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub unit_price: Found<Decimal>,
    /// How many units the unit price is for, where not 1: 1,000,000 in "$0.15 per 1M tokens".
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub per: Found<Decimal>,
    /// A share of money; 2.9 means two point nine percent.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub percent: Found<Decimal>,
    /// The span the price is for ("per month"), where it is not the billing cadence.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub period: Found<Cadence>,
    /// Prices by quantity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tiers: Option<Tiers>,
    /// Units in a package whose price is the unit price.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub package_size: Found<Decimal>,
    /// The least a period or a transaction costs.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub minimum: Found<Decimal>,
    /// The most a period or a transaction costs.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub cap: Found<Decimal>,
    /// Price before the reduction that the price above already holds.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub list_price: Found<Decimal>,
    /// That reduction.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub discount_percent: Found<Decimal>,
    /// What the contract prints as the line's sum; checks it, never charged.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub total: Found<Decimal>,
}

/// Prices by quantity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tiers {
    /// How the tiers count; without a value where the contract does not say, which blocks.
    pub mode: Found<TierMode>,
    /// Over which time units fill them.
    #[serde(default)]
    pub counting: TierCounting,
    /// In order.
    pub rows: Vec<TierRow>,
}

/// How tiers count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TierMode {
    /// Each unit at the price of its own tier.
    Graduated,
    /// All units at the price of the tier reached.
    Volume,
    /// One flat fee for the tier reached.
    Stairstep,
}

/// Over which time units fill tiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TierCounting {
    /// Each period begins at the first tier.
    #[default]
    PerPeriod,
    /// Units of the whole term add up.
    OverTerm,
}

/// One tier, bounds as printed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierRow {
    /// Lower bound as printed; 0 where the contract begins without one.
    pub from: Decimal,
    /// Upper bound as printed; open if absent.
    #[serde(default)]
    pub to: Option<Decimal>,
    /// Price of one unit.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub unit_price: Found<Decimal>,
    /// One fee for the tier.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub flat_fee: Found<Decimal>,
    /// Share of money.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub percent: Found<Decimal>,
}

/// An amount on a date, or a price from one date to another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    /// The date of an instalment, or the first day of a price.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub from: Found<Date>,
    /// The last day of a price; absent on an instalment.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub to: Found<Date>,
    /// A flat amount.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub amount: Found<Decimal>,
    /// The price of one unit.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub unit_price: Found<Decimal>,
}

/// Rules of prepaid credits.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credits {
    /// How long they live.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub expire_after: Found<Cadence>,
    /// Share of what is left that goes over.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub rollover_percent: Found<Decimal>,
    /// Bought again when the balance falls below this.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub top_up_below: Found<Decimal>,
    /// So much is bought again.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub top_up_amount: Found<Decimal>,
    /// On a metered line: credits one unit draws.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub per_unit: Found<Decimal>,
}

/// Before or after the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Timing {
    /// Before it, or at once.
    Advance,
    /// After it.
    Arrears,
}

/// What billing periods are counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PeriodsFrom {
    /// Calendar months, quarters, years; weeks from Monday.
    Calendar,
    /// That day of the month.
    Day(u8),
    /// The first day of the contract.
    Start,
}

/// What is particular about a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Only if something happens or somebody chooses it: never billed by itself.
    Contingent,
    /// Somebody else's price, passed on at cost.
    PassThrough,
    /// Paid in shares, goods or services.
    NonCash,
    /// Paid before the contract began.
    AlreadyPaid,
    /// Billed whether used or not.
    TakeOrPay,
    /// Never below the highest count so far.
    Ratchet,
    /// Money flows to the customer.
    PaidByProvider,
    /// In an amendment: takes the place of a line of the agreement it changes.
    Replaces,
}

impl Kind {
    /// Sorts that two readers, or two papers, may take for one another.
    pub(crate) fn family(self) -> u8 {
        match self {
            Self::Recurring | Self::Seat => 0,
            Self::Usage | Self::Percentage => 1,
            Self::OneTime | Self::Milestone => 2,
            Self::PrepaidCredit => 3,
            Self::MinimumCommitment => 4,
            Self::Discount => 5,
        }
    }
}

impl LineItem {
    /// A line of that sort without a price yet.
    #[must_use]
    pub fn new(
        id: impl Into<String>,
        kind: Kind,
        description: impl Into<String>,
        evidence: Vec<Evidence>,
    ) -> Self {
        Self {
            id: id.into(),
            kind,
            description: description.into(),
            price: Price::default(),
            unit: None,
            quantity: Found::absent(),
            included: Found::absent(),
            included_period: Found::absent(),
            cadence: Found::absent(),
            timing: Found::absent(),
            periods_from: Found::absent(),
            start: Found::absent(),
            end: Found::absent(),
            event: Found::absent(),
            target_date: Found::absent(),
            retention_percent: Found::absent(),
            schedule: Vec::new(),
            credits: None,
            applies_to: Vec::new(),
            marks: Vec::new(),
            missing: None,
            status: Status::Supported,
            evidence,
        }
    }

    /// Is that particular about it?
    #[must_use]
    pub fn is(&self, mark: Mark) -> bool {
        self.marks.contains(&mark)
    }
}
