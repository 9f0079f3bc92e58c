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
    let sentence = format!(
        "{} numbers on page {page} were recognised from a picture, as “{}” was.",
        numbers.len(),
        first.text()
    );
    let what_to_do = "Compare each value of that page with the picture.";
    let evidence = Evidence::from_words(document, &[first.at], Match::Exact);
    Some(Flag::new(Code::RecognisedNumber, sentence, what_to_do).seen(evidence))
}

fn is_recognised_number(word: &Printed<'_>) -> bool {
    word.word.visible == Visibility::Recognised && word.text().contains(|c: char| c.is_ascii_digit())
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
