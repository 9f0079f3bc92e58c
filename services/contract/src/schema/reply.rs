//! A model's reply as it comes over the wire: pointers into numbered lines, quotes, and values exactly as printed.
//! Nothing in it is trusted before [`crate::grounding`] found the words on the page.

use serde::{Deserialize, Serialize};

use crate::terms::{Kind, Role, TierMode};

/// A model's whole answer about the lines it was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelReply {
    /// What it saw of the prompt; a cut prompt shows here.
    pub coverage: Coverage,
    /// Terms of the contract as a whole.
    pub statements: Vec<Statement>,
    /// What is charged.
    pub charges: Vec<Charge>,
    /// Money that is not a price.
    pub other_money: Vec<OtherMoney>,
}

/// First and last line the model was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coverage {
    /// Id of the first line.
    pub first_line: String,
    /// Id of the last line.
    pub last_line: String,
}

/// A term of the contract as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The model's own number for it.
    pub id: String,
    /// Ids of the lines it stands in.
    pub lines: Vec<String>,
    /// The words, copied.
    pub quote: String,
    /// The value inside the quote, copied.
    pub printed: String,
    /// What it states.
    pub kind: StatementKind,
}

/// What a statement states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StatementKind {
    /// Who is paid.
    Provider,
    /// Who pays.
    Customer,
    /// The day of the agreement.
    AgreementDate,
    /// The day from which it is in force.
    EffectiveDate,
    /// First day of the term.
    TermStart,
    /// Last day of the term.
    TermEnd,
    /// Length of the term.
    TermLength,
    /// That it renews by itself.
    RenewsAutomatically,
    /// That it does not renew by itself.
    DoesNotRenew,
    /// Length of a renewal.
    RenewalLength,
    /// Notice that stops a renewal.
    RenewalNotice,
    /// The currency of prices.
    Currency,
    /// When invoices must be paid.
    PaymentTerms,
    /// Interest on late payment.
    LateFee,
    /// An agreed or permitted increase.
    Escalator,
    /// A tax.
    Tax,
    /// A printed sum of charges.
    Total,
}

/// One thing that is charged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Charge {
    /// The model's own number for it.
    pub id: String,
    /// Ids of the lines it stands in.
    pub lines: Vec<String>,
    /// The words, copied.
    pub quote: String,
    /// The price, copied; `null` where it is redacted, blank or elsewhere.
    pub printed_price: Option<String>,
    /// What sort of charge.
    pub kind: Kind,
    /// What it is for, copied.
    pub name: String,
    /// What one unit is called, copied.
    pub unit: Option<String>,
    /// How many, copied.
    pub quantity: Option<String>,
    /// How many cost nothing, copied.
    pub included: Option<String>,
    /// How often, copied.
    pub cadence: Option<String>,
    /// Before or after the period, copied ("in advance").
    pub timing: Option<String>,
    /// First day, copied.
    pub start: Option<String>,
    /// Last day, copied.
    pub end: Option<String>,
    /// The event it waits for, copied.
    pub event: Option<String>,
    /// Do tiers price each unit in its own tier, or all in the one reached?
    pub tier_mode: Option<TierMode>,
    /// Prices by quantity, in order; empty without tiers.
    pub tiers: Vec<ReplyTier>,
    /// Who pays whom.
    pub flow: Flow,
}

/// Who pays whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// The customer pays the provider.
    CustomerPays,
    /// The provider pays the customer.
    ProviderPays,
    /// Neither of both, or not clear.
    Other,
}

/// One tier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplyTier {
    /// The line it stands in.
    pub line: String,
    /// Lower bound, copied.
    pub from: Option<String>,
    /// Upper bound, copied; `null` for the last.
    pub to: Option<String>,
    /// Price in it, copied.
    pub price: String,
}

/// Money or a percentage that is not a price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OtherMoney {
    /// The model's own number for it.
    pub id: String,
    /// Ids of the lines it stands in.
    pub lines: Vec<String>,
    /// The words, copied.
    pub quote: String,
    /// The amount, copied.
    pub printed: String,
    /// What it is.
    pub role: Role,
}
