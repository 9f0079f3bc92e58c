//! Carrying out what people decide about a contract. What is allowed is `contract`'s to say; here a decision becomes one
//! transaction: the next revision, its entry in the audit log and, when it approves, the plan on its way out.

mod cited;
mod edit;

use contract::review::{Act, ApprovedPlan, Refusal, Review};
use jiff::Timestamp;
use runtime::caller::{Caller, Role};
use runtime::telemetry::TraceId;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::limit::ApprovalLimit;
use crate::store::dossier::{Dossier, Entry};
use crate::store::events::Change;
use crate::store::outbox::{self, Parcel};

/// What a person decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    /// A term has another value. An empty value says that there is none; a path that ends in `/-` adds to a list.
    Edit {
        path: String,
        value: String,
        reason: String,
    },
    /// A term rests on these words, and has the value they say.
    Cite {
        path: String,
        words: Words,
        reason: String,
    },
    /// A flag is settled.
    Resolve { flag: String, reason: String },
    /// The terms are right.
    Submit,
    /// The plan may bill.
    Approve,
    /// It must not.
    Reject { reason: String },
    /// It is looked at again.
    Reopen { reason: String },
}

pub(crate) use cited::Words;

/// Who decides, when, and which contract as they saw it.
#[derive(Debug, Clone)]
pub(crate) struct Occasion<'a> {
    pub(crate) caller: &'a Caller,
    pub(crate) at: Timestamp,
    pub(crate) trace: TraceId,
    pub(crate) contract: Uuid,
    /// The revision the person saw.
    pub(crate) revision: u32,
}

/// Why a decision was not carried out.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DecisionError {
    /// The caller may see no such contract.
    #[error("there is no contract {0}: list the contracts to see their ids")]
    UnknownContract(Uuid),
    /// The review does not allow it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Carries out a decision inside the caller's transaction. Nothing is written unless the transaction commits.
pub(crate) async fn carry_out(
    connection: &mut PgConnection,
    occasion: &Occasion<'_>,
    decision: &Decision,
    limit: &ApprovalLimit,
) -> Result<Dossier, DecisionError> {
    let held = Dossier::hold(connection, occasion.caller.tenant, occasion.contract).await?;
    let dossier = held.ok_or(DecisionError::UnknownContract(occasion.contract))?;
    let outcome = match decision {
        Decision::Cite { path, words, reason } => {
            let cited = cited::apply(connection, &dossier, occasion.act(), path, *words, reason).await;
            cited.map(|(next, change)| Outcome::of(next, change))?
        }
        Decision::Approve => {
            let summary = &dossier.contract.summary;
            let two_needed = limit.because(summary.printed_total, &summary.currency).is_some();
            approve(&dossier.review, occasion.act(), two_needed)?
        }
        _ => decision.apply(&dossier.review, occasion.act())?,
    };
    let entry = occasion.entry(decision, &outcome);
    let saved = dossier.save(connection, outcome.next, entry, "").await?;
    match decision {
        Decision::Approve => dispatch(connection, occasion, &saved, outcome.approved).await?,
        Decision::Reopen { .. } => {
            outbox::withdraw(connection, occasion.caller.tenant, occasion.contract).await?;
        }
        _ => {}
    }
    Ok(saved)
}

/// What a decision comes to.
struct Outcome {
    next: Review,
    change: Change,
    approved: Option<ApprovedPlan>,
}

impl Outcome {
    fn of(next: Review, change: Change) -> Self {
        Self {
            next,
            change,
            approved: None,
        }
    }
}

