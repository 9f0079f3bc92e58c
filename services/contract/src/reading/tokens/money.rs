//! Joins currency signs, codes and words with the number beside them, and what is withheld where money should stand.

use rust_decimal::Decimal;

use super::{Amount, Kind, Token, merge};
use crate::normal::money::{Sign, code, sign, word};

/// Makes money of plain tokens.
pub(super) fn join(tokens: &mut Vec<Token>) {
    redactions(tokens);
    pence(tokens);
    signed(tokens);
    named(tokens);
    with_cents(tokens);
    magnitudes(tokens);
    doubled(tokens);
    withheld_dollars(tokens);
}

/// `6p`, `1.2p`, `25¢`: hundredths with their letter.
fn pence(tokens: &mut [Token]) {
    for token in tokens.iter_mut().filter(|token| matches!(token.kind, Kind::Word)) {
        let pounds = token
            .low
            .strip_suffix('p')
            .map(|digits| (digits, code("GBP").map(Sign::Of)));
        let cents = || token.low.strip_suffix('\u{A2}').map(|digits| (digits, None));
        let Some((digits, sign)) = pounds.or_else(cents) else {
            continue;
        };
        let plain = digits.starts_with(|c: char| c.is_ascii_digit())
            && digits.chars().all(|c| c.is_ascii_digit() || c == '.');
        let value = digits.parse::<Decimal>().ok().filter(|_| plain);
        if let Some(value) = value.and_then(|value| value.checked_div(Decimal::ONE_HUNDRED)) {
            token.kind = money(value, sign);
        }
    }
}

/// `[ * ] ($[ * ]) Dollars`: the word behind what is taken out.
fn withheld_dollars(tokens: &mut Vec<Token>) {
    let mut at = 0usize;
    while let Some([first, second]) = tokens.get(at..at.saturating_add(2)) {
        if let (Kind::Withheld { blank, .. }, true) = (first.kind, word(&second.low).is_some()) {
            merge(
                tokens,
                at,
                at.saturating_add(2),
                Kind::Withheld { money: true, blank },
            );
        }
        at = at.saturating_add(1);
    }
}

/// `[ * ]`, `[***]`, `[REDACTED]`, `[●]`, `[omitted]`.
fn redactions(tokens: &mut Vec<Token>) {
    let mut at = 0usize;
    while at < tokens.len() {
        if let Some(length) = redaction(tokens, at) {
            let kind = Kind::Withheld {
                money: false,
                blank: false,
            };
            merge(tokens, at, at.saturating_add(length), kind);
        }
        at = at.saturating_add(1);
    }
}

fn redaction(tokens: &[Token], at: usize) -> Option<usize> {
    tokens.get(at).filter(|token| token.is_mark('['))?;
    let inner: Vec<&Token> = tokens
        .iter()
        .skip(at.saturating_add(1))
        .take(6)
        .take_while(|token| !token.is_mark(']'))
        .collect();
    let closed = tokens
        .get(at.saturating_add(inner.len()).saturating_add(1))?
        .is_mark(']');
    let hides = |token: &&Token| {
        matches!(
            token.kind,
            Kind::Mark('*' | '\u{2022}' | '\u{25CF}' | '.' | '\u{2026}') | Kind::Withheld { .. }
        ) || token.is_any("redacted|omitted|confidential|intentionally|tbd|amount|insert")
    };
    (closed && !inner.is_empty() && inner.iter().all(hides)).then(|| inner.len().saturating_add(2))
}

/// A sign or code before its number: `$ 18,000.00`, `EUR 42.00`, `$[125.00`, `$ [ * ]`, `$____`.
fn signed(tokens: &mut Vec<Token>) {
    let mut at = 0usize;
    while at < tokens.len() {
        if let Some((length, kind)) = signed_at(tokens, at) {
            merge(tokens, at, at.saturating_add(length), kind);
        }
        at = at.saturating_add(1);
    }
}

