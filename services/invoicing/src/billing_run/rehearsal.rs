//! A run that stores nothing and waits for nobody. It keeps the first drafts and counts the others, however many there
//! are.

use runtime::tenancy::begin_as;
use sqlx::PgPool;

use super::walk::{self, Walk};
use super::{Accounts, Order, RunError, book, collective, drafting, household, must_exist};
use crate::author::Author;
use crate::invoice::Invoice;
use crate::store::accounts::Parked;

/// What a run would do now.
#[derive(Debug, Default)]
pub(crate) struct Rehearsal {
    /// The first drafts in the order of their dates.
    pub(crate) first: Vec<Invoice>,
    pub(crate) invoices: u64,
    pub(crate) lines: u64,
    pub(crate) parked: Vec<Parked>,
    /// The last account it looked at, if others come after it.
    pub(crate) left: Option<String>,
}

/// What a run would bill now, and what it could not; keeps so many drafts.
pub(crate) async fn rehearse(
    pool: &PgPool,
    author: &Author,
    order: &Order,
    accounts: &Accounts,
    keep: usize,
) -> Result<Rehearsal, RunError> {
    let mut rehearsal = Rehearsal::default();
    match accounts {
        Accounts::One(account) => {
            must_exist(pool, author, account).await?;
            let heads = household::heads(pool, author, std::slice::from_ref(account)).await?;
            rehearsal.add(rehearse_batch(pool, author, order, &heads).await?, keep);
        }
        Accounts::Named(accounts) => {
            let heads = household::heads(pool, author, accounts).await?;
            for batch in heads.chunks(walk::BATCH) {
                rehearsal.add(rehearse_batch(pool, author, order, batch).await?, keep);
            }
        }
        Accounts::Share(share) => {
            let mut walk = Walk::over(share);
            while let Some(batch) = walk.next(pool, author).await? {
                rehearsal.add(rehearse_batch(pool, author, order, &batch).await?, keep);
            }
            rehearsal.left = walk.left(pool, author).await?;
        }
    }
    Ok(rehearsal)
}

async fn rehearse_batch(
    pool: &PgPool,
    author: &Author,
    order: &Order,
    batch: &[String],
) -> Result<(Vec<Invoice>, Vec<Parked>), RunError> {
    let mut transaction = begin_as(pool, &author.caller).await?;
    let all = household::members(&mut transaction, author.tenant(), batch).await?;
    let books = book::open(&mut transaction, author.tenant(), &all, order.through).await?;
    let drafted = drafting::draft_all(books, order.through).await?;
    let (drafts, mut parked) = drafting::sort_out(drafted);
    let (drafts, apart) = collective::put_together(&mut transaction, author.tenant(), drafts).await?;
    parked.extend(apart);
    transaction.rollback().await?;
    Ok((drafts, parked))
}

impl Rehearsal {
    fn add(&mut self, (drafts, parked): (Vec<Invoice>, Vec<Parked>), keep: usize) {
        self.invoices = self.invoices.saturating_add(count(&drafts));
        let lines = drafts.iter().map(|draft| count(&draft.lines)).sum();
        self.lines = self.lines.saturating_add(lines);
        self.parked.extend(parked);
        self.first.extend(drafts);
        self.first
            .sort_by(|a, b| (a.invoice_date, &a.account).cmp(&(b.invoice_date, &b.account)));
        self.first.truncate(keep);
    }
}

fn count<T>(items: &[T]) -> u64 {
    u64::try_from(items.len()).unwrap_or(u64::MAX)
}
