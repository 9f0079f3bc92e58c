//! Work that a service does by itself, turn after turn.

use std::fmt::Display;
use std::future::Future;
use std::time::Duration;

use sqlx::PgConnection;
use tokio_util::sync::CancellationToken;

/// Takes a turn at once and then every so often, until the token is cancelled. A turn that fails is told in those words, and
/// the next one comes all the same.
pub(crate) async fn take_turns<T, E: Display, F: Future<Output = Result<T, E>>>(
    every: Duration,
    token: CancellationToken,
    failed: &'static str,
    turn: impl Fn() -> F,
) {
    let mut turns = tokio::time::interval(every);
    loop {
        tokio::select! {
            () = token.cancelled() => return,
            _ = turns.tick() => {}
        }
        tokio::select! {
            () = token.cancelled() => return,
            turn = turn() => {
                if let Err(error) = turn {
                    tracing::error!(%error, "{failed}");
                }
            }
        }
    }
}

/// Is this the only service that does that work now? Whoever is stays so until the transaction ends.
pub(crate) async fn is_alone(connection: &mut PgConnection, lock: i64) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT pg_try_advisory_xact_lock($1)")
        .bind(lock)
        .fetch_one(connection)
        .await
}
