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
    let named = letter_after(statement.tokens(), at);
    let of_letter = |item: &Item| {
        named.as_ref().is_none_or(|letter| {
            let own = statements.iter().find(|own| own.scope == item.scope);
            own.is_some_and(|own| {
                own.under.number.contains(letter.as_str()) || begins_with(own.tokens(), letter)
            })
        })
    };
    for item in items
        .iter_mut()
        .filter(|item| item.line.kind == Kind::Milestone && of_letter(item))
    {
        item.line.retention_percent = found(percent, &statement.stretch, document, at, at.saturating_add(1));
        item.line.evidence.extend(statement.evidence(document));
    }
}

/// "10% of the amount in (b)": the part it is kept back of.
fn letter_after(tokens: &[Token], at: usize) -> Option<String> {
    let rest = tokens.get(at..at.saturating_add(10).min(tokens.len()))?;
    let open = rest.iter().position(|token| token.is_mark('('))?;
    let letter = rest.get(open.saturating_add(1))?;
    let closed = rest
        .get(open.saturating_add(2))
        .is_some_and(|token| token.is_mark(')'));
    (closed && letter.low.chars().count() <= 3).then(|| letter.low.clone())
}

fn begins_with(tokens: &[Token], letter: &str) -> bool {
    tokens.iter().take(3).any(|token| token.is(letter))
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
        "milestone|milestones|invoice|invoices|fee|payment|each payment|instalment|amount due|amount in|amount under|amounts|every stage|each stage|stage payment|stage payments|every phase|each phase",
    );
    let at = tokens.iter().position(|token| token.percent().is_some())?;
    (keeps && of_work && !says_any(tokens, "tax|taxes")).then_some(at)
}
