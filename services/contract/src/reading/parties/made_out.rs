//! Parties of an offer that calls neither by a role: whoever's name stands over the paper made it, and is paid; the other one is
//! who it is made out to.

use super::{Introduced, Side, same_name};
use crate::page::Document;
use crate::reading::phrases::says_any;
use crate::reading::scopes::{Content, Scopes};
use crate::reading::tokens::{Stretch, Token};

/// So many headings, sentences and rows are the opening of a paper.
const OPENING: usize = 9;

/// The two companies of the opening, where nothing else told the sides.
pub(super) fn parties(document: &Document, scopes: &Scopes) -> Vec<Introduced> {
    let opening: Vec<&Stretch> = scopes.all.iter().take(OPENING).flat_map(stretches).collect();
    if !opening.iter().any(|stretch| is_offer(&stretch.tokens)) {
        return Vec::new();
    }
    let mut found: Vec<Introduced> = Vec::new();
    for stretch in opening {
        for party in companies(document, stretch) {
            if !found.iter().any(|known| same_name(&known.name, &party.name)) {
                found.push(party);
            }
        }
    }
    let [first, second] = found.as_mut_slice() else {
        return Vec::new();
    };
    // "Proposal for …" may stand before the name of who proposes.
    let turned = first.side == Some(Side::Customer) && second.side.is_none();
    let (one, other) = if turned {
        (Side::Customer, Side::Provider)
    } else {
        (Side::Provider, Side::Customer)
    };
    first.side = Some(one);
    second.side = Some(other);
    found
}

fn stretches(scope: &crate::reading::scopes::Scope) -> Vec<&Stretch> {
    match &scope.content {
        Content::Heading(stretch) | Content::Sentence(stretch, _) => vec![stretch],
        Content::Row(cells) => cells.iter().collect(),
        Content::Table(_) => Vec::new(),
    }
}

fn is_offer(tokens: &[Token]) -> bool {
    says_any(
        tokens,
        "offer|quote|quotation|proposal|estimate|order|order form|plan sheet|price sheet|rate sheet|rate card|order confirmation|\
        service order|purchase order|subscription",
    )
}

/// Every name with a company suffix; "for" before it says that the paper is made out to it.
fn companies(document: &Document, stretch: &Stretch) -> Vec<Introduced> {
    let tokens = &stretch.tokens;
    let mut out = Vec::new();
    let mut at = 0usize;
    while at < tokens.len() {
        let Some(name) = super::name(tokens, at).filter(|name| name.suffix) else {
            at = at.saturating_add(1);
            continue;
        };
        let led = at.checked_sub(1).and_then(|before| tokens.get(before));
        let made_out = led.is_some_and(|led| led.is_any("for|to|attn"));
        out.push(Introduced {
            name: stretch.printed(at, name.end()),
            alias: None,
            side: made_out.then_some(Side::Customer),
            evidence: stretch.evidence(document, at, name.end()),
            weight: 1,
        });
        at = name.end().max(at.saturating_add(1));
    }
    out
}
