//! What is charged: items found in prose and tables, their doubts, and what they have in common.

mod kinds;
mod stage;

use rust_decimal::Decimal;

use super::tokens::{Amount, Stretch};
use crate::flag::{Code, Flag, Severity};
use crate::normal::money::Sign;
use crate::page::{Document, WordRef};
use crate::terms::{Evidence, Found, LineItem, Segment};
use pricing::money::Currency;

pub(crate) use kinds::{
    Facts, is_one_time as is_one_time_words, is_paid_once as says_paid_once, kind, unit_name,
};
pub(crate) use stage::Stage;

/// A line item while it is being read.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// What was read.
    pub(crate) line: LineItem,
    /// What is not clear about it.
    pub(crate) doubts: Vec<Doubt>,
    /// The scope it stands in, for order and for what is said nearby.
    pub(crate) scope: usize,
    /// Words of its amounts: mentions that it explains.
    pub(crate) words: Vec<WordRef>,
    /// The currency its price is printed in, where the sign names one.
    pub(crate) currency: Option<Currency>,
    /// Words that name it, lower case, for statements that refer to it.
    pub(crate) names: Vec<String>,
    /// Numbers of the notes its row refers to.
    pub(crate) notes: Vec<u32>,
    /// The short letter or number its row is known by.
    pub(crate) reference: Option<String>,
    /// The cadence is only the span its price is stated for; how often it is billed may stand elsewhere.
    pub(crate) cadence_is_price_span: bool,
    /// The words do not tell which sort of charge it is.
    pub(crate) kind_unknown: bool,
    /// Its clause names nothing: "from 1 July it is $66" goes on with the charge before it.
    pub(crate) goes_on: bool,
    /// It stands in a sentence, not in a table.
    pub(crate) in_prose: bool,
    /// The number of the section that it stands in.
    pub(crate) clause: String,
    /// The row that heads its part of a table, in lower case.
    pub(crate) section: String,
    /// The letter of the line it is billed with.
    pub(crate) follows: Option<String>,
    /// Its words say that it is paid in parts that follow: "as follows", "of which".
    pub(crate) in_parts: bool,
    /// The span of the sales or fees that it is a share of, which is how often it is settled unless something else is said.
    pub(crate) base_span: Found<crate::terms::Cadence>,
    /// When each price of its schedule holds, where the words say it; without a schedule, when its one price does.
    pub(crate) stages: Vec<Stage>,
}

/// Something not clear about an item.
#[derive(Debug, Clone)]
pub(crate) struct Doubt {
    /// Which sort.
    pub(crate) code: Code,
    /// Field of the line, as the end of a JSON pointer: `/cadence`, or empty.
    pub(crate) field: &'static str,
    /// In a sentence.
    pub(crate) sentence: String,
    /// What to do.
    pub(crate) what_to_do: &'static str,
    /// Where it stands.
    pub(crate) evidence: Vec<Evidence>,
    /// How much it holds up.
    pub(crate) severity: Severity,
}

impl Doubt {
    /// A doubt of the code's usual severity.
    pub(crate) fn new(
        code: Code,
        field: &'static str,
        sentence: impl Into<String>,
        what_to_do: &'static str,
        evidence: Vec<Evidence>,
    ) -> Self {
        Self {
            code,
            field,
            sentence: sentence.into(),
            what_to_do,
            evidence,
            severity: code.severity(),
        }
    }

    /// The flag it becomes once the item has its place.
    pub(crate) fn flag(&self, index: usize) -> Flag {
        Flag::new(self.code, self.sentence.clone(), self.what_to_do)
            .at(format!("/line_items/{index}{}", self.field))
            .seen(self.evidence.clone())
            .severity(self.severity)
    }
}

impl Item {
    /// An item without doubts.
    pub(crate) fn new(line: LineItem, scope: usize, words: Vec<WordRef>) -> Self {
        let names = line.description.to_lowercase();
        let names = names
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.len() > 2)
            .map(str::to_owned)
            .collect();
        Self {
            line,
            doubts: Vec::new(),
            scope,
            words,
            currency: None,
            names,
            notes: Vec::new(),
            reference: None,
            cadence_is_price_span: false,
            kind_unknown: false,
            goes_on: false,
            in_prose: false,
            clause: String::new(),
            section: String::new(),
            follows: None,
            in_parts: false,
            base_span: Found::absent(),
            stages: Vec::new(),
        }
    }
}

/// A value with the words of tokens `from..to` as evidence.
pub(crate) fn found<T>(value: T, stretch: &Stretch, document: &Document, from: usize, to: usize) -> Found<T> {
    Found::supported(
        value,
        stretch.printed(from, to),
        stretch.evidence(document, from, to),
    )
}

/// A step of a ramp, its dates open until the term is known: the order of steps is the order of years.
pub(crate) fn undated(value: Found<Decimal>, by_unit: bool) -> Segment {
    let (amount, unit_price) = if by_unit {
        (Found::absent(), value)
    } else {
        (value, Found::absent())
    };
    Segment {
        from: Found::absent(),
        to: Found::absent(),
        amount,
        unit_price,
    }
}

/// The currency that a sign names by itself.
pub(crate) fn currency(amount: Amount) -> Option<Currency> {
    match amount.sign? {
        Sign::Of(currency) => Some(currency),
        Sign::Dollar | Sign::Krone => None,
    }
}

/// `value × percent / 100`.
pub(crate) fn share(value: Decimal, percent: Decimal) -> Option<Decimal> {
    value.checked_mul(percent)?.checked_div(Decimal::ONE_HUNDRED)
}
