//! Was the copy signed? Only signature lines that are visibly empty say that it was not: a sheet without any, or one
//! that was signed on a screen, says nothing.

use super::printed::{Printed, bare, places, seen, text};
use crate::flag::{Code, Flag};
use crate::page::Document;
use crate::terms::{Evidence, Match};

/// Flags a document with signature lines that nobody signed.
pub(super) fn check(document: &Document, words: &[Printed<'_>]) -> Vec<Flag> {
    let words = seen(words);
    if (0..words.len()).any(|at| is_signed_on_screen(&words, at)) {
        return Vec::new();
    }
    let empty: Vec<usize> = (0..words.len()).filter(|at| is_empty_line(&words, *at)).collect();
    let signed: Vec<u32> = (0..words.len())
        .filter(|at| is_signature(&words, *at))
        .filter_map(|at| page(&words, at))
        .collect();
    // A page of empty lines in a document signed elsewhere is a form that is attached to it.
    let counts =
        |at: &&usize| signed.is_empty() || page(&words, **at).is_some_and(|page| signed.contains(&page));
    let Some(first) = empty.iter().find(counts) else {
        return Vec::new();
    };
    let shown = words.get(*first..first.saturating_add(2)).unwrap_or_default();
    let sentence = format!("The signature line “{}” is empty.", text(shown));
    let flag = Flag::new(
        Code::UnsignedCopy,
        sentence,
        "Upload the signed copy, or say why this one holds.",
    );
    vec![flag.seen(Evidence::from_words(document, &places(shown), Match::Exact))]
}

fn page(words: &[Printed<'_>], at: usize) -> Option<u32> {
    words.get(at).map(|word| word.at.line.page)
}

/// `By: ______`, or a row of labels that nobody filled in: `By: Name: Title: Date:`.
fn is_empty_line(words: &[Printed<'_>], at: usize) -> bool {
    let is_label = words.get(at).is_some_and(|word| is_signing_label(word.text()));
    if !is_label || (at.saturating_sub(4)..at.saturating_add(4)).any(|near| is_signature(words, near)) {
        return false;
    }
    let after: Vec<&str> = words
        .iter()
        .skip(at.saturating_add(1))
        .take(3)
        .map(Printed::text)
        .collect();
    let blank = after.first().is_some_and(|next| is_blank(next));
    let labels = after.iter().all(|next| is_label_of_block(next)) && after.len() == 3;
    blank || labels
}

fn is_signing_label(text: &str) -> bool {
    text.ends_with(':') && matches!(bare(text).as_str(), "by" | "signature" | "signed" | "sign")
}

fn is_label_of_block(text: &str) -> bool {
    let kinds = [
        "by",
        "name",
        "title",
        "date",
        "signature",
        "its",
        "printed",
        "position",
    ];
    text.ends_with(':') && kinds.contains(&bare(text).as_str())
}

fn is_blank(text: &str) -> bool {
    let drawn = text
        .chars()
        .filter(|c| matches!(c, '_' | '\u{2026}' | '.'))
        .count();
    drawn >= 3 && drawn == text.chars().count()
}

/// `/s/`, as copies of signed documents print it.
fn is_signature(words: &[Printed<'_>], at: usize) -> bool {
    let low = words
        .get(at)
        .map(|word| word.text().to_lowercase())
        .unwrap_or_default();
    low.starts_with("/s/") || low.starts_with("s/")
}

/// "Digitally signed by", "signed electronically": such a copy leaves the lines of its form empty.
fn is_signed_on_screen(words: &[Printed<'_>], at: usize) -> bool {
    let pair = words
        .get(at..at.saturating_add(2))
        .unwrap_or_default()
        .iter()
        .map(|word| bare(word.text()));
    let pair: Vec<String> = pair.collect();
    let how = |word: &String| word == "electronically" || word == "digitally";
    pair.iter().any(how) && pair.iter().any(|word| word == "signed")
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::checks::document::printed;
    use crate::grounding::written::document;

    #[test]
    fn only_a_visibly_empty_line_tells() {
        let cases = [
            (
                "Northquay Corporation By: ______________ Velmont Inc. By:\n______________",
                1,
            ),
            ("Signature: ________ Date: ________", 1),
            ("By:\nName:\nTitle:\nDate:", 1),
            ("By: /s/ Joe Backer\nName: Joe Backer", 0),
            ("/s/ Joe Backer\nBy: ______", 0),
            ("By: Name: Joe Backer Title: CEO", 0),
            ("Digitally signed by T. Aalto\nSignature: ______", 0),
            ("E-mail: ________", 0),
            ("No signature is needed.", 0),
            ("By: /s/ Joe\nName: Joe Backer of the Company\nBy: ________", 1),
        ];
        for (text, expected) in cases {
            let document = document(text);
            assert_eq!(
                check(&document, &printed::of(&document)).len(),
                expected,
                "{text}"
            );
        }
    }
}
