//! What stands beside the page: the chosen term, flags that wait, and what happened.

use wire::extraction::v1::flag::Severity;
use wire::extraction::v1::{Contract, Event, Flag, Term};

use super::by_hand::undo;
use super::cards::{Status, concerns, sentence_case, shown, status};
use super::grid::{Grid, grid};
use super::papers::{Quote, quotes};
use super::{Refused, address, missing};
use crate::wording::{moment, time};

/// A flag for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) id: String,
    pub(crate) weight: (&'static str, &'static str),
    pub(crate) sentence: String,
    pub(crate) what_to_do: String,
    pub(crate) link: String,
    /// What stands against each other, where it rests on more than one passage.
    pub(crate) quotes: Vec<Quote>,
    /// Is it about the term that is looked at?
    pub(crate) here: bool,
    pub(crate) settled: bool,
    /// Who settled it and why.
    pub(crate) resolution: String,
    /// Does it need a decision, rather than a glance?
    pub(crate) waits: bool,
    /// May one press settle it? What blocks, and what is left out, wants a reason of its own.
    pub(crate) quick: bool,
}

/// The term that is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) path: String,
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) shown: String,
    pub(crate) printed: String,
    pub(crate) status: Status,
    pub(crate) quotes: Vec<Quote>,
    pub(crate) entry: Entry,
    /// The whole table, where it is a term of one.
    pub(crate) grid: Option<Grid>,
    /// What was typed before, where it was refused.
    pub(crate) typed: Refused,
}

impl Chosen {
    /// What stands in the field: what was typed and refused, else the value.
    pub(crate) fn given(&self) -> &str {
        if self.typed.value.is_empty() {
            &self.value
        } else {
            &self.typed.value
        }
    }
}

/// How a value of this sort is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) kind: &'static str,
    pub(crate) hint: &'static str,
    /// The only values it may have; any if empty.
    pub(crate) choices: &'static [&'static str],
    /// Values it often has.
    pub(crate) usual: &'static [&'static str],
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Moment {
    pub(crate) at: String,
    pub(crate) actor: String,
    pub(crate) did: String,
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) reason: String,
    pub(crate) revision: u32,
    /// The term and its value before, where the change still stands and can be taken back.
    pub(crate) undo: Option<(String, String)>,
    /// Did a person change a value or turn it down, rather than the service work on it?
    pub(crate) by_a_person: bool,
    /// Is it what somebody said, rather than did?
    pub(crate) is_comment: bool,
}

/// Flags: those of the chosen term first, then what blocks, then what waits for a decision.
pub(super) fn notices(contract: &Contract, chosen: &str) -> Vec<Notice> {
    let id = super::summary(contract).contract_id;
    let mut notices: Vec<Notice> = contract
        .flags
        .iter()
        .map(|flag| notice(flag, &id, chosen, &contract.terms))
        .collect();
    notices.sort_by_key(|notice| (!notice.here, notice.weight.0 != "blocks", !notice.waits));
    notices
}

fn notice(flag: &Flag, contract: &str, chosen: &str, terms: &[Term]) -> Notice {
    let weight = match flag.severity() {
        Severity::Block => ("blocks", "stop"),
        Severity::Review => ("decide", "warn"),
        Severity::Info | Severity::Unspecified => ("to know", "info"),
    };
    let about = about(flag, terms);
    let passages = quotes(contract, about, &flag.evidence);
    Notice {
        id: flag.id.clone(),
        quotes: if passages.len() > 1 { passages } else { Vec::new() },
        sentence: flag.sentence.clone(),
        what_to_do: flag.what_to_do.clone(),
        link: address(contract, about, 0),
        here: flag.id == chosen || (!chosen.is_empty() && concerns(&flag.path, chosen)),
        settled: flag.resolved,
        resolution: resolution(flag),
        waits: weight.0 != "to know",
        // No usual reason makes up for a price that the contract leaves out.
        quick: weight.0 != "blocks" && !flag.code.starts_with("WITHHELD"),
        weight,
    }
}

/// To the term it is about, whether the contract states it or not; one that is about no single term is looked at itself.
pub(crate) fn link(flag: &Flag, contract: &str, terms: &[Term]) -> String {
    address(contract, about(flag, terms), 0)
}

fn about<'f>(flag: &'f Flag, terms: &[Term]) -> &'f str {
    let is_term = terms.iter().any(|term| term.path == flag.path) || missing::may_be_entered(&flag.path);
    if is_term { &flag.path } else { &flag.id }
}

fn resolution(flag: &Flag) -> String {
    if flag.resolved {
        format!("{}: {}", flag.resolved_by, flag.resolution)
    } else {
        String::new()
    }
}

/// The chosen term; none where the contract has no such term.
pub(super) fn chosen(contract: &Contract, path: &str, refused: Option<&Refused>) -> Option<Chosen> {
    let stated = contract.terms.iter().find(|term| term.path == path).cloned();
    let term = stated.or_else(|| missing::entered(path, &contract.terms))?;
    let id = super::summary(contract).contract_id;
    Some(Chosen {
        path: path.to_owned(),
        label: sentence_case(&term.label),
        shown: shown(&term.value),
        value: term.value.clone(),
        printed: term.printed.clone(),
        status: status(&term.status),
        quotes: quotes(&id, path, &term.evidence),
        entry: entry(&term),
        grid: grid(path, &contract.terms),
        typed: refused
            .filter(|refused| refused.about == path)
            .cloned()
            .unwrap_or_default(),
    })
}

