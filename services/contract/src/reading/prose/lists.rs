//! Tiers that a list sets out, one to a paragraph: "royalties as follows: (a) six percent of … up to $2,000,000; (b) five …".

use std::collections::HashSet;

use super::{ProseReading, Reader, is_amount, series, steps};
use crate::page::Document;
use crate::reading::parties::Parties;
use crate::reading::phrases::bounds;
use crate::reading::roles::is_about_price;
use crate::reading::statements::Statement;
use crate::reading::tokens::Stretch;

/// A longer list than this is no ladder of prices.
const LONGEST: usize = 9;

/// Reads the ladders of lists; which statements are explained by them.
pub(super) fn ladders(
    document: &Document,
    statements: &[Statement],
    parties: &Parties,
    amends: bool,
    reading: &mut ProseReading,
) -> HashSet<usize> {
    let mut read = HashSet::new();
    for lead in 0..statements.len() {
        let Some((joined, last)) = joined(statements, lead).filter(|_| !read.contains(&lead)) else {
            continue;
        };
        let mut reader = Reader::new(document, statements, &joined, lead, parties, amends);
        reader.name_roles();
        steps::read(&mut reader);
        series::read(&mut reader);
        if !reader.items.is_empty() {
            reading.mentions.extend(reader.mentions());
            reading.items.append(&mut reader.items);
            read.extend(lead..=last);
        }
    }
    read
}

/// The sentence that leads a list, and the parts of the list, as one statement; and the place of the last part.
fn joined(statements: &[Statement], lead: usize) -> Option<(Statement, usize)> {
    let own = statements.get(lead)?;
    if let Some(rungs) = rungs(statements, lead) {
        return Some(rungs);
    }
    let leads = own.tokens().last().is_some_and(|token| token.is_mark(':')) && is_about_price(own.tokens());
    let parts: Vec<&Statement> = statements
        .iter()
        .skip(lead.saturating_add(1))
        .take(LONGEST)
        .take_while(|part| is_part(part))
        .collect();
    if !leads || parts.len() < 2 {
        return None;
    }
    let stretches: Vec<&Stretch> = std::iter::once(own)
        .chain(parts.iter().copied())
        .map(|part| &part.stretch)
        .collect();
    let statement = Statement {
        stretch: Stretch::joined(&stretches),
        label: 0,
        key: None,
        ..own.clone()
    };
    Some((statement, lead.saturating_add(parts.len())))
}

/// "1 to 250,000: covered by the plan", "250,001 to 1,000,000: €0.00062 each": statements one under the other that each begin
/// with bounds; the first may cost nothing.
fn rungs(statements: &[Statement], first: usize) -> Option<(Statement, usize)> {
    let heading = statements.get(first)?.under.heading.as_str();
    let parts: Vec<&Statement> = statements
        .iter()
        .skip(first)
        .take(LONGEST)
        .take_while(|part| part.under.heading == heading && is_rung(part))
        .collect();
    let own = parts.first()?;
    let priced = parts
        .iter()
        .filter(|part| part.tokens().iter().any(is_amount))
        .count();
    if parts.len() < 2 || priced < 2 {
        return None;
    }
    let stretches: Vec<&Stretch> = parts.iter().map(|part| &part.stretch).collect();
    let statement = Statement {
        stretch: Stretch::joined(&stretches),
        label: 0,
        key: None,
        ..(*own).clone()
    };
    Some((statement, first.saturating_add(parts.len()).saturating_sub(1)))
}

/// Bounds of numbers that open it, and a colon or a dash behind them.
fn is_rung(statement: &Statement) -> bool {
    let tokens = statement.tokens();
    let opens = bounds(tokens, 0).filter(|found| found.length > 1);
    let Some(opens) = opens.filter(|_| tokens.len() <= 40) else {
        return false;
    };
    let parted = tokens
        .get(opens.length..)
        .unwrap_or_default()
        .iter()
        .take(4)
        .any(|token| token.is_mark(':') || token.is_mark('-'));
    let money_before = tokens.iter().take(opens.length).any(is_amount);
    parted && !money_before
}

/// "(b) five percent (5%) of …": one letter or number, and at least one amount.
fn is_part(statement: &Statement) -> bool {
    let tokens = statement.tokens();
    let marked = match tokens {
        [open, letter, close, ..] => {
            open.is_mark('(') && close.is_mark(')') && letter.text.chars().count() <= 4
        }
        _ => false,
    };
    marked && tokens.len() <= 60 && tokens.iter().any(is_amount)
}
