//! Figures that a recogniser took apart: the little room after a point or a comma is no space between words.

use crate::file::recognised::Seen;

/// Nearer than this part of the usual room between words of the line, in percent, figures belong together.
const NEAR: i32 = 55;

/// The words of a line, with "$385." and "00" as the one amount they print. It is as certain as its least certain part.
pub(super) fn joined(line: &[Seen]) -> Vec<Seen> {
    let near = room(line).saturating_mul(NEAR) / 100;
    let mut words: Vec<Seen> = Vec::with_capacity(line.len());
    for word in line {
        match words.last_mut() {
            Some(last) if goes_on(last, word) && word.left.saturating_sub(last.right) <= near => {
                last.text.push_str(&word.text);
                last.right = last.right.max(word.right);
                last.top = last.top.min(word.top);
                last.bottom = last.bottom.max(word.bottom);
                last.certainty = last.certainty.min(word.certainty);
            }
            _ => words.push(word.clone()),
        }
    }
    words
}

/// "1," and "000": a figure up to its point or comma, and the figure after it.
fn goes_on(last: &Seen, word: &Seen) -> bool {
    let mut end = last.text.chars().rev();
    let open = matches!(end.next(), Some('.' | ',')) && end.next().is_some_and(|c| c.is_ascii_digit());
    open && word.text.starts_with(|c: char| c.is_ascii_digit())
}

/// The usual room between two words of a line.
fn room(line: &[Seen]) -> i32 {
    let pairs = line.windows(2).filter_map(|pair| match pair {
        [one, other] => Some(other.left.saturating_sub(one.right)),
        _ => None,
    });
    super::median(pairs).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(words: &[(&str, i32, i32)]) -> Vec<Seen> {
        let seen = |(text, left, right): &(&str, i32, i32)| Seen {
            text: (*text).to_owned(),
            left: *left,
            top: 0,
            right: *right,
            bottom: 40,
            certainty: 90,
            line: 1,
        };
        words.iter().map(seen).collect()
    }

    fn texts(words: &[(&str, i32, i32)]) -> Vec<String> {
        joined(&line(words)).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn figures_are_put_together_and_words_are_not() {
        let fee = [
            ("pays", 0, 100),
            ("$385.", 140, 300),
            ("00", 314, 370),
            ("per", 410, 500),
        ];
        assert_eq!(texts(&fee), ["pays", "$385.00", "per"]);
        let limit = [
            ("of", 0, 50),
            ("$1,", 90, 160),
            ("000,", 172, 270),
            ("000.", 284, 390),
            ("It", 430, 470),
        ];
        assert_eq!(texts(&limit), ["of", "$1,000,000.", "It"]);
        // As far apart as words are.
        let list = [
            ("paragraphs", 0, 200),
            ("1,", 240, 280),
            ("200", 320, 400),
            ("and", 440, 500),
        ];
        assert_eq!(texts(&list), ["paragraphs", "1,", "200", "and"]);
        let name = [
            ("Pike,", 0, 200),
            ("Inc", 206, 280),
            ("is", 320, 360),
            ("it", 400, 440),
        ];
        assert_eq!(texts(&name), ["Pike,", "Inc", "is", "it"]);
    }
}
