//! Words that a line end divides: "bal-" and "ance" are one word, "long-" and "term" keep their hyphen.

use super::{Kind, Token, listed};
use crate::normal::duration;
use crate::normal::number_words::is_number_word;
use crate::page::WordRef;

/// Joins both halves of each divided word.
pub(super) fn join(words: &[WordRef], tokens: &mut Vec<Token>) {
    let mut at = 0usize;
    while at.saturating_add(2) < tokens.len() {
        if let Some(whole) = tokens
            .get(at..at.saturating_add(3))
            .and_then(|three| whole(words, three))
        {
            tokens.splice(at..at.saturating_add(3), [whole]);
        }
        at = at.saturating_add(1);
    }
}

/// The word that three tokens make: letters, a hyphen at the end of a line, small letters at the start of the next.
fn whole(words: &[WordRef], three: &[Token]) -> Option<Token> {
    let [head, hyphen, tail] = three else { return None };
    let line = |token: &Token| words.get(token.from).map(|word| word.line);
    let divided = hyphen.is_mark('-')
        && hyphen.shares_word_with(head)
        && !hyphen.shares_word_with(tail)
        && line(head) != line(tail);
    let lower = tail.text.chars().next().is_some_and(char::is_lowercase);
    let letters =
        head.kind == Kind::Word && tail.kind == Kind::Word && head.text.chars().all(char::is_alphabetic);
    // "three-" and "year" are a number and its unit, as in one line.
    let counted = is_number_word(&head.low) && duration::unit(&tail.low).is_some();
    if !(divided && lower && letters) || counted {
        return None;
    }
    let between = if keeps_hyphen(&head.low) { "-" } else { "" };
    Some(Token {
        kind: Kind::Word,
        text: format!("{}{between}{}", head.text, tail.text),
        low: format!("{}{between}{}", head.low, tail.low),
        from: head.from,
        to: tail.to,
        disputed: None,
    })
}

/// First halves of compounds.
fn keeps_hyphen(head: &str) -> bool {
    const HEADS: &str = "non|pre|post|co|self|long|short|set|sign|go|start|one|third|first|second|full|half|multi|semi|\
        sub|well|pro|per|take|pay|true|cross|end|back|mid|part|on|off|in|out|up|down|year|month|day|week|time|work|cost|\
        high|low|open|pass|follow|check|hard|soft|real|air|by|all|ex|anti|inter|counter|over|under|cut|log|mark|roll|run";
    listed(HEADS, head) || is_number_word(head)
}
