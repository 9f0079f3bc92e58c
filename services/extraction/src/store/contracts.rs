//! Contracts and their revisions.

use contract::review::Review;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::postgres::PgRow;
use sqlx::types::Json;
use sqlx::{PgConnection, Row};
use uuid::Uuid;

use super::{column, corrupt, counted};
use crate::state::{Failure, State};

/// A contract as lists show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Contract {
    pub(crate) tenant: Uuid,
    pub(crate) id: Uuid,
    /// The document's hash.
    pub(crate) sha256: String,
    pub(crate) file_name: String,
    pub(crate) state: State,
    /// The review's present revision, from 1.
    pub(crate) revision: u32,
    pub(crate) summary: Summary,
    pub(crate) received_at: Timestamp,
}

/// What lists show of a review, kept beside the contract so that they need not open it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) customer: String,
    pub(crate) open_flags: u32,
    pub(crate) blocking_flags: u32,
    /// Pages of the document; 0 until it was read.
    pub(crate) pages: u32,
    /// Which readers read it: `rules`, `rules + MODEL`.
    pub(crate) readers: String,
    /// The largest total it prints, for sorting work.
    pub(crate) printed_total: Option<Decimal>,
    /// Empty while unknown.
    pub(crate) currency: String,
    /// Who changed or decided something last; empty before a person has.
    pub(crate) last_actor: String,
    /// Codes of all flags, each as often as it was raised.
    pub(crate) flag_codes: Vec<String>,
}

/// Adds a contract for a document that has none. The id of the one it has, if it has one: that one is left as it is.
pub(crate) async fn add(
    connection: &mut PgConnection,
    contract: &Contract,
) -> Result<Option<Uuid>, sqlx::Error> {
    let added = sqlx::query(
        "INSERT INTO contract (tenant, id, sha256, file_name, state, revision, received_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) \
         ON CONFLICT (tenant, sha256) DO NOTHING",
    )
    .bind(contract.tenant)
    .bind(contract.id)
    .bind(&contract.sha256)
    .bind(&contract.file_name)
    .bind(contract.state.name())
    .bind(column(contract.revision))
    .bind(contract.received_at.to_sqlx())
    .execute(&mut *connection)
    .await?;
    if added.rows_affected() == 1 {
        return Ok(None);
    }
    sqlx::query_scalar("SELECT id FROM contract WHERE tenant = $1 AND sha256 = $2")
        .bind(contract.tenant)
        .bind(&contract.sha256)
        .fetch_optional(connection)
        .await
}

/// The contract of that id, if the caller may see it.
pub(crate) async fn find(
    connection: &mut PgConnection,
    tenant: Uuid,
    id: Uuid,
) -> Result<Option<Contract>, sqlx::Error> {
    let row = sqlx::query(
        "SELECT tenant, id, sha256, file_name, state, revision, customer, open_flags, blocking_flags, pages, \
                readers, printed_total, currency, last_actor, flag_codes, failure_code, failure, received_at FROM contract WHERE tenant = $1 AND id = $2",
    )
    .bind(tenant)
    .bind(id)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(contract).transpose()
}

/// The same, held against every other change until the transaction ends.
pub(crate) async fn hold(
    connection: &mut PgConnection,
    tenant: Uuid,
    id: Uuid,
) -> Result<Option<Contract>, sqlx::Error> {
    // NO KEY: events that refer to the contract may still be written.
    sqlx::query("SELECT FROM contract WHERE tenant = $1 AND id = $2 FOR NO KEY UPDATE")
        .bind(tenant)
        .bind(id)
        .execute(&mut *connection)
        .await?;
    find(connection, tenant, id).await
}

/// Where a list goes on: after this contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) received_at: Timestamp,
    pub(crate) id: Uuid,
}

/// Which contracts a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Filter<'f> {
    /// All if empty.
    pub(crate) states: &'f [&'f str],
    /// Stands in the customer's or the file's name, whatever the case.
    pub(crate) search: &'f str,
}

/// Contracts that pass a filter, newest first, after a place.
pub(crate) async fn list(
    connection: &mut PgConnection,
    tenant: Uuid,
    filter: Filter<'_>,
    after: Option<Place>,
    limit: u32,
) -> Result<Vec<Contract>, sqlx::Error> {
    let rows = sqlx::query(
        "SELECT tenant, id, sha256, file_name, state, revision, customer, open_flags, blocking_flags, pages, \
                readers, printed_total, currency, last_actor, flag_codes, failure_code, failure, received_at FROM contract \
         WHERE tenant = $1 AND (cardinality($2::text[]) = 0 OR state = ANY ($2)) \
           AND ($3::timestamptz IS NULL OR (received_at, id) < ($3, $4)) \
           AND ($6 = '' OR strpos(lower(customer || ' ' || file_name), lower($6)) > 0) \
         ORDER BY received_at DESC, id DESC LIMIT $5",
    )
    .bind(tenant)
    .bind(filter.states)
    .bind(after.map(|place| place.received_at.to_sqlx()))
    .bind(after.map(|place| place.id))
    .bind(i64::from(limit))
    .bind(filter.search)
    .fetch_all(connection)
    .await?;
    rows.iter().map(contract).collect()
}

