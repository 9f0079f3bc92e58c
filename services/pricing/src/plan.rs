//! A plan: everything a contract obliges its customer to pay, in terms a machine can price.
//!
//! A plan is immutable and named by the hash of its content ([`Plan::content_hash`]). An amendment is another plan
//! that names the one it follows.

pub mod adjustment;
pub mod charge;
pub mod check;
pub mod credit;
pub mod fact;
pub mod payment;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

pub use adjustment::{
    Bound, Ceiling, Discount, DiscountValue, Escalation, Escalator, Included, RampSegment, Tax,
    UnitConversion, UnitRounding,
};
pub use charge::{
    AmountBase, Anchor, Cadence, CadenceUnit, Charge, Instalment, OnceAt, Quantity, Schedule, SeatTrueUp,
    Stub, Timing,
};
pub use credit::{
    Commitment, CommitmentSpan, CreditPool, Expiry, PoolUnit, Rollover, SettledOn, Settlement, TopUp,
};
pub use fact::{Acceptance, Aggregation, DimensionFilter, Holdback, Meter, Milestone};
pub use payment::{Due, EarlyPayment, LateFee, LateFeePer, PaymentTerms, Weekend};

use crate::money::Currency;
use crate::source::FieldSource;

/// One version of an agreement to pay. Dates are local to [`Plan::time_zone`]; amounts are in [`Plan::currency`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What people call the contract.
    pub title: String,
    /// The account that is billed; one account may hold several plans.
    pub account: String,
    /// Who is paid, as the contract names them.
    pub provider: String,
    /// Who pays, as the contract names them.
    pub customer: String,
    /// ISO 4217; a plan has one currency.
    pub currency: Currency,
    /// IANA name of the zone in which days begin and end; `UTC` where the contract is silent.
    pub time_zone: String,
    /// When it was signed; needed only where something falls due at signing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<Date>,
    /// How long it runs.
    pub term: Term,
    /// What happens at the end of the term.
    pub renewal: Renewal,
    /// When invoices must be paid.
    pub payment: PaymentTerms,
    /// How numbers are rounded and days are counted.
    #[serde(default)]
    pub policy: Policy,
    /// What is charged, in the order of the contract. Ids are unique.
    pub charges: Vec<Charge>,
    /// What is measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub meters: Vec<Meter>,
    /// What has to be reached before something falls due.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub milestones: Vec<Milestone>,
    /// Prepaid credits.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pools: Vec<CreditPool>,
    /// Spend the customer promised over a set of charges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commitments: Vec<Commitment>,
    /// The most that several charges cost together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ceilings: Vec<Ceiling>,
    /// Reductions over several charges, applied after each charge's own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub discounts: Vec<Discount>,
    /// Taxes that charges refer to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taxes: Vec<Tax>,
    /// The plan this one follows, if it is an amendment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amends: Option<Amends>,
    /// The contract documents, by hash.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<PlanDocument>,
    /// Where the fields of this struct come from (`term.start`, `currency`, `payment` …); charges carry their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<FieldSource>,
}

/// How long the plan runs: `start` is in, `end` is the first day after it; open-ended without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// First day.
    pub start: Date,
    /// The day after the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<Date>,
}

/// What happens when the term ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Renewal {
    /// It ends.
    Ends,
    /// It goes on for further terms unless somebody gives notice.
    Automatic {
        /// Length of each renewal term.
        months: u32,
        /// Days before the end by which notice stops it, if stated.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        notice_days: Option<u32>,
        /// Percent by which prices rise at each renewal, if stated.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        uplift_percent: Option<rust_decimal::Decimal>,
        /// How often at most; without limit if absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_most: Option<u32>,
    },
    /// The contract does not say; a person decides when the time comes.
    NotStated,
}

/// The declared policy for numbers and time; the default is what `pricing.md` names as the house's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// How a part of a period is counted.
    #[serde(default)]
    pub day_count: DayCount,
    /// Which discounts come first.
    #[serde(default)]
    pub discount_order: DiscountOrder,
    /// What a negative difference becomes.
    #[serde(default)]
    pub credits_as: CreditsAs,
    /// What tax is taken of.
    #[serde(default, skip_serializing_if = "TaxBase::is_default")]
    pub tax_base: TaxBase,
    /// Who bears the last cent when an amount is divided.
    #[serde(default, skip_serializing_if = "Remainder::is_default")]
    pub remainder: Remainder,
}

/// What tax is taken of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxBase {
    /// The sum of the lines as they stand on the invoice, by rate.
    #[default]
    RoundedLines,
    /// The sum of the lines before each was rounded, by rate.
    UnroundedLines,
}

impl TaxBase {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Who bears the last cent when an amount is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Remainder {
    /// Cent by cent the part with the largest fraction, then the one with the lowest id.
    #[default]
    LargestFraction,
    /// The last part.
    LastPart,
}

impl Remainder {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// How the part of a period that is billed is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayCount {
    /// Days billed over days in the period, both actual.
    #[default]
    Actual,
    /// Every month counts 30 days.
    ThirtyDayMonth,
    /// Actual days over 365, for annual amounts.
    Actual365,
}

/// The order of discounts on one charge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiscountOrder {
    /// Percentages, compounding, then fixed amounts.
    #[default]
    PercentFirst,
    /// Fixed amounts first, then percentages, compounding.
    FixedFirst,
    /// As the plan lists them.
    AsListed,
    /// Percentages added together, then fixed amounts.
    PercentAdded,
}

/// What a negative difference on an issued period becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreditsAs {
    /// A credit note at once.
    #[default]
    CreditNote,
    /// A credit line on the next invoice.
    NextInvoice,
}

/// The plan an amendment follows, and since when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amends {
    /// Content hash of the earlier plan.
    pub plan: String,
    /// First day on which this one is in force; that day belongs to the new state.
    pub effective: Date,
}

/// A contract document by its hash and the name people know it by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanDocument {
    /// SHA-256 of its bytes, lower-case hexadecimal.
    pub sha256: String,
    /// File name at upload.
    pub name: String,
}

impl Plan {
    /// The uplift of an automatic renewal as an escalator of every charge; none without one or without an end.
    #[must_use]
    pub fn renewal_uplift(&self) -> Option<Escalator> {
        let Renewal::Automatic {
            months,
            uplift_percent: Some(percent),
            ..
        } = self.renewal
        else {
            return None;
        };
        Some(Escalator {
            first: self.term.end?,
            every: Some(Cadence {
                count: months,
                unit: CadenceUnit::Month,
            }),
            by: Escalation::Percent { percent },
            compounding: true,
        })
    }

    /// The charge of that id.
    #[must_use]
    pub fn charge(&self, id: &str) -> Option<&Charge> {
        self.charges.iter().find(|charge| charge.id == id)
    }

    /// The plan's name: SHA-256 over its canonical JSON (fields in declared order, absent ones left out), as lower-case
    /// hexadecimal. Equal content gives an equal hash on every machine.
    #[must_use]
    pub fn content_hash(&self) -> String {
        // Serialising owned data with string keys into memory has no way to fail; an empty text still hashes.
        let canonical = serde_json::to_vec(self).unwrap_or_default();
        Sha256::digest(canonical)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}
