//! What the parties agreed on money, as the document prints it: every value with the words that say it.
//!
//! The order of this file is the order in which a person reads a contract: who, when, how long, in what money, when to
//! pay, and then what is charged. Ends of terms and lines are last days, as contracts print them; the plan that
//! [`crate::interpret`] makes of them is half-open.

mod cadence;
mod evidence;
mod found;
mod line_item;
mod rows;

use jiff::civil::Date;
use pricing::money::Currency;
use pricing::plan::payment::LateFeePer;
use pricing::plan::{Due, PlanDocument};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

pub use cadence::{Cadence, NotACadence, Span, SpanUnit};
pub use evidence::{Evidence, Match};
pub use found::{Found, Status};
pub use line_item::{
    Credits, Kind, LineItem, Mark, PeriodsFrom, Price, Segment, TierCounting, TierMode, TierRow, Tiers,
    Timing,
};
pub use rows::{TermRow, rows};

/// Everything a contract says that billing needs. Amounts are in [`Terms::currency`] unless a flag says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The files these terms were read from.
    #[serde(default)]
    pub documents: Vec<PlanDocument>,
    /// What the contract calls itself.
    #[serde(default)]
    pub title: Found<String>,
    /// What sort of paper it is.
    #[serde(default)]
    pub kind: Found<DocumentKind>,
    /// The agreement this one changes, as printed.
    #[serde(default)]
    pub amends: Found<String>,
    /// Who is paid.
    #[serde(default)]
    pub provider: Found<String>,
    /// Who pays.
    #[serde(default)]
    pub customer: Found<String>,
    /// The day of the agreement ("dated as of").
    #[serde(default)]
    pub agreement_date: Found<Date>,
    /// The day from which it is in force.
    #[serde(default)]
    pub effective_date: Found<Date>,
    /// The day of the last signature.
    #[serde(default)]
    pub signature_date: Found<Date>,
    /// How long it runs.
    #[serde(default)]
    pub term: TermOfContract,
    /// What happens at its end.
    #[serde(default)]
    pub renewal: RenewalTerms,
    /// The currency of every amount without one of its own.
    #[serde(default)]
    pub currency: Found<Currency>,
    /// When invoices must be paid.
    #[serde(default)]
    pub payment: Payment,
    /// How prices rise.
    #[serde(default)]
    pub escalators: Vec<EscalatorTerm>,
    /// Taxes named with a rate, or said to be in or on top of the prices.
    #[serde(default)]
    pub taxes: Vec<TaxTerm>,
    /// What is charged, in the order of the contract.
    #[serde(default)]
    pub line_items: Vec<LineItem>,
    /// Sums the contract prints. Never charged: they check the lines.
    #[serde(default)]
    pub totals: Vec<Total>,
    /// Every money and percent mention and the part it was given.
    #[serde(default)]
    pub mentions: Vec<Mention>,
    /// What it says of other papers of the same contract.
    #[serde(default, skip_serializing_if = "OtherPapers::is_silent")]
    pub others: OtherPapers,
}

/// What a paper says of other papers of the same contract.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherPapers {
    /// Which sort of paper prevails where two differ.
    #[serde(default, skip_serializing_if = "Found::is_absent")]
    pub prevails: Found<DocumentKind>,
    /// Numbers of the clauses that it switches off.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub switches_off: Vec<Found<String>>,
}

impl OtherPapers {
    /// Does it say nothing of them?
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.prevails.is_absent() && self.switches_off.is_empty()
    }
}

/// Sorts of paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// An order form, order sheet or quote that was accepted.
    OrderForm,
    /// A master or framework agreement.
    MasterAgreement,
    /// A statement of work.
    StatementOfWork,
    /// An amendment, addendum or change order.
    Amendment,
    /// A schedule, exhibit or price list.
    Schedule,
    /// An e-mail.
    Email,
    /// Any other agreement.
    Agreement,
}

/// First and last day of the contract, and its length.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TermOfContract {
    /// First day.
    #[serde(default)]
    pub start: Found<Date>,
    /// Last day, itself in the term.
    #[serde(default)]
    pub end: Found<Date>,
    /// Length in whole months.
    #[serde(default)]
    pub months: Found<u32>,
}

