//! Cuts printed words into plain tokens: letters, numerals, signs, marks.

use crate::normal::date::numeric;
use crate::normal::number;
use crate::normal::number_words::is_number_word;
use crate::page::{Document, WordRef};

use super::{Kind, Locale, Token, fold, listed};

/// The plain tokens of words.
pub(super) fn tokens(document: &Document, words: &[WordRef], locale: Locale) -> Vec<Token> {
    let mut out = Vec::with_capacity(words.len());
    for (index, at) in words.iter().enumerate() {
        let Some(word) = document.word(*at) else { continue };
        let printed = fold::word(&word.text);
        let mut cutter = Cutter {
            chars: printed.chars().collect(),
            at: 0,
            index,
            locale,
            out: &mut out,
        };
        cutter.cut();
    }
    out
}

struct Cutter<'t> {
    chars: Vec<char>,
    at: usize,
    index: usize,
    locale: Locale,
    out: &'t mut Vec<Token>,
}

impl Cutter<'_> {
    fn cut(&mut self) {
        while let Some(c) = self.peek(0) {
            match c {
                ' ' => self.at = self.at.saturating_add(1),
                '0'..='9' => self.numeral(),
                '.' if self.peek(1).is_some_and(|next| next.is_ascii_digit()) && !self.after_letter() => {
                    self.numeral();
                }
                '_' | '*' | '.' if self.run_of(c) >= 3 || (c != '.' && self.run_of(c) >= 2) => {
                    self.withheld(c);
                }
                '-' if self.run_of('-') >= 3 => self.skip(self.run_of('-')),
                '\u{00B9}' | '\u{00B2}' | '\u{00B3}' | '\u{2074}'..='\u{2079}' => self.note(c),
                _ if c.is_alphabetic() => self.letters(),
                _ => self.mark(c),
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at.saturating_add(ahead)).copied()
    }

    fn after_letter(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|at| self.chars.get(at));
        before.is_some_and(|c| c.is_alphanumeric())
    }

    fn run_of(&self, c: char) -> usize {
        self.chars
            .iter()
            .skip(self.at)
            .take_while(|next| **next == c)
            .count()
    }

    fn skip(&mut self, count: usize) {
        self.at = self.at.saturating_add(count);
    }

    fn take(&mut self, count: usize) -> String {
        let text = self.chars.iter().skip(self.at).take(count).collect();
        self.skip(count);
        text
    }

    fn push(&mut self, kind: Kind, text: String) {
        let low = text.to_lowercase();
        self.out.push(Token {
            kind,
            low: low.trim_end_matches('\'').to_owned(),
            text,
            from: self.index,
            to: self.index.saturating_add(1),
            disputed: None,
        });
    }

    fn withheld(&mut self, c: char) {
        let run = self.run_of(c);
        let text = self.take(run);
        if c == '.' {
            return self.push(Kind::Mark('.'), text);
        }
        let kind = Kind::Withheld {
            money: false,
            blank: c == '_',
        };
        self.push(kind, text);
    }

    fn note(&mut self, c: char) {
        const NOTES: [char; 9] = [
            '\u{00B9}', '\u{00B2}', '\u{00B3}', '\u{2074}', '\u{2075}', '\u{2076}', '\u{2077}', '\u{2078}',
            '\u{2079}',
        ];
        let number = NOTES.iter().position(|note| *note == c).unwrap_or_default();
        self.skip(1);
        let number = u32::try_from(number).unwrap_or_default().saturating_add(1);
        self.push(Kind::Note(number), c.to_string());
    }

    fn mark(&mut self, c: char) {
        self.skip(1);
        self.push(Kind::Mark(c), c.to_string());
    }

    fn numeral(&mut self) {
        if self.date() {
            return;
        }
        let digits = self.numeral_length();
        let text: String = self.chars.iter().skip(self.at).take(digits).collect();
        let letters = self.letters_at(digits);
        let tail: String = self
            .chars
            .iter()
            .skip(self.at.saturating_add(digits))
            .take(letters)
            .collect();
        match tail.as_str() {
            "" => self.number(&text, digits),
            "st" | "nd" | "rd" | "th" => self.ordinal(&text, digits.saturating_add(2)),
            _ => self.number_with(&text, &tail, digits),
        }
    }

    /// Digits with separators between digits.
    fn numeral_length(&self) -> usize {
        let mut length = 0usize;
        while let Some(c) = self.peek(length) {
            let next_digit = self
                .peek(length.saturating_add(1))
                .is_some_and(|next| next.is_ascii_digit());
            let part = c.is_ascii_digit()
                || (matches!(c, '.' | ',') && next_digit)
                || (c == '\'' && self.is_group_after(length));
            if !part {
                break;
            }
            length = length.saturating_add(1);
        }
        length
    }

    /// `28'000`: three figures and no fourth behind the apostrophe.
    fn is_group_after(&self, at: usize) -> bool {
        let digit = |ahead: usize| {
            self.peek(at.saturating_add(ahead))
                .is_some_and(|next| next.is_ascii_digit())
        };
        (1..=3).all(digit) && !digit(4)
    }

    fn letters_at(&self, from: usize) -> usize {
        let rest = self.chars.iter().skip(self.at.saturating_add(from));
        rest.take_while(|c| c.is_alphanumeric()).count()
    }

    fn number(&mut self, text: &str, length: usize) {
        let printed = if text.starts_with('.') {
            format!("0{text}")
        } else {
            text.to_owned()
        };
        let (plain, mark) = if printed.contains('\'') {
            (printed.replace('\'', ""), number::DecimalMark::Point)
        } else {
            (printed, self.locale.mark)
        };
        let kind = number::parse(&plain, mark).map_or(Kind::Word, Kind::Number);
        let text = self.take(length);
        self.push(kind, text);
    }

    fn ordinal(&mut self, digits: &str, length: usize) {
        let plain: String = digits.chars().filter(char::is_ascii_digit).collect();
        let kind = plain.parse().map_or(Kind::Word, Kind::Ordinal);
        let text = self.take(length);
        self.push(kind, text);
    }

    /// `50K` is a number, `500GB` a number and a unit, `24x7` and `7C1E40` are words.
    fn number_with(&mut self, digits: &str, tail: &str, length: usize) {
        const UNITS: &str = "gb|tb|mb|kb|gib|tib|kwh|mwh|kg|km|hrs|hr|mo|yr|min|h";
        let value = number::parse(digits, self.locale.mark);
        let whole = length.saturating_add(tail.chars().count());
        let low = tail.to_lowercase();
        if let (Some(value), Some(factor)) = (value, number::magnitude(&low)) {
            let text = self.take(whole);
            let scaled = value.checked_mul(factor).map_or(Kind::Word, Kind::Number);
            return self.push(scaled, text);
        }
        if value.is_some() && listed(UNITS, &low) {
            return self.number(digits, length);
        }
        let text = self.take(whole);
        self.push(Kind::Word, text);
    }

    fn date(&mut self) -> bool {
        let rest: String = self
            .chars
            .iter()
            .skip(self.at)
            .take_while(|c| c.is_ascii_digit() || matches!(c, '/' | '-' | '.'))
            .collect();
        let text = rest.trim_end_matches(['/', '-', '.']).to_owned();
        let Some(day) = numeric(&text, self.locale.order) else {
            return false;
        };
        let length = text.chars().count();
        if self.peek(length) == Some('T') {
            let stamp = self.chars.len().saturating_sub(self.at);
            self.skip(stamp.saturating_sub(length));
        }
        self.skip(length);
        self.push(Kind::Date(day), text);
        true
    }

    fn letters(&mut self) {
        if self.currency_prefix() {
            return;
        }
        let mut length = 0usize;
        while let Some(c) = self.peek(length) {
            let next = self.peek(length.saturating_add(1));
            let inside = matches!(c, '\'' | '-' | '&' | '.' | '@' | '_') && next.is_some_and(is_of_word);
            if !(is_of_word(c) || inside) {
                break;
            }
            length = length.saturating_add(1);
        }
        if self.peek(length) == Some('.') && self.is_abbreviation(length) {
            length = length.saturating_add(1);
        }
        let text = self.take(length);
        self.word(text);
    }

    /// `US$`, `C$`, `U.S.$`: letters that belong to the sign after them.
    fn currency_prefix(&mut self) -> bool {
        let dollar = self.chars.iter().skip(self.at).take(5).position(|c| *c == '$');
        let Some(length) = dollar.map(|at| at.saturating_add(1)) else {
            return false;
        };
        let text: String = self.chars.iter().skip(self.at).take(length).collect();
        if crate::normal::money::sign(&text).is_none() {
            return false;
        }
        self.skip(length);
        self.push(Kind::Mark('$'), text);
        true
    }

    fn word(&mut self, text: String) {
        let low = text.to_lowercase();
        let kind = ordinal_word(&low).map_or(Kind::Word, Kind::Ordinal);
        let split = low
            .split_once('-')
            .filter(|(first, rest)| is_number_word(first) && crate::normal::duration::unit(rest).is_some());
        // "three-year" is a number and a unit, "twenty-four" is a number, "follow-up" is a word.
        if let Some((first, _)) = split.filter(|_| text.is_ascii()) {
            let (number, unit) = text.split_at(first.len());
            self.push(Kind::Word, number.to_owned());
            self.push(Kind::Mark('-'), String::from("-"));
            return self.push(Kind::Word, unit.trim_start_matches('-').to_owned());
        }
        self.push(kind, text);
    }

    fn is_abbreviation(&self, length: usize) -> bool {
        const KNOWN: &str = "inc|ltd|corp|co|llc|no|nos|st|mr|mrs|ms|dr|jr|sr|vs|approx|max|min|disc|qty|art|sec|\
            jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|ave|ste|dept|attn|calif|plc|al|cf|\
            incl|excl|pte|pty";
        let text: String = self.chars.iter().skip(self.at).take(length).collect();
        let low = text.to_lowercase();
        let initials =
            low.len() == 1 || (low.contains('.') && low.split('.').all(|part| part.chars().count() <= 2));
        initials || listed(KNOWN, &low)
    }
}

/// Letters and plain digits; raised digits are notes.
fn is_of_word(c: char) -> bool {
    c.is_alphabetic() || c.is_ascii_digit()
}

fn ordinal_word(low: &str) -> Option<u32> {
    const ORDINALS: &str = "zeroth|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|\
        twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|\
        twenty-first|twenty-second|twenty-third|twenty-fourth|twenty-fifth|twenty-sixth|twenty-seventh|\
        twenty-eighth|twenty-ninth|thirtieth|thirty-first";
    u32::try_from(ORDINALS.split('|').position(|name| name == low)?).ok()
}
