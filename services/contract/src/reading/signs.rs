//! Words that a reviewer must see: empty signature lines, options, rights, references to papers that are not here, and
//! sentences that try to steer the reader.

mod free;
pub(crate) use free::is_free_period;
mod orders;
mod references;

#[cfg(test)]
mod tests;

use super::items::Item;
use super::parties::Parties;
use super::phrases::says_any;
use super::scopes::Scopes;
use super::statements::Statement;
use crate::flag::{Code, Flag};
use crate::page::Document;
use crate::terms::{Evidence, Kind, Match};

pub(crate) use orders::without_orders;

/// Flags of words in the document.
pub(crate) fn read(
    document: &Document,
    scopes: &Scopes,
    statements: &[Statement],
    parties: &Parties,
    items: &[Item],
) -> Vec<Flag> {
    let mut flags: Vec<Flag> = Vec::new();
    flags.extend(unsigned(document));
    flags.extend(acceptance(document, statements, items));
    flags.extend(holdback(document, statements, items));
    flags.extend(free::read(document, statements, items));
    flags.extend(in_email(document, statements));
    flags.extend(references::read(document, scopes, statements));
    flags.extend(reverse(document, statements, parties));
    flags.extend(unticked(document));
    for (code, sentence, what_to_do, phrases) in SIGNS {
        let found = statements
            .iter()
            .find(|statement| says_any(statement.tokens(), phrases));
        flags.extend(
            found.map(|statement| Flag::new(code, sentence, what_to_do).seen(statement.evidence(document))),
        );
    }
    if !flags.iter().any(|flag| flag.code == Code::TaxInclusive) {
        flags.extend(gross(document, statements));
    }
    flags
}

