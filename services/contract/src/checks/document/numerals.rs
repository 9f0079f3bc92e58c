//! Numbers that say two things: words that differ from their numerals, and letters that stand where digits belong.

use super::printed::{Printed, bare, places, seen};
use crate::flag::{Code, Flag};
use crate::normal::money;
use crate::page::Document;
use crate::reading::{locale, tokens};
use crate::terms::{Evidence, Match};

/// Flags both, page by page.
pub(super) fn check(document: &Document, words: &[Printed<'_>]) -> Vec<Flag> {
    let seen = seen(words);
    let locale = locale::of(document);
    let mut flags = Vec::new();
    for page in seen.chunk_by(|one, next| one.at.line.page == next.at.line.page) {
        flags.extend(disputed(document, page, locale));
        flags.extend(lookalikes(document, page));
    }
    flags
}

/// `thirty (45) days`, `Four Thousand Nine Hundred Dollars ($4,950.00)`.
fn disputed(document: &Document, page: &[Printed<'_>], locale: tokens::Locale) -> Vec<Flag> {
    let stretch = tokens::read(document, &places(page), locale);
    let tokens = stretch
        .tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| token.disputed.is_some());
    let flag = |(at, token): (usize, &tokens::Token)| {
        let sentence = format!(
            "“{}” says one number in words and another in numerals.",
            token.text
        );
        let flag = Flag::new(
            Code::WordsDifferFromNumerals,
            sentence,
            "Ask which of the two holds.",
        );
        flag.seen(stretch.evidence(document, at, at.saturating_add(1)))
    };
    tokens.map(flag).collect()
}

/// `$5OO,000`: suspected where money or a percentage stands, never read as the digits it looks like.
fn lookalikes(document: &Document, page: &[Printed<'_>]) -> Vec<Flag> {
    let at = |index: Option<usize>| index.and_then(|index| page.get(index)).map_or("", Printed::text);
    let suspected = page.iter().enumerate().filter(|(index, word)| {
        // "…in euros. S1.2 Seats": what ends a sentence says nothing of the next word.
        let before = Some(at(index.checked_sub(1))).filter(|before| !before.ends_with('.'));
        let near = [before.unwrap_or_default(), at(index.checked_add(1))];
        is_suspect(word.text(), near)
    });
    let flag = |(_, word): (usize, &Printed<'_>)| {
        let sentence = format!("“{}” has letters where digits belong.", word.text());
        let flag = Flag::new(
            Code::LookalikeDigits,
            sentence,
            "Ask for the number; it was not read as one.",
        );
        flag.seen(Evidence::from_words(document, &[word.at], Match::Exact))
    };
    suspected.map(flag).collect()
}

fn is_suspect(text: &str, near: [&str; 2]) -> bool {
    let numeral = text.trim_matches(|c: char| !c.is_alphanumeric());
    if is_foreign_number(numeral) {
        return true;
    }
    let money = is_money(text)
        || near.iter().any(|near| is_money_alone(near))
        || text.trim_end_matches(['.', ',']).ends_with('%');
    looks_like_digits(numeral) && (money || is_grouped(numeral))
}

fn is_money(text: &str) -> bool {
    text.contains(['$', '€', '£', '¥'])
}

fn is_money_alone(text: &str) -> bool {
    matches!(text, "$" | "€" | "£" | "¥") || money::code(text).is_some() || money::word(&bare(text)).is_some()
}

/// Digits with letters among them that look like digits, and nothing else.
fn looks_like_digits(numeral: &str) -> bool {
    const LETTERS: [char; 14] = [
        'O', 'o', 'l', 'I', 'S', 'B', 'Z', 'О', 'о', 'З', 'б', 'Ο', 'ο', 'І',
    ];
    let digits = numeral.chars().filter(char::is_ascii_digit).count();
    let letters = numeral.chars().filter(|c| LETTERS.contains(c)).count();
    let only = numeral
        .chars()
        .all(|c| c.is_ascii_digit() || LETTERS.contains(&c) || matches!(c, ',' | '.'));
    // A letter behind the digits can be their magnitude ("5B", "3M") or a unit.
    let behind = numeral.ends_with(|c: char| c.is_alphabetic()) && letters == 1;
    only && digits > 0 && letters > 0 && !(behind && numeral.ends_with(['B', 'S', 'l', 'I']))
}

/// `5OO,000`: a group of three behind a comma.
fn is_grouped(numeral: &str) -> bool {
    let mut groups = numeral.split(',');
    let first = groups.next().unwrap_or_default().chars().count();
    let mut rest = groups.peekable();
    (1..=3).contains(&first) && rest.peek().is_some() && rest.all(|group| group.chars().count() == 3)
}

/// Digits of another script among Latin ones are never a slip of the pen.
fn is_foreign_number(numeral: &str) -> bool {
    let foreign = |c: char| matches!(c, '\u{660}'..='\u{669}' | '\u{6F0}'..='\u{6F9}' | '\u{966}'..='\u{96F}' | '\u{FF10}'..='\u{FF19}' | '\u{1D7CE}'..='\u{1D7FF}');
    numeral.contains(foreign)
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::checks::document::printed;
    use crate::grounding::written::document;

    fn sentences(text: &str) -> Vec<String> {
        let document = document(text);
        check(&document, &printed::of(&document))
            .into_iter()
            .map(|flag| flag.sentence)
            .collect()
    }

    #[test]
    fn words_and_numerals_must_agree() {
        let differs = |text: &str| format!("“{text}” says one number in words and another in numerals.");
        let cases = [
            ("within thirty (45) days of receipt", vec![differs("thirty (45)")]),
            (
                "within thirty\n(45) days of receipt",
                vec![differs("thirty (45)")],
            ),
            ("within thirty (30) days of receipt", vec![]),
            (
                "Four Thousand Nine Hundred Dollars ($4,950.00)",
                vec![differs("Four Thousand Nine Hundred Dollars ($4,950.00)")],
            ),
            ("~within ~thirty ~(45) ~days", vec![]),
        ];
        for (text, expected) in cases {
            assert_eq!(sentences(text), expected, "{text}");
        }
    }

    #[test]
    fn letters_in_the_place_of_digits_are_suspected() {
        for text in [
            "a fee of $5OO,000",
            "a fee of 5OO,000 a year",
            "USD 1O.50 each",
            "5O% of it",
            "$ l00",
            "fee of １００",
        ] {
            assert_eq!(sentences(text).len(), 1, "{text}");
        }
        for text in [
            "a fee of $500,000",
            "the A330S model",
            "IO 20 units",
            "$5B of assets",
            "section 1l here",
            "$10.50,",
        ] {
            assert_eq!(sentences(text), Vec::<String>::new(), "{text}");
        }
    }
}