impl Decision {
    /// Who may decide it; an administrator always may.
    pub(crate) fn roles(&self) -> &'static [Role] {
        match self {
            Self::Edit { .. } | Self::Cite { .. } | Self::Resolve { .. } | Self::Submit => &[Role::Reviewer],
            Self::Approve | Self::Reject { .. } => &[Role::Approver],
            Self::Reopen { .. } => &[Role::Reviewer, Role::Approver],
        }
    }

    /// What a person wrote, by the field they wrote it in.
    pub(crate) fn texts(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Edit { path, value, reason } => vec![("path", path), ("value", value), ("reason", reason)],
            Self::Cite { path, reason, .. } => vec![("path", path), ("reason", reason)],
            Self::Resolve { flag, reason } => vec![("flag_id", flag), ("reason", reason)],
            Self::Reject { reason } | Self::Reopen { reason } => vec![("reason", reason)],
            Self::Submit | Self::Approve => Vec::new(),
        }
    }

    fn apply(&self, review: &Review, act: Act<'_>) -> Result<Outcome, Refusal> {
        match self {
            Self::Edit { path, value, reason } => {
                edit::apply(review, path, value, reason, act).map(|(next, change)| Outcome::of(next, change))
            }
            // Needs the document, which `carry_out` opens.
            Self::Cite { .. } => Err(Refusal::NoWords),
            Self::Resolve { flag, reason } => {
                let change = Change {
                    path: flag.clone(),
                    ..because(reason)
                };
                Ok(Outcome::of(review.resolve(flag, reason, act)?, change))
            }
            Self::Submit => Ok(Outcome::of(review.submit(act)?, Change::default())),
            // Whether one approver is enough is for `carry_out` to say.
            Self::Approve => approve(review, act, true),
            Self::Reject { reason } => Ok(Outcome::of(review.reject(reason, act)?, because(reason))),
            Self::Reopen { reason } => Ok(Outcome::of(review.reopen(reason, act)?, because(reason))),
        }
    }

    /// The name by which the audit log knows it.
    fn action(&self) -> &'static str {
        match self {
            Self::Edit { .. } => "edited",
            Self::Cite { .. } => "cited",
            Self::Resolve { .. } => "resolved",
            Self::Submit => "submitted",
            Self::Approve => "approved",
            Self::Reject { .. } => "rejected",
            Self::Reopen { .. } => "reopened",
        }
    }
}

fn approve(review: &Review, act: Act<'_>, two_needed: bool) -> Result<Outcome, Refusal> {
    let (next, approved) = review.approve(act, two_needed)?;
    let hash = approved.as_ref().map(ApprovedPlan::content_hash);
    Ok(Outcome {
        change: Change {
            after: hash.unwrap_or_default().to_owned(),
            ..Change::default()
        },
        next,
        approved,
    })
}

impl Occasion<'_> {
    fn act(&self) -> Act<'_> {
        Act {
            by: &self.caller.name,
            at: self.at,
            revision: self.revision.into(),
        }
    }

    fn entry(&self, decision: &Decision, outcome: &Outcome) -> Entry {
        let action = match decision {
            Decision::Approve if outcome.approved.is_none() => "approved_first",
            _ => decision.action(),
        };
        Entry {
            at: self.at,
            actor: self.caller.name.clone(),
            action,
            change: outcome.change.clone(),
            trace: self.trace.to_string(),
        }
    }
}

fn because(reason: &str) -> Change {
    Change {
        reason: reason.trim().to_owned(),
        ..Change::default()
    }
}

/// Puts the approved plan on its way, in the transaction that approves it.
async fn dispatch(
    connection: &mut PgConnection,
    occasion: &Occasion<'_>,
    saved: &Dossier,
    approved: Option<ApprovedPlan>,
) -> Result<(), sqlx::Error> {
    let Some(approved) = approved else { return Ok(()) };
    let parcel = Parcel {
        tenant: saved.contract.tenant,
        contract: saved.contract.id,
        revision: saved.contract.revision,
        content_hash: approved.content_hash().to_owned(),
        plan: approved.plan().clone(),
        submitted_by: approved.submitted_by().to_owned(),
        approved_by: approved.approved_by().to_owned(),
        first_approved_by: approved.first_approved_by().map(str::to_owned),
        approved_at: approved.approved_at(),
        traceparent: occasion.trace.traceparent(),
    };
    outbox::put(connection, &parcel).await
}