const ANY: Entry = Entry {
    kind: "text",
    hint: "",
    choices: &[],
    usual: &[],
};

/// By the last part of its address; the service checks whatever is sent.
fn entry(term: &Term) -> Entry {
    let name = term.path.rsplit('/').next().unwrap_or_default();
    match name {
        "start" | "end" | "agreement_date" | "effective_date" | "signature_date" | "first"
        | "target_date" => Entry { kind: "date", ..ANY },
        "from" | "to" if term.value.contains('-') => Entry { kind: "date", ..ANY },
        "cadence" | "period" | "included_period" | "every" => Entry {
            hint: "How often: a word such as monthly, or every 2 months",
            usual: &[
                "monthly",
                "quarterly",
                "semiannual",
                "annual",
                "one_time",
                "per_event",
                "daily",
                "weekly",
                "every 2 weeks",
                "every 2 years",
            ],
            ..ANY
        },
        "timing" => Entry {
            choices: &["advance", "arrears"],
            ..ANY
        },
        "mode" => Entry {
            choices: &["graduated", "volume", "stairstep"],
            ..ANY
        },
        "auto" | "included" if matches!(term.value.as_str(), "true" | "false") => Entry {
            choices: &["true", "false"],
            ..ANY
        },
        "kind" if term.path.starts_with("/line_items/") => Entry {
            choices: &[
                "recurring",
                "seat",
                "usage",
                "percentage",
                "one_time",
                "milestone",
                "prepaid_credit",
                "minimum_commitment",
                "discount",
            ],
            ..ANY
        },
        "currency" => Entry {
            hint: "Three letters, such as USD",
            usual: &["USD", "EUR", "GBP", "CHF", "JPY"],
            ..ANY
        },
        "due" | "late_fee" | "early" => Entry {
            kind: "parts",
            hint: "Several parts, written as JSON; change only the values",
            ..ANY
        },
        "from" | "to" | "amount" | "unit_price" | "minimum" | "cap" | "total" | "list_price" | "flat_fee"
        | "quantity" => Entry {
            kind: "number",
            hint: "A number with a point, without thousands: 12500.00",
            ..ANY
        },
        _ if name.ends_with("percent") => Entry {
            kind: "number",
            hint: "2.5 means two and a half percent",
            ..ANY
        },
        "months" | "notice_days" | "termination_notice_days" => Entry {
            kind: "number",
            hint: "A whole number",
            ..ANY
        },
        _ => ANY,
    }
}

/// What happened, newest first, in words.
pub(crate) fn moments(events: &[Event], terms: &[Term]) -> Vec<Moment> {
    let told = events.iter().rev().map(|event| Moment {
        undo: undo(event, events, terms),
        ..happened(event, terms)
    });
    told.collect()
}

fn happened(event: &Event, terms: &[Term]) -> Moment {
    let term = terms.iter().find(|term| term.path == event.path);
    let what = term.map_or(event.path.as_str(), |term| term.label.as_str());
    let did = match event.action.as_str() {
        "edited" => format!("changed {what}"),
        "cited" => format!("pointed at the words of {what}"),
        "resolved" => format!("settled the flag {}", event.path),
        "commented" if event.path.is_empty() => "said".to_owned(),
        "commented" => format!("said of {what}"),
        "approved_first" => "approved, as the first of two".to_owned(),
        "handed_over" => "handed the plan over to invoicing".to_owned(),
        "reading" => "began to read the file".to_owned(),
        "asking" => "looked for its terms".to_owned(),
        "interpreting" => "drew up terms, flags and plan".to_owned(),
        "drafted" if event.reason.is_empty() => "finished reading".to_owned(),
        "drafted" => format!("finished reading, by {}", event.reason),
        other => other.replace('_', " "),
    };
    let values = matches!(event.action.as_str(), "edited" | "cited");
    Moment {
        at: time(event.at.as_ref()).map(moment).unwrap_or_default(),
        actor: event.actor.clone(),
        did,
        before: if values {
            shown(&event.before)
        } else {
            String::new()
        },
        after: if values {
            shown(&event.after)
        } else {
            String::new()
        },
        // Who read it is no reason.
        reason: if event.action == "drafted" {
            String::new()
        } else {
            event.reason.clone()
        },
        revision: event.revision,
        undo: None,
        by_a_person: matches!(
            event.action.as_str(),
            "edited" | "cited" | "reopened" | "rejected"
        ),
        is_comment: event.action == "commented",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_is_settled_by_no_usual_reason() {
        let quick = |code: &str, severity: Severity| {
            let flag = Flag {
                code: code.to_owned(),
                severity: severity.into(),
                ..Flag::default()
            };
            notice(&flag, "c", "", &[]).quick
        };
        assert!(quick("UNEXPLAINED_AMOUNT", Severity::Review));
        assert!(!quick("WITHHELD_PRICE", Severity::Review));
        assert!(!quick("CONFLICT_TOTAL", Severity::Block));
    }
}
