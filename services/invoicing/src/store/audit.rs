//! The audit log: who did what, when, why, and what it was before and after. Written beside every change, in its
//! transaction; the database refuses to change it.

use jiff_sqlx::ToSqlx;
use serde_json::Value;
use sqlx::PgConnection;

use crate::author::Author;

/// What was done.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Deed {
    /// A stable name, such as `plan.registered`.
    pub(crate) action: &'static str,
    /// To what: a plan's hash, an invoice's number, an account.
    pub(crate) subject: String,
    /// Why, in the author's words; empty where the action says it all.
    pub(crate) reason: String,
    pub(crate) before: Option<Value>,
    pub(crate) after: Option<Value>,
}

/// Writes what was done, all in one statement.
pub(crate) async fn record(
    connection: &mut PgConnection,
    author: &Author,
    deeds: &[Deed],
) -> Result<(), sqlx::Error> {
    let actions: Vec<&str> = deeds.iter().map(|deed| deed.action).collect();
    let subjects: Vec<&str> = deeds.iter().map(|deed| deed.subject.as_str()).collect();
    let reasons: Vec<&str> = deeds.iter().map(|deed| deed.reason.as_str()).collect();
    let before: Vec<Option<&Value>> = deeds.iter().map(|deed| deed.before.as_ref()).collect();
    let after: Vec<Option<&Value>> = deeds.iter().map(|deed| deed.after.as_ref()).collect();
    sqlx::query(
        "INSERT INTO audit_log (tenant, at, actor, role, trace, action, subject, reason, before, after) \
         SELECT $1, $2, $3, $4, $5, deed.* \
         FROM UNNEST($6::text[], $7::text[], $8::text[], $9::jsonb[], $10::jsonb[]) AS deed",
    )
    .bind(author.tenant())
    .bind(author.at.to_sqlx())
    .bind(&author.caller.name)
    .bind(author.caller.role.to_string())
    .bind(author.trace.to_string())
    .bind(actions)
    .bind(subjects)
    .bind(reasons)
    .bind(before)
    .bind(after)
    .execute(connection)
    .await
    .map(drop)
}
