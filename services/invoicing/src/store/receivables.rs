//! What is owed: by account, and by how long it has been due.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::accounts::Parked;

/// Somebody who is billed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) id: String,
    /// As the newest of its plans names it.
    pub(crate) customer: String,
    pub(crate) agreements: i64,
}

runtime::from_row!(Account {
    id,
    customer,
    agreements
});

/// Which accounts a list holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// Only those in whose name or customer this is found; all if empty.
    pub(crate) search: &'a str,
    /// Only this one, all if empty.
    pub(crate) account: &'a str,
    /// Only those after this one.
    pub(crate) after: Option<&'a str>,
}

/// What an account owes in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Balance {
    pub(crate) account: String,
    pub(crate) currency: String,
    pub(crate) owed: Decimal,
    pub(crate) overdue: Decimal,
    pub(crate) invoices: i64,
}

runtime::from_row!(Balance {
    account,
    currency,
    owed,
    overdue,
    invoices
});

/// What is owed of one age.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bucket {
    pub(crate) currency: String,
    /// Days overdue from which on it counts; 0 where it is not.
    pub(crate) from_days: i32,
    pub(crate) owed: Decimal,
    pub(crate) invoices: i64,
}

runtime::from_row!(Bucket {
    currency,
    from_days,
    owed,
    invoices
});

/// Accounts by the names of their customers.
pub(crate) async fn accounts(
    connection: &mut PgConnection,
    tenant: Uuid,
    wanted: Wanted<'_>,
    limit: i64,
) -> Result<Vec<Account>, sqlx::Error> {
    sqlx::query_as(
        "SELECT named.id, named.customer, \
                (SELECT count(*) FROM plan WHERE plan.tenant = $1 AND plan.account = named.id) AS agreements \
         FROM ( \
             SELECT id, customer FROM account WHERE tenant = $1 AND ($2 = '' OR id = $2) \
               AND ($3 = '' OR strpos(lower(id || E'\\x1f' || customer), lower($3)) > 0) \
               AND ($4::text IS NULL OR (customer, id) > (SELECT customer, id FROM account WHERE tenant = $1 AND id = $4)) \
             ORDER BY customer, id LIMIT $5 \
         ) AS named ORDER BY named.customer, named.id",
    )
    .bind(tenant)
    .bind(wanted.account)
    .bind(wanted.search)
    .bind(wanted.after)
    .bind(limit)
    .fetch_all(connection)
    .await
}

/// What some accounts owe; what was due before the day is overdue.
pub(crate) async fn balances(
    connection: &mut PgConnection,
    tenant: Uuid,
    accounts: &[&str],
    on: Date,
) -> Result<Vec<Balance>, sqlx::Error> {
    sqlx::query_as(
        "SELECT owed.* FROM UNNEST($2::text[]) AS wanted (account) CROSS JOIN LATERAL ( \
             SELECT account, currency, sum(owed) AS owed, \
                    coalesce(sum(owed) FILTER (WHERE due_date < $3), 0) AS overdue, count(*) AS invoices \
             FROM receivable WHERE tenant = $1 AND account = wanted.account GROUP BY account, currency \
         ) AS owed ORDER BY owed.account, owed.currency",
    )
    .bind(tenant)
    .bind(accounts)
    .bind(on.to_sqlx())
    .fetch_all(connection)
    .await
}

/// What the last run could not bill of some accounts.
pub(crate) async fn parked(
    connection: &mut PgConnection,
    tenant: Uuid,
    accounts: &[&str],
) -> Result<Vec<Parked>, sqlx::Error> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT account, plan, reason FROM parked_account WHERE tenant = $1 AND account = ANY($2) \
         ORDER BY account, plan",
    )
    .bind(tenant)
    .bind(accounts)
    .fetch_all(connection)
    .await?;
    let parked = |(account, plan, reason)| Parked {
        account,
        plan,
        reason,
    };
    Ok(rows.into_iter().map(parked).collect())
}

/// What everybody owes, by currency and age on a day.
pub(crate) async fn ageing(
    connection: &mut PgConnection,
    tenant: Uuid,
    on: Date,
) -> Result<Vec<Bucket>, sqlx::Error> {
    sqlx::query_as(
        "SELECT currency, CASE WHEN due_date >= $2 THEN 0 WHEN $2 - due_date <= 30 THEN 1 WHEN $2 - due_date <= 60 THEN 31 \
                               WHEN $2 - due_date <= 90 THEN 61 ELSE 91 END AS from_days, \
                sum(owed) AS owed, count(*) AS invoices \
         FROM receivable WHERE tenant = $1 GROUP BY 1, 2 ORDER BY 1, 2",
    )
    .bind(tenant)
    .bind(on.to_sqlx())
    .fetch_all(connection)
    .await
}
