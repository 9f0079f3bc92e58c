//! Writing once, however often one is asked: a write that is sent again with the same request id is answered with the
//! first answer and does nothing.
//!
//! Each service's migrations create this table (with the policy of [`crate::tenancy`]):
//!
//! ```sql
//! CREATE TABLE request_log (
//!     tenant       uuid        NOT NULL,
//!     method       text        NOT NULL,
//!     request_id   text        NOT NULL,
//!     request_hash bytea       NOT NULL,
//!     response     bytea,
//!     at           timestamptz NOT NULL DEFAULT now(),
//!     PRIMARY KEY (tenant, method, request_id)
//! );
//! ALTER TABLE request_log ENABLE ROW LEVEL SECURITY;
//! ALTER TABLE request_log FORCE ROW LEVEL SECURITY;
//! CREATE POLICY tenant ON request_log
//!     USING (current_setting('quittance.tenant', true) IN (tenant::text, '*'));
//! ```
//!
//! In a handler:
//!
//! ```text
//! let mut transaction = tenancy::begin_as(&pool, caller).await?;
//! let answer = match requests::begin(&mut transaction, caller, "RunBilling", &id, &request.encode_to_vec()).await? {
//!     Attempt::Repeated(answer) => return decode(&answer),
//!     Attempt::First(entry) => entry,
//! };
//! // … the write itself, in the same transaction …
//! answer.record(&mut transaction, &response.encode_to_vec()).await?;
//! transaction.commit().await?;
//! ```

use std::collections::HashSet;

use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use tonic::Status;
use uuid::Uuid;

use crate::caller::Caller;
use crate::rejection;

/// What has to happen now that a request has come.
#[derive(Debug)]
pub enum Attempt {
    /// This request was carried out before; these are the bytes of the answer it got then.
    Repeated(Vec<u8>),
    /// This request is new: carry it out, then record the answer, in the same transaction.
    First(Entry),
}

/// A request that is being carried out. Recorded with its answer when the transaction commits; forgotten when it is
/// rolled back, so that it can be sent again.
#[derive(Debug)]
#[must_use = "a write whose answer is not recorded would be answered with an error when it is sent again"]
pub struct Entry {
    tenant: Uuid,
    method: &'static str,
    request_id: String,
}

/// Why a request could not begin.
#[derive(Debug, thiserror::Error)]
pub enum RequestError {
    /// The request has no id.
    #[error(
        "request_id is empty; give each write an id of its own, such as a UUID, so that sending it twice does it once"
    )]
    IdMissing,
    /// The request's id is too long to be one.
    #[error("request_id has {0} characters; at most 100 are allowed")]
    IdTooLong(usize),
    /// The same id was used for a request with other content.
    #[error(
        "request_id {request_id} was already used for a different {method} request; use a new id for a new request"
    )]
    IdReused {
        /// The method called.
        method: &'static str,
        /// The id in question.
        request_id: String,
    },
    /// The same request is recorded without an answer: its handler did not record one.
    #[error(
        "the {method} request {request_id} was carried out, but its answer was not kept; look at the result instead"
    )]
    AnswerMissing {
        /// The method called.
        method: &'static str,
        /// The id in question.
        request_id: String,
    },
    /// The database failed.
    #[error("the record of past requests could not be read or written: {0}")]
    Database(#[from] sqlx::Error),
}

/// A request that asks to be carried out with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim<'r> {
    /// The id it came with.
    pub request_id: &'r str,
    /// Names its content, see [`fingerprint`].
    pub fingerprint: [u8; 32],
}

/// Names the content of a request by its encoded bytes.
#[must_use]
pub fn fingerprint(content: &[u8]) -> [u8; 32] {
    Sha256::digest(content).into()
}

const LONGEST_ID: usize = 100;

/// Asks whether this request was carried out before. While another transaction is carrying out the same request, waits
/// for it to end. `content` is the encoded request: the same id with other content is refused.
pub async fn begin(
    connection: &mut PgConnection,
    caller: &Caller,
    method: &'static str,
    request_id: &str,
    content: &[u8],
) -> Result<Attempt, RequestError> {
    check_id(request_id)?;
    let entry = Entry {
        tenant: caller.tenant,
        method,
        request_id: request_id.to_owned(),
    };
    let hash = fingerprint(content);
    if entry.claim(connection, &hash).await? {
        return Ok(Attempt::First(entry));
    }
    entry.recall(connection, &hash).await.map(Attempt::Repeated)
}

