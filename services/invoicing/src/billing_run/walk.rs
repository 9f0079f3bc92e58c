//! Walking over the accounts of a tenant, in their order, a batch at a time.

use runtime::tenancy::begin_as;
use sqlx::PgPool;

use super::Share;
use crate::author::Author;
use crate::store::accounts;

/// Accounts in one transaction: enough that statements are shared, few enough that one is done in a moment.
pub(super) const BATCH: usize = 50;

/// Where a walk over a share stands.
#[derive(Debug)]
pub(super) struct Walk {
    /// The last account walked over.
    last: String,
    /// How many more it may take.
    more: u32,
}

impl Walk {
    pub(super) fn over(share: &Share) -> Self {
        Self {
            last: share.after.clone(),
            more: share.most,
        }
    }

    /// The next accounts; none when the share is done.
    pub(super) async fn next(
        &mut self,
        pool: &PgPool,
        author: &Author,
    ) -> Result<Option<Vec<String>>, sqlx::Error> {
        let most = u32::try_from(BATCH).unwrap_or(u32::MAX);
        let batch = self.ahead(pool, author, self.more.min(most)).await?;
        let Some(last) = batch.last() else { return Ok(None) };
        self.last.clone_from(last);
        let taken = u32::try_from(batch.len()).unwrap_or(u32::MAX);
        self.more = self.more.saturating_sub(taken);
        Ok(Some(batch))
    }

    /// The last account of the share, if others come after it.
    pub(super) async fn left(self, pool: &PgPool, author: &Author) -> Result<Option<String>, sqlx::Error> {
        let ahead = self.ahead(pool, author, 1).await?;
        Ok(Some(self.last).filter(|_| !ahead.is_empty()))
    }

    async fn ahead(&self, pool: &PgPool, author: &Author, most: u32) -> Result<Vec<String>, sqlx::Error> {
        if most == 0 {
            return Ok(Vec::new());
        }
        let mut transaction = begin_as(pool, &author.caller).await?;
        accounts::after(&mut transaction, author.tenant(), &self.last, most.into()).await
    }
}
