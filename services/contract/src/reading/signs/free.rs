//! Periods that cost nothing, said in words alone: "the first two months are free of charge". No line can hold what has no
//! amount, so a person is asked.

use crate::flag::{Code, Flag};
use crate::page::Document;
use crate::reading::items::Item;
use crate::reading::phrases::says_any;
use crate::reading::statements::Statement;
use crate::reading::tokens::Token;
use crate::terms::Kind;

/// Flags free periods that no reduction among the lines stands for.
pub(super) fn read(document: &Document, statements: &[Statement], items: &[Item]) -> Vec<Flag> {
    let held = |statement: &Statement| {
        items
            .iter()
            .any(|item| item.scope == statement.scope && item.line.kind == Kind::Discount)
    };
    statements
        .iter()
        .filter(|statement| is_free_period(statement.tokens()) && !held(statement))
        .map(|statement| {
            let words = statement.stretch.printed(0, statement.tokens().len());
            Flag::new(
                Code::UnexplainedAmount,
                format!("“{words}” lets a period cost nothing, and no line holds that."),
                "Add the reduction, or let the price begin later.",
            )
            .seen(statement.evidence(document))
        })
        .collect()
}

pub(crate) fn is_free_period(tokens: &[Token]) -> bool {
    const FREE: &str = "free of charge|free months|free month|months free|month free|at no charge|without charge|\
        on the house|waived|complimentary|rent-free|fee-free|rent free|are free|is free|not be charged|are not charged|\
        is not charged|fee holiday|payment holiday|nothing is due for|no fee is due for|no charge for the first";
    // Repairs under a warranty and help lines are free for a time without touching a price.
    const ELSE: &str = "warranty|defect|defects|repair|repairs|replacement|bug|bugs|no free|trial|helpdesk";
    says_any(tokens, FREE) && !says_any(tokens, ELSE) && names_period(tokens)
}

/// "two months", "first quarter": a count or "first", right before a span.
fn names_period(tokens: &[Token]) -> bool {
    tokens.windows(2).any(|pair| {
        let [count, span] = pair else { return false };
        let counted =
            count.number().is_some() || count.is_any("first|initial|free|last|final") || count.is_mark(')');
        counted && span.is_any("month|months|quarter|quarters|week|weeks|year")
    })
}
