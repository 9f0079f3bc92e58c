//! The characters of a word, in whatever file it stands: composed, ligatures spelt out, and without those that steer the eye or the machine.

use unicode_normalization::UnicodeNormalization;

/// The Greek question mark looks like a semicolon and NFC makes it one; we keep what is printed.
const GREEK_QUESTION_MARK: char = '\u{37e}';

/// NFC, ligatures as letters, soft hyphens as the hyphens they print, no control characters.
pub(super) fn tidy(text: &str) -> String {
    let mut tidied = String::with_capacity(text.len());
    for part in text.split_inclusive(GREEK_QUESTION_MARK) {
        let body = part.strip_suffix(GREEK_QUESTION_MARK);
        let kept = body
            .unwrap_or(part)
            .chars()
            .filter(|c| !steers(*c) && !c.is_control());
        tidied.extend(kept.flat_map(spelt).nfc());
        tidied.extend(body.map(|_| GREEK_QUESTION_MARK));
    }
    tidied
}

/// Zero-width, bidirectional, invisible and tag characters: they change how text reads without being seen.
pub(super) fn steers(c: char) -> bool {
    matches!(c,
        '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{180e}' | '\u{061c}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0000}'..='\u{e01ef}')
}

fn spelt(c: char) -> impl Iterator<Item = char> {
    let letters = match c {
        '\u{fb00}' => "ff",
        '\u{fb01}' => "fi",
        '\u{fb02}' => "fl",
        '\u{fb03}' => "ffi",
        '\u{fb04}' => "ffl",
        '\u{fb05}' | '\u{fb06}' => "st",
        '\u{00ad}' => "-",
        _ => "",
    };
    letters.chars().chain(letters.is_empty().then_some(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_tidied_and_nothing_else_is_touched() {
        let cases = [
            ("o\u{fb03}ce", "office"),
            ("e\u{301}", "\u{e9}"),
            ("1\u{200b},000", "1,000"),
            ("\u{202e}001", "001"),
            ("a\u{e0041}b", "ab"),
            ("co\u{ad}", "co-"),
            ("end\u{37e}then", "end\u{37e}then"),
            ("\u{201c}Fees\u{201d}", "\u{201c}Fees\u{201d}"),
        ];
        for (printed, tidied) in cases {
            assert_eq!(tidy(printed), tidied);
        }
    }
}
