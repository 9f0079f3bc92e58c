//! Deliveries and rejections: silence for as long as the contract says accepts a delivery, a rejection in time undoes it.
//!
//! That a delivery was accepted follows from these reports and the day alone; nobody has to say so.

use billing::milestone::{MilestoneError as DeemedError, reached};
use jiff::ToSpan;
use jiff::civil::Date;
use pricing::plan::{Acceptance, Milestone};
use serde_json::json;
use sqlx::PgConnection;

use crate::author::Author;
use crate::billing_run::milestone_fact;
use crate::milestones::{MilestoneError, check};
use crate::store::audit::{self, Deed};
use crate::store::milestones::{self, Completion, Kind};
use crate::store::{accounts, plans};

/// Why nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AcceptanceError {
    #[error(transparent)]
    Milestone(#[from] MilestoneError),
    #[error("`{0}` needs no acceptance: the contract has it reached once somebody reports it complete")]
    NeedsNone(String),
    #[error("nothing of `{milestone}` was delivered by {on}: there is nothing to reject")]
    NotDelivered { milestone: String, on: Date },
    #[error(
        "`{milestone}` was deemed accepted on {deemed}, before {on}: a rejection has to come within the days that the contract gives"
    )]
    AlreadyDeemed {
        milestone: String,
        deemed: Date,
        on: Date,
    },
    #[error("the report `{0}` is recorded with other content: give this one an id of its own")]
    IdTaken(String),
    #[error(transparent)]
    Deemed(#[from] DeemedError),
}

impl From<sqlx::Error> for AcceptanceError {
    fn from(error: sqlx::Error) -> Self {
        MilestoneError::from(error).into()
    }
}

/// What was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reported {
    pub(crate) id: String,
    /// Of a delivery: the day on which silence accepts it, if it ever does.
    pub(crate) deemed: Option<Date>,
}

/// Records a delivery or a rejection; the same report again changes nothing. `plan` is the content hash of any version of
/// the agreement.
pub(crate) async fn report(
    connection: &mut PgConnection,
    author: &Author,
    plan: &str,
    told: Completion,
) -> Result<Reported, AcceptanceError> {
    let tenant = author.tenant();
    let newest = plans::newest_of(connection, tenant, plan).await?;
    let newest = newest.ok_or_else(|| MilestoneError::UnknownPlan {
        plan: plan.to_owned(),
    })?;
    check(&newest.plan, &told)?;
    let milestone = newest
        .plan
        .milestones
        .iter()
        .find(|known| known.id == told.milestone);
    let waits = milestone.and_then(silence);
    let (milestone, days) = milestone
        .zip(waits)
        .ok_or_else(|| AcceptanceError::NeedsNone(told.milestone.clone()))?;
    accounts::hold(connection, tenant, &newest.plan.account).await?;
    let deemed = days.map(|days| told.date.saturating_add(i64::from(days).days()));
    let deemed = deemed.filter(|_| told.kind == Kind::Delivered);
    let standing = standing(connection, author, &newest.agreement).await?;
    if let Some(known) = milestones::of_id(connection, tenant, &newest.agreement, &told.id).await? {
        return if known == told {
            Ok(Reported { id: known.id, deemed })
        } else {
            Err(AcceptanceError::IdTaken(known.id))
        };
    }
    check_sense(milestone, &standing, &told)?;
    let id = if told.id.is_empty() {
        author.new_id().to_string()
    } else {
        told.id.clone()
    };
    let report = Completion {
        id: id.clone(),
        ..told
    };
    milestones::add(connection, author, &newest.agreement, &report).await?;
    audit::record(connection, author, &[deed(&newest.agreement, &report)]).await?;
    Ok(Reported { id, deemed })
}

/// Days of silence that accept it, if any do; none where it needs no acceptance.
fn silence(milestone: &Milestone) -> Option<Option<u32>> {
    match milestone.acceptance {
        Acceptance::Report => None,
        Acceptance::Written { deemed_after_days } => Some(deemed_after_days),
    }
}

/// The reports of an agreement that nobody took back.
async fn standing(
    connection: &mut PgConnection,
    author: &Author,
    agreement: &str,
) -> Result<Vec<Completion>, sqlx::Error> {
    let all = milestones::of_agreements(connection, author.tenant(), &[agreement]).await?;
    let gone = milestones::withdrawals(connection, author.tenant(), &[agreement]).await?;
    let stands = |report: &Completion| gone.iter().all(|(_, _, gone)| gone.completion != report.id);
    Ok(all.into_iter().map(|(_, report)| report).filter(stands).collect())
}

fn check_sense(
    milestone: &Milestone,
    standing: &[Completion],
    told: &Completion,
) -> Result<(), AcceptanceError> {
    let of_it = || {
        standing
            .iter()
            .filter(|report| report.milestone == told.milestone)
    };
    if let Some(done) = of_it().find(|report| report.kind == Kind::Completed) {
        return Err(MilestoneError::AlreadyCompleted {
            milestone: done.milestone.clone(),
            date: done.date,
            evidence: done.evidence.clone(),
        }
        .into());
    }
    if told.kind == Kind::Delivered {
        return Ok(());
    }
    let was_delivered = of_it().any(|report| report.kind == Kind::Delivered && report.date <= told.date);
    let facts: Vec<_> = of_it().cloned().map(milestone_fact).collect();
    match reached(milestone, &facts, told.date)? {
        _ if !was_delivered => Err(AcceptanceError::NotDelivered {
            milestone: told.milestone.clone(),
            on: told.date,
        }),
        Some(reached) if reached.on < told.date => Err(AcceptanceError::AlreadyDeemed {
            milestone: told.milestone.clone(),
            deemed: reached.on,
            on: told.date,
        }),
        _ => Ok(()),
    }
}

fn deed(agreement: &str, report: &Completion) -> Deed {
    Deed {
        action: match report.kind {
            Kind::Completed => "milestone.completed",
            Kind::Delivered => "milestone.delivered",
            Kind::Rejected => "milestone.rejected",
        },
        subject: agreement.to_owned(),
        reason: report.evidence.clone(),
        before: None,
        after: Some(json!({ "id": report.id, "milestone": report.milestone, "date": report.date })),
    }
}
