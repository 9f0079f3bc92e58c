//! What the record tells about values that people typed: which still stand, and what takes them back.

use wire::extraction::v1::{Contract, Event, Term};

/// The bounds of a tier are as sure as its price, until somebody types one: the record says so.
pub(super) fn typed_by_hand(mut contract: Contract, events: &[Event]) -> Contract {
    for term in &mut contract.terms {
        let mut edits = events.iter().rev().filter(|event| event.action == "edited");
        let last = edits.find(|event| event.path == term.path);
        if last.is_some_and(|event| event.after == term.value) && term.path.contains("/tiers/rows/") {
            "edited".clone_into(&mut term.status);
        }
    }
    contract
}

/// What takes a change back: the value before it, as long as the term still has the value it was given. A row or a line
/// that came or went is no value.
pub(super) fn undo(event: &Event, events: &[Event], terms: &[Term]) -> Option<(String, String)> {
    let value = terms.iter().find(|term| term.path == event.path);
    let value = value.map(|term| term.value.as_str()).unwrap_or_default();
    let part = event.path.rsplit('/').next().unwrap_or_default();
    let of_a_list = part == "-" || part.bytes().all(|byte| byte.is_ascii_digit());
    let latest = events
        .iter()
        .rev()
        .find(|other| other.path == event.path && other.action == "edited");
    let stands = event.after == value && latest.is_some_and(|latest| latest.revision == event.revision);
    (event.action == "edited" && !of_a_list && stands && event.before != event.after)
        .then(|| (event.path.clone(), event.before.clone()))
}

#[cfg(test)]
mod tests {
    use super::super::side::moments;
    use super::*;

    #[test]
    fn the_last_change_of_a_term_can_be_taken_back_while_it_stands() {
        let event = |revision, path: &str, before: &str, after: &str| Event {
            revision,
            action: "edited".to_owned(),
            path: path.to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
            ..Event::default()
        };
        let events = [
            event(3, "/customer", "Acme", "Acme Inc."),
            event(4, "/term/start", "", "2026-01-01"),
            event(5, "/customer", "Acme Inc.", "Acme Ltd."),
            event(6, "/line_items/0/price/tiers/rows/2", "{}", ""),
        ];
        let term = |path: &str, value: &str| Term {
            path: path.to_owned(),
            value: value.to_owned(),
            ..Term::default()
        };
        let told = |terms: &[Term]| {
            let moments = moments(&events, terms).into_iter();
            moments.filter_map(|moment| moment.undo).collect::<Vec<_>>()
        };
        let back = |path: &str, value: &str| (path.to_owned(), value.to_owned());
        let terms = [term("/customer", "Acme Ltd."), term("/term/start", "2026-01-01")];
        assert_eq!(
            told(&terms),
            [back("/customer", "Acme Inc."), back("/term/start", "")]
        );
        let moved_on = [term("/customer", "Other"), term("/term/start", "2026-02-01")];
        assert_eq!(told(&moved_on), []);
    }
}
