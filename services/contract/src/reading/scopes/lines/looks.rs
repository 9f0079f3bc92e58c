//! What a line looks like: where its cells are, and how it begins and ends.

use crate::page::{Document, Line, Word, WordRef};

pub(super) fn words(line: &Line) -> Vec<WordRef> {
    (0u32..)
        .zip(&line.words)
        .filter(|(_, word)| word.seen())
        .map(|(word, _)| WordRef { line: line.id, word })
        .collect()
}

/// The line cut where a gap is wider than any space between words.
pub(super) fn segments(line: &Line) -> Vec<Vec<WordRef>> {
    let mut cells: Vec<Vec<WordRef>> = Vec::new();
    let mut before: Option<&Word> = None;
    let mut led = false;
    for (at, word) in words(line)
        .into_iter()
        .zip(line.words.iter().filter(|word| word.seen()))
    {
        if is_leader(&word.text) {
            led = !cells.is_empty();
            continue;
        }
        let apart = before.is_some_and(|before| {
            let gap = word.at.left.saturating_sub(before.at.right);
            let wide = gap.saturating_mul(10) > word.size.max(before.size).saturating_mul(13);
            let amounts =
                word.text.starts_with(['$', '€', '£']) && is_signed_amount(before) && is_signed_amount(word);
            (wide && !is_marker(&before.text) || amounts) && word.size > 0
        });
        match cells.last_mut().filter(|_| !apart && !led) {
            Some(cell) => cell.push(at),
            None => cells.push(vec![at]),
        }
        before = Some(word);
        led = false;
    }
    cells
}

/// Dots that lead the eye from a label to its value.
pub(super) fn is_leader(text: &str) -> bool {
    text.len() >= 4 && text.chars().all(|c| matches!(c, '.' | '\u{2026}' | '\u{b7}'))
}

/// `1.`, `(a)`, `•`, and the end of a sentence before a double space: no gap between cells.
pub(super) fn is_marker(text: &str) -> bool {
    let enumerates = text.len() <= 5 && text.ends_with(['.', ')']);
    enumerates || text.ends_with(['.', ';', '?']) || matches!(text, "•" | "-" | "–" | "o" | "*" | "§")
}

/// Old typewritten paragraphs leave double spaces inside sentences; a row of cells does not run on in lower case.
pub(super) fn is_spaced_prose(cells: &[Vec<WordRef>], document: &Document) -> bool {
    let long = cells.iter().map(Vec::len).sum::<usize>() > 9;
    let runs_on = cells.iter().skip(1).all(|cell| {
        let word = cell.first().and_then(|at| document.word(*at));
        word.is_some_and(|word| word.text.chars().next().is_some_and(char::is_lowercase))
    });
    long && runs_on && cells.len() == 2
}

pub(super) fn has_geometry(line: &Line) -> bool {
    line.words.iter().any(|word| word.size > 0)
}

pub(super) fn is_apart(last: &Line, line: &Line) -> bool {
    let (Some(above), Some(below)) = (last.words.first(), line.words.first()) else {
        return false;
    };
    let gap = below.at.top.saturating_sub(above.at.bottom);
    if below.size == 0 {
        return true;
    }
    last.id.page != line.id.page
        || gap.saturating_mul(10) > below.size.saturating_mul(9)
        || gap < 0i32.saturating_sub(below.size)
}

pub(super) fn ends_sentence(line: &Line) -> bool {
    let text = line.text();
    let bare = text.trim_end_matches(['"', '\u{201D}', ')', '\'', '\u{2019}']);
    bare.ends_with(['.', ';', ':', '?', '!'])
}

pub(super) fn begins_anew(line: &Line) -> bool {
    let text = line.text();
    // "thirty percent / (30%) of the revenue" and "eight hundred dollars / ($800)" go on.
    let restated = text
        .strip_prefix('(')
        .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '$' | '€' | '£')))
        && !begins_item(line);
    !restated && text.chars().next().is_some_and(|c| !c.is_lowercase())
}

/// "Licensee shall pay Licensor thirty percent" is the beginning of a sentence, however short its line.
pub(super) fn says_something(line: &Line) -> bool {
    line.words
        .iter()
        .any(|word| matches!(word.text.as_str(), "shall" | "will" | "agrees" | "pays" | "must"))
}

/// Does the line begin an item of a list, a numbered paragraph or a section?
pub(super) fn begins_item(line: &Line) -> bool {
    let text = line.text();
    let first = text.split(' ').next().unwrap_or_default();
    let bare = first.trim_start_matches('(').trim_end_matches([')', '.', ':']);
    let bracketed = first.starts_with('(')
        && first.ends_with(')')
        && bare.len() <= 4
        && bare.chars().all(char::is_alphanumeric);
    let numbered = first.ends_with(['.', ')', ':'])
        && (1..=3).contains(&bare.len())
        && bare.chars().all(|c| c.is_ascii_digit());
    let lettered =
        first.ends_with(['.', ')']) && bare.chars().count() == 1 && bare.chars().all(char::is_alphabetic);
    let outline =
        bare.contains('.') && bare.chars().all(|c| c.is_ascii_digit() || c == '.') && bare.len() <= 6;
    let titled = matches!(first, "Section" | "SECTION" | "ARTICLE" | "Article" | "Clause");
    bracketed
        || numbered
        || lettered
        || outline
        || titled
        || matches!(
            first,
            "•" | "·"
                | "▪"
                | "–"
                | "●"
                | "\u{2610}"
                | "\u{2611}"
                | "\u{2612}"
                | "\u{25A1}"
                | "\u{25A0}"
                | "\u{2713}"
        )
}

/// "Payment terms: net 30": a few words and a colon at the start of a line.
pub(super) fn begins_label(line: &Line) -> bool {
    let colon = line.words.iter().take(5).any(|word| word.text.ends_with(':'));
    colon && begins_anew(line)
}

/// A bare numeral before a full stop can also be the end of the sentence above.
pub(super) fn is_weak_number(line: &Line) -> bool {
    let text = line.text();
    let first = text.split(' ').next().unwrap_or_default();
    // "sixty / (60) days" goes on too.
    first
        .chars()
        .all(|c| c.is_ascii_digit() || matches!(c, '.' | '(' | ')'))
}

pub(super) fn is_shouted(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    letters > 2 && !text.chars().any(char::is_lowercase)
}

/// Printed larger than the line under it by a sixth or more.
pub(super) fn is_larger(line: &Line, next: &Line) -> bool {
    let size = |line: &Line| line.words.first().map_or(0, |word| word.size);
    size(next) > 0 && size(line).saturating_mul(6) > size(next).saturating_mul(7)
}

pub(super) fn is_short(line: &Line, next: Option<&Line>) -> bool {
    let width = |line: &Line| {
        line.words
            .last()
            .map_or(0, |word| word.at.right)
            .saturating_sub(line.words.first().map_or(0, |word| word.at.left))
    };
    !has_geometry(line)
        || next.is_none_or(|next| {
            width(line).saturating_mul(10) < width(next).saturating_mul(8) || next.words.len() <= 6
        })
}

/// "$6,840.00", with no mark behind it that makes it a part of a sentence.
pub(super) fn is_signed_amount(word: &Word) -> bool {
    word.text.starts_with(['$', '€', '£']) && word.text.ends_with(|c: char| c.is_ascii_digit())
}
