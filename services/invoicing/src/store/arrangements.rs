//! Who pays for an account, and who gets one invoice for all that they pay.

use std::collections::{HashMap, HashSet};

use billing::draft::{Payer, Pays};
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::corrupt;
use crate::author::Author;

/// How an account is billed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Arrangement {
    /// Does it get one invoice a day for all that it pays?
    pub(crate) collective: bool,
    /// Who pays for it; nobody but itself if empty.
    pub(crate) payers: Vec<Payer>,
}

struct Row {
    account: String,
    payer: String,
    customer: String,
    percent: Option<Decimal>,
    charges: Option<Vec<String>>,
}

runtime::from_row!(Row {
    account,
    payer,
    customer,
    percent,
    charges
});

impl TryFrom<Row> for Payer {
    type Error = sqlx::Error;

    fn try_from(row: Row) -> Result<Self, sqlx::Error> {
        let pays = match (row.percent, row.charges) {
            (Some(percent), None) => Pays::Percent { percent },
            (None, Some(charges)) => Pays::Charges { charges },
            _ => return Err(corrupt("a payer who pays neither a part nor charges")),
        };
        let customer = if row.customer.is_empty() {
            row.payer.clone()
        } else {
            row.customer
        };
        Ok(Self {
            account: row.payer,
            customer,
            pays,
        })
    }
}

/// Is there any arrangement at all? Most tenants have none, and their runs need not look further.
pub(crate) async fn any(connection: &mut PgConnection, tenant: Uuid) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM account_payer WHERE tenant = $1) \
             OR EXISTS (SELECT FROM account_billing WHERE tenant = $1 AND collective)",
    )
    .bind(tenant)
    .fetch_one(connection)
    .await
}

/// Who pays for some accounts, in their order; nothing is said of one that pays for itself.
pub(crate) async fn payers(
    connection: &mut PgConnection,
    tenant: Uuid,
    accounts: &[String],
) -> Result<HashMap<String, Vec<Payer>>, sqlx::Error> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT named.account, named.payer, payer.customer, named.percent, named.charges \
         FROM UNNEST($2::text[]) AS wanted (account) \
         CROSS JOIN LATERAL (SELECT * FROM account_payer WHERE tenant = $1 AND account = wanted.account OFFSET 0) AS named \
         CROSS JOIN LATERAL (SELECT customer FROM account WHERE tenant = $1 AND id = named.payer OFFSET 0) AS payer \
         ORDER BY named.account, named.position",
    )
    .bind(tenant)
    .bind(accounts)
    .fetch_all(connection)
    .await?;
    let mut payers: HashMap<String, Vec<Payer>> = HashMap::new();
    for row in rows {
        let account = row.account.clone();
        payers.entry(account).or_default().push(row.try_into()?);
    }
    Ok(payers)
}

/// Which of some accounts get one invoice for all that they pay.
pub(crate) async fn collective(
    connection: &mut PgConnection,
    tenant: Uuid,
    accounts: &[&str],
) -> Result<HashSet<String>, sqlx::Error> {
    let rows: Vec<String> = sqlx::query_scalar(
        "SELECT account FROM account_billing WHERE tenant = $1 AND account = ANY($2) AND collective",
    )
    .bind(tenant)
    .bind(accounts)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().collect())
}

/// The account that each of some accounts is billed together with, in their order: the first other one that pays for it
/// and gets collective invoices; else itself.
pub(crate) async fn heads(
    connection: &mut PgConnection,
    tenant: Uuid,
    accounts: &[String],
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT coalesce(( \
             SELECT named.payer FROM account_payer AS named \
             JOIN account_billing AS billed ON billed.tenant = $1 AND billed.account = named.payer AND billed.collective \
             WHERE named.tenant = $1 AND named.account = wanted.account AND named.payer <> named.account \
             ORDER BY named.position LIMIT 1 \
         ), wanted.account) FROM UNNEST($2::text[]) WITH ORDINALITY AS wanted (account, place) ORDER BY wanted.place",
    )
    .bind(tenant)
    .bind(accounts)
    .fetch_all(connection)
    .await
}

/// The accounts that some pay for.
pub(crate) async fn paid_by(
    connection: &mut PgConnection,
    tenant: Uuid,
    payers: &[String],
) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT DISTINCT named.account FROM UNNEST($2::text[]) AS wanted (payer) CROSS JOIN LATERAL \
           (SELECT account FROM account_payer WHERE tenant = $1 AND payer = wanted.payer AND account <> payer OFFSET 0) AS named \
         ORDER BY 1",
    )
    .bind(tenant)
    .bind(payers)
    .fetch_all(connection)
    .await
}

/// How an account is billed.
pub(crate) async fn of(
    connection: &mut PgConnection,
    tenant: Uuid,
    account: &str,
) -> Result<Arrangement, sqlx::Error> {
    let collective = !collective(&mut *connection, tenant, &[account]).await?.is_empty();
    let mut payers = payers(connection, tenant, &[account.to_owned()]).await?;
    Ok(Arrangement {
        collective,
        payers: payers.remove(account).unwrap_or_default(),
    })
}

/// Says how an account is billed from now on.
pub(crate) async fn set(
    connection: &mut PgConnection,
    author: &Author,
    account: &str,
    arrangement: &Arrangement,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO account_billing (tenant, account, collective, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (tenant, account) DO UPDATE SET collective = excluded.collective, \
           changed_at = excluded.changed_at, changed_by = excluded.changed_by",
    )
    .bind(author.tenant())
    .bind(account)
    .bind(arrangement.collective)
    .bind(author.at.to_sqlx())
    .bind(&author.caller.name)
    .execute(&mut *connection)
    .await?;
    sqlx::query("DELETE FROM account_payer WHERE tenant = $1 AND account = $2")
        .bind(author.tenant())
        .bind(account)
        .execute(&mut *connection)
        .await?;
    for (position, payer) in (1_i32..).zip(&arrangement.payers) {
        add_payer(connection, author.tenant(), (account, position), payer).await?;
    }
    Ok(())
}

async fn add_payer(
    connection: &mut PgConnection,
    tenant: Uuid,
    (account, position): (&str, i32),
    payer: &Payer,
) -> Result<(), sqlx::Error> {
    let (percent, charges) = match &payer.pays {
        Pays::Percent { percent } => (Some(*percent), None),
        Pays::Charges { charges } => (None, Some(charges)),
    };
    sqlx::query(
        "INSERT INTO account_payer (tenant, account, position, payer, percent, charges) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(tenant)
    .bind(account)
    .bind(position)
    .bind(&payer.account)
    .bind(percent)
    .bind(charges)
    .execute(connection)
    .await
    .map(drop)
}
