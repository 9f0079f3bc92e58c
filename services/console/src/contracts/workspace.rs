//! The workspace: the terms of a contract, the page that says them, and what waits for a decision, side by side.

mod by_hand;
pub(crate) mod cards;
mod grid;
mod missing;
mod papers;
pub(crate) mod sheet;
mod side;
mod talk;

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use wire::extraction::v1::{
    Contract, ContractState, ContractSummary, Event, GetContractRequest, GetPageRequest, ListEventsRequest,
    Term,
};

use super::{progress, queue};
use crate::answer::{Answer, page_as};
use crate::fault::{Fault, as_sentence};
use crate::layout::{Frame, Section};
use crate::visitor::Visitor;
use by_hand::typed_by_hand;
use cards::{Card, Desk, cards};
use sheet::{Sheet, View, sheet};
use side::{Chosen, Notice, chosen, notices};
pub(super) use side::{Moment, moments};
use talk::{Talk, talk};

#[derive(Debug, Default, Deserialize)]
pub(super) struct Asked {
    /// Path of the term that is looked at.
    #[serde(default)]
    term: String,
    /// The page that is looked at; the term's own if 0.
    #[serde(default)]
    page: u32,
}

/// What a form asked for and the service refused: shown where it was typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Refused {
    pub(super) sentence: String,
    /// The term or flag it was about; [`COMMENT`] for a comment.
    pub(super) about: String,
    /// What was looked at, where `about` does not say it.
    pub(super) term: String,
    pub(super) value: String,
    pub(super) reason: String,
}

/// What a refused comment is about, since it is no change of a term.
pub(super) const COMMENT: &str = "#comment";

#[derive(Template)]
#[template(path = "contracts/workspace.html")]
struct Workspace {
    frame: Frame,
    head: Head,
    cards: Vec<Card>,
    /// Terms of the agreement that may be entered.
    missing: Vec<missing::Offer>,
    sheet: Option<Sheet>,
    /// Why there is no page to see.
    no_sheet: String,
    notices: Vec<Notice>,
    /// How many of them want a decision, in words.
    waiting: String,
    settled: Vec<Notice>,
    chosen: Option<Chosen>,
    talk: Talk,
    history: Vec<Moment>,
    refused: Option<Refused>,
    /// May this person change the contract as it stands?
    editable: bool,
    reasons: [(&'static str, &'static str); 3],
}

/// Why a flag is settled, mostly; each with its key for the first flag of the list.
const USUAL_REASONS: [(&str, &str); 3] = [
    ("1", "Checked: the page says so"),
    ("2", "Agreed with the customer"),
    ("3", "Does not change what is billed"),
];

/// What stands over every page of one contract, and what can be done with it next.
#[derive(Debug, Clone)]
pub(super) struct Head {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) file_name: String,
    pub(super) chip: (&'static str, &'static str),
    pub(super) revision: u32,
    pub(super) open_flags: u32,
    pub(super) blocking_flags: u32,
    pub(super) readers: String,
    pub(super) handoff: String,
    pub(super) submitted_by: String,
    pub(super) approved_by: String,
    /// Why one approver is not enough, and who was the first; empty where one is.
    pub(super) second: Second,
    pub(super) may: May,
}

/// A second approval that is needed, or was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Second {
    pub(super) because: String,
    pub(super) first: String,
}

/// What is offered to this person. The services have the last word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct May {
    pub(super) edit: bool,
    pub(super) submit: bool,
    pub(super) approve: bool,
    pub(super) reject: bool,
    pub(super) reopen: bool,
}

pub(super) async fn show(visitor: Visitor, Path(id): Path<String>, Query(asked): Query<Asked>) -> Answer {
    let contract = contract(&visitor, &id, 0).await?;
    match summary(&contract).state() {
        ContractState::Received | ContractState::Reading => progress::show(visitor, &contract).await,
        _ => draw(&visitor, contract, &asked, None).await,
    }
}

