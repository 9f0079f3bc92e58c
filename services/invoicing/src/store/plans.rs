//! Agreements and the versions of each.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use pricing::plan::Plan;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

use super::{corrupt, usage};
use crate::author::Author;

/// One version of an agreement, as it was approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlanVersion {
    /// Content hash of the agreement's first version: what all of them are billed under.
    pub(crate) agreement: String,
    pub(crate) content_hash: String,
    /// 1 for the first version.
    pub(crate) number: i32,
    /// First day in force.
    pub(crate) effective: Date,
    /// First day no longer in force, once an amendment set one.
    pub(crate) superseded_on: Option<Date>,
    pub(crate) plan: Plan,
    pub(crate) approval: Approval,
    pub(crate) registered_at: Timestamp,
}

/// Who let a plan through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Approval {
    pub(crate) contract_id: String,
    pub(crate) revision: u32,
    pub(crate) submitted_by: String,
    pub(crate) approved_by: String,
    pub(crate) approved_at: Timestamp,
}

struct Row {
    plan: String,
    content_hash: String,
    number: i32,
    effective: jiff_sqlx::Date,
    superseded_on: Option<jiff_sqlx::Date>,
    document: Json<Plan>,
    contract_id: String,
    revision: i64,
    submitted_by: String,
    approved_by: String,
    approved_at: jiff_sqlx::Timestamp,
    registered_at: jiff_sqlx::Timestamp,
}

runtime::from_row!(Row {
    plan,
    content_hash,
    number,
    effective,
    superseded_on,
    document,
    contract_id,
    revision,
    submitted_by,
    approved_by,
    approved_at,
    registered_at
});

impl TryFrom<Row> for PlanVersion {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            agreement: row.plan,
            content_hash: row.content_hash,
            number: row.number,
            effective: row.effective.to_jiff(),
            superseded_on: row.superseded_on.map(jiff_sqlx::Date::to_jiff),
            plan: row.document.0,
            approval: Approval {
                contract_id: row.contract_id,
                revision: u32::try_from(row.revision).map_err(corrupt)?,
                submitted_by: row.submitted_by,
                approved_by: row.approved_by,
                approved_at: row.approved_at.to_jiff(),
            },
            registered_at: row.registered_at.to_jiff(),
        })
    }
}

/// The version of this content hash.
pub(crate) async fn version(
    connection: &mut PgConnection,
    tenant: Uuid,
    content_hash: &str,
) -> Result<Option<PlanVersion>, sqlx::Error> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT version.*, next.effective AS superseded_on \
         FROM plan_version AS version LEFT JOIN plan_version AS next \
           ON next.tenant = version.tenant AND next.plan = version.plan AND next.number = version.number + 1 \
         WHERE version.tenant = $1 AND version.content_hash = $2",
    )
    .bind(tenant)
    .bind(content_hash)
    .fetch_optional(connection)
    .await?;
    row.map(PlanVersion::try_from).transpose()
}

/// The newest version of the agreement that a version belongs to.
pub(crate) async fn newest_of(
    connection: &mut PgConnection,
    tenant: Uuid,
    content_hash: &str,
) -> Result<Option<PlanVersion>, sqlx::Error> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT newest.*, NULL::date AS superseded_on \
         FROM plan_version AS named JOIN plan_version AS newest \
           ON newest.tenant = named.tenant AND newest.plan = named.plan \
         WHERE named.tenant = $1 AND named.content_hash = $2 ORDER BY newest.number DESC LIMIT 1",
    )
    .bind(tenant)
    .bind(content_hash)
    .fetch_optional(connection)
    .await?;
    row.map(PlanVersion::try_from).transpose()
}

/// All versions of all agreements of some accounts, by account, agreement and number.
pub(crate) async fn of_accounts(
    connection: &mut PgConnection,
    tenant: Uuid,
    accounts: &[String],
) -> Result<Vec<PlanVersion>, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT version.*, lead(version.effective) OVER (PARTITION BY version.plan ORDER BY version.number) \
                AS superseded_on \
         FROM UNNEST($2::text[]) AS wanted (account) \
         CROSS JOIN LATERAL (SELECT id, account FROM plan WHERE tenant = $1 AND account = wanted.account OFFSET 0) AS plan \
         CROSS JOIN LATERAL (SELECT * FROM plan_version WHERE tenant = $1 AND plan = plan.id OFFSET 0) AS version \
         ORDER BY plan.account, plan.id, version.number",
    )
    .bind(tenant)
    .bind(accounts)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(PlanVersion::try_from).collect()
}

