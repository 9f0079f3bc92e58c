//! Amounts that usage is watched for, and what passed them ([`passed`]).

mod passed;

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Series;
use crate::author::Author;
use crate::store::corrupt;

pub(crate) use passed::{Passed, billed, pass, passed, take_to_bill, to_bill, were_passed};

/// An amount that somebody wants to hear of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alert {
    pub(crate) name: String,
    pub(crate) account: String,
    pub(crate) watched: Watched,
    pub(crate) amount: Decimal,
    pub(crate) every: Every,
    /// In whose days the periods are.
    pub(crate) time_zone: String,
    /// Is what is due invoiced when it is passed?
    pub(crate) invoices: bool,
    pub(crate) set_at: Timestamp,
}

/// What is compared with the amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Watched {
    /// What a meter shows in the period.
    Meter {
        series: Series,
        meter: String,
        measure: Measure,
    },
    /// What the account comes to that no invoice carries yet, before tax.
    Bill { currency: String },
}

/// What of a meter's events is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    Sum,
    Count,
    Max,
    Unique,
}

/// The calendar periods that an alert begins anew with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Every {
    Day,
    Month,
    Year,
}

const MEASURES: [(Measure, &str); 4] = [
    (Measure::Sum, "sum"),
    (Measure::Count, "count"),
    (Measure::Max, "max"),
    (Measure::Unique, "unique"),
];
/// The measure of what is no meter.
const BILL: &str = "bill";
const PERIODS: [(Every, &str); 3] = [
    (Every::Day, "day"),
    (Every::Month, "month"),
    (Every::Year, "year"),
];

fn word<T: PartialEq>(words: &[(T, &'static str)], thing: &T) -> &'static str {
    let found = words.iter().find(|(known, _)| known == thing);
    found.map_or("", |(_, word)| word)
}

fn thing<T: Copy>(words: &[(T, &'static str)], word: &str) -> Result<T, sqlx::Error> {
    let found = words.iter().find(|(_, known)| *known == word);
    found
        .map(|(thing, _)| *thing)
        .ok_or_else(|| corrupt(format!("an alert about `{word}`")))
}

impl Watched {
    /// Series, meter, measure and currency as they are stored.
    fn columns(&self) -> (Option<Series>, Option<&str>, &'static str, Option<&str>) {
        match self {
            Self::Meter {
                series,
                meter,
                measure,
            } => (Some(*series), Some(meter), word(&MEASURES, measure), None),
            Self::Bill { currency } => (None, None, BILL, Some(currency)),
        }
    }
}

/// Sets an alert, in place of one of its name.
pub(crate) async fn set(
    connection: &mut PgConnection,
    author: &Author,
    alert: &Alert,
) -> Result<(), sqlx::Error> {
    let (series, meter, measure, currency) = alert.watched.columns();
    sqlx::query(
        "INSERT INTO usage_alert (tenant, name, account, series, meter, measure, amount, currency, every, time_zone, \
                                  invoices, set_at, set_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
         ON CONFLICT (tenant, name) DO UPDATE SET account = excluded.account, series = excluded.series, \
             meter = excluded.meter, measure = excluded.measure, amount = excluded.amount, \
             currency = excluded.currency, every = excluded.every, time_zone = excluded.time_zone, \
             invoices = excluded.invoices, set_at = excluded.set_at, set_by = excluded.set_by",
    )
    .bind(author.tenant())
    .bind(&alert.name)
    .bind(&alert.account)
    .bind(series)
    .bind(meter)
    .bind(measure)
    .bind(alert.amount)
    .bind(currency)
    .bind(word(&PERIODS, &alert.every))
    .bind(&alert.time_zone)
    .bind(alert.invoices)
    .bind(alert.set_at.to_sqlx())
    .bind(&author.caller.name)
    .execute(connection)
    .await
    .map(drop)
}

/// Removes an alert; false where there is none of the name.
pub(crate) async fn remove(
    connection: &mut PgConnection,
    tenant: Uuid,
    name: &str,
) -> Result<bool, sqlx::Error> {
    let removed = sqlx::query("DELETE FROM usage_alert WHERE tenant = $1 AND name = $2")
        .bind(tenant)
        .bind(name)
        .execute(connection)
        .await?;
    Ok(removed.rows_affected() > 0)
}

/// Alerts by name, after one; of one account only if named.
pub(crate) async fn alerts(
    connection: &mut PgConnection,
    tenant: Uuid,
    account: Option<&str>,
    after: &str,
    limit: i64,
) -> Result<Vec<Alert>, sqlx::Error> {
    let rows: Vec<AlertRow> = sqlx::query_as(
        "SELECT * FROM usage_alert WHERE tenant = $1 AND ($2::text IS NULL OR account = $2) AND name > $3 \
         ORDER BY name LIMIT $4",
    )
    .bind(tenant)
    .bind(account)
    .bind(after)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Alert::try_from).collect()
}

/// Alerts about these series, and about the bills of their accounts.
pub(crate) async fn alerts_on(
    connection: &mut PgConnection,
    tenant: Uuid,
    series: &[Series],
) -> Result<Vec<Alert>, sqlx::Error> {
    let rows: Vec<AlertRow> = sqlx::query_as(
        "SELECT * FROM usage_alert AS alert WHERE tenant = $1 AND (series = ANY($2) OR series IS NULL AND EXISTS ( \
             SELECT FROM usage_series AS used WHERE used.tenant = $1 AND used.series = ANY($2) \
                AND used.account = alert.account AND used.matched)) ORDER BY name",
    )
    .bind(tenant)
    .bind(series)
    .fetch_all(connection)
    .await?;
    rows.into_iter().map(Alert::try_from).collect()
}

struct AlertRow {
    name: String,
    account: String,
    series: Option<Series>,
    meter: Option<String>,
    measure: String,
    amount: Decimal,
    currency: Option<String>,
    every: String,
    time_zone: String,
    invoices: bool,
    set_at: jiff_sqlx::Timestamp,
}

runtime::from_row!(AlertRow {
    name,
    account,
    series,
    meter,
    measure,
    amount,
    currency,
    every,
    time_zone,
    invoices,
    set_at
});

impl TryFrom<AlertRow> for Alert {
    type Error = sqlx::Error;

    fn try_from(row: AlertRow) -> Result<Self, sqlx::Error> {
        let watched = match (row.series, row.meter, row.currency) {
            (Some(series), Some(meter), None) => Watched::Meter {
                series,
                meter,
                measure: thing(&MEASURES, &row.measure)?,
            },
            (None, None, Some(currency)) => Watched::Bill { currency },
            _ => return Err(corrupt("an alert about two things at once")),
        };
        Ok(Self {
            name: row.name,
            account: row.account,
            watched,
            amount: row.amount,
            every: thing(&PERIODS, &row.every)?,
            time_zone: row.time_zone,
            invoices: row.invoices,
            set_at: row.set_at.to_jiff(),
        })
    }
}
