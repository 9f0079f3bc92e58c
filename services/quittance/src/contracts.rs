//! `quittance contract`: upload, review, approve.

use std::path::{Path, PathBuf};

use futures::StreamExt as _;
use tokio_stream::iter;
use wire::extraction::v1::{
    ApproveContractRequest, Contract as ContractMessage, ContractState, ContractSummary, EditTermRequest,
    Event, GetContractRequest, ListContractsRequest, ListEventsRequest, RejectContractRequest,
    ReopenContractRequest, ResolveFlagRequest, SubmitContractRequest, UploadDocumentRequest,
    UploadDocumentResponse, UploadHeader, WatchContractRequest, upload_document_request::Part,
};

use crate::command::Contract;
use crate::connection::{Extraction, Services, request_id};
use crate::failure::Failure;
use crate::printing::Output;

mod quality;
mod talk;
mod view;

pub(crate) use view::{flags_text, terms_text};

/// Bytes sent at a time.
const CHUNK: usize = 256 * 1024;

pub(crate) async fn run(command: &Contract, to: &Services, output: Output) -> Result<(), Failure> {
    let mut extraction = to.extraction().await?;
    match command {
        Contract::Upload { files, together } => {
            let papers = if *together { files.len() } else { 1 };
            for contract in files.chunks(papers.max(1)) {
                upload_and_follow(&mut extraction, contract, output).await?;
            }
            Ok(())
        }
        Contract::List => list(&mut extraction, output).await,
        Contract::Show { id, history: true } => history(&mut extraction, id, output).await,
        Contract::Show { id, history: false } => {
            show(&get(&mut extraction, id).await?, output);
            Ok(())
        }
        Contract::Comments { id } => talk::list(&mut extraction, id, output).await,
        Contract::Comment { id, text, about } => talk::say(&mut extraction, id, text, about, output).await,
        Contract::Quality { days } => quality::tell(&mut extraction, *days, output).await,
        change => {
            show(&decide(&mut extraction, change).await?, output);
            Ok(())
        }
    }
}

/// Sends the file of a contract, or all its files as its papers, and answers what became of them.
pub(crate) async fn upload<F: AsRef<Path>>(
    extraction: &mut Extraction,
    files: &[F],
) -> Result<UploadDocumentResponse, Failure> {
    let mut parts = Vec::new();
    for file in files {
        parts.extend(pieces(file.as_ref())?);
    }
    let messages = parts
        .into_iter()
        .map(|part| UploadDocumentRequest { part: Some(part) });
    Ok(extraction.upload_document(iter(messages)).await?.into_inner())
}

fn pieces(file: &Path) -> Result<Vec<Part>, Failure> {
    let bytes =
        std::fs::read(file).map_err(|error| Failure::refused(format!("{}: {error}", file.display())))?;
    let file_name = file
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let header = UploadHeader {
        request_id: request_id(),
        file_name,
        sha256: String::new(),
        size: u64::try_from(bytes.len()).unwrap_or(u64::MAX),
    };
    let chunks = bytes.chunks(CHUNK).map(|chunk| Part::Chunk(chunk.to_vec()));
    Ok(std::iter::once(Part::Header(header)).chain(chunks).collect())
}

async fn upload_and_follow(
    extraction: &mut Extraction,
    files: &[PathBuf],
    output: Output,
) -> Result<(), Failure> {
    let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    let name = names.join(" + ");
    let uploaded = upload(extraction, files).await?;
    if uploaded.already_known {
        output.say(&format!("{name} was here already"));
    }
    follow(extraction, &uploaded.contract_id, |stage| {
        output.say(&format!("  {stage}"));
    })
    .await?;
    let contract = get(extraction, &uploaded.contract_id).await?;
    show(&contract, output);
    match &contract.failure {
        Some(failure) => Err(Failure::refused(format!("{name}: {}", failure.sentence))),
        None => Ok(()),
    }
}

/// Follows a contract until it waits for a person or has ended.
pub(crate) async fn follow(
    extraction: &mut Extraction,
    contract: &str,
    mut on_stage: impl FnMut(&str),
) -> Result<(), Failure> {
    let request = WatchContractRequest {
        contract_id: contract.to_owned(),
    };
    let mut stages = extraction.watch_contract(request).await?.into_inner();
    while let Some(stage) = stages.next().await {
        on_stage(&stage?.stage);
    }
    Ok(())
}

