//! Typed tokens: what stands in a stretch of words, each token with the words it was made of.
//!
//! Two steps: [`lex`] cuts words into plain tokens, the joins make numbers, percentages, money and dates of them. Later
//! steps speak of tokens only, so that "$50K at discovery" can never be read as "per t".

mod dates;
mod divided;
pub(crate) mod fold;
mod lex;
mod money;
mod numbers;

#[cfg(test)]
mod tests;

use std::rc::Rc;

use rust_decimal::Decimal;

use crate::normal::date::{Day, DayOrder};
use crate::normal::money::Sign;
use crate::normal::number::DecimalMark;
use crate::page::{Document, WordRef};
use crate::terms::{Evidence, Match};

/// How the document writes numbers and dates where both ways are possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Locale {
    /// Which character separates decimals.
    pub(crate) mark: DecimalMark,
    /// Which of day and month comes first in dates of numbers.
    pub(crate) order: DayOrder,
}

/// Tokens of a stretch of words that belong together: a paragraph, a sentence, a cell.
#[derive(Debug, Clone)]
pub(crate) struct Stretch {
    words: Rc<[WordRef]>,
    /// In reading order.
    pub(crate) tokens: Vec<Token>,
}

/// One token and the words it was made of.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: Kind,
    /// As printed.
    pub(crate) text: String,
    /// Lower case, quotation marks and dashes folded.
    pub(crate) low: String,
    /// First and one past the last of its words in the stretch.
    from: usize,
    to: usize,
    /// The other value, where an amount in words differs from its numerals.
    pub(crate) disputed: Option<Decimal>,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    /// Letters.
    Word,
    /// A number without unit.
    Number(Decimal),
    /// `1st`, `third`.
    Ordinal(u32),
    /// An amount with a currency sign or word.
    Money(Amount),
    /// 2.9 for `2.9%`.
    Percent(Decimal),
    /// A day.
    Date(Day),
    /// Redacted or left blank; `money` where a currency sign or word stands with it.
    Withheld {
        /// Does a currency stand with it?
        money: bool,
        /// A line to be filled in, rather than something taken out.
        blank: bool,
    },
    /// A reference to a note at the foot of a page.
    Note(u32),
    /// Punctuation.
    Mark(char),
}

/// An amount of money as printed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Amount {
    /// In major units.
    pub(crate) value: Decimal,
    /// What the sign, code or word beside it says.
    pub(crate) sign: Option<Sign>,
}

/// Reads words into tokens.
pub(crate) fn read(document: &Document, words: &[WordRef], locale: Locale) -> Stretch {
    let seen: Vec<WordRef> = words
        .iter()
        .copied()
        .filter(|at| document.word(*at).is_some_and(crate::page::Word::seen))
        .collect();
    let mut tokens = lex::tokens(document, &seen, locale);
    divided::join(&seen, &mut tokens);
    dates::join(&mut tokens, locale);
    numbers::join(&mut tokens, locale);
    money::join(&mut tokens);
    dates::join_spelled(&mut tokens);
    Stretch {
        words: seen.into(),
        tokens,
    }
}

impl Stretch {
    /// Tokens `from..to` as a stretch of their own.
    pub(crate) fn part(&self, from: usize, to: usize) -> Self {
        Self {
            words: Rc::clone(&self.words),
            tokens: self.tokens.get(from..to).unwrap_or_default().to_vec(),
        }
    }

    /// Several stretches read as one, in their order.
    pub(crate) fn joined(parts: &[&Self]) -> Self {
        let mut words: Vec<WordRef> = Vec::new();
        let mut tokens: Vec<Token> = Vec::new();
        for part in parts {
            let offset = words.len();
            words.extend(part.words.iter().copied());
            tokens.extend(part.tokens.iter().cloned().map(|token| Token {
                from: token.from.saturating_add(offset),
                to: token.to.saturating_add(offset),
                ..token
            }));
        }
        Self {
            words: words.into(),
            tokens,
        }
    }

    /// The words behind tokens `from..to`.
    pub(crate) fn words(&self, from: usize, to: usize) -> &[WordRef] {
        let tokens = self
            .tokens
            .get(from..to.min(self.tokens.len()))
            .unwrap_or_default();
        let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else {
            return &[];
        };
        self.words.get(first.from..last.to).unwrap_or_default()
    }

