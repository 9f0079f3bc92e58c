//! Lists of invoices: which, and in which order. Each order has a statement of its own, so that each finds its index.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

/// Which invoices a list holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// Only this account's, all if empty.
    pub(crate) account: &'a str,
    /// Only what this run issued, all if empty.
    pub(crate) run: &'a str,
    /// Only the one of this number, and those of accounts and customers in whose name this is found; all if empty.
    pub(crate) search: &'a str,
    /// Only this series, all if empty.
    pub(crate) series: &'a str,
    pub(crate) order: Order,
    /// Only those after this one.
    pub(crate) after: Option<Uuid>,
}

/// In which order, and with that: of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    OldestFirst,
    NewestFirst,
    /// Those of which something is owed, of all or of those due before a day.
    ByDueDate(Option<Date>),
}

/// Ids of invoices.
pub(crate) async fn list(
    connection: &mut PgConnection,
    tenant: Uuid,
    wanted: Wanted<'_>,
    limit: i64,
) -> Result<Vec<Uuid>, sqlx::Error> {
    let due_before = match wanted.order {
        Order::ByDueDate(day) => day.map(ToSqlx::to_sqlx),
        Order::OldestFirst | Order::NewestFirst => None,
    };
    let query = sqlx::query_scalar(statement(&wanted))
        .bind(tenant)
        .bind(wanted.account)
        .bind(wanted.run)
        .bind(wanted.after)
        .bind(limit)
        .bind(wanted.series)
        .bind(wanted.search)
        .bind(due_before);
    query.fetch_all(connection).await
}

fn statement(wanted: &Wanted<'_>) -> &'static str {
    match (wanted.order, wanted.search.is_empty()) {
        (Order::OldestFirst, true) => OLDEST_FIRST,
        (Order::OldestFirst, false) => FOUND_OLDEST_FIRST,
        (Order::NewestFirst, true) => NEWEST_FIRST,
        (Order::NewestFirst, false) => FOUND_NEWEST_FIRST,
        (Order::ByDueDate(_), _) => BY_DUE_DATE,
    }
}

/// Every statement has the same parameters, used or not: tenant, account, run, the invoice before, how many, series,
/// what is searched, due before.
macro_rules! with_all_parameters {
    ($statement:expr) => {
        concat!(
            "WITH told AS (SELECT $1::uuid, $2::text, $3::text, $4::uuid, $5::bigint, $6::text, $7::text, $8::date) ",
            $statement
        )
    };
}

const OLDEST_FIRST: &str = with_all_parameters!(
    "SELECT id FROM invoice WHERE tenant = $1 AND ($2 = '' OR account = $2) AND ($3 = '' OR run = $3) \
       AND ($6 = '' OR series = $6) \
       AND ($4 IS NULL OR (invoice_date, account, series, sequence, id) > \
            (SELECT invoice_date, account, series, sequence, id FROM invoice WHERE tenant = $1 AND id = $4)) \
     ORDER BY invoice_date, account, series, sequence, id LIMIT $5"
);

const NEWEST_FIRST: &str = with_all_parameters!(
    "SELECT id FROM invoice WHERE tenant = $1 AND ($2 = '' OR account = $2) AND ($3 = '' OR run = $3) \
       AND ($6 = '' OR series = $6) \
       AND ($4 IS NULL OR (invoice_date, account, series, sequence, id) < \
            (SELECT invoice_date, account, series, sequence, id FROM invoice WHERE tenant = $1 AND id = $4)) \
     ORDER BY invoice_date DESC, account DESC, series DESC, sequence DESC, id DESC LIMIT $5"
);

/// What is searched is found among the accounts, which are few, and from there their invoices.
macro_rules! found {
    ($comparison:literal, $order:literal) => {
        with_all_parameters!(concat!(
            "SELECT id FROM ( \
                 SELECT invoice.* FROM account AS named CROSS JOIN LATERAL \
                     (SELECT id, account, run, series, sequence, invoice_date FROM invoice \
                      WHERE tenant = $1 AND account = named.id OFFSET 0) AS invoice \
                 WHERE named.tenant = $1 AND strpos(lower(named.id || E'\\x1f' || named.customer), lower($7)) > 0 \
                 UNION \
                 SELECT id, account, run, series, sequence, invoice_date FROM invoice \
                 WHERE tenant = $1 AND number = upper($7) \
             ) AS found \
             WHERE ($2 = '' OR account = $2) AND ($3 = '' OR run = $3) AND ($6 = '' OR series = $6) \
               AND ($4 IS NULL OR (invoice_date, account, series, sequence, id) ",
            $comparison,
            " (SELECT invoice_date, account, series, sequence, id FROM invoice WHERE tenant = $1 AND id = $4)) \
             ORDER BY ",
            $order,
            " LIMIT $5"
        ))
    };
}

const FOUND_OLDEST_FIRST: &str = found!(">", "invoice_date, account, series, sequence, id");
const FOUND_NEWEST_FIRST: &str = found!(
    "<",
    "invoice_date DESC, account DESC, series DESC, sequence DESC, id DESC"
);

/// The invoice before may be paid meanwhile; its own row still has its day.
const BY_DUE_DATE: &str = with_all_parameters!(
    "SELECT invoice FROM receivable WHERE tenant = $1 AND ($2 = '' OR account = $2) AND ($8 IS NULL OR due_date < $8) \
       AND ($4 IS NULL OR (due_date, invoice) > (SELECT due_date, id FROM invoice WHERE tenant = $1 AND id = $4)) \
       AND ($7 = '' OR account IN (SELECT id FROM account AS named WHERE named.tenant = $1 \
                                   AND strpos(lower(named.id || E'\\x1f' || named.customer), lower($7)) > 0) \
            OR invoice IN (SELECT id FROM invoice WHERE tenant = $1 AND number = upper($7))) \
     ORDER BY due_date, invoice LIMIT $5"
);
