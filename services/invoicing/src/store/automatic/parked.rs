//! Accounts that could not be billed, and whether there is anything new about them.

use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::author::Author;
use crate::store::accounts::Parked;

/// Forgets through which day parked accounts were billed, where anything they are billed by was learned since: terms,
/// seats, milestones, endings, index values, usage. What was being written while an account was parked counts as new.
pub(crate) async fn forget_changed(connection: &mut PgConnection, tenant: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query(
        "DELETE FROM billed_through AS billed USING \
           (SELECT account, min(at) - interval '1 minute' AS at, min(usage_seen) AS usage_seen \
            FROM parked_account WHERE tenant = $1 GROUP BY account) AS parked \
         WHERE billed.tenant = $1 AND billed.account = parked.account AND ( \
             parked.usage_seen <> usage_of($1, parked.account) \
             OR EXISTS (SELECT FROM index_value AS new WHERE new.tenant = $1 AND new.recorded_at > parked.at) \
             OR EXISTS (SELECT FROM plan CROSS JOIN LATERAL ( \
                 SELECT registered_at AS at FROM plan_version WHERE tenant = $1 AND plan = plan.id \
                 UNION ALL SELECT recorded_at FROM seat_change WHERE tenant = $1 AND plan = plan.id \
                 UNION ALL SELECT recorded_at FROM milestone_completion WHERE tenant = $1 AND plan = plan.id \
                 UNION ALL SELECT recorded_at FROM milestone_withdrawal WHERE tenant = $1 AND plan = plan.id \
                 UNION ALL SELECT recorded_at FROM plan_ending WHERE tenant = $1 AND plan = plan.id \
                 UNION ALL SELECT recorded_at FROM plan_ending_withdrawal WHERE tenant = $1 AND plan = plan.id \
               ) AS new WHERE plan.tenant = $1 AND plan.account = parked.account AND new.at > parked.at) \
         )",
    )
    .bind(tenant)
    .execute(connection)
    .await
    .map(drop)
}

/// Notes what could not be billed, and what each account had used then.
pub(crate) async fn park(
    connection: &mut PgConnection,
    author: &Author,
    through: jiff::civil::Date,
    parked: &[Parked],
) -> Result<(), sqlx::Error> {
    let text = |field: fn(&Parked) -> &str| parked.iter().map(field).collect::<Vec<_>>();
    sqlx::query(
        "INSERT INTO parked_account (tenant, through, at, account, plan, reason, usage_seen) \
         SELECT $1, $2, $3, parked.account, parked.plan, parked.reason, usage_of($1, parked.account) \
         FROM UNNEST($4::text[], $5::text[], $6::text[]) AS parked (account, plan, reason)",
    )
    .bind(author.tenant())
    .bind(through.to_sqlx())
    .bind(author.at.to_sqlx())
    .bind(text(|parked| &parked.account))
    .bind(text(|parked| &parked.plan))
    .bind(text(|parked| &parked.reason))
    .execute(connection)
    .await
    .map(drop)
}
