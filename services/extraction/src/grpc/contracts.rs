//! Looking at contracts.

use runtime::rejection;
use tonic::{Request, Status};
use uuid::Uuid;
use wire::extraction::v1;

use super::fault::Fault;
use super::{Call, Desk, contract_id, message, no_such_contract};
use crate::store::contracts::{self, Contract, Filter, Place};
use crate::store::dossier::Dossier;
use crate::store::events;

const PAGE: u32 = 100;
const LARGEST_PAGE: u32 = 1000;
/// Characters.
const LONGEST_SEARCH: usize = 200;

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
    let filter = Filter {
        states: &states,
        search: search(&ask.search)?,
    };
    let found = contracts::list(&mut transaction, call.caller.tenant, filter, after, wanted).await;
    Ok(page(&found?, size))
}

/// How many contracts are in each state.
pub(super) async fn count(
    desk: &Desk,
    request: &Request<v1::CountContractsRequest>,
) -> Result<v1::CountContractsResponse, Fault> {
    let (call, search) = (Call::of(request)?, search(&request.get_ref().search)?);
    let mut transaction = desk.begin(&call).await?;
    let counts = contracts::count(&mut transaction, call.caller.tenant, search).await?;
    let counts = counts.into_iter().map(|(state, contracts)| v1::StateCount {
        state: message::state_named(&state).into(),
        contracts,
    });
    Ok(v1::CountContractsResponse {
        counts: counts.collect(),
    })
}

/// One contract with all that is known of it, or was at a revision.
pub(super) async fn get(
    desk: &Desk,
    request: &Request<v1::GetContractRequest>,
) -> Result<v1::GetContractResponse, Fault> {
    let (call, ask) = (Call::of(request)?, request.get_ref());
    let id = contract_id(&ask.contract_id)?;
    let mut transaction = desk.begin(&call).await?;
    let found = Dossier::find(&mut transaction, call.caller.tenant, id).await?;
    let mut dossier = found.ok_or_else(|| no_such_contract(id))?;
    if ask.revision != 0 {
        let earlier = dossier.at_revision(&mut transaction, ask.revision).await?;
        dossier = earlier.ok_or_else(|| no_such_revision(id, ask.revision))?;
    }
    let contract = message::contract(&mut transaction, &dossier, &desk.second_approval).await?;
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

fn no_such_revision(id: Uuid, revision: u32) -> Status {
    rejection::not_found(
        "REVISION_UNKNOWN",
        format!("contract {id} has no revision {revision}: its events name those it has"),
    )
}

/// What a list is narrowed to.
fn search(text: &str) -> Result<&str, Status> {
    let text = text.trim();
    if text.contains('\0') || text.chars().count() > LONGEST_SEARCH {
        let sentence = format!("must be at most {LONGEST_SEARCH} characters, none of them NUL");
        return Err(rejection::invalid("search", sentence));
    }
    Ok(text)
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
