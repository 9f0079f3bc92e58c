//! What sort of paper it is, what it is called, and which agreement it changes.

use super::phrases::{find_any, says_any};
use super::scopes::{Content, Scopes};
use super::statements::Statement;
use super::tokens::{Stretch, Token};
use crate::flag::{Code, Flag};
use crate::page::{Document, Media};
use crate::terms::{DocumentKind, Found};

/// Title, sort, and the agreement it changes.
#[derive(Debug, Default)]
pub(crate) struct Nature {
    /// What it calls itself.
    pub(crate) title: Found<String>,
    /// What sort of paper.
    pub(crate) kind: Found<DocumentKind>,
    /// The agreement it changes.
    pub(crate) amends: Found<String>,
    /// What a reviewer must know.
    pub(crate) flags: Vec<Flag>,
}

/// Reads the opening.
pub(crate) fn read(document: &Document, scopes: &Scopes, statements: &[Statement]) -> Nature {
    let opening: Vec<&Stretch> = scopes
        .all
        .iter()
        .take(12)
        .filter_map(|scope| match &scope.content {
            Content::Heading(stretch) | Content::Sentence(stretch, _) => Some(stretch),
            _ => None,
        })
        .collect();
    let mut nature = Nature::default();
    // A heading names the paper better than a sentence does.
    let title = opening
        .iter()
        .filter(|stretch| is_headed(stretch) && !is_exhibit_number(&stretch.tokens))
        .chain(&opening)
        .find_map(|stretch| kind_of(&stretch.tokens).map(|kind| (*stretch, kind)));
    if let Some((title, kind)) = title {
        let end = title.tokens.len().min(14);
        let evidence = title.evidence(document, 0, end);
        nature.title = Found::supported(title.printed(0, end), title.printed(0, end), evidence.clone());
        nature.kind = Found::supported(kind, title.printed(0, end), evidence);
    }
    if document.media == Media::Email {
        nature.kind = Found::derived(DocumentKind::Email, "the file is an e-mail", Vec::new());
    }
    amends(document, &opening, statements, &mut nature);
    nature
}

/// "EXHIBIT 10.17", "EX-10.6": the number under which a copy was filed.
fn is_exhibit_number(tokens: &[Token]) -> bool {
    let first = tokens.first();
    tokens.len() <= 5
        && first.is_some_and(|token| token.is("exhibit") || token.low.starts_with("ex-") || token.is("ex"))
        && tokens
            .iter()
            .any(|token| token.text.contains(|c: char| c.is_ascii_digit()))
        && !tokens.iter().skip(1).any(|token| {
            matches!(token.kind, super::tokens::Kind::Word)
                && token.text.chars().filter(|c| c.is_alphabetic()).count() > 2
        })
}

/// Short, and no sentence.
fn is_headed(stretch: &Stretch) -> bool {
    stretch.tokens.len() <= 16 && !stretch.tokens.last().is_some_and(|token| token.is_mark('.'))
}

fn kind_of(tokens: &[Token]) -> Option<DocumentKind> {
    let head = tokens.get(..tokens.len().min(16))?;
    let is = |phrases: &str| says_any(head, phrases);
    if is("amendment|addendum|change order|variation|side letter") {
        return Some(DocumentKind::Amendment);
    }
    if is("statement of work|sow|work order") {
        return Some(DocumentKind::StatementOfWork);
    }
    if is(
        "order form|order sheet|service order|purchase order|quote|quotation|proposal|subscription order|sales order|order confirmation",
    ) {
        return Some(DocumentKind::OrderForm);
    }
    if is("master") && is("agreement") {
        return Some(DocumentKind::MasterAgreement);
    }
    if is("schedule|exhibit|price list|pricing supplement|rate card|appendix") && !is("agreement") {
        return Some(DocumentKind::Schedule);
    }
    is("agreement|contract|lease|licence|license|terms|letter of engagement|engagement letter")
        .then_some(DocumentKind::Agreement)
}

/// "Amendment No. 1 to Order Form PW-3310 of 27 January 2025", "First Amendment to Distributor Agreement".
fn amends(document: &Document, opening: &[&Stretch], statements: &[Statement], nature: &mut Nature) {
    let of_kind = nature.kind.copied() == Some(DocumentKind::Amendment);
    let hereby = statements.iter().find(|statement| {
        says_any(
            statement.tokens(),
            "is hereby amended|are hereby amended|hereby amends|amends the|desire to amend|\
            wish to amend",
        )
    });
    if !of_kind && hereby.is_none() {
        return;
    }
    let named = opening.iter().find_map(|stretch| {
        let (at, length) = find_any(
            &stretch.tokens,
            "to the|to order form|to agreement|to distributor agreement|to master|to",
        )?;
        let agreement = says_any(
            stretch.tokens.get(at..)?,
            "agreement|order form|contract|order|sow|statement of work",
        );
        let start = at.saturating_add(length.min(1));
        let end = stretch.tokens.len().min(start.saturating_add(14));
        agreement.then(|| {
            Found::supported(
                stretch.printed(start, end),
                stretch.printed(start, end),
                stretch.evidence(document, 0, end),
            )
        })
    });
    if let Some(named) = named.filter(|_| of_kind || hereby.is_some()) {
        nature.amends = named;
    }
    let evidence = if nature.amends.is_absent() {
        hereby
            .map(|statement| statement.evidence(document))
            .unwrap_or_default()
    } else {
        nature.amends.evidence.clone()
    };
    nature.flags.push(
        Flag::new(
            Code::AmendmentToBase,
            "This document changes an earlier agreement.",
            "Read it together with the agreement it changes.",
        )
        .seen(evidence),
    );
}
