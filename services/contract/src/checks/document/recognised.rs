//! Numbers that were recognised from a picture: seen, but never verified by that alone.

use super::printed::Printed;
use crate::flag::{Code, Flag};
use crate::page::{Document, Visibility};
use crate::terms::{Evidence, Match};

/// One flag for each page with such numbers.
pub(super) fn check(document: &Document, words: &[Printed<'_>]) -> Vec<Flag> {
    let pages = document.pages.iter().map(|page| page.number);
    pages.filter_map(|page| of_page(document, words, page)).collect()
}

fn of_page(document: &Document, words: &[Printed<'_>], page: u32) -> Option<Flag> {
    let on_page = words.iter().filter(|word| word.at.line.page == page);
    let numbers: Vec<&Printed<'_>> = on_page.filter(|word| is_recognised_number(word)).collect();
    let first = numbers.first()?;
    let doubtful: Vec<&Printed<'_>> = numbers.iter().copied().filter(|word| is_doubtful(word)).collect();
    let sentence = format!(
        "{} numbers on page {page} were recognised from a picture, as “{}” was{}.",
        numbers.len(),
        first.text(),
        least_sure(&doubtful)
    );
    let what_to_do =
        "Compare each value of that page with the picture, and see that no line of it is missing.";
    let shown = if doubtful.is_empty() {
        vec![*first]
    } else {
        doubtful
    };
    let evidence = shown
        .into_iter()
        .take(MOST)
        .flat_map(|word| Evidence::from_words(document, &[word.at], Match::Exact));
    Some(Flag::new(Code::RecognisedNumber, sentence, what_to_do).seen(evidence))
}

/// More than this many places in one flag tell nothing new.
const MOST: usize = 20;

/// A number that was recognised with less certainty than this, in percent, is shown by itself.
const DOUBTFUL: u8 = 80;

fn is_doubtful(word: &Printed<'_>) -> bool {
    matches!(word.word.visible, Visibility::Ocr(certainty) if certainty < DOUBTFUL)
}

fn least_sure(doubtful: &[&Printed<'_>]) -> String {
    let texts: Vec<&str> = doubtful.iter().take(MOST).map(|word| word.text()).collect();
    match texts.is_empty() {
        true => String::new(),
        false => format!("; the least certain are “{}”", texts.join("”, “")),
    }
}

fn is_recognised_number(word: &Printed<'_>) -> bool {
    word.word.recognised() && word.text().contains(|c: char| c.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::checks::document::printed;
    use crate::grounding::written::document;

    #[test]
    fn numbers_of_a_picture_are_compared_by_a_person() {
        for (text, expected) in [("^Fee: ^$5", 1), ("^Fee: ^of ^course", 0), ("Fee: $5", 0)] {
            let document = document(text);
            let flags = check(&document, &printed::of(&document));
            assert_eq!(flags.len(), expected, "{text}");
        }
    }
}
