//! What is kept, grouped by what it is about. Every function works inside an open transaction of its caller, which says
//! whose rows it sees; the tenant is named in each statement as well, because keys hold it.
//!
//! Statements about many things name them in arrays and look each up by LATERAL, with OFFSET 0: the planner joins in that
//! order and no other. Left free, it plans a statement while its tables are small, keeps the plan, and reads all lines of
//! the tenant for each account while they grow: a table that is filled by the run that reads it has no statistics yet.
//! For everything else a run sees to the statistics itself ([`statistics`]).

use std::sync::LazyLock;

use sqlx::migrate::Migrator;

pub(crate) mod accounts;
pub(crate) mod arrangements;
pub(crate) mod audit;
pub(crate) mod automatic;
pub(crate) mod basis;
pub(crate) mod cash;
pub(crate) mod clocks;
pub(crate) mod endings;
pub(crate) mod grace;
pub(crate) mod indices;
pub(crate) mod invoices;
pub(crate) mod journal;
pub(crate) mod late_fees;
pub(crate) mod milestones;
pub(crate) mod plans;
pub(crate) mod receivables;
pub(crate) mod renewals;
pub(crate) mod seats;
pub(crate) mod settlements;
pub(crate) mod statistics;
pub(crate) mod usage;

/// The tables, for whoever opens the service's database.
pub static MIGRATIONS: LazyLock<Migrator> = runtime::migrations!("migrations":
    1 "0001_audit_and_requests",
    2 "0002_plans",
    3 "0003_facts",
    4 "0004_invoices",
    5 "0005_journal",
    200 "0200_invoice_basis",
    201 "0201_endings_indices_withdrawals",
    300 "0300_usage_log",
    301 "0301_usage_without_lookups",
    302 "0302_usage_series_and_sources",
    304 "0304_usage_distinct_values",
    305 "0305_usage_withdrawals",
    306 "0306_usage_conflicts",
    307 "0307_usage_policies",
    308 "0308_usage_alerts",
    309 "0309_usage_parts",
    310 "0310_usage_months",
    311 "0311_usage_blocks",
    312 "0312_usage_value_keys",
    313 "0313_usage_days",
    400 "0400_settlement",
    401 "0401_late_fee",
    402 "0402_automatic_billing",
    403 "0403_receivables",
    404 "0404_cash_transfers",
    405 "0405_grace_and_clocks",
    406 "0406_payers_and_collective_invoices",
    407 "0407_acceptance_and_renewals",
    408 "0408_notice_windows",
);

/// Something in the database that this version of the program cannot have written.
pub(crate) fn corrupt(what: impl std::fmt::Display) -> sqlx::Error {
    sqlx::Error::Decode(what.to_string().into())
}

/// The rows of one page and the token of the next, given one row more than fits.
pub(crate) fn page<T>(mut rows: Vec<T>, size: usize, token: impl Fn(&T) -> String) -> (Vec<T>, String) {
    let more = rows.len() > size;
    rows.truncate(size);
    let next = rows.last().filter(|_| more).map(token);
    (rows, next.unwrap_or_default())
}
