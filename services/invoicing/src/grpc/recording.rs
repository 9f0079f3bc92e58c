//! Usage as it is sent: each event of a call is stored or refused by itself.

use std::mem::take;
use std::time::Duration;

use prost::Message;
use runtime::rejection;
use sha2::{Digest, Sha256};
use tonic::Status;
use wire::invoicing::v1::rejected_event::Reason;
use wire::invoicing::v1::{
    self, RecordUsageRequest, RecordUsageResponse, RejectedEvent, ReverseBackfillRequest,
    ReverseBackfillResponse, UnmatchedUsage, unmatched_usage,
};

use super::database;
use super::facts::text;
use super::messages::instant;
use super::write::{self, Begun};
use crate::Invoicing;
use crate::author::Author;
use crate::store::usage::{ReversalError, UsageEvent};
use crate::usage::{
    self, Delivery, DeliveryError, Invalid, Receipt, Refusal, Rejected, Sent, Unknown, Unmatched,
};

/// Events in one request.
const MOST_EVENTS: usize = 50_000;

/// What a caller sent as an event and what is none, with the names that it has.
#[derive(Debug)]
pub(crate) struct Malformed {
    pub(crate) source: String,
    pub(crate) id: String,
    pub(crate) why: String,
}

/// Events on their way, and what is none among them.
#[derive(Debug)]
pub(crate) struct Parcel {
    pub(crate) request_id: String,
    /// Empty for usage as it happens.
    pub(crate) backfill: String,
    pub(crate) events: Vec<Result<v1::UsageEvent, Malformed>>,
}

pub(super) async fn record(
    service: &Invoicing,
    author: Author,
    request: RecordUsageRequest,
) -> Result<RecordUsageResponse, Status> {
    let parcel = Parcel {
        request_id: request.request_id,
        backfill: request.backfill,
        events: request.events.into_iter().map(Ok).collect(),
    };
    take_in(service, author, parcel).await
}

/// However they came.
pub(crate) async fn take_in(
    service: &Invoicing,
    author: Author,
    parcel: Parcel,
) -> Result<RecordUsageResponse, Status> {
    if parcel.events.len() > MOST_EVENTS {
        let sentence = format!(
            "{} events are too many for one request; send at most {MOST_EVENTS}",
            parcel.events.len()
        );
        return Err(rejection::over_limit("TOO_MANY_EVENTS", sentence));
    }
    text("backfill", &parcel.backfill, 200)?;
    let (sent, invalid) = sort_out(parcel.events);
    let delivery = Delivery {
        fingerprint: fingerprint(&parcel.backfill, &sent, &invalid),
        author,
        request_id: parcel.request_id,
        backfill: (!parcel.backfill.is_empty()).then_some(parcel.backfill),
        sent,
        invalid,
    };
    let answer = service.intake.deliver(delivery).await?;
    RecordUsageResponse::decode(answer.as_slice())
        .map_err(|error| rejection::internal("reading an earlier answer", &error))
}

/// The events that are ones, and the others with what is wrong with them.
fn sort_out(messages: Vec<Result<v1::UsageEvent, Malformed>>) -> (Vec<Sent>, Vec<Rejected>) {
    let mut sent = Vec::with_capacity(messages.len());
    let mut invalid = Vec::new();
    for (index, message) in messages.into_iter().enumerate() {
        let (source, id, why) = match message {
            Err(Malformed { source, id, why }) => (source, id, Invalid::Malformed(why)),
            Ok(mut message) => match event(&mut message) {
                Ok(event) => {
                    sent.push(Sent { index, event });
                    continue;
                }
                Err(why) => (message.source, message.id, why),
            },
        };
        invalid.push(Rejected {
            index,
            source,
            id,
            why: why.into(),
        });
    }
    (sent, invalid)
}

/// Names what a request says by the names of its events and of what each says.
fn fingerprint(backfill: &str, sent: &[Sent], invalid: &[Rejected]) -> [u8; 32] {
    let mut hash = Sha256::new();
    add(&mut hash, backfill);
    for Rejected {
        index,
        source,
        id,
        why,
    } in invalid
    {
        for text in [&index.to_string(), source, id, &why.to_string()] {
            add(&mut hash, text);
        }
    }
    let mut before = "";
    for Sent { event, .. } in sent {
        // No source is empty: that says "the one of before".
        let source = if event.source == before { "" } else { &event.source };
        add(&mut hash, source);
        add(&mut hash, &event.id);
        hash.update(event.content);
        before = &event.source;
    }
    hash.finalize().into()
}

