//! Phrases in the cells of a row: "billed with B", "payable monthly".

use crate::reading::phrases::{self, Period};
use crate::reading::prose::timed;
use crate::reading::tokens::Token;

/// "billed with B".
pub(super) fn billed_with(tokens: &[Token]) -> Option<String> {
    let at = phrases::find(tokens, "billed with").or_else(|| phrases::find(tokens, "invoiced with"))?;
    tokens.get(at.saturating_add(2)).map(|token| token.low.clone())
}

/// "payable monthly", "billed quarterly", "invoiced annually", "monthly in arrears".
pub(super) fn payable(tokens: &[Token]) -> Option<Period> {
    let verb = tokens
        .iter()
        .position(|token| token.is_any("payable|billed|invoiced|paid|charged"));
    let rest = verb.and_then(|verb| tokens.get(verb..verb.saturating_add(5).min(tokens.len())));
    rest.and_then(phrases::period_within)
        .or_else(|| timed(tokens))
        .map(|(_, found)| found)
}
