//! Joins number words, numerals in brackets after words, magnitudes and percent signs.

use rust_decimal::Decimal;

use super::{Kind, Locale, Token, merge};
use crate::normal::duration;
use crate::normal::number;
use crate::normal::number::DecimalMark;
use crate::normal::number_words;

/// Makes numbers and percentages of plain tokens.
pub(super) fn join(tokens: &mut Vec<Token>, locale: Locale) {
    spelled(tokens);
    spaced(tokens, locale.mark == DecimalMark::Comma);
    magnitudes(tokens);
    mixed(tokens);
    doubled(tokens);
    percents(tokens);
    of_one_percent(tokens);
    doubled_percents(tokens);
}

/// `twenty-four` and `one hundred twenty` become numbers.
fn spelled(tokens: &mut Vec<Token>) {
    let mut at = 0usize;
    while at < tokens.len() {
        let words: Vec<&str> = tokens
            .iter()
            .skip(at)
            .take(8)
            .take_while(|token| token.kind == Kind::Word)
            .map(|token| token.low.as_str())
            .collect();
        if let Some((value, taken)) = number_words::parse(&words) {
            merge(tokens, at, at.saturating_add(taken), Kind::Number(value));
        }
        at = at.saturating_add(1);
    }
}

/// `18 500` in documents that write decimals with a comma, and `1 200 SEK` in all: a currency of countries that group so.
fn spaced(tokens: &mut Vec<Token>, by_comma: bool) {
    let mut at = 0usize;
    while let Some([first, second]) = tokens.get(at..at.saturating_add(2)) {
        let value = match (&first.kind, &second.kind) {
            (Kind::Number(_), Kind::Number(_))
                if opens_groups(&first.text)
                    && group_of_three(&second.text)
                    && (by_comma || is_nordic(tokens.get(at.saturating_add(2)))) =>
            {
                number::parse(
                    &format!("{}{}", first.text, second.text).replace(['.', ' '], ""),
                    DecimalMark::Comma,
                )
            }
            _ => None,
        };
        match value {
            Some(value) => merge(tokens, at, at.saturating_add(2), Kind::Number(value)),
            None => at = at.saturating_add(1),
        }
    }
}

fn is_nordic(token: Option<&Token>) -> bool {
    token.is_some_and(|token| token.is_any("kr|kr.|kronor|kroner|sek|nok|dkk|czk|pln|huf"))
}

/// One to three digits, or groups already joined: "2 000" before another "000".
fn opens_groups(text: &str) -> bool {
    let mut groups = text.split(' ');
    let first = groups.next().unwrap_or_default();
    first.len() <= 3 && first.chars().all(|c| c.is_ascii_digit()) && groups.all(|group| group.len() == 3)
}

fn group_of_three(text: &str) -> bool {
    let whole = text.split(',').next().unwrap_or_default();
    whole.len() == 3 && whole.chars().all(|c| c.is_ascii_digit())
}

/// `1.92 million`.
fn magnitudes(tokens: &mut Vec<Token>) {
    let mut at = 0usize;
    while let Some([first, second]) = tokens.get(at..at.saturating_add(2)) {
        let word = matches!(
            second.low.as_str(),
            "million" | "billion" | "thousand" | "bn" | "mn" | "mio"
        );
        let factor = number::magnitude(&second.low).filter(|_| word);
        let scaled = match (&first.kind, factor) {
            (Kind::Number(value), Some(factor)) => value.checked_mul(factor),
            _ => None,
        };
        let bare = first
            .is_any("first|next|additional|further|per|each|every")
            .then_some(factor)
            .flatten();
        if let Some(value) = scaled {
            merge(tokens, at, at.saturating_add(2), Kind::Number(value));
        } else if let (Some(value), Some(word)) = (bare, tokens.get_mut(at.saturating_add(1))) {
            // "the first million messages".
            word.kind = Kind::Number(value);
        }
        at = at.saturating_add(1);
    }
}

/// `2 1/2 %`: a whole number and a fraction before a percent sign.
fn mixed(tokens: &mut Vec<Token>) {
    let mut at = 0usize;
    while let Some([whole, over, slash, under, sign]) = tokens.get(at..at.saturating_add(5)) {
        let rate = sign.is_mark('%') || sign.is_any("percent|per");
        let part = match (over.number(), under.number()) {
            (Some(over), Some(under)) if slash.is_mark('/') && over < under => over.checked_div(under),
            _ => None,
        };
        let sum = whole
            .number()
            .filter(|whole| whole.is_integer() && rate)
            .zip(part);
        if let Some(value) = sum.and_then(|(whole, part)| whole.checked_add(part)) {
            merge(tokens, at, at.saturating_add(4), Kind::Number(value));
        }
        at = at.saturating_add(1);
    }
}

