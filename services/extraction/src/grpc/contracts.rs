//! Looking at contracts.

use runtime::rejection;
use tonic::{Request, Status};
use uuid::Uuid;
use wire::extraction::v1;

use super::fault::Fault;
use super::{Call, Desk, contract_id, message, no_such_contract};
use crate::store::contracts::{self, Contract, Place};
use crate::store::dossier::Dossier;
use crate::store::events;

const PAGE: u32 = 100;
const LARGEST_PAGE: u32 = 1000;

/// A page of contracts, newest first.
pub(super) async fn list(
    desk: &Desk,
    request: &Request<v1::ListContractsRequest>,
) -> Result<v1::ListContractsResponse, Fault> {
    let (call, ask) = (Call::of(request)?, request.get_ref());
    let (states, size, after) = (states(ask)?, page_size(ask.page_size)?, place(&ask.page_token)?);
    let mut transaction = desk.begin(&call).await?;
    // One more than asked for tells whether there is a next page.
    let wanted = size.saturating_add(1);
    let found = contracts::list(&mut transaction, call.caller.tenant, &states, after, wanted).await;
    Ok(page(&found?, size))
}

/// One contract with all that is known of it.
pub(super) async fn get(
    desk: &Desk,
    request: &Request<v1::GetContractRequest>,
) -> Result<v1::GetContractResponse, Fault> {
    let (call, id) = (Call::of(request)?, contract_id(&request.get_ref().contract_id)?);
    let mut transaction = desk.begin(&call).await?;
    let found = Dossier::find(&mut transaction, call.caller.tenant, id).await?;
    let dossier = found.ok_or_else(|| no_such_contract(id))?;
    let contract = message::contract(&mut transaction, &dossier).await?;
    Ok(v1::GetContractResponse {
        contract: Some(contract),
    })
}

/// Everything that happened to a contract, oldest first.
pub(super) async fn events(
    desk: &Desk,
    request: &Request<v1::ListEventsRequest>,
) -> Result<v1::ListEventsResponse, Fault> {
    let (call, id) = (Call::of(request)?, contract_id(&request.get_ref().contract_id)?);
    let mut transaction = desk.begin(&call).await?;
    let found = contracts::find(&mut transaction, call.caller.tenant, id).await?;
    found.ok_or_else(|| no_such_contract(id))?;
    let events = events::since(&mut transaction, call.caller.tenant, id, 0).await?;
    Ok(v1::ListEventsResponse {
        events: events
            .into_iter()
            .map(|(_, event)| message::event(event))
            .collect(),
    })
}

fn states(ask: &v1::ListContractsRequest) -> Result<Vec<&'static str>, Status> {
    let named = |state: &i32| {
        v1::ContractState::try_from(*state)
            .ok()
            .and_then(message::state_name)
    };
    let states: Option<Vec<_>> = ask.states.iter().map(named).collect();
    states.ok_or_else(|| rejection::invalid("states", "must be named states; leave it empty for all"))
}

fn page_size(asked: u32) -> Result<u32, Status> {
    match asked {
        0 => Ok(PAGE),
        1..=LARGEST_PAGE => Ok(asked),
        _ => Err(rejection::invalid(
            "page_size",
            format!("must be at most {LARGEST_PAGE}"),
        )),
    }
}

fn page(found: &[Contract], size: u32) -> v1::ListContractsResponse {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let shown = found.get(..size).unwrap_or(found);
    let more = found.len() > shown.len();
    let next_page_token = shown.last().filter(|_| more).map(token).unwrap_or_default();
    v1::ListContractsResponse {
        contracts: shown.iter().map(message::summary).collect(),
        next_page_token,
    }
}

fn token(last: &Contract) -> String {
    format!("{}~{}", last.received_at, last.id)
}

fn place(token: &str) -> Result<Option<Place>, Status> {
    if token.is_empty() {
        return Ok(None);
    }
    let parsed = token.split_once('~').and_then(|(received_at, id)| {
        Some(Place {
            received_at: received_at.parse().ok()?,
            id: Uuid::try_parse(id).ok()?,
        })
    });
    let wrong = || {
        rejection::invalid(
            "page_token",
            "is not one that this service gave; begin again without it",
        )
    };
    parsed.map(Some).ok_or_else(wrong)
}