/// How many contracts whose customer or file has that in its name are in each state, by the state's name.
pub(crate) async fn count(
    connection: &mut PgConnection,
    tenant: Uuid,
    search: &str,
) -> Result<Vec<(String, u64)>, sqlx::Error> {
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "SELECT state, count(*) FROM contract \
         WHERE tenant = $1 AND ($2 = '' OR strpos(lower(customer || ' ' || file_name), lower($2)) > 0) \
         GROUP BY state ORDER BY state",
    )
    .bind(tenant)
    .bind(search)
    .fetch_all(connection)
    .await?;
    let counted = |(state, contracts): (String, i64)| Ok((state, u64::try_from(contracts).map_err(corrupt)?));
    rows.into_iter().map(counted).collect()
}

/// Writes where a contract stands now: state, revision and summary.
pub(crate) async fn update(connection: &mut PgConnection, contract: &Contract) -> Result<(), sqlx::Error> {
    let failure = contract.state.failure();
    sqlx::query(
        "UPDATE contract SET state = $3, revision = $4, customer = $5, open_flags = $6, blocking_flags = $7, \
                pages = $8, readers = $9, failure_code = $10, failure = $11, printed_total = $12, currency = $13, \
                last_actor = $14, flag_codes = $15 WHERE tenant = $1 AND id = $2",
    )
    .bind(contract.tenant)
    .bind(contract.id)
    .bind(contract.state.name())
    .bind(column(contract.revision))
    .bind(&contract.summary.customer)
    .bind(column(contract.summary.open_flags))
    .bind(column(contract.summary.blocking_flags))
    .bind(column(contract.summary.pages))
    .bind(&contract.summary.readers)
    .bind(failure.map(|failure| &failure.code))
    .bind(failure.map(|failure| &failure.sentence))
    .bind(contract.summary.printed_total)
    .bind(&contract.summary.currency)
    .bind(&contract.summary.last_actor)
    .bind(&contract.summary.flag_codes)
    .execute(connection)
    .await
    .map(drop)
}

/// Adds a revision of a contract's review.
pub(crate) async fn add_revision(
    connection: &mut PgConnection,
    contract: &Contract,
    review: &Review,
    at: Timestamp,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO revision (tenant, contract, number, content, made_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(contract.tenant)
    .bind(contract.id)
    .bind(column(contract.revision))
    .bind(Json(review))
    .bind(at.to_sqlx())
    .execute(connection)
    .await
    .map(drop)
}

/// A contract's review as it stands.
pub(crate) async fn review(
    connection: &mut PgConnection,
    contract: &Contract,
) -> Result<Review, sqlx::Error> {
    let review = review_at(connection, contract, contract.revision).await?;
    review.ok_or(sqlx::Error::RowNotFound)
}

/// A contract's review as it stood at a revision.
pub(crate) async fn review_at(
    connection: &mut PgConnection,
    contract: &Contract,
    revision: u32,
) -> Result<Option<Review>, sqlx::Error> {
    let found: Option<Json<Review>> = sqlx::query_scalar(
        "SELECT content FROM revision WHERE tenant = $1 AND contract = $2 AND number = $3",
    )
    .bind(contract.tenant)
    .bind(contract.id)
    .bind(column(revision))
    .fetch_optional(connection)
    .await?;
    Ok(found.map(|Json(review)| review))
}

fn contract(row: &PgRow) -> Result<Contract, sqlx::Error> {
    let id: Uuid = row.try_get("id")?;
    let code: Option<String> = row.try_get("failure_code")?;
    let failure = code
        .zip(row.try_get("failure")?)
        .map(|(code, sentence)| Failure { code, sentence });
    let name: String = row.try_get("state")?;
    let unknown = || corrupt(format!("contract {id} has the unknown state {name}"));
    let received_at: jiff_sqlx::Timestamp = row.try_get("received_at")?;
    Ok(Contract {
        tenant: row.try_get("tenant")?,
        id,
        sha256: row.try_get("sha256")?,
        file_name: row.try_get("file_name")?,
        state: State::named(&name, failure).ok_or_else(unknown)?,
        revision: counted(row.try_get("revision")?)?,
        summary: summary(row)?,
        received_at: received_at.to_jiff(),
    })
}

fn summary(row: &PgRow) -> Result<Summary, sqlx::Error> {
    Ok(Summary {
        customer: row.try_get("customer")?,
        open_flags: counted(row.try_get("open_flags")?)?,
        blocking_flags: counted(row.try_get("blocking_flags")?)?,
        pages: counted(row.try_get("pages")?)?,
        readers: row.try_get("readers")?,
        printed_total: row.try_get("printed_total")?,
        currency: row.try_get("currency")?,
        last_actor: row.try_get("last_actor")?,
        flag_codes: row.try_get("flag_codes")?,
    })
}
