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
    /// Has somebody decided?
    pub state: FlagState,
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

    /// Does it wait for a decision?
    #[must_use]
    pub fn waits(&self) -> bool {
        self.state == FlagState::Open && self.severity != Severity::Info
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

/// Gives each flag its id: the code and its number among flags of that code. Repeats (same code, place and words) go.
#[must_use]
pub fn number(flags: Vec<Flag>) -> Vec<Flag> {
    let mut numbered: Vec<Flag> = Vec::with_capacity(flags.len());
    for mut flag in flags {
        let repeated = numbered.iter().any(|known| {
            (known.code, &known.path, &known.sentence) == (flag.code, &flag.path, &flag.sentence)
        });
        if repeated {
            continue;
        }
        let before = numbered.iter().filter(|known| known.code == flag.code).count();
        flag.id = format!("{}-{}", flag.code, before.saturating_add(1));
        numbered.push(flag);
    }
    numbered
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