/// `thirty (30)`: one number; where the two differ before a unit, the words' number with a dispute.
fn doubled(tokens: &mut Vec<Token>) {
    let mut at = 0usize;
    while let Some([first, open, inner, close]) = tokens.get(at..at.saturating_add(4)) {
        let bracketed =
            (open.is_mark('(') && close.is_mark(')')) || (open.is_mark('[') && close.is_mark(']'));
        let pair = match (&first.kind, &inner.kind) {
            (Kind::Number(first), Kind::Number(inner)) if bracketed => Some((*first, *inner)),
            _ => None,
        };
        let unit = tokens.get(at.saturating_add(4));
        if let Some((outer, inner)) = pair.filter(|pair| belongs_together(*pair, first, unit)) {
            merge(tokens, at, at.saturating_add(4), Kind::Number(outer));
            dispute(tokens, at, outer, inner);
        }
        at = at.saturating_add(1);
    }
}

fn belongs_together((outer, inner): (Decimal, Decimal), first: &Token, unit: Option<&Token>) -> bool {
    let spelled = first.text.chars().any(char::is_alphabetic);
    let span = unit.is_some_and(|unit| {
        duration::unit(&unit.low).is_some() || unit.is_any("business|calendar|equal|consecutive")
    });
    outer == inner || (spelled && span)
}

fn dispute(tokens: &mut [Token], at: usize, outer: Decimal, inner: Decimal) {
    if let Some(token) = tokens.get_mut(at).filter(|_| outer != inner) {
        token.disputed = Some(inner);
    }
}

/// `2.9 %`, `five percent`, `25 bps`, `five per cent`.
fn percents(tokens: &mut Vec<Token>) {
    let mut at = 0usize;
    while at < tokens.len() {
        let value = tokens.get(at).and_then(Token::number);
        let sign = |ahead: usize| tokens.get(at.saturating_add(ahead));
        let found = value.and_then(|value| match (sign(1), sign(2)) {
            (Some(one), _) if one.is_mark('%') || one.is_any("percent|pct|percentage|per-cent") => {
                Some((value, 2))
            }
            (Some(one), Some(two)) if one.is("per") && two.is_any("cent|centum") => Some((value, 3)),
            (Some(one), _) if one.is("bps") => hundredth(value).map(|value| (value, 2)),
            (Some(one), Some(two)) if one.is("basis") && two.is("points") => {
                hundredth(value).map(|value| (value, 3))
            }
            _ => None,
        });
        if let Some((value, length)) = found {
            merge(tokens, at, at.saturating_add(length), Kind::Percent(value));
        }
        at = at.saturating_add(1);
    }
}

/// `three-quarters of one percent`, `1/4 of 1%`.
fn of_one_percent(tokens: &mut Vec<Token>) {
    let mut at = 0usize;
    while let Some([part, of, one]) = tokens.get(at..at.saturating_add(3)) {
        let share = match (part.number(), one.kind) {
            (Some(part), Kind::Percent(one)) if of.is("of") && one == Decimal::ONE && part < one => {
                Some(part)
            }
            _ => None,
        };
        if let Some(value) = share {
            merge(tokens, at, at.saturating_add(3), Kind::Percent(value));
        }
        at = at.saturating_add(1);
    }
}

fn hundredth(value: Decimal) -> Option<Decimal> {
    value.checked_div(Decimal::ONE_HUNDRED)
}

/// `five percent (5%)` and `five (5%) percent`.
fn doubled_percents(tokens: &mut Vec<Token>) {
    let mut at = 0usize;
    while let Some([first, open, inner, close]) = tokens.get(at..at.saturating_add(4)) {
        let bracketed = open.is_mark('(') && close.is_mark(')');
        let pair = match (&first.kind, &inner.kind) {
            (Kind::Percent(outer), Kind::Percent(inner)) if bracketed => Some((*outer, *inner)),
            (Kind::Number(outer), Kind::Percent(inner)) if bracketed && outer == inner => {
                Some((*outer, *inner))
            }
            _ => None,
        };
        if let Some((outer, inner)) = pair {
            let trailing = tokens
                .get(at.saturating_add(4))
                .is_some_and(|word| word.is("percent"));
            let length = if trailing { 5 } else { 4 };
            merge(tokens, at, at.saturating_add(length), Kind::Percent(outer));
            dispute(tokens, at, outer, inner);
        }
        at = at.saturating_add(1);
    }
}
