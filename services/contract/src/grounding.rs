//! Grounding: a model's reply becomes a reading only as far as the words it cites stand in the document.
//!
//! A claim is a quote, the lines it stands in and the value inside it, all as copied by the model. Here the quote is
//! looked for in those lines, the value inside the quote, and the value is then read from the words on the page by our
//! own normal forms. What the model says is never copied into the terms; only its choice of kind, role and flow counts.

mod cells;
mod charges;
mod cited;
mod folded;
mod mentions;
mod prices;
mod statements;
mod tiers;
mod values;

#[cfg(test)]
mod proofs;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod written;

use crate::flag::{Code, Flag, Severity};
use crate::page::{Document, Table, Word, WordRef};
use crate::reading::tokens::Locale;
use crate::reading::{Reading, locale};
use crate::schema::ModelReply;
use cells::Cells;

/// The reading a reply makes. Whatever its quote does not say loses its value and gets a flag.
#[must_use]
pub fn ground(reply: &ModelReply, document: &Document) -> Reading {
    let mut ground = Ground {
        document,
        locale: locale::of(document),
        cells: Cells::of(document),
        reading: Reading::default(),
    };
    for statement in &reply.statements {
        statements::take(&mut ground, statement);
    }
    for charge in &reply.charges {
        charges::take(&mut ground, charge);
    }
    for other in &reply.other_money {
        mentions::take(&mut ground, other);
    }
    ground.reading
}

/// The document claims are held against, and what stood so far.
struct Ground<'d> {
    document: &'d Document,
    locale: Locale,
    cells: Cells,
    reading: Reading,
}

impl Ground<'_> {
    fn flag(&mut self, flag: Flag) {
        self.reading.flags.push(flag);
    }

    /// The quote of a claim does not stand where it is said to.
    fn not_quoted(&mut self, what: &str, quote: &str, lines: &[String], path: Option<&str>) {
        let cited = if lines.is_empty() {
            String::from("any line it names")
        } else {
            shortened(&lines.join(", "))
        };
        let sentence = format!(
            "The model read {what} in “{}”, which does not stand in {cited}.",
            shortened(quote)
        );
        let what_to_do = "Look whether the contract says so elsewhere; nothing of it was taken over.";
        let flag = Flag::new(Code::QuoteNotFound, sentence, what_to_do);
        self.flag(match path {
            Some(path) => flag.at(path),
            None => flag,
        });
    }

    /// The value of a claim does not stand in its quote, or cannot be read there.
    fn not_said(&mut self, path: &str, claim: &str, quote: &[WordRef]) {
        let sentence = format!(
            "The model read “{}”, but the words it quotes do not say so.",
            shortened(claim)
        );
        let flag = Flag::new(
            Code::ValueNotInQuote,
            sentence,
            "Look it up on the page and enter it.",
        );
        let evidence = crate::terms::Evidence::from_words(self.document, quote, crate::terms::Match::Folded);
        self.flag(flag.at(path).seen(evidence));
    }

    /// Values from pictures and doubtful tables stay unverified, whoever agrees on them.
    fn note_source(&mut self, path: &str, words: &[WordRef]) {
        let recognised = |at: &WordRef| self.document.word(*at).is_some_and(Word::recognised);
        if words.iter().any(recognised) {
            let sentence = "The value was recognised from a picture, so agreement alone does not verify it.";
            let flag = Flag::new(Code::RecognisedNumber, sentence, "Compare it with the picture.");
            self.flag(flag.at(path).severity(Severity::Info));
        }
        let doubtful = |table: &&Table| table.doubtful.is_some() && words.iter().any(|at| holds(table, *at));
        if self.document.tables.iter().any(|table| doubtful(&table)) {
            let sentence = "The value stands in a table that may have been read wrongly.";
            let flag = Flag::new(Code::DoubtfulTable, sentence, "Compare it with the page.");
            self.flag(flag.at(path).severity(Severity::Info));
        }
    }
}

fn holds(table: &Table, at: WordRef) -> bool {
    let cells = table.rows.iter().flat_map(|row| &row.cells);
    cells.flat_map(|cell| &cell.words).any(|word| *word == at)
}

/// As much of a claim as a sentence can carry.
fn shortened(text: &str) -> String {
    const LONGEST: usize = 120;
    let flat = text.split_whitespace().collect::<Vec<&str>>().join(" ");
    if flat.chars().count() <= LONGEST {
        return flat;
    }
    let start: String = flat.chars().take(LONGEST).collect();
    format!("{}…", start.trim_end())
}