/// The workspace again, after a form that was refused: what was typed is still there.
pub(super) async fn again(visitor: &Visitor, id: &str, refused: Refused, fault: &Fault) -> Answer {
    let contract = contract(visitor, id, 0).await?;
    let about_term = refused.about.starts_with('/');
    let asked = Asked {
        term: if about_term {
            refused.about.clone()
        } else {
            refused.term.clone()
        },
        page: 0,
    };
    let mut response: Response = draw(visitor, contract, &asked, Some(refused)).await?;
    *response.status_mut() = fault.status;
    Ok(response)
}

/// One contract, as it stands or stood.
pub(super) async fn contract(visitor: &Visitor, id: &str, revision: u32) -> Result<Contract, Fault> {
    let request = GetContractRequest {
        contract_id: id.to_owned(),
        revision,
    };
    let found = visitor.extraction().get_contract(request).await?.into_inner();
    found.contract.ok_or_else(Fault::nowhere)
}

/// Everything that happened to a contract, oldest first.
pub(super) async fn events(visitor: &Visitor, id: &str) -> Result<Vec<Event>, Fault> {
    let request = ListEventsRequest {
        contract_id: id.to_owned(),
    };
    Ok(visitor
        .extraction()
        .list_events(request)
        .await?
        .into_inner()
        .events)
}

pub(super) fn summary(contract: &Contract) -> ContractSummary {
    contract.summary.clone().unwrap_or_default()
}

/// The workspace's address with a term or a page.
pub(super) fn address(contract: &str, term: &str, page: u32) -> String {
    let page = if page == 0 {
        String::new()
    } else {
        page.to_string()
    };
    let given = [("term", term), ("page", page.as_str())];
    let given: Vec<_> = given.into_iter().filter(|(_, value)| !value.is_empty()).collect();
    if given.is_empty() {
        return format!("/contracts/{contract}");
    }
    let query = serde_urlencoded::to_string(given).unwrap_or_default();
    format!("/contracts/{contract}?{query}")
}

async fn draw(visitor: &Visitor, contract: Contract, asked: &Asked, refused: Option<Refused>) -> Answer {
    let id = summary(&contract).contract_id;
    let head = head(&contract, visitor);
    let (drawn, events) = tokio::join!(look_at_page(visitor, &contract, asked), events(visitor, &id));
    let ((sheet, no_sheet), events) = (drawn?, events?);
    let contract = typed_by_hand(contract, &events);
    let desk = Desk {
        contract: &id,
        chosen: &asked.term,
        flags: &contract.flags,
        events: &events,
    };
    let (settled, waiting): (Vec<_>, Vec<_>) = notices(&contract, &asked.term)
        .into_iter()
        .partition(|notice| notice.settled);
    page_as(
        StatusCode::OK,
        &Workspace {
            cards: cards(&contract.terms, desk),
            missing: missing::of_agreement(&id, &contract.terms),
            chosen: chosen(&contract, &asked.term, refused.as_ref()),
            talk: talk(&contract, &events, &asked.term, refused.as_ref()),
            history: moments(&events, &contract.terms)
                .into_iter()
                .filter(|moment| !moment.is_comment)
                .collect(),
            editable: head.may.edit,
            frame: visitor.frame(Section::Contracts),
            waiting: how_many(&waiting),
            notices: waiting,
            head,
            sheet,
            no_sheet,
            settled,
            refused,
            reasons: USUAL_REASONS,
        },
    )
}

/// `3 to decide, 1 to know`.
fn how_many(notices: &[Notice]) -> String {
    let waits = notices.iter().filter(|notice| notice.waits).count();
    let told = notices.len().saturating_sub(waits);
    let parts = [(waits, "to decide"), (told, "to know")];
    let parts = parts.iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts.map(|(count, words)| format!("{count} {words}")).collect();
    parts.join(", ")
}

/// The page that is looked at: the one asked for, else where the chosen term stands, else the first.
async fn look_at_page(
    visitor: &Visitor,
    contract: &Contract,
    asked: &Asked,
) -> Result<(Option<Sheet>, String), Fault> {
    let Some(number) = page_number(contract, asked) else {
        let failure = contract.failure.clone().unwrap_or_default();
        return Ok((None, as_sentence(&failure.sentence)));
    };
    let id = summary(contract).contract_id;
    let request = GetPageRequest {
        contract_id: id.clone(),
        page: number,
    };
    let page = visitor.extraction().get_page(request).await?.into_inner();
    let view = View {
        contract: &id,
        sha256: &contract.sha256,
        chosen: &asked.term,
        number,
        pages: contract.pages,
    };
    Ok((Some(sheet(&page, contract, view)), String::new()))
}

