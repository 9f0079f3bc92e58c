//! What a paper says of other papers: which of them prevails, which of their clauses it switches off, and, in an
//! amendment, which of its prices take the place of earlier ones.

use rust_decimal::Decimal;

use super::items::Item;
use super::phrases::{find_any, has_stem, says_any};
use super::statements::Statement;
use super::tokens::Token;
use crate::normal::unit::is_seat;
use crate::page::Document;
use crate::terms::{DocumentKind, Found, Kind, LineItem, Mark, OtherPapers};

/// Reads the clauses about other papers.
pub(crate) fn read(document: &Document, statements: &[Statement]) -> OtherPapers {
    let prevails = statements
        .iter()
        .find_map(|statement| prevails(document, statement));
    OtherPapers {
        prevails: prevails.unwrap_or_default(),
        switches_off: statements
            .iter()
            .flat_map(|statement| switched_off(document, statement))
            .collect(),
    }
}

const WINS: &str = "prevail|prevails|take precedence|takes precedence|have precedence|has precedence|control|\
    controls|govern|governs|take priority|takes priority";

/// "In the event of any conflict … the Order Form shall prevail over this Agreement": the paper named last before the verb.
fn prevails(document: &Document, statement: &Statement) -> Option<Found<DocumentKind>> {
    let tokens = statement.tokens();
    let (verb, length) = find_any(tokens, WINS)?;
    let differ = has_stem(tokens, "conflict|inconsisten|discrepan|contradict|differ")
        || says_any(tokens, "order of precedence|over");
    let before = tokens.get(..verb)?;
    let kind = (0..before.len()).rev().find_map(|at| paper_at(before, at))?;
    differ.then(|| {
        let printed = statement.stretch.printed(0, verb.saturating_add(length));
        Found::supported(kind, printed, statement.evidence(document))
    })
}

/// The sort of paper that begins at a token.
fn paper_at(tokens: &[Token], at: usize) -> Option<DocumentKind> {
    use DocumentKind as Paper;
    const PAPERS: [(&str, Paper); 6] = [
        (
            "order form|order forms|service order|order sheet|order",
            Paper::OrderForm,
        ),
        (
            "statement of work|statements of work|sow|sows|work order",
            Paper::StatementOfWork,
        ),
        ("amendment|addendum", Paper::Amendment),
        ("schedule|exhibit|appendix", Paper::Schedule),
        (
            "master agreement|master services agreement|master subscription agreement|msa",
            Paper::MasterAgreement,
        ),
        ("agreement|terms|main body", Paper::Agreement),
    ];
    PAPERS
        .iter()
        .find(|(words, _)| super::phrases::any_at(tokens, at, words).is_some())
        .map(|(_, paper)| *paper)
}

/// "Section 4.3 does not apply", "clause 4 of the MSA shall not apply to this order".
fn switched_off(document: &Document, statement: &Statement) -> Vec<Found<String>> {
    let tokens = statement.tokens();
    let off = says_any(
        tokens,
        "does not apply|do not apply|shall not apply|will not apply|is waived|are waived|is disapplied|is excluded",
    );
    if !off {
        return Vec::new();
    }
    let number = |(at, token): (usize, &Token)| {
        let next = at.saturating_add(1);
        let named = token.is_any("section|clause|article|paragraph|sections|clauses");
        let number = tokens
            .get(next)
            .filter(|next| next.text.starts_with(|c: char| c.is_ascii_digit()))?;
        named.then(|| {
            let text = number.text.trim_end_matches('.').to_owned();
            Found::supported(
                text,
                statement.stretch.printed(at, next.saturating_add(1)),
                statement.evidence(document),
            )
        })
    };
    tokens.iter().enumerate().filter_map(number).collect()
}

/// Lines of an amendment whose sentence says that something is changed, and not that it is added.
pub(crate) fn mark_changes(statements: &[Statement], items: &mut [Item]) {
    for item in items {
        let own = statements
            .iter()
            .filter(|statement| statement.scope == item.scope);
        // What has no price of its own is more of what is known already.
        let priced = item.line.price != crate::terms::Price::default();
        if priced && own.map(Statement::tokens).any(is_change) {
            item.line.marks.push(Mark::Replaces);
        }
    }
}

fn is_change(tokens: &[Token]) -> bool {
    let changed = has_stem(
        tokens,
        "chang|increas|reduc|decreas|replac|amend|adjust|lower|rais|revis|substitut",
    ) || says_any(tokens, "instead of|in place of|in lieu of");
    let added = says_any(tokens, "added|adds|add|additional|new|extra|further");
    changed && !added
}

/// "The number of Analytics seats is increased from 65 to 80": as many more as before, at the price that is known.
pub(crate) fn more_units(document: &Document, statements: &[Statement], items: &mut Vec<Item>) {
    for statement in statements {
        let tokens = statement.tokens();
        let priced = tokens
            .iter()
            .any(|token| token.money().is_some() || token.percent().is_some());
        let known = items.iter().any(|item| item.scope == statement.scope);
        if priced || known || !has_stem(tokens, "increas|rais|expand|grow") {
            continue;
        }
        if let Some(item) = added(document, statement) {
            items.push(item);
        }
    }
}

fn added(document: &Document, statement: &Statement) -> Option<Item> {
    let tokens = statement.tokens();
    let (at, before, after) = from_to(tokens)?;
    let more = after.checked_sub(before).filter(|more| *more > Decimal::ZERO)?;
    let counted =
        tokens.iter().any(|token| is_seat(&token.low)) || says_any(tokens, "number of|quantity of|count of");
    let evidence = statement.evidence(document);
    let mut line = LineItem::new("", Kind::Seat, statement.stretch.printed(0, at), evidence.clone());
    line.quantity = Found::derived(more, format!("{after} less {before}"), evidence);
    let words = statement.stretch.words(at, at.saturating_add(1)).to_vec();
    counted.then(|| Item::new(line, statement.scope, words))
}

/// "from 65 to 80": where it stands, and both numbers.
fn from_to(tokens: &[Token]) -> Option<(usize, Decimal, Decimal)> {
    (0..tokens.len()).find_map(|at| {
        let word = |offset: usize| tokens.get(at.saturating_add(offset));
        let from = word(0)?.is("from").then(|| word(1)?.number())??;
        let to = (2..5).find(|offset| word(*offset).is_some_and(|token| token.is("to")))?;
        let after = word(to.saturating_add(1))?.number()?;
        Some((at, from, after))
    })
}
