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

/// How much the first party pays, less how much the second does: fees count more than allowances, and who works is paid.
fn votes(tokens: &[Token], first: &[String], second: &[String]) -> i32 {
    let mut sum = 0i32;
    for (at, token) in tokens.iter().enumerate() {
        let Some((weight, pays)) = money_verb(tokens, at, token, first, second) else {
            continue;
        };
        let direction = match named(tokens, at, 14, first, second) {
            Some(true) => weight,
            Some(false) => 0i32.saturating_sub(weight),
            None => 0,
        };
        sum = sum.saturating_add(if pays {
            direction
        } else {
            0i32.saturating_sub(direction)
        });
    }
    sum
}

/// How much a verb tells, and whether its subject is the one who pays.
fn money_verb(
    tokens: &[Token],
    at: usize,
    token: &Token,
    first: &[String],
    second: &[String],
) -> Option<(i32, bool)> {
    const PAYS: &str = "pay|pays|purchase|purchases|buys|reimburse|reimburses|remit|remits|compensate|compensates|hires|engages|retains";
    const WORKS: &str = "provide|provides|supply|supplies|furnish|furnishes|perform|performs|license|licenses|host|hosts|\
        render|renders|deliver|delivers|maintain|maintains|offers|sells|build|builds|develop|develops|operate|operates|shows|adds|creates|\
        designs|runs|answers|takes|keeps|helps";
    if token.is_any(PAYS) && !passive(tokens, at) {
        return Some((weight(tokens, at), true));
    }
    let modal = follows_modal(tokens, at);
    let sells = token.is_any("invoices|bills") && named(tokens, at, 1, first, second).is_some();
    if sells || modal && token.is_any("invoice|invoices|bill|bills|charge|charges") {
        return Some((2, false));
    }
    let works = token.is_any(WORKS) && (modal || named(tokens, at, 1, first, second).is_some());
    works.then_some((1, false))
}

/// A fee or a price is what the contract is about; what is paid back, lent or granted is not.
fn weight(tokens: &[Token], at: usize) -> i32 {
    let end = tokens.len().min(at.saturating_add(16));
    let object = tokens.get(at..end).unwrap_or_default();
    let aside = object.iter().any(|token| {
        token.is_any("own|allowance|refund|rebate|credit|damages|taxes|insurance|penalty|interest|bonus|costs|expenses|premiums")
    });
    let fee = object.iter().any(|token| {
        token.is_any(
            "fee|fees|price|prices|rent|royalty|royalties|charges|charge|rate|rates|monthly|annually|annual|quarterly|month|\
             services|commission|commissions|retainer|compensation",
        )
    });
    match (aside, fee) {
        (true, _) => 1,
        (false, true) => 4,
        (false, false) => 2,
    }
}

fn passive(tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    before.is_some_and(|token| token.is_any("be|the|of|for|not"))
}

fn follows_modal(tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    before.is_some_and(|token| token.is_any("shall|will|may|must|to"))
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
