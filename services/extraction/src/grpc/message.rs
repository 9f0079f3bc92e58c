//! Contracts as callers see them.

use contract::draft::Draft;
use contract::flag::{Flag, FlagState, Severity};
use contract::review::State as ReviewState;
use contract::terms::{Evidence, TermRow, rows};
use pricing::plan::Plan;
use sqlx::PgConnection;
use wire::extraction::v1;
use wire::plan::clause_boxes;

use super::timestamp;
use crate::limit::ApprovalLimit;
use crate::papers::Extent;
use crate::state::{Failure, State};
use crate::store::contracts::Contract;
use crate::store::dossier::Dossier;
use crate::store::events::Event;
use crate::store::outbox::{self, Delivery, Progress};
use crate::store::papers;

/// A contract with all that is known of it.
pub(super) async fn contract(
    connection: &mut PgConnection,
    dossier: &Dossier,
    limit: &ApprovalLimit,
) -> Result<v1::Contract, sqlx::Error> {
    let known = &dossier.contract;
    let parcel = outbox::latest(connection, known.tenant, known.id).await?;
    let parcel = parcel.filter(|parcel| parcel.state != Delivery::Withdrawn);
    let papers = papers::of(connection, known.tenant, known.id).await?;
    let draft = dossier.review.draft.as_ref();
    let plan = draft.and_then(|draft| draft.plan.as_ref());
    Ok(v1::Contract {
        summary: Some(summary(known)),
        sha256: known.sha256.clone(),
        pages: known.summary.pages,
        terms: draft.map(|draft| terms(draft, &papers)).unwrap_or_default(),
        flags: draft.map(|draft| flags(draft, &papers)).unwrap_or_default(),
        plan: plan.map(wire::plan::plan_message),
        plan_hash: plan.map(Plan::content_hash).unwrap_or_default(),
        readers: known.summary.readers.clone(),
        failure: known.state.failure().map(failure),
        submitted_by: submitter(&dossier.review.state, parcel.as_ref()),
        approved_by: parcel
            .as_ref()
            .map(|parcel| parcel.approved_by.clone())
            .unwrap_or_default(),
        second_approval: second_approval(dossier, parcel.as_ref(), limit),
        handoff: parcel.as_ref().map(handoff),
        papers: papers.iter().map(paper).collect(),
    })
}

/// A contract as lists show it.
pub(super) fn summary(contract: &Contract) -> v1::ContractSummary {
    v1::ContractSummary {
        contract_id: contract.id.to_string(),
        file_name: contract.file_name.clone(),
        customer: contract.summary.customer.clone(),
        state: state(&contract.state).into(),
        revision: contract.revision,
        open_flags: contract.summary.open_flags,
        blocking_flags: contract.summary.blocking_flags,
        received_at: Some(timestamp(contract.received_at)),
        printed_total: contract
            .summary
            .printed_total
            .map(|total| total.to_string())
            .unwrap_or_default(),
        currency: contract.summary.currency.clone(),
        last_actor: contract.summary.last_actor.clone(),
    }
}

/// An entry of the audit log.
pub(super) fn event(event: Event) -> v1::Event {
    v1::Event {
        at: Some(timestamp(event.at)),
        actor: event.actor,
        action: event.action,
        path: event.change.path,
        before: event.change.before,
        after: event.change.after,
        reason: event.change.reason,
        revision: event.revision,
    }
}

/// A state as callers name it.
pub(super) fn state(state: &State) -> v1::ContractState {
    match state {
        State::Received => v1::ContractState::Received,
        State::Reading => v1::ContractState::Reading,
        State::Failed(_) => v1::ContractState::Failed,
        State::NeedsReview => v1::ContractState::NeedsReview,
        State::InReview => v1::ContractState::InReview,
        State::Submitted => v1::ContractState::Submitted,
        State::Approved => v1::ContractState::Approved,
        State::HandedOver => v1::ContractState::HandedOver,
        State::Rejected => v1::ContractState::Rejected,
        State::Superseded => v1::ContractState::Superseded,
    }
}

/// A state by the database's name of it.
pub(super) fn state_named(name: &str) -> v1::ContractState {
    let all = (0..).map_while(|number| v1::ContractState::try_from(number).ok());
    let mut all = all.filter(|state| state_name(*state) == Some(name));
    all.next().unwrap_or_default()
}

