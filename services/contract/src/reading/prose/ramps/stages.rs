//! Prices that hold for months: "$15,000 per month for months one through six and $20,000 per month thereafter".

use rust_decimal::Decimal;

use crate::reading::phrases::{duration, says_any};
use crate::reading::tokens::{Kind, Token};

/// How many months each price holds, in order; 0 for the one that holds to the end. `None` where a price has no such words,
/// or the months do not follow one another.
pub(super) fn of(tokens: &[Token], prices: &[usize]) -> Option<Vec<u32>> {
    let mut stages = Vec::with_capacity(prices.len());
    let mut passed = 0u32;
    for (index, at) in prices.iter().enumerate() {
        let next = prices
            .get(index.saturating_add(1))
            .copied()
            .unwrap_or(tokens.len());
        let words = tokens.get(at.saturating_add(1)..next.min(at.saturating_add(16)))?;
        let last = index.saturating_add(1) == prices.len();
        let months = stage(words, passed, index, last)?;
        passed = passed.checked_add(months)?;
        stages.push(months);
    }
    (stages.len() > 1).then_some(stages)
}

fn stage(words: &[Token], passed: u32, index: usize, last: bool) -> Option<u32> {
    numbered(words, passed)
        .or_else(|| lasting(words, index))
        .or_else(|| year(words, passed))
        .or_else(|| {
            let rest = last
                && says_any(
                    words,
                    "thereafter|remainder of the term|balance of the term|remaining term|remaining months",
                );
            rest.then_some(0)
        })
}

/// "months one through six", where the months before it end at its first.
fn numbered(words: &[Token], passed: u32) -> Option<u32> {
    words.windows(4).find_map(|four| {
        let [unit, first, joint, last] = four else {
            return None;
        };
        let joined = joint.is_any("through|to|thru") || joint.is_mark('-');
        let (from, to) = (whole(first)?, whole(last)?);
        let follows = unit.is_any("months|month") && joined && from == passed.saturating_add(1) && to >= from;
        follows.then(|| to.saturating_sub(passed))
    })
}

/// "for the first six months", "for the next eighteen months".
fn lasting(words: &[Token], index: usize) -> Option<u32> {
    words.iter().enumerate().find_map(|(at, token)| {
        let leads = if index == 0 {
            token.is_any("first|initial")
        } else {
            token.is_any("next|following|remaining|subsequent|second|last|final")
        };
        let found = duration(words, at.saturating_add(1)).filter(|_| leads)?;
        crate::normal::duration::months(found.span)
    })
}

/// "in the third year", where two years have passed.
fn year(words: &[Token], passed: u32) -> Option<u32> {
    words.windows(3).find_map(|three| {
        let [ordinal, one, two] = three else { return None };
        let year = one.is("year") || one.is_any("contract|lease|calendar|license") && two.is("year");
        let Kind::Ordinal(count) = ordinal.kind else {
            return None;
        };
        let begins = count.checked_sub(1)?.checked_mul(12)?;
        (year && begins == passed).then_some(12)
    })
}

fn whole(token: &Token) -> Option<u32> {
    let value = token.number().filter(Decimal::is_integer)?;
    u32::try_from(value).ok()
}
