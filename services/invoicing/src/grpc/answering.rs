//! What every call begins and ends with: who calls, how much a page holds, what a failure is to the caller.

use std::time::Duration;

use runtime::caller::{Role, caller_of, require};
use runtime::rejection;
use runtime::telemetry::TraceId;
use tonic::{Request, Status};

use crate::Invoicing;
use crate::author::Author;

impl Invoicing {
    /// Whoever calls, if one of these roles lets them.
    pub(super) fn author<T>(&self, request: &Request<T>, roles: &[Role]) -> Result<Author, Status> {
        let caller = caller_of(request)?;
        require(caller, roles)?;
        let trace = request
            .extensions()
            .get::<TraceId>()
            .copied()
            .unwrap_or_else(TraceId::random);
        Ok(Author {
            caller: caller.clone(),
            trace,
            at: self.clock.now(),
        })
    }
}

/// What a failure of the database is to the caller: a reason to try again, or a fault of ours.
pub(super) fn database(doing: &'static str) -> impl Fn(sqlx::Error) -> Status {
    move |error| match &error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => busy(doing, &error),
        // A deadlock or a lost race: the same request succeeds when it is sent again. The others: no connection left, or
        // the server is starting or stopping.
        sqlx::Error::Database(refusal)
            if refusal
                .code()
                .is_some_and(|code| ["40", "53", "57", "08"].iter().any(|kind| code.starts_with(kind))) =>
        {
            busy(doing, &error)
        }
        _ => rejection::internal(doing, &error),
    }
}

fn busy(doing: &str, error: &sqlx::Error) -> Status {
    tracing::warn!(doing, %error, "the database did not answer");
    let sentence = format!(
        "the database did not answer while {doing}; nothing was changed, send the same request again"
    );
    rejection::unavailable("DATABASE_BUSY", sentence, Duration::from_secs(1))
}

/// How many rows a page holds: 100 unless asked otherwise.
pub(super) fn page_size(asked: u32, most: u16) -> u16 {
    match asked {
        0 => 100,
        asked => u16::try_from(asked).unwrap_or(most).min(most),
    }
}
