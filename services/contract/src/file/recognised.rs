//! What was recognised on the pictures of pages: the answers of a recogniser, understood as words with places.
//!
//! The recogniser itself is a program of its own, started elsewhere; here its answer is data like any other, written by
//! something that looked at a stranger's picture, and believed no further than it can be checked.

use serde::{Deserialize, Serialize};

/// What a recogniser said of one page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecognisedPage {
    /// Which document inside the file, from 0, in the order of [`super::unpack`].
    pub part: usize,
    /// From 1.
    pub page: u32,
    /// Tab-separated values as tesseract prints them: level, page, block, paragraph, line, word, left, top, width, height,
    /// certainty, text.
    pub tsv: String,
}

/// A recognised word, in pixels of the picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) text: String,
    pub(super) left: i32,
    pub(super) top: i32,
    pub(super) right: i32,
    pub(super) bottom: i32,
    /// In percent.
    pub(super) certainty: u8,
    /// Words of one line carry the same number.
    pub(super) line: usize,
}

/// A picture as it was recognised.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Picture {
    /// In pixels.
    pub(super) width: i32,
    pub(super) words: Vec<Seen>,
}

/// A page holds fewer words than this; more are noise.
const MOST_WORDS: usize = 20_000;

/// The levels of rows that are read.
const PAGE: i32 = 1;
const LINE: i32 = 4;
const WORD: i32 = 5;

/// Understands a recogniser's answer. Rows that say nothing understandable are left out.
pub(super) fn understood(tsv: &str) -> Picture {
    let mut picture = Picture::default();
    let mut line = 0usize;
    for row in tsv.lines() {
        let fields: Vec<&str> = row.splitn(12, '\t').collect();
        match number(&fields, 0) {
            Some(PAGE) => picture.width = number(&fields, 8).unwrap_or_default(),
            Some(LINE) => line = line.saturating_add(1),
            Some(WORD) if picture.words.len() < MOST_WORDS => picture.words.extend(word(&fields, line)),
            _ => {}
        }
    }
    picture
}

fn number(fields: &[&str], at: usize) -> Option<i32> {
    let number: i32 = fields.get(at)?.parse().ok()?;
    (0..=100_000).contains(&number).then_some(number)
}

fn word(fields: &[&str], line: usize) -> Option<Seen> {
    let text = fields.get(11)?.trim();
    // Lines of a table are taken for strokes.
    let ruled = text
        .chars()
        .all(|c| matches!(c, '|' | '_' | '~' | '¦' | '—' | '-' | '=' | '[' | ']'));
    let (left, top) = (number(fields, 6)?, number(fields, 7)?);
    let (width, height) = (number(fields, 8)?, number(fields, 9)?);
    (!ruled).then(|| Seen {
        text: text.to_owned(),
        left,
        top,
        right: left.saturating_add(width),
        bottom: top.saturating_add(height),
        certainty: certainty(fields),
        line,
    })
}

/// "96.52" is 96: the point and what follows are more than anybody knows.
fn certainty(fields: &[&str]) -> u8 {
    let whole = fields.get(10).and_then(|field| field.split('.').next());
    whole
        .and_then(|whole| whole.parse().ok())
        .map_or(0, |percent: u8| percent.min(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n\
        1\t1\t0\t0\t0\t0\t0\t0\t2550\t3300\t-1\t\n4\t1\t1\t1\t1\t0\t300\t400\t500\t40\t-1\t\n";

    #[test]
    fn words_keep_their_place_and_certainty() {
        let picture = understood(&format!(
            "{HEAD}5\t1\t1\t1\t1\t1\t300\t400\t90\t40\t96.52\tFee\n5\t1\t1\t1\t1\t2\t400\t401\t120\t39\t41.9\t$1O5.00\n"
        ));
        assert_eq!(picture.width, 2550);
        let words: Vec<(&str, u8, i32, i32)> = picture
            .words
            .iter()
            .map(|word| (word.text.as_str(), word.certainty, word.left, word.right))
            .collect();
        assert_eq!(words, [("Fee", 96, 300, 390), ("$1O5.00", 41, 400, 520)]);
        assert!(picture.words.iter().all(|word| word.line == 1));
    }

    #[test]
    fn what_is_no_word_is_left_out() {
        for row in [
            "5\t1\t1\t1\t1\t1\t300\t400\t90\t40\t96.5\t|",
            "5\t1\t1\t1\t1\t1\t300\t400\t90\t40\t96.5\t ",
            "5\t1\t1\t1\t1\t1\t-300\t400\t90\t40\t96.5\tFee",
            "5\t1\t1\t1\t1\t1\t99999999999\t400\t90\t40\t96.5\tFee",
            "5\t1\tFee",
            "",
        ] {
            assert_eq!(understood(&format!("{HEAD}{row}\n")).words, [], "{row}");
        }
        assert_eq!(understood(""), Picture::default());
    }
}
