//! What a price is for: `per 1,000 API calls`, `for each additional user`, `/ GB`, `each`.

use rust_decimal::Decimal;

use crate::normal::duration;
use crate::normal::unit::singular;
use crate::reading::tokens::{Kind, Token};

/// What a price is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PerUnit {
    /// How many units.
    pub(crate) count: Decimal,
    /// What one is called; empty for a bare "each".
    pub(crate) unit: String,
    /// Tokens taken.
    pub(crate) length: usize,
}

/// A unit phrase that begins at `at`. Spans of months and years are periods, not units; days, hours and minutes are
/// units, for what costs so much a day is used by the day.
pub(crate) fn per_unit(tokens: &[Token], at: usize) -> Option<PerUnit> {
    let opened = opening(tokens, at)?;
    let mut cursor = at.saturating_add(opened);
    let mut count = Decimal::ONE;
    if let Some(amount) = tokens.get(cursor).and_then(Token::money) {
        return per_money(tokens, at, cursor, amount.value);
    }
    if let Some(number) = tokens.get(cursor).and_then(Token::number) {
        count = number;
        cursor = cursor.saturating_add(1);
    } else if tokens
        .get(cursor)
        .is_some_and(|token| token.is("additional") || token.is("extra"))
    {
        cursor = cursor.saturating_add(1);
    }
    let Some((unit, taken)) = noun(tokens, cursor) else {
        let bare = tokens
            .get(at)
            .is_some_and(|token| token.is("each") || token.is("apiece"));
        // "Queries: $0.40 per 1,000": of what, the label says.
        let thousand = tokens
            .get(at)
            .is_some_and(|token| token.is("per") || token.is_mark('/'))
            && count > Decimal::TEN;
        let length = if thousand { cursor.saturating_sub(at) } else { 1 };
        return (bare || thousand).then(|| PerUnit {
            count,
            unit: String::new(),
            length,
        });
    };
    let is_period =
        duration::unit(&unit).is_some_and(|span| duration::months(span).is_some()) || unit == "week";
    (!is_period && count > Decimal::ZERO).then(|| PerUnit {
        count,
        unit,
        length: cursor.saturating_add(taken).saturating_sub(at),
    })
}

/// `for each $1,000,000 of trading volume`: so much money counts as one.
fn per_money(tokens: &[Token], at: usize, amount_at: usize, value: Decimal) -> Option<PerUnit> {
    let of = amount_at.saturating_add(1);
    let named = tokens.get(of).is_some_and(|token| token.is_any("of|in"));
    let (unit, taken) = noun(tokens, of.saturating_add(1)).filter(|_| named)?;
    (value > Decimal::ZERO).then(|| PerUnit {
        count: value,
        unit,
        length: of.saturating_add(1).saturating_add(taken).saturating_sub(at),
    })
}

/// `per`, `/`, `for each`, `on every`, `a`, `an`, `each`.
fn opening(tokens: &[Token], at: usize) -> Option<usize> {
    let first = tokens.get(at)?;
    let second = tokens.get(at.saturating_add(1));
    if first.is_any("for|on|upon") && second.is_some_and(|token| token.is_any("each|every|any")) {
        return Some(2);
    }
    let opens = first.is_any("per|a|an|each|every|apiece") || first.is_mark('/');
    opens.then_some(1)
}

/// A noun of one to three words: its singular and how many tokens it takes. It ends at prepositions, verbs and marks.
pub(crate) fn noun(tokens: &[Token], at: usize) -> Option<(String, usize)> {
    let words: Vec<&Token> = tokens
        .iter()
        .skip(at)
        .take(3)
        .take_while(|token| matches!(token.kind, Kind::Word) && !ends_noun(token))
        .collect();
    let last = words.last()?;
    let mut parts: Vec<String> = words.iter().map(|token| token.low.clone()).collect();
    if let Some(head) = parts.last_mut() {
        *head = singular(
            if last.text.chars().all(|c| c.is_uppercase() || !c.is_alphabetic()) {
                &last.text
            } else {
                &last.low
            },
        );
    }
    Some((parts.join(" "), words.len()))
}

fn ends_noun(token: &Token) -> bool {
    const STOPS: &str = "per|a|an|the|for|of|in|on|at|to|by|with|from|and|or|up|above|over|beyond|after|\
        before|during|under|within|thereafter|then|is|are|be|was|will|shall|may|if|when|\
        which|that|whether|plus|less|billed|charged|payable|invoiced|paid|used|as|each|\
        every|any|not|monthly|annually|quarterly|yearly|weekly|daily|until|unless|exceeding|\
        including|excluding|provided|regardless|cost|costs";
    token.is_any(STOPS)
}