/// The first versions of an agreement, in their order.
pub(crate) async fn first_versions(
    connection: &mut PgConnection,
    tenant: Uuid,
    agreement: &str,
    count: i32,
) -> Result<Vec<PlanVersion>, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT version.*, NULL::date AS superseded_on FROM plan_version AS version \
         WHERE tenant = $1 AND plan = $2 AND number <= $3 ORDER BY number",
    )
    .bind(tenant)
    .bind(agreement)
    .bind(count)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(PlanVersion::try_from).collect()
}

/// Versions after that of a content hash (from the first if empty), newest first; of one account unless empty.
pub(crate) async fn list(
    connection: &mut PgConnection,
    tenant: Uuid,
    account: &str,
    after: &str,
    limit: i64,
) -> Result<Vec<PlanVersion>, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT version.*, next.effective AS superseded_on \
         FROM plan_version AS version \
         JOIN plan ON plan.tenant = version.tenant AND plan.id = version.plan \
         LEFT JOIN plan_version AS next \
           ON next.tenant = version.tenant AND next.plan = version.plan AND next.number = version.number + 1 \
         WHERE version.tenant = $1 AND ($2 = '' OR plan.account = $2) \
           AND ($3 = '' OR (version.registered_at, version.content_hash) < \
                (SELECT registered_at, content_hash FROM plan_version WHERE tenant = $1 AND content_hash = $3)) \
         ORDER BY version.registered_at DESC, version.content_hash DESC LIMIT $4",
    )
    .bind(tenant)
    .bind(account)
    .bind(after)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(PlanVersion::try_from).collect()
}

/// The hash of the agreement that a contract is billed under, if it is.
pub(crate) async fn agreement_of_contract(
    connection: &mut PgConnection,
    tenant: Uuid,
    contract_id: &str,
) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT plan FROM plan_version WHERE tenant = $1 AND contract_id = $2 ORDER BY number LIMIT 1",
    )
    .bind(tenant)
    .bind(contract_id)
    .fetch_optional(connection)
    .await
}

/// Writes a version; the first one opens its agreement.
pub(crate) async fn add(
    connection: &mut PgConnection,
    author: &Author,
    version: &PlanVersion,
) -> Result<(), sqlx::Error> {
    if version.number == 1 {
        open_agreement(connection, author.tenant(), version).await?;
    }
    name_issuer(connection, author.tenant(), version).await?;
    let approval = &version.approval;
    sqlx::query(
        "INSERT INTO plan_version (tenant, content_hash, plan, number, effective, document, contract_id, revision, \
           submitted_by, approved_by, approved_at, registered_at, registered_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(author.tenant())
    .bind(&version.content_hash)
    .bind(&version.agreement)
    .bind(version.number)
    .bind(version.effective.to_sqlx())
    .bind(Json(&version.plan))
    .bind(&approval.contract_id)
    .bind(i64::from(approval.revision))
    .bind(&approval.submitted_by)
    .bind(&approval.approved_by)
    .bind(approval.approved_at.to_sqlx())
    .bind(version.registered_at.to_sqlx())
    .bind(&author.caller.name)
    .execute(&mut *connection)
    .await?;
    usage::match_meters(connection, author.tenant(), &version.plan).await
}

async fn open_agreement(
    connection: &mut PgConnection,
    tenant: Uuid,
    version: &PlanVersion,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO plan (tenant, id, account, currency, time_zone) VALUES ($1, $2, $3, $4, $5)")
        .bind(tenant)
        .bind(&version.agreement)
        .bind(&version.plan.account)
        .bind(version.plan.currency.code())
        .bind(&version.plan.time_zone)
        .execute(connection)
        .await
        .map(drop)
}

/// As the newest version names who is paid.
async fn name_issuer(
    connection: &mut PgConnection,
    tenant: Uuid,
    version: &PlanVersion,
) -> Result<(), sqlx::Error> {
    sqlx::query("UPDATE plan SET issuer = $3 WHERE tenant = $1 AND id = $2 AND issuer <> $3")
        .bind(tenant)
        .bind(&version.agreement)
        .bind(&version.plan.provider)
        .execute(connection)
        .await
        .map(drop)
}
