//! The papers of one contract, folded into the terms in force: what the order form says over what the agreement says,
//! and every amendment from its day on. Nothing gives way in silence: where two papers differ, both quotes are shown.

mod amendment;
mod authority;
mod head;
mod lines;
mod places;

#[cfg(test)]
mod tests;

use crate::draft::{self, Draft};
use crate::flag::{Code, Flag, Origin};
use crate::terms::{DocumentKind, Evidence, Found, TermOfContract, Terms};

use authority::Paper;

/// The terms of all papers together, what is open about them, and the plan they make. `None` of no paper.
#[must_use]
pub fn join(mut drafts: Vec<Draft>) -> Option<Draft> {
    if drafts.len() < 2 {
        return drafts.pop();
    }
    let papers = authority::ranked(drafts);
    let is_amendment = |paper: &&Paper| paper.kind == Some(DocumentKind::Amendment);
    let mut joint = Joint::begun(&papers);
    head::compare_parties(&mut joint, &papers);
    papers
        .iter()
        .filter(|paper| !is_amendment(paper))
        .for_each(|paper| joint.take(paper));
    lines::settle(&mut joint);
    papers
        .iter()
        .filter(is_amendment)
        .for_each(|paper| amendment::apply(&mut joint, paper));
    joint.drop_answered();
    Some(draft::settle(joint.terms, joint.flags, &[]))
}

/// What the papers have come to so far.
#[derive(Debug, Default)]
struct Joint {
    terms: Terms,
    flags: Vec<Flag>,
    /// The rule of precedence that one of them states.
    rule: Found<DocumentKind>,
    /// The term of the paper of each line.
    runs: Vec<TermOfContract>,
    /// What sort each document is, by its hash.
    kinds: Vec<(String, DocumentKind)>,
    /// Numbers of clauses that one of them switches off.
    switched_off: Vec<Found<String>>,
}

impl Joint {
    /// The rules between papers hold whichever paper states them.
    fn begun(papers: &[Paper]) -> Self {
        let rules = papers.iter().map(|paper| &paper.terms.others);
        Self {
            rule: rules
                .clone()
                .map(|others| &others.prevails)
                .find(|rule| rule.value.is_some())
                .cloned()
                .unwrap_or_default(),
            kinds: papers.iter().filter_map(Paper::own_kind).collect(),
            switched_off: rules.flat_map(|others| others.switches_off.clone()).collect(),
            ..Self::default()
        }
    }

    /// Does the contract's own rule put the paper above the one that those words stand in?
    fn rules_for(&self, paper: &Paper, before: &[Evidence]) -> bool {
        let is_other = |evidence: &Evidence| {
            let kind = self.kinds.iter().find(|(hash, _)| hash == evidence.document());
            kind.map(|(_, kind)| *kind) != paper.kind
        };
        self.rule.value.is_some() && self.rule.value == paper.kind && before.iter().all(is_other)
    }

    /// A paper of more authority than those before it.
    fn take(&mut self, paper: &Paper) {
        let offsets = places::Offsets::of(&self.terms);
        head::take(self, paper);
        lines::take(self, paper);
        self.terms.totals.extend(paper.terms.totals.clone());
        self.terms.mentions.extend(paper.terms.mentions.clone());
        self.terms.documents.extend(paper.terms.documents.clone());
        self.keep_flags(paper, &offsets);
    }

    /// What its readers said of the document itself; what follows from its terms is found anew for all of them.
    fn keep_flags(&mut self, paper: &Paper, offsets: &places::Offsets) {
        let own = paper.flags.iter().filter(|flag| flag.origin == Origin::Document);
        self.flags
            .extend(own.map(|flag| offsets.moved(paper.named(flag.clone()))));
    }

    /// "The Order Form is not here" is answered when it is.
    fn drop_answered(&mut self) {
        self.flags.retain(|flag| flag.code != Code::MissingDocument);
    }
}