    /// All its words.
    pub(crate) fn all_words(&self) -> &[WordRef] {
        self.words(0, self.tokens.len())
    }

    /// Evidence for tokens `from..to`, one for each page they stand on.
    pub(crate) fn evidence(&self, document: &Document, from: usize, to: usize) -> Vec<Evidence> {
        let words = self.words(from, to);
        let pages = words.chunk_by(|one, other| one.line.page == other.line.page);
        pages
            .filter_map(|page| Evidence::from_words(document, page, Match::Exact))
            .collect()
    }

    /// The tokens `from..to` as printed, without the punctuation that clings to their words.
    pub(crate) fn printed(&self, from: usize, to: usize) -> String {
        let mut out = String::new();
        let mut before: Option<&Token> = None;
        for token in self
            .tokens
            .get(from..to.min(self.tokens.len()))
            .unwrap_or_default()
        {
            if before.is_some_and(|before| !before.shares_word_with(token)) {
                out.push(' ');
            }
            out.push_str(&token.text);
            before = Some(token);
        }
        out
    }

    /// The text of the words of tokens `from..to`, one space between words.
    pub(crate) fn text(&self, document: &Document, from: usize, to: usize) -> String {
        let texts: Vec<&str> = self
            .words(from, to)
            .iter()
            .filter_map(|at| document.word(*at))
            .map(|word| word.text.as_str())
            .collect();
        texts.join(" ")
    }
}

impl Token {
    /// Is it that word, folded to lower case?
    pub(crate) fn is(&self, word: &str) -> bool {
        self.low == word
    }

    /// Is it one of those words, written `one|other`?
    pub(crate) fn is_any(&self, words: &str) -> bool {
        listed(words, &self.low)
    }

    /// Do both come from one printed word?
    pub(crate) fn shares_word_with(&self, other: &Self) -> bool {
        self.from < other.to && other.from < self.to
    }

    /// Is it that punctuation mark?
    pub(crate) fn is_mark(&self, mark: char) -> bool {
        self.kind == Kind::Mark(mark)
    }

    /// Does it begin with a capital letter?
    pub(crate) fn is_capital(&self) -> bool {
        self.text.chars().next().is_some_and(char::is_uppercase)
    }

    /// Its number, if it is one.
    pub(crate) fn number(&self) -> Option<Decimal> {
        match self.kind {
            Kind::Number(value) => Some(value),
            _ => None,
        }
    }

    /// Its amount, if it is one.
    pub(crate) fn money(&self) -> Option<Amount> {
        match self.kind {
            Kind::Money(amount) => Some(amount),
            _ => None,
        }
    }

    /// The day, if it is a whole date.
    pub(crate) fn day(&self) -> Option<jiff::civil::Date> {
        match self.kind {
            Kind::Date(Day::Is(day)) => Some(day),
            _ => None,
        }
    }

    /// Its percentage, if it is one.
    pub(crate) fn percent(&self) -> Option<Decimal> {
        match self.kind {
            Kind::Percent(value) => Some(value),
            _ => None,
        }
    }
}

/// Does the list, written `one|other`, hold the word?
pub(crate) fn listed(list: &str, word: &str) -> bool {
    let word = word.as_bytes();
    list.as_bytes()
        .split(|byte| *byte == b'|')
        .any(|known| known == word)
}

/// Replaces tokens `from..to` by one of that kind made of the same words.
fn merge(tokens: &mut Vec<Token>, from: usize, to: usize, kind: Kind) {
    let Some(joined) = tokens
        .get(from..to)
        .filter(|part| !part.is_empty())
        .map(|part| Token {
            kind,
            text: join_texts(part.iter().map(|token| token.text.as_str())),
            low: join_texts(part.iter().map(|token| token.low.as_str())),
            from: part.iter().map(|token| token.from).min().unwrap_or_default(),
            to: part.iter().map(|token| token.to).max().unwrap_or_default(),
            disputed: part.iter().find_map(|token| token.disputed),
        })
    else {
        return;
    };
    tokens.splice(from..to, [joined]);
}

fn join_texts<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for text in texts {
        let tight = out.is_empty()
            || out.ends_with(['$', '€', '£', '(', '['])
            || text.starts_with(['%', ')', ']', ',', '.']);
        if !tight {
            out.push(' ');
        }
        out.push_str(text);
    }
    out
}
