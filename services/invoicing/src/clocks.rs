//! The time of an account for tests: billing by itself happens to it as if that were the time. No other account sees it.

use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;

use crate::author::Author;
use crate::store::audit::{self, Deed};
use crate::store::{accounts, clocks};

/// Why a clock was not moved.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClockError {
    #[error(
        "`{0}` was billed by the world's time already: take an account of its own for tests, before anything is issued to it"
    )]
    Billed(String),
    #[error(
        "the clock of `{account}` shows {now}, after {to}: it only goes forward, because what was issued stays issued"
    )]
    Backwards {
        account: String,
        now: Timestamp,
        to: Timestamp,
    },
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Moves the clock of an account, which it has from then on. The account need not have a plan yet.
pub(crate) async fn advance(
    connection: &mut PgConnection,
    author: &Author,
    account: &str,
    to: Timestamp,
) -> Result<(), ClockError> {
    let tenant = author.tenant();
    accounts::open(connection, tenant, account).await?;
    let before = clocks::of_account(connection, tenant, account).await?;
    match before {
        None if clocks::was_billed(connection, tenant, account).await? => {
            return Err(ClockError::Billed(account.to_owned()));
        }
        Some(now) if to < now => {
            let account = account.to_owned();
            return Err(ClockError::Backwards { account, now, to });
        }
        _ => {}
    }
    clocks::set(connection, author, account, to).await?;
    let deed = Deed {
        action: "account.clock-moved",
        subject: account.to_owned(),
        reason: String::new(),
        before: before.map(|now| json!({ "now": now })),
        after: Some(json!({ "now": to })),
    };
    Ok(audit::record(connection, author, &[deed]).await?)
}
