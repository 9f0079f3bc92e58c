//! Words as one run of characters in which a quote can be looked for: white space, hyphens between letters, ligatures,
//! quotation marks and dashes fold; digits never do, and two numbers never become one.

use crate::reading::tokens::fold;

/// Folded words and where each begins.
pub(super) struct Folded {
    text: String,
    starts: Vec<usize>,
}

impl Folded {
    /// Folds words in reading order.
    pub(super) fn of<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut folded = Self {
            text: String::new(),
            starts: Vec::new(),
        };
        for word in words {
            folded.add(word);
        }
        folded
    }

    fn add(&mut self, word: &str) {
        let mut start = None;
        let mut spaced = true;
        for c in fold::word(word).chars() {
            if c.is_whitespace() {
                spaced = true;
                continue;
            }
            self.join(c, spaced);
            start = start.or(Some(self.text.len()));
            self.text.push(c);
            spaced = false;
        }
        self.starts.push(start.unwrap_or(self.text.len()));
    }

    /// Between two numbers the space stays, or "1 2" would be found in "12"; between letters a hyphen goes, so that a
    /// word that a line end divides is found.
    fn join(&mut self, next: char, spaced: bool) {
        if spaced && self.text.ends_with(is_of_number) && is_of_number(next) {
            self.text.push(' ');
        }
        if next.is_alphabetic() && self.text.ends_with('-') {
            let before = self.text.trim_end_matches('-');
            if before.ends_with(char::is_alphabetic) {
                self.text.truncate(before.len());
            }
        }
    }

    /// The first stretch of words, as a half-open range, in which the quote stands; within `from..to`.
    pub(super) fn find(&self, quote: &str, from: usize, to: usize) -> Option<(usize, usize)> {
        let wanted = Self::of(quote.split_whitespace()).text;
        if wanted.is_empty() {
            return None;
        }
        let found = self
            .text
            .match_indices(&wanted)
            .map(|(at, text)| (at, at.saturating_add(text.len())));
        let mut whole = found.filter(|(start, end)| self.is_whole(*start, *end));
        whole.find_map(|(start, end)| {
            let (first, last) = (self.word_at(start)?, self.word_at(end.checked_sub(1)?)?);
            (from <= first && last < to).then_some((first, last.saturating_add(1)))
        })
    }

    /// The word that holds this byte.
    fn word_at(&self, at: usize) -> Option<usize> {
        self.starts.partition_point(|start| *start <= at).checked_sub(1)
    }

    /// Does the stretch begin and end where words and numbers do?
    fn is_whole(&self, start: usize, end: usize) -> bool {
        self.begins_whole(start) && self.ends_whole(end)
    }

    fn begins_whole(&self, start: usize) -> bool {
        let (before, rest) = self.text.split_at(start);
        let first = rest.chars().next();
        if self.starts.binary_search(&start).is_ok() {
            return true;
        }
        let mut back = before.chars().rev();
        match (back.next(), first) {
            (Some(previous), Some(first)) if previous.is_alphanumeric() && first.is_alphanumeric() => false,
            (Some('.' | ','), Some(first)) if first.is_ascii_digit() => {
                !back.next().is_some_and(|c| c.is_ascii_digit())
            }
            _ => true,
        }
    }

    fn ends_whole(&self, end: usize) -> bool {
        let (before, rest) = self.text.split_at(end);
        let last = before.chars().next_back();
        let digit = last.is_some_and(|c| c.is_ascii_digit());
        let new_word = self.starts.binary_search(&end).is_ok();
        let mut ahead = rest.chars();
        match ahead.next() {
            Some(next) if !new_word && next.is_alphanumeric() => !last.is_some_and(char::is_alphanumeric),
            // "$30, 000" is no thirty dollars.
            Some('.' | ',') if digit => {
                let after: String = ahead.take(4).collect();
                let grouped = after
                    .strip_prefix(' ')
                    .is_some_and(|group| group.len() == 3 && group.bytes().all(|c| c.is_ascii_digit()));
                !grouped && !after.starts_with(|c: char| c.is_ascii_digit())
            }
            _ => true,
        }
    }
}

fn is_of_number(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '.' | ',')
}

#[cfg(test)]
mod tests {
    use super::Folded;

    fn found(text: &str, quote: &str) -> Option<(usize, usize)> {
        let words: Vec<&str> = text.split(' ').collect();
        Folded::of(words.iter().copied()).find(quote, 0, words.len())
    }

    #[test]
    fn layout_folds_and_digits_do_not() {
        let cases = [
            ("a fee of $500.00 per month", "$500.00 per month", Some((3, 6))),
            ("a fee of $ 500.00, due", "$500.00", Some((3, 5))),
            ("the sub- scription fee", "subscription fee", Some((1, 4))),
            ("month-to-month basis", "month-to-month", Some((0, 1))),
            ("the “Fee” – in eﬀect", "\"Fee\" - in effect", Some((1, 5))),
            ("net thirty (30) days", "(30) days", Some((2, 4))),
            ("a fee of $500.00", "$500", None),
            ("a fee of $1,250.00", "250.00", None),
            ("a fee of $50", "$5", None),
            ("seats 1 2,400.00", "12,400.00", None),
            ("seats 12 400", "12400", None),
            ("seats 12400", "12 400", None),
            ("a fee of $30, 000 a year", "$30", None),
            ("2.9% of it", "2.9", Some((0, 1))),
            ("A fee of $500", "a fee", None),
            ("a fee", "", None),
        ];
        for (text, quote, expected) in cases {
            assert_eq!(found(text, quote), expected, "{quote} in {text}");
        }
    }

    #[test]
    fn only_the_asked_part_is_searched() {
        let folded = Folded::of(["$5", "a", "month", "or", "$5", "a", "week"]);
        assert_eq!(folded.find("$5 a", 0, 7), Some((0, 2)));
        assert_eq!(folded.find("$5 a", 3, 7), Some((4, 6)));
        assert_eq!(folded.find("$5 a month", 3, 7), None);
    }
}
