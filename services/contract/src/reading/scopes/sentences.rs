//! Paragraphs into sentences, and the numbers and headings that stand before them.

use super::Under;
use crate::page::Document;
use crate::reading::tokens::{Kind, Stretch, Token};

/// The sentences of a paragraph. A number or run-in heading ("4. Compensation.") begins a new place.
pub(super) fn split(paragraph: &Stretch, document: &Document) -> Vec<(Stretch, Option<Under>)> {
    let mut out = Vec::new();
    let mut pending: Option<Under> = None;
    let mut from = 0usize;
    let all = ends(&paragraph.tokens);
    for (at, end) in all.iter().copied().enumerate() {
        let alone = all.len() == at.saturating_add(1);
        let sentence = paragraph.part(from, end);
        from = end;
        let number_length = number_length(&sentence.tokens);
        if !alone && is_run_in_heading(&sentence.tokens, number_length, out.is_empty()) {
            pending = Some(under(&sentence, document));
            continue;
        }
        if number_length > 0 && pending.is_none() {
            pending = numbered(&sentence, number_length);
        }
        out.push((sentence, pending.take()));
    }
    out
}

/// The place that a heading makes.
pub(super) fn under(title: &Stretch, document: &Document) -> Under {
    let number = number_length(&title.tokens);
    let name = title.part(number, title.tokens.len());
    Under {
        heading: name.text(document, 0, name.tokens.len()).to_lowercase(),
        number: title
            .tokens
            .iter()
            .take(number)
            .map(|token| token.low.as_str())
            .filter(|low| low.chars().any(char::is_alphanumeric))
            .collect(),
        title: Some(name),
    }
}

/// A numbered paragraph without a heading keeps only its number: what stood above does not say what it is about.
fn numbered(sentence: &Stretch, length: usize) -> Option<Under> {
    let outline = sentence
        .tokens
        .first()
        .is_some_and(|token| token.number().is_some() || is_of_schedule(token));
    outline.then(|| Under {
        heading: String::new(),
        number: sentence
            .tokens
            .iter()
            .take(length)
            .map(|token| token.low.as_str())
            .filter(|low| *low != ".")
            .collect(),
        title: None,
    })
}

/// Token positions one past the end of each sentence.
fn ends(tokens: &[Token]) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut start = 0usize;
    for (at, token) in tokens.iter().enumerate() {
        let next = at.saturating_add(1);
        let after_number = at.saturating_sub(start) <= number_length(tokens.get(start..).unwrap_or_default());
        let closing = token.is_mark('.') || token.is_mark('?') || token.is_mark('!');
        if closing && !after_number && begins_sentence(tokens, next) {
            ends.push(past_quote(tokens, next));
            start = past_quote(tokens, next);
        }
    }
    if start < tokens.len() {
        ends.push(tokens.len());
    }
    ends
}

/// A quotation mark or bracket in the same printed word closes the sentence; in the next word it opens another.
fn past_quote(tokens: &[Token], at: usize) -> usize {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    let closing = tokens.get(at).zip(before).is_some_and(|(token, before)| {
        (token.is_mark('"') || token.is_mark(')')) && token.shares_word_with(before)
    });
    if closing { at.saturating_add(1) } else { at }
}

fn begins_sentence(tokens: &[Token], at: usize) -> bool {
    let at = past_quote(tokens, at);
    tokens.get(at).is_none_or(|token| match token.kind {
        Kind::Word | Kind::Ordinal(_) => token.is_capital(),
        Kind::Mark(mark) => matches!(mark, '(' | '"' | '\u{2022}' | '$'),
        _ => true,
    })
}

/// How many tokens at the start are a number of the outline: `4.2`, `(a)`, `A.`, `Section 3.2`, `ARTICLE IV`.
pub(super) fn number_length(tokens: &[Token]) -> usize {
    let Some(first) = tokens.first() else { return 0 };
    let second = tokens.get(1);
    let is_mark = |token: Option<&Token>, mark: char| token.is_some_and(|token| token.is_mark(mark));
    if first.is_any("section|article|clause") && second.is_some_and(is_outline) {
        return if is_mark(tokens.get(2), '.') || is_mark(tokens.get(2), ':') {
            3
        } else {
            2
        };
    }
    if first.is_mark('(') && second.is_some_and(is_outline) && is_mark(tokens.get(2), ')') {
        return 3;
    }
    if first.is_mark('\u{2022}') || first.is_mark('\u{25CF}') || first.is_mark('-') {
        return 1;
    }
    let outline = first.text.contains('.') && first.text.len() <= 6 && !first.text.starts_with('0');
    let followed = second.is_some_and(|token| token.is_capital() || token.is_mark('"'));
    if first.number().is_some() && outline && (followed || is_mark(second, '.')) {
        return if is_mark(second, '.') { 2 } else { 1 };
    }
    if is_of_schedule(first) && followed {
        return 1;
    }
    let closed = is_mark(second, '.') || is_mark(second, ')');
    if is_outline(first) && closed && first.text.len() <= 4 {
        return 2;
    }
    // An initial swallows its point: "A." before a heading is a number too.
    let initial = first.text.ends_with('.') && first.text.len() == 2;
    if initial && followed { 1 } else { 0 }
}

/// `S1.2`, `A.1`, `B2.3.1`: paragraphs of a schedule or an exhibit.
fn is_of_schedule(token: &Token) -> bool {
    let letters = token.text.chars().take_while(char::is_ascii_uppercase).count();
    let rest = token.text.get(letters..).unwrap_or_default();
    let digits = rest.chars().any(|c| c.is_ascii_digit());
    (1..=2).contains(&letters)
        && digits
        && rest.contains('.')
        && rest.chars().all(|c| c.is_ascii_digit() || c == '.')
}

fn is_outline(token: &Token) -> bool {
    let roman = token.low.chars().all(|c| matches!(c, 'i' | 'v' | 'x' | 'l'));
    let letter = token.low.chars().count() == 1 && token.low.chars().all(char::is_alphabetic);
    token.number().is_some() || roman || letter
}

/// "Compensation." at the start of a paragraph, or after its number: a few capital words without a verb or number.
fn is_run_in_heading(tokens: &[Token], number: usize, first: bool) -> bool {
    let name = tokens.get(number..).unwrap_or_default();
    let words = name.iter().filter(|token| token.kind == Kind::Word).count();
    let plain = name.iter().all(|token| {
        matches!(
            token.kind,
            Kind::Word | Kind::Mark('.' | ',' | ';' | '&' | '-' | '/' | '\'')
        ) && !is_verb(token)
    });
    let capital = name.first().is_some_and(Token::is_capital);
    let closed = name.last().is_some_and(|token| token.is_mark('.'));
    first && plain && capital && closed && (1..=7).contains(&words)
}

fn is_verb(token: &Token) -> bool {
    token.is_any(
        "is|are|shall|will|may|must|has|have|agrees|pays|applies|renews|begins|ends|starts|\
        expires|does|be|not",
    )
}
