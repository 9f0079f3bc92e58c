//! The billing run: everything a contract should have produced through a day, less what was billed, becomes invoices.
//!
//! Accounts are billed some at a time, each batch in one transaction, several batches at once. A batch that the
//! database refuses is tried again account by account, so that one account's trouble stays its own.

mod ahead;
mod basis;
mod batches;
mod book;
mod collective;
mod drafting;
mod facts;
mod household;
mod issue;
mod metering;
mod rehearsal;
mod sequence;
mod so_far;
mod voiding;
mod walk;

use jiff::civil::Date;
use runtime::tenancy::begin_as;
use sqlx::PgPool;

pub(crate) use basis::{Basis, Founded};
pub(crate) use book::{Book, milestone_fact, of_agreement, seat_fact, with_and_without};
pub(crate) use collective::together;
pub(crate) use drafting::{Drafted, draft, draft_so_far};
pub(crate) use metering::Running;
pub(crate) use metering::event_fact;
pub(crate) use rehearsal::{Rehearsal, rehearse};
pub(crate) use so_far::{Bill, SoFar, bill as bill_at_once, bill_so_far, look, now};
pub(crate) use voiding::{VoidingError, take_back};

use crate::author::Author;
use crate::invoice::Invoice;
use crate::store::accounts::{self, Parked};
use crate::store::{self, audit, invoices, journal};

/// What is to be billed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    /// Everything dated up to and including this day.
    pub(crate) through: Date,
    /// Names the run on what it issues: the request's id.
    pub(crate) run: String,
}

/// Why a run broke off. What was issued before stays issued; the run can be repeated.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RunError {
    #[error("no plan is registered for the account `{0}`")]
    UnknownAccount(String),
    #[error("a worker of the billing run broke off: {0}")]
    Worker(#[from] tokio::task::JoinError),
    #[error("{0}")]
    CannotBeBilled(String),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Whom a run bills.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Accounts {
    One(String),
    Share(Share),
    /// These; all of them exist.
    Named(Vec<String>),
}

/// So many accounts after one, in their order: as much as one call does, so that none takes too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Share {
    /// Empty at the beginning.
    pub(crate) after: String,
    pub(crate) most: u32,
}

/// What a run did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Done {
    /// What could not be billed.
    pub(crate) parked: Vec<Parked>,
    /// The last account of the share, if others come after it.
    pub(crate) left: Option<String>,
}

/// Bills one account, or a share of all.
pub(crate) async fn run(
    pool: &PgPool,
    author: &Author,
    order: &Order,
    accounts: &Accounts,
) -> Result<Done, RunError> {
    match accounts {
        Accounts::One(account) => {
            must_exist(pool, author, account).await?;
            let mut parked = Vec::new();
            for head in household::heads(pool, author, std::slice::from_ref(account)).await? {
                parked.extend(batches::bill_alone(pool, author, order, &head).await?);
            }
            Ok(Done { parked, left: None })
        }
        Accounts::Share(share) => batches::bill_share(pool, author, order, share).await,
        Accounts::Named(accounts) => {
            let heads = household::heads(pool, author, accounts).await?;
            batches::bill_named(pool, author, order, &heads).await
        }
    }
}

async fn must_exist(pool: &PgPool, author: &Author, account: &str) -> Result<(), RunError> {
    let mut transaction = begin_as(pool, &author.caller).await?;
    if accounts::exists(&mut transaction, author.tenant(), account).await? {
        return Ok(());
    }
    Err(RunError::UnknownAccount(account.to_owned()))
}

/// Which accounts of a batch a transaction takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Taking {
    /// Those nobody else is billing.
    Free,
    /// All of them, waiting for whoever holds them.
    All,
}

/// What became of a batch.
#[derive(Debug, Default)]
struct Outcome {
    /// Accounts that somebody else was billing.
    busy: Vec<String>,
    parked: Vec<Parked>,
}

/// Bills some accounts in one transaction: all of it happens, or nothing.
async fn bill(
    pool: &PgPool,
    author: &Author,
    order: &Order,
    batch: &[String],
    taking: Taking,
) -> Result<Outcome, RunError> {
    let mut transaction = begin_as(pool, &author.caller).await?;
    let held = hold(&mut transaction, author, batch, taking).await?;
    let all = household::hold(&mut transaction, author.tenant(), &held).await?;
    let books = book::open(&mut transaction, author.tenant(), &all, order.through).await?;
    let drafted = drafting::draft_all(books, order.through).await?;
    let (_, parked) = put_out(&mut transaction, author, order, drafted).await?;
    accounts::settle(&mut transaction, author, order.through, &all, &parked).await?;
    transaction.commit().await?;
    let busy = batch
        .iter()
        .filter(|account| !held.contains(account))
        .cloned()
        .collect();
    Ok(Outcome { busy, parked })
}

/// Issues what was drafted; answers that, and what has to be parked.
async fn put_out(
    connection: &mut sqlx::PgConnection,
    author: &Author,
    order: &Order,
    mut drafted: Vec<Drafted>,
) -> Result<(Vec<Invoice>, Vec<Parked>), sqlx::Error> {
    let bases = basis::take(&mut drafted);
    let (drafts, mut parked) = drafting::sort_out(drafted);
    let (drafts, apart) = collective::put_together(connection, author.tenant(), drafts).await?;
    parked.extend(apart);
    let issued = issue::number(connection, author, drafts).await?;
    if !issued.is_empty() {
        invoices::add(connection, author, &order.run, &issued).await?;
        journal::write(connection, author, &issued).await?;
        store::basis::add(connection, author, &basis::found(bases, &issued)).await?;
        audit::record(connection, author, &issue::deeds(&issued, order)).await?;
    }
    Ok((issued, parked))
}

async fn hold(
    connection: &mut sqlx::PgConnection,
    author: &Author,
    batch: &[String],
    taking: Taking,
) -> Result<Vec<String>, sqlx::Error> {
    match taking {
        Taking::Free => accounts::hold_free(connection, author.tenant(), batch).await,
        Taking::All => {
            for account in batch {
                accounts::hold(connection, author.tenant(), account).await?;
            }
            Ok(batch.to_vec())
        }
    }
}
