//! Milestones that were reached.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::corrupt;
use crate::author::Author;

/// What is reported of a milestone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It was reached.
    #[default]
    Completed,
    /// It waits for acceptance.
    Delivered,
    /// The customer did not accept it.
    Rejected,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Delivered => "delivered",
            Self::Rejected => "rejected",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        let all = [Self::Completed, Self::Delivered, Self::Rejected];
        all.into_iter().find(|kind| kind.name() == name)
    }
}

/// A report on a milestone: it was reached, delivered, or rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Completion {
    pub(crate) id: String,
    pub(crate) milestone: String,
    pub(crate) kind: Kind,
    pub(crate) date: Date,
    /// What proves it.
    pub(crate) evidence: String,
}

/// A report of completion was a mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Withdrawal {
    /// Id of the completion.
    pub(crate) completion: String,
    /// The day it was taken back.
    pub(crate) date: Date,
    pub(crate) reason: String,
}

struct Row {
    plan: String,
    id: String,
    milestone: String,
    kind: String,
    date: jiff_sqlx::Date,
    evidence: String,
}

runtime::from_row!(Row {
    plan,
    id,
    milestone,
    kind,
    date,
    evidence
});

impl Row {
    fn completion(self) -> Result<(String, Completion), sqlx::Error> {
        let completion = Completion {
            id: self.id,
            milestone: self.milestone,
            kind: Kind::parse(&self.kind).ok_or_else(|| corrupt("a report of no known kind"))?,
            date: self.date.to_jiff(),
            evidence: self.evidence,
        };
        Ok((self.plan, completion))
    }
}

/// The completion of a milestone, if it was reached and nobody took the report back.
pub(crate) async fn of_milestone(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreement: &str,
    milestone: &str,
) -> Result<Option<Completion>, sqlx::Error> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT * FROM milestone_completion AS reached WHERE tenant = $1 AND plan = $2 AND milestone = $3 AND kind = 'completed' \
           AND NOT EXISTS (SELECT FROM milestone_withdrawal AS taken_back WHERE taken_back.tenant = $1 \
             AND taken_back.plan = reached.plan AND taken_back.completion = reached.id)",
    )
    .bind(tenant)
    .bind(agreement)
    .bind(milestone)
    .fetch_optional(connection)
    .await?;
    Ok(row
        .map(Row::completion)
        .transpose()?
        .map(|(_, completion)| completion))
}

/// The completion of that id, whatever its milestone.
pub(crate) async fn of_id(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreement: &str,
    id: &str,
) -> Result<Option<Completion>, sqlx::Error> {
    let row: Option<Row> =
        sqlx::query_as("SELECT * FROM milestone_completion WHERE tenant = $1 AND plan = $2 AND id = $3")
            .bind(tenant)
            .bind(agreement)
            .bind(id)
            .fetch_optional(connection)
            .await?;
    Ok(row
        .map(Row::completion)
        .transpose()?
        .map(|(_, completion)| completion))
}

/// All reports under some agreements, each with its agreement's hash.
pub(crate) async fn of_agreements(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreements: &[&str],
) -> Result<Vec<(String, Completion)>, sqlx::Error> {
    let rows: Vec<Row> =
        sqlx::query_as(
        "SELECT reached.* FROM UNNEST($2::text[]) AS wanted (plan) \
         CROSS JOIN LATERAL (SELECT * FROM milestone_completion WHERE tenant = $1 AND plan = wanted.plan OFFSET 0) AS reached",
    )
            .bind(tenant)
            .bind(agreements)
            .fetch_all(connection)
            .await?;
    rows.into_iter().map(Row::completion).collect()
}

pub(crate) async fn add(
    connection: &mut PgConnection,
    author: &Author,
    agreement: &str,
    completion: &Completion,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO milestone_completion (tenant, plan, milestone, id, date, evidence, recorded_at, recorded_by, kind) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(author.tenant())
    .bind(agreement)
    .bind(&completion.milestone)
    .bind(&completion.id)
    .bind(completion.date.to_sqlx())
    .bind(&completion.evidence)
    .bind(author.at.to_sqlx())
    .bind(&author.caller.name)
    .bind(completion.kind.name())
    .execute(connection)
    .await
    .map(drop)
}

/// All withdrawals under some agreements, each with its agreement's hash and the milestone.
pub(crate) async fn withdrawals(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreements: &[&str],
) -> Result<Vec<(String, String, Withdrawal)>, sqlx::Error> {
    let rows: Vec<(String, String, String, jiff_sqlx::Date, String)> = sqlx::query_as(
        "SELECT taken_back.plan, reached.milestone, taken_back.completion, taken_back.date, taken_back.reason \
         FROM UNNEST($2::text[]) AS wanted (plan) \
         CROSS JOIN LATERAL (SELECT * FROM milestone_withdrawal WHERE tenant = $1 AND plan = wanted.plan OFFSET 0) AS taken_back \
         JOIN milestone_completion AS reached ON reached.tenant = $1 AND reached.plan = taken_back.plan \
           AND reached.id = taken_back.completion",
    )
    .bind(tenant)
    .bind(agreements)
    .fetch_all(connection)
    .await?;
    let each = rows
        .into_iter()
        .map(|(plan, milestone, completion, date, reason)| {
            let date = date.to_jiff();
            (
                plan,
                milestone,
                Withdrawal {
                    completion,
                    date,
                    reason,
                },
            )
        });
    Ok(each.collect())
}

/// Takes a completion back.
pub(crate) async fn withdraw(
    connection: &mut PgConnection,
    author: &Author,
    agreement: &str,
    withdrawal: &Withdrawal,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO milestone_withdrawal (tenant, plan, completion, date, reason, recorded_at, recorded_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(author.tenant())
    .bind(agreement)
    .bind(&withdrawal.completion)
    .bind(withdrawal.date.to_sqlx())
    .bind(&withdrawal.reason)
    .bind(author.at.to_sqlx())
    .bind(&author.caller.name)
    .execute(connection)
    .await
    .map(drop)
}
