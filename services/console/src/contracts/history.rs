//! What happened to a contract, all of it; and how one revision differs from another.

use askama::Template;
use axum::extract::{Path, Query};
use serde::Deserialize;
use wire::extraction::v1::{Contract, Event, Term};

use super::workspace::cards::shown;
use super::workspace::{Head, Moment, address, contract, events, head, moments, summary};
use crate::answer::{Answer, page};
use crate::layout::{Frame, Section};
use crate::sheets;
use crate::visitor::Visitor;
use crate::wording::time;

#[derive(Template)]
#[template(path = "contracts/history.html")]
struct History {
    frame: Frame,
    head: Head,
    moments: Vec<Moment>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    #[serde(default, rename = "as")]
    form: String,
}

pub(super) async fn show(visitor: Visitor, Path(id): Path<String>, Query(asked): Query<Asked>) -> Answer {
    let contract = contract(&visitor, &id, 0).await?;
    let events = events(&visitor, &id).await?;
    if asked.form == sheets::AS_FILE {
        return take_away(&events);
    }
    page(&History {
        frame: visitor.frame(Section::Contracts),
        head: head(&contract, &visitor),
        moments: moments(&events, &contract.terms),
    })
}

/// Every event as it is recorded, oldest first.
fn take_away(events: &[Event]) -> Answer {
    let head = [
        "at", "revision", "actor", "action", "about", "before", "after", "reason",
    ];
    let row = |event: &Event| {
        let at = time(event.at.as_ref()).map(|at| at.to_string());
        vec![
            at.unwrap_or_default(),
            event.revision.to_string(),
            event.actor.clone(),
            event.action.clone(),
            event.path.clone(),
            event.before.clone(),
            event.after.clone(),
            event.reason.clone(),
        ]
    };
    let rows = events.iter().map(row);
    sheets::file(
        "history",
        std::iter::once(head.map(str::to_owned).to_vec()).chain(rows),
    )
}

#[derive(Debug, Deserialize)]
pub(super) struct Between {
    /// The earlier revision; the first that was read if 0.
    #[serde(default)]
    from: u32,
}

#[derive(Template)]
#[template(path = "contracts/changes.html")]
struct Changes {
    frame: Frame,
    head: Head,
    from: u32,
    /// Revisions it can be compared with.
    choices: Vec<u32>,
    differences: Vec<Difference>,
}

/// A term that is not what it was.
#[derive(Debug, PartialEq, Eq)]
struct Difference {
    label: String,
    before: String,
    after: String,
    link: String,
}

pub(super) async fn compare(
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Between>,
) -> Answer {
    let now = contract(&visitor, &id, 0).await?;
    let events = events(&visitor, &id).await?;
    let first = events
        .iter()
        .find(|event| event.action == "drafted")
        .map_or(1, |event| event.revision);
    let current = summary(&now).revision;
    let from = if asked.from == 0 { first } else { asked.from };
    let then = contract(&visitor, &id, from).await?;
    page(&Changes {
        differences: differences(&then, &now),
        choices: (first..current).collect(),
        frame: visitor.frame(Section::Contracts),
        head: head(&now, &visitor),
        from,
    })
}

/// Terms that changed or came, in the order they have now; then those that went.
fn differences(then: &Contract, now: &Contract) -> Vec<Difference> {
    let find = |terms: &[Term], path: &str| terms.iter().find(|term| term.path == path).cloned();
    let id = summary(now).contract_id;
    let difference = |term: &Term, before: &str, after: &str| Difference {
        label: term.label.clone(),
        before: shown(before),
        after: shown(after),
        link: address(&id, &term.path, 0),
    };
    let changed = now.terms.iter().filter_map(|term| {
        let before = find(&then.terms, &term.path).map(|before| before.value);
        (before.as_ref() != Some(&term.value))
            .then(|| difference(term, &before.unwrap_or_default(), &term.value))
    });
    let gone = then
        .terms
        .iter()
        .filter(|term| find(&now.terms, &term.path).is_none());
    changed
        .chain(gone.map(|term| difference(term, &term.value, "")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changed_came_and_went_is_told() {
        let contract = |terms: &[(&str, &str)]| Contract {
            terms: terms
                .iter()
                .map(|(path, value)| Term {
                    path: (*path).to_owned(),
                    label: (*path).to_owned(),
                    value: (*value).to_owned(),
                    ..Term::default()
                })
                .collect(),
            ..Contract::default()
        };
        let then = contract(&[("/a", "1"), ("/b", "2"), ("/c", "3")]);
        let now = contract(&[("/a", "1"), ("/b", "20"), ("/d", "4")]);
        let found = differences(&then, &now);
        let told: Vec<_> = found
            .iter()
            .map(|d| (d.label.as_str(), d.before.as_str(), d.after.as_str()))
            .collect();
        assert_eq!(told, [("/b", "2", "20"), ("/d", "", "4"), ("/c", "3", "")]);
    }
}
