//! Threshold invoices: where an amount was passed and that asks for an invoice, what is due by then is billed at once.
//!
//! That it was passed is stored with the events; the invoice follows within moments, in a transaction of its own that
//! notes it as done. Broken off in between, the next turn takes it up, and no turn bills twice.

use std::time::Duration;

use runtime::clock::Clock;
use runtime::tenancy::{begin_as, begin_for_worker};
use sqlx::PgPool;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::Signals;
use crate::author::Author;
use crate::billing_run::{self, RunError};
use crate::store::usage::alerts;

/// How often it looks for what another service noted and did not get to.
const EVERY: Duration = Duration::from_secs(60);
/// Taken from the list at once.
const TAKEN: i64 = 500;
/// As the audit log shows it.
const NAME: &str = "threshold billing";

/// Bills what passed amounts until the token is cancelled.
pub(crate) async fn work(pool: PgPool, clock: Clock, signals: Signals, token: CancellationToken) {
    let mut turns = tokio::time::interval(EVERY);
    loop {
        tokio::select! {
            () = token.cancelled() => return,
            _ = turns.tick() => {}
            () = signals.until_passed() => {}
        }
        tokio::select! {
            () = token.cancelled() => return,
            turn = turn(&pool, &clock) => {
                if let Err(error) = turn {
                    tracing::error!(%error, "threshold billing broke off; the next turn completes it");
                }
            }
        }
    }
}

/// Bills everything that waits for it. What cannot be billed waits on.
async fn turn(pool: &PgPool, clock: &Clock) -> Result<(), sqlx::Error> {
    let mut after = 0;
    loop {
        let mut watch = begin_for_worker(pool, NAME).await?;
        let waiting = alerts::to_bill(&mut watch, after, TAKEN).await?;
        watch.rollback().await?;
        let Some((last, _)) = waiting.last() else {
            return Ok(());
        };
        after = *last;
        for (place, tenant) in waiting {
            if let Err(error) = bill(pool, clock, tenant, place).await {
                tracing::error!(%tenant, %error, "a threshold invoice could not be issued; it is tried again");
            }
        }
    }
}

async fn bill(pool: &PgPool, clock: &Clock, tenant: Uuid, place: i64) -> Result<(), RunError> {
    let author = Author::of_service(NAME, tenant, clock.now());
    let mut transaction = begin_as(pool, &author.caller).await?;
    let Some(passed) = alerts::take_to_bill(&mut transaction, tenant, place).await? else {
        return Ok(());
    };
    let run = format!("alert {} of {}", passed.name, passed.days.0);
    let billed = billing_run::bill_at_once(&mut transaction, &author, &passed.account, run).await?;
    let (issued, parked) = billed;
    if parked.is_empty() {
        alerts::billed(&mut transaction, &author, place, &issued).await?;
    }
    transaction.commit().await?;
    Ok(())
}
