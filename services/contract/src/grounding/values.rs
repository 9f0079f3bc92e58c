//! One value of a claim, read from the words on the page.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::Ground;
use super::cited::{Cited, Passage, Printed};
use crate::flag::{Code, Flag};
use crate::normal::date::Day;
use crate::page::WordRef;
use crate::reading::tokens::{Kind, Token};
use crate::terms::{Evidence, Found};

/// A claim that is being held against the document.
pub(super) struct Claim<'c> {
    pub(super) cited: &'c Cited,
    /// Where its quote stands.
    pub(super) quote: Passage,
}

/// Where the words of a value may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// In the quote: numbers, dates and currencies.
    Quote,
    /// In the quote or elsewhere in the cited lines: names, units and words that say when.
    Lines,
}

impl Claim<'_> {
    /// Reads the value that the claim copied, where it stands there and `read` can make something of it. Otherwise it
    /// is unsupported and flagged at `path`.
    pub(super) fn value<T>(
        &self,
        ground: &mut Ground<'_>,
        path: &str,
        claim: &str,
        place: Place,
        read: impl Fn(&[Token]) -> Option<T>,
    ) -> Found<T> {
        self.read(ground, path, claim, place, |printed| read(printed.tokens()))
    }

    /// The same for a number whose unit may stand behind the copied words.
    pub(super) fn measure<T>(
        &self,
        ground: &mut Ground<'_>,
        path: &str,
        claim: &str,
        read: impl Fn(&[Token]) -> Option<T>,
    ) -> Found<T> {
        self.read(ground, path, claim, Place::Quote, |printed| {
            read(printed.tokens_on())
        })
    }

    fn read<T>(
        &self,
        ground: &mut Ground<'_>,
        path: &str,
        claim: &str,
        place: Place,
        read: impl Fn(&Printed) -> Option<T>,
    ) -> Found<T> {
        let printed = self
            .locate(claim, place)
            .and_then(|at| self.cited.printed(ground, at));
        let value = printed.and_then(|printed| Some((read(&printed)?, printed)));
        let Some((value, printed)) = value else {
            ground.not_said(path, claim, self.cited.words(self.quote));
            return Found::unsupported(super::shortened(claim), self.evidence(ground));
        };
        ground.note_source(path, printed.words());
        Found::supported(value, printed.text(), self.evidence_with(ground, printed.words()))
    }

    /// The same for a value that may not be claimed at all.
    pub(super) fn optional<T>(
        &self,
        ground: &mut Ground<'_>,
        path: &str,
        claim: Option<&String>,
        place: Place,
        read: impl Fn(&[Token]) -> Option<T>,
    ) -> Found<T> {
        match claim {
            Some(claim) => self.value(ground, path, claim, place, read),
            None => Found::absent(),
        }
    }

    /// A date; one that can be read in two ways has no value.
    pub(super) fn date(&self, ground: &mut Ground<'_>, path: &str, claim: &str) -> Found<Date> {
        let found = self.value(ground, path, claim, Place::Quote, day);
        match found.value {
            Some(Day::Is(date)) => Found {
                value: Some(date),
                printed: found.printed,
                evidence: found.evidence,
                status: found.status,
            },
            Some(Day::Ambiguous {
                month_first,
                day_first,
            }) => {
                let sentence = format!("“{}” can be {month_first} or {day_first}.", found.printed);
                let flag = Flag::new(
                    Code::AmbiguousDate,
                    sentence,
                    "Ask which day is meant and enter it.",
                );
                ground.flag(flag.at(path).seen(found.evidence.iter().cloned()));
                Found::unsupported(found.printed, found.evidence)
            }
            None => Found::unsupported(found.printed, found.evidence),
        }
    }

    /// Words as they stand on the page, without marks around them.
    pub(super) fn words(
        &self,
        ground: &mut Ground<'_>,
        path: &str,
        claim: &str,
        place: Place,
    ) -> Found<String> {
        let located = self.locate(claim, place);
        let text = located
            .map(|at| bare(&self.cited.text(at)))
            .filter(|text| text.chars().any(char::is_alphanumeric));
        match text {
            Some(text) => Found::supported(text.clone(), text, self.evidence(ground)),
            None => {
                ground.not_said(path, claim, self.cited.words(self.quote));
                Found::unsupported(super::shortened(claim), self.evidence(ground))
            }
        }
    }

    /// Where the copied words stand.
    pub(super) fn locate(&self, claim: &str, place: Place) -> Option<Passage> {
        let in_quote = self.cited.find_in(self.quote, claim);
        in_quote.or_else(|| self.cited.find(claim).filter(|_| place == Place::Lines))
    }

    /// The tokens of the whole quote.
    pub(super) fn whole(&self, ground: &Ground<'_>) -> Option<Printed> {
        self.cited.printed(ground, self.quote)
    }

    /// The tokens of the copied words.
    pub(super) fn printed(&self, ground: &Ground<'_>, claim: &str, place: Place) -> Option<Printed> {
        self.cited.printed(ground, self.locate(claim, place)?)
    }

    /// The evidence of the quote.
    pub(super) fn evidence(&self, ground: &Ground<'_>) -> Vec<Evidence> {
        self.cited
            .evidence(ground.document, self.quote)
            .into_iter()
            .collect()
    }

    /// The evidence of the quote, and of words of the value that it leaves out.
    pub(super) fn evidence_with(&self, ground: &Ground<'_>, words: &[WordRef]) -> Vec<Evidence> {
        let quoted = self.cited.words(self.quote);
        let outside: Vec<WordRef> = words
            .iter()
            .copied()
            .filter(|word| !quoted.contains(word))
            .collect();
        let more = Evidence::from_words(ground.document, &outside, self.quote.matched);
        self.cited
            .evidence(ground.document, self.quote)
            .into_iter()
            .chain(more)
            .collect()
    }
}

/// A name without the quotation marks, brackets and commas around it; an abbreviation keeps its full stop.
fn bare(text: &str) -> String {
    let around = |c: char| matches!(c, '"' | '“' | '”' | '‘' | '’' | '\'' | ',' | ';' | ':' | ' ');
    let text = text.trim_matches(around);
    let open = text.matches('(').count();
    let closed = text.matches(')').count();
    let text = if closed > open {
        text.trim_end_matches(')')
    } else {
        text
    };
    let text = if open > closed {
        text.trim_start_matches('(')
    } else {
        text
    };
    text.trim_matches(around).to_owned()
}

/// The only number among the tokens, with or without a currency.
pub(super) fn number(tokens: &[Token]) -> Option<Decimal> {
    only(tokens.iter().filter_map(|token| match token.kind {
        Kind::Number(value) => Some(value),
        _ => None,
    }))
}

/// The only amount among the tokens; a bare number will do where a column names the currency.
pub(super) fn amount(tokens: &[Token]) -> Option<Decimal> {
    let money = || {
        tokens
            .iter()
            .filter_map(|token| token.money().map(|amount| amount.value))
    };
    if money().next().is_some() {
        only(money())
    } else {
        number(tokens)
    }
}

/// The only percentage among the tokens.
pub(super) fn percent(tokens: &[Token]) -> Option<Decimal> {
    only(tokens.iter().filter_map(Token::percent))
}

fn day(tokens: &[Token]) -> Option<Day> {
    only(tokens.iter().filter_map(|token| match token.kind {
        Kind::Date(day) => Some(day),
        _ => None,
    }))
}

/// The value that all of them agree on.
pub(super) fn only<T: PartialEq>(mut values: impl Iterator<Item = T>) -> Option<T> {
    let first = values.next()?;
    values.all(|value| value == first).then_some(first)
}
