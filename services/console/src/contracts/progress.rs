//! A contract that is being read: which stage it is at. The page loads itself again until somebody has something to do.

use askama::Template;
use wire::extraction::v1::{Contract, Event};

use super::workspace::{Head, events, head, summary};
use crate::answer::{Answer, page};
use crate::layout::{Frame, Section};
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "contracts/progress.html")]
struct Progress {
    frame: Frame,
    head: Head,
    stages: Vec<Stage>,
    /// It could not be read for a reason that is not the file's, and is tried again.
    postponed: String,
}

struct Stage {
    words: &'static str,
    /// done, now, later
    state: &'static str,
}

/// The service's names of what it does, and the words for them.
const STAGES: [(&str, &str); 5] = [
    ("received", "Received and stored"),
    ("reading", "Reading the file, in a process of its own"),
    ("asking", "Looking for its terms"),
    ("interpreting", "Drawing up terms, flags and plan"),
    ("drafted", "Ready for review"),
];

pub(super) async fn show(visitor: Visitor, contract: &Contract) -> Answer {
    let events = events(&visitor, &summary(contract).contract_id).await?;
    page(&Progress {
        head: head(contract, &visitor),
        frame: visitor.frame(Section::Contracts),
        stages: stages(&events),
        postponed: events
            .last()
            .filter(|event| event.action == "postponed")
            .map(|event| event.reason.clone())
            .unwrap_or_default(),
    })
}

fn stages(events: &[Event]) -> Vec<Stage> {
    let reached = |event: &Event| STAGES.iter().position(|(action, _)| *action == event.action);
    let now = events.iter().filter_map(reached).next_back().unwrap_or_default();
    let state = |at: usize| match at.cmp(&now) {
        std::cmp::Ordering::Less => "done",
        std::cmp::Ordering::Equal => "now",
        std::cmp::Ordering::Greater => "later",
    };
    (0..)
        .zip(STAGES)
        .map(|(at, (_, words))| Stage {
            words,
            state: state(at),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_event_tells_the_stage() {
        let event = |action: &str| Event {
            action: action.to_owned(),
            ..Event::default()
        };
        let states = |actions: &[&str]| {
            let events: Vec<_> = actions.iter().map(|action| event(action)).collect();
            stages(&events)
                .iter()
                .map(|stage| stage.state)
                .collect::<Vec<_>>()
        };
        assert_eq!(states(&["received"]), ["now", "later", "later", "later", "later"]);
        assert_eq!(
            states(&["received", "reading", "received_again"]),
            ["done", "now", "later", "later", "later"]
        );
        assert_eq!(
            states(&["received", "reading", "asking", "postponed"]),
            ["done", "done", "now", "later", "later"]
        );
    }
}
