//! Usage as a stream: batches go one after another over one call, and each is acknowledged when it is durable.
//!
//! A stream has a name and its batches have numbers, from 1 on and without gaps. Whoever opens it again is told the last
//! batch that was acknowledged and goes on behind it; a batch that comes again gets the answer of the first time. A batch
//! is read when the one before it is acknowledged: a sender who is faster is held back by the connection itself, and
//! nothing piles up here.

use std::pin::Pin;

use futures::Stream;
use runtime::tenancy::begin_as;
use runtime::{rejection, requests};
use sqlx::PgConnection;
use tonic::{Status, Streaming};
use wire::invoicing::v1::{RecordUsageRequest, StreamUsageRequest, StreamUsageResponse};

use super::database;
use super::facts::text;
use super::recording;
use crate::Invoicing;
use crate::author::Author;
use crate::store::usage;
use crate::usage::RECORD_USAGE;

/// What the sender receives.
pub(super) type Answers = Pin<Box<dyn Stream<Item = Result<StreamUsageResponse, Status>> + Send>>;

/// A stream's name and a batch's number are a request id together.
const LONGEST_NAME: usize = 60;

/// Where the stream stands, then one answer for each batch.
pub(super) fn answers(
    service: Invoicing,
    author: Author,
    mut incoming: Streaming<StreamUsageRequest>,
) -> Answers {
    Box::pin(async_stream::try_stream! {
        let opening = incoming.message().await?.unwrap_or_default();
        let mut session = Session::open(service, author, opening).await?;
        yield StreamUsageResponse { batch: session.last, receipt: None };
        while let Some(batch) = incoming.message().await? {
            yield session.take(batch).await?;
        }
    })
}

/// A stream somebody sends on.
struct Session {
    service: Invoicing,
    author: Author,
    name: String,
    /// The greatest batch that is acknowledged; so are all before it.
    last: u64,
}

impl Session {
    async fn open(service: Invoicing, author: Author, opening: StreamUsageRequest) -> Result<Self, Status> {
        let name = text("stream", &opening.stream, LONGEST_NAME)?;
        if name.is_empty() {
            let sentence = "is missing: the first message names the stream, so that it can be taken up again";
            return Err(rejection::invalid("stream", sentence));
        }
        if opening.batch != 0 || !opening.events.is_empty() {
            let sentence = "comes with the first message, which only names the stream; wait for its answer, which says \
                            which batch is next";
            return Err(rejection::invalid("batch", sentence));
        }
        let mut session = Self {
            service,
            author,
            name,
            last: 0,
        };
        session.last = session.acknowledged().await?;
        Ok(session)
    }

    async fn take(&mut self, request: StreamUsageRequest) -> Result<StreamUsageResponse, Status> {
        let StreamUsageRequest {
            stream,
            batch,
            events,
            backfill,
        } = request;
        if !stream.is_empty() && stream != self.name {
            let sentence = format!("is `{stream}`, but this call is about `{}`", self.name);
            return Err(rejection::invalid("stream", sentence));
        }
        if batch == 0 {
            return Err(rejection::invalid(
                "batch",
                "is missing: batches are numbered from 1 on",
            ));
        }
        if batch > self.last.saturating_add(1) {
            let (last, next) = (self.last, self.last.saturating_add(1));
            let sentence = format!(
                "batch {batch} came, but only those up to {last} are acknowledged: send batch {next} first"
            );
            return Err(rejection::failed_precondition("STREAM_GAP", sentence));
        }
        let author = Author {
            at: self.service.clock.now(),
            ..self.author.clone()
        };
        let request = RecordUsageRequest {
            request_id: self.request_id(batch),
            events,
            backfill,
        };
        let receipt = recording::record(&self.service, author, request).await?;
        self.last = self.last.max(batch);
        Ok(StreamUsageResponse {
            batch,
            receipt: Some(receipt),
        })
    }

    fn request_id(&self, batch: u64) -> String {
        format!("stream {} {batch}", self.name)
    }

    /// The last batch that was acknowledged on any call. As there are no gaps, each look halves what is in question. What
    /// was seen is on the disk before anybody hears of it.
    async fn acknowledged(&self) -> Result<u64, Status> {
        self.look_back().await.map_err(database("opening a stream"))
    }

    async fn look_back(&self) -> Result<u64, sqlx::Error> {
        let mut transaction = begin_as(&self.service.pool, &self.author.caller).await?;
        let (mut there, mut absent) = (0_u64, 1_u64);
        while self.is_known(&mut transaction, absent).await? {
            (there, absent) = (absent, absent.saturating_mul(2));
        }
        while absent.saturating_sub(there) > 1 {
            let middle = there.midpoint(absent);
            if self.is_known(&mut transaction, middle).await? {
                there = middle;
            } else {
                absent = middle;
            }
        }
        usage::flush(&mut transaction).await?;
        transaction.commit().await?;
        Ok(there)
    }

    async fn is_known(&self, connection: &mut PgConnection, batch: u64) -> Result<bool, sqlx::Error> {
        let tenant = self.author.tenant();
        requests::is_known(connection, tenant, RECORD_USAGE, &self.request_id(batch)).await
    }
}
