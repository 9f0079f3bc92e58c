//! The life of a review: received, drafted, edited, submitted by one person, approved by another, handed over.
//!
//! Every action takes who, when and on which revision, and returns the next review or a refusal that says why.

mod act;
mod cite;
mod edit;
mod refusal;

#[cfg(test)]
mod tests;

use jiff::Timestamp;
use pricing::plan::Plan;
use serde::{Deserialize, Serialize};

pub use act::Act;
pub use cite::Citation;
pub use edit::{Change, Edit};
pub use refusal::Refusal;

use crate::draft::Draft;

/// A contract under review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// Counts every change; a decision names the revision it was made on.
    pub revision: u64,
    /// Where it stands.
    pub state: State,
    /// What is reviewed; `None` until the document was read, and when it could not be.
    pub draft: Option<Draft>,
}

/// Where a review stands, with the facts of that state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case", deny_unknown_fields)]
pub enum State {
    /// The document is here and has not been read.
    Received {
        /// When it arrived.
        at: Timestamp,
    },
    /// It was read; nobody works on it yet.
    NeedsReview {
        /// Since when.
        since: Timestamp,
    },
    /// Somebody works on it.
    InReview {
        /// Who changed it last.
        by: String,
        /// Since when.
        since: Timestamp,
    },
    /// A reviewer says it is right.
    Submitted {
        /// Who; this person may not approve it.
        by: String,
        /// When.
        at: Timestamp,
        /// Who approved it already, where one approver is not enough.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        first: Option<FirstApproval>,
    },
    /// A second person agrees. The plan may be handed over.
    Approved {
        /// Who approved.
        by: String,
        /// Who had submitted.
        submitted_by: String,
        /// When.
        at: Timestamp,
        /// Content hash of the approved plan.
        plan: String,
        /// Who had approved before, where one approver was not enough.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        first_approved_by: Option<String>,
    },
    /// Invoicing has the plan.
    HandedOver {
        /// Content hash of the plan.
        plan: String,
        /// When invoicing acknowledged it.
        at: Timestamp,
    },
    /// A person decided that it must not bill.
    Rejected {
        /// Who.
        by: String,
        /// Why.
        reason: String,
        /// When.
        at: Timestamp,
    },
    /// The document could not be read.
    Failed {
        /// Why, as the reader's error says it.
        reason: String,
        /// When.
        at: Timestamp,
    },
    /// Another document took its place.
    Superseded {
        /// Id of the review that took its place.
        by: String,
        /// When.
        at: Timestamp,
    },
}

/// The first of two approvals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstApproval {
    /// Who; this person's second approval does not count.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A plan that two people stand behind, or three where it is worth that much. [`Review::approve`] is the only way to have one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApprovedPlan {
    plan: Plan,
    content_hash: String,
    submitted_by: String,
    approved_by: String,
    first_approved_by: Option<String>,
    approved_at: Timestamp,
}

impl ApprovedPlan {
    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Its name: the hash of its content.
    #[must_use]
    pub fn content_hash(&self) -> &str {
        &self.content_hash
    }

    /// Who submitted it.
    #[must_use]
    pub fn submitted_by(&self) -> &str {
        &self.submitted_by
    }

    /// Who approved it; never the one who submitted it.
    #[must_use]
    pub fn approved_by(&self) -> &str {
        &self.approved_by
    }

    /// Who had approved before, where one approver was not enough; neither of the other two.
    #[must_use]
    pub fn first_approved_by(&self) -> Option<&str> {
        self.first_approved_by.as_deref()
    }

    /// When it was approved.
    #[must_use]
    pub fn approved_at(&self) -> Timestamp {
        self.approved_at
    }
}

impl State {
    /// Its name, as it is stored and shown.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Received { .. } => "received",
            Self::NeedsReview { .. } => "needs_review",
            Self::InReview { .. } => "in_review",
            Self::Submitted { .. } => "submitted",
            Self::Approved { .. } => "approved",
            Self::HandedOver { .. } => "handed_over",
            Self::Rejected { .. } => "rejected",
            Self::Failed { .. } => "failed",
            Self::Superseded { .. } => "superseded",
        }
    }
}
