//! Approving: who submitted what, what people changed and settled, what it will bill; then a typed confirmation.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use wire::extraction::v1::{Contract, ContractSummary};

use super::workspace::{Head, Moment, contract, events, head, moments, summary};
use crate::answer::{Answer, page_as};
use crate::layout::{Frame, Section};
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "contracts/approve.html")]
struct Approval {
    frame: Frame,
    head: Head,
    changes: Vec<Moment>,
    settled: Vec<Settled>,
    to_type: String,
    typed: String,
    problem: String,
}

struct Settled {
    sentence: String,
    by: String,
    reason: String,
}

pub(super) async fn ask(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let contract = contract(&visitor, &id, 0).await?;
    show(&visitor, &contract, StatusCode::OK, String::new(), String::new()).await
}

/// Once more, because what was typed is not what was asked for.
pub(super) async fn again(visitor: Visitor, contract: Contract, typed: String) -> Answer {
    let problem = format!(
        "Nothing was approved yet: type “{}” to confirm.",
        to_type(&summary(&contract))
    );
    show(
        &visitor,
        &contract,
        StatusCode::UNPROCESSABLE_ENTITY,
        typed,
        problem,
    )
    .await
}

/// What an approver types: whose contract it is.
pub(super) fn to_type(summary: &ContractSummary) -> String {
    let name = if summary.customer.trim().is_empty() {
        &summary.file_name
    } else {
        &summary.customer
    };
    name.trim().to_owned()
}

async fn show(
    visitor: &Visitor,
    contract: &Contract,
    status: StatusCode,
    typed: String,
    problem: String,
) -> Answer {
    let summary = summary(contract);
    let events = events(visitor, &summary.contract_id).await?;
    let decided = |moment: &Moment| moment.by_a_person;
    let resolved = contract.flags.iter().filter(|flag| flag.resolved);
    page_as(
        status,
        &Approval {
            frame: visitor.frame(Section::Contracts),
            head: head(contract, visitor),
            changes: moments(&events, &contract.terms)
                .into_iter()
                .filter(decided)
                .collect(),
            settled: resolved
                .map(|flag| Settled {
                    sentence: flag.sentence.clone(),
                    by: flag.resolved_by.clone(),
                    reason: flag.resolution.clone(),
                })
                .collect(),
            to_type: to_type(&summary),
            typed,
            problem,
        },
    )
}
