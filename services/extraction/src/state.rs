//! Where a contract stands on its way from a file to a registered plan, as lists show it.

use std::fmt;

use contract::review;

/// Where a contract stands: the state of its review, and what the service does with it by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// Stored; waiting to be read.
    Received,
    /// Being read.
    Reading,
    /// Could not be read.
    Failed(Failure),
    /// Read; nobody has looked at it yet.
    NeedsReview,
    /// Somebody has changed or decided something.
    InReview,
    /// A reviewer says it is right; an approver has the word.
    Submitted,
    /// Approved; its plan is on its way to invoicing.
    Approved,
    /// Invoicing has registered the plan.
    HandedOver,
    /// Turned down.
    Rejected,
    /// Another document took its place.
    Superseded,
}

/// Why a contract could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// A stable name, such as `encrypted`.
    pub(crate) code: String,
    /// What happened and what to do, for a person.
    pub(crate) sentence: String,
}

impl State {
    /// Where a contract of that review stands. `code` names a failure, which the review tells in a sentence.
    #[must_use]
    pub(crate) fn of(review: &review::State, code: &str) -> Self {
        match review {
            review::State::Received { .. } => Self::Received,
            review::State::Failed { reason, .. } => Self::Failed(Failure {
                code: code.to_owned(),
                sentence: reason.clone(),
            }),
            review::State::NeedsReview { .. } => Self::NeedsReview,
            review::State::InReview { .. } => Self::InReview,
            review::State::Submitted { .. } => Self::Submitted,
            review::State::Approved { .. } => Self::Approved,
            review::State::HandedOver { .. } => Self::HandedOver,
            review::State::Rejected { .. } => Self::Rejected,
            review::State::Superseded { .. } => Self::Superseded,
        }
    }

    /// The name by which the database and the audit log know it.
    #[must_use]
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Reading => "reading",
            Self::Failed(_) => "failed",
            Self::NeedsReview => "needs_review",
            Self::InReview => "in_review",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::HandedOver => "handed_over",
            Self::Rejected => "rejected",
            Self::Superseded => "superseded",
        }
    }

    /// The state of that name. A failed one needs its failure; `None` for a name that is not a state, or a failure that
    /// is missing.
    #[must_use]
    pub(crate) fn named(name: &str, failure: Option<Failure>) -> Option<Self> {
        Some(match name {
            "received" => Self::Received,
            "reading" => Self::Reading,
            "failed" => Self::Failed(failure?),
            "needs_review" => Self::NeedsReview,
            "in_review" => Self::InReview,
            "submitted" => Self::Submitted,
            "approved" => Self::Approved,
            "handed_over" => Self::HandedOver,
            "rejected" => Self::Rejected,
            "superseded" => Self::Superseded,
            _ => return None,
        })
    }

    /// The failure, if it could not be read.
    #[must_use]
    pub(crate) fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed(failure) => Some(failure),
            _ => None,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name().replace('_', " "))
    }
}
