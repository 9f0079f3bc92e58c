//! Plain text: a line is a line, and columns that spaces align are read as on a page of even letters.

mod layout;

use super::flow::{self, Block};
use super::{ReadError, identity};
use crate::page::{Document, Media};

/// A blank or a form feed says nothing; control characters in number say that this is no text.
const CONTROLS_PERCENT: usize = 2;

/// Reads plain text.
///
/// # Errors
/// No readable text.
pub(super) fn read(bytes: &[u8]) -> Result<Document, ReadError> {
    let text = decode(bytes);
    let blocks = blocks(&text);
    let document = flow::document(identity(bytes), Media::Text, None, &blocks, Vec::new());
    flow::readable(document)
}

/// The lines of a text, and the tables that its spacing draws.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    layout::blocks(&without_emphasis(text))
}

/// "**Total**" is the word Total in bold; "[***]" and "$**" are blanks, and stay.
fn without_emphasis(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("**") {
        let (before, marks) = rest.split_at(at);
        let run = marks.chars().take_while(|c| *c == '*').count();
        let after = marks.get(run..).unwrap_or_default();
        let opens = before
            .chars()
            .next_back()
            .is_none_or(|c| c.is_whitespace() || c == '|')
            && after.chars().next().is_some_and(char::is_alphanumeric);
        let closes = before
            .chars()
            .next_back()
            .is_some_and(|c| c.is_alphanumeric() || matches!(c, ':' | '.'))
            && after
                .chars()
                .next()
                .is_none_or(|c| c.is_whitespace() || matches!(c, '|' | ',' | '.' | ':' | ';' | ')'));
        let money = before
            .chars()
            .next_back()
            .is_none_or(|c| c.is_whitespace() || c == '|')
            && after
                .chars()
                .next()
                .is_some_and(|c| matches!(c, '$' | '\u{a3}' | '\u{20ac}'))
            && after.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
        kept.push_str(before);
        if run != 2 || !(opens || closes || money) {
            kept.push_str(marks.get(..run).unwrap_or_default());
        }
        rest = after;
    }
    kept.push_str(rest);
    kept
}

/// Are the bytes text in an encoding we know?
pub(super) fn is_text(bytes: &[u8]) -> bool {
    let text = decode(bytes);
    let strange = text
        .chars()
        .filter(|c| (c.is_control() && !c.is_whitespace()) || *c == '\u{fffd}')
        .count();
    !text.trim().is_empty()
        && strange.saturating_mul(100) <= text.chars().count().saturating_mul(CONTROLS_PERCENT)
}

/// UTF-8 or UTF-16 by its mark; what is neither is read as Windows-1252, which old mail and exports use.
pub(super) fn decode(bytes: &[u8]) -> String {
    match bytes {
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        other => match str::from_utf8(other) {
            Ok(text) => text.to_owned(),
            Err(_) => other.iter().map(|byte| windows(*byte)).collect(),
        },
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes
        .chunks_exact(2)
        .filter_map(|pair| Some(unit(pair.try_into().ok()?)))
        .collect();
    String::from_utf16_lossy(&units)
}

/// Windows-1252, from 0x80 to 0x9f; the rest is Latin-1.
const WINDOWS: [char; 32] = [
    '\u{20ac}', '\u{81}', '\u{201a}', '\u{192}', '\u{201e}', '\u{2026}', '\u{2020}', '\u{2021}', '\u{2c6}',
    '\u{2030}', '\u{160}', '\u{2039}', '\u{152}', '\u{8d}', '\u{17d}', '\u{8f}', '\u{90}', '\u{2018}',
    '\u{2019}', '\u{201c}', '\u{201d}', '\u{2022}', '\u{2013}', '\u{2014}', '\u{2dc}', '\u{2122}', '\u{161}',
    '\u{203a}', '\u{153}', '\u{9d}', '\u{17e}', '\u{178}',
];

fn windows(byte: u8) -> char {
    let special = byte
        .checked_sub(0x80)
        .and_then(|index| WINDOWS.get(usize::from(index)));
    special.copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_apart() {
        let cases: [(&[u8], &str); 4] = [
            ("Fee: \u{20ac} 5".as_bytes(), "Fee: \u{20ac} 5"),
            (b"Fee: \x80 5 \x96 net", "Fee: \u{20ac} 5 \u{2013} net"),
            (b"\xff\xfeF\0e\0e\0", "Fee"),
            (b"\xef\xbb\xbfFee", "Fee"),
        ];
        for (bytes, text) in cases {
            assert_eq!(decode(bytes), text);
        }
    }

    #[test]
    fn bold_is_no_part_of_a_word_and_blanks_stay() {
        let cases = [
            ("| **Total** | **\u{a3}60** |", "| Total | \u{a3}60 |"),
            ("**Client:** Fern & **Co.**", "Client: Fern & Co."),
            ("a fee of $** and [***] or **", "a fee of $** and [***] or **"),
        ];
        for (text, expected) in cases {
            assert_eq!(without_emphasis(text), expected);
        }
    }

    #[test]
    fn binary_is_not_text() {
        assert!(!is_text(&[0, 1, 2, 3, 4, 5, 6, 7, 0x80, 0x81]));
        assert!(is_text(b"Order form"));
    }
}
