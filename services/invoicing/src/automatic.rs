//! Billing by itself: every minute, whatever has come due in its contract's time zone and waited as a draft for the days
//! of grace.
//!
//! A run bills everything through a day that is not billed yet, so what was missed while nothing ran is caught up by the
//! next turn. However many services share the database, one of them works at a time: it holds a lock that ends with its
//! transaction, whichever way that goes.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use runtime::clock::Clock;
use runtime::tenancy::{begin_as, begin_for_worker};
use sqlx::{PgConnection, PgPool};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::author::Author;
use crate::billing_run::{self, Accounts, Order, RunError};
use crate::renewals;
use crate::store::automatic::{self, Dated, Days};
use crate::store::{self, clocks};
use crate::workers;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(60);
/// Accounts taken at once.
const TAKEN: i64 = 500;
/// Names the lock among all advisory locks of the database.
const LOCK: i64 = 0x7175_6974_7461_6e63;
/// As the audit log shows it.
const NAME: &str = "automatic billing";

/// Bills what comes due until the token is cancelled.
pub(crate) async fn work(pool: PgPool, clock: Clock, token: CancellationToken) {
    const FAILED: &str = "automatic billing broke off; the next turn completes it";
    workers::take_turns(EVERY, token, FAILED, || turn(&pool, &clock)).await;
}

/// Bills what is due now, unless another service is doing that; answers how many accounts it looked at.
pub(crate) async fn turn(pool: &PgPool, clock: &Clock) -> Result<usize, RunError> {
    let mut watch = begin_for_worker(pool, NAME).await?;
    if !workers::is_alone(&mut watch, LOCK).await? {
        return Ok(0);
    }
    let mut count = 0_usize;
    for (tenant, grace_days) in automatic::tenants(&mut watch).await? {
        count = count.saturating_add(bill_tenant(pool, clock, tenant, grace_days).await?);
    }
    for tenant in store::renewals::tenants(&mut watch).await? {
        let author = Author::of_service(NAME, tenant, clock.now());
        look_at_renewals(pool, clock, &author, false).await?;
    }
    watch.rollback().await?;
    Ok(count)
}

async fn bill_tenant(pool: &PgPool, clock: &Clock, tenant: Uuid, grace_days: i32) -> Result<usize, RunError> {
    let author = Author::of_service(NAME, tenant, clock.now());
    let (mut count, mut last) = (0_usize, String::new());
    let mut transaction = begin_as(pool, &author.caller).await?;
    automatic::forget_changed(&mut transaction, tenant).await?;
    transaction.commit().await?;
    look_at_renewals(pool, clock, &author, true).await?;
    loop {
        let mut transaction = begin_as(pool, &author.caller).await?;
        let days = days_of(&mut transaction, clock, tenant, grace_days).await?;
        let due = automatic::due(&mut transaction, tenant, &days, &last, TAKEN).await?;
        transaction.rollback().await?;
        let Some(end) = due.last() else {
            return Ok(count);
        };
        last.clone_from(&end.account);
        count = count.saturating_add(due.len());
        for (through, accounts) in by_day(due) {
            bill(pool, &author, through, accounts).await?;
        }
    }
}

/// Writes down what was decided about renewals; or only looks until when the next ones can be stopped, where nothing is
/// billed by itself.
async fn look_at_renewals(
    pool: &PgPool,
    clock: &Clock,
    author: &Author,
    writes_down: bool,
) -> Result<(), sqlx::Error> {
    loop {
        let mut transaction = begin_as(pool, &author.caller).await?;
        let days = days_of(&mut transaction, clock, author.tenant(), 0).await?;
        let more = if writes_down {
            renewals::decide(&mut transaction, author, &days).await?
        } else {
            renewals::look_ahead(&mut transaction, author, &days).await?
        };
        transaction.commit().await?;
        if !more {
            return Ok(());
        }
    }
}

/// Today in each zone, and for accounts with a clock of their own. A zone that is none is left out; its agreements cannot
/// be registered.
pub(crate) async fn days_of(
    connection: &mut PgConnection,
    clock: &Clock,
    tenant: Uuid,
    grace_days: i32,
) -> Result<Days, sqlx::Error> {
    let zones = automatic::time_zones(connection, tenant).await?;
    let zones = zones.into_iter().filter_map(|zone| {
        let today = clock.today_in(&TimeZone::get(&zone).ok()?);
        Some((zone, today))
    });
    let clocked = clocks::all(connection, tenant).await?;
    let clocked = clocked.into_iter().filter_map(|(account, zone, now)| {
        let today = now.to_zoned(TimeZone::get(&zone).ok()?).date();
        Some((account, zone, today))
    });
    Ok(Days {
        zones: zones.collect(),
        clocked: clocked.collect(),
        grace_days,
    })
}

fn by_day(due: Vec<Dated>) -> BTreeMap<Date, Vec<String>> {
    let mut by_day: BTreeMap<Date, Vec<String>> = BTreeMap::new();
    for Dated { account, through, .. } in due {
        by_day.entry(through).or_default().push(account);
    }
    by_day
}

/// Bills accounts through a day. What could not be billed is parked with its reason, and tried again the next day or as
/// soon as anything new is known about it.
async fn bill(pool: &PgPool, author: &Author, through: Date, accounts: Vec<String>) -> Result<(), RunError> {
    let order = Order {
        through,
        run: format!("automatic {through}"),
    };
    let named = Accounts::Named(accounts.clone());
    let done = billing_run::run(pool, author, &order, &named).await?;
    for parked in &done.parked {
        tracing::warn!(
            account = parked.account,
            "an account could not be billed and is parked"
        );
    }
    let mut transaction = begin_as(pool, &author.caller).await?;
    automatic::billed(&mut transaction, author, &accounts, through).await?;
    transaction.commit().await?;
    Ok(())
}