/// Asks the same as [`begin`] for several requests at once, no two with the same id; each is answered by itself.
pub async fn begin_all(
    connection: &mut PgConnection,
    tenant: Uuid,
    method: &'static str,
    claims: &[Claim<'_>],
) -> Result<Vec<Result<Attempt, RequestError>>, sqlx::Error> {
    let valid = claims.iter().filter(|claim| check_id(claim.request_id).is_ok());
    let (ids, hashes): (Vec<&str>, Vec<&[u8]>) = valid
        .map(|claim| (claim.request_id, claim.fingerprint.as_slice()))
        .unzip();
    let first: Vec<String> = sqlx::query_scalar(
        "INSERT INTO request_log (tenant, method, request_id, request_hash) \
         SELECT $1, $2, claim.* FROM UNNEST($3::text[], $4::bytea[]) AS claim (id, hash) ORDER BY 3 \
         ON CONFLICT (tenant, method, request_id) DO NOTHING RETURNING request_id",
    )
    .bind(tenant)
    .bind(method)
    .bind(ids)
    .bind(hashes)
    .fetch_all(&mut *connection)
    .await?;
    let first: HashSet<String> = first.into_iter().collect();
    let mut attempts = Vec::with_capacity(claims.len());
    for claim in claims {
        attempts.push(match attempt(connection, tenant, method, claim, &first).await {
            Err(RequestError::Database(error)) => return Err(error),
            known => known,
        });
    }
    Ok(attempts)
}

async fn attempt(
    connection: &mut PgConnection,
    tenant: Uuid,
    method: &'static str,
    claim: &Claim<'_>,
    first: &HashSet<String>,
) -> Result<Attempt, RequestError> {
    check_id(claim.request_id)?;
    let entry = Entry {
        tenant,
        method,
        request_id: claim.request_id.to_owned(),
    };
    if first.contains(claim.request_id) {
        return Ok(Attempt::First(entry));
    }
    entry
        .recall(connection, &claim.fingerprint)
        .await
        .map(Attempt::Repeated)
}

/// Was a request with this id carried out?
pub async fn is_known(
    connection: &mut PgConnection,
    tenant: Uuid,
    method: &'static str,
    request_id: &str,
) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM request_log WHERE tenant = $1 AND method = $2 AND request_id = $3)",
    )
    .bind(tenant)
    .bind(method)
    .bind(request_id)
    .fetch_one(connection)
    .await
}

/// Keeps the answers for whoever sends the same requests again. All are of one tenant and method.
pub async fn record_all(
    connection: &mut PgConnection,
    answers: Vec<(Entry, Vec<u8>)>,
) -> Result<(), sqlx::Error> {
    let Some((Entry { tenant, method, .. }, _)) = answers.first() else {
        return Ok(());
    };
    let (tenant, method) = (*tenant, *method);
    let (ids, answers): (Vec<String>, Vec<Vec<u8>>) = answers
        .into_iter()
        .map(|(entry, answer)| (entry.request_id, answer))
        .unzip();
    sqlx::query(
        "UPDATE request_log AS kept SET response = given.answer \
         FROM UNNEST($3::text[], $4::bytea[]) AS given (id, answer) \
         WHERE tenant = $1 AND method = $2 AND request_id = given.id",
    )
    .bind(tenant)
    .bind(method)
    .bind(ids)
    .bind(answers)
    .execute(connection)
    .await
    .map(drop)
}

fn check_id(request_id: &str) -> Result<(), RequestError> {
    match request_id.chars().count() {
        0 => Err(RequestError::IdMissing),
        length if length > LONGEST_ID => Err(RequestError::IdTooLong(length)),
        _ => Ok(()),
    }
}

impl Entry {
    /// Keeps the answer for whoever sends the same request again.
    pub async fn record(self, connection: &mut PgConnection, answer: &[u8]) -> Result<(), RequestError> {
        sqlx::query(
            "UPDATE request_log SET response = $4 WHERE tenant = $1 AND method = $2 AND request_id = $3",
        )
        .bind(self.tenant)
        .bind(self.method)
        .bind(&self.request_id)
        .bind(answer)
        .execute(connection)
        .await?;
        Ok(())
    }

    /// True when this transaction is the one to carry the request out.
    async fn claim(&self, connection: &mut PgConnection, hash: &[u8]) -> Result<bool, RequestError> {
        let inserted = sqlx::query(
            "INSERT INTO request_log (tenant, method, request_id, request_hash) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (tenant, method, request_id) DO NOTHING",
        )
        .bind(self.tenant)
        .bind(self.method)
        .bind(&self.request_id)
        .bind(hash)
        .execute(connection)
        .await?;
        Ok(inserted.rows_affected() == 1)
    }

    async fn recall(self, connection: &mut PgConnection, hash: &[u8]) -> Result<Vec<u8>, RequestError> {
        let (known_hash, answer): (Vec<u8>, Option<Vec<u8>>) = sqlx::query_as(
            "SELECT request_hash, response FROM request_log WHERE tenant = $1 AND method = $2 AND request_id = $3",
        )
        .bind(self.tenant)
        .bind(self.method)
        .bind(&self.request_id)
        .fetch_one(connection)
        .await?;
        let Self {
            method, request_id, ..
        } = self;
        if known_hash != hash {
            return Err(RequestError::IdReused { method, request_id });
        }
        answer.ok_or(RequestError::AnswerMissing { method, request_id })
    }
}

impl From<RequestError> for Status {
    fn from(error: RequestError) -> Self {
        match &error {
            RequestError::IdMissing | RequestError::IdTooLong(_) => {
                rejection::invalid("request_id", error.to_string())
            }
            RequestError::IdReused { .. } => {
                rejection::already_exists("REQUEST_ID_REUSED", error.to_string())
            }
            RequestError::AnswerMissing { .. } => {
                rejection::failed_precondition("REQUEST_ANSWER_MISSING", error.to_string())
            }
            RequestError::Database(cause) => rejection::internal("looking up the request id", cause),
        }
    }
}