/// The database's name of a state a caller names; none for the unspecified one.
pub(super) fn state_name(state: v1::ContractState) -> Option<&'static str> {
    Some(match state {
        v1::ContractState::Unspecified => return None,
        v1::ContractState::Received => "received",
        v1::ContractState::Reading => "reading",
        v1::ContractState::Failed => "failed",
        v1::ContractState::NeedsReview => "needs_review",
        v1::ContractState::InReview => "in_review",
        v1::ContractState::Submitted => "submitted",
        v1::ContractState::Approved => "approved",
        v1::ContractState::HandedOver => "handed_over",
        v1::ContractState::Rejected => "rejected",
        v1::ContractState::Superseded => "superseded",
    })
}

fn failure(failure: &Failure) -> v1::Failure {
    v1::Failure {
        code: failure.code.clone(),
        sentence: failure.sentence.clone(),
    }
}

fn paper(paper: &Extent) -> v1::Paper {
    v1::Paper {
        name: paper.name.clone(),
        sha256: paper.sha256.clone(),
        first_page: paper.before.saturating_add(1),
        pages: paper.pages,
    }
}

fn terms(draft: &Draft, papers: &[Extent]) -> Vec<v1::Term> {
    let rows = rows(&draft.terms).into_iter();
    rows.map(|row| term(row, papers)).collect()
}

fn term(row: TermRow, papers: &[Extent]) -> v1::Term {
    v1::Term {
        path: row.path,
        label: row.label,
        value: row.value,
        printed: row.printed,
        status: row.status,
        evidence: row.evidence.iter().map(|one| evidence(one, papers)).collect(),
    }
}

/// Evidence with its page as a page of the contract.
fn evidence(evidence: &Evidence, papers: &[Extent]) -> v1::Evidence {
    let paper = papers.iter().find(|paper| paper.sha256 == evidence.document());
    let before = paper.map_or(0, |paper| paper.before);
    let named = paper.filter(|_| papers.len() > 1);
    v1::Evidence {
        page: evidence.page().saturating_add(before),
        paper: named.map(|paper| paper.name.clone()).unwrap_or_default(),
        paper_page: evidence.page(),
        quote: evidence.quote().to_owned(),
        boxes: clause_boxes(evidence.boxes()),
        cells: evidence.cells().unwrap_or_default().to_owned(),
    }
}

fn flags(draft: &Draft, papers: &[Extent]) -> Vec<v1::Flag> {
    draft.flags.iter().map(|one| flag(one, papers)).collect()
}

fn flag(flag: &Flag, papers: &[Extent]) -> v1::Flag {
    let (resolved, resolved_by, resolution) = match &flag.state {
        FlagState::Open => (false, String::new(), String::new()),
        FlagState::Resolved { by, reason, .. } => (true, by.clone(), reason.clone()),
    };
    v1::Flag {
        id: flag.id.clone(),
        code: flag.code.to_string(),
        severity: severity(flag.severity).into(),
        sentence: flag.sentence.clone(),
        what_to_do: flag.what_to_do.clone(),
        path: flag.path.clone().unwrap_or_default(),
        evidence: flag.evidence.iter().map(|one| evidence(one, papers)).collect(),
        resolved,
        resolved_by,
        resolution,
    }
}

fn severity(severity: Severity) -> v1::flag::Severity {
    match severity {
        Severity::Info => v1::flag::Severity::Info,
        Severity::Review => v1::flag::Severity::Review,
        Severity::Block => v1::flag::Severity::Block,
    }
}

fn submitter(state: &ReviewState, parcel: Option<&Progress>) -> String {
    match state {
        ReviewState::Submitted { by, .. } => by.clone(),
        _ => parcel
            .map(|parcel| parcel.submitted_by.clone())
            .unwrap_or_default(),
    }
}

/// Why two must approve and who was first: by the limit while it can still be approved, afterwards as it was.
fn second_approval(
    dossier: &Dossier,
    parcel: Option<&Progress>,
    limit: &ApprovalLimit,
) -> Option<v1::SecondApproval> {
    if let Some(parcel) = parcel {
        let first = parcel.first_approved_by.clone()?;
        return Some(v1::SecondApproval {
            because: "two people had to approve it".to_owned(),
            first_approved_by: first,
        });
    }
    let first = match &dossier.review.state {
        ReviewState::Submitted { first, .. } => first.as_ref(),
        _ => None,
    };
    let summary = &dossier.contract.summary;
    Some(v1::SecondApproval {
        because: limit.because(summary.printed_total, &summary.currency)?,
        first_approved_by: first.map(|first| first.by.clone()).unwrap_or_default(),
    })
}

fn handoff(parcel: &Progress) -> v1::Handoff {
    let waits = parcel.state == Delivery::Waiting;
    v1::Handoff {
        state: parcel.state.name().to_owned(),
        attempts: parcel.attempts,
        last_error: parcel.last_error.clone(),
        next_attempt_at: waits.then(|| timestamp(parcel.next_attempt_at)),
    }
}
