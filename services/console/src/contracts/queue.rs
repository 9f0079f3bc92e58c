//! The queues a contract passes through: which states each holds, and what it is called.

use wire::extraction::v1::ContractState as State;

/// One queue of the inbox.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Queue {
    /// Its name in addresses.
    pub(super) name: &'static str,
    pub(super) words: &'static str,
    /// All if empty.
    pub(super) states: &'static [State],
    /// What to say where it is empty, and what to do.
    pub(super) empty: &'static str,
}

pub(super) const QUEUES: [Queue; 7] = [
    Queue {
        name: "review",
        words: "To review",
        states: &[State::NeedsReview, State::InReview],
        empty: "Nothing waits for a review. What is uploaded appears here once it has been read.",
    },
    Queue {
        name: "approve",
        words: "To approve",
        states: &[State::Submitted],
        empty: "Nothing waits for an approval. What reviewers submit appears here.",
    },
    Queue {
        name: "reading",
        words: "Being read",
        states: &[State::Received, State::Reading],
        empty: "No file is being read at the moment.",
    },
    Queue {
        name: "failed",
        words: "Not readable",
        states: &[State::Failed],
        empty: "Every file so far could be read.",
    },
    Queue {
        name: "done",
        words: "Billing",
        states: &[State::Approved, State::HandedOver],
        empty: "No contract bills yet. A contract does once it is approved and invoicing has its plan.",
    },
    Queue {
        name: "rejected",
        words: "Turned down",
        states: &[State::Rejected, State::Superseded],
        empty: "No contract was turned down.",
    },
    Queue {
        name: "all",
        words: "All",
        states: &[],
        empty: "There is no contract yet. Upload the first one: a signed PDF, DOCX, HTML, e-mail or text file.",
    },
];

/// The queue of that name; without one, where a person of this role has work.
pub(super) fn named(name: &str, role: &str) -> &'static Queue {
    let usual = if role == "approver" { 1 } else { 0 };
    let found = QUEUES.iter().find(|queue| queue.name == name);
    found.unwrap_or(&QUEUES[usual])
}

/// A state, as a chip shows it: its words, and which tone they have.
pub(super) fn chip(state: State) -> (&'static str, &'static str) {
    match state {
        State::Unspecified => ("unknown", "plain"),
        State::Received => ("received", "busy"),
        State::Reading => ("being read", "busy"),
        State::Failed => ("not readable", "stop"),
        State::NeedsReview => ("to review", "warn"),
        State::InReview => ("in review", "warn"),
        State::Submitted => ("to approve", "info"),
        State::Approved => ("approved", "good"),
        State::HandedOver => ("billing", "good"),
        State::Rejected => ("turned down", "stop"),
        State::Superseded => ("replaced", "plain"),
    }
}
