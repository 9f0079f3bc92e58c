//! Terms as cards: who and when, how long, money, then one card for each line that is charged.

use wire::extraction::v1::{Event, Flag, Term};

use super::address;
use super::missing::{self, Offer};
use crate::wording::grouped;

/// Terms that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Card {
    pub(crate) title: String,
    /// What may be said about the whole: the path of a line that can be removed; empty for the agreement itself.
    pub(crate) path: String,
    pub(crate) fields: Vec<Field>,
    /// Terms that may be entered on it.
    pub(crate) missing: Vec<Offer>,
}

/// One term.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) path: String,
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) printed: String,
    /// Its status: the word, its tone, and what it means.
    pub(crate) status: Status,
    /// Page of its words; 0 where it has none.
    pub(crate) page: u32,
    /// The paper they stand in, where the contract has several.
    pub(crate) paper: String,
    /// Flags that wait at this term.
    pub(crate) open_flags: usize,
    /// What people said of it, or of a flag about it.
    pub(crate) comments: usize,
    /// Is it the one that is looked at?
    pub(crate) chosen: bool,
    pub(crate) link: String,
}

/// How sure a value is, for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Status {
    pub(crate) word: &'static str,
    pub(crate) tone: &'static str,
    pub(crate) means: &'static str,
}

/// What the cards are drawn for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Desk<'d> {
    pub(crate) contract: &'d str,
    /// Path of the chosen term.
    pub(crate) chosen: &'d str,
    pub(crate) flags: &'d [Flag],
    pub(crate) events: &'d [Event],
}

/// The cards of a contract, in the order in which a person reads one.
pub(crate) fn cards(terms: &[Term], desk: Desk<'_>) -> Vec<Card> {
    let mut cards: Vec<Card> = Vec::new();
    for term in terms {
        let place = Place::of(term);
        let field = field(term, &place, desk);
        match cards
            .iter_mut()
            .find(|card| card.title == place.card && card.path == place.path)
        {
            Some(card) => card.fields.push(field),
            None => cards.push(Card {
                missing: if place.path.is_empty() {
                    Vec::new()
                } else {
                    missing::of_line(desk.contract, &place.path, terms)
                },
                title: place.card,
                path: place.path,
                fields: vec![field],
            }),
        }
    }
    cards
}

/// The card a term stands on, and what it is called there.
struct Place {
    card: String,
    path: String,
    label: String,
}

/// How labels are put together by the service.
const BETWEEN: &str = " · ";

impl Place {
    fn of(term: &Term) -> Self {
        let segments: Vec<&str> = term.path.split('/').skip(1).collect();
        let card = match segments.as_slice() {
            ["term" | "renewal", ..] => "Term and renewal",
            ["currency" | "payment", ..] => "Money and payment",
            ["escalators", ..] => "Price changes",
            ["taxes", ..] => "Taxes",
            ["totals", ..] => "Printed totals, which check the lines and are never billed",
            ["line_items", at, ..] => return Self::on_a_line(term, at),
            _ => "Agreement",
        };
        Self {
            card: card.to_owned(),
            path: String::new(),
            label: term.label.clone(),
        }
    }

    /// A line's label begins with the line's own name, which may contain anything.
    fn on_a_line(term: &Term, at: &str) -> Self {
        let words = term
            .path
            .split('/')
            .skip(3)
            .filter(|part| part.parse::<usize>().is_err())
            .count();
        // A row of tiers is one word: "tier 1".
        let rows = usize::from(term.path.contains("/price/tiers/rows/"));
        let words = words.saturating_sub(rows);
        let mut parts: Vec<&str> = term.label.rsplitn(words.saturating_add(1), BETWEEN).collect();
        let name = parts.pop().unwrap_or_default();
        parts.reverse();
        Self {
            card: name.to_owned(),
            path: format!("/line_items/{at}"),
            label: parts.join(BETWEEN),
        }
    }
}

fn field(term: &Term, place: &Place, desk: Desk<'_>) -> Field {
    let at_term = |flag: &&Flag| !flag.resolved && concerns(&flag.path, &term.path);
    let said = |event: &&Event| {
        event.action == "commented" && super::talk::belongs(desk.flags, &event.path, &term.path)
    };
    Field {
        label: sentence_case(&place.label),
        value: shown(&term.value),
        printed: term.printed.clone(),
        status: status(&term.status),
        page: term.evidence.first().map_or(0, |evidence| evidence.page),
        paper: term
            .evidence
            .first()
            .map(|evidence| evidence.paper.clone())
            .unwrap_or_default(),
        open_flags: desk.flags.iter().filter(at_term).count(),
        comments: desk.events.iter().filter(said).count(),
        chosen: term.path == desk.chosen,
        link: address(desk.contract, &term.path, 0),
        path: term.path.clone(),
    }
}

/// Is a flag about this term, or about something it is part of?
pub(crate) fn concerns(flag: &str, term: &str) -> bool {
    let within = |outer: &str, inner: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    // A flag about a whole line belongs to the line; it is shown there once, not at each of its terms.
    !flag.is_empty() && within(term, flag)
}

