//! Milestones that were reached.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::author::Author;

/// A milestone was reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Completion {
    pub(crate) id: String,
    pub(crate) milestone: String,
    pub(crate) date: Date,
    /// What proves it.
    pub(crate) evidence: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    plan: String,
    id: String,
    milestone: String,
    date: jiff_sqlx::Date,
    evidence: String,
}

impl Row {
    fn completion(self) -> (String, Completion) {
        let Self {
            plan,
            id,
            milestone,
            date,
            evidence,
        } = self;
        (
            plan,
            Completion {
                id,
                milestone,
                date: date.to_jiff(),
                evidence,
            },
        )
    }
}

/// The completion of a milestone, if it was reached.
pub(crate) async fn of_milestone(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreement: &str,
    milestone: &str,
) -> Result<Option<Completion>, sqlx::Error> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT * FROM milestone_completion WHERE tenant = $1 AND plan = $2 AND milestone = $3",
    )
    .bind(tenant)
    .bind(agreement)
    .bind(milestone)
    .fetch_optional(connection)
    .await?;
    Ok(row.map(|row| row.completion().1))
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
    Ok(row.map(|row| row.completion().1))
}

/// All completions under some agreements, each with its agreement's hash.
pub(crate) async fn of_agreements(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreements: &[&str],
) -> Result<Vec<(String, Completion)>, sqlx::Error> {
    let rows: Vec<Row> =
        sqlx::query_as(
        "SELECT reached.* FROM UNNEST($2::text[]) AS wanted (plan) \
         CROSS JOIN LATERAL (SELECT * FROM milestone_completion WHERE tenant = $1 AND plan = wanted.plan) AS reached",
    )
            .bind(tenant)
            .bind(agreements)
            .fetch_all(connection)
            .await?;
    Ok(rows.into_iter().map(Row::completion).collect())
}

pub(crate) async fn add(
    connection: &mut PgConnection,
    author: &Author,
    agreement: &str,
    completion: &Completion,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO milestone_completion (tenant, plan, milestone, id, date, evidence, recorded_at, recorded_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(author.tenant())
    .bind(agreement)
    .bind(&completion.milestone)
    .bind(&completion.id)
    .bind(completion.date.to_sqlx())
    .bind(&completion.evidence)
    .bind(author.at.to_sqlx())
    .bind(&author.caller.name)
    .execute(connection)
    .await
    .map(drop)
}
