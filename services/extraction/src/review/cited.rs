//! From a place on a page to the words that stand there.

use contract::page::{Document, LineId, WordRef};
use contract::review::{Act, Citation, Refusal, Review};
use sqlx::PgConnection;

use super::DecisionError;
use super::edit::{shown, terms_of};
use crate::store::documents;
use crate::store::dossier::Dossier;
use crate::store::events::Change;

/// First and last word on a page, each as line (from 1) and position in it (from 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Words {
    pub(crate) page: u32,
    pub(crate) first: (u32, u32),
    pub(crate) last: (u32, u32),
}

/// More words than any value takes; a whole page says nothing in particular.
const MOST: usize = 400;

/// The review after words were cited for a term, and what the audit log keeps of it.
pub(super) async fn apply(
    connection: &mut PgConnection,
    dossier: &Dossier,
    act: Act<'_>,
    path: &str,
    words: Words,
    reason: &str,
) -> Result<(Review, Change), DecisionError> {
    let contract = &dossier.contract;
    let papers = documents::reading(connection, contract.tenant, &contract.sha256).await?;
    let papers = papers.ok_or(Refusal::NoWords)?;
    let (document, page) = papers.at(words.page).ok_or(Refusal::NoWords)?;
    let citation = Citation {
        words: Words { page, ..words }.on(document),
        document,
        path: path.to_owned(),
        reason: reason.to_owned(),
    };
    let next = dossier.review.cite(&citation, act)?;
    let value = |review: &Review| terms_of(review).pointer(path).map(shown).unwrap_or_default();
    let change = Change {
        path: path.to_owned(),
        before: value(&dossier.review),
        after: value(&next),
        reason: reason.trim().to_owned(),
    };
    Ok((next, change))
}

impl Words {
    /// The words from the first to the last, in reading order; none where there are none or too many.
    fn on(self, document: &Document) -> Vec<WordRef> {
        let at = |(line, word): (u32, u32)| WordRef {
            line: LineId {
                page: self.page,
                line,
            },
            word,
        };
        let (first, last) = (at(self.first), at(self.last));
        let lines = document
            .pages
            .iter()
            .filter(|page| page.number == self.page)
            .flat_map(|page| &page.lines);
        let words: Vec<WordRef> = lines
            .flat_map(|line| line.seen_words())
            .filter(|at| (first..=last).contains(at))
            .collect();
        if words.len() > MOST { Vec::new() } else { words }
    }
}
