//! Many accounts: some in each transaction, several transactions at once, and every trouble kept to its account.

use std::sync::Arc;

use runtime::tenancy::begin_as;
use sqlx::PgPool;
use tokio::task::JoinSet;
use tracing::Instrument;

use super::walk::{self, Walk};
use super::{Done, Order, Outcome, RunError, Share, Taking, bill};
use crate::author::Author;
use crate::store::accounts::{self, Parked};
use crate::store::statistics;

/// After so many batches tables that were small may have grown.
const BATCHES_BETWEEN_STATISTICS: u32 = 20;
/// Transactions at once: computing one batch overlaps with storing another.
const WORKERS: usize = 3;

/// Bills a share of the tenant's accounts. When this answers, all of them were billed, by this run or another.
pub(super) async fn bill_share(
    pool: &PgPool,
    author: &Author,
    order: &Order,
    share: &Share,
) -> Result<Done, RunError> {
    let shared = Arc::new((pool.clone(), author.clone(), order.clone()));
    let mut workers = JoinSet::new();
    let mut outcome = Outcome::default();
    let mut walk = Walk::over(share);
    let mut batches: u32 = 0;
    while let Some(batch) = walk.next(pool, author).await? {
        if batches.is_multiple_of(BATCHES_BETWEEN_STATISTICS) {
            statistics::refresh(pool).await?;
        }
        batches = batches.saturating_add(1);
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
    Ok(Done {
        parked: settled(pool, author, order, outcome).await?,
        left: walk.left(pool, author).await?,
    })
}

/// Bills these accounts, a batch after the other: somebody who is in no hurry leaves room for those who wait.
pub(super) async fn bill_named(
    pool: &PgPool,
    author: &Author,
    order: &Order,
    accounts: &[String],
) -> Result<Done, RunError> {
    let mut outcome = Outcome::default();
    statistics::refresh(pool).await?;
    for batch in accounts.chunks(walk::BATCH) {
        outcome.merge(bill_batch(pool, author, order, batch).await?);
    }
    Ok(Done {
        parked: settled(pool, author, order, outcome).await?,
        left: None,
    })
}

/// What could not be billed in the end: accounts that were busy are billed now, each as soon as it is free.
async fn settled(
    pool: &PgPool,
    author: &Author,
    order: &Order,
    outcome: Outcome,
) -> Result<Vec<Parked>, RunError> {
    let Outcome { busy, mut parked } = outcome;
    for account in busy {
        parked.extend(bill_alone(pool, author, order, &account).await?);
    }
    parked.sort_by(|a, b| (&a.account, &a.plan).cmp(&(&b.account, &b.plan)));
    Ok(parked)
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
pub(super) async fn bill_alone(
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
