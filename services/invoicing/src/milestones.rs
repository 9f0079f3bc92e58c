//! Milestones that are reached, with what proves it.

use jiff::civil::Date;
use pricing::plan::Plan;
use sqlx::PgConnection;

use crate::author::Author;
use crate::store::audit::{self, Deed};
pub(crate) use crate::store::milestones::Withdrawal;
use crate::store::milestones::{self, Completion, Kind};
use crate::store::{accounts, plans};

/// Why a completion was not recorded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MilestoneError {
    #[error("no plan `{plan}` is registered: name it by its content hash")]
    UnknownPlan { plan: String },
    #[error("the plan has no milestone `{milestone}`; its milestones are: {known}")]
    UnknownMilestone { milestone: String, known: String },
    #[error(
        "the evidence is missing: say which certificate, mail or person proves that `{milestone}` is complete"
    )]
    NoEvidence { milestone: String },
    #[error("`{milestone}` was completed on {date} already ({evidence}); a milestone is reached once")]
    AlreadyCompleted {
        milestone: String,
        date: Date,
        evidence: String,
    },
    #[error("the completion `{id}` is recorded for `{milestone}`: give this one an id of its own")]
    IdTaken { id: String, milestone: String },
    #[error("the plan has no completion `{id}`: name it by the id under which it was reported")]
    UnknownCompletion { id: String },
    #[error("the reason is missing: say why the report of completion was a mistake")]
    NoReason,
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Records that a milestone was reached; answers the completion's id. `plan` is the content hash of any version of the
/// agreement. The same completion again changes nothing; another one for the same milestone is refused.
pub(crate) async fn complete(
    connection: &mut PgConnection,
    author: &Author,
    plan: &str,
    completion: Completion,
) -> Result<String, MilestoneError> {
    let tenant = author.tenant();
    let newest = plans::newest_of(connection, tenant, plan).await?;
    let newest = newest.ok_or_else(|| MilestoneError::UnknownPlan {
        plan: plan.to_owned(),
    })?;
    check(&newest.plan, &completion)?;
    accounts::hold(connection, tenant, &newest.plan.account).await?;
    let known =
        milestones::of_milestone(connection, tenant, &newest.agreement, &completion.milestone).await?;
    if let Some(known) = known {
        return same(known, &completion);
    }
    if let Some(taken) = milestones::of_id(connection, tenant, &newest.agreement, &completion.id).await? {
        return Err(MilestoneError::IdTaken {
            id: taken.id,
            milestone: taken.milestone,
        });
    }
    let id = if completion.id.is_empty() {
        author.new_id().to_string()
    } else {
        completion.id
    };
    let completion = Completion {
        id: id.clone(),
        kind: Kind::Completed,
        ..completion
    };
    milestones::add(connection, author, &newest.agreement, &completion).await?;
    audit::record(connection, author, &[deed(&newest.agreement, &completion)]).await?;
    Ok(id)
}

/// Takes a completion back: what was billed for it is given back by the next run, and the milestone can be reached
/// again. Taken back before, it changes nothing.
pub(crate) async fn withdraw(
    connection: &mut PgConnection,
    author: &Author,
    plan: &str,
    withdrawal: Withdrawal,
) -> Result<(), MilestoneError> {
    let tenant = author.tenant();
    let newest = plans::newest_of(connection, tenant, plan).await?;
    let newest = newest.ok_or_else(|| MilestoneError::UnknownPlan {
        plan: plan.to_owned(),
    })?;
    if withdrawal.reason.trim().is_empty() {
        return Err(MilestoneError::NoReason);
    }
    accounts::hold(connection, tenant, &newest.plan.account).await?;
    let agreement = &newest.agreement;
    let known = milestones::of_id(connection, tenant, agreement, &withdrawal.completion).await?;
    let known = known.ok_or_else(|| MilestoneError::UnknownCompletion {
        id: withdrawal.completion.clone(),
    })?;
    let before = milestones::withdrawals(connection, tenant, &[agreement]).await?;
    if before
        .iter()
        .any(|(_, _, before)| before.completion == withdrawal.completion)
    {
        return Ok(());
    }
    milestones::withdraw(connection, author, agreement, &withdrawal).await?;
    let deed = Deed {
        action: "milestone.withdrawn",
        before: deed(agreement, &known).after,
        subject: newest.agreement,
        reason: withdrawal.reason,
        after: None,
    };
    Ok(audit::record(connection, author, &[deed]).await?)
}

pub(crate) fn check(plan: &Plan, completion: &Completion) -> Result<(), MilestoneError> {
    let milestone = completion.milestone.clone();
    if plan.milestones.iter().all(|known| known.id != milestone) {
        let ids: Vec<&str> = plan.milestones.iter().map(|known| known.id.as_str()).collect();
        return Err(MilestoneError::UnknownMilestone {
            milestone,
            known: ids.join(", "),
        });
    }
    if completion.evidence.trim().is_empty() {
        Err(MilestoneError::NoEvidence { milestone })
    } else {
        Ok(())
    }
}

fn same(known: Completion, told: &Completion) -> Result<String, MilestoneError> {
    let same_id = told.id.is_empty() || told.id == known.id;
    if same_id && known.date == told.date && known.evidence == told.evidence {
        return Ok(known.id);
    }
    let Completion {
        milestone,
        date,
        evidence,
        ..
    } = known;
    Err(MilestoneError::AlreadyCompleted {
        milestone,
        date,
        evidence,
    })
}

fn deed(agreement: &str, completion: &Completion) -> Deed {
    Deed {
        action: "milestone.completed",
        subject: agreement.to_owned(),
        reason: completion.evidence.clone(),
        before: None,
        after: Some(serde_json::json!({
            "id": completion.id, "milestone": completion.milestone, "date": completion.date,
        })),
    }
}
