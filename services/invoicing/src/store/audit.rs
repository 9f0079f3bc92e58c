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

/// Writes what one author did, all in one statement.
pub(crate) async fn record(
    connection: &mut PgConnection,
    author: &Author,
    deeds: &[Deed],
) -> Result<(), sqlx::Error> {
    let each: Vec<_> = deeds.iter().map(|deed| (author, deed)).collect();
    record_each(connection, &each).await
}

/// Writes what several authors of one tenant did, all in one statement.
pub(crate) async fn record_each(
    connection: &mut PgConnection,
    deeds: &[(&Author, &Deed)],
) -> Result<(), sqlx::Error> {
    let Some((first, _)) = deeds.first() else {
        return Ok(());
    };
    sqlx::query(
        "INSERT INTO audit_log (tenant, at, actor, role, trace, action, subject, reason, before, after) \
         SELECT $1, deed.* \
         FROM UNNEST($2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], \
                     $9::jsonb[], $10::jsonb[]) AS deed",
    )
    .bind(first.tenant())
    .bind(each(deeds, |(author, _)| author.at.to_sqlx()))
    .bind(each(deeds, |(author, _)| author.caller.name.as_str()))
    .bind(each(deeds, |(author, _)| author.caller.role.to_string()))
    .bind(each(deeds, |(author, _)| author.trace.to_string()))
    .bind(each(deeds, |(_, deed)| deed.action))
    .bind(each(deeds, |(_, deed)| deed.subject.as_str()))
    .bind(each(deeds, |(_, deed)| deed.reason.as_str()))
    .bind(each(deeds, |(_, deed)| deed.before.as_ref()))
    .bind(each(deeds, |(_, deed)| deed.after.as_ref()))
    .execute(connection)
    .await
    .map(drop)
}

fn each<'d, T>(deeds: &[(&'d Author, &'d Deed)], field: impl Fn((&'d Author, &'d Deed)) -> T) -> Vec<T> {
    deeds.iter().copied().map(field).collect()
}
