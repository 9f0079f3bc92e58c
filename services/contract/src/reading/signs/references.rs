//! Prices that stand in papers that are not here.

use crate::flag::{Code, Flag};
use crate::page::Document;
use crate::reading::phrases::says_any;
use crate::reading::scopes::{Content, Scopes};
use crate::reading::statements::Statement;
use crate::reading::tokens::Token;

/// Flags references to price lists and to exhibits that the document does not hold.
pub(super) fn read(document: &Document, scopes: &Scopes, statements: &[Statement]) -> Vec<Flag> {
    let mut flags = Vec::new();
    flags.extend(
        statements
            .iter()
            .find(|statement| is_list_price(statement.tokens()))
            .map(|statement| {
                Flag::new(
                    Code::ExternalPriceList,
                    "A price stands in a list that is not here.",
                    "Add the list, or enter the price.",
                )
                .seen(statement.evidence(document))
            }),
    );
    flags.extend(statements.iter().find_map(|statement| {
        let name = missing_exhibit(statement.tokens(), scopes)?;
        let sentence = format!("Prices stand in {name}, which is not in the document.");
        Some(
            Flag::new(Code::MissingDocument, sentence, "Add it, or enter the prices.")
                .seen(statement.evidence(document)),
        )
    }));
    flags
}

/// "billed at the provider's then-current published rates".
fn is_list_price(tokens: &[Token]) -> bool {
    let list = says_any(
        tokens,
        "price list|pricelist|rate card|published rates|published prices|standard rates|\
        list prices|published price|current rates|online price|pricing page|\
        then-current rates|prevailing rates",
    );
    let charges = says_any(
        tokens,
        "billed|charged|priced|invoiced|at the|per the|according to|as per|\
        in accordance with|as set out|as published|payable|apply",
    );
    let not = says_any(
        tokens,
        "do not apply|does not apply|not apply|renewal|renewals|renew|no longer",
    );
    let own_price = tokens
        .iter()
        .any(|token| token.money().is_some() || token.percent().is_some());
    list && charges && !not && !own_price
}

/// "the fees set forth in Exhibit B", where no heading is called that.
fn missing_exhibit(tokens: &[Token], scopes: &Scopes) -> Option<String> {
    let fees = tokens
        .iter()
        .any(|token| token.is_any("fee|fees|price|prices|rates|charges|compensation|rate"));
    let refers = says_any(
        tokens,
        "set forth in|set out in|specified in|listed in|described in|stated in|\
        in accordance with|as per|provided in|shown in|contained in",
    );
    if !fees || !refers {
        return None;
    }
    tokens.iter().enumerate().find_map(|(at, token)| {
        let paper = token.is_any("exhibit|schedule|appendix|annex|attachment") && token.is_capital();
        let letter = tokens.get(at.saturating_add(1)).filter(|next| {
            paper
                && next.text.len() <= 4
                && next
                    .text
                    .chars()
                    .all(|c| c.is_alphanumeric() || c == '-' || c == '.')
        })?;
        let name = format!("{} {}", token.low, letter.low.trim_end_matches('.'));
        (!holds(scopes, &name)).then(|| format!("{} {}", token.text, letter.text))
    })
}

/// Does a heading, or the start of a sentence, carry the paper's name?
fn holds(scopes: &Scopes, name: &str) -> bool {
    scopes.all.iter().any(|scope| match &scope.content {
        Content::Heading(stretch) | Content::Sentence(stretch, _) => {
            (0..2).any(|at| crate::reading::phrases::says(&stretch.tokens, at, name))
        }
        Content::Row(_) | Content::Table(_) => scope.under.heading.contains(name),
    })
}