type Sign = (Code, &'static str, &'static str, &'static str);

const SIGNS: [Sign; 3] = [
    (
        Code::NonAppropriation,
        "The customer may end the contract when its funds are not appropriated.",
        "Watch the customer's budget dates.",
        "not appropriated|non-appropriation|nonappropriation|funds are not appropriated|\
            appropriation of funds|subject to appropriation|fails to appropriate|\
            availability of funds",
    ),
    (
        Code::TaxInclusive,
        "Prices contain tax.",
        "Nothing, if that is what was agreed.",
        "inclusive of vat|including vat|include vat|includes vat|\
            inclusive of value added tax|inclusive of tax|inclusive of all taxes|\
            inclusive of sales tax|vat included|inclusive of gst|prices are gross|contain vat|\
            tax included",
    ),
    (
        Code::AmbiguousProration,
        "It is not clear how a part of a period is charged.",
        "Ask how a part of a period is charged.",
        "prorated as the parties may agree|pro rata as appropriate|equitably prorated|\
            appropriately prorated|reasonably prorated|fair proportion|suitable proportion|\
            prorated on a reasonable basis",
    ),
];

/// A line to sign on, and no signature anywhere.
fn unsigned(document: &Document) -> Option<Flag> {
    let mut blank = None;
    for line in document.lines() {
        let text = line.text();
        let low = text.to_lowercase();
        if low.contains("/s/")
            || low.contains("digitally signed")
            || low.contains("signed by") && !low.contains("signed by:")
            || low.contains("docusign")
        {
            return None;
        }
        let signs = ["by:", "signature", "signed", "authorised", "authorized", "name:"]
            .iter()
            .any(|word| low.contains(word));
        let empty = text.contains("____");
        if blank.is_none() && signs && empty {
            let words: Vec<crate::page::WordRef> = (0u32..)
                .zip(&line.words)
                .map(|(word, _)| crate::page::WordRef { line: line.id, word })
                .collect();
            blank = Evidence::from_words(document, &words, Match::Exact);
        }
    }
    blank.map(|evidence| {
        Flag::new(
            Code::UnsignedCopy,
            "The signature lines are empty.",
            "Ask for the signed copy, or confirm that it was signed.",
        )
        .seen([evidence])
    })
}

/// "All prices include 19% VAT": a rate stands between the verb and the tax.
fn gross(document: &Document, statements: &[Statement]) -> Option<Flag> {
    let said = super::taxes::read(document, statements)
        .into_iter()
        .find(|tax| tax.included.copied() == Some(true))?;
    Some(
        Flag::new(
            Code::TaxInclusive,
            "Prices contain tax.",
            "Nothing, if that is what was agreed.",
        )
        .seen(said.evidence),
    )
}

/// A box that is not ticked beside an amount: "[ ] Option: spare parts at $390.00".
fn unticked(document: &Document) -> Option<Flag> {
    let line = document.lines().find(|line| {
        let text = line.text();
        let open = text.contains('\u{2610}')
            || text.contains("[ ]")
            || text.contains("[]")
            || text.contains("\u{25A1}");
        open && text.chars().any(|c| c.is_ascii_digit())
    })?;
    let words: Vec<crate::page::WordRef> = (0u32..)
        .zip(&line.words)
        .map(|(word, _)| crate::page::WordRef { line: line.id, word })
        .collect();
    Some(
        Flag::new(
            Code::OptionCheckbox,
            "This is an option whose box is not ticked.",
            "Decide whether it was chosen.",
        )
        .seen(Evidence::from_words(document, &words, Match::Exact)),
    )
}

/// Milestones that bill on acceptance.
fn acceptance(document: &Document, statements: &[Statement], items: &[Item]) -> Option<Flag> {
    let waits = items.iter().any(|item| item.line.kind == Kind::Milestone);
    let statement = statements.iter().find(|statement| {
        says_any(
            statement.tokens(),
            "deemed accepted|deemed acceptance|counts as acceptance|deemed to have accepted|\
            accept a deliverable|shall be deemed accepted|written acceptance|\
            acceptance certificate|certificate of completion|completion certificate|acceptance tests|acceptance criteria|certificate of acceptance",
        )
    })?;
    waits.then(|| {
        Flag::new(
            Code::AcceptanceEvent,
            "Some amounts fall due on acceptance, not on a planned date.",
            "Report each acceptance when it happens.",
        )
        .seen(statement.evidence(document))
    })
}

/// "Client withholds 10% of each milestone fee."
fn holdback(document: &Document, statements: &[Statement], items: &[Item]) -> Option<Flag> {
    let statement = statements.iter().find(|statement| {
        let tokens = statement.tokens();
        let keeps = says_any(
            tokens,
            "withholds|withhold|withheld|retains|retained|kept back|held back|retainage|retention|holdback|hold back|\
            holds back",
        );
        keeps
            && tokens.iter().any(|token| token.percent().is_some())
            && !says_any(tokens, "tax|taxes|withholding tax")
    })?;
    let index = items
        .iter()
        .position(|item| item.line.kind == Kind::Milestone && item.line.retention_percent.value.is_some());
    let flag = Flag::new(
        Code::Holdback,
        "A part of the price is kept back until later.",
        "Decide when the part kept back is billed.",
    )
    .seen(statement.evidence(document));
    Some(match index {
        Some(index) => flag.at(format!("/line_items/{index}/retention_percent")),
        None => flag,
    })
}

/// A price in the text of an e-mail.
fn in_email(document: &Document, statements: &[Statement]) -> Option<Flag> {
    if document.media != crate::page::Media::Email {
        return None;
    }
    let statement = statements
        .iter()
        .find(|statement| statement.tokens().iter().any(|token| token.money().is_some()))?;
    Some(
        Flag::new(
            Code::PriceInEmailBody,
            "The text of the e-mail names a price.",
            "Check that it was agreed, and that no attachment says otherwise.",
        )
        .seen(statement.evidence(document)),
    )
}

/// The provider owes the customer money under this contract.
fn reverse(document: &Document, statements: &[Statement], parties: &Parties) -> Option<Flag> {
    let statement = statements.iter().find(|statement| {
        let tokens = statement.tokens();
        tokens.iter().enumerate().any(|(at, token)| {
            let amount = token.money().is_some() || token.percent().is_some();
            amount && super::roles::role(statement, at, parties) == crate::terms::Role::OtherPayer
        })
    })?;
    Some(
        Flag::new(
            Code::ReversePayment,
            "Money flows from the provider to the customer.",
            "Decide how it is paid; it is not part of the plan.",
        )
        .seen(statement.evidence(document)),
    )
}
