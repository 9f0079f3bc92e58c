//! Whose days they are: the contract's own term, or those of seats, discounts, instalments and other papers.

use super::cues::DateRole;
use crate::reading::phrases::says_any;
use crate::reading::statements::Statement;
use crate::reading::tokens::{Kind, Token};

/// "Term", "Duration", "Period": the heading says what the clause is about.
pub(super) fn is_headed_term(statement: &Statement) -> bool {
    const HEADINGS: &str =
        "term|period|duration|term and termination|term of agreement|commencement|engagement";
    let heading = statement.under.heading.trim_matches(|c: char| !c.is_alphabetic());
    let last = heading.rsplit(". ").next().unwrap_or(heading);
    HEADINGS.split('|').any(|known| known == last)
}

/// (the "Consulting Period"): what the sentence names is the span of the contract.
pub(super) fn defines_term(tokens: &[Token]) -> bool {
    tokens.windows(3).any(|three| {
        let [word, mark, close] = three else { return false };
        let quoted = matches!(mark.kind, Kind::Mark('"')) && close.is_mark(')');
        quoted && word.is_capital() && word.is_any("term|period|engagement")
    })
}

pub(super) fn is_about_term(subject: &[Token]) -> bool {
    subject.iter().any(|token| {
        token.is_any(
            "term|agreement|period|services|contract|subscription|it|order|plan|sow|schedule|\
            lease|license|engagement|this|deal|season|we|work|service|reference|commencement|rights|addendum|annex|statement",
        )
    })
}

pub(super) fn is_about_else(subject: &[Token]) -> bool {
    subject.iter().any(|token| {
        token.is_any(
            "seats|users|royalties|commission|commissions|rent|discount|installment|installments|instalments|payment|payments|invoice|\
            fiscal|trial|pilot|credit|credits|price|prices|rate|rates|fee|fees|charge|charges|\
            royalty|warranty|milestone|quarter|thereafter|renewal|option|interest|license|month|\
            months|week|weeks|if|employment|percentage",
        )
    })
}

/// "that certain Distributor Agreement dated as of …", "under the Master Agreement dated …": another contract's date.
pub(super) fn refers_elsewhere(subject: &[Token], role: DateRole) -> bool {
    let elsewhere = says_any(
        subject,
        "that certain|pursuant to the|under the|under our|to the|party to|parties to|amends|\
        certain|previously|prior|reference",
    );
    elsewhere || (role == DateRole::Agreed && subject.is_empty())
}
