//! Following a contract while the service works on it.

use std::pin::Pin;
use std::time::Duration;

use runtime::rejection;
use tonic::{Request, Status};
use uuid::Uuid;
use wire::extraction::v1;

use super::fault::Fault;
use super::{Call, Desk, contract_id, message, no_such_contract, timestamp};
use crate::intake::Stage;
use crate::state::{Failure, State};
use crate::store::contracts;
use crate::store::events::{self, Event};
use crate::store::outbox::{self, Delivery};

/// What a watcher receives.
pub(super) type Stream =
    Pin<Box<dyn futures::Stream<Item = Result<v1::WatchContractResponse, Status>> + Send>>;

const DOING: &str = "following a contract";

/// How often the audit log is looked at for a watcher.
const PAUSE: Duration = Duration::from_millis(150);

/// What happened last, then whatever happens, until the contract waits for a person or has ended.
pub(super) async fn watch(desk: &Desk, request: &Request<v1::WatchContractRequest>) -> Result<Stream, Fault> {
    let (call, id) = (Call::of(request)?, contract_id(&request.get_ref().contract_id)?);
    let watcher = Watcher {
        desk: desk.clone(),
        call,
        id,
    };
    let past = watcher.since(0).await?;
    let (mut seq, mut last) = past.into_iter().last().ok_or_else(|| no_such_contract(id))?;
    Ok(Box::pin(async_stream::try_stream! {
        yield told(&last)?;
        while watcher.goes_on(&last).await? {
            watcher.pause().await?;
            for (number, event) in watcher.since(seq).await? {
                yield told(&event)?;
                (seq, last) = (number, event);
            }
        }
    }))
}

struct Watcher {
    desk: Desk,
    call: Call,
    id: Uuid,
}

impl Watcher {
    async fn since(&self, seq: i64) -> Result<Vec<(i64, Event)>, Fault> {
        let tenant = self.call.caller.tenant;
        let mut transaction = self.desk.begin(&self.call).await?;
        let found = contracts::find(&mut transaction, tenant, self.id).await?;
        found.ok_or_else(|| no_such_contract(self.id))?;
        Ok(events::since(&mut transaction, tenant, self.id, seq).await?)
    }

    /// Will the service do something next, rather than a person?
    async fn goes_on(&self, last: &Event) -> Result<bool, Fault> {
        match last.state.as_str() {
            "received" | "reading" => Ok(true),
            "approved" => self.on_its_way().await,
            _ => Ok(false),
        }
    }

    async fn on_its_way(&self) -> Result<bool, Fault> {
        let mut transaction = self.desk.begin(&self.call).await?;
        let latest = outbox::latest(&mut transaction, self.call.caller.tenant, self.id).await;
        Ok(latest?.is_some_and(|parcel| parcel.state != Delivery::Refused))
    }

    async fn pause(&self) -> Result<(), Status> {
        let stopping = || {
            let sentence = "the service is stopping; follow the contract again in a moment";
            rejection::unavailable("STOPPING", sentence, Duration::from_secs(2))
        };
        self.desk
            .token
            .run_until_cancelled(tokio::time::sleep(PAUSE))
            .await
            .ok_or_else(stopping)
    }
}

fn told(event: &Event) -> Result<v1::WatchContractResponse, Status> {
    let failure = Failure {
        code: String::new(),
        sentence: event.change.reason.clone(),
    };
    let state = State::named(&event.state, Some(failure))
        .ok_or_else(|| rejection::internal(DOING, &format!("unknown state {}", event.state)))?;
    let stage = Stage::of(&event.action).map_or_else(|| state.to_string(), |stage| doing(stage, event));
    Ok(v1::WatchContractResponse {
        state: message::state(&state).into(),
        stage,
        at: Some(timestamp(event.at)),
    })
}

/// In words, with how far it is where that is known.
fn doing(stage: Stage, event: &Event) -> String {
    match stage {
        Stage::Recognising => format!("{}: {}", stage.words(), event.change.after),
        _ => stage.words().to_owned(),
    }
}
