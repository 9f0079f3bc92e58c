//! Parts of a price that are kept back: "Client withholds 10% of each milestone fee."

use crate::page::Document;
use crate::reading::items::{Item, found};
use crate::reading::phrases::says_any;
use crate::reading::statements::Statement;
use crate::reading::tokens::Token;
use crate::terms::Kind;

/// Notes on every milestone what is kept back of it.
pub(super) fn apply(document: &Document, statements: &[Statement], items: &mut [Item]) {
    let Some((statement, at)) = statements
        .iter()
        .find_map(|statement| kept_back(statement).map(|at| (statement, at)))
    else {
        return;
    };
    let Some(percent) = statement.tokens().get(at).and_then(Token::percent) else {
        return;
    };
    for item in items.iter_mut().filter(|item| item.line.kind == Kind::Milestone) {
        item.line.retention_percent = found(percent, &statement.stretch, document, at, at.saturating_add(1));
        item.line.evidence.extend(statement.evidence(document));
    }
}

/// Where the share that is kept back of milestones or of every invoice stands.
fn kept_back(statement: &Statement) -> Option<usize> {
    let tokens = statement.tokens();
    let keeps = says_any(
        tokens,
        "withholds|withhold|withheld|retains|retain|retainage|retention|holdback|hold back|holds back",
    );
    let of_work = says_any(
        tokens,
        "milestone|milestones|invoice|invoices|fee|payment|each payment|instalment|amount due",
    );
    let at = tokens.iter().position(|token| token.percent().is_some())?;
    (keeps && of_work && !says_any(tokens, "tax|taxes")).then_some(at)
}