/// What happens at the end of the term.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RenewalTerms {
    /// Does it go on by itself?
    #[serde(default)]
    pub auto: Found<bool>,
    /// Length of each renewal in months.
    #[serde(default)]
    pub months: Found<u32>,
    /// Days before the end by which notice stops the renewal.
    #[serde(default)]
    pub notice_days: Found<u32>,
    /// Days of notice to end the contract before its end.
    #[serde(default)]
    pub termination_notice_days: Found<u32>,
}

/// When invoices must be paid.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// How the due date follows from the invoice date.
    #[serde(default)]
    pub due: Found<Due>,
    /// What paying late costs.
    #[serde(default)]
    pub late_fee: Found<LateFeeTerm>,
    /// A reduction for paying early.
    #[serde(default)]
    pub early: Found<EarlyPaymentTerm>,
}

/// Interest on what is overdue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LateFeeTerm {
    /// 1.5 means one and a half percent.
    pub percent: Decimal,
    /// For a month or for a year.
    pub per: LateFeePer,
}

/// So many percent off when paid within so many days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlyPaymentTerm {
    /// 2 means two percent.
    pub percent: Decimal,
    /// Days after the invoice date.
    pub days: u32,
}

/// How prices rise, or may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EscalatorTerm {
    /// What sort of increase.
    pub kind: EscalatorKind,
    /// By this, or at most by this for a cap; points above the index for an index.
    #[serde(default)]
    pub percent: Found<Decimal>,
    /// Never more than this.
    #[serde(default)]
    pub maximum_percent: Found<Decimal>,
    /// Never less than this.
    #[serde(default)]
    pub minimum_percent: Found<Decimal>,
    /// The index named.
    #[serde(default)]
    pub index: Found<String>,
    /// Days of notice it needs.
    #[serde(default)]
    pub notice_days: Found<u32>,
    /// How often.
    #[serde(default)]
    pub every: Found<Cadence>,
    /// The first day at the increased price.
    #[serde(default)]
    pub first: Found<Date>,
    /// Ids of the lines it raises; all if empty.
    #[serde(default)]
    pub applies_to: Vec<String>,
    /// Number of the clause it stands in: `4.3`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub clause: String,
    /// Where it stands.
    pub evidence: Vec<Evidence>,
}

/// Sorts of increase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EscalatorKind {
    /// Prices rise by a percentage.
    Fixed,
    /// Prices rise with an index.
    Index,
    /// The provider may raise prices, up to a cap or after notice.
    Right,
    /// Prices of a renewed term rise by, or at most by, a percentage.
    AtRenewal,
    /// Prices of a renewed term rise with an index.
    IndexAtRenewal,
}

/// A tax the contract names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaxTerm {
    /// VAT, sales tax.
    pub name: String,
    /// 20 means twenty percent.
    #[serde(default)]
    pub percent: Found<Decimal>,
    /// Do prices contain it?
    #[serde(default)]
    pub included: Found<bool>,
    /// Where it stands.
    pub evidence: Vec<Evidence>,
}

/// A sum the contract prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Total {
    /// As printed.
    pub label: String,
    /// In the contract's currency.
    pub amount: Found<Decimal>,
}

/// One money or percent mention and the part it was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mention {
    /// As printed.
    pub printed: String,
    /// The number.
    pub value: Decimal,
    /// What it is.
    pub role: Role,
    /// Where it stands.
    pub evidence: Evidence,
}

/// What an amount of money or a percentage is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The price of something charged.
    Price,
    /// The least a period costs.
    Minimum,
    /// The most something costs.
    Cap,
    /// A reduction.
    Discount,
    /// A price before its reduction.
    ListPrice,
    /// A sum of lines, or a line's own extension.
    Total,
    /// A bound that changes a price or a right.
    Threshold,
    /// Interest on what is overdue.
    LateFee,
    /// An increase.
    Escalator,
    /// A tax.
    Tax,
    /// A limit of liability.
    Liability,
    /// Insurance that somebody must carry.
    Insurance,
    /// Damages or a penalty.
    Penalty,
    /// A credit for bad service.
    ServiceCredit,
    /// Security that comes back: deposit, reserve, bond, retention.
    Security,
    /// A worked example or illustration.
    Example,
    /// Somebody else's money, an estimate, a value, a superseded offer: no obligation to pay here.
    Informational,
    /// Money that flows to the customer or between others.
    OtherPayer,
    /// None of these could be told.
    Unexplained,
}
