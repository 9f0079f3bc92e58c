//! The codes of flags: stable names that tests, filters and translations rely on.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Severity;

/// What sort of finding a flag is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    // Evidence: is it there, can it be seen, can it be trusted?
    /// A reader quotes words that do not stand in the lines it cites.
    QuoteNotFound,
    /// A reader's value does not stand in the words it quotes.
    ValueNotInQuote,
    /// The file carries text that nobody can see; it was not read.
    HiddenText,
    /// The file carries text that tries to instruct the reader; it was not obeyed.
    HiddenTextInjection,
    /// A number was recognised from a picture.
    RecognisedNumber,
    /// Two text engines read a page differently.
    ReadingsOfPageDiffer,
    /// A table fails its self-consistency tests.
    DoubtfulTable,
    /// The document is pictures only.
    ScannedNoTextLayer,
    /// A page is a picture in a document that has text on others.
    ScannedPage,
    /// The file needs a password.
    EncryptedPdf,
    /// The file carries tracked changes; the final text was read.
    TrackedChanges,
    /// The file carries attachments that were not read.
    AttachmentsNotRead,
    /// The file is damaged in a place; what could be read was read.
    DamagedFile,
    /// The two readers give different values.
    ReadersDisagree,
    /// The model could not be asked, or its answer could not be used.
    ModelNotUsed,
    // Numbers that contradict each other.
    /// An amount in words differs from the same amount in numerals.
    WordsDifferFromNumerals,
    /// Letters stand where digits belong.
    LookalikeDigits,
    /// Quantity times price is not the sum printed beside it.
    ConflictLineTotal,
    /// The lines do not add up to a printed total.
    ConflictTotal,
    /// Shares do not add up to the whole.
    ConflictPercentages,
    /// Prices by date leave a gap or overlap.
    RampGap,
    /// Tiers overlap.
    TierBoundsOverlap,
    /// Tiers leave a gap.
    TierGap,
    /// The contract does not say how its tiers count.
    AmbiguousTierMode,
    /// Amounts in more than one currency.
    MultiCurrency,
    /// An e-mail and its attachment differ.
    ConflictEmailVsAttachment,
    /// Two documents of a contract differ.
    ConflictBetweenDocuments,
    /// Two documents or clauses differ and the contract says which prevails.
    ConflictResolvedByPrecedence,
    /// One thing has more than one price.
    SeveralPrices,
    // Dates and time.
    /// Day and month of a date can be exchanged.
    AmbiguousDate,
    /// Dates contradict each other or the stated length.
    ConflictDates,
    /// The first day is left open or hangs on an event.
    StartTbd,
    /// A word like bi-monthly that means two things.
    AmbiguousCadence,
    /// The contract does not say whether a period is billed before or after it.
    TimingNotStated,
    /// The contract does not say how often something is billed.
    CadenceNotStated,
    /// It is not clear how a part of a period is charged.
    AmbiguousProration,
    // What a value means.
    /// Something is charged but its price is not in the document.
    MissingPrice,
    /// A price is redacted or left blank.
    WithheldPrice,
    /// A price stands in a list that is not here.
    ExternalPriceList,
    /// Prices after the term stand in a list that is not here.
    PriceAfterTermExternal,
    /// A price follows an index that is not printed.
    IndexExternal,
    /// The renewal price follows an index that is not printed.
    RenewalIndexExternal,
    /// The contract goes on by itself and does not say at what prices.
    RenewalPriceNotStated,
    /// The provider may change prices under conditions.
    PriceChangeRight,
    /// The provider may change prices without a bound.
    OpenPriceChange,
    /// A note changes a price printed elsewhere.
    FootnoteChangesPrice,
    /// A price depends on a condition.
    ConditionalPrice,
    /// It is not clear what a price is for.
    AmbiguousUnit,
    /// It is not clear how several discounts combine.
    AmbiguousDiscountStacking,
    /// An increase of one document is switched off by another.
    EscalatorDisapplied,
    /// Prices contain tax.
    TaxInclusive,
    /// A part of the price is kept back.
    Holdback,
    /// A price falls due on an event, not on a planned date.
    AcceptanceEvent,
    /// An option is offered; whether it was chosen is not clear.
    OptionCheckbox,
    /// The customer may end the contract when funds are not appropriated.
    NonAppropriation,
    /// Money flows from the provider to the customer.
    ReversePayment,
    /// Money is mentioned and no rule explains what for.
    UnexplainedAmount,
    /// Something is paid in shares, goods or services.
    NonCash,
    // Payment.
    /// Payment terms differ from those of the contract it changes.
    PaymentTermsChanged,
    /// Due dates count from the end of the month.
    PaymentTermsEndOfMonth,
    /// Due dates fall on the end of the next month.
    PaymentTermsEndOfNextMonth,
    /// Due dates count from receipt, which the contract does not date.
    PaymentFromReceipt,
    /// More than one payment term.
    TwoPaymentTerms,
    /// The contract does not say when invoices must be paid.
    PaymentTermsMissing,
    // The document as a whole.
    /// The document changes an earlier one.
    AmendmentToBase,
    /// The contract refers to a document that is not here.
    MissingDocument,
    /// A document of the contract is one of another contract too.
    DocumentOfAnotherContract,
    /// The signature lines are empty.
    UnsignedCopy,
    /// A field of the form is not filled in.
    BlankField,
    /// The text of an e-mail names a price.
    PriceInEmailBody,
    /// Nothing in the document is charged.
    NoBillingTerms,
    /// The document does not say who is paid or who pays.
    MissingParty,
    /// The document does not say when charging begins.
    MissingStart,
    /// The document does not say in what money.
    MissingCurrency,
    /// The document is in a language that is not read.
    LanguageNotRead,
    /// The plan that the terms make is not consistent.
    PlanFault,
}

impl Code {
    /// How much such a finding usually holds up.
    #[must_use]
    pub fn severity(self) -> Severity {
        match self {
            Self::HiddenText
            | Self::HiddenTextInjection
            | Self::AttachmentsNotRead
            | Self::ModelNotUsed
            | Self::ConflictResolvedByPrecedence
            | Self::PriceAfterTermExternal
            | Self::RenewalIndexExternal
            | Self::RenewalPriceNotStated
            | Self::PriceChangeRight
            | Self::EscalatorDisapplied
            | Self::TaxInclusive
            | Self::AcceptanceEvent
            | Self::NonAppropriation
            | Self::PaymentTermsChanged
            | Self::PaymentTermsEndOfMonth
            | Self::PaymentTermsEndOfNextMonth
            | Self::PaymentFromReceipt
            | Self::AmendmentToBase
            | Self::PriceInEmailBody => Severity::Info,
            Self::ScannedNoTextLayer
            | Self::EncryptedPdf
            | Self::ConflictTotal
            | Self::StartTbd
            | Self::NoBillingTerms
            | Self::MissingParty
            | Self::MissingStart
            | Self::MissingCurrency
            | Self::LanguageNotRead
            | Self::PlanFault => Severity::Block,
            _ => Severity::Review,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The serialised name is the one name of a code, so that logs, flag ids and JSON agree.
        self.serialize(f)
    }
}
