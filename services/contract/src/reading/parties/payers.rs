//! Who pays whom, from the verbs of payment in the contract's own sentences.

use super::Side;
use crate::reading::statements::Statement;
use crate::reading::tokens::Token;

/// The side of the first party, given words that stand for each: the one who pays more often is the customer.
pub(super) fn side_of_first(first: &[String], second: &[String], statements: &[Statement]) -> Option<Side> {
    let balance: i32 = statements
        .iter()
        .map(|statement| votes(statement.tokens(), first, second))
        .sum();
    match balance.cmp(&0) {
        std::cmp::Ordering::Greater => Some(Side::Customer),
        std::cmp::Ordering::Less => Some(Side::Provider),
        std::cmp::Ordering::Equal => None,
    }
}

/// How often the first party pays, less how often the second does.
fn votes(tokens: &[Token], first: &[String], second: &[String]) -> i32 {
    let mut sum = 0i32;
    for (at, token) in tokens.iter().enumerate() {
        let active = token.is_any(
            "pay|pays|purchase|purchases|buys|reimburse|reimburses|remit|remits|compensate|compensates",
        ) && !passive(tokens, at);
        let sells = token.is_any("invoices|bills") && named(tokens, at, 1, first, second).is_some();
        let passive =
            sells || token.is_any("invoice|invoices|bill|bills|charge|charges") && follows_modal(tokens, at);
        if !(active || passive) {
            continue;
        }
        let direction = match named(tokens, at, 14, first, second) {
            Some(true) => 1,
            Some(false) => -1,
            None => 0,
        };
        sum = sum.saturating_add(if active {
            direction
        } else {
            0i32.saturating_sub(direction)
        });
    }
    sum
}

fn passive(tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    before.is_some_and(|token| token.is_any("be|the|of|for|not"))
}

fn follows_modal(tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    before.is_some_and(|token| token.is_any("shall|will|may|must"))
}

/// The nearest party named in so many words before the verb: `true` for the first.
fn named(tokens: &[Token], at: usize, reach: usize, first: &[String], second: &[String]) -> Option<bool> {
    let before = tokens.get(at.saturating_sub(reach)..at)?;
    before.iter().rev().find_map(|token| {
        let low = token.low.trim_end_matches("'s");
        if first.iter().any(|word| word == low) {
            return Some(true);
        }
        second.iter().any(|word| word == low).then_some(false)
    })
}
