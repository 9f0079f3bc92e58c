//! Accounts that are billed together, because one of them pays for the others and gets one invoice for all.

use runtime::tenancy::begin_as;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::author::Author;
use crate::store::{accounts, arrangements};

/// The accounts that are billed when these are: each instead of those it is billed together with, none twice.
pub(super) async fn heads(
    pool: &PgPool,
    author: &Author,
    accounts: &[String],
) -> Result<Vec<String>, sqlx::Error> {
    let mut transaction = begin_as(pool, &author.caller).await?;
    if !arrangements::any(&mut transaction, author.tenant()).await? {
        return Ok(accounts.to_vec());
    }
    let mut heads = arrangements::heads(&mut transaction, author.tenant(), accounts).await?;
    heads.sort();
    heads.dedup();
    Ok(heads)
}

/// Some accounts that are held, and all that are billed together with them.
pub(super) async fn members(
    connection: &mut PgConnection,
    tenant: Uuid,
    held: &[String],
) -> Result<Vec<String>, sqlx::Error> {
    if held.is_empty() || !arrangements::any(connection, tenant).await? {
        return Ok(held.to_vec());
    }
    let mut members = held.to_vec();
    let paid = arrangements::paid_by(connection, tenant, held).await?;
    let heads = arrangements::heads(connection, tenant, &paid).await?;
    for (account, head) in paid.into_iter().zip(heads) {
        if held.contains(&head) && !members.contains(&account) {
            members.push(account);
        }
    }
    Ok(members)
}

/// Holds all of them.
pub(super) async fn hold(
    connection: &mut PgConnection,
    tenant: Uuid,
    held: &[String],
) -> Result<Vec<String>, sqlx::Error> {
    let members = members(connection, tenant, held).await?;
    for account in members.iter().filter(|account| !held.contains(account)) {
        accounts::hold(connection, tenant, account).await?;
    }
    Ok(members)
}
