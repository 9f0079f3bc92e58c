//! Sentences that order the reader about. They are reported and read no further.

use crate::flag::{Code, Flag};
use crate::page::Document;
use crate::reading::phrases::{has_stem, says_any};
use crate::reading::statements::Statement;
use crate::reading::tokens::Token;

/// The statements without those that address a machine, and a flag for each of these.
pub(crate) fn without_orders(document: &Document, statements: Vec<Statement>) -> (Vec<Statement>, Vec<Flag>) {
    let (orders, rest): (Vec<Statement>, Vec<Statement>) = statements
        .into_iter()
        .partition(|statement| orders_reader(statement.tokens()));
    let flags = orders
        .iter()
        .map(|statement| {
            Flag::new(
                Code::HiddenTextInjection,
                "A sentence tries to instruct whoever reads the document by machine. It was not obeyed.",
                "Ask the sender what it is for.",
            )
            .seen(statement.evidence(document))
        })
        .collect();
    (rest, flags)
}

/// Speaks to a reader that is a machine, and tells it what to do.
fn orders_reader(tokens: &[Token]) -> bool {
    let machine = tokens
        .iter()
        .any(|token| token.text == "AI" || token.is_any("llm|chatbot|gpt"))
        || says_any(
            tokens,
            "ai assistant|ai system|language model|ai model|automated reader|extraction system|\
            system prompt|ai reviewer|automated system|data extraction|if you are an ai|\
            ai agent|machine reader|extraction model|automated contract|automated document|automated readers|\
            automated reviewer|machine readers|system override|automated reviewers|contract reader|contract readers",
        );
    let ignores = says_any(
        tokens,
        "ignore all|ignore previous|ignore the above|ignore any|disregard all|\
        disregard previous|disregard the|ignore every|previous instructions|\
        prior instructions|other instructions",
    );
    let commands = ignores
        || has_stem(
            tokens,
            "ignor|disregard|output|respond|instruct|extract|report|treat|approv|set|renegotiat|overrid",
        );
    let emits = says_any(
        tokens,
        "output a|output the|output only|output an|respond with|reply with|return only|print only|answer only|answer with",
    );
    (machine && commands)
        || (ignores && (emits || says_any(tokens, "instructions|instruction|prompt|prices above|fees above")))
        || (is_prompt(tokens) && (ignores || emits))
}

/// "SYSTEM: …", "Assistant: …": a turn of a conversation with a model.
fn is_prompt(tokens: &[Token]) -> bool {
    matches!(tokens, [role, colon, ..] if role.is_any("system|assistant|developer") && colon.is_mark(':'))
}
