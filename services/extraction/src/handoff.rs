//! Handing approved plans to invoicing: each once, however often either side falls over.
//!
//! Approval writes a parcel into the outbox in its own transaction. A worker takes one parcel at a time, offers it and
//! notes the answer. If it dies in between, the parcel is still there and is offered again under the same request id;
//! invoicing knows a plan by its content hash and answers the same. Invoicing being down only makes a parcel wait.

mod answer;
mod backoff;

use runtime::caller::Bearer;
use runtime::clock::Clock;
use runtime::settings::Secret;
use runtime::telemetry::TraceId;
use runtime::tenancy;
use sqlx::{PgConnection, PgPool};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use wire::invoicing::v1::invoicing_service_client::InvoicingServiceClient;
use wire::invoicing::v1::{Approval, RegisterPlanRequest};

use crate::bell::Bell;
use crate::grpc::timestamp;
use crate::serve::Means;
use crate::store::dossier::{Dossier, Entry};
use crate::store::events::Change;
use crate::store::outbox::{self, Parcel};
use answer::Answer;

/// The worker's name in the audit log.
const ACTOR: &str = "handoff";

/// How often the outbox is looked at when nothing is known to be due.
const PAUSE: Duration = Duration::from_millis(500);

/// How long invoicing may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// Carries parcels until the token is cancelled. Trouble is logged and waited out; this never gives up.
pub(crate) async fn run(post: Post, token: CancellationToken) {
    while !token.is_cancelled() {
        let pause = match token.run_until_cancelled(post.deliver_next()).await {
            Some(Ok(true)) => continue,
            Some(Ok(false)) | None => PAUSE,
            Some(Err(error)) => {
                tracing::error!(%error, "the outbox cannot be read or written; trying again");
                PAUSE.saturating_mul(4)
            }
        };
        post.bell.wait(pause, &token).await;
    }
}

/// The way to invoicing.
#[derive(Clone)]
pub(crate) struct Post {
    pool: PgPool,
    clock: Clock,
    key: Secret,
    channel: Channel,
    /// Rung when a contract is approved.
    bell: Bell,
}

impl Post {
    /// A way that is opened when it is first needed.
    pub(crate) fn new(means: &Means, invoicing: &Endpoint, bell: Bell) -> Self {
        let invoicing = invoicing.clone().connect_timeout(PATIENCE).timeout(PATIENCE);
        Self {
            pool: means.pool.clone(),
            clock: means.clock.clone(),
            key: means.service_key.clone(),
            channel: invoicing.connect_lazy(),
            bell,
        }
    }

    /// Takes one parcel to invoicing and notes the answer. False when there is none to take.
    async fn deliver_next(&self) -> Result<bool, sqlx::Error> {
        let mut transaction = tenancy::begin_for_worker(&self.pool, ACTOR).await?;
        let Some((parcel, attempts)) = outbox::take(&mut transaction).await? else {
            return Ok(false);
        };
        let answer = Answer::from(self.offer(&parcel).await);
        tracing::info!(contract = %parcel.contract, revision = parcel.revision, answer = answer.name(), "offered a plan");
        self.note(&mut transaction, &parcel, attempts, &answer).await?;
        transaction.commit().await?;
        Ok(true)
    }

    async fn offer(&self, parcel: &Parcel) -> Result<(), Status> {
        let bearer = Bearer::new(self.key.reveal()).acting_for(parcel.tenant);
        let bearer = match TraceId::parse_traceparent(&parcel.traceparent) {
            Some(trace) => bearer.within(trace),
            None => bearer,
        };
        let mut client = InvoicingServiceClient::with_interceptor(self.channel.clone(), bearer);
        let mut request = Request::new(letter(parcel));
        request.set_timeout(PATIENCE);
        client.register_plan(request).await.map(drop)
    }

    async fn note(
        &self,
        connection: &mut PgConnection,
        parcel: &Parcel,
        attempts: u32,
        answer: &Answer,
    ) -> Result<(), sqlx::Error> {
        match answer {
            Answer::Taken => self.acknowledged(connection, parcel).await,
            Answer::Refused(why) => self.refused(connection, parcel, why).await,
            Answer::Later(why) => outbox::retry_in(connection, parcel, why, backoff::after(attempts)).await,
        }
    }

    async fn acknowledged(&self, connection: &mut PgConnection, parcel: &Parcel) -> Result<(), sqlx::Error> {
        outbox::acknowledge(connection, parcel).await?;
        let dossier = open(connection, parcel).await?;
        let next = dossier.review.handed_over(self.clock.now());
        let next = next.map_err(|refusal| sqlx::Error::Protocol(refusal.to_string()))?;
        dossier
            .save(connection, next, self.entry(parcel, "handed_over", ""), "")
            .await
            .map(drop)
    }

    async fn refused(
        &self,
        connection: &mut PgConnection,
        parcel: &Parcel,
        why: &str,
    ) -> Result<(), sqlx::Error> {
        outbox::refuse(connection, parcel, why).await?;
        let dossier = open(connection, parcel).await?;
        dossier
            .update(connection, self.entry(parcel, "refused_by_invoicing", why))
            .await
    }

    fn entry(&self, parcel: &Parcel, action: &'static str, reason: &str) -> Entry {
        let trace = TraceId::parse_traceparent(&parcel.traceparent).map(|trace| trace.to_string());
        Entry {
            at: self.clock.now(),
            actor: ACTOR.to_owned(),
            action,
            change: Change {
                after: parcel.content_hash.clone(),
                reason: reason.to_owned(),
                ..Change::default()
            },
            trace: trace.unwrap_or_default(),
        }
    }
}

async fn open(connection: &mut PgConnection, parcel: &Parcel) -> Result<Dossier, sqlx::Error> {
    Dossier::hold(connection, parcel.tenant, parcel.contract)
        .await?
        .ok_or(sqlx::Error::RowNotFound)
}

/// The same parcel always makes the same letter, so that a repeated one is recognised.
fn letter(parcel: &Parcel) -> RegisterPlanRequest {
    RegisterPlanRequest {
        request_id: format!("handoff-{}-{}", parcel.contract, parcel.revision),
        plan: Some(wire::plan::plan_message(&parcel.plan)),
        approval: Some(Approval {
            contract_id: parcel.contract.to_string(),
            revision: parcel.revision,
            submitted_by: parcel.submitted_by.clone(),
            approved_by: parcel.approved_by.clone(),
            approved_at: Some(timestamp(parcel.approved_at)),
        }),
        content_hash: parcel.content_hash.clone(),
    }
}
