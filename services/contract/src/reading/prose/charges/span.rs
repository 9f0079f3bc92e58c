//! Which tokens of a sentence can be about one price alone, and whether they name anything.

use super::Charge;
use crate::reading::roles;
use crate::reading::tokens::{Kind as TokenKind, Token};

impl Charge<'_, '_> {
    /// The tokens that can be about this price and no other: from the amount before it to the one after it.
    pub(super) fn between(&self) -> (usize, usize) {
        let tokens = self.reader.tokens();
        let is_money = |at: &usize| tokens.get(*at).is_some_and(|token| token.money().is_some());
        let from = (0..self.at).rev().find(is_money);
        let end = self.at.saturating_add(self.price.length);
        let next = (end..tokens.len()).find(is_money);
        // "$60 until June, and from July $66": what stands before the next amount is of that one where a date leads it.
        let to = next.map_or(tokens.len(), |next| {
            led_by_date(tokens, end, next).unwrap_or(next)
        });
        (from.map_or(0, |from| from.saturating_add(1)), to)
    }

    /// "and from 1 January 2027 it is": dates and words that name nothing.
    pub(super) fn goes_on(&self) -> bool {
        const NAMES_NOTHING: &str = "and|then|from|as|of|on|starting|beginning|effective|commencing|with|effect|it|they|this|that|the|\
            price|fee|charge|rate|is|are|will|shall|be|become|becomes|rises|increases|to|costs|at|per|a|an|each|month|year|\
            quarter|annum|monthly|annually|quarterly|until|through|amounts|which";
        let tokens = self.reader.tokens();
        let (from, _) = self.between();
        let (clause, _) = roles::clause(tokens, self.at);
        let words = tokens.get(from.max(clause)..self.at).unwrap_or_default();
        let names = |token: &Token| {
            !matches!(token.kind, TokenKind::Date(_) | TokenKind::Mark(_)) && !token.is_any(NAMES_NOTHING)
        };
        let led = words
            .iter()
            .any(|token| token.is_any("from|as|starting|beginning|effective|commencing"));
        led && !words.iter().any(names)
    }
}

/// Where the words of the next amount begin, if a date leads them: ", and from 1 January 2027 it is".
fn led_by_date(tokens: &[Token], from: usize, to: usize) -> Option<usize> {
    let date = (from..to)
        .rev()
        .find(|at| matches!(tokens.get(*at).map(|token| token.kind), Some(TokenKind::Date(_))))?;
    let leads = (from..date).rev().take(3).find(|at| {
        tokens
            .get(*at)
            .is_some_and(|token| token.is_any("from|as|starting|beginning|effective|commencing|after"))
    })?;
    let subject = tokens.get(date.saturating_add(1)..to).unwrap_or_default();
    let linked = subject.iter().all(|token| {
        token.is_any("it|they|this|the|price|fee|rate|charge|is|are|will|shall|be|to|rises|increases|becomes")
            || token.is_mark(',')
    });
    linked.then_some(leads)
}
