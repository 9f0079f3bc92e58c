//! Who, when, how long, when to pay: the paper with more authority wins, and says so where that changes something.

use pricing::plan::Due;

use super::Joint;
use super::authority::Paper;
use crate::flag::{Code, Flag, Severity};
use crate::terms::{DocumentKind, Evidence, Found, Status};

/// Takes what the paper says of the contract as a whole.
pub(super) fn take(joint: &mut Joint, paper: &Paper) {
    let charges = !paper.terms.line_items.is_empty();
    payment(joint, paper);
    currency(joint, paper);
    let (terms, new) = (&mut joint.terms, &paper.terms);
    over(&mut terms.provider, &new.provider);
    over(&mut terms.customer, &new.customer);
    over(&mut terms.agreement_date, &new.agreement_date);
    over(&mut terms.signature_date, &new.signature_date);
    over(&mut terms.payment.late_fee, &new.payment.late_fee);
    over(&mut terms.payment.early, &new.payment.early);
    over(
        &mut terms.renewal.termination_notice_days,
        &new.renewal.termination_notice_days,
    );
    // The term of a framework is not the term of what is ordered under it.
    if charges || terms.line_items.is_empty() {
        title(joint, paper);
        term(joint, paper);
    }
}

/// The later value, where there is one.
pub(super) fn over<T: Clone>(field: &mut Found<T>, new: &Found<T>) {
    if new.value.is_some() {
        field.clone_from(new);
    }
}

fn title(joint: &mut Joint, paper: &Paper) {
    over(&mut joint.terms.title, &paper.terms.title);
    over(&mut joint.terms.kind, &paper.terms.kind);
}

fn term(joint: &mut Joint, paper: &Paper) {
    let (terms, new) = (&mut joint.terms, &paper.terms);
    over(&mut terms.effective_date, &new.effective_date);
    if new.term.start.value.is_some() || new.term.end.value.is_some() || new.term.months.value.is_some() {
        terms.term = new.term.clone();
    }
    over(&mut terms.renewal.auto, &new.renewal.auto);
    over(&mut terms.renewal.months, &new.renewal.months);
    over(&mut terms.renewal.notice_days, &new.renewal.notice_days);
}

fn payment(joint: &mut Joint, paper: &Paper) {
    let new = &paper.terms.payment.due;
    let old = joint.terms.payment.due.clone();
    if new.value.is_none() {
        return;
    }
    let mut chosen = new.clone();
    if old.value.is_some() && old.value != new.value {
        let flag = differing(joint, paper, &old, new);
        if flag.severity != Severity::Info {
            chosen.status = Status::Conflict {
                other: old.printed.clone(),
            };
        }
        joint.flags.push(flag);
    }
    joint.terms.payment.due = chosen;
}

/// Two payment terms: the contract's own rule settles it, or a person does.
fn differing(joint: &Joint, paper: &Paper, old: &Found<Due>, new: &Found<Due>) -> Flag {
    let gives_way = old
        .evidence
        .iter()
        .any(|evidence| is_subject_to_others(evidence.quote()));
    let ruled = joint.rule.value.is_some() && joint.rule.value == paper.kind;
    let both = |flag: Flag| {
        flag.at("/payment/due")
            .seen(old.evidence.clone())
            .seen(new.evidence.clone())
    };
    let sentence = format!("“{}” and “{}” differ", old.printed, new.printed);
    if ruled || gives_way {
        return both(
            Flag::new(
                Code::ConflictResolvedByPrecedence,
                format!("{sentence}; the contract says which prevails."),
                "Nothing, unless the rule of precedence was read wrong.",
            )
            .seen(joint.rule.evidence.clone()),
        );
    }
    let code = match paper.kind {
        Some(DocumentKind::Email) => Code::ConflictEmailVsAttachment,
        _ => Code::ConflictBetweenDocuments,
    };
    both(Flag::new(
        code,
        format!("{sentence}, and no document says which prevails."),
        "Decide which of them holds for invoices, and enter it.",
    ))
}

/// "Save as otherwise agreed", "unless the order form states otherwise": the paper steps back by itself.
fn is_subject_to_others(quote: &str) -> bool {
    let low = quote.to_lowercase();
    low.contains("otherwise")
        || low.contains("except as set out in")
        || low.contains("subject to the order form")
}

fn currency(joint: &mut Joint, paper: &Paper) {
    let (old, new) = (&joint.terms.currency, &paper.terms.currency);
    let differ = matches!((old.value, new.value), (Some(old), Some(new)) if old != new);
    if differ && !paper.terms.line_items.is_empty() && !joint.terms.line_items.is_empty() {
        let evidence: Vec<Evidence> = old.evidence.iter().chain(&new.evidence).cloned().collect();
        joint.flags.push(
            Flag::new(
                Code::MultiCurrency,
                "The documents charge in different currencies.",
                "Make one contract of each currency.",
            )
            .severity(Severity::Block)
            .at("/currency")
            .seen(evidence),
        );
    }
    if new.value.is_some() && (!paper.terms.line_items.is_empty() || joint.terms.currency.value.is_none()) {
        joint.terms.currency = new.clone();
    }
}
