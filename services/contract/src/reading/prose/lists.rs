//! Tiers that a list sets out, one to a paragraph: "royalties as follows: (a) six percent of … up to $2,000,000; (b) five …".

use std::collections::HashSet;

use super::{ProseReading, Reader, is_amount, series, steps};
use crate::page::Document;
use crate::reading::parties::Parties;
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
