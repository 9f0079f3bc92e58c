//! Which paper has more to say where two differ: the contract's own rule first, then the usual order.

use jiff::civil::Date;

use crate::draft::Draft;
use crate::flag::Flag;
use crate::terms::{DocumentKind, Terms};

/// One document of the bundle.
#[derive(Debug)]
pub(super) struct Paper {
    pub(super) kind: Option<DocumentKind>,
    pub(super) terms: Terms,
    pub(super) flags: Vec<Flag>,
}

impl Paper {
    /// The flag with the paper's name where nothing else tells which paper it is about.
    pub(super) fn named(&self, mut flag: Flag) -> Flag {
        let name = self
            .terms
            .documents
            .first()
            .map(|document| document.name.as_str());
        if let Some(name) = name.filter(|_| flag.path.is_none()) {
            flag.sentence = format!("{name}: {}", flag.sentence);
        }
        flag
    }

    /// Its hash, and what sort of paper it is.
    pub(super) fn own_kind(&self) -> Option<(String, DocumentKind)> {
        let document = self.terms.documents.first()?;
        Some((document.sha256.clone(), self.kind?))
    }

    /// The day it was agreed.
    pub(super) fn day(&self) -> Option<Date> {
        let terms = &self.terms;
        [
            &terms.signature_date,
            &terms.agreement_date,
            &terms.effective_date,
        ]
        .into_iter()
        .find_map(|found| found.copied())
    }
}

/// The least authority first; amendments last, in the order of their days.
pub(super) fn ranked(drafts: Vec<Draft>) -> Vec<Paper> {
    let prevails = drafts
        .iter()
        .find_map(|draft| draft.terms.others.prevails.copied());
    let mut papers: Vec<Paper> = drafts
        .into_iter()
        .map(|draft| Paper {
            kind: draft.terms.kind.copied(),
            terms: draft.terms,
            flags: draft.flags,
        })
        .collect();
    papers.sort_by_key(|paper| (rank(paper.kind, prevails), since(paper)));
    papers
}

/// Amendments follow each other by the day on which they take effect.
fn since(paper: &Paper) -> Option<Date> {
    paper.terms.effective_date.copied().or_else(|| paper.day())
}

fn rank(kind: Option<DocumentKind>, prevails: Option<DocumentKind>) -> u8 {
    match kind {
        Some(DocumentKind::Amendment) => 8,
        Some(_) if kind == prevails => 7,
        Some(DocumentKind::OrderForm) => 6,
        Some(DocumentKind::StatementOfWork) => 5,
        Some(DocumentKind::Schedule) => 4,
        None => 3,
        Some(DocumentKind::Agreement) => 2,
        Some(DocumentKind::MasterAgreement) => 1,
        Some(DocumentKind::Email) => 0,
    }
}
