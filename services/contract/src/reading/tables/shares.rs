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
    // Three thirds fall short of the whole by the last of their decimals.
    let whole = sum.round_dp(9) == Decimal::ONE_HUNDRED;
    (found.len() > 1 && whole).then_some(found)
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
        ("one-quarter", 25, 1),
        ("one fourth", 25, 2),
        ("one-fourth", 25, 1),
        ("three quarters", 75, 2),
        ("three-quarters", 75, 1),
    ];
    if let Some((_, percent, length)) = fixed.iter().find(|(words, ..)| says(tokens, at, words)) {
        return Some((Decimal::from(*percent), *length));
    }
    let thirds = [
        ("one third", 1, 2),
        ("one-third", 1, 1),
        ("two thirds", 2, 2),
        ("two-thirds", 2, 1),
    ];
    if let Some((_, parts, length)) = thirds.iter().find(|(words, ..)| says(tokens, at, words)) {
        let third = Decimal::ONE_HUNDRED.checked_div(Decimal::from(3))?;
        return Some((third.checked_mul(Decimal::from(*parts))?, *length));
    }
    let balance = tokens.get(at)?.is_any("balance|remainder|rest");
    balance.then_some((rest, 1))
}

/// Past "at", "upon", "due on".
fn event_start(tokens: &[Token], at: usize) -> Option<usize> {
    const FILLER: &str = "of|which|shall|will|is|are|to|be|being|paid|due|payable|falls|falling|invoiced|billed|it|thereof|such|\
        the|said|fee|sum|amount|price|and|deposit|down|payment";
    let words = tokens.get(at..)?.iter().take(10);
    let length = words
        .take_while(|token| token.is_any(FILLER) || token.is_mark(',') || is_said_again(token))
        .count();
    let lead = at.saturating_add(length);
    tokens
        .get(lead)?
        .is_any("at|on|upon|after|following|with|by|once|when")
        .then(|| lead.saturating_add(1))
}

/// "one-third (1/3)": the share once more, in figures.
fn is_said_again(token: &Token) -> bool {
    token.is_mark('(') || token.is_mark(')') || token.is_mark('/') || token.number().is_some()
}

fn event_end(tokens: &[Token], from: usize) -> usize {
    let rest = tokens.get(from..).unwrap_or_default();
    let stop = rest.iter().enumerate().position(|(at, token)| {
        let next = rest.get(at.saturating_add(1));
        // "the first and second floors" goes on; "and the balance", "and half", "and 50%" begin the next share.
        let shares = next.is_some_and(|next| {
            next.percent().is_some() || next.is_any("the|one|half|one-half|one-third|two-thirds|one-quarter|one-fourth|balance|remainder|rest")
        });
        token.is_mark(';') || token.is_mark(',') || token.percent().is_some() || token.is("and") && shares
    });
    stop.map_or(tokens.len(), |stop| from.saturating_add(stop))
}
