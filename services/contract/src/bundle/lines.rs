//! What is charged, from every paper: each line once, with the dates of the paper it stands in.

use jiff::civil::Date;

use super::Joint;
use super::amendment::name_words;
use super::authority::Paper;
use crate::flag::{Code, Flag, Severity};
use crate::terms::{Cadence, DocumentKind, EscalatorTerm, Found, Kind, LineItem, TaxTerm, TermOfContract};

/// Takes lines, increases and taxes.
pub(super) fn take(joint: &mut Joint, paper: &Paper) {
    let escalators = paper.terms.escalators.iter();
    joint
        .terms
        .escalators
        .extend(escalators.map(|known| renamed_escalator(joint.terms.line_items.len(), known)));
    let new_taxes = paper.terms.taxes.iter();
    let unknown = |tax: &&TaxTerm| !joint.terms.taxes.iter().any(|known| known.name == tax.name);
    let taxes: Vec<TaxTerm> = new_taxes.filter(unknown).cloned().collect();
    joint.terms.taxes.extend(taxes);
    let offset = joint.terms.line_items.len();
    for (index, item) in paper.terms.line_items.iter().enumerate() {
        let at = offset.saturating_add(index);
        let line = dated(numbered(offset, item), paper);
        flag_mail(joint, paper, at, &line);
        flag_twice(joint, paper, (offset, at), &line);
        joint.terms.line_items.push(line);
        joint.runs.push(paper.terms.term.clone());
    }
}

/// Ids count through all papers.
pub(super) fn numbered(offset: usize, item: &LineItem) -> LineItem {
    let mut line = item.clone();
    line.id = id(offset, &line.id);
    line.applies_to = line.applies_to.iter().map(|known| id(offset, known)).collect();
    line
}

/// `L02` of a paper whose lines come after three others is `L05`.
fn id(offset: usize, own: &str) -> String {
    let number = own.trim_start_matches('L').parse::<usize>();
    number.map_or_else(
        |_| format!("{own}-{offset}"),
        |number| format!("L{:02}", number.saturating_add(offset)),
    )
}

fn renamed_escalator(offset: usize, known: &EscalatorTerm) -> EscalatorTerm {
    EscalatorTerm {
        applies_to: known.applies_to.iter().map(|own| id(offset, own)).collect(),
        ..known.clone()
    }
}

/// What falls due at the signing of a paper falls due at the signing of that paper, and what recurs runs as that paper does.
fn dated(mut line: LineItem, paper: &Paper) -> LineItem {
    let signing = line
        .event
        .get()
        .is_some_and(|event| crate::interpret::is_signing(event));
    if line.kind == Kind::OneTime && signing && line.start.value.is_none() {
        line.start = paper.day().map_or_else(Found::absent, |day| {
            Found::derived(
                day,
                "the day its document was signed",
                line.event.evidence.clone(),
            )
        });
    }
    line
}

fn keep(own: &mut Found<Date>, of_paper: &Found<Date>) {
    if own.value.is_none() && of_paper.value.is_some() {
        own.clone_from(of_paper);
    }
}

/// Lines of a paper that runs otherwise than the contract as a whole run as their paper does.
pub(super) fn settle(joint: &mut Joint) {
    let term = joint.terms.term.clone();
    for (line, run) in joint.terms.line_items.iter_mut().zip(&joint.runs) {
        let recurs = matches!(line.cadence.copied(), Some(Cadence::Every(_)));
        if !recurs || !line.schedule.is_empty() {
            continue;
        }
        if run.start.value != term.start.value {
            keep(&mut line.start, &run.start);
        }
        if run.end.value != term.end.value {
            keep(&mut line.end, &run.end);
        }
    }
    switch_off(joint);
}

fn switch_off(joint: &mut Joint) {
    let off = std::mem::take(&mut joint.switched_off);
    let by = |escalator: &EscalatorTerm| {
        off.iter()
            .find(|number| number.get() == Some(&escalator.clause))
            .cloned()
    };
    let (gone, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut joint.terms.escalators)
        .into_iter()
        .partition(|known| by(known).is_some());
    joint.terms.escalators = kept;
    for escalator in gone {
        let words = by(&escalator).map(|number| number.evidence).unwrap_or_default();
        joint.flags.push(
            Flag::new(
                Code::EscalatorDisapplied,
                "An increase of one document is switched off by another.",
                "Nothing, unless the clause was read wrong.",
            )
            .seen(escalator.evidence)
            .seen(words),
        );
    }
}

/// The same thing in two papers may be one charge or two: charged by both in silence it would be charged twice.
fn flag_twice(joint: &mut Joint, paper: &Paper, (offset, at): (usize, usize), line: &LineItem) {
    let known = joint.terms.line_items.iter().take(offset).zip(&joint.runs);
    let before = |run: &TermOfContract| {
        let days = (run.end.copied(), paper.terms.term.start.copied());
        matches!(days, (Some(end), Some(start)) if end < start)
    };
    let found = known
        .filter(|(_, run)| !before(run))
        .find(|(known, _)| is_same(known, line));
    let Some((known, _)) = found else {
        return;
    };
    let ruled = joint.rules_for(paper, &known.evidence);
    let rule = if ruled {
        " The contract says which of the documents prevails."
    } else {
        ""
    };
    let flag = Flag::new(
        Code::ConflictBetweenDocuments,
        format!("“{}” is charged in two documents.{rule}", line.description),
        "Remove the line that does not hold; leave both if it is charged twice.",
    );
    let words = known
        .evidence
        .iter()
        .chain(&line.evidence)
        .chain(ruled.then_some(&joint.rule.evidence).into_iter().flatten());
    let flag = flag.at(format!("/line_items/{at}")).seen(words.cloned());
    joint.flags.push(flag);
}

/// The same sort of charge under the same name.
fn is_same(known: &LineItem, line: &LineItem) -> bool {
    let (own, other) = (name_words(known), name_words(line));
    known.kind.family() == line.kind.family() && !own.is_empty() && own == other
}

/// A price that only the text of an e-mail states is a question where a document came with it.
fn flag_mail(joint: &mut Joint, paper: &Paper, at: usize, line: &LineItem) {
    if paper.kind == Some(DocumentKind::Email) {
        joint.flags.push(
            Flag::new(
                Code::PriceInEmailBody,
                format!(
                    "“{}” stands in the text of an e-mail that came with documents.",
                    line.description
                ),
                "Decide whether it is agreed; remove the line if the documents say all.",
            )
            .severity(Severity::Review)
            .at(format!("/line_items/{at}"))
            .seen(line.evidence.clone()),
        );
    }
}
