//! Where a term comes from: the words on a page, or the person who typed it and why.

use serde::{Deserialize, Serialize};

/// The origin of one term. A plan holds no amount, date or rule without one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum Source {
    /// Words in a contract document.
    Clause(Clause),
    /// A person who entered or changed the term in review.
    Person {
        /// Who, as the service authenticated them.
        name: String,
        /// Why, in their own words; never empty.
        reason: String,
    },
    /// Computed from other terms, which carry their own sources ("12 months from the start date").
    Derived {
        /// How it was computed, in a sentence.
        how: String,
    },
}

/// The exact words a term rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clause {
    /// SHA-256 of the document's bytes, lower-case hexadecimal.
    pub document: String,
    /// Page number, from 1.
    pub page: u32,
    /// The words, as they stand on the page with white space collapsed.
    pub quote: String,
    /// Where they stand, one box a line.
    pub boxes: Vec<QuoteBox>,
}

/// A rectangle on a page in hundredths of a point, origin top left, page rotation applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuoteBox {
    /// Left edge.
    pub left: i32,
    /// Top edge.
    pub top: i32,
    /// Right edge, not less than `left`.
    pub right: i32,
    /// Bottom edge, not less than `top`.
    pub bottom: i32,
}

/// A source and the field it stands for, as a path inside the object that carries it: `price.tiers.0.unit_price`.
/// The empty path stands for the object as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldSource {
    /// Path of the field.
    pub field: String,
    /// Where it comes from.
    pub source: Source,
}
