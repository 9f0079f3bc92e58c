//! What a price cell says when it holds no price.

use crate::reading::phrases::says_any;
use crate::reading::tokens::{Kind, Stretch, Token};

/// What stands where a price should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Instead {
    /// It costs nothing.
    Free,
    /// Somebody else's price, passed on.
    AtCost,
    /// A list or document that is not here.
    Elsewhere,
    /// Redacted or blank.
    Withheld {
        /// A line to be filled in.
        blank: bool,
    },
    /// To be agreed or quoted later.
    Later,
    /// Nothing about a price.
    Nothing,
}

/// What a cell without a price says.
pub(crate) fn instead(cell: &Stretch) -> Instead {
    let tokens = &cell.tokens;
    if let Some(blank) = tokens.iter().find_map(withheld) {
        return Instead::Withheld { blank };
    }
    if is_free(tokens) {
        return Instead::Free;
    }
    if says_any(
        tokens,
        "at cost|pass-through|pass through|passed through|actual cost|cost plus",
    ) {
        return Instead::AtCost;
    }
    if says_any(
        tokens,
        "price list|published|then-current|current rates|rate card|prevailing|exhibit|schedule",
    ) {
        return Instead::Elsewhere;
    }
    if says_any(
        tokens,
        "tbd|tba|to be determined|to be agreed|to be confirmed|to be quoted|tbc",
    ) {
        return Instead::Later;
    }
    Instead::Nothing
}

/// "included", "no charge", "free", "waived", "–", "n/a".
pub(crate) fn is_free(tokens: &[Token]) -> bool {
    let dash = tokens.len() == 1 && tokens.first().is_some_and(|token| token.is_mark('-'));
    dash || says_any(
        tokens,
        "included|no charge|no fee|free|waived|n/a|none|nil|no additional charge|\
        without charge|free of charge|n / a|complimentary",
    )
}

fn withheld(token: &Token) -> Option<bool> {
    match token.kind {
        Kind::Withheld { blank, .. } => Some(blank),
        _ => None,
    }
}
