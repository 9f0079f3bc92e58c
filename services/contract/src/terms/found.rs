//! A value with the words that say it and how sure we are.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Evidence;

/// One field of the terms. `value` is there except where the status is unsupported, withheld or absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Found<T> {
    /// In normal form; `null` where there is none.
    pub value: Option<T>,
    /// As printed; empty where nothing was.
    #[serde(default)]
    pub printed: String,
    /// Where it stands; several where one place alone does not say it all.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// How sure we are.
    pub status: Status,
}

/// How sure we are of a value. A status instead of a score: each has one meaning a person can act on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Status {
    /// Both readers agree and every check passes.
    Verified,
    /// One reader found it and every check passes.
    Supported,
    /// Computed from other values.
    Derived {
        /// How, in a sentence.
        how: String,
    },
    /// Readers or documents disagree.
    Conflict {
        /// The other value, as printed.
        other: String,
    },
    /// Claimed by a reader, but its quote does not say it.
    Unsupported,
    /// The contract has it redacted or blank.
    Withheld,
    /// Looked for, not there.
    Absent,
    /// A person set it.
    Edited {
        /// Who.
        by: String,
        /// Why, in their own words.
        reason: String,
        /// When.
        at: Timestamp,
    },
}

impl<T> Found<T> {
    /// A value one reader found.
    #[must_use]
    pub fn supported(value: T, printed: impl Into<String>, evidence: Vec<Evidence>) -> Self {
        Self {
            value: Some(value),
            printed: printed.into(),
            evidence,
            status: Status::Supported,
        }
    }

    /// A value computed from others, whose evidence it shows.
    #[must_use]
    pub fn derived(value: T, how: impl Into<String>, evidence: Vec<Evidence>) -> Self {
        Self {
            value: Some(value),
            printed: String::new(),
            evidence,
            status: Status::Derived { how: how.into() },
        }
    }

    /// A place where the contract hides or leaves out the value.
    #[must_use]
    pub fn withheld(printed: impl Into<String>, evidence: Vec<Evidence>) -> Self {
        Self {
            value: None,
            printed: printed.into(),
            evidence,
            status: Status::Withheld,
        }
    }

    /// A value that a reader claimed without words that say it; the claim is kept as printed, the value is not.
    #[must_use]
    pub fn unsupported(printed: impl Into<String>, evidence: Vec<Evidence>) -> Self {
        Self {
            value: None,
            printed: printed.into(),
            evidence,
            status: Status::Unsupported,
        }
    }

    /// Looked for, not there.
    #[must_use]
    pub fn absent() -> Self {
        Self {
            value: None,
            printed: String::new(),
            evidence: Vec::new(),
            status: Status::Absent,
        }
    }

    /// Is nothing said about it?
    #[must_use]
    pub fn is_absent(&self) -> bool {
        self.status == Status::Absent
    }

    /// The value, if there is one.
    pub fn get(&self) -> Option<&T> {
        self.value.as_ref()
    }
}

impl<T: Copy> Found<T> {
    /// The value itself, if there is one.
    #[must_use]
    pub fn copied(&self) -> Option<T> {
        self.value
    }
}

impl<T> Default for Found<T> {
    fn default() -> Self {
        Self::absent()
    }
}
