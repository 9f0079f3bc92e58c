//! What people say about the contract, or about the term or flag that is looked at.

use wire::extraction::v1::{Contract, Event, Flag};

use super::cards::{concerns, sentence_case};
use super::{COMMENT, Refused, address};
use crate::wording::{moment, time};

/// The comments that are shown and the form for another one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Talk {
    /// What the form is about: a term, a flag, or the whole contract if empty; and its name.
    pub(crate) about: String,
    pub(crate) name: String,
    /// Oldest first.
    pub(crate) comments: Vec<Comment>,
    /// Comments about other things.
    pub(crate) elsewhere: usize,
    /// What was typed and refused, and why.
    pub(crate) typed: Refused,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comment {
    pub(crate) actor: String,
    pub(crate) at: String,
    pub(crate) words: String,
    /// What it is about and where that is looked at; empty for the whole contract and for what is looked at now.
    pub(crate) about: String,
    pub(crate) link: String,
}

/// While something is looked at, what was said of it and of its flags; else everything.
pub(super) fn talk(contract: &Contract, events: &[Event], chosen: &str, refused: Option<&Refused>) -> Talk {
    let id = super::summary(contract).contract_id;
    let name = name(contract, chosen);
    let about = if name.is_some() { chosen } else { "" };
    let said: Vec<&Event> = events
        .iter()
        .filter(|event| event.action == "commented")
        .collect();
    let here = |event: &&&Event| about.is_empty() || belongs(&contract.flags, &event.path, about);
    let comments: Vec<Comment> = said
        .iter()
        .filter(here)
        .map(|event| comment(contract, &id, event, about))
        .collect();
    Talk {
        elsewhere: said.len().saturating_sub(comments.len()),
        about: about.to_owned(),
        name: name.unwrap_or_else(|| "the whole contract".to_owned()),
        comments,
        typed: refused
            .filter(|refused| refused.about == COMMENT)
            .cloned()
            .unwrap_or_default(),
    }
}

/// What a term or a flag is called; none for what the contract does not have.
fn name(contract: &Contract, about: &str) -> Option<String> {
    let term = contract.terms.iter().find(|term| term.path == about);
    let flag = || contract.flags.iter().find(|flag| flag.id == about);
    term.map(|term| sentence_case(&term.label))
        .or_else(|| flag().map(|flag| format!("the flag {}", flag.id)))
}

/// Was it said of what is looked at, or of a flag about it?
pub(super) fn belongs(flags: &[Flag], said_of: &str, about: &str) -> bool {
    let flag = flags.iter().find(|flag| flag.id == said_of);
    said_of == about || flag.is_some_and(|flag| !flag.path.is_empty() && concerns(&flag.path, about))
}

fn comment(contract: &Contract, id: &str, event: &Event, looked_at: &str) -> Comment {
    let elsewhere = !event.path.is_empty() && event.path != looked_at;
    let named = || name(contract, &event.path).unwrap_or_else(|| event.path.clone());
    Comment {
        actor: event.actor.clone(),
        at: time(event.at.as_ref()).map(moment).unwrap_or_default(),
        words: event.reason.clone(),
        about: if elsewhere { named() } else { String::new() },
        link: address(id, &event.path, 0),
    }
}

#[cfg(test)]
mod tests {
    use wire::extraction::v1::Term;

    use super::*;

    fn said(of: &str, words: &str) -> Event {
        Event {
            action: "commented".to_owned(),
            path: of.to_owned(),
            reason: words.to_owned(),
            ..Event::default()
        }
    }

    #[test]
    fn a_term_shows_what_was_said_of_it_and_of_its_flags() {
        let contract = Contract {
            terms: vec![Term {
                path: "/customer".to_owned(),
                label: "customer".to_owned(),
                ..Term::default()
            }],
            flags: vec![Flag {
                id: "PARTY-1".to_owned(),
                path: "/customer".to_owned(),
                ..Flag::default()
            }],
            ..Contract::default()
        };
        let mut events = vec![
            said("/customer", "one"),
            said("PARTY-1", "two"),
            said("", "three"),
        ];
        events.push(Event::default());
        let words = |chosen: &str| {
            let talk = talk(&contract, &events, chosen, None);
            let words: Vec<_> = talk.comments.iter().map(|said| said.words.clone()).collect();
            (talk.name, words.join(" "), talk.elsewhere)
        };
        assert_eq!(
            words("/customer"),
            ("Customer".to_owned(), "one two".to_owned(), 1)
        );
        assert_eq!(
            words("PARTY-1"),
            ("the flag PARTY-1".to_owned(), "two".to_owned(), 2)
        );
        let whole = ("the whole contract".to_owned(), "one two three".to_owned(), 0);
        assert_eq!(words(""), whole);
        assert_eq!(words("/not/there"), whole, "what is not there is not spoken of");
    }
}
