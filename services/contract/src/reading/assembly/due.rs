//! When a fee that is paid once falls due, said apart from its price: "Data migration is invoiced on signature of this order."

use crate::normal::unit::singular;
use crate::page::Document;
use crate::reading::items::{Item, found};
use crate::reading::phrases::{any_at, has_stem};
use crate::reading::statements::Statement;
use crate::reading::tokens::Token;
use crate::terms::{Found, Kind, Timing};

/// Gives the one fee that such a sentence names the event it waits for.
pub(super) fn apply(document: &Document, statements: &[Statement], items: &mut [Item]) {
    for statement in statements {
        let tokens = statement.tokens();
        let priced = tokens
            .iter()
            .any(|token| token.money().is_some() || token.percent().is_some());
        let Some((verb, from, to)) = event(tokens).filter(|_| !priced) else {
            continue;
        };
        let subject = tokens.get(..verb).unwrap_or_default();
        let mut named = items
            .iter_mut()
            .filter(|item| is_open(item) && is_named(item, subject));
        let (Some(item), None) = (named.next(), named.next()) else {
            continue;
        };
        let words = tokens.get(from..to).unwrap_or_default();
        item.line.event = found(
            statement.stretch.printed(from, to),
            &statement.stretch,
            document,
            from,
            to,
        );
        item.line.evidence.extend(statement.evidence(document));
        if !has_stem(words, "sign|execut") {
            item.line.timing = Found::derived(
                Timing::Arrears,
                "due once it is reached",
                statement.evidence(document),
            );
        }
    }
}

fn is_open(item: &Item) -> bool {
    let line = &item.line;
    line.kind == Kind::OneTime
        && line.event.value.is_none()
        && line.start.value.is_none()
        && line.schedule.is_empty()
}

/// Most words of the subject are words of its name.
fn is_named(item: &Item, subject: &[Token]) -> bool {
    let words: Vec<String> = subject
        .iter()
        .filter(|token| token.low.len() > 3 && !token.is_any("will|shall|charge|charges|cost"))
        .map(|token| singular(&token.low))
        .collect();
    let hits = words
        .iter()
        .filter(|word| item.names.iter().any(|name| singular(name) == **word))
        .count();
    hits > 0 && hits.saturating_mul(2) >= words.len()
}

/// "is invoiced on signature of this order": the verb, and the event from its first token to one past its last.
fn event(tokens: &[Token]) -> Option<(usize, usize, usize)> {
    let verb = tokens
        .iter()
        .position(|token| token.is_any("invoiced|billed|payable|due|charged"))?;
    let lead = (verb..verb.saturating_add(3)).find_map(|at| {
        any_at(tokens, at, "on|upon|at|after|following").map(|length| at.saturating_add(length))
    })?;
    let rest = tokens.get(lead..)?;
    let stop = rest
        .iter()
        .position(|token| token.is_mark(',') || token.is_mark('.') || token.is_mark(';'));
    let to = lead.saturating_add(stop.unwrap_or(rest.len()));
    let words = tokens.get(lead..to)?;
    let once = has_stem(
        words,
        "sign|execut|complet|accept|deliver|go-live|launch|install|ship|commission|handover|sign-off|approv|dispatch",
    );
    let again = words
        .iter()
        .any(|token| token.is_any("each|every|month|quarter|year|invoice|invoices"));
    (once && !again && words.len() <= 8).then_some((verb, lead, to))
}