fn signed_at(tokens: &[Token], at: usize) -> Option<(usize, Kind)> {
    let first = tokens.get(at)?;
    let (mut meaning, mut length) = (prefix(first)?, 1usize);
    let country = first.is_any("u.s.|us");
    // "USD $5", "U.S. $5": the code says which dollar the sign means.
    if let Some(second) = tokens
        .get(at.saturating_add(1))
        .filter(|second| second.is_mark('$'))
    {
        length = 2;
        meaning = if meaning == Sign::Dollar {
            sign(&second.text)?
        } else {
            meaning
        };
    }
    // "U.S. 6,418,252" is a patent, not money.
    if country && length == 1 {
        return None;
    }
    let next = tokens.get(at.saturating_add(length))?;
    if next.is_mark('[') {
        length = length.saturating_add(1);
    }
    match tokens.get(at.saturating_add(length))?.kind {
        Kind::Number(value) => Some((length.saturating_add(1), money(value, Some(meaning)))),
        Kind::Withheld { blank, .. } => {
            Some((length.saturating_add(1), Kind::Withheld { money: true, blank }))
        }
        _ => None,
    }
}

fn prefix(token: &Token) -> Option<Sign> {
    match token.kind {
        Kind::Mark(_) => sign(&token.text),
        Kind::Word if token.is_any("u.s.|us") => sign("US$").filter(|_| token.is_capital()),
        Kind::Word => code(&token.text).map(Sign::Of),
        _ => None,
    }
}

fn money(value: Decimal, sign: Option<Sign>) -> Kind {
    Kind::Money(Amount { value, sign })
}

/// A code or word after its number: `55 CAD`, `$55 CAD`, `five hundred dollars`, `one cent`, `$.25 cents`.
fn named(tokens: &mut Vec<Token>) {
    of_a_country(tokens);
    let mut at = 0usize;
    while let Some([first, second]) = tokens.get(at..at.saturating_add(2)) {
        // "500,000 pounds of resin" is a weight.
        let weight = second.is("pounds")
            && !tokens
                .get(at.saturating_add(2))
                .is_some_and(|next| next.is("sterling"));
        if let Some(kind) = named_pair(first, second).filter(|_| !weight) {
            let length = trailing_words(tokens, at.saturating_add(2)).saturating_add(2);
            merge(tokens, at, at.saturating_add(length), kind);
        }
        at = at.saturating_add(1);
    }
}

/// `One Thousand U.S. Dollars`, `500 United States dollars`: whose dollars they are stands between.
fn of_a_country(tokens: &mut Vec<Token>) {
    let mut at = 0usize;
    while let Some(first) = tokens.get(at) {
        let is = |place: usize, words: &str| {
            tokens
                .get(at.saturating_add(place))
                .is_some_and(|token| token.is_any(words))
        };
        let between = match (is(1, "u.s.|us"), is(1, "united") && is(2, "states")) {
            (true, _) => 1usize,
            (_, true) => 2,
            _ => 0,
        };
        let dollars = between > 0 && is(between.saturating_add(1), "dollars|dollar");
        let kind = match first.kind {
            Kind::Number(value) if dollars => Some(money(value, sign("US$"))),
            Kind::Money(amount) if dollars => Some(money(amount.value, sign("US$"))),
            _ => None,
        };
        if let Some(kind) = kind {
            merge(tokens, at, at.saturating_add(between).saturating_add(2), kind);
        }
        at = at.saturating_add(1);
    }
}

/// `Eleven Dollars and Seventy-Five Cents`: one amount.
fn with_cents(tokens: &mut Vec<Token>) {
    let mut at = 0usize;
    while let Some(first) = tokens.get(at) {
        let and = usize::from(
            tokens
                .get(at.saturating_add(1))
                .is_some_and(|token| token.is("and")),
        );
        let last = at.saturating_add(1).saturating_add(and);
        let cents = tokens.get(last).filter(|token| token.low.ends_with("cents"));
        let spelled = first.text.chars().any(char::is_alphabetic);
        let sum = match (first.money(), cents.and_then(Token::money)) {
            (Some(whole), Some(part)) if spelled && whole.value.is_integer() && part.value < Decimal::ONE => {
                whole
                    .value
                    .checked_add(part.value)
                    .map(|value| money(value, whole.sign))
            }
            _ => None,
        };
        if let Some(kind) = sum {
            merge(tokens, at, last.saturating_add(1), kind);
        }
        at = at.saturating_add(1);
    }
}

