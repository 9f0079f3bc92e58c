//! Shares of one price and the events they wait for: "one half at execution; one half at go-live".

use rust_decimal::Decimal;

use crate::reading::phrases::says;
use crate::reading::tokens::Token;

/// A share in percent and the event it waits for.
pub(crate) struct Share {
    /// 50 means a half.
    pub(crate) percent: Decimal,
    /// From its first token up to the one past its last.
    pub(crate) event: (usize, usize),
}

/// Two or more shares that make up the whole.
pub(crate) fn of(tokens: &[Token]) -> Option<Vec<Share>> {
    let mut found: Vec<Share> = Vec::new();
    let mut at = 0usize;
    while at < tokens.len() {
        let rest = found.iter().try_fold(Decimal::ONE_HUNDRED, |rest, share| {
            rest.checked_sub(share.percent)
        })?;
        if let Some((percent, length)) = percent_at(tokens, at, rest) {
            let from = event_start(tokens, at.saturating_add(length))?;
            let to = event_end(tokens, from);
            found.push(Share {
                percent,
                event: (from, to),
            });
            at = to;
        } else {
            at = at.saturating_add(1);
        }
    }
    let sum = found
        .iter()
        .try_fold(Decimal::ZERO, |sum, share| sum.checked_add(share.percent))?;
    (found.len() > 1 && sum == Decimal::ONE_HUNDRED).then_some(found)
}

/// `50%`, `one half`, `half`, `the balance`.
fn percent_at(tokens: &[Token], at: usize, rest: Decimal) -> Option<(Decimal, usize)> {
    if let Some(percent) = tokens.get(at)?.percent() {
        return Some((percent, 1));
    }
    let fixed = [
        ("one half", 50, 2),
        ("one-half", 50, 1),
        ("half", 50, 1),
        ("one quarter", 25, 2),
    ];
    if let Some((_, percent, length)) = fixed.iter().find(|(words, ..)| says(tokens, at, words)) {
        return Some((Decimal::from(*percent), *length));
    }
    let balance = tokens.get(at)?.is_any("balance|remainder|rest");
    balance.then_some((rest, 1))
}

/// Past "at", "upon", "due on".
fn event_start(tokens: &[Token], at: usize) -> Option<usize> {
    let lead = (at..at.saturating_add(4)).find(|position| {
        tokens
            .get(*position)
            .is_some_and(|token| token.is_any("at|on|upon|after|following"))
    })?;
    Some(lead.saturating_add(1))
}

fn event_end(tokens: &[Token], from: usize) -> usize {
    let rest = tokens.get(from..).unwrap_or_default();
    let stop = rest.iter().position(|token| {
        token.is_mark(';') || token.is_mark(',') || token.is("and") || token.percent().is_some()
    });
    stop.map_or(tokens.len(), |stop| from.saturating_add(stop))
}
