//! Which day it is for an account, and through which day it is billed then.

use jiff::civil::Date;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use uuid::Uuid;

/// What day it is where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Days {
    /// Today in each time zone.
    pub(crate) zones: Vec<(String, Date)>,
    /// Today for accounts with a clock of their own: account, time zone, day.
    pub(crate) clocked: Vec<(String, String, Date)>,
    /// How many days a draft waits, unless its account or issuer has other days.
    pub(crate) grace_days: i32,
}

/// The same as columns for a statement to unnest: time zones with their days, and accounts with zone and day.
pub(crate) struct DayColumns<'d> {
    pub(crate) zones: (Vec<&'d str>, Vec<jiff_sqlx::Date>),
    pub(crate) clocked: (Vec<&'d str>, Vec<&'d str>, Vec<jiff_sqlx::Date>),
}

impl Days {
    /// Its columns.
    pub(crate) fn columns(&self) -> DayColumns<'_> {
        let zones = self.zones.iter();
        let clocked = || self.clocked.iter();
        DayColumns {
            zones: zones.map(|(zone, day)| (zone.as_str(), day.to_sqlx())).unzip(),
            clocked: (
                clocked().map(|(account, ..)| account.as_str()).collect(),
                clocked().map(|(_, zone, _)| zone.as_str()).collect(),
                clocked().map(|(.., day)| day.to_sqlx()).collect(),
            ),
        }
    }
}

/// An account on its day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dated {
    pub(crate) account: String,
    pub(crate) today: Date,
    /// The last day whose drafts are issued today.
    pub(crate) through: Date,
}

struct Row {
    account: String,
    today: jiff_sqlx::Date,
    through: jiff_sqlx::Date,
}

runtime::from_row!(Row {
    account,
    today,
    through
});

/// Each account after $8 with its days: of one with several agreements the earliest.
macro_rules! dated {
    () => {
        "SELECT plan.account, min(coalesce(clocked.day, today.day)) AS today, \
                min(coalesce(clocked.day, today.day) - coalesce(own.days, issuers.days, $4)) AS through \
         FROM plan \
         JOIN UNNEST($2::text[], $3::date[]) AS today (zone, day) ON today.zone = plan.time_zone \
         LEFT JOIN UNNEST($5::text[], $6::text[], $7::date[]) AS clocked (account, zone, day) \
           ON clocked.account = plan.account AND clocked.zone = plan.time_zone \
         LEFT JOIN grace_period AS own ON own.tenant = $1 AND own.scope = 'account' AND own.name = plan.account \
         LEFT JOIN grace_period AS issuers \
           ON issuers.tenant = $1 AND issuers.scope = 'issuer' AND issuers.name = plan.issuer \
         WHERE plan.tenant = $1 AND plan.account > $8 AND ($9 = '' OR plan.account = $9) GROUP BY plan.account"
    };
}

/// The first accounts after one that were not billed through their day yet.
pub(crate) async fn due(
    connection: &mut PgConnection,
    tenant: Uuid,
    days: &Days,
    after: &str,
    limit: i64,
) -> Result<Vec<Dated>, sqlx::Error> {
    let statement = concat!(
        "SELECT dated.* FROM (",
        dated!(),
        ") AS dated LEFT JOIN billed_through AS billed ON billed.tenant = $1 AND billed.account = dated.account \
         WHERE coalesce(billed.through < dated.through, true) ORDER BY dated.account LIMIT $10"
    );
    asked(connection, tenant, statement, days, (after, ""), limit).await
}

/// The first accounts after one, or only this one, each with its days.
pub(crate) async fn dated(
    connection: &mut PgConnection,
    tenant: Uuid,
    days: &Days,
    (after, only): (&str, &str),
    limit: i64,
) -> Result<Vec<Dated>, sqlx::Error> {
    let statement = concat!(dated!(), " ORDER BY plan.account LIMIT $10");
    asked(connection, tenant, statement, days, (after, only), limit).await
}

async fn asked(
    connection: &mut PgConnection,
    tenant: Uuid,
    statement: &'static str,
    days: &Days,
    (after, only): (&str, &str),
    limit: i64,
) -> Result<Vec<Dated>, sqlx::Error> {
    let DayColumns { zones, clocked } = days.columns();
    let rows: Vec<Row> = sqlx::query_as(statement)
        .bind(tenant)
        .bind(zones.0)
        .bind(zones.1)
        .bind(days.grace_days)
        .bind(clocked.0)
        .bind(clocked.1)
        .bind(clocked.2)
        .bind(after)
        .bind(only)
        .bind(limit)
        .fetch_all(connection)
        .await?;
    let dated = |row: Row| Dated {
        account: row.account,
        today: row.today.to_jiff(),
        through: row.through.to_jiff(),
    };
    Ok(rows.into_iter().map(dated).collect())
}
