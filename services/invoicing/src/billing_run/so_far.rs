//! What an account has come to so far: everything that is due and the usage of periods that are not over yet. For looking,
//! and for billing it at once when an amount is passed.

use std::collections::BTreeSet;

use billing::expected::{BillingError, PoolStatement};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use pricing::money::Currency;
use rust_decimal::Decimal;
use sqlx::PgConnection;
use uuid::Uuid;

use super::book::{self, Book};
use super::drafting::{self, Drafted, DraftingError, Drafts};
use super::metering::{self, Running};
use super::{Order, RunError, ahead, put_out};
use crate::author::Author;
use crate::invoice::Invoice;
use crate::store::accounts::{self, Parked};
use crate::store::clocks;

/// An agreement as it stands at a moment.
#[derive(Debug)]
pub(crate) struct SoFar {
    /// Content hash of the agreement's first version.
    pub(crate) agreement: String,
    pub(crate) currency: Currency,
    /// The day it is in the agreement's time zone.
    pub(crate) day: Date,
    /// What its meters show in the periods that hold the day.
    pub(crate) running: Vec<Running>,
    /// What is left of its credits.
    pub(crate) pools: Vec<PoolStatement>,
    /// What would be invoiced if nothing more were used.
    pub(crate) bill: Result<Bill, DraftingError>,
}

/// What an agreement comes to that no invoice carries yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Bill {
    /// Before tax.
    pub(crate) net: Decimal,
    pub(crate) total: Decimal,
}

impl Bill {
    fn of(drafts: &[Invoice]) -> Self {
        let sum = |amount: fn(&Invoice) -> Decimal| {
            let amounts = drafts.iter().map(amount);
            amounts.fold(Decimal::ZERO, Decimal::saturating_add)
        };
        Self {
            net: sum(|draft| draft.net),
            total: sum(|draft| draft.total),
        }
    }
}

/// The agreements of an account as they stand.
pub(crate) async fn look(
    connection: &mut PgConnection,
    tenant: Uuid,
    account: &str,
    at: Timestamp,
) -> Result<Vec<SoFar>, RunError> {
    let at = now(connection, tenant, account, at).await?;
    let mut stand = Vec::new();
    for opened in open(connection, tenant, account, at).await? {
        stand.push(match opened {
            Err(failed) => return Err(RunError::CannotBeBilled(failed.reason().to_string())),
            Ok(book) => {
                let day = day(&book, at);
                let windows = windows(&book, day).map_err(|why| RunError::CannotBeBilled(why.to_string()))?;
                let running = metering::running(connection, tenant, &book, windows).await?;
                let counted = move || so_far(&book, day, running);
                tokio::task::spawn_blocking(counted)
                    .await?
                    .map_err(|why| RunError::CannotBeBilled(why.to_string()))?
            }
        });
    }
    Ok(stand)
}

fn so_far(book: &Book, day: Date, running: Vec<Running>) -> Result<SoFar, BillingError> {
    Ok(SoFar {
        agreement: book.agreement.clone(),
        currency: book.versions.last().currency,
        day,
        running,
        pools: book.pools(day)?,
        bill: drafting::draft_so_far(book, day)
            .and_then(Drafts::whole)
            .map(|drafts| Bill::of(&drafts)),
    })
}

/// What an account comes to that no invoice carries yet, before tax, in one currency.
pub(crate) async fn bill_so_far(
    connection: &mut PgConnection,
    author: &Author,
    account: &str,
    currency: &str,
) -> Result<Decimal, RunError> {
    let at = now(connection, author.tenant(), account, author.at).await?;
    let opened = open(connection, author.tenant(), account, at).await?;
    let (drafts, parked) = drafting::sort_out(draft(opened, at).await?);
    if let Some(parked) = parked.into_iter().next() {
        return Err(RunError::CannotBeBilled(parked.reason));
    }
    let drafts = drafts.iter().filter(|draft| draft.currency.code() == currency);
    Ok(drafts.fold(Decimal::ZERO, |sum, draft| sum.saturating_add(draft.net)))
}

/// Bills at once what an account has come to so far; answers the numbers of what was issued, and what could not be billed.
/// The account is held until the transaction ends.
pub(crate) async fn bill(
    connection: &mut PgConnection,
    author: &Author,
    account: &str,
    run: String,
) -> Result<(Vec<String>, Vec<Parked>), RunError> {
    accounts::hold(connection, author.tenant(), account).await?;
    let at = now(connection, author.tenant(), account, author.at).await?;
    let opened = open(connection, author.tenant(), account, at).await?;
    let drafted = draft(opened, at).await?;
    let through = at.to_zoned(TimeZone::UTC).date();
    let order = Order { through, run };
    let (issued, parked) = put_out(connection, author, &order, drafted).await?;
    accounts::settle(connection, author, through, &[account.to_owned()], &parked).await?;
    Ok((issued.iter().filter_map(Invoice::number).collect(), parked))
}

/// What time it is for an account: the one it lives by, where it has a clock of its own.
pub(crate) async fn now(
    connection: &mut PgConnection,
    tenant: Uuid,
    account: &str,
    at: Timestamp,
) -> Result<Timestamp, sqlx::Error> {
    Ok(clocks::of_account(connection, tenant, account)
        .await?
        .unwrap_or(at))
}

async fn open(
    connection: &mut PgConnection,
    tenant: Uuid,
    account: &str,
    at: Timestamp,
) -> Result<Vec<Result<Book, Drafted>>, sqlx::Error> {
    let known_through = move |book: &Book| ahead::reach(book.versions.plans(), book.horizon(day(book, at)));
    book::open_with(connection, tenant, &[account.to_owned()], known_through).await
}

async fn draft(opened: Vec<Result<Book, Drafted>>, at: Timestamp) -> Result<Vec<Drafted>, RunError> {
    let each = move || {
        let opened = opened.into_iter();
        let drafted = |opened| drafting::drafted(opened, |book| (day(book, at), true));
        opened.map(drafted).collect()
    };
    Ok(tokio::task::spawn_blocking(each).await?)
}

/// The day it is where the agreement counts its days. A zone that is none cannot be registered.
fn day(book: &Book, at: Timestamp) -> Date {
    let zone = TimeZone::get(&book.versions.last().time_zone).unwrap_or(TimeZone::UTC);
    zone.to_datetime(at).date()
}

/// The meters that are being billed on a day, each with the days that it is put together for.
fn windows(book: &Book, day: Date) -> Result<BTreeSet<(String, pricing::period::Period)>, BillingError> {
    let reach = ahead::reach(book.versions.plans(), day);
    let windows = book.windows(reach)?.into_iter();
    let windows = windows.filter(|window| window.period.contains(day));
    Ok(windows.map(|window| (window.meter, window.period)).collect())
}