fn page_number(contract: &Contract, asked: &Asked) -> Option<u32> {
    if contract.pages == 0 {
        return None;
    }
    let stands = |term: &&Term| term.path == asked.term;
    let of_term = contract
        .terms
        .iter()
        .find(stands)
        .and_then(|term| term.evidence.first());
    let of_flag = contract
        .flags
        .iter()
        .find(|flag| flag.id == asked.term || (!flag.path.is_empty() && flag.path == asked.term))
        .and_then(|flag| flag.evidence.first());
    let own = of_term.or(of_flag).map_or(1, |evidence| evidence.page);
    let wanted = if asked.page == 0 { own } else { asked.page };
    Some(wanted.clamp(1, contract.pages))
}

/// What stands over the contract's pages.
pub(super) fn head(contract: &Contract, visitor: &Visitor) -> Head {
    let summary = summary(contract);
    let title = if summary.customer.is_empty() {
        &summary.file_name
    } else {
        &summary.customer
    };
    Head {
        title: title.clone(),
        chip: queue::chip(summary.state()),
        may: may(contract, visitor),
        readers: contract.readers.clone(),
        handoff: handoff(contract),
        submitted_by: contract.submitted_by.clone(),
        approved_by: contract.approved_by.clone(),
        second: second(contract),
        id: summary.contract_id,
        file_name: summary.file_name,
        revision: summary.revision,
        open_flags: summary.open_flags,
        blocking_flags: summary.blocking_flags,
    }
}

fn may(contract: &Contract, visitor: &Visitor) -> May {
    let state = summary(contract).state();
    let open = matches!(state, ContractState::NeedsReview | ContractState::InReview);
    let submitted = state == ContractState::Submitted;
    let (reviews, approves) = (visitor.works_as("reviewer"), visitor.works_as("approver"));
    May {
        edit: open && reviews,
        submit: open && reviews,
        approve: submitted
            && approves
            && contract.submitted_by != visitor.session.name
            && second(contract).first != visitor.session.name,
        reject: (open || submitted) && approves,
        reopen: matches!(
            state,
            ContractState::Submitted | ContractState::Rejected | ContractState::Approved
        ) && (reviews || approves),
    }
}

fn second(contract: &Contract) -> Second {
    let second = contract.second_approval.clone().unwrap_or_default();
    Second {
        because: second.because,
        first: second.first_approved_by,
    }
}

/// Where the plan is on its way to invoicing, if there is something to say.
fn handoff(contract: &Contract) -> String {
    let Some(handoff) = contract.handoff.as_ref() else {
        return String::new();
    };
    match handoff.state.as_str() {
        "refused" => format!(
            "Invoicing refused the plan: {}. Reopen the contract and correct it.",
            handoff.last_error
        ),
        "waiting" if handoff.attempts > 0 => {
            format!(
                "The plan waits for invoicing, which did not take it yet ({}). It is tried again by itself.",
                handoff.last_error
            )
        }
        "waiting" => "The plan is on its way to invoicing.".to_owned(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use wire::extraction::v1::Flag;
    use wire::extraction::v1::flag::Severity;

    use super::*;

    #[test]
    fn flags_are_counted_by_whether_they_want_a_decision() {
        let flag = |severity: Severity| Flag {
            severity: severity.into(),
            ..Flag::default()
        };
        let told = |flags: &[Severity]| {
            let flags = flags.iter().map(|severity| flag(*severity)).collect();
            let contract = Contract {
                flags,
                ..Contract::default()
            };
            how_many(&notices(&contract, ""))
        };
        assert_eq!(
            told(&[Severity::Review, Severity::Block, Severity::Info]),
            "2 to decide, 1 to know"
        );
        assert_eq!(told(&[Severity::Info]), "1 to know");
        assert_eq!(told(&[]), "");
    }
}
