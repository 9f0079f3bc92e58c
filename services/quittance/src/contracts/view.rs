//! How contracts look in a terminal.

use wire::extraction::v1::flag::Severity;
use wire::extraction::v1::{Contract, ContractSummary, Event, Evidence, Flag, Term};

use super::state_word;
use crate::printing::{shortened, table};

pub(super) fn list(contracts: &[ContractSummary]) -> String {
    if contracts.is_empty() {
        return "no contract yet: `quittance contract upload FILE` brings one in".to_owned();
    }
    let row = |contract: &ContractSummary| {
        vec![
            contract.contract_id.clone(),
            contract.file_name.clone(),
            contract.customer.clone(),
            state_word(contract.state).to_owned(),
            contract.revision.to_string(),
            format!("{} ({} blocking)", contract.open_flags, contract.blocking_flags),
        ]
    };
    table(
        &["id", "file", "customer", "state", "revision", "open flags"],
        &["revision"],
        contracts.iter().map(row).collect(),
    )
}

pub(super) fn contract(contract: &Contract) -> String {
    let mut parts = vec![head(contract)];
    if let Some(failure) = &contract.failure {
        parts.push(format!("{} ({})", failure.sentence, failure.code));
    }
    if !contract.terms.is_empty() {
        parts.push(terms_text(&contract.terms));
    }
    if !contract.flags.is_empty() {
        parts.push(flags_text(&contract.flags));
    }
    parts.extend(handoff(contract));
    parts.join("\n")
}

fn head(contract: &Contract) -> String {
    let summary = contract.summary.clone().unwrap_or_default();
    format!(
        "{}  {}  {}\n  revision {}, {} pages, read by {}, SHA-256 {}",
        summary.contract_id,
        summary.file_name,
        state_word(summary.state),
        summary.revision,
        contract.pages,
        contract.readers,
        contract.sha256
    )
}

fn handoff(contract: &Contract) -> Option<String> {
    let handoff = contract
        .handoff
        .as_ref()
        .filter(|handoff| !handoff.state.is_empty())?;
    let mut text = format!(
        "hand-off to invoicing: {}, plan {}",
        handoff.state, contract.plan_hash
    );
    if !handoff.last_error.is_empty() {
        text.push_str(&format!(
            "\n  after {} attempts: {}",
            handoff.attempts, handoff.last_error
        ));
    }
    Some(text)
}

/// Terms with the words they rest on.
pub(crate) fn terms_text(terms: &[Term]) -> String {
    let row = |term: &Term| {
        vec![
            term.path.clone(),
            term.label.clone(),
            term.value.clone(),
            term.status.clone(),
            source(&term.evidence),
        ]
    };
    table(
        &["path", "term", "value", "status", "the words that say it"],
        &[],
        terms.iter().map(row).collect(),
    )
}

fn source(evidence: &[Evidence]) -> String {
    let one = |evidence: &Evidence| format!("{} “{}”", place(evidence), shortened(&evidence.quote, 90));
    evidence.iter().map(one).collect::<Vec<_>>().join("\n")
}

/// The page; of several papers the paper, and its page there.
fn place(evidence: &Evidence) -> String {
    match evidence.paper.as_str() {
        "" => format!("p. {}", evidence.page),
        paper => format!("{paper} p. {}", evidence.paper_page),
    }
}

/// Flags, the blocking ones first.
pub(crate) fn flags_text(flags: &[Flag]) -> String {
    let mut flags: Vec<&Flag> = flags.iter().collect();
    flags.sort_by_key(|flag| (flag.resolved, std::cmp::Reverse(flag.severity)));
    flags
        .iter()
        .map(|flag| flag_text(flag))
        .collect::<Vec<_>>()
        .join("\n")
}

fn flag_text(flag: &Flag) -> String {
    let severity = match Severity::try_from(flag.severity).unwrap_or_default() {
        Severity::Block => "BLOCKS",
        Severity::Review => "review",
        Severity::Info | Severity::Unspecified => "info",
    };
    if flag.resolved {
        return format!(
            "  ✓ {} {}: resolved by {}: {}",
            flag.id, flag.code, flag.resolved_by, flag.resolution
        );
    }
    let page = flag
        .evidence
        .first()
        .map(|evidence| format!(" ({})", place(evidence)))
        .unwrap_or_default();
    format!(
        "  ! {} {} {}{page}: {} {}",
        flag.id, severity, flag.code, flag.sentence, flag.what_to_do
    )
}

pub(super) fn history(events: &[Event]) -> String {
    let row = |event: &Event| {
        let at = event.at.as_ref().map(|at| at.to_string()).unwrap_or_default();
        let change = if event.path.is_empty() {
            String::new()
        } else {
            format!(
                "{}: {} → {}",
                event.path,
                shortened(&event.before, 60),
                shortened(&event.after, 60)
            )
        };
        vec![
            at,
            event.actor.clone(),
            event.action.clone(),
            change,
            event.reason.clone(),
        ]
    };
    table(
        &["when", "who", "what", "change", "why"],
        &[],
        events.iter().map(row).collect(),
    )
}
