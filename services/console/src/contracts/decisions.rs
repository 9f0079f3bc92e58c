//! What people decide on the workspace, each a form of its own. What the services refuse is shown where it was typed.

use axum::extract::Path;
use serde::Deserialize;
use tonic::Status;
use wire::extraction::v1::{
    AddCommentRequest, ApproveContractRequest, CiteWordsRequest, Contract, ContractState, EditTermRequest,
    RejectContractRequest, ReopenContractRequest, ResolveFlagRequest, SubmitContractRequest, WordPlace,
};

use super::workspace::{COMMENT, Refused, address, again, summary};
use crate::answer::{Answer, go};
use crate::connection::request_id;
use crate::fault::{Fault, sentence_of};
use crate::filled::Filled;
use crate::visitor::Visitor;

#[derive(Debug, Deserialize)]
pub(super) struct Edited {
    revision: u32,
    path: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    reason: String,
    /// The button that says there is no value.
    #[serde(default)]
    none: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Cited {
    revision: u32,
    path: String,
    page: u32,
    /// Line and position, as the page's words carry them: `17.3`.
    first: String,
    last: String,
    #[serde(default)]
    reason: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Resolved {
    revision: u32,
    flag: String,
    #[serde(default)]
    reason: String,
    /// One of the reasons that are offered, instead of one of one's own.
    #[serde(default)]
    usual: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Said {
    /// A term or a flag; the whole contract if empty.
    #[serde(default)]
    about: String,
    #[serde(default)]
    text: String,
}

/// A decision about the whole contract, with or without a reason.
#[derive(Debug, Deserialize)]
pub(super) struct Decided {
    revision: u32,
    #[serde(default)]
    reason: String,
    /// What an approver types to show that the contract is meant.
    #[serde(default)]
    confirmation: String,
}

pub(super) async fn edit(Path(id): Path<String>, filled: Filled<Edited>) -> Answer {
    let (visitor, form) = (filled.visitor, filled.form);
    let value = if form.none.is_empty() {
        form.value.clone()
    } else {
        String::new()
    };
    let request = EditTermRequest {
        request_id: request_id(),
        contract_id: id.clone(),
        revision: form.revision,
        path: form.path.clone(),
        value: value.trim().to_owned(),
        reason: form.reason.clone(),
    };
    let answer = visitor.extraction().edit_term(request).await;
    match answer {
        Ok(_) => {
            visitor.tell("Changed. Terms, flags and plan were drawn up again.");
            go(&address(&id, &form.path, 0))
        }
        Err(status) => {
            let refused = Refused {
                sentence: sentence_of(&status),
                about: form.path,
                value: form.value,
                reason: form.reason,
                ..Refused::default()
            };
            shown_again(&visitor, &id, refused, status).await
        }
    }
}

pub(super) async fn cite(Path(id): Path<String>, filled: Filled<Cited>) -> Answer {
    let (visitor, form) = (filled.visitor, filled.form);
    let request = CiteWordsRequest {
        request_id: request_id(),
        contract_id: id.clone(),
        revision: form.revision,
        path: form.path.clone(),
        page: form.page,
        first: place(&form.first),
        last: place(&form.last),
        reason: form.reason,
    };
    match visitor.extraction().cite_words(request).await {
        Ok(_) => {
            visitor.tell("The value was read from the words you selected.");
            go(&address(&id, &form.path, 0))
        }
        Err(status) => {
            let refused = Refused {
                sentence: sentence_of(&status),
                about: form.path,
                ..Refused::default()
            };
            shown_again(&visitor, &id, refused, status).await
        }
    }
}

fn place(at: &str) -> Option<WordPlace> {
    let (line, word) = at.split_once('.')?;
    Some(WordPlace {
        line: line.parse().ok()?,
        word: word.parse().ok()?,
    })
}

pub(super) async fn resolve(Path(id): Path<String>, filled: Filled<Resolved>) -> Answer {
    let (visitor, form) = (filled.visitor, filled.form);
    let reason = if form.usual.is_empty() {
        form.reason
    } else {
        form.usual
    };
    let request = ResolveFlagRequest {
        request_id: request_id(),
        contract_id: id.clone(),
        revision: form.revision,
        flag_id: form.flag.clone(),
        reason: reason.clone(),
    };
    match visitor.extraction().resolve_flag(request).await {
        Ok(answer) => go(&on_to_the_next(&visitor, &id, answer.into_inner().contract)),
        Err(status) => {
            let refused = Refused {
                sentence: sentence_of(&status),
                about: form.flag,
                reason,
                ..Refused::default()
            };
            shown_again(&visitor, &id, refused, status).await
        }
    }
}

/// After one flag, the next that waits; after the last, the whole contract.
fn on_to_the_next(visitor: &Visitor, id: &str, contract: Option<Contract>) -> String {
    use wire::extraction::v1::flag::Severity;
    let flags = contract.map(|contract| contract.flags).unwrap_or_default();
    let mut waiting = flags
        .iter()
        .filter(|flag| !flag.resolved && flag.severity() != Severity::Info);
    let (next, more) = (waiting.next(), waiting.count());
    match next {
        Some(flag) => {
            visitor.tell(format!("Settled. {} to go.", more.saturating_add(1)));
            address(id, &flag.path, 0)
        }
        None => {
            visitor.tell("Settled. No flag waits any more: look at the preview, then submit.");
            address(id, "", 0)
        }
    }
}

pub(super) async fn comment(Path(id): Path<String>, filled: Filled<Said>) -> Answer {
    let (visitor, form) = (filled.visitor, filled.form);
    let request = AddCommentRequest {
        request_id: request_id(),
        contract_id: id.clone(),
        about: form.about.clone(),
        text: form.text.clone(),
    };
    match visitor.extraction().add_comment(request).await {
        Ok(_) => {
            visitor.tell("Said. It stands in the record for ever.");
            go(&address(&id, &form.about, 0))
        }
        Err(status) => {
            let refused = Refused {
                sentence: sentence_of(&status),
                about: COMMENT.to_owned(),
                term: form.about,
                value: form.text,
                ..Refused::default()
            };
            shown_again(&visitor, &id, refused, status).await
        }
    }
}

pub(super) async fn submit(Path(id): Path<String>, filled: Filled<Decided>) -> Answer {
    let (visitor, form) = (filled.visitor, filled.form);
    let request = SubmitContractRequest {
        request_id: request_id(),
        contract_id: id.clone(),
        revision: form.revision,
    };
    let answer = visitor.extraction().submit_contract(request).await.map(drop);
    decided(
        &visitor,
        &id,
        form.reason,
        answer,
        "Submitted. Somebody else must approve it now.",
    )
    .await
}

pub(super) async fn reject(Path(id): Path<String>, filled: Filled<Decided>) -> Answer {
    let (visitor, form) = (filled.visitor, filled.form);
    let request = RejectContractRequest {
        request_id: request_id(),
        contract_id: id.clone(),
        revision: form.revision,
        reason: form.reason.clone(),
    };
    let answer = visitor.extraction().reject_contract(request).await.map(drop);
    decided(
        &visitor,
        &id,
        form.reason,
        answer,
        "Turned down. It bills nothing.",
    )
    .await
}

pub(super) async fn reopen(Path(id): Path<String>, filled: Filled<Decided>) -> Answer {
    let (visitor, form) = (filled.visitor, filled.form);
    let request = ReopenContractRequest {
        request_id: request_id(),
        contract_id: id.clone(),
        revision: form.revision,
        reason: form.reason.clone(),
    };
    let answer = visitor.extraction().reopen_contract(request).await.map(drop);
    decided(
        &visitor,
        &id,
        form.reason,
        answer,
        "Opened again. It waits for a review.",
    )
    .await
}

/// Approving asks for the customer's name, so that no contract is approved by a slip of the hand.
pub(super) async fn approve(Path(id): Path<String>, filled: Filled<Decided>) -> Answer {
    let (visitor, form) = (filled.visitor, filled.form);
    let contract = super::workspace::contract(&visitor, &id, 0).await?;
    let expected = super::approval::to_type(&summary(&contract));
    if form.confirmation.trim() != expected {
        return super::approval::again(visitor, contract, form.confirmation).await;
    }
    let request = ApproveContractRequest {
        request_id: request_id(),
        contract_id: id.clone(),
        revision: form.revision,
    };
    let answer = visitor.extraction().approve_contract(request).await;
    let approved = answer.map(|answer| answer.into_inner().contract.unwrap_or_default());
    let waits = approved
        .as_ref()
        .is_ok_and(|contract| summary(contract).state() == ContractState::Submitted);
    let told = if waits {
        "Approved once. Somebody else must approve it too before it bills."
    } else {
        "Approved. Its plan is on its way to invoicing."
    };
    decided(&visitor, &id, form.reason, approved.map(drop), told).await
}

async fn decided(
    visitor: &Visitor,
    id: &str,
    reason: String,
    answer: Result<(), Status>,
    told: &str,
) -> Answer {
    match answer {
        Ok(()) => {
            visitor.tell(told);
            go(&address(id, "", 0))
        }
        Err(status) => {
            let refused = Refused {
                sentence: sentence_of(&status),
                reason,
                ..Refused::default()
            };
            shown_again(visitor, id, refused, status).await
        }
    }
}

/// Refusals that a person can do something about come back on the workspace; all others are a page of their own.
pub(super) async fn shown_again(visitor: &Visitor, id: &str, refused: Refused, status: Status) -> Answer {
    use tonic::Code;
    let answerable = matches!(
        status.code(),
        Code::Aborted
            | Code::FailedPrecondition
            | Code::InvalidArgument
            | Code::PermissionDenied
            | Code::NotFound
    );
    let fault = Fault::from(status);
    if answerable {
        again(visitor, id, refused, &fault).await
    } else {
        Err(fault)
    }
}
