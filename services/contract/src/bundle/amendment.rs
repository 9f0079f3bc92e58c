//! An amendment: what it adds, changes and ends, from its day on. The terms before it stay for the days before it.

mod change;

use jiff::civil::Date;

pub(super) use change::name_words;

use super::authority::Paper;
use super::head::over;
use super::lines::numbered;
use super::{Joint, places};
use crate::flag::{Code, Flag};
use crate::terms::{Found, Kind, LineItem, Mark};

/// Folds it into what was agreed before.
pub(super) fn apply(joint: &mut Joint, paper: &Paper) {
    let offsets = places::Offsets::of(&joint.terms);
    head(joint, paper);
    let since = since(paper);
    for item in &paper.terms.line_items {
        line(joint, item, &since);
    }
    joint.terms.escalators.extend(paper.terms.escalators.clone());
    joint.terms.mentions.extend(paper.terms.mentions.clone());
    joint.terms.documents.extend(paper.terms.documents.clone());
    joint.keep_flags(paper, &offsets);
}

/// The day from which it holds.
fn since(paper: &Paper) -> Found<Date> {
    let terms = &paper.terms;
    [
        &terms.effective_date,
        &terms.term.start,
        &terms.agreement_date,
        &terms.signature_date,
    ]
    .into_iter()
    .find(|found| found.value.is_some())
    .cloned()
    .unwrap_or_default()
}

fn head(joint: &mut Joint, paper: &Paper) {
    let (old, new) = (joint.terms.payment.due.clone(), &paper.terms.payment.due);
    if new.value.is_some() && new.value != old.value {
        joint.flags.push(
            Flag::new(
                Code::PaymentTermsChanged,
                format!("“{}” takes the place of “{}”.", new.printed, old.printed),
                "Nothing, if invoices already sent keep their due dates.",
            )
            .at("/payment/due")
            .seen(old.evidence)
            .seen(new.evidence.clone()),
        );
        joint.terms.payment.due = new.clone();
    }
    let (terms, new) = (&mut joint.terms, &paper.terms);
    if new.term.end.value.is_some() {
        terms.term.end = new.term.end.clone();
        terms.term.months = Found::absent();
    }
    over(&mut terms.renewal.auto, &new.renewal.auto);
    over(&mut terms.renewal.months, &new.renewal.months);
    over(&mut terms.renewal.notice_days, &new.renewal.notice_days);
}

/// A line of the amendment takes the place of one that is known, or stands beside all of them.
fn line(joint: &mut Joint, item: &LineItem, since: &Found<Date>) {
    let mut new = numbered(joint.terms.line_items.len(), item);
    if new.start.value.is_none() && !matches!(new.kind, Kind::OneTime | Kind::Milestone) {
        new.start.clone_from(since);
    }
    let replaces = new.is(Mark::Replaces);
    let dated = new.start.value.is_some();
    match change::target(&joint.terms.line_items, &new).filter(|_| replaces && dated) {
        Some(at) => change::apply(joint, at, new),
        None => {
            if replaces {
                joint.flags.push(unknown(joint.terms.line_items.len(), &new));
            }
            change::complete(&joint.terms.line_items, &mut new);
            joint.terms.line_items.push(new);
        }
    }
}

/// It changes something, and which line is not clear: billed beside the old one it would be charged twice.
fn unknown(at: usize, line: &LineItem) -> Flag {
    Flag::new(
        Code::ConflictBetweenDocuments,
        format!(
            "“{}” changes a line of the agreement, and which one, or from which day, is not clear.",
            line.description
        ),
        "End the line it replaces, or remove this one.",
    )
    .at(format!("/line_items/{at}"))
    .seen(line.evidence.clone())
}