fn named_pair(first: &Token, second: &Token) -> Option<Kind> {
    let meaning = code(&second.text).map(Sign::Of).or_else(|| word(&second.low));
    let cents = second.is_any("cents|cent|pence|penny");
    match first.kind {
        Kind::Number(value) if cents => value
            .checked_div(Decimal::ONE_HUNDRED)
            .map(|value| money(value, None)),
        Kind::Money(amount) if cents => Some(Kind::Money(amount)),
        Kind::Number(value) if second.is("€") || second.is("£") => Some(money(value, sign(&second.text))),
        Kind::Number(value) => meaning.map(|meaning| money(value, Some(meaning))),
        Kind::Money(amount) => {
            meaning.map(|meaning| money(amount.value, Some(narrower(amount.sign, meaning))))
        }
        Kind::Withheld { blank, .. } => meaning.map(|_| Kind::Withheld { money: true, blank }),
        _ => None,
    }
}

fn narrower(sign: Option<Sign>, meaning: Sign) -> Sign {
    match (sign, meaning) {
        (Some(named @ Sign::Of(_)), Sign::Dollar) => named,
        _ => meaning,
    }
}

/// `pounds sterling`, `dollars and No/100's`: words that belong to the amount before them.
fn trailing_words(tokens: &[Token], at: usize) -> usize {
    if tokens.get(at).is_some_and(|token| token.is("sterling")) {
        return 1;
    }
    let rest: Vec<&str> = tokens
        .iter()
        .skip(at)
        .take(6)
        .map(|token| token.low.as_str())
        .collect();
    match rest.as_slice() {
        ["and", "no" | "00" | "0", "/", "100", "" | "'", "s"] => 6,
        ["and", "no" | "00" | "0", "/", "100" | "100s", ..] => 4,
        _ => 0,
    }
}

/// `$1.5 million` where the magnitude was cut from its number by the sign.
fn magnitudes(tokens: &mut Vec<Token>) {
    let mut at = 0usize;
    while let Some([first, second]) = tokens.get(at..at.saturating_add(2)) {
        let factor = crate::normal::number::magnitude(&second.low).filter(|_| second.low.len() > 3);
        if let (Some(amount), Some(factor)) = (first.money(), factor)
            && let Some(value) = amount.value.checked_mul(factor)
        {
            merge(tokens, at, at.saturating_add(2), money(value, amount.sign));
        }
        at = at.saturating_add(1);
    }
}

/// `Eighty Thousand Dollars ($80,000.00)`: one amount, the numerals', with a dispute where the words differ.
/// `$0.01 (one cent)` and `[ * ] Dollars ($[ * ])` likewise.
fn doubled(tokens: &mut Vec<Token>) {
    let mut at = 0usize;
    while let Some([first, open, inner, close]) = tokens.get(at..at.saturating_add(4)) {
        if open.is_mark('(') && close.is_mark(')') {
            let joined = match (&first.kind, &inner.kind) {
                (Kind::Money(outer), Kind::Money(inner)) => same_sum(first, *outer, *inner),
                (Kind::Number(outer), Kind::Money(inner)) => same_sum(
                    first,
                    Amount {
                        value: *outer,
                        sign: inner.sign,
                    },
                    *inner,
                ),
                (Kind::Withheld { blank, .. }, Kind::Withheld { money: true, .. }) => Some((
                    Kind::Withheld {
                        money: true,
                        blank: *blank,
                    },
                    None,
                )),
                _ => None,
            };
            if let Some((kind, disputed)) = joined {
                merge(tokens, at, at.saturating_add(4), kind);
                if let Some(token) = tokens.get_mut(at) {
                    token.disputed = disputed;
                }
            }
        }
        at = at.saturating_add(1);
    }
}

fn same_sum(first: &Token, outer: Amount, inner: Amount) -> Option<(Kind, Option<Decimal>)> {
    let spelled = first.text.chars().any(char::is_alphabetic);
    let sign = outer.sign.or(inner.sign);
    if outer.value == inner.value {
        let value = if spelled { inner.value } else { outer.value };
        return Some((money(value, inner.sign.or(sign)), None));
    }
    spelled.then(|| (money(inner.value, inner.sign.or(sign)), Some(outer.value)))
}
