//! The calls by which people decide about a contract.

use tonic::Status;
use wire::extraction::v1;

use super::support::{Client, id};

pub(super) async fn submit(
    client: &mut Client,
    contract_id: &str,
    revision: u32,
) -> Result<v1::Contract, Status> {
    let request = v1::SubmitContractRequest {
        request_id: id(),
        contract_id: contract_id.into(),
        revision,
    };
    Ok(client
        .submit_contract(request)
        .await?
        .into_inner()
        .contract
        .unwrap())
}

pub(super) async fn approve(
    client: &mut Client,
    contract_id: &str,
    revision: u32,
) -> Result<v1::Contract, Status> {
    let request = v1::ApproveContractRequest {
        request_id: id(),
        contract_id: contract_id.into(),
        revision,
    };
    Ok(client
        .approve_contract(request)
        .await?
        .into_inner()
        .contract
        .unwrap())
}

pub(super) async fn reject(
    client: &mut Client,
    contract_id: &str,
    revision: u32,
    reason: &str,
) -> Result<v1::Contract, Status> {
    let (request_id, contract_id, reason) = (id(), contract_id.into(), reason.into());
    let request = v1::RejectContractRequest {
        request_id,
        contract_id,
        revision,
        reason,
    };
    Ok(client
        .reject_contract(request)
        .await?
        .into_inner()
        .contract
        .unwrap())
}

pub(super) async fn reopen(
    client: &mut Client,
    contract_id: &str,
    revision: u32,
    reason: &str,
) -> Result<v1::Contract, Status> {
    let (request_id, contract_id, reason) = (id(), contract_id.into(), reason.into());
    let request = v1::ReopenContractRequest {
        request_id,
        contract_id,
        revision,
        reason,
    };
    Ok(client
        .reopen_contract(request)
        .await?
        .into_inner()
        .contract
        .unwrap())
}

pub(super) async fn resolve(
    client: &mut Client,
    contract_id: &str,
    revision: u32,
    flag: &str,
) -> Result<v1::Contract, Status> {
    let (request_id, contract_id, reason) = (id(), contract_id.into(), "seen on the signed copy".into());
    let request = v1::ResolveFlagRequest {
        request_id,
        contract_id,
        revision,
        flag_id: flag.into(),
        reason,
    };
    Ok(client.resolve_flag(request).await?.into_inner().contract.unwrap())
}

pub(super) fn edit(contract_id: &str, revision: u32, path: &str, value: &str) -> v1::EditTermRequest {
    let (request_id, contract_id, reason) = (id(), contract_id.into(), "as the customer confirmed".into());
    v1::EditTermRequest {
        request_id,
        contract_id,
        revision,
        path: path.into(),
        value: value.into(),
        reason,
    }
}

pub(super) async fn edited(
    client: &mut Client,
    request: v1::EditTermRequest,
) -> Result<v1::Contract, Status> {
    Ok(client.edit_term(request).await?.into_inner().contract.unwrap())
}

pub(super) async fn events(client: &mut Client, contract_id: &str) -> Vec<v1::Event> {
    let request = v1::ListEventsRequest {
        contract_id: contract_id.into(),
    };
    client.list_events(request).await.unwrap().into_inner().events
}
