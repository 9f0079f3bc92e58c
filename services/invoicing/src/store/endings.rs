//! What was declared about the ends of agreements.

use billing::facts::{Ending, EndingEvent};
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use super::corrupt;
use crate::author::Author;

/// A declaration, in whose words, and whether it still stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Declared {
    pub(crate) ending: Ending,
    pub(crate) reason: String,
    pub(crate) withdrawn: bool,
}

struct Row {
    plan: String,
    id: String,
    kind: String,
    date: jiff_sqlx::Date,
    refund_unused: bool,
    reason: String,
    withdrawn: bool,
}

runtime::from_row!(Row {
    plan,
    id,
    kind,
    date,
    refund_unused,
    reason,
    withdrawn
});

impl TryFrom<Row> for Declared {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        let date = row.date.to_jiff();
        let event = match row.kind.as_str() {
            "terminated" => EndingEvent::Terminated {
                last_day: date,
                refund_unused: row.refund_unused,
            },
            "not-renewed" => EndingEvent::NotRenewed { notice: date },
            other => return Err(corrupt(format!("an ending of the kind `{other}`"))),
        };
        Ok(Self {
            ending: Ending { id: row.id, event },
            reason: row.reason,
            withdrawn: row.withdrawn,
        })
    }
}

/// Everything that was ever declared under some agreements, each with its agreement's hash, in the order of recording.
pub(crate) async fn of_agreements(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreements: &[&str],
) -> Result<Vec<(String, Declared)>, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT ending.*, EXISTS (SELECT FROM plan_ending_withdrawal AS taken_back \
             WHERE taken_back.tenant = $1 AND taken_back.plan = ending.plan AND taken_back.ending = ending.id) AS withdrawn \
         FROM UNNEST($2::text[]) AS wanted (plan) \
         CROSS JOIN LATERAL (SELECT * FROM plan_ending WHERE tenant = $1 AND plan = wanted.plan OFFSET 0) AS ending \
         ORDER BY ending.plan, ending.recorded_at, ending.id",
    )
    .bind(tenant)
    .bind(agreements)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|row| Ok((row.plan.clone(), row.try_into()?)))
        .collect()
}

pub(crate) async fn add(
    connection: &mut PgConnection,
    author: &Author,
    agreement: &str,
    ending: &Ending,
    reason: &str,
) -> Result<(), sqlx::Error> {
    let (kind, date, refund_unused) = parts(&ending.event);
    sqlx::query(
        "INSERT INTO plan_ending (tenant, plan, id, kind, date, refund_unused, reason, recorded_at, recorded_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(author.tenant())
    .bind(agreement)
    .bind(&ending.id)
    .bind(kind)
    .bind(date.to_sqlx())
    .bind(refund_unused)
    .bind(reason)
    .bind(author.at.to_sqlx())
    .bind(&author.caller.name)
    .execute(connection)
    .await
    .map(drop)
}

fn parts(event: &EndingEvent) -> (&'static str, Date, bool) {
    match event {
        EndingEvent::Terminated {
            last_day,
            refund_unused,
        } => ("terminated", *last_day, *refund_unused),
        EndingEvent::NotRenewed { notice } => ("not-renewed", *notice, false),
    }
}

/// Takes a declaration back.
pub(crate) async fn withdraw(
    connection: &mut PgConnection,
    author: &Author,
    agreement: &str,
    ending: &str,
    reason: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO plan_ending_withdrawal (tenant, plan, ending, reason, recorded_at, recorded_by) \
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(author.tenant())
    .bind(agreement)
    .bind(ending)
    .bind(reason)
    .bind(author.at.to_sqlx())
    .bind(&author.caller.name)
    .execute(connection)
    .await
    .map(drop)
}
