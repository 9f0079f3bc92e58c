//! Days that drafts wait, where they differ from the tenant's.

use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::author::Author;

/// Whose drafts wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Account,
    Issuer,
}

impl Scope {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Issuer => "issuer",
        }
    }
}

/// How long the drafts of one account or issuer wait.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grace {
    pub(crate) scope: String,
    pub(crate) name: String,
    pub(crate) days: i32,
}

runtime::from_row!(Grace { scope, name, days });

/// All that differ, accounts first.
pub(crate) async fn all(connection: &mut PgConnection, tenant: Uuid) -> Result<Vec<Grace>, sqlx::Error> {
    sqlx::query_as("SELECT scope, name, days FROM grace_period WHERE tenant = $1 ORDER BY scope, name")
        .bind(tenant)
        .fetch_all(connection)
        .await
}

/// Sets the days of one, or none of its own; answers what they were.
pub(crate) async fn set(
    connection: &mut PgConnection,
    author: &Author,
    (scope, name): (Scope, &str),
    days: Option<i32>,
) -> Result<Option<i32>, sqlx::Error> {
    let before = sqlx::query_scalar(
        "DELETE FROM grace_period WHERE tenant = $1 AND scope = $2 AND name = $3 RETURNING days",
    )
    .bind(author.tenant())
    .bind(scope.name())
    .bind(name)
    .fetch_optional(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO grace_period (tenant, scope, name, days, changed_at, changed_by) \
         SELECT $1, $2, $3, $4, $5, $6 WHERE $4 IS NOT NULL",
    )
    .bind(author.tenant())
    .bind(scope.name())
    .bind(name)
    .bind(days)
    .bind(author.at.to_sqlx())
    .bind(&author.caller.name)
    .execute(connection)
    .await?;
    Ok(before)
}

/// Does any plan name this issuer?
pub(crate) async fn issues(
    connection: &mut PgConnection,
    tenant: Uuid,
    issuer: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT EXISTS (SELECT FROM plan WHERE tenant = $1 AND issuer = $2)")
        .bind(tenant)
        .bind(issuer)
        .fetch_one(connection)
        .await
}