/// Behind its length, which keeps neighbouring texts apart.
fn add(hash: &mut Sha256, text: &str) {
    hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
    hash.update(text);
}

/// An event by its message, of which it takes the parts; one that is none keeps its names.
pub(super) fn event(message: &mut v1::UsageEvent) -> Result<UsageEvent, Invalid> {
    let at = message.time.as_ref().and_then(instant);
    let dimensions = take(&mut message.dimensions).into_iter().collect();
    let names = [&*message.source, &*message.id, &*message.account, &*message.meter];
    let checked = usage::check(names, at, &message.value, &dimensions, &message.corrects)?;
    let v1::UsageEvent {
        source,
        id,
        account,
        meter,
        corrects,
        ..
    } = message;
    let names = [source, id, account, meter].map(take);
    Ok(usage::event(names, checked, dimensions, take(corrects)))
}

/// A receipt as it is answered.
pub(crate) fn word(receipt: &Receipt) -> Vec<u8> {
    let answer = RecordUsageResponse {
        accepted: receipt.accepted,
        duplicates: receipt.duplicates,
        rejected: receipt.rejected.iter().map(rejected_event).collect(),
        unmatched: receipt.unmatched.iter().map(|unmatched| unmatched.events).sum(),
        unmatched_usage: receipt.unmatched.iter().map(unmatched_usage).collect(),
    };
    answer.encode_to_vec()
}

pub(super) fn unmatched_usage(unmatched: &Unmatched) -> UnmatchedUsage {
    UnmatchedUsage {
        account: unmatched.account.clone(),
        meter: unmatched.meter.clone(),
        reason: match unmatched.why {
            Unknown::Account => unmatched_usage::Reason::UnknownAccount,
            Unknown::Meter => unmatched_usage::Reason::UnknownMeter,
        }
        .into(),
        detail: unmatched.sentence(),
        events: unmatched.events,
    }
}

fn rejected_event(rejected: &Rejected) -> RejectedEvent {
    let reason = match rejected.why {
        Refusal::ConflictingContent { .. } => Reason::ConflictingContent,
        Refusal::CorrectsUnknown { .. } => Reason::CorrectsUnknown,
        Refusal::CorrectsWithdrawn { .. } => Reason::CorrectsWithdrawn,
        Refusal::CorrectsArchived { .. } => Reason::CorrectsArchived,
        Refusal::BackfillReversed { .. } => Reason::BackfillReversed,
        Refusal::Invalid(_) => Reason::Invalid,
    };
    RejectedEvent {
        index: u32::try_from(rejected.index).unwrap_or(u32::MAX),
        source: rejected.source.clone(),
        id: rejected.id.clone(),
        reason: reason.into(),
        detail: rejected.why.to_string(),
    }
}

pub(super) async fn reverse_backfill(
    service: &Invoicing,
    author: Author,
    request: ReverseBackfillRequest,
) -> Result<ReverseBackfillResponse, Status> {
    let begun = write::begin(
        &service.pool,
        &author,
        "ReverseBackfill",
        &request.request_id,
        &request,
    );
    let mut write = match begun.await? {
        Begun::Answered(answer) => return Ok(answer),
        Begun::New(write) => write,
    };
    let reason = text("reason", &request.reason, 2000)?;
    let name = text("backfill", &request.backfill, 200)?;
    let events = usage::reverse(&mut write.transaction, &author, &name, &reason).await?;
    write.finish(ReverseBackfillResponse { events }).await
}

impl From<ReversalError> for Status {
    fn from(error: ReversalError) -> Self {
        let sentence = error.to_string();
        match error {
            ReversalError::Unknown { .. } => rejection::not_found("UNKNOWN_BACKFILL", sentence),
            ReversalError::Already { .. } => {
                rejection::failed_precondition("BACKFILL_ALREADY_REVERSED", sentence)
            }
            ReversalError::Archived { .. } => rejection::failed_precondition("USAGE_ARCHIVED", sentence),
            ReversalError::NoReason => rejection::invalid("reason", sentence),
            ReversalError::Database(error) => database("reversing a backfill")(error),
        }
    }
}

impl From<DeliveryError> for Status {
    fn from(error: DeliveryError) -> Self {
        let again = Duration::from_secs(1);
        let sentence = error.to_string();
        match error {
            DeliveryError::Request(error) => write::refused(error),
            DeliveryError::Database(error) => database("recording usage")(error),
            DeliveryError::Overwhelmed => rejection::unavailable("USAGE_BUSY", sentence, again),
            DeliveryError::CutShort => rejection::unavailable("DATABASE_BUSY", sentence, again),
        }
    }
}
