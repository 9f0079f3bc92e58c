//! Months of usage: each has a table of its own before it begins, which goes once nothing of it is left.

use std::time::Duration;

use runtime::clock::Clock;
use runtime::tenancy::begin_for_worker;
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;

use crate::store::usage::months::{self, Month};
use crate::workers;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(3600);
/// As the database's log shows it.
const NAME: &str = "months of usage";

/// Makes and removes tables of months until the token is cancelled. Without one usage is stored all the same, and moves
/// there once it is made.
pub(crate) async fn work(pool: PgPool, clock: Clock, token: CancellationToken) {
    const FAILED: &str = "the tables of months of usage could not be kept; tried again later";
    workers::take_turns(EVERY, token, FAILED, || turn(&pool, &clock)).await;
}

async fn turn(pool: &PgPool, clock: &Clock) -> Result<(), sqlx::Error> {
    let now = Month::of(clock.now());
    for month in [now, now.next()] {
        let mut transaction = begin_for_worker(pool, NAME).await?;
        months::make(&mut transaction, month).await?;
        transaction.commit().await?;
    }
    let mut transaction = begin_for_worker(pool, NAME).await?;
    months::drop_empty(&mut transaction, now).await?;
    transaction.commit().await
}