pub(crate) async fn get(extraction: &mut Extraction, id: &str) -> Result<ContractMessage, Failure> {
    let answer = extraction
        .get_contract(GetContractRequest {
            contract_id: id.to_owned(),
            revision: 0,
        })
        .await?
        .into_inner();
    answer
        .contract
        .ok_or_else(|| Failure::broken("the extraction service answered without a contract"))
}

/// Every write names the revision it saw, so that it cannot overwrite somebody else's.
async fn decide(extraction: &mut Extraction, command: &Contract) -> Result<ContractMessage, Failure> {
    let (Contract::Edit { id, .. }
    | Contract::Resolve { id, .. }
    | Contract::Submit { id }
    | Contract::Approve { id }
    | Contract::Reject { id, .. }
    | Contract::Reopen { id, .. }) = command
    else {
        return Err(Failure::broken("this command decides nothing"));
    };
    let seen = get(extraction, id).await?;
    let (request_id, contract_id, revision) = (request_id(), id.clone(), revision(&seen));
    let contract = match command {
        Contract::Edit {
            path, value, reason, ..
        } => {
            let (path, value, reason) = (path.clone(), value.clone(), reason.clone());
            let request = EditTermRequest {
                request_id,
                contract_id,
                revision,
                path,
                value,
                reason,
            };
            extraction.edit_term(request).await?.into_inner().contract
        }
        Contract::Resolve { flag, reason, .. } => {
            let (flag_id, reason) = (flag.clone(), reason.clone());
            let request = ResolveFlagRequest {
                request_id,
                contract_id,
                revision,
                flag_id,
                reason,
            };
            extraction.resolve_flag(request).await?.into_inner().contract
        }
        Contract::Submit { .. } => {
            let request = SubmitContractRequest {
                request_id,
                contract_id,
                revision,
            };
            extraction.submit_contract(request).await?.into_inner().contract
        }
        Contract::Approve { .. } => {
            let request = ApproveContractRequest {
                request_id,
                contract_id,
                revision,
            };
            extraction.approve_contract(request).await?.into_inner().contract
        }
        Contract::Reject { reason, .. } => {
            let request = RejectContractRequest {
                request_id,
                contract_id,
                revision,
                reason: reason.clone(),
            };
            extraction.reject_contract(request).await?.into_inner().contract
        }
        Contract::Reopen { reason, .. } => {
            let request = ReopenContractRequest {
                request_id,
                contract_id,
                revision,
                reason: reason.clone(),
            };
            extraction.reopen_contract(request).await?.into_inner().contract
        }
        // The pattern above lets no other through.
        _ => None,
    };
    contract.ok_or_else(|| Failure::broken("the extraction service answered without a contract"))
}

/// The revision a contract is at, to be named in the next write.
pub(crate) fn revision(contract: &ContractMessage) -> u32 {
    contract.summary.as_ref().map_or(0, |summary| summary.revision)
}

async fn list(extraction: &mut Extraction, output: Output) -> Result<(), Failure> {
    let mut contracts: Vec<ContractSummary> = Vec::new();
    let mut request = ListContractsRequest::default();
    loop {
        let page = extraction.list_contracts(request.clone()).await?.into_inner();
        contracts.extend(page.contracts);
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    output.show(
        || contracts.iter().map(wire::json::json).collect(),
        || view::list(&contracts),
    );
    Ok(())
}

/// Everything that happened to a contract, oldest first.
async fn events(extraction: &mut Extraction, id: &str) -> Result<Vec<Event>, Failure> {
    let request = ListEventsRequest {
        contract_id: id.to_owned(),
    };
    Ok(extraction.list_events(request).await?.into_inner().events)
}

async fn history(extraction: &mut Extraction, id: &str, output: Output) -> Result<(), Failure> {
    let events = events(extraction, id).await?;
    output.show(
        || events.iter().map(wire::json::json).collect(),
        || view::history(&events),
    );
    Ok(())
}

fn show(contract: &ContractMessage, output: Output) {
    output.show(|| wire::json::json(contract), || view::contract(contract));
}

/// A state in a person's words.
pub(crate) fn state_word(state: i32) -> &'static str {
    match ContractState::try_from(state).unwrap_or_default() {
        ContractState::Unspecified => "unknown",
        ContractState::Received => "received",
        ContractState::Reading => "being read",
        ContractState::Failed => "could not be read",
        ContractState::NeedsReview => "needs review",
        ContractState::InReview => "in review",
        ContractState::Submitted => "submitted",
        ContractState::Approved => "approved",
        ContractState::HandedOver => "handed over",
        ContractState::Rejected => "rejected",
        ContractState::Superseded => "superseded",
    }
}