/// A value as people read it; what has several parts loses its brackets.
pub(crate) fn shown(value: &str) -> String {
    if let Some(days) = net_days(value) {
        return format!("net {days} days");
    }
    if value.starts_with(['{', '[']) {
        let plain: String = value.chars().filter(|c| !"{}[]\"".contains(*c)).collect();
        return plain.replace(':', " ").replace(',', ", ").replace('_', " ");
    }
    match value {
        "true" => "yes".to_owned(),
        "false" => "no".to_owned(),
        _ if value
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_') =>
        {
            value.replace('_', " ")
        }
        _ => grouped(value),
    }
}

/// The days of what is due so many days after the invoice, the most usual of all terms of payment.
fn net_days(value: &str) -> Option<&str> {
    let days = value
        .strip_prefix(r#"{"rule":"net","days":"#)?
        .strip_suffix('}')?;
    days.bytes().all(|byte| byte.is_ascii_digit()).then_some(days)
}

pub(crate) fn sentence_case(label: &str) -> String {
    let mut letters = label.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// What a status of the service means.
pub(crate) fn status(name: &str) -> Status {
    let (word, tone, means) = match name {
        "verified" => (
            "verified",
            "good",
            "Both readers found it, and every check passes.",
        ),
        "supported" => ("read", "good", "It stands on the page, and every check passes."),
        "derived" => (
            "worked out",
            "info",
            "It follows from other terms; look at the words it rests on.",
        ),
        "conflict" => (
            "disputed",
            "stop",
            "Readers or documents disagree. Decide which is right.",
        ),
        "unsupported" => (
            "not shown",
            "stop",
            "It was claimed, but the words do not say it. Look it up on the page.",
        ),
        "withheld" => (
            "blank",
            "stop",
            "The contract leaves it out or hides it. Ask, then enter it.",
        ),
        "edited" => (
            "by hand",
            "info",
            "A person entered it; the history says who and why.",
        ),
        "absent" => (
            "not stated",
            "plain",
            "The contract does not say it, or nobody found it. Enter it if you know it.",
        ),
        _ => ("unknown", "plain", "This console does not know this status."),
    };
    Status { word, tone, means }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(path: &str, label: &str, value: &str) -> Term {
        Term {
            path: path.to_owned(),
            label: label.to_owned(),
            value: value.to_owned(),
            status: "supported".to_owned(),
            ..Term::default()
        }
    }

    #[test]
    fn a_line_has_a_card_of_its_own_whatever_it_is_called() {
        let terms = [
            term("/customer", "customer", "Acme"),
            term(
                "/line_items/0/price/amount",
                "Base · gold · price · amount",
                "1000.00",
            ),
            term(
                "/line_items/0/price/tiers/rows/1/unit_price",
                "Base · gold · price · tier 1 · unit price",
                "2",
            ),
            term("/line_items/1/cadence", "Base · gold · cadence", "monthly"),
        ];
        let desk = Desk {
            contract: "c",
            chosen: "/customer",
            flags: &[],
            events: &[],
        };
        let found = cards(&terms, desk);
        let titles: Vec<_> = found
            .iter()
            .map(|card| (card.title.as_str(), card.fields.len()))
            .collect();
        assert_eq!(titles, [("Agreement", 1), ("Base · gold", 2), ("Base · gold", 1)]);
        let labels: Vec<_> = found[1].fields.iter().map(|field| field.label.as_str()).collect();
        assert_eq!(labels, ["Price · amount", "Price · tier 1 · unit price"]);
        assert_eq!(found[1].fields[0].value, "1,000.00");
        assert!(found[0].fields[0].chosen && !found[1].fields[0].chosen);
    }

    #[test]
    fn a_flag_is_shown_at_what_it_is_about() {
        for (flag, term, about) in [
            ("/a/b", "/a/b", true),
            ("/a/b/c", "/a/b", true),
            ("/a", "/a/b", false),
            ("/a/bc", "/a/b", false),
            ("", "/a", false),
        ] {
            assert_eq!(concerns(flag, term), about, "{flag} {term}");
        }
    }

    #[test]
    fn a_term_counts_what_was_said_of_it_and_of_its_flags() {
        let flags = [Flag {
            id: "PARTY-1".to_owned(),
            path: "/customer".to_owned(),
            ..Flag::default()
        }];
        let said = |action: &str, path: &str| Event {
            action: action.to_owned(),
            path: path.to_owned(),
            ..Event::default()
        };
        let events = [
            said("commented", "/customer"),
            said("commented", "PARTY-1"),
            said("commented", ""),
            said("edited", "/customer"),
        ];
        let desk = Desk {
            contract: "c",
            chosen: "",
            flags: &flags,
            events: &events,
        };
        let terms = [
            term("/customer", "customer", "Acme"),
            term("/title", "title", "Order"),
        ];
        let counts: Vec<_> = cards(&terms, desk)[0]
            .fields
            .iter()
            .map(|field| field.comments)
            .collect();
        assert_eq!(counts, [2, 0]);
    }

    #[test]
    fn values_of_several_parts_read_like_words() {
        for (value, words) in [
            (r#"{"rule":"net","days":30}"#, "net 30 days"),
            (
                r#"{"rule":"net","days":30,"of":"x_y"}"#,
                "rule net, days 30, of x y",
            ),
            ("true", "yes"),
            ("2026-01-31", "2026-01-31"),
            ("12500", "12,500"),
            ("one_time", "one time"),
            ("A_b", "A_b"),
        ] {
            assert_eq!(shown(value), words);
        }
    }
}
