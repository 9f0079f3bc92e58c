//! Flags: what a person must know or decide before a contract may bill.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::terms::Evidence;

mod code;

pub use code::Code;

/// Something a person must know or decide. Equal readings of equal files give equal flags with equal ids.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flag {
    /// Unique among the flags of one draft: the code and a number, `CONFLICT_TOTAL-1`.
    pub id: String,
    /// What sort of finding.
    pub code: Code,
    /// What it holds up.
    pub severity: Severity,
    /// What was found, in a sentence.
    pub sentence: String,
    /// What to do about it, in a sentence.
    pub what_to_do: String,
    /// JSON pointer into [`crate::terms::Terms`] of what it is about; `None` for the document as a whole.
    #[serde(default)]
    pub path: Option<String>,
    /// Where it stands.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// What would make it go away.
    pub origin: Origin,
    /// Has somebody decided?
    pub state: FlagState,
}

/// What would make a flag go away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Only a decision: it is about words in the document.
    Document,
    /// Correct terms: it follows from values that do not fit together.
    Terms,
}

/// What a flag holds up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Nothing: good to know.
    Info,
    /// The named lines: they bill only after a decision, and approval waits for it.
    Review,
    /// The whole plan.
    Block,
}

/// Has somebody decided about a flag?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum FlagState {
    /// Not yet.
    Open,
    /// Yes.
    Resolved {
        /// Who.
        by: String,
        /// Why, in their own words; never empty.
        reason: String,
        /// When.
        at: Timestamp,
    },
}

impl Flag {
    /// An open flag of the code's usual severity. Its id is given when the flags of a draft are numbered.
    #[must_use]
    pub fn new(code: Code, sentence: impl Into<String>, what_to_do: impl Into<String>) -> Self {
        Self {
            id: String::new(),
            code,
            severity: code.severity(),
            sentence: sentence.into(),
            what_to_do: what_to_do.into(),
            path: None,
            evidence: Vec::new(),
            origin: Origin::Document,
            state: FlagState::Open,
        }
    }

    /// The same flag about that place in the terms.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// The same flag with the words it rests on.
    #[must_use]
    pub fn seen(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.evidence.extend(evidence);
        self
    }

    /// The same flag with another severity.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// The same flag as one that correct terms would make go away.
    #[must_use]
    pub fn of_terms(mut self) -> Self {
        self.origin = Origin::Terms;
        self
    }

    /// Does it wait for a decision?
    #[must_use]
    pub fn waits(&self) -> bool {
        self.state == FlagState::Open && self.severity != Severity::Info
    }

    fn is_same(&self, other: &Self) -> bool {
        (self.code, &self.path, &self.sentence) == (other.code, &other.path, &other.sentence)
    }

    /// Is it about that line item, whole or in part?
    #[must_use]
    pub fn is_about_item(&self, index: usize) -> bool {
        let whole = format!("/line_items/{index}");
        self.path
            .as_ref()
            .and_then(|path| path.strip_prefix(&whole))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

/// Gives each flag its id: that of the same flag before, else its code and the next free number. Repeats go.
#[must_use]
pub fn number(flags: Vec<Flag>, before: &[Flag]) -> Vec<Flag> {
    let mut numbered: Vec<Flag> = Vec::with_capacity(flags.len());
    for mut flag in flags {
        if numbered.iter().any(|known| known.is_same(&flag)) {
            continue;
        }
        match before.iter().find(|known| known.is_same(&flag)) {
            Some(known) => {
                flag.id.clone_from(&known.id);
                flag.state = known.state.clone();
            }
            None => flag.id = free_id(flag.code, &numbered, before),
        }
        numbered.push(flag);
    }
    numbered
}

fn free_id(code: Code, numbered: &[Flag], before: &[Flag]) -> String {
    let taken = |id: &str| numbered.iter().chain(before).any(|flag| flag.id == id);
    (1u32..)
        .map(|number| format!("{code}-{number}"))
        .find(|id| !taken(id))
        .unwrap_or_default()
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Info => "info",
            Self::Review => "review",
            Self::Block => "block",
        })
    }
}
