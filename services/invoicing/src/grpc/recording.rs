//! Usage as it is sent: each event of a call is stored or refused by itself.

use std::time::Duration;

use prost::Message;
use runtime::{rejection, requests};
use tonic::Status;
use wire::invoicing::v1::rejected_event::Reason;
use wire::invoicing::v1::{
    self, RecordUsageRequest, RecordUsageResponse, RejectedEvent, UnmatchedUsage, unmatched_usage,
};

use super::messages::instant;
use super::{database, write};
use crate::Invoicing;
use crate::author::Author;
use crate::store::usage::UsageEvent;
use crate::usage::{
    self, Delivery, DeliveryError, Invalid, Receipt, Refusal, Rejected, Sent, Unknown, Unmatched,
};

/// Events in one request.
const MOST_EVENTS: usize = 50_000;

pub(super) async fn record(
    service: &Invoicing,
    author: Author,
    request: RecordUsageRequest,
) -> Result<RecordUsageResponse, Status> {
    if request.events.len() > MOST_EVENTS {
        let sentence = format!(
            "{} events are too many for one request; send at most {MOST_EVENTS}",
            request.events.len()
        );
        return Err(rejection::over_limit("TOO_MANY_EVENTS", sentence));
    }
    let fingerprint = requests::fingerprint(&request.encode_to_vec());
    let (sent, invalid) = sort_out(request.events);
    let delivery = Delivery {
        author,
        request_id: request.request_id,
        fingerprint,
        sent,
        invalid,
    };
    let answer = service.intake.deliver(delivery).await?;
    RecordUsageResponse::decode(answer.as_slice())
        .map_err(|error| rejection::internal("reading an earlier answer", &error))
}

/// The events that are ones, and the others with what is wrong with them.
fn sort_out(messages: Vec<v1::UsageEvent>) -> (Vec<Sent>, Vec<Rejected>) {
    let mut sent = Vec::with_capacity(messages.len());
    let mut invalid = Vec::new();
    for (index, message) in messages.into_iter().enumerate() {
        let (source, id) = (message.source.clone(), message.id.clone());
        match event(message) {
            Ok(event) => sent.push(Sent { index, event }),
            Err(why) => invalid.push(Rejected {
                index,
                source,
                id,
                why: why.into(),
            }),
        }
    }
    (sent, invalid)
}

/// An event by its message.
pub(super) fn event(message: v1::UsageEvent) -> Result<UsageEvent, Invalid> {
    let at = message.time.as_ref().and_then(instant);
    let names = [&*message.source, &*message.id, &*message.account, &*message.meter];
    usage::event(
        names,
        at,
        &message.value,
        message.dimensions.into_iter().collect(),
    )
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
