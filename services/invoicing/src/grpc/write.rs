//! Writes: one transaction each, done once for a request id.

use prost::Message;
use runtime::rejection;
use runtime::requests::{self, Attempt, Entry, RequestError};
use runtime::tenancy::begin_as;
use sqlx::{PgPool, Postgres, Transaction};
use tonic::Status;

use super::database;
use crate::author::Author;

/// A request that writes, in the middle of it.
pub(super) struct Write {
    pub(super) transaction: Transaction<'static, Postgres>,
    entry: Entry,
}

/// Is there anything left to do?
pub(super) enum Begun<A> {
    /// No: this is the answer it got the first time.
    Answered(A),
    /// Yes.
    New(Write),
}

/// Begins a write. `content` is the whole request: the same id with other content is refused.
pub(super) async fn begin<R: Message, A: Message + Default>(
    pool: &PgPool,
    author: &Author,
    method: &'static str,
    request_id: &str,
    content: &R,
) -> Result<Begun<A>, Status> {
    let mut transaction = begin_as(pool, &author.caller)
        .await
        .map_err(database("opening the database"))?;
    let content = content.encode_to_vec();
    let attempt = requests::begin(&mut transaction, &author.caller, method, request_id, &content).await;
    match attempt.map_err(refused)? {
        Attempt::First(entry) => Ok(Begun::New(Write { transaction, entry })),
        Attempt::Repeated(answer) => {
            let answer = A::decode(answer.as_slice());
            answer
                .map(Begun::Answered)
                .map_err(|error| rejection::internal("reading an earlier answer", &error))
        }
    }
}

impl Write {
    /// Keeps the answer and makes everything durable.
    pub(super) async fn finish<A: Message>(mut self, answer: A) -> Result<A, Status> {
        let kept = self
            .entry
            .record(&mut self.transaction, &answer.encode_to_vec())
            .await;
        kept.map_err(refused)?;
        self.transaction
            .commit()
            .await
            .map_err(database("storing the change"))?;
        Ok(answer)
    }
}

pub(super) fn refused(error: RequestError) -> Status {
    match error {
        RequestError::Database(error) => database("looking up the request id")(error),
        refused => refused.into(),
    }
}
