//! Many accounts: some in each transaction, several transactions at once, and every trouble kept to its account.

use std::sync::Arc;

use runtime::tenancy::begin_as;
use sqlx::PgPool;
use tokio::task::JoinSet;
use tracing::Instrument;

use super::{Drafted, Order, Outcome, RunError, Taking, bill, book, drafting};
use crate::author::Author;
use crate::store::accounts::{self, Parked};

/// Accounts in one transaction: enough that statements are shared, few enough that one is done in a moment.
const BATCH: i64 = 50;
/// Transactions at once: computing one batch overlaps with storing another.
const WORKERS: usize = 3;

/// Bills every account of the tenant. When this answers, all of them were billed, by this run or another.
pub(super) async fn bill_all(pool: &PgPool, author: &Author, order: &Order) -> Result<Vec<Parked>, RunError> {
    let shared = Arc::new((pool.clone(), author.clone(), order.clone()));
    let mut workers = JoinSet::new();
    let mut outcome = Outcome::default();
    let mut last = String::new();
    loop {
        let batch = next_batch(pool, author, &last).await?;
        let Some(end) = batch.last() else { break };
        last.clone_from(end);
        if workers.len() >= WORKERS
            && let Some(done) = workers.join_next().await
        {
            outcome.merge(done??);
        }
        let shared = Arc::clone(&shared);
        workers.spawn(
            async move {
                let (pool, author, order) = &*shared;
                bill_batch(pool, author, order, &batch).await
            }
            .in_current_span(),
        );
    }
    while let Some(done) = workers.join_next().await {
        outcome.merge(done??);
    }
    for account in std::mem::take(&mut outcome.busy) {
        outcome
            .parked
            .extend(bill_alone(pool, author, order, &account).await?);
    }
    outcome
        .parked
        .sort_by(|a, b| (&a.account, &a.plan).cmp(&(&b.account, &b.plan)));
    Ok(outcome.parked)
}

pub(super) async fn bill_one(
    pool: &PgPool,
    author: &Author,
    order: &Order,
    account: &str,
) -> Result<Vec<Parked>, RunError> {
    must_exist(pool, author, account).await?;
    bill_alone(pool, author, order, account).await
}

/// What would be billed of one account, or of all.
pub(super) async fn rehearse(
    pool: &PgPool,
    author: &Author,
    order: &Order,
    account: Option<&str>,
) -> Result<Vec<Drafted>, RunError> {
    if let Some(account) = account {
        must_exist(pool, author, account).await?;
        return rehearse_batch(pool, author, order, &[account.to_owned()]).await;
    }
    let mut drafted = Vec::new();
    let mut last = String::new();
    loop {
        let batch = next_batch(pool, author, &last).await?;
        let Some(end) = batch.last() else {
            return Ok(drafted);
        };
        last.clone_from(end);
        drafted.extend(rehearse_batch(pool, author, order, &batch).await?);
    }
}

async fn rehearse_batch(
    pool: &PgPool,
    author: &Author,
    order: &Order,
    batch: &[String],
) -> Result<Vec<Drafted>, RunError> {
    let mut transaction = begin_as(pool, &author.caller).await?;
    let books = book::open(&mut transaction, author.tenant(), batch, order.through).await?;
    transaction.rollback().await?;
    Ok(drafting::draft_all(books, order.through).await?)
}

async fn next_batch(pool: &PgPool, author: &Author, last: &str) -> Result<Vec<String>, sqlx::Error> {
    let mut transaction = begin_as(pool, &author.caller).await?;
    accounts::after(&mut transaction, author.tenant(), last, BATCH).await
}

async fn must_exist(pool: &PgPool, author: &Author, account: &str) -> Result<(), RunError> {
    let mut transaction = begin_as(pool, &author.caller).await?;
    if accounts::exists(&mut transaction, author.tenant(), account).await? {
        return Ok(());
    }
    Err(RunError::UnknownAccount(account.to_owned()))
}

async fn bill_batch(
    pool: &PgPool,
    author: &Author,
    order: &Order,
    batch: &[String],
) -> Result<Outcome, RunError> {
    match bill(pool, author, order, batch, Taking::Free).await {
        Err(RunError::Database(error)) if is_refusal(&error) => {
            let mut outcome = Outcome::default();
            for account in batch {
                outcome
                    .parked
                    .extend(bill_alone(pool, author, order, account).await?);
            }
            Ok(outcome)
        }
        billed => billed,
    }
}

/// Bills one account, waiting for whoever is billing it now; parks it when the database refuses.
async fn bill_alone(
    pool: &PgPool,
    author: &Author,
    order: &Order,
    account: &str,
) -> Result<Vec<Parked>, RunError> {
    let alone = [account.to_owned()];
    match bill(pool, author, order, &alone, Taking::All).await {
        Err(RunError::Database(error)) if is_refusal(&error) => {
            let parked = vec![Parked {
                account: account.to_owned(),
                plan: String::new(),
                reason: sentence(&error),
            }];
            let mut transaction = begin_as(pool, &author.caller).await?;
            accounts::settle(&mut transaction, author, order.through, &alone, &parked).await?;
            transaction.commit().await?;
            Ok(parked)
        }
        billed => Ok(billed?.parked),
    }
}

/// Is it about what was to be read or written, rather than about the database being there?
fn is_refusal(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Decode(_) | sqlx::Error::ColumnDecode { .. } => true,
        // Integrity constraints, and values that do not fit.
        sqlx::Error::Database(refusal) => refusal
            .code()
            .is_some_and(|code| code.starts_with("23") || code.starts_with("22")),
        _ => false,
    }
}

fn sentence(error: &sqlx::Error) -> String {
    let constraint = error.as_database_error().and_then(|refusal| refusal.constraint());
    match constraint {
        Some("billed_once" | "billed_once_without_service") => {
            "a line was to be billed for days that an issued invoice bills already; nothing was issued, look at the \
             account's plans and invoices"
                .to_owned()
        }
        _ => format!("the database refused what was to be issued: {error}; nothing was issued"),
    }
}

impl Outcome {
    fn merge(&mut self, other: Self) {
        self.busy.extend(other.busy);
        self.parked.extend(other.parked);
    }
}
